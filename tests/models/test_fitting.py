"""How much of a window a prompt may take, and which limit a reply met."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.fitting import (
    ESTIMATE_MARGIN,
    FULL_WINDOW_SLACK,
    OUTPUT_RESERVE,
    limit_met,
    prompt_room,
    reply_reserve,
    window_for,
    window_needed,
)
from sightline.models.messages import Finish, ModelRequest, Usage

tokens = st.integers(min_value=-10, max_value=3_000_000)
limits = st.none() | st.integers(min_value=-5, max_value=200_000)


@given(tokens, limits, st.booleans())
def test_prompt_and_reply_never_pass_the_window(window: int, most: int | None, exact: bool) -> None:
    room = prompt_room(window, most, exact=exact)
    assert room >= 0
    assert room + reply_reserve(window, most) <= max(0, window)
    assert room * (1 if exact else ESTIMATE_MARGIN) <= max(0, window)


@given(tokens, tokens, limits, st.booleans())
def test_a_larger_window_never_has_less_room(one: int, other: int, most: int | None, exact: bool) -> None:
    small, large = sorted((one, other))
    assert prompt_room(small, most, exact=exact) <= prompt_room(large, most, exact=exact)


@given(tokens, limits, limits)
def test_a_longer_reply_never_leaves_more_room(window: int, one: int | None, other: int | None) -> None:
    short, long = sorted((OUTPUT_RESERVE if one is None else one, OUTPUT_RESERVE if other is None else other))
    assert prompt_room(window, long) <= prompt_room(window, short)


@given(st.integers(min_value=0, max_value=1_000_000), limits, st.booleans())
def test_the_window_a_prompt_needs_has_room_for_it(prompt: int, most: int | None, exact: bool) -> None:
    window = window_needed(prompt, most, exact=exact)
    assert prompt_room(window, most, exact=exact) >= prompt
    assert window_needed(prompt + 100, most, exact=exact) >= window


def test_the_window_for_a_request_has_room_for_what_is_kept_for_its_reply() -> None:
    request = ModelRequest(model="m", messages=(), prompt_tokens=10_000)
    assert window_for(request) == 12_001 + OUTPUT_RESERVE
    assert window_for(replace(request, reserve=4_000)) == 16_001
    assert window_for(replace(request, reserve=4_000, max_output_tokens=100)) == 12_101
    assert window_for(replace(request, window=65_536)) == 65_536


@pytest.mark.parametrize(
    ("output", "read", "window", "most", "met"),
    [
        (100, 500, 4096, 100, Finish.LENGTH),
        (100, 3996, 4096, 100, Finish.LENGTH),  # both at once: what was asked for is what was met
        (96, 4000, 4096, 100, Finish.WINDOW),
        (96, 4000 - FULL_WINDOW_SLACK, 4096, None, Finish.WINDOW),
        (96, 3000, 4096, None, Finish.LENGTH),  # a limit of the server's own
        (None, 4000, 4096, 100, Finish.LENGTH),
        (96, None, 4096, 100, Finish.LENGTH),
        (96, 4000, None, 100, Finish.LENGTH),
    ],
)
def test_the_limits_are_told_apart(
    output: int | None, read: int | None, window: int | None, most: int | None, met: Finish
) -> None:
    usage = Usage(prompt_tokens=read, output_tokens=output)
    assert limit_met(Finish.LENGTH, usage, window=window, max_output_tokens=most) is met


def test_our_own_count_stands_in_for_the_servers() -> None:
    usage = Usage(output_tokens=96)
    assert limit_met(Finish.LENGTH, usage, window=4096, max_output_tokens=None, prompt=4000) is Finish.WINDOW


@given(st.sampled_from([finish for finish in Finish if finish is not Finish.LENGTH]), st.integers(), st.integers())
def test_every_other_end_is_what_it_is(finish: Finish, read: int, output: int) -> None:
    usage = Usage(prompt_tokens=read, output_tokens=output)
    assert limit_met(finish, usage, window=10, max_output_tokens=None) is finish
