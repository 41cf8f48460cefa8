"""The hunks of a diff of one file, located and turned into text edits. No fuzz.

A hunk belongs where its line number says if its old lines are there, else where they are once. Lines are git's (they
end at ``\\n``) and equal byte for byte; where no place is, line ends may differ (a model's diff of a CRLF file), and
the file keeps its own. A hunk without old lines shows nothing to check: it is believed only if the diff names the very
text (``index`` line) or the file is empty.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from sightline.base.text import Span, Text, TextEdit
from sightline.edits.apply_blocks import Found, TextOutcome, common_tabs, proves_itself
from sightline.edits.file_lines import FileLines, LineChange
from sightline.edits.indentation import TabChange
from sightline.edits.line_diff import line_hunks, raw_lines
from sightline.edits.locate import Hints, Match, Miss, is_done_there, locate, locate_closest
from sightline.edits.nearest import nearest_lines, shown
from sightline.edits.proposal import DiffHunk, FileDiff, Located, Unmatched
from sightline.edits.regions import lines_below
from sightline.workspace.files import SourceFile

_WORD = re.compile(rb"\w{2,}")
_BOM = "\ufeff"
_ABSENT = Miss(reason="The old lines of the hunk are not in the file.", absent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A hunk in its place: the bytes it covers and the edits within them."""

    covers: Span
    edits: tuple[TextEdit, ...]
    found: Found
    end: int
    tabs: TabChange | None = None


def apply_hunks(file: SourceFile, diff: FileDiff, tabs: TabChange | None = None) -> TextOutcome:
    """Text edits for all hunks of ``diff`` in ``file``; ``tabs`` as for :func:`apply_blocks`."""
    side = _Side(file, diff)
    hunks = (
        diff.hunks if not diff.tolerant else tuple({(h.old, h.new, h.start, h.within): h for h in diff.hunks}.values())
    )
    results = [side.place(hunk) for hunk in hunks]
    if diff.tolerant:
        results = _by_order(side, hunks, results)
    needed = frozenset(each.tabs for each in results if isinstance(each, _Placed) and each.tabs is not None)
    if diff.tolerant and (common := common_tabs(needed, side.lines, tabs)) is not None:
        results = [
            side.again(hunk, result, common) if isinstance(result, _Placed) and result.tabs is None else result
            for hunk, result in zip(hunks, results, strict=True)
        ]
    placed: list[_Placed] = []
    unmatched: list[Unmatched] = []
    for hunk, result in zip(hunks, results, strict=True):
        found = result
        if isinstance(found, Miss) and side.is_done(hunk):
            continue
        if isinstance(found, Miss) and found.absent and diff.tolerant:
            likest = side.closest(hunk)
            reason = f"{found.reason} {likest.reason}".rstrip() if isinstance(likest, Miss) else ""
            found = Miss(reason=reason) if isinstance(likest, Miss) else likest
        if isinstance(found, _Placed) and any(_conflict(found, other) for other in placed):
            found = Miss(reason="The hunk overlaps another one.")
        if isinstance(found, _Placed):
            placed.append(found)
        else:
            unmatched.append(Unmatched(path=diff.old, reason=found.reason, line=hunk.line, nearest=side.nearest(hunk)))
    edits = sorted((edit for hunk in placed for edit in hunk.edits), key=lambda edit: (edit.span.start, edit.span.end))
    if any(left.span.end > right.span.start for left, right in pairwise(edits)):
        unmatched.append(Unmatched(path=diff.old, reason="Hunks of the diff overlap.", line=diff.line))
        edits = []
    found = tuple(hunk.found for hunk in placed)
    return TextOutcome(edits=tuple(edits), found=found, unmatched=tuple(unmatched), tabs=needed)


def _by_order(side: _Side, hunks: Sequence[DiffHunk], results: Sequence[_Placed | Miss]) -> list[_Placed | Miss]:
    """Tries hunks without a place of their own again, between those before and behind them.

    Only where the headers number the hunks in rising order: then nobody shuffled them.
    """
    starts = [hunk.start for hunk in hunks]
    numbers = [start for start in starts if start is not None]
    places = [result.found.first for result in results if isinstance(result, _Placed)]
    if len(numbers) < len(starts) or sorted(set(numbers)) != numbers or sorted(places) != places:
        return list(results)
    mended: list[_Placed | Miss] = list(results)
    for at, result in enumerate(results):
        if isinstance(result, Miss) and hunks[at].old:
            before = [each.end for each in mended[:at] if isinstance(each, _Placed)]
            behind = [each.found.first for each in mended[at + 1 :] if isinstance(each, _Placed)]
            room = range(max(before, default=0), min(behind, default=len(side.lines)))
            again = side.place(hunks[at], room) if before or behind else result
            mended[at] = again if isinstance(again, _Placed) else result
    return mended


