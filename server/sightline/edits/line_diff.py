"""The line hunks between two texts, for small edits and for unified diffs.

Patience diff (unique common lines as anchors, as Bram Cohen described it for Bazaar) with ``difflib`` for the small
gaps in between, so that the cost stays close to linear for files of ten thousand lines. It knows bytes only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from sightline.base.text import Span, Text, TextEdit

#: Gaps with more line pairs than this become one hunk: ``difflib`` is cubic in the worst case.
_SMALL_GAP = 40_000


@dataclass(frozen=True, slots=True)
class LineHunk:
    """The lines ``old_start..old_end`` (half-open, zero-based) become ``new_start..new_end``; not both are empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def line_hunks(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[LineHunk, ...]:
    """The differing line ranges in order; neighbours are at least one equal line apart."""
    found: list[LineHunk] = []
    pending = [(0, len(old), 0, len(new))]
    while pending:
        gap = _trim(old, new, pending.pop())
        old_start, old_end, new_start, new_end = gap
        if old_start == old_end and new_start == new_end:
            continue
        if old_start == old_end or new_start == new_end:
            found.append(LineHunk(*gap))
            continue
        anchors = _anchors(old[old_start:old_end], new[new_start:new_end])
        if anchors:
            pending += _between(gap, anchors)
        elif (old_end - old_start) * (new_end - new_start) <= _SMALL_GAP:
            found += _small(old, new, gap)
        else:
            found.append(LineHunk(*gap))
    return _merged(sorted(found, key=lambda hunk: (hunk.old_start, hunk.new_start)))


def minimal_edits(before: Text, after: Text) -> tuple[TextEdit, ...]:
    """Whole-line edits that turn ``before`` into exactly ``after``, in order; none when they are equal."""
    old, new = raw_lines(before.data), raw_lines(after.data)
    starts = [0, *accumulate(len(line) for line in old)]
    return tuple(
        TextEdit(Span(starts[hunk.old_start], starts[hunk.old_end]), b"".join(new[hunk.new_start : hunk.new_end]))
        for hunk in line_hunks(old, new)
    )


def raw_lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: each with its ``\\n``, the last one perhaps without."""
    return [line for line in re.split(rb"(?<=\n)", data) if line]


def _trim(old: Sequence[bytes], new: Sequence[bytes], gap: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    old_start, old_end, new_start, new_end = gap
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        old_start += 1
        new_start += 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    return old_start, old_end, new_start, new_end


def _anchors(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Lines that are unique on both sides, in an order both sides share (longest increasing subsequence)."""
    count_old, count_new = Counter(old), Counter(new)
    place = {line: index for index, line in enumerate(new) if count_new[line] == 1 and line in count_old}
    pairs = [(index, place[line]) for index, line in enumerate(old) if count_old[line] == 1 and line in place]
    tails: list[int] = []
    chains: list[int] = []
    previous: list[int] = [-1] * len(pairs)
    for index, (_, target) in enumerate(pairs):
        at = bisect_left(tails, target)
        previous[index] = chains[at - 1] if at else -1
        if at == len(tails):
            tails.append(target)
            chains.append(index)
        else:
            tails[at] = target
            chains[at] = index
    result: list[tuple[int, int]] = []
    index = chains[-1] if chains else -1
    while index >= 0:
        result.append(pairs[index])
        index = previous[index]
    return result[::-1]


def _between(gap: tuple[int, int, int, int], anchors: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    old_start, old_end, new_start, new_end = gap
    result: list[tuple[int, int, int, int]] = []
    at_old, at_new = old_start, new_start
    for left, right in anchors:
        result.append((at_old, old_start + left, at_new, new_start + right))
        at_old, at_new = old_start + left + 1, new_start + right + 1
    result.append((at_old, old_end, at_new, new_end))
    return result


def _small(old: Sequence[bytes], new: Sequence[bytes], gap: tuple[int, int, int, int]) -> list[LineHunk]:
    old_start, old_end, new_start, new_end = gap
    matcher = SequenceMatcher(None, old[old_start:old_end], new[new_start:new_end], autojunk=False)
    return [
        LineHunk(old_start + i1, old_start + i2, new_start + j1, new_start + j2)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _merged(hunks: list[LineHunk]) -> tuple[LineHunk, ...]:
    result: list[LineHunk] = []
    for hunk in hunks:
        if result and result[-1].old_end == hunk.old_start and result[-1].new_end == hunk.new_start:
            result[-1] = LineHunk(result[-1].old_start, hunk.old_end, result[-1].new_start, hunk.new_end)
        else:
            result.append(hunk)
    return tuple(result)
