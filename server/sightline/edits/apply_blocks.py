"""Search/replace blocks and edits of definitions of one file, located and combined into text edits.

All of them refer to the text as it was: their order does not matter. A block whose text is nowhere in it is tried
again on the text that the others produce, and only then at the place closest to it. What changes the same lines is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sightline.base.text import Text, TextEdit
from sightline.edits.elision import without_common_elisions
from sightline.edits.file_lines import FileLines, LineChange, split_lines
from sightline.edits.indentation import TabChange
from sightline.edits.line_diff import minimal_edits
from sightline.edits.locate import Hints, Match, Miss, locate, locate_closest
from sightline.edits.proposal import Located, ReplaceBlock, SymbolEdit, Unmatched

_WORD = re.compile(rb"\w{2,}")

Rung = Callable[[FileLines, str, str, Hints], Match | Miss]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one edit was placed; ``first`` is the zero-based line of the file, see :class:`Placement`."""

    how: Located
    first: int = 0
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOutcome:
    """What the edits of one file come to. No ``edits`` and nothing ``unmatched``: the text is so already.

    ``tabs`` are the changes of tabs that blocks needed to be found. ``anew``: a new file is asked for where one stands.
    """

    edits: tuple[TextEdit, ...] = ()
    found: tuple[Found, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    tabs: frozenset[TabChange] = frozenset()
    anew: bool = False


@dataclass(slots=True)
class _Work:
    """The blocks of one file and what came of them so far."""

    lines: FileLines
    placed: list[Match] = field(default_factory=list[Match])
    later: list[ReplaceBlock] = field(default_factory=list[ReplaceBlock])
    unmatched: list[Unmatched] = field(default_factory=list[Unmatched])

    def place(self, edit: ReplaceBlock | SymbolEdit, match: Match) -> None:
        """Takes a match, unless it changes lines that another one covers."""
        other = next((each for each in self.placed if conflict(each, match)), None)
        if other is None:
            self.placed.append(match)
            return
        what = "block" if isinstance(edit, ReplaceBlock) else "edit"
        reason = f"The {what} changes lines {other.first + 1}-{other.end} that another block changes as well."
        self.unmatched.append(Unmatched(path=edit.path, reason=reason, line=edit.line))

    def edits(self) -> tuple[TextEdit, ...]:
        """The text edits of all matches."""
        ordered = sorted(self.placed, key=lambda match: (match.first, match.end))
        return self.lines.edits(change for match in ordered for change in match.changes)


def apply_blocks(
    text: Text,
    blocks: Sequence[ReplaceBlock],
    symbols: Sequence[tuple[SymbolEdit, Match]] = (),
    tabs: TabChange | None = None,
) -> TextOutcome:
    """Locates ``blocks`` (all of one file, none with an empty search) in ``text``, beside edits placed already.

    ``tabs`` is the change of tabs that the blocks of other files needed.
    """
    work = _Work(FileLines(text))
    for edit, match in symbols:
        work.place(edit, match)
    missed: list[tuple[ReplaceBlock, Miss]] = []
    for block in _without_elisions(work.lines, _without_twins(blocks)):
        if block.search == block.replace:
            continue
        found = _place(work.lines, block, locate)
        if isinstance(found, Match):
            work.place(block, found)
        else:
            missed.append((block, found))
    if missed:
        _place_missed(work, missed)
    needed = frozenset(match.tabs for match in work.placed if match.tabs is not None)
    if (common := common_tabs(needed, work.lines, tabs)) is not None:
        plain = (Located.EXACT, Located.WHITESPACE)
        work.placed = [match.with_tabs(common) if match.how in plain else match for match in work.placed]
    edits = work.edits()
    found = [Found(how=match.how, first=match.first, score=match.score) for match in work.placed if match.changes]
    if work.later:
        edits = _apply_later(work, edits, found)
    return TextOutcome(edits=edits, found=tuple(found), unmatched=tuple(work.unmatched), tabs=needed)


def common_tabs(needed: frozenset[TabChange], lines: FileLines, elsewhere: TabChange | None) -> TabChange | None:
    """The change of tabs for blocks whose place does not show one: that of the others, else that of other files."""
    if needed:
        return next(iter(needed)) if len(needed) == 1 else None
    return elsewhere if elsewhere is not None and elsewhere.suits(lines.contents) else None


def conflict(left: Match, right: Match) -> bool:
    """Whether one match changes lines that the other one covers."""
    return _changes_within(left, right) or _changes_within(right, left)


def _changes_within(changing: Match, covering: Match) -> bool:
    return any(
        covering.first < change.end and change.first < covering.end
        if change.first < change.end
        else covering.first < change.first < covering.end or _unordered(change, changing, covering)
        for change in changing.changes
    )


def _unordered(insertion: LineChange, own: Match, other: Match) -> bool:
    """Two insertions between the same lines have no order, unless one block ends where the other begins."""
    at = insertion.first
    if not any(theirs.first == theirs.end == at for theirs in other.changes):
        return False
    return not (own.end == at == other.first or other.end == at == own.first)


def _place(lines: FileLines, block: ReplaceBlock, rung: Rung) -> Match | Miss:
    """The place of a block. Of several readings that fit, the one with the longest search is right.

    Its lines that look like dividers are then lines of the file.
    """
    readings = ((block.search, block.replace), *block.alternatives)
    results = [rung(lines, search, replace, Hints(near=block.near)) for search, replace in readings]
    matches = [result for result in results if isinstance(result, Match)]
    if matches:
        return max(matches, key=lambda match: match.end - match.first)
    misses = [result for result in results if isinstance(result, Miss)]
    return next((miss for miss in misses if not miss.absent), misses[0])


def _place_missed(work: _Work, missed: list[tuple[ReplaceBlock, Miss]]) -> None:
    """Blocks that are not in the text: for those that the others make, ``later``; else done, closest, or unmatched."""
    made = FileLines(work.lines.text.apply(work.edits())) if work.placed else None
    for block, miss in missed:
        reason = miss.reason
        if miss.absent:
            if made is not None and isinstance(_place(made, block, locate), Match):
                work.later.append(block)
                continue
            if _is_done(work.lines, block):
                continue
            likest = _place(work.lines, block, locate_closest)
            if isinstance(likest, Match):
                work.place(block, likest)
                continue
            reason = f"{reason} {likest.reason}".rstrip()
        work.unmatched.append(Unmatched(path=block.path, reason=reason, line=block.line, nearest=miss.nearest))


def _apply_later(work: _Work, edits: tuple[TextEdit, ...], found: list[Found]) -> tuple[TextEdit, ...]:
    """Blocks on text that the others made, one after the other. Adds to ``found``."""
    current = FileLines(work.lines.text.apply(edits))
    for block in work.later:
        match = _place(current, block, locate)
        if isinstance(match, Miss):
            work.unmatched.append(
                Unmatched(path=block.path, reason=match.reason, line=block.line, nearest=match.nearest)
            )
            continue
        current = FileLines(current.text.apply(current.edits(match.changes)))
        found.append(Found(how=match.how, first=match.first, score=match.score))
    return minimal_edits(work.lines.text, current.text)


def _is_done(lines: FileLines, block: ReplaceBlock) -> bool:
    """Whether the replacement stands in the file already, at one place, with enough text to tell."""
    if not proves_itself(split_lines(block.search), split_lines(block.replace)):
        return False
    found = locate(lines, block.replace, block.replace)
    return isinstance(found, Match) and found.how is Located.EXACT


def proves_itself(old: Sequence[bytes], new: Sequence[bytes]) -> bool:
    """Whether the lines ``new``, found in a file, show that ``old`` became them there.

    They do when they bring words of their own; a deletion does when words stay on both sides of it: the lines around
    what is gone are neighbours then.
    """
    if any(line not in old and _WORD.search(line) for line in new):
        return True
    size = min(len(old), len(new))
    head = next((at for at in range(size) if old[at] != new[at]), size)
    tail = next((at for at in range(size - head) if old[-1 - at] != new[-1 - at]), size - head)
    kept = (new[:head], new[len(new) - tail :])
    return all(any(_WORD.search(line) for line in side) for side in kept)


def _without_elisions(lines: FileLines, blocks: Sequence[ReplaceBlock]) -> Iterator[ReplaceBlock]:
    """The blocks; one that leaves out code in the same way in both parts as the blocks around that code."""
    for block in blocks:
        pieces = without_common_elisions(block.search, block.replace, block.path)
        if pieces is None or isinstance(locate(lines, block.search, block.replace), Match):
            yield block
        else:
            yield from (replace(block, search=old, replace=new, alternatives=()) for old, new in pieces)


def _without_twins(blocks: Sequence[ReplaceBlock]) -> list[ReplaceBlock]:
    """The blocks without those that repeat an earlier one word for word."""
    unique = {(block.search, block.replace, block.near): block for block in reversed(blocks)}
    return list(unique.values())[::-1]
