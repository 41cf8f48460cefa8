"""The place that resembles a search text most, for one that is not in the file: the last rung of location.

What may differ is one line that the edit leaves as it is, or one that the search text lacks or has too many, and blank
lines; the file keeps its own. Every line that the edit removes, and a line beside every insertion, must be in the file
(up to indentation), so that the result is that of a three-way merge without a conflict. Two differing lines are how
the sibling of a function looks whose text is gone. The place is taken when its likeness is at least :data:`THRESHOLD`
and no other place has almost as many of the lines (:data:`MARGIN`).

Both figures were measured, with ``tests/bench/edits/bench_apply.py``; ``docs/explanation/performance.md`` has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sightline.edits.file_lines import FileLines, LineChange
from sightline.edits.indentation import kept_as_in_file, shift_between
from sightline.edits.line_diff import LineHunk, line_hunks

#: The least likeness of a place that is taken.
THRESHOLD = 0.85
#: How much more of the search text's characters must stand there in equal lines than anywhere else.
MARGIN = 0.1

#: A line that occurs more often votes for no place.
_COMMON = 60
#: Places looked at more closely, those with the most votes.
_MOST_PLACES = 12
#: Lines that may be missing or too many in the search text, beside one in ten.
_SLACK = 3
#: Lines paired one to one are the same line, changed, when they are at least so much alike.
_PAIRED = 0.5
#: Longer runs of unequal lines are compared line by line only.
_LONG = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """The lines ``first..end`` resemble the search text by ``score``; ``changes`` are what the edit makes of them."""

    first: int
    end: int
    score: float
    changes: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A place and how it lines up: ``equal`` and ``paired`` lead from lines of the search to lines of the file.

    ``differing`` counts the lines, blank ones aside, that are not the same on both sides.
    """

    first: int
    end: int
    score: float
    equal: dict[int, int]
    paired: dict[int, int]
    differing: int = 0

    def line_of(self, index: int) -> int | None:
        """The line of the file for a line of the search text."""
        return self.equal.get(index, self.paired.get(index))


def closest(
    lines: FileLines, search: Sequence[bytes], replace: Sequence[bytes], within: range, *, of_diff: bool = False
) -> Closest | str:
    """The one place that ``search`` means, or a sentence that says why there is none ("" when nothing is alike).

    Lines of a hunk (``of_diff``) that stay may have lost the space in front of them.
    """
    wanted = [line.strip(b" \t") for line in search]
    edits = line_hunks(search, replace)
    offsets = _offsets(lines, wanted, within)
    places = [place for offset in offsets if (place := _lined_up(lines, wanted, offset, within)) is not None]
    best = max(places, key=lambda place: (place.score, -place.first), default=None)
    if best is None or best.score < THRESHOLD:
        return ""
    touched = {at for hunk in edits for at in range(max(hunk.old_start - 1, 0), hunk.old_end + 1)}
    touched = {at for at in touched if at < len(wanted) and wanted[at]} or touched
    if (other := _rival(lines, wanted, touched, best, places, offsets)) is not None:
        return f"Lines {best.first + 1} and {other + 1} resemble it alike."
    if best.differing > 1:
        return f"It resembles lines {best.first + 1}-{best.end}, but {best.differing} lines differ."
    changes = list(_merged(lines, search, replace, edits, best, of_diff=of_diff))
    if any(change is None for change in changes):
        return f"It resembles lines {best.first + 1}-{best.end}, which differ where the edit changes them."
    return Closest(
        first=best.first,
        end=best.end,
        score=best.score,
        changes=tuple(change for change in changes if change is not None),
    )


def _rival(
    lines: FileLines,
    wanted: Sequence[bytes],
    touched: set[int],
    best: _Place,
    places: Sequence[_Place],
    offsets: Sequence[int],
) -> int | None:
    """The first line of another place that has almost as many of the lines; ``None`` when there is none."""
    total = sum(map(len, wanted)) or 1
    enough = sum(len(wanted[at]) for at in best.equal) / total - MARGIN
    for place in places:
        if sum(len(wanted[at]) for at in place.equal) / total > enough and _differ(best, place, touched):
            return place.first
    own = {line - at for at in touched if (line := best.line_of(at)) is not None}
    for offset in offsets:
        first = max(offset, 0)
        there = lines.stripped[first : offset + len(wanted)]
        pairs = zip(wanted[first - offset :], there, strict=False)
        if offset not in own and sum(len(left) for left, right in pairs if left == right) / total > enough:
            return first
    return None


def _differ(left: _Place, right: _Place, touched: set[int]) -> bool:
    """Whether two alignments lead a line that matters to different lines of the file."""
    pairs = ((left.line_of(at), right.line_of(at)) for at in touched)
    return any(one != other for one, other in pairs if one is not None or other is not None)


def _offsets(lines: FileLines, wanted: Sequence[bytes], within: range) -> list[int]:
    """Where the search text may begin, best first: equal lines vote, by their lengths."""
    votes: dict[int, int] = defaultdict(int)
    for index, line in enumerate(wanted):
        numbers = lines.stripped_index.get(line, ()) if line else ()
        if len(numbers) <= _COMMON:
            for number in numbers:
                if number in within:
                    votes[number - index] += len(line)
    ordered = sorted(votes, key=lambda at: (-votes[at], at))[:_MOST_PLACES]
    return [offset for offset in ordered if 2 * votes[offset] >= votes[ordered[0]]]


