"""Finds the place of a search text in a file: exactly, else tolerant of whitespace, never by similarity.

Whole lines only. In order: equal lines; lines equal up to trailing whitespace; lines equal under one change of
indentation for all of them (a prefix added or removed, or tabs for a fixed number of spaces), in which case the
replacement is re-indented in the same way. Blank lines count. Several places are refused with their line numbers,
unless the block names its lines. This file changes nothing: it answers with line changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sightline.edits.file_lines import FileLines, LineChange, LineIndex, split_lines
from sightline.edits.line_diff import line_hunks
from sightline.edits.nearest import nearest_lines, shown
from sightline.edits.proposal import Located

#: Places of an ambiguous match that are looked for; the message names them.
_PLACES = 6

Reindent = Callable[[bytes], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The block covers the zero-based lines ``first..end``; ``changes`` are the lines of it that differ."""

    first: int
    end: int
    how: Located
    changes: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The block has no place. ``absent`` tells that the search text is nowhere (it is not merely ambiguous)."""

    reason: str
    nearest: str = ""
    absent: bool = False


def locate(lines: FileLines, search: str, replace: str, near: tuple[int, int] | None = None) -> Match | Miss:
    """The place of ``search`` in the file and what ``replace`` changes there.

    ``near`` are one-based first and last lines that choose between several places.
    """
    wanted = split_lines(search)
    if not any(line.strip() for line in wanted):
        return Miss(reason="The search text is blank.")
    exact = _places(lines.exact_index, lines.contents, wanted, near)
    if exact:
        return _chosen(lines, exact, wanted, near) or _match(exact[0], wanted, split_lines(replace))
    stripped = [line.strip(b" \t") for line in wanted]
    loose = _places(lines.stripped_index, lines.stripped, stripped, near)
    trailing = [place for place in loose if _equal_but_trailing(lines, place, wanted)]
    if trailing:
        return _chosen(lines, trailing, wanted, near) or _match_loose(lines, trailing[0], wanted, replace, _same)
    shifts = [(place, shift) for place in loose if (shift := _shift(wanted, lines, place)) is not None]
    if not shifts:
        return _absent(lines, wanted, loose)
    refused = _chosen(lines, [place for place, _ in shifts], wanted, near)
    return refused or _match_loose(lines, shifts[0][0], wanted, replace, shifts[0][1])


def _places(index: LineIndex, contents: list[bytes], wanted: list[bytes], near: tuple[int, int] | None) -> list[int]:
    """Where ``wanted`` begins; at most ``_PLACES``, or only those that touch the lines ``near`` if one of them does."""
    size = len(wanted)
    rarest = min(range(size), key=lambda at: len(index.get(wanted[at], ())))
    found: list[int] = []
    for number in index.get(wanted[rarest], ()):
        start = number - rarest
        if start >= 0 and contents[start : start + size] == wanted:
            found.append(start)
            if near is None and len(found) == _PLACES:
                break
    named = [start for start in found if near and start < near[1] and near[0] <= start + size]
    return named or found


def _chosen(lines: FileLines, places: list[int], wanted: list[bytes], near: tuple[int, int] | None) -> Miss | None:
    if len(places) == 1:
        return None
    named = places[: _PLACES - 1]
    numbers = ", ".join(str(place + 1) for place in named) + (" and more" if len(places) > len(named) else "")
    reason = f"The search text is in the file more than once, at lines {numbers}: add lines that tell them apart."
    if near:
        reason += f" Lines {near[0]}-{near[1]} do not single one out."
    return Miss(reason=reason, nearest=shown(lines, (places[0], places[0] + len(wanted))))


def _match(first: int, wanted: list[bytes], replacement: list[bytes]) -> Match:
    changes = tuple(
        LineChange(first + hunk.old_start, first + hunk.old_end, tuple(replacement[hunk.new_start : hunk.new_end]))
        for hunk in line_hunks(wanted, replacement)
    )
    return Match(first=first, end=first + len(wanted), how=Located.EXACT, changes=changes)


def _match_loose(lines: FileLines, first: int, wanted: list[bytes], replace: str, reindent: Reindent) -> Match | Miss:
    """A match up to whitespace: lines that the block does not change keep the file's own whitespace."""
    replacement = split_lines(replace)
    found = lines.contents[first : first + len(wanted)]
    # A block that adds trailing whitespace to lines of the file adds it to its new lines as well.
    sloppy = any(
        line != line.rstrip(b" \t") and file == file.rstrip(b" \t") for line, file in zip(wanted, found, strict=True)
    )
    changes: list[LineChange] = []
    for hunk in line_hunks([line.rstrip(b" \t") for line in wanted], [line.rstrip(b" \t") for line in replacement]):
        new: list[bytes] = []
        for line in replacement[hunk.new_start : hunk.new_end]:
            moved = reindent(line) if line.strip(b" \t") else line.rstrip(b" \t")
            if moved is None:
                reason = (
                    f"The search text is at line {first + 1} with an indentation that the replacement cannot follow."
                )
                return Miss(reason=reason, nearest=shown(lines, (first, first + len(wanted))))
            new.append(moved.rstrip(b" \t") if sloppy else moved)
        changes.append(LineChange(first + hunk.old_start, first + hunk.old_end, tuple(new)))
    return Match(first=first, end=first + len(wanted), how=Located.WHITESPACE, changes=tuple(changes))


