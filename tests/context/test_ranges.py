"""Ranges of lines behave like the sets of lines that they stand for."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from sightline.context.ranges import Lines, count_of, joined, lines_named, overlap, without

RANGES = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)).map(lambda pair: (pair[0], sum(pair)))).map(joined)


def lines(ranges: Iterable[Lines]) -> set[int]:
    return {line for first, last in ranges for line in range(first, last + 1)}


@given(RANGES, RANGES)
def test_as_sets(one: tuple[Lines, ...], other: tuple[Lines, ...]) -> None:
    assert lines(overlap(one, other)) == lines(one) & lines(other)
    assert lines(without(one, other)) == lines(one) - lines(other)
    assert lines(joined([*one, *other])) == lines(one) | lines(other)
    for result in (overlap(one, other), without(one, other), joined([*one, *other])):
        assert list(result) == sorted(result)
        assert count_of(result) == len(lines(result)), "no line twice"


def test_in_words() -> None:
    assert lines_named([(3, 3)]) == "line 3"
    assert lines_named([(3, 4), (9, 9)]) == "lines 3-4, 9"
