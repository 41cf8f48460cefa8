"""Search/replace blocks of one file, located and combined into text edits.

All blocks refer to the text as it was: their order does not matter. A block whose text is nowhere in it is tried
again on the text that the other blocks produce. Blocks that change the same lines are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sightline.base.text import Text, TextEdit
from sightline.edits.file_lines import FileLines, LineChange, split_lines
from sightline.edits.line_diff import minimal_edits
from sightline.edits.locate import Match, Miss, locate
from sightline.edits.proposal import Located, ReplaceBlock, Unmatched

_WORD = re.compile(rb"\w{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOutcome:
    """What the edits of one file come to. No ``edits`` and nothing ``unmatched``: the text is so already."""

    edits: tuple[TextEdit, ...] = ()
    how: Located = Located.EXACT
    unmatched: tuple[Unmatched, ...] = ()


def apply_blocks(text: Text, blocks: Sequence[ReplaceBlock]) -> TextOutcome:
    """Locates ``blocks`` (all of one file, none with an empty search) in ``text``."""
    lines = FileLines(text)
    placed: list[Match] = []
    missed: list[tuple[ReplaceBlock, Miss]] = []
    unmatched: list[Unmatched] = []
    for block in _without_twins(blocks):
        if block.search == block.replace:
            continue
        found = _place(lines, block)
        if isinstance(found, Miss):
            missed.append((block, found))
        elif (other := next((match for match in placed if conflict(match, found)), None)) is not None:
            reason = f"The block changes lines {other.first + 1}-{other.end} that another block changes as well."
            unmatched.append(Unmatched(path=block.path, reason=reason, line=block.line))
        else:
            placed.append(found)
    placed.sort(key=lambda match: (match.first, match.end))
    edits = lines.edits(change for match in placed for change in match.changes)
    how = [match.how for match in placed]
    if missed:
        edits, refused = _apply_missed(lines, edits, missed, how)
        unmatched += refused
    return TextOutcome(edits=edits, how=_weakest(how), unmatched=tuple(unmatched))


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


def _place(lines: FileLines, block: ReplaceBlock) -> Match | Miss:
    """The place of a block. Of several readings that fit, the one with the longest search is right.

    Its lines that look like dividers are then lines of the file.
    """
    readings = ((block.search, block.replace), *block.alternatives)
    results = [locate(lines, search, replace, block.near) for search, replace in readings]
    matches = [result for result in results if isinstance(result, Match)]
    if matches:
        return max(matches, key=lambda match: match.end - match.first)
    misses = [result for result in results if isinstance(result, Miss)]
    return next((miss for miss in misses if not miss.absent), misses[0])


def _apply_missed(
    lines: FileLines, edits: tuple[TextEdit, ...], missed: list[tuple[ReplaceBlock, Miss]], how: list[Located]
) -> tuple[tuple[TextEdit, ...], list[Unmatched]]:
    """Tries blocks that are not in the text on what the others made of it. Adds to ``how``."""
    unmatched: list[Unmatched] = []
    current = FileLines(lines.text.apply(edits)) if edits else lines
    changed = False
    for block, miss in missed:
        found = _place(current, block) if miss.absent and current is not lines else miss
        if isinstance(found, Match):
            current = FileLines(current.text.apply(current.edits(found.changes)))
            how.append(found.how)
            changed = True
        elif not (miss.absent and _is_done(lines, block)):
            unmatched.append(Unmatched(path=block.path, reason=miss.reason, line=block.line, nearest=miss.nearest))
    return (minimal_edits(lines.text, current.text) if changed else edits), unmatched


def _is_done(lines: FileLines, block: ReplaceBlock) -> bool:
    """Whether the replacement stands in the file already, at one place, with enough text to tell."""
    old, new = split_lines(block.search), split_lines(block.replace)
    added = [line for line in new if line not in old and _WORD.search(line)]
    kept = [line for line in new if _WORD.search(line)]
    if not added and len(kept) < 2:
        return False
    found = locate(lines, block.replace, block.replace)
    return isinstance(found, Match) and found.how is Located.EXACT


def _without_twins(blocks: Sequence[ReplaceBlock]) -> list[ReplaceBlock]:
    """The blocks without those that repeat an earlier one word for word."""
    unique = {(block.search, block.replace, block.near): block for block in reversed(blocks)}
    return list(unique.values())[::-1]


def _weakest(how: Sequence[Located]) -> Located:
    return next((kind for kind in (Located.OFFSET, Located.WHITESPACE) if kind in how), Located.EXACT)
