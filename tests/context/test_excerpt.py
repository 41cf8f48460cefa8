"""Cutting the lines that matter out of a large definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.context.excerpt import excerpt
from sightline.context.tokens import query_terms

LINES = ["def handle(request):", *(f"    step_{n}(request)" for n in range(2, 101))]
LINES[59] = "    cookie = request.cookie('session')"
TERMS = dict.fromkeys(query_terms("session cookie"), 1.0)


def test_what_fits_is_whole() -> None:
    assert excerpt(LINES, 1, 100, pointed=(), terms=TERMS, most=100) == [(1, 100)]


def test_the_first_line_and_the_lines_with_the_words_of_the_task_stay() -> None:
    assert excerpt(LINES, 1, 100, pointed=(), terms=TERMS, most=20) == [(1, 1), (55, 65)]


def test_a_line_that_is_pointed_at_outweighs_words() -> None:
    assert excerpt(LINES, 1, 100, pointed=(80,), terms=TERMS, most=13) == [(1, 1), (75, 85)]


def test_little_room_shows_the_closest_lines() -> None:
    assert excerpt(LINES, 1, 100, pointed=(80,), terms={}, most=7) == [(1, 1), (78, 82)]


def test_without_a_hint_the_beginning_is_shown() -> None:
    assert excerpt(LINES, 1, 100, pointed=(), terms={}, most=10) == [(1, 10)]


@given(st.integers(1, 100), st.integers(0, 99), st.sets(st.integers(1, 100), max_size=5), st.integers(-1, 120))
def test_ranges_are_inside_in_order_and_not_too_long(first: int, length: int, pointed: set[int], most: int) -> None:
    last = min(100, first + length)
    ranges = excerpt(LINES, first, last, pointed=pointed, terms=TERMS, most=most)
    assert sum(end - start + 1 for start, end in ranges) <= max(most, 1) or ranges == [(first, last)]
    assert ranges[0][0] == first
    flat = [bound for each in ranges for bound in each]
    assert flat == sorted(flat)
    assert flat[-1] <= last
