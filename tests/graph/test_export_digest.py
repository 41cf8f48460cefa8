"""The export digest changes with what other files can see, and with nothing else."""

from __future__ import annotations

import pytest

from sightline.graph.parse import parse
from sightline.languages.registry import language_of

PYTHON = '''import os
from .other import helper

__all__ = ["total"]


def total(order, rate=0.2):
    """Doc."""
    return order.sum() * rate


class Store(Base):
    count: int = 0

    def __init__(self):
        self.items = []

    def add(self, item):
        local = item
        self.items.append(local)
'''

TYPESCRIPT = """import { helper } from "./other"
export function total(order: Order, rate = 0.2): number {
    return order.sum() * rate
}
export class Store extends Base {
    count = 0
    private hidden = 1
    add(item: Item) { const local = item; this.items.push(local) }
}
function inside() { return helper() }
"""


def _digest(source: str, name: str) -> str:
    language = language_of(name)
    assert language is not None
    return parse(source.encode(), language).export_digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order.sum() * rate", "order.sum() * rate + 1"),
        ('"""Doc."""', '"""Another doc."""'),
        ("local = item", "other = item"),
        ("\n\n\ndef total", "\n\n\n# A comment that moves everything.\n\ndef total"),
        ("items.append(local)", "items.insert(0, local)"),
        ("count: int = 0", "count: int = 1"),
    ],
)
def test_bodies_of_python_do_not_count(old: str, new: str) -> None:
    assert old in PYTHON
    assert _digest(PYTHON.replace(old, new), "a.py") == _digest(PYTHON, "a.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def total", "def totals"),
        ("rate=0.2", "rate"),
        ("order, rate", "order, *, rate"),
        ("Store(Base)", "Store(Other)"),
        ("Store(Base)", "Store"),
        ("count: int", "count: float"),
        ("self.items = []", "self.lines = []"),
        ("def add(self, item)", "def add(self, item, *more)"),
        ("    def add", "    @staticmethod\n    def add"),
        ("helper", "helper as other"),
        ("import os", "import sys"),
        ('["total"]', '["total", "Store"]'),
        ("def total", "async_marker = 1\n\n\ndef total"),
    ],
)
def test_what_python_shows_counts(old: str, new: str) -> None:
    assert old in PYTHON
    assert _digest(PYTHON.replace(old, new), "a.py") != _digest(PYTHON, "a.py")


def test_order_does_not_count() -> None:
    head, first, second = PYTHON.split("\n\n\n")
    assert _digest("\n\n\n".join((head, second, first)), "a.py") == _digest(PYTHON, "a.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order.sum() * rate", "order.sum() + rate"),
        ("private hidden = 1", "private secret = 1"),
        ("const local = item", "let local = item"),
        ("function inside()", "function renamed()"),
        ("export function", "// moved\nexport function"),
    ],
)
def test_bodies_of_typescript_do_not_count(old: str, new: str) -> None:
    assert old in TYPESCRIPT
    assert _digest(TYPESCRIPT.replace(old, new), "a.ts") == _digest(TYPESCRIPT, "a.ts")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("export function total", "function total"),
        ("order: Order", "order: Other"),
        ("): number", "): string"),
        ("rate = 0.2", "rate: number"),
        ("extends Base", ""),
        ("    count = 0", "    counted = 0"),
        ("    count = 0", "    private count = 0"),
        ("function inside()", "export function inside()"),
        ("import {", "export {"),
    ],
)
def test_what_typescript_shows_counts(old: str, new: str) -> None:
    assert old in TYPESCRIPT
    assert _digest(TYPESCRIPT.replace(old, new), "a.ts") != _digest(TYPESCRIPT, "a.ts")
