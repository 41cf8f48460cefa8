"""Positions, spans, edits: what an editor and we must agree on to the byte."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Position, PositionEncoding, Span, Text, TextEdit, digest_of, minimal_edit

UTF8, UTF16, UTF32 = PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32

#: Everything that ends a line, everything that must not (str.splitlines would), and characters of one to four bytes.
PIECES = ["a", "\r", "\n", "\r\n", "\f", "\v", "\x1c", "\x85", "\u2028", "\u2029", "é", "€", "😀", "e\u0301"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def naive_lines(text: str) -> list[str]:
    """Lines by the protocol's rule, one character at a time, without their ends."""
    lines: list[str] = []
    current, at = "", 0
    while at < len(text):
        if text[at] in "\r\n":
            at += 2 if text[at : at + 2] == "\r\n" else 1
            lines.append(current)
            current = ""
        else:
            current += text[at]
            at += 1
    return [*lines, current]


def units(text: str, encoding: PositionEncoding) -> int:
    return {UTF8: len(text.encode()), UTF16: len(text.encode("utf-16-le")) // 2, UTF32: len(text)}[encoding]


@given(TEXTS)
def test_lines_are_those_of_the_protocol(string: str) -> None:
    text = Text.of(string)
    assert [text.line_text(line) for line in range(text.line_count)] == naive_lines(string)


@given(string=TEXTS, data=st.data())
def test_positions_count_units_from_the_start_of_the_line_and_lead_back(string: str, data: st.DataObject) -> None:
    text = Text.of(string)
    at = data.draw(st.integers(0, len(string)))
    offset = len(string[:at].encode())
    inside_line_end = string[at - 1 : at + 1] == "\r\n"
    for encoding in PositionEncoding:
        position = text.position(offset, encoding)
        if inside_line_end:
            continue  # no editor can name the place between the two
        before = naive_lines(string[:at])
        assert position == Position(len(before) - 1, units(before[-1], encoding))
        assert text.offset(position, encoding) == offset


@given(string=TEXTS, line=st.integers(-1, 16), character=st.integers(-1, 40))
def test_every_position_means_a_place_in_the_text(string: str, line: int, character: int) -> None:
    text = Text.of(string)
    lines = naive_lines(string)
    for encoding in PositionEncoding:
        offset = text.offset(Position(line, character), encoding)
        assert 0 <= offset <= len(text)
        text.data[:offset].decode()  # never inside a character
        if line >= len(lines):
            assert offset == len(text)
        elif line >= 0:
            span = text.line_span(line)
            assert span.start <= offset <= span.end
            if character >= units(lines[line], encoding):
                assert offset == span.end
        else:
            assert offset == 0


def test_the_middle_of_an_astral_character_is_its_start() -> None:
    text = Text.of("x😀y")
    assert [text.offset(Position(0, unit), UTF16) for unit in range(5)] == [0, 1, 1, 5, 6]
    assert [text.offset(Position(0, unit), UTF32) for unit in range(4)] == [0, 1, 5, 6]
    assert [text.offset(Position(0, unit), UTF8) for unit in range(7)] == [0, 1, 1, 1, 1, 5, 6]


@given(string=TEXTS, first=st.integers(-2, 16), last=st.integers(-2, 16))
def test_spans_of_lines_hold_their_line_ends(string: str, first: int, last: int) -> None:
    text = Text.of(string)
    span = text.lines_span(first, last)
    low = min(max(first, 0), text.line_count - 1)
    high = min(max(last, low), text.line_count - 1)
    assert span.start == text.line_starts[low]
    assert span.end == (len(text) if high == text.line_count - 1 else text.line_starts[high + 1])


@given(TEXTS)
def test_lines_of_offsets(string: str) -> None:
    text = Text.of(string)
    for offset in range(len(text) + 1):
        line = text.line_of(offset)
        assert text.line_starts[line] <= offset
        assert line == text.line_count - 1 or offset < text.line_starts[line + 1]


def test_lone_surrogates_become_one_replacement_each_and_pairs_one_character() -> None:
    for string, expected in [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffé\ud800", "\ufeffé\ufffd"),
        ("x\ud800", "x\ufffd"),
    ]:
        assert str(Text.of(string)) == expected
        assert units(expected, UTF16) == len(string.encode("utf-16-le", "surrogatepass")) // 2, "positions hold"


def test_equality_hash_and_digest_are_those_of_the_bytes() -> None:
    assert Text(b"a") == Text.of("a")
    assert len({Text(b"a"), Text.of("a"), Text(b"b")}) == 2
    assert Text(b"a") != "a"
    assert Text(b"a").digest == digest_of(b"a") != digest_of(b"b")
    assert len(digest_of(b"")) == 32


@given(string=TEXTS, data=st.data())
def test_simultaneous_edits(string: str, data: st.DataObject) -> None:
    text = Text.of(string)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [TextEdit(span, data.draw(st.binary(max_size=3))) for span in spans]
    expected = bytearray(text.data)
    for edit in reversed(edits):
        expected[edit.span.start : edit.span.end] = edit.new
    assert text.apply(tuple(edits)).data == bytes(expected)
    shuffled = data.draw(st.permutations(edits))
    empty = [edit.span for edit in edits if not edit.span]
    if len(set(empty)) == len(empty):  # insertions at one place keep their order instead
        assert text.apply(tuple(shuffled)).data == bytes(expected)


def test_insertions_at_one_place_keep_their_order_and_stand_before_a_replacement() -> None:
    text = Text(b"abc")
    edits = (TextEdit(Span(1, 2), b"-"), TextEdit(Span(1, 1), b"1"), TextEdit(Span(1, 1), b"2"))
    assert text.apply(edits).data == b"a12-c"


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(0, 9)], [(1, 3), (2, 2)]])
def test_overlapping_edits_and_edits_outside_are_bugs(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(AssertionError):
        Text(b"abc").apply(tuple(TextEdit(Span(start, end), b"") for start, end in spans))


def test_spans() -> None:
    assert Span(1, 4).contains(Span(1, 4))
    assert not Span(1, 4).contains(Span(0, 2))
    assert Span(1, 4).overlaps(Span(3, 9))
    assert not Span(1, 4).overlaps(Span(4, 9))
    assert Span(1, 4).overlaps(Span(2, 2))
    assert not Span(1, 4).overlaps(Span(1, 1))
    assert len(Span(1, 4)) == 3
    for start, end in ((-1, 0), (2, 1)):
        with pytest.raises(AssertionError):
            Span(start, end)


@given(before=TEXTS, after=TEXTS)
def test_minimal_edits_can_be_sent_to_an_editor(before: str, after: str) -> None:
    text = Text.of(before)
    edit = minimal_edit(text.data, after.encode())
    if edit is None:
        assert before == after
        return
    assert text.apply((edit,)).data == after.encode()
    edit.new.decode()
    for encoding in PositionEncoding:
        for offset in (edit.span.start, edit.span.end):
            assert text.offset(text.position(offset, encoding), encoding) == offset


def test_minimal_edits_are_minimal_but_for_characters_and_line_ends() -> None:
    strings = ["".join(letters) for size in range(5) for letters in product("ab", repeat=size)]
    for before, after in product(strings, strings):
        edit = minimal_edit(before.encode(), after.encode())
        shortest = min(
            len(before) + len(after) - 2 * (head + tail)
            for head in range(len(before) + 1)
            for tail in range(min(len(before), len(after)) - head + 1)
            if before[:head] == after[:head] and before[len(before) - tail :] == after[len(after) - tail :]
        )
        assert (len(edit.span) + len(edit.new) if edit else 0) == shortest


@pytest.mark.parametrize(
    ("before", "after", "span", "new"),
    [
        ("a\r\nb", "a\nb", (1, 3), "\n"),
        ("a\nb", "a\r\nb", (1, 2), "\r\n"),
        ("a\rb", "a\r\nb", (1, 2), "\r\n"),
        ("é", "è", (0, 2), "è"),
        ("x😀", "x😁", (1, 5), "😁"),
        ("aa", "aaa", (2, 2), "a"),
    ],
)
def test_minimal_edits_split_neither_characters_nor_line_ends(
    before: str, after: str, span: tuple[int, int], new: str
) -> None:
    assert minimal_edit(before.encode(), after.encode()) == TextEdit(Span(*span), new.encode())