def text_of_hunks(hunks: Sequence[DiffHunk]) -> str | None:
    """The text of a new file; ``None`` when a hunk has old lines, so that the file is not new."""
    if any(hunk.old for hunk in hunks):
        return None
    return "".join(line for hunk in hunks for line in hunk.new)


class _Side:
    """The old side: the file's lines as git counts them, and by content alone."""

    def __init__(self, file: SourceFile, diff: FileDiff) -> None:
        self.file = file
        self.blob = diff.blob
        self.tolerant = diff.tolerant
        self.raw = raw_lines(file.text.data)
        self.starts = [0, *accumulate(len(line) for line in self.raw)]
        self.lines = FileLines(file.text)

    def place(self, hunk: DiffHunk, room: range | None = None) -> _Placed | Miss:
        """The hunk in its place, if that lies in the lines ``room``, or why it has none."""
        old, new = self._encoded(hunk.old), self._encoded(hunk.new)
        if not old:
            return self._insertion(hunk, new)
        within = room if room is not None else lines_below(self.lines, hunk.within)
        exact = _within_range(_places(self.raw, old), len(old), within)
        numbered = self.tolerant and bool(hunk.start) and hunk.start - 1 not in exact
        if numbered and (there := self._where_it_says(hunk, new)) is not None:
            return there
        if exact:
            chosen = _choose(exact, hunk, len(self.raw))
            return chosen if isinstance(chosen, Miss) else self._exact(chosen, old, new, hunk)
        loose_old, loose_new = [_bare(line) for line in old], [_bare(line) for line in new]
        loose = _within_range(_places(self.lines.contents, loose_old), len(old), within)
        if not loose and self.tolerant:
            return self._tolerantly(hunk, within)
        chosen = _choose(loose, hunk, len(self.lines)) if loose else _ABSENT
        return chosen if isinstance(chosen, Miss) else self._loose(chosen, loose_old, loose_new, hunk)

    def _where_it_says(self, hunk: DiffHunk, new: list[bytes]) -> _Placed | None:
        """The hunk at the line that its header names, where it is done, or its old lines are but for whitespace.

        Equal lines elsewhere are another place then.
        """
        done = (hunk.new_start or 0) - 1
        old = self._encoded(hunk.old)
        if done >= 0 and proves_itself(old, new) and self.raw[done : done + len(new)] == new:
            covers = Span(self.starts[done], self.starts[done + len(new)])
            found = Found(how=Located.EXACT, first=done)
            return _Placed(covers=covers, edits=(), found=found, end=done + len(new))
        first = (hunk.start or 1) - 1
        search, replacement = _sides(hunk)
        hints = Hints(within=range(first, first + len(hunk.old)), of_diff=True)
        found = locate(self.lines, search, replacement, hints)
        return self._matched(found) if isinstance(found, Match) else None

    def closest(self, hunk: DiffHunk) -> _Placed | Miss:
        """The place that resembles the old lines most, or why there is none."""
        if not hunk.old:
            return Miss(reason="")
        within = lines_below(self.lines, hunk.within)
        found = locate_closest(self.lines, *_sides(hunk), Hints(within=within, of_diff=True))
        return self._matched(found) if isinstance(found, Match) else found

    def _tolerantly(self, hunk: DiffHunk, within: range | None) -> _Placed | Miss:
        """The place of old lines that differ in whitespace or mangled characters; the header's number chooses."""
        search, replacement = _sides(hunk)
        found = locate(self.lines, search, replacement, Hints(within=within, of_diff=True))
        if isinstance(found, Miss) and not found.absent and hunk.start:
            there = range(hunk.start - 1, hunk.start - 1 + len(hunk.old))
            found = locate(self.lines, search, replacement, Hints(within=there, of_diff=True))
        if isinstance(found, Match):
            return self._matched(found)
        return _ABSENT if found.absent else found

    def again(self, hunk: DiffHunk, placed: _Placed, tabs: TabChange) -> _Placed:
        """A hunk in its place with ``tabs`` for its new lines."""
        found = locate(self.lines, *_sides(hunk), Hints(within=range(placed.found.first, placed.end)))
        return self._matched(found.with_tabs(tabs)) if isinstance(found, Match) else placed

    def _matched(self, match: Match) -> _Placed:
        return _Placed(
            covers=Span(self.lines.starts[match.first], self.lines.starts[match.end]),
            edits=self.lines.edits(match.changes),
            found=Found(how=match.how, first=match.first, score=match.score),
            end=match.end,
            tabs=match.tabs,
        )

    def is_done(self, hunk: DiffHunk) -> bool:
        """Whether the new lines stand in the file already, at one place, with enough text to tell."""
        old, new = self._encoded(hunk.old), self._encoded(hunk.new)
        return proves_itself(old, new) and not _places(self.raw, old) and len(_places(self.raw, new)) == 1

    def nearest(self, hunk: DiffHunk) -> str:
        """The nearest lines of the file, for repair."""
        place = nearest_lines(self.lines, [_bare(line) for line in self._encoded(hunk.old)])
        return shown(self.lines, place) if place else ""

    def _encoded(self, lines: Sequence[str]) -> list[bytes]:
        if self.file.bom and lines and lines[0].startswith(_BOM):
            lines = (lines[0].removeprefix(_BOM), *lines[1:])
        return [Text.of(line).data for line in lines if line]

    def _insertion(self, hunk: DiffHunk, new: list[bytes]) -> _Placed | Miss:
        if hunk.at_end:
            at = len(self.file.text.data)
            edits = self.lines.edits([LineChange(len(self.lines), len(self.lines), tuple(map(_bare, new)))])
            how = Found(how=Located.EXACT, first=len(self.lines))
            return _Placed(covers=Span(at, at), edits=edits, found=how, end=len(self.lines))
        start = hunk.start or 0
        verified = bool(self.blob) and _git_blob(self.file.bytes_on_disk).startswith(self.blob)
        if self.raw and not (verified and start <= len(self.raw)):
            return Miss(reason="A hunk without context cannot be checked: make the diff with context lines.")
        first = min(start, len(self.raw))
        at = self.starts[first]
        edits = (TextEdit(Span(at, at), b"".join(new)),)
        return _Placed(covers=Span(at, at), edits=edits, found=Found(how=Located.EXACT, first=first), end=first)

    def _exact(self, first: int, old: list[bytes], new: list[bytes], hunk: DiffHunk) -> _Placed | Miss:
        end = first + len(old)
        if end < len(self.raw) and new and not new[-1].endswith(b"\n"):
            return Miss(reason="The hunk ends the file, but the file goes on.")
        if self.tolerant and is_done_there(self.lines, first, list(map(_bare, old)), list(map(_bare, new))):
            new = old
        edits = tuple(
            TextEdit(
                Span(self.starts[first + part.old_start], self.starts[first + part.old_end]),
                b"".join(new[part.new_start : part.new_end]),
            )
            for part in line_hunks(old, new)
        )
        covers = Span(self.starts[first], self.starts[end])
        return _Placed(covers=covers, edits=edits, found=_found(first, hunk), end=end)

    def _loose(self, first: int, old: list[bytes], new: list[bytes], hunk: DiffHunk) -> _Placed:
        changes = (
            LineChange(first + part.old_start, first + part.old_end, tuple(new[part.new_start : part.new_end]))
            for part in line_hunks(old, new)
        )
        covers = Span(self.lines.starts[first], self.lines.starts[first + len(old)])
        edits = self.lines.edits(changes)
        return _Placed(covers=covers, edits=edits, found=_found(first, hunk), end=first + len(old))


