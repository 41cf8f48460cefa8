"""docs/explanation/failures.md names tests that are there, at least three for each of its ten kinds of failure."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/failures.md").read_text(encoding="utf-8")
_, *SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)
TESTS = re.findall(r"^- `(tests/[^`]+)`$", PAGE, re.MULTILINE)


def test_there_are_ten_kinds_and_each_says_what_happens_and_what_is_done() -> None:
    assert [section.partition(".")[0] for section in SECTIONS] == [str(number) for number in range(1, 11)]
    for section in SECTIONS:
        assert "**What happens.**" in section
        assert "**What Sightline does.**" in section
        assert len(re.findall(r"^- `tests/", section, re.MULTILINE)) >= 3


@pytest.mark.parametrize("test", TESTS)
def test_every_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in _tests_of(ROOT / file)


@cache
def _tests_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
