"""The differences between two texts as hunks of whole lines. Pure.

Equal ends are cut off first; lines that are unique on both sides divide the rest, and so on between them (patience
diff). For what holds no unique line the shortest edit is looked for (E. Myers, An O(ND) Difference Algorithm, 1986)
while a budget lasts, about 0.1 s; after that a region counts as replaced as a whole: correct, only coarser.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sightline.base.text import Text

#: Steps of Myers' algorithm for one pair of texts: enough for 600 changed lines in one region.
_BUDGET = 200_000
#: Real files need less than ten; text made to be slow could need one for each line.
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines ``start``..``end`` (zero-based, half-open) of one text became lines ``new_start``..``new_end``."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class _Region:
    start: int
    end: int
    new_start: int
    new_end: int
    depth: int


def split_lines(text: Text) -> list[bytes]:
    """The lines of a text with their ends; joined they are the text. After a last line end there is no further line."""
    starts = [*text.line_starts, len(text.data)]
    lines = [text.data[start:end] for start, end in pairwise(starts)]
    return lines if lines[-1] else lines[:-1]


def line_hunks(before: Sequence[bytes], after: Sequence[bytes]) -> list[Hunk]:
    """The differences, in order; between two of them lies at least one equal line."""
    hunks: list[Hunk] = []
    at = new_at = 0
    for left, right in (*sorted(_matches(before, after)), (len(before), len(after))):
        if (left, right) != (at, new_at):
            hunks.append(Hunk(at, left, new_at, right))
        at, new_at = left + 1, right + 1
    return hunks


def _matches(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of equal lines that do not cross, in no particular order."""
    pending = [_Region(0, len(before), 0, len(after), 0)]
    budget = _BUDGET
    while pending:
        region = pending.pop()
        start, end, new_start, new_end = region.start, region.end, region.new_start, region.new_end
        while start < end and new_start < new_end and before[start] == after[new_start]:
            yield start, new_start
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and before[end - 1] == after[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            yield end, new_end
        if start == end or new_start == new_end or region.depth == _DEEPEST:
            continue
        trimmed = _Region(start, end, new_start, new_end, region.depth + 1)
        anchors = _unique_matches(before, after, trimmed)
        if anchors:
            yield from anchors
            pending += _between(anchors, trimmed)
        else:
            found = _shortest_edit(before[start:end], after[new_start:new_end], budget)
            budget -= found.steps
            yield from ((start + left, new_start + right) for left, right in found.matches)


@dataclass(frozen=True, slots=True)
class _ShortestEdit:
    matches: list[tuple[int, int]]
    steps: int


def _shortest_edit(before: Sequence[bytes], after: Sequence[bytes], budget: int) -> _ShortestEdit:
    """Equal lines of the shortest edit; none when it needs more than ``budget`` steps.

    ``reach[k]`` is how far the path on diagonal ``k`` (lines of ``before`` less lines of ``after``) has come.
    """
    steps = 0
    reach = {1: 0}
    history: list[dict[int, int]] = []
    for changes in range(len(before) + len(after) + 1):
        steps += 2 * changes + 1
        if steps > budget:
            return _ShortestEdit([], budget)
        history.append(dict(reach))
        for diagonal in range(-changes, changes + 1, 2):
            left = reach[diagonal + 1] if _comes_down(reach, diagonal, changes) else reach[diagonal - 1] + 1
            right = left - diagonal
            while left < len(before) and right < len(after) and before[left] == after[right]:
                left, right = left + 1, right + 1
            reach[diagonal] = left
            if left == len(before) and right == len(after):
                return _ShortestEdit(_walk_back(history, left, right), steps)
    raise AssertionError("replacing every line is always an edit")


def _comes_down(reach: dict[int, int], diagonal: int, changes: int) -> bool:
    """Whether a path gets to a diagonal from the one above, by a line of ``after``, else from below."""
    return diagonal == -changes or (diagonal != changes and reach[diagonal - 1] < reach[diagonal + 1])


def _walk_back(history: list[dict[int, int]], left: int, right: int) -> list[tuple[int, int]]:
    """The equal lines on the path that ends at (``left``, ``right``), the last first."""
    matches: list[tuple[int, int]] = []
    for changes in range(len(history) - 1, -1, -1):
        reach, diagonal = history[changes], left - right
        down = _comes_down(reach, diagonal, changes)
        origin = diagonal + 1 if down else diagonal - 1
        begin = reach[origin] if down else reach[origin] + 1
        matches += ((line, line - diagonal) for line in range(left - 1, begin - 1, -1))
        left, right = reach[origin], reach[origin] - origin
    return matches


def _between(anchors: list[tuple[int, int]], region: _Region) -> Iterator[_Region]:
    at, new_at = region.start, region.new_start
    for left, right in (*anchors, (region.end, region.new_end)):
        if at < left and new_at < right:
            yield _Region(at, left, new_at, right, region.depth)
        at, new_at = left + 1, right + 1


def _unique_matches(before: Sequence[bytes], after: Sequence[bytes], region: _Region) -> list[tuple[int, int]]:
    """The longest run of pairs, rising on both sides, of lines that occur once on each side of the region."""
    counts = Counter(before[region.start : region.end])
    new_counts = Counter(after[region.new_start : region.new_end])
    places = {after[number]: number for number in range(region.new_start, region.new_end)}
    pairs = [
        (number, places[before[number]])
        for number in range(region.start, region.end)
        if counts[before[number]] == 1 and new_counts[before[number]] == 1
    ]
    return longest_rising(pairs)


def longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest subsequence that rises in its second part (patience sorting), in O(n log n)."""
    tops: list[int] = []
    top_pairs: list[int] = []
    previous: list[int] = []
    for number, (_, right) in enumerate(pairs):
        pile = bisect_left(tops, right)
        previous.append(top_pairs[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [right]
        top_pairs[pile : pile + 1] = [number]
    chosen: list[tuple[int, int]] = []
    number = top_pairs[-1] if top_pairs else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = previous[number]
    return chosen[::-1]
