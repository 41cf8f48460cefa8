"""The text of a context: one block per file, code exactly as it stands, and marks for what is left out.

A mark is a line that begins with ``⋮``. No language has a line like that, and where a file does hold one, its block
uses a longer mark. Path lines and fences are outside the code; a fence is longer than any in the file, so that code
cannot end it. This file chooses nothing: ``pack.py`` says what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sightline.base.redact import redact
from sightline.context.chunks import has_content
from sightline.context.ranges import Lines, lines_named, overlap, without
from sightline.context.source import SourceLines


class Form(StrEnum):
    """How a piece is shown."""

    FULL = "full"  # the lines as they are
    SIGNATURE = "signature"  # the lines of the signature, without the body
    OUTLINE = "outline"  # the name alone, in the mark that stands for its lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Lines ``first``..``last`` (one-based, inclusive) that are shown of a file."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A definition whose name stands in the mark for the lines it begins in."""

    name: str
    first: int


def render_block(
    source: SourceLines,
    shown_path: str,
    shown: Sequence[Shown],
    names: Sequence[Named] = (),
    known: Sequence[Lines] = (),
    *,
    exact: bool = False,
) -> str:
    """The block of one file, ending in an empty line. ``names`` are listed in the marks of the gaps they lie in.

    For ``known`` lines, which stand above the text, there are marks; a block of nothing else is one line about them.
    ``exact``: no line beyond ``shown``, which must be in order and apart, even where a mark costs more.
    """
    mark, fence = source.mark, source.fence
    body: list[str] = []
    at = 1
    ranges = [(piece.first, piece.last) for piece in shown] if exact else shown_ranges(source, shown)
    above = overlap(ranges, known)
    if above and not names and not without(ranges, known):
        return f"### {shown_path}\n{mark} {_lines_above(above)}\n\n"
    for first, last, is_above in _parts(ranges, above):
        if first > at:
            body.append(_left_out(mark, at, first - 1, names))
        body.extend([f"{mark} {_lines_above([(first, last)])}"] if is_above else source.lines[first - 1 : last])
        at = last + 1
    if at <= len(source.lines):
        body.append(_left_out(mark, at, len(source.lines), names))
    return "\n".join((f"### {shown_path}", f"{fence}{source.language}", *body, fence, "", ""))


def shown_text(source: SourceLines, shown: Shown) -> str:
    """The lines of one piece, for counting."""
    return "\n".join(source.lines[shown.first - 1 : shown.last]) + "\n"


def shown_ranges(source: SourceLines, shown: Sequence[Shown]) -> list[Lines]:
    """Ranges in order, joined where nothing but blank lines and closing brackets lie between: a mark costs more."""
    lines = source.lines
    ranges: list[Lines] = []
    for piece in sorted(shown, key=lambda piece: (piece.first, piece.last)):
        first, last = piece.first, min(piece.last, len(lines))
        if ranges and _joins(lines, ranges[-1][1], first):
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], last))
        else:
            ranges.append((first, last))
    if ranges and _joins(lines, 0, ranges[0][0]):
        ranges[0] = (1, ranges[0][1])
    if ranges and _joins(lines, ranges[-1][1], len(lines) + 1):
        ranges[-1] = (ranges[-1][0], len(lines))
    return ranges


def _joins(lines: Sequence[str], end: int, start: int) -> bool:
    return start - end <= 1 or not any(map(has_content, lines[end : start - 1]))


def _parts(ranges: Sequence[Lines], above: Sequence[Lines]) -> list[tuple[int, int, bool]]:
    """The ranges in order, cut where lines that stand above begin and end."""
    parts = [(first, last, False) for first, last in without(ranges, above)]
    return sorted(parts + [(first, last, True) for first, last in above])


def _lines_above(ranges: Sequence[Lines]) -> str:
    return f"{lines_named(ranges)} shown above"


def _left_out(mark: str, first: int, last: int, names: Sequence[Named]) -> str:
    where = f"line {first}" if first == last else f"lines {first}-{last}"
    listed = ", ".join([named.name for named in names if first <= named.first <= last])
    said = f"{mark} {where} left out"
    return _redacted(f"{said}, with {listed}") if listed else said


@lru_cache(maxsize=1 << 9)  # a block is rendered with each piece that it grows by, and most of its marks stay the same
def _redacted(mark: str) -> str:
    return redact(mark)