def _places(lines: list[bytes], wanted: list[bytes]) -> list[int]:
    if not wanted:
        return []
    size = len(wanted)
    return [at for at, line in enumerate(lines) if line == wanted[0] and lines[at : at + size] == wanted]


def _within_range(places: list[int], size: int, within: range | None) -> list[int]:
    if within is None:
        return places
    return [place for place in places if within.start <= place and place + size <= within.stop]


def _choose(places: list[int], hunk: DiffHunk, size: int) -> int | Miss:
    if hunk.at_end and size - len(hunk.old) in places:
        return size - len(hunk.old)
    if hunk.start is not None and hunk.start - 1 in places:
        return hunk.start - 1
    if len(places) == 1:
        return places[0]
    numbers = ", ".join(str(place + 1) for place in places[:5])
    reason = f"The old lines of the hunk are not where it says, and elsewhere more than once, at lines {numbers}."
    return Miss(reason=reason)


def _found(first: int, hunk: DiffHunk) -> Found:
    """A hunk that names no line is found as exactly as one that names the right one."""
    return Found(how=Located.EXACT if hunk.start in (None, first + 1) else Located.OFFSET, first=first)


def _sides(hunk: DiffHunk) -> tuple[str, str]:
    """Both sides as the texts of a search/replace block: whole lines that end in ``\n``."""
    old, new = (tuple(line.rstrip("\r\n") + "\n" for line in side) for side in (hunk.old, hunk.new))
    return "".join(old), "".join(new)


def _conflict(left: _Placed, right: _Placed) -> bool:
    return _within(left.edits, right) or _within(right.edits, left)


def _within(edits: Sequence[TextEdit], other: _Placed) -> bool:
    same = {edit.span for edit in other.edits}
    return any(edit.span.overlaps(other.covers) or edit.span in same for edit in edits)


def _bare(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _git_blob(data: bytes) -> str:
    """Object name of a blob in a SHA-1 repository (gitformat-pack(5), "Object types")."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
