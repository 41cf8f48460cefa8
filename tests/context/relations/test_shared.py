"""Pieces that work on the same things: siblings in a file, the same rare fields, the same rare calls."""

from __future__ import annotations

import pytest

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found, related

PYTHON = (
    "class Cart:\n"
    "    def add(self, item):\n        self.stock.append(item)\n        self.changed = True\n\n"
    "    def drop(self, item):\n        self.stock.remove(item)\n        self.changed = True\n\n"
    "    def name(self):\n        return self.label\n"
)
TYPESCRIPT = (
    "export class Cart {\n"
    "  add(item: number) {\n    this.stock.push(item);\n    this.changed = true;\n  }\n\n"
    "  drop(item: number) {\n    this.stock.splice(item);\n    this.changed = true;\n  }\n\n"
    "  name() {\n    return this.label;\n  }\n}\n"
)
GO = (
    "package shop\n"
    "func (c *Cart) Add(item int) {\n\tc.stock[item] = 1\n\tc.changed = true\n}\n\n\n"
    "func (c *Cart) Drop(item int) {\n\tc.stock[item] = 0\n\tc.changed = true\n}\n\n"
    "func (c *Cart) Name() string {\n\treturn c.label\n}\n"
)
RUST = (
    "impl Cart {\n"
    "    fn add(&mut self, item: usize) {\n        self.stock[item] = 1;\n        self.changed = true;\n    }\n\n"
    "    fn drop(&mut self, item: usize) {\n        self.stock[item] = 0;\n        self.changed = true;\n    }\n\n"
    "    fn name(&self) -> &str {\n        &self.label\n    }\n}\n"
)
JAVA = (
    "class Cart {\n"
    "    void add(int item) {\n        this.stock[item] = 1;\n        this.changed = true;\n    }\n\n"
    "    void drop(int item) {\n        this.stock[item] = 0;\n        this.changed = true;\n    }\n\n"
    "    String name() {\n        return this.label;\n    }\n}\n"
)
CASES = [
    pytest.param("cart.py", PYTHON, 2, 6, id="python"),
    pytest.param("cart.ts", TYPESCRIPT, 2, 7, id="typescript"),
    pytest.param("cart.go", GO, 2, 8, id="go"),
    pytest.param("cart.rs", RUST, 2, 7, id="rust"),
    pytest.param("Cart.java", JAVA, 2, 7, id="java"),
]


@pytest.mark.parametrize(("name", "text", "line", "other"), CASES)
def test_methods_that_share_fields_are_siblings(name: str, text: str, line: int, other: int) -> None:
    view = graph_of({name: text})
    assert found(view, f"{name}:{line}", RelationKind.SIBLING) == [f"{name}:{other}"]
    places = found(view, f"{name}:{line}", RelationKind.FIELD)
    assert len(places) == 1
    assert other < int(places[0].rpartition(":")[2]) < other + 4


def test_a_rare_field_is_found_in_other_files_and_a_common_one_is_not() -> None:
    common = {f"many{n}.py": f"def f{n}(x):\n    return x.name\n" for n in range(20)}
    view = graph_of(
        {
            **common,
            "one.py": "def lock(box):\n    box.sealed_at = 1\n    return box.name\n",
            "two.py": "def unlock(box):\n    return box.sealed_at\n",
            "tests/test_two.py": "def test_unlock(box):\n    return box.sealed_at\n",
        }
    )
    assert found(view, "one.py:1", RelationKind.FIELD) == ["two.py:2"]


def test_callers_of_the_same_rare_thing_are_colleagues() -> None:
    view = graph_of(
        {
            "one.py": "def lock(box):\n    box.engage_bolt(1)\n    return 1\n",
            "two.py": "def shut(box):\n    box.engage_bolt(2)\n    return 2\n",
        }
    )
    (relation,) = (each for each in related(view, "one.py:1") if each.kind is RelationKind.COLLEAGUE)
    assert (str(relation.path), relation.line) == ("two.py", 2)
    assert relation.reason == "calls `engage_bolt` like `lock`"


def test_pieces_that_name_the_same_rare_type_are_fellows() -> None:
    view = graph_of(
        {
            "kind.go": "package shop\n\ntype Bolt struct {\n\tsize int\n}\n",
            "one.go": "package shop\n\nfunc lock(bolt Bolt) int {\n\treturn 1\n}\n",
            "two.go": "package shop\n\nfunc shut(bolt *Bolt) int {\n\treturn 2\n}\n",
        }
    )
    assert found(view, "one.go:3", RelationKind.FELLOW) == ["two.go:3"]


def test_calls_with_the_same_rare_keyword() -> None:
    view = graph_of(
        {
            "one.py": "def lock(box):\n    shut(box, bolted=True)\n    return 1\n",
            "two.py": "def make(box):\n    build(box, bolted=False)\n    return 2\n",
        }
    )
    assert found(view, "one.py:1", RelationKind.KEYWORD) == ["two.py:2"]
