"""Cuts the lines that matter out of a definition too large to be shown whole. Knows no file and no budget in tokens."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sightline.context.tokens import terms_of_word, words

#: Lines shown around a line that matters.
AROUND = 5

#: Lines shown around it where there is no more room.
CLOSELY = 2

#: A gap of at most so many lines between two windows is shown: a mark in its place would cost as much.
BRIDGE = 3

#: A line that is pointed at outweighs any number of words.
_POINTED = 1000.0


def excerpt(  # noqa: PLR0913  what is cut, and the four things that decide where
    lines: Sequence[str],
    first: int,
    last: int,
    *,
    pointed: Collection[int],
    terms: Mapping[int, float],
    most: int,
    head: Sequence[int] = (),
) -> list[tuple[int, int]]:
    """Ranges of one-based lines inside ``first``..``last``, in order, at most ``most`` lines together.

    ``lines`` is the whole file. The ``head`` stays, so that the piece can be recognised, or the first line of it where
    it would take more than a third of the room; then the neighbourhoods of the lines with the words of the task that
    are rarest in the piece, or the beginning of the piece when no line has any.
    """
    most = max(most, 1)
    if last - first + 1 <= most:
        return [(first, last)]
    head = head or (first,)
    chosen = set(head if len(head) <= max(most // 3, 1) else head[:1])
    alone = len(chosen)
    within = [line for line in range(first, last + 1) if line not in chosen and (line not in head or line in pointed)]
    best = _best_lines(lines, within, pointed, terms)
    for line in best:
        # A line without its neighbours is shown where it is pointed at, or where there would be nothing else.
        sizes = (AROUND, CLOSELY, 0) if line in pointed or len(chosen) == alone else (AROUND, CLOSELY)
        windows = (set(range(max(first, line - n), min(last, line + n) + 1)) for n in sizes)
        fitting = next((window for window in windows if len(chosen | window) <= most), None)
        if fitting is None:
            break
        chosen |= fitting
    if not best:
        after = range(max(chosen, default=first - 1) + 1, last + 1)
        chosen |= set(after[: most - len(chosen)])
    return _ranges(sorted(chosen), most)


def _best_lines(
    lines: Sequence[str], within: Sequence[int], pointed: Collection[int], terms: Mapping[int, float]
) -> list[int]:
    """The lines worth their neighbourhood, best first. A word on every line says nothing about which one is meant."""
    found = {
        line: {term for word in words(lines[line - 1]) for term in terms_of_word(word) if term in terms}
        for line in within
    }
    on_lines = Counter(term for each in found.values() for term in each)
    values = {term: terms[term] * math.log(1 + len(within) / times) for term, times in on_lines.items()}
    scores = {
        line: sum(values[term] for term in sorted(each)) + (_POINTED if line in pointed else 0.0)
        for line, each in found.items()
    }
    return sorted((line for line in scores if scores[line]), key=lambda line: (-scores[line], line))


def _ranges(chosen: Sequence[int], most: int) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    room = most - len(chosen)
    for line in chosen:
        gap = line - ranges[-1][1] - 1 if ranges else 0
        if ranges and gap <= min(BRIDGE, room):
            room -= gap
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return ranges
