"""Reasoning is kept apart from the reply, however the stream is cut, and nothing else is taken for it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.messages import TextDelta
from sightline.models.reasoning import ReasoningSplitter, split_unopened


def split(*pieces: str) -> tuple[str, str]:
    splitter = ReasoningSplitter()
    events = [event for piece in pieces for event in splitter.feed(piece)] + splitter.end()
    assert all(event.text for event in events)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    return "".join(event.text for event in events if not isinstance(event, TextDelta)), text


CASES = [
    ("hello", "", "hello"),
    ("<think>why</think>because", "why", "because"),
    ("<think>why</think>\n\nbecause\n", "why", "because\n"),
    ("\n <think>\nwhy\n</think>because", "\nwhy\n", "because"),
    ("<thinking>why</thinking>because", "why", "because"),
    ("<think>a</think>\n<think>b</think>c", "ab", "c"),
    ("<think></think>c", "", "c"),
    ("<think>never ends", "never ends", ""),
    ("<think>ends with </thi", "ends with </thi", ""),
    ("<think>a < b </ c </think>d", "a < b </ c ", "d"),
    ("<think>x</thinking></think>d", "x</thinking>", "d"),
    ("<think>x</think>  \n", "x", ""),
    ("<thi", "", "<thi"),
    ("<thinker>is a tag of mine</thinker>", "", "<thinker>is a tag of mine</thinker>"),
    ("  indented", "", "  indented"),
    (" \n ", "", " \n "),
    ("Write <think>x</think> into it", "", "Write <think>x</think> into it"),
    ("`<think>`", "", "`<think>`"),
    ("<think>a</think>b <think>c</think>", "a", "b <think>c</think>"),
    ("", "", ""),
]


@pytest.mark.parametrize(("whole", "reasoning", "reply"), CASES)
def test_whole_and_character_by_character(whole: str, reasoning: str, reply: str) -> None:
    assert split(whole) == (reasoning, reply)
    assert split(*whole) == (reasoning, reply)


@given(
    whole=st.lists(
        st.sampled_from(["<think>", "</think>", "<thinking>", "<th", "</th", "ink>", "\n", " ", "a", "<", ">"])
    ).map("".join),
    cuts=st.lists(st.integers(0, 60), max_size=8),
)
def test_where_the_stream_is_cut_does_not_matter(whole: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    assert split(*(whole[a:b] for a, b in pairwise(places))) == split(whole)


def test_text_is_not_held_back_longer_than_a_tag() -> None:
    splitter = ReasoningSplitter()
    assert splitter.feed("<t") == []
    assert splitter.feed("able>") == [TextDelta(text="<table>")]
    assert splitter.feed("<think>") == [TextDelta(text="<think>")]


@pytest.mark.parametrize(
    ("text", "reasoning", "reply"),
    [
        ("I think so.\n</think>\n\nYes.", "I think so.\n", "Yes."),
        ("\n</think>Yes.", "", "\n</think>Yes."),
        ("a </think>\n</think>\nYes.", "a </think>\n", "Yes."),
        ("In the file:\n<think>\n</think>\n", "", "In the file:\n<think>\n</think>\n"),
        ("Plain.", "", "Plain."),
    ],
)
def test_reasoning_that_the_chat_template_opened(text: str, reasoning: str, reply: str) -> None:
    assert split_unopened(text) == (reasoning, reply)