def _lined_up(lines: FileLines, wanted: Sequence[bytes], offset: int, within: range) -> _Place | None:
    """The best alignment of ``wanted`` with the lines around ``offset``, without what is before and behind it."""
    slack = _SLACK + len(wanted) // 10
    start, stop = max(offset - slack, within.start), min(offset + len(wanted) + slack, within.stop)
    window = lines.stripped[start:stop]
    hunks = list(line_hunks(wanted, window))
    equal: dict[int, int] = {}
    paired: dict[int, int] = {}
    common = total = differing = 0
    at_old = at_new = 0
    for hunk in (*hunks, LineHunk(len(wanted), len(wanted), len(window), len(window))):
        for old, new in zip(range(at_old, hunk.old_start), range(at_new, hunk.new_start), strict=True):
            equal[old] = start + new
        at_old, at_new = hunk.old_end, hunk.new_end
        trimmed = _trimmed(hunk, len(wanted), len(window))
        old_lines, new_lines = wanted[trimmed.old_start : trimmed.old_end], window[trimmed.new_start : trimmed.new_end]
        total += sum(map(len, old_lines)) + sum(map(len, new_lines))
        differing += max(sum(map(bool, old_lines)), sum(map(bool, new_lines)))
        if len(old_lines) == len(new_lines):
            shares = [_common(left, right) for left, right in zip(old_lines, new_lines, strict=True)]
            for index, share in enumerate(shares):
                size = len(old_lines[index]) + len(new_lines[index])
                if not size or 2 * share >= _PAIRED * size:
                    paired[trimmed.old_start + index] = start + trimmed.new_start + index
            common += 2 * sum(shares)
        else:
            common += 2 * _common(b"\n".join(old_lines), b"\n".join(new_lines))
    if not any(wanted[old] for old in equal):
        return None
    size = sum(2 * len(wanted[old]) for old in equal)
    known = [*equal.values(), *paired.values()]
    return _Place(min(known), max(known) + 1, (size + common) / (size + total), equal, paired, differing)


def _trimmed(hunk: LineHunk, wanted: int, window: int) -> LineHunk:
    """A hunk at either end of the window, without the lines of the file that only stand before or behind the place."""
    old_size = hunk.old_end - hunk.old_start
    if hunk.old_start == 0 and hunk.new_start == 0:
        return LineHunk(hunk.old_start, hunk.old_end, max(hunk.new_end - old_size, 0), hunk.new_end)
    if hunk.old_end == wanted and hunk.new_end == window:
        return LineHunk(hunk.old_start, hunk.old_end, hunk.new_start, min(hunk.new_start + old_size, hunk.new_end))
    return hunk


def _common(left: bytes, right: bytes) -> int:
    """Bytes that both share in order."""
    if left == right:
        return len(left)
    if len(left) + len(right) > _LONG:
        return 0
    return sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())


def _merged(
    lines: FileLines,
    search: Sequence[bytes],
    replace: Sequence[bytes],
    edits: Sequence[LineHunk],
    place: _Place,
    *,
    of_diff: bool,
) -> Iterator[LineChange | None]:
    """What the edit changes in the file; ``None`` for a part whose lines the file does not have as they are."""
    pairs = [(search[old], lines.contents[new]) for old, new in place.equal.items()]
    shift = shift_between(pairs)
    if of_diff and all(right in (left, b" " + left) for left, right in pairs if left.strip(b" \t")):
        shift = kept_as_in_file(pairs)
    for hunk in edits:
        first = _first_line(place, hunk, len(search))
        if shift is None or first is None:
            yield None
            continue
        new = [shift(line) if line.strip(b" \t") else line for line in replace[hunk.new_start : hunk.new_end]]
        if any(line is None for line in new):
            yield None
            continue
        size = hunk.old_end - hunk.old_start
        yield LineChange(first, first + size, tuple(line for line in new if line is not None))


def _first_line(place: _Place, hunk: LineHunk, size: int) -> int | None:
    """The line of the file at which a part of the edit begins; ``None`` when that cannot be told for certain."""
    if hunk.old_start < hunk.old_end:
        found = [place.equal.get(at) for at in range(hunk.old_start, hunk.old_end)]
        first = found[0]
        return first if first is not None and found == list(range(first, first + len(found))) else None
    before = place.line_of(hunk.old_start - 1) if hunk.old_start > 0 else None
    behind = place.line_of(hunk.old_start) if hunk.old_start < size else None
    if hunk.old_start - 1 not in place.equal and hunk.old_start not in place.equal:
        return None
    if before is None and behind is None:
        return None
    if before is None or behind is None:
        # At an end of the search text there is no second line; elsewhere the lines around it must be neighbours.
        at_end = hunk.old_start in (0, size)
        return (before + 1 if before is not None else behind) if at_end else None
    return behind if behind == before + 1 else None
