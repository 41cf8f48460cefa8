"""Kinds and sizes of tasks, by their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.prompts.classify import TASK_TYPES, classify_task, complexity_of, is_read_only


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("Add a --dry-run option to the sync command", "implement"),
        ("Support utf-16 files", "implement"),
        ("Make the cache size configurable", "implement"),
        ("Fix the crash when the list is empty", "fix"),
        ("The parser crashes on empty input", "fix"),
        ("parse_date returns the wrong year", "fix"),
        ('  File "a.py", line 3, in f\nValueError: x', "fix"),
        ("Rename Cart.total to Cart.sum everywhere", "refactor"),
        ("Extract the retry loop into a function", "refactor"),
        ("Write tests for parse_date", "test"),
        ("Add unit tests for the error path of Cart", "test"),
        ("The tests fail on Windows", "fix"),
        ("Document the public functions of cart.py", "document"),
        ("Add docstrings to cart.py", "document"),
        ("What does Cart.total do?", "explain"),
        ("How is the session cookie read?", "explain"),
        ("Explain why the cache is cleared", "explain"),
        ("Review this function", "review"),
        ("Look for bugs in the retry code", "review"),
        ("", "implement"),
    ],
)
def test_the_kind_of_a_task(task: str, kind: str) -> None:
    assert classify_task(task) == kind


@pytest.mark.parametrize(
    ("task", "size"),
    [
        ("Fix the typo in the error message", "simple"),
        ("Rename `total` to `sum`", "simple"),
        ("Rename total to sum in every module", "moderate"),
        ("word " * 26, "moderate"),
        ("Replace the sync client in `a.py`, `b.py` and `c.py` across the code base", "complex"),
        ("Migrate all handlers:\n- a\n- b\n- c\n", "complex"),
        ("word " * 300 + "everywhere", "complex"),
    ],
)
def test_the_size_of_a_task(task: str, size: str) -> None:
    assert complexity_of(task) == size


@given(st.text(max_size=400))
def test_any_text_has_a_kind_and_a_size(text: str) -> None:
    assert classify_task(text) in TASK_TYPES
    assert complexity_of(text) in ("simple", "moderate", "complex")


def test_only_explain_and_review_change_nothing() -> None:
    assert {kind for kind in TASK_TYPES if is_read_only(kind)} == {"explain", "review"}
