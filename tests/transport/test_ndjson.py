"""Lines of JSON out of bytes, however they are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.transport.errors import AnswerTooLarge
from sightline.transport.ndjson import LineParser


def parsed(data: bytes, cuts: list[int]) -> list[str]:
    parser = LineParser()
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    lines = [line for a, b in pairwise(bounds) for line in parser.feed(data[a:b])]
    return lines + parser.end()


@given(st.lists(st.text()), st.lists(st.integers(min_value=0), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_cuts_change_nothing(texts: list[str], cuts: list[int], end: str) -> None:
    data = end.join(texts).encode("utf-8", "replace")
    whole = [line.strip() for line in data.decode("utf-8", "replace").split("\n")]
    assert parsed(data, cuts) == [line for line in whole if line]


def test_a_character_cut_in_two_is_one_character() -> None:
    assert parsed('{"a": "🎉"}\n'.encode(), [8, 9, 10]) == ['{"a": "🎉"}']


def test_a_last_line_without_an_end_is_a_line() -> None:
    assert parsed(b'{"a": 1}\n\n{"b": 2}', []) == ['{"a": 1}', '{"b": 2}']


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"ok\n" + b"x" * 11]])
def test_a_line_without_bound_is_refused(chunks: list[bytes]) -> None:
    parser = LineParser(limit=10)
    for chunk in chunks[:-1]:
        parser.feed(chunk)
    with pytest.raises(AnswerTooLarge):
        parser.feed(chunks[-1])


def test_the_bound_is_for_one_line() -> None:
    assert LineParser(limit=10).feed(b"1234567890\n" * 3) == ["1234567890"] * 3