def _absent(lines: FileLines, wanted: list[bytes], loose: list[int]) -> Miss:
    if loose:
        reason = f"The search text is at line {loose[0] + 1} only, with indentation that differs from line to line."
        return Miss(reason=reason, nearest=shown(lines, (loose[0], loose[0] + len(wanted))), absent=True)
    place = nearest_lines(lines, wanted) if len(lines) else None
    if place is None:
        return Miss(reason="The search text is not in the file, and nothing in the file resembles it.", absent=True)
    reason = f"The search text is not in the file; the nearest lines are {place[0] + 1}-{place[1]}."
    return Miss(reason=reason, nearest=shown(lines, place), absent=True)


def _equal_but_trailing(lines: FileLines, first: int, wanted: list[bytes]) -> bool:
    found = lines.contents[first : first + len(wanted)]
    return all(left.rstrip(b" \t") == right.rstrip(b" \t") for left, right in zip(wanted, found, strict=True))


def _same(line: bytes) -> bytes | None:
    return line


def _shift(wanted: list[bytes], lines: FileLines, first: int) -> Reindent | None:
    """The one change of indentation that turns the lines of ``wanted`` into those of the file."""
    found = lines.contents[first : first + len(wanted)]
    pairs = [(_indent(left), _indent(right)) for left, right in zip(wanted, found, strict=True) if left.strip(b" \t")]
    return next((shift for shift in _shifts(pairs) if all(shift(left) == right for left, right in pairs)), None)


def _shifts(pairs: Sequence[tuple[bytes, bytes]]) -> Iterator[Reindent]:
    left, right = pairs[0]
    if right.endswith(left):
        prefix = right[: len(right) - len(left)]
        yield lambda line: prefix + line
    if left.endswith(right):
        surplus = left[: len(left) - len(right)]
        yield lambda line: line[len(surplus) :] if line.startswith(surplus) else None
    for left, right in pairs:
        spaces, tabs = sorted((left, right), key=lambda indent: b"\t" in indent)
        if spaces and tabs and not spaces.strip(b" ") and not tabs.strip(b"\t") and len(spaces) % len(tabs) == 0:
            width = len(spaces) // len(tabs)
            if width in (2, 3, 4, 8):
                yield partial(_to_tabs if tabs == right else _to_spaces, width)
            return


def _to_tabs(width: int, line: bytes) -> bytes | None:
    indent = _indent(line)
    if b"\t" in indent or len(indent) % width:
        return None
    return b"\t" * (len(indent) // width) + line[len(indent) :]


def _to_spaces(width: int, line: bytes) -> bytes | None:
    indent = _indent(line)
    if b" " in indent:
        return None
    return b" " * (width * len(indent)) + line[len(indent) :]


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]
