"""Cuts the lines that matter out of a definition too large to be shown whole. Knows no file and no budget in tokens."""

from __future__ import annotations

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


def excerpt(
    lines: Sequence[str], first: int, last: int, *, pointed: Collection[int], terms: Mapping[int, float], most: int
) -> list[tuple[int, int]]:
    """Ranges of one-based lines inside ``first``..``last``, in order, at most ``most`` lines together.

    ``lines`` is the whole file. The first line stays, so that the piece can be recognised; then the neighbourhoods of
    the lines with the weightiest words of the task, or the beginning of the piece when no line has any.
    """
    most = max(most, 1)
    if last - first + 1 <= most:
        return [(first, last)]
    best = _best_lines(lines, first, last, pointed, terms)
    chosen = {first} if best else set(range(first, first + most))
    for line in best:
        windows = (set(range(max(first, line - n), min(last, line + n) + 1)) for n in (AROUND, CLOSELY))
        fitting = next((window for window in windows if len(chosen | window) <= most), None)
        if fitting is None:
            break
        chosen |= fitting
    return _ranges(sorted(chosen), most)


def _best_lines(
    lines: Sequence[str], first: int, last: int, pointed: Collection[int], terms: Mapping[int, float]
) -> list[int]:
    scores: dict[int, float] = {}
    for line in range(first, last + 1):
        found = {term for word in words(lines[line - 1]) for term in terms_of_word(word) if term in terms}
        score = sum(terms[term] for term in sorted(found)) + (_POINTED if line in pointed else 0.0)
        if score:
            scores[line] = score
    return sorted(scores, key=lambda line: (-scores[line], line))


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
