"""Integers in few bytes and few steps: tables of references, lengths of lines, runs of wide characters.

Bytes are in this machine's order: blobs are a cache and never travel. This file knows no facts.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, count, pairwise
from operator import add
from typing import cast

from sightline.base.text import Text

#: A text with more runs of characters outside ASCII keeps none of them: its columns are counted in the text itself.
MOST_WIDE_RUNS = 2_000

_INTEGER_BYTES = 4
#: How a plane is packed.
_KEPT, _CONSTANT, _AS_BEFORE = 0, 1, 2
_WIDE = re.compile(rb"[\x80-\xff]+")


def integers(code: str, data: memoryview | bytes | bytearray) -> array[int]:
    """An array of its own from raw bytes. Raises ``ValueError`` for a code that is none or bytes that do not fit."""
    numbers = cast("array[int]", array(code))
    numbers.frombytes(data)
    return numbers


def packed_integers(values: Sequence[int]) -> tuple[bytes, str]:
    """``values``, none negative, in the smallest type that holds them all, and that type's code."""
    for code in "BH":
        try:
            return array(code, values).tobytes(), code
        except OverflowError:
            continue
    return array("I", values).tobytes(), "I"


def packed_table(values: array[int], width: int) -> tuple[bytes, bytes]:
    """A flat table of 32-bit integers, ``width`` a row, as byte planes: all first bytes of the first column, and so on.

    A plane that holds one value throughout is kept as that value only, so that small numbers take one byte each, and
    one that equals the plane before not at all: so the upper bytes of numbers of which some are -1. Cutting bytes with
    a stride is done in C; converting the numbers would cost five times as much. Returns the planes, and two bytes for
    each: whether it is kept, constant or equal, and the value of a constant one.
    """
    data = values.tobytes()
    planes: list[bytes] = []
    kinds = bytearray()
    before = b""
    for at in range(width * _INTEGER_BYTES):
        plane = data[at :: width * _INTEGER_BYTES]
        if plane.count(plane[:1]) == len(plane):
            kinds += bytes((_CONSTANT,)) + (plane[:1] or b"\0")
        elif plane == before:
            kinds += bytes((_AS_BEFORE, 0))
        else:
            kinds += bytes((_KEPT, 0))
            planes.append(plane)
        before = plane
    return b"".join(planes), bytes(kinds)


def unpacked_table(data: memoryview, kinds: bytes, rows: int) -> tuple[array[int], ...]:
    """The columns of what :func:`packed_table` packed. Raises ``ValueError`` when the bytes do not fit."""
    hows, values = kinds[0::2], kinds[1::2]
    if len(kinds) % (2 * _INTEGER_BYTES) or len(data) != hows.count(_KEPT) * rows:
        raise ValueError("the table does not fit")
    columns: list[array[int]] = []
    column = bytearray(_INTEGER_BYTES * rows)
    constants = {value: bytes((value,)) * rows for value in {0, *values}}
    plane: memoryview | bytes = constants[0]
    held: list[memoryview | bytes] = [constants[0]] * _INTEGER_BYTES
    at = 0
    for number, (how, value) in enumerate(zip(hows, values, strict=True)):
        byte = number % _INTEGER_BYTES
        if how == _CONSTANT:
            plane = constants[value]
        elif how == _KEPT:
            plane = data[at : at + rows]
            at += rows
        if held[byte] is not plane:  # the upper bytes of most columns are those of the column before: none
            column[byte::_INTEGER_BYTES] = held[byte] = plane
        if byte == _INTEGER_BYTES - 1:
            columns.append(integers("i", column))
    return tuple(columns)


def packed_lines(text: Text) -> tuple[bytes, str]:
    """Length of every line but the last, less one (the shortest line is its line end)."""
    if b"\r" in text.data:
        starts = text.line_starts
        return packed_integers([after - before - 1 for before, after in pairwise(starts)])
    return packed_integers(list(map(len, text.data.split(b"\n")[:-1])))


def unpacked_lines(data: memoryview, code: str) -> array[int]:
    """Byte offset of every line."""
    return array("I", map(add, accumulate(integers(code, data), initial=0), count()))


def line_numbers(text: Text, offsets: Iterable[int]) -> list[int]:
    """Zero-based lines of byte offsets; made for few offsets, ascending but for some, near the top of a text."""
    data = text.data
    if b"\r" in data:
        return [text.line_of(offset) for offset in offsets]
    lines: list[int] = []
    line = counted = 0
    for offset in offsets:
        if offset < counted:
            line = counted = 0
        line += data.count(b"\n", counted, offset)
        counted = offset
        lines.append(line)
    return lines


def packed_wide_runs(text: Text) -> bytes:
    """Start, end and surplus (bytes less characters) of each run of bytes outside ASCII; empty if they are too many."""
    if text.data.isascii():
        return b""
    runs = array("I")
    for match in _WIDE.finditer(text.data):
        start, end = match.span()
        runs.extend((start, end, sum(byte & 0xC0 == 0x80 for byte in match.group())))
        if len(runs) > 3 * MOST_WIDE_RUNS:
            return b""
    return runs.tobytes()
