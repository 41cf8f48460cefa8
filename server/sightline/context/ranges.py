"""Ranges of lines, one-based and inclusive, in order and apart from one another. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: First and last line.
Lines = tuple[int, int]


def joined(ranges: Iterable[Lines]) -> tuple[Lines, ...]:
    """Ranges in any order, overlapping or not, as ranges in order; those without a line between them become one."""
    found: list[Lines] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def overlap(ranges: Sequence[Lines], others: Sequence[Lines]) -> tuple[Lines, ...]:
    """The lines that are in both."""
    found = (
        (max(first, start), min(last, end))
        for first, last in ranges
        for start, end in others
        if start <= last and first <= end
    )
    return tuple(sorted(found))


def without(ranges: Sequence[Lines], others: Sequence[Lines]) -> tuple[Lines, ...]:
    """The lines of ``ranges`` that are not in ``others``."""
    left: list[Lines] = []
    for first, last in ranges:
        at = first
        for start, end in overlap([(first, last)], others):
            if at < start:
                left.append((at, start - 1))
            at = end + 1
        if at <= last:
            left.append((at, last))
    return tuple(left)


def count_of(ranges: Iterable[Lines]) -> int:
    """How many lines there are."""
    return sum(last - first + 1 for first, last in ranges)


def lines_named(ranges: Sequence[Lines]) -> str:
    """``line 3`` or ``lines 3-4, 9``, for people and models."""
    numbers = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
    return f"line {numbers}" if count_of(ranges) == 1 else f"lines {numbers}"
