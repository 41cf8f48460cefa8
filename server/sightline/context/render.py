"""The text of a context: one block per file, code exactly as it stands, and marks for what is left out.

A mark is a line that begins with ``⋮``. No language has a line like that, and where a file does hold one, its block
uses a longer mark. Path lines and fences are outside the code; a fence is longer than any in the file, so that code
cannot end it. This file chooses nothing: ``pack.py`` says what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sightline.base.redact import redact
from sightline.context.chunks import has_content
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


def render_block(source: SourceLines, shown_path: str, shown: Sequence[Shown], names: Sequence[Named] = ()) -> str:
    """The block of one file, ending in an empty line. ``names`` are listed in the marks of the gaps they lie in."""
    mark, fence = source.mark, source.fence
    body: list[str] = []
    at = 1
    for first, last in _merged(source.lines, shown):
        if first > at:
            body.append(_left_out(mark, at, first - 1, names))
        body.extend(source.lines[first - 1 : last])
        at = last + 1
    if at <= len(source.lines):
        body.append(_left_out(mark, at, len(source.lines), names))
    return "\n".join((f"### {shown_path}", f"{fence}{source.language}", *body, fence, "", ""))


def shown_text(source: SourceLines, shown: Shown) -> str:
    """The lines of one piece, for counting."""
    return "\n".join(source.lines[shown.first - 1 : shown.last]) + "\n"


def _merged(lines: Sequence[str], shown: Sequence[Shown]) -> list[tuple[int, int]]:
    """Ranges in order, joined where nothing but blank lines and closing brackets lie between: a mark costs more."""
    ranges: list[tuple[int, int]] = []
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


def _left_out(mark: str, first: int, last: int, names: Sequence[Named]) -> str:
    where = f"line {first}" if first == last else f"lines {first}-{last}"
    listed = ", ".join(named.name for named in names if first <= named.first <= last)
    return redact(f"{mark} {where} left out" + (f", with {listed}" if listed else ""))
