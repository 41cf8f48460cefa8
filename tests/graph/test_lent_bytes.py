"""A parse gives back all the memory it took: py-tree-sitter keeps what its read function returned."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import pytest

from sightline.base.text import Span
from sightline.graph.extract_text import PIECE, parsed
from sightline.graph.parse import TreeEdit, parse_touched
from sightline.languages.registry import language_named

_LINE = b"value = compute(value, other)\n"
_PARSES = 20


def _kept_by(data: bytes) -> int:
    """Bytes that are still there after a good many parses of a text and of an edit of it."""
    language = language_named("python")
    edited = data[:50] + b"x" + data[50:]
    edit = TreeEdit(old=Span(50, 50), length=1)

    def parse_both() -> None:
        parse_touched(edited, language, parsed(data, language), edit, None)

    parse_both()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(_PARSES):
        parse_both()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before


def test_a_parse_keeps_nothing_at_all() -> None:
    language = language_named("python")
    for size in (20, 2_000):
        data = _LINE * (size // len(_LINE) + 1)
        parsed(data, language)
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(10 * _PARSES):
            parsed(data, language)
        gc.collect()
        assert sys.getallocatedblocks() - before < _PARSES


@pytest.mark.parametrize("size", [2_000, PIECE - 100, 3 * PIECE])
def test_parses_keep_nothing_of_the_text(size: int) -> None:
    data = _LINE * (size // len(_LINE))
    references = sys.getrefcount(data)
    assert _kept_by(data) < len(data)
    assert sys.getrefcount(data) == references
