"""A replaced span must give the text, the line starts and the offsets that a fresh text gives."""

from itertools import combinations_with_replacement, product

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Position, PositionEncoding, Span, Text

#: Everything that ends a line, everything that must not, and characters of one to four bytes.
ALPHABET = st.sampled_from(["a", "\r", "\n", "\r\n", "\f", "\u2028", "\x85", "é", "€", "😀"])
PIECES = st.lists(ALPHABET, max_size=12).map("".join)


@given(before=PIECES, new=PIECES, data=st.data())
def test_line_starts_are_spliced_exactly(before: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    text = Text.of(before)
    assert text.line_starts  # known before the edit, so that they are carried over
    span = Span(len(before[:start].encode()), len(before[:end].encode()))

    replaced = text.replaced(span, new.encode())

    fresh = Text.of(before[:start] + new + before[end:])
    assert replaced == fresh
    assert replaced.line_starts == fresh.line_starts


def test_every_way_to_join_and_split_line_ends() -> None:
    strings = ["".join(parts) for size in range(4) for parts in product("a\r\n", repeat=size)]
    for before, new in product(strings, strings):
        text = Text.of(before)
        assert text.line_starts
        for start, end in combinations_with_replacement(range(len(before) + 1), 2):
            replaced = text.replaced(Span(start, end), new.encode())
            assert replaced.line_starts == Text(replaced.data).line_starts, (before, start, end, new)


def slow_offset(line: str, wanted: int, encoding: PositionEncoding) -> int:
    units = offset = 0
    for character in line:
        width = len(character.encode())
        step = {"utf-8": width, "utf-16": len(character.encode("utf-16-le")) // 2, "utf-32": 1}[encoding]
        if units + step > wanted:
            break
        units += step
        offset += width
    return offset


@given(line=st.text(st.sampled_from("aé€😀\u2028\f"), max_size=8), wanted=st.integers(-1, 40))
def test_offsets_in_every_encoding_agree_with_counting(line: str, wanted: int) -> None:
    for encoding in PositionEncoding:
        found = Text.of(line).offset(Position(0, wanted), encoding)
        assert found == slow_offset(line, wanted, encoding)
