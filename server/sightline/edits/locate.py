"""Finds the place of a search text in a file: exactly, else tolerant of whitespace, else the one place closest to it.

Whole lines only. In order: equal lines; lines equal up to trailing whitespace; lines equal under one change of
indentation for all of them (a prefix added or removed, or tabs for a fixed number of spaces), in which case the
replacement is re-indented in the same way; lines equal once the characters of a chat are taken back (``mangled.py``);
the unique closest place, in which only lines differ that the block does not change (``closest.py``). Blank lines
count. Several places are refused with their line numbers, unless the block names its lines. This file changes nothing:
it answers with line changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sightline.edits.closest import Closest, closest
from sightline.edits.file_lines import FileLines, LineChange, LineIndex, split_lines
from sightline.edits.indentation import Reindent, TabChange, kept_as_in_file, shift_between, unchanged
from sightline.edits.line_diff import line_hunks
from sightline.edits.mangled import restored
from sightline.edits.nearest import nearest_lines, shown
from sightline.edits.proposal import Located

#: Places of an ambiguous match that are looked for; the message names them.
_PLACES = 6
_WORD = re.compile(rb"\w{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The block covers the zero-based lines ``first..end``; ``changes`` are the lines of it that differ.

    ``score`` is the likeness of a closest place. ``tabs`` is how the block's indentation was changed throughout, if it
    was: other blocks of the reply, whose place does not show it, want the same.
    """

    first: int
    end: int
    how: Located
    changes: tuple[LineChange, ...]
    score: float = 1.0
    tabs: TabChange | None = None

    def with_tabs(self, tabs: TabChange) -> Match:
        """This match with the new lines indented as those of other blocks had to be."""
        changes = (replace(change, new=tuple(map(tabs.wherever_it_fits, change.new))) for change in self.changes)
        return replace(self, changes=tuple(changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The block has no place. ``absent`` tells that the search text is nowhere (it is not merely ambiguous)."""

    reason: str
    nearest: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a block says of its place beside its text.

    ``near`` are one-based first and last lines that choose between several places. Outside of the zero-based lines
    ``within`` nothing is looked for: those of the definition that the block names. ``of_diff`` is the text of a hunk,
    whose lines that stay may have lost the space in front of them: then the lines it brings are as they should be.
    """

    near: tuple[int, int] | None = None
    within: range | None = None
    of_diff: bool = False


_NO_HINTS = Hints()


def locate(lines: FileLines, search: str, replacement: str, hints: Hints = _NO_HINTS) -> Match | Miss:
    """The place of ``search`` in the file and what ``replacement`` changes there, by every rung but the last."""
    if not search.strip():
        return Miss(reason="The search text is blank.")
    found = _locate_text(lines, search, replacement, hints)
    if isinstance(found, Match) or not found.absent:
        return found
    for other_search, other_replacement in restored(search, replacement):
        again = _locate_text(lines, other_search, other_replacement, hints)
        if isinstance(again, Match):
            return replace(again, how=Located.CHARACTERS)
    return found


def locate_closest(lines: FileLines, search: str, replacement: str, hints: Hints = _NO_HINTS) -> Match | Miss:
    """The place that resembles ``search`` most; for a text that :func:`locate` did not find."""
    within = hints.within or range(len(lines))
    found = closest(lines, split_lines(search), split_lines(replacement), within, of_diff=hints.of_diff)
    if isinstance(found, Closest):
        return Match(first=found.first, end=found.end, how=Located.CLOSEST, changes=found.changes, score=found.score)
    return Miss(reason=found, absent=True)


def _locate_text(lines: FileLines, search: str, replacement: str, hints: Hints) -> Match | Miss:
    wanted = split_lines(search)
    exact = _places(lines.exact_index, lines.contents, wanted, hints)
    if exact:
        return _chosen(lines, exact, wanted, hints) or _match(lines, exact[0], wanted, split_lines(replacement))
    stripped = [line.strip(b" \t") for line in wanted]
    loose = _places(lines.stripped_index, lines.stripped, stripped, hints)
    trailing = [place for place in loose if _equal_but_trailing(lines, place, wanted)]
    if trailing:
        chosen = _chosen(lines, trailing, wanted, hints)
        return chosen or _match_loose(lines, trailing[0], wanted, replacement, unchanged)
    shifts = [(place, shift) for place in loose if (shift := _shift(wanted, lines, place)) is not None]
    if not shifts:
        return _absent(lines, wanted, loose)
    refused = _chosen(lines, [place for place, _ in shifts], wanted, hints)
    shift = shifts[0][1]
    if hints.of_diff and shift(b"x") == b" x":
        place = shifts[0][0]
        shift = kept_as_in_file(zip(wanted, lines.contents[place : place + len(wanted)], strict=True))
    return refused or _match_loose(lines, shifts[0][0], wanted, replacement, shift)


def _places(index: LineIndex, contents: list[bytes], wanted: list[bytes], hints: Hints) -> list[int]:
    """Where ``wanted`` begins; at most ``_PLACES``, or only those that touch the lines ``near`` if one of them does."""
    near, within = hints.near, hints.within
    size = len(wanted)
    rarest = min(range(size), key=lambda at: len(index.get(wanted[at], ())))
    found: list[int] = []
    for number in index.get(wanted[rarest], ()):
        start = number - rarest
        inside = within is None or (within.start <= start and start + size <= within.stop)
        if start >= 0 and inside and contents[start : start + size] == wanted:
            found.append(start)
            if near is None and len(found) == _PLACES:
                break
    named = [start for start in found if near and start < near[1] and near[0] <= start + size]
    return named or found


def _chosen(lines: FileLines, places: list[int], wanted: list[bytes], hints: Hints) -> Miss | None:
    if len(places) == 1:
        return None
    named = places[: _PLACES - 1]
    numbers = ", ".join(str(place + 1) for place in named) + (" and more" if len(places) > len(named) else "")
    reason = f"The search text is in the file more than once, at lines {numbers}: add lines that tell them apart."
    if hints.near:
        reason += f" Lines {hints.near[0]}-{hints.near[1]} do not single one out."
    return Miss(reason=reason, nearest=shown(lines, (places[0], places[0] + len(wanted))))


def _match(lines: FileLines, first: int, wanted: list[bytes], replacement: list[bytes]) -> Match:
    changes = tuple(
        LineChange(first + hunk.old_start, first + hunk.old_end, tuple(replacement[hunk.new_start : hunk.new_end]))
        for hunk in line_hunks(wanted, replacement)
    )
    done = is_done_there(lines, first, wanted, replacement)
    return Match(first=first, end=first + len(wanted), how=Located.EXACT, changes=() if done else changes)


def is_done_there(lines: FileLines, first: int, wanted: Sequence[bytes], replacement: Sequence[bytes]) -> bool:
    """Whether lines that the block puts before or behind its place stand there already, word for word."""
    more = len(replacement) - len(wanted)
    for before in range(more + 1) if more > 0 else ():
        if list(replacement[before : before + len(wanted)]) != list(wanted) or before > first:
            continue
        added = [*replacement[:before], *replacement[before + len(wanted) :]]
        there = lines.contents[first - before : first - before + len(replacement)]
        if there == list(replacement) and any(_WORD.search(line) for line in added):
            return True
    return False


def _match_loose(lines: FileLines, first: int, wanted: list[bytes], text: str, reindent: Reindent) -> Match | Miss:
    """A match up to whitespace: lines that the block does not change keep the file's own whitespace."""
    replacement = split_lines(text)
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
    how = Located.WHITESPACE if reindent is unchanged else Located.INDENTATION
    tabs = reindent if isinstance(reindent, TabChange) else None
    return Match(first=first, end=first + len(wanted), how=how, changes=tuple(changes), tabs=tabs)


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


def _shift(wanted: list[bytes], lines: FileLines, first: int) -> Reindent | None:
    """The one change of indentation that turns the lines of ``wanted`` into those of the file."""
    found = lines.contents[first : first + len(wanted)]
    return shift_between(zip(wanted, found, strict=True))
