"""The event parser: the standard's own examples, then any bytes cut anywhere against a plain second reading."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.transport.errors import AnswerTooLarge
from sightline.transport.sse import EventData, EventParser, ServerSentEvent


def parse(*chunks: bytes) -> list[tuple[str, str]]:
    parser = EventParser()
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return [(event.name, event.data) for event in (*events, *parser.end())]


def read_plainly(data: bytes) -> list[tuple[str, str]]:
    """The standard's algorithm over a whole text at once, written without regard to chunks."""
    events: list[tuple[str, str]] = []
    name, lines = "", list[str]()
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    for line in [*re.split("\r\n|\r|\n", text), ""]:
        if line == "":
            if lines:
                events.append((name or "message", "\n".join(lines)))
            name, lines = "", []
        elif line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif line == "data":
            lines.append("")
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
        elif line == "event":
            name = ""
    return events


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\ndata: two\n\n", [("message", "one"), ("message", "two")]),
        (b"data: a\ndata: b\n\n", [("message", "a\nb")]),
        (b"data\n\ndata\ndata\n\ndata:", [("message", ""), ("message", "\n"), ("message", "")]),
        (b"data:test\n\ndata: test\n\n", [("message", "test"), ("message", "test")]),
        (b"event: error\r\ndata: {}\r\n\r\n", [("error", "{}")]),
        (b"data: a\rdata: b\r\r", [("message", "a\nb")]),
        (b": keep-alive\n\n: OPENROUTER PROCESSING\n\ndata: x\n\n", [("message", "x")]),
        (b"id: 7\nretry: 100\nother: y\ndata: x\n\n", [("message", "x")]),
        (b"event: alone\n\ndata: x\n\n", [("message", "x")]),
        (b"\xef\xbb\xbfdata: x\n\n", [("message", "x")]),
        (b"data: [DONE]", [("message", "[DONE]")]),
        (b"data: [DONE]\n", [("message", "[DONE]")]),
        (b"data:  two spaces\n\n", [("message", " two spaces")]),
        ("data: 🎉 é\n\n".encode(), [("message", "🎉 é")]),
        (b"data: \xff\n\n", [("message", "\ufffd")]),
        (b"", []),
    ],
)
def test_reads_what_the_standard_says(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert parse(stream) == events
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == events
    assert read_plainly(stream) == events


_PIECES = st.sampled_from(
    [
        *(b"data: ", b"data:", b"data", b"event: ", b"event", b":", b" ", b"x", b'{"a": 1}', b"[DONE]"),
        *(b"\n", b"\n", b"\r", b"\r\n", b"\n\n", "é".encode(), "🎉".encode(), b"\xf0\x9f", b"\xef\xbb\xbf"),
    ]
)
_STREAMS = st.lists(st.one_of(_PIECES, st.binary(max_size=4)), max_size=40).map(b"".join)


@given(stream=_STREAMS, cuts=st.lists(st.integers(0, 200), max_size=12))
@example(stream=b"data: a\r\n\r\ndata: b\r\n\r\n", cuts=[8, 10, 11])
@example(stream=b"data: a\r\n\r\n", cuts=[8, 8, 9])
def test_any_cut_of_any_bytes_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(places)]
    assert parse(*chunks) == read_plainly(stream)


@given(stream=st.lists(st.one_of(st.just(b"data: a\n\n"), st.just(b"data: {}\n\ndata: b\n\n"), _PIECES)).map(b"".join),
       cuts=st.lists(st.integers(0, 200), max_size=12))  # fmt: skip
def test_the_data_alone_is_that_of_the_events(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    parser = EventData()
    data = [text for a, b in pairwise(places) for text in parser.feed(stream[a:b])]
    assert [*data, *parser.end()] == [text for _, text in read_plainly(stream)]


def test_an_event_is_given_as_soon_as_it_is_whole() -> None:
    parser = EventParser()
    assert parser.feed(b"data: a\n") == []
    assert parser.feed(b"\r\n") == [ServerSentEvent(name="message", data="a")]


@pytest.mark.parametrize("chunk", [b"x" * 100, b"data: " + b"x" * 30 + b"\n", b": " + b"x" * 80])
def test_an_event_without_end_is_an_error_and_does_not_fill_the_memory(chunk: bytes) -> None:
    parser = EventParser(limit=1000)

    def feed_on() -> None:
        for _ in range(200):
            parser.feed(chunk)

    with pytest.raises(AnswerTooLarge) as caught:
        feed_on()
    assert caught.value.limit == 1000


def test_the_bound_is_for_one_event_and_not_for_the_stream() -> None:
    parser = EventParser(limit=100)
    assert sum(len(parser.feed(b"data: " + b"x" * 60 + b"\n\n")) for _ in range(100)) == 100
