"""Callees, helpers of callees and callers, in five languages."""

from __future__ import annotations

import pytest

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found, related

PYTHON = {
    "shop/total.py": """
        from shop.tax import tax_of


        def total(cart):
            return sum(tax_of(each) for each in cart)
    """,
    "shop/tax.py": """
        from shop.table import look_up


        def tax_of(item):
            return look_up(item.country)
    """,
    "shop/table.py": """
        def look_up(country):
            table = {}
            return table[country]
    """,
    "tests/test_tax.py": """
        from shop.tax import tax_of


        def test_tax():
            assert tax_of(1) == 2
    """,
}
TYPESCRIPT = {
    "src/total.ts": """
        import { taxOf } from "./tax";

        export function total(cart: number[]) {
          return cart.map((each) => taxOf(each));
        }
    """,
    "src/tax.ts": """
        import { lookUp } from "./table";

        export function taxOf(item: number) {
          return lookUp(item);
        }
    """,
    "src/table.ts": """
        export function lookUp(country: number) {
          return country + 1;
        }
    """,
}
GO = {
    "total.go": "package shop\n\nfunc Total(cart []int) int {\n\treturn taxOf(cart[0])\n}\n",
    "tax.go": "package shop\n\nfunc taxOf(item int) int {\n\treturn lookUp(item)\n}\n",
    "table.go": "package shop\n\nfunc lookUp(country int) int {\n\treturn country + 1\n}\n",
}
RUST = {
    "src/lib.rs": """
        mod table;
        mod tax;

        pub fn total(cart: &[u32]) -> u32 {
            tax::tax_of(cart[0])
        }
    """,
    "src/tax.rs": """
        use crate::table::look_up;

        pub fn tax_of(item: u32) -> u32 {
            look_up(item)
        }
    """,
    "src/table.rs": """
        pub fn look_up(country: u32) -> u32 {
            country + 1
        }
    """,
}
JAVA = {
    "shop/Total.java": """
        package shop;

        class Total {
            int total(int[] cart) {
                return Tax.taxOf(cart[0]);
            }
        }
    """,
    "shop/Tax.java": """
        package shop;

        class Tax {
            static int taxOf(int item) {
                return Table.lookUp(item);
            }
        }
    """,
    "shop/Table.java": """
        package shop;

        class Table {
            static int lookUp(int country) {
                return country + 1;
            }
        }
    """,
}
CASES = [
    pytest.param(PYTHON, ("shop/total.py:4", "shop/tax.py:4", "shop/table.py:1"), "shop/total.py:5", id="python"),
    pytest.param(TYPESCRIPT, ("src/total.ts:3", "src/tax.ts:3", "src/table.ts:1"), "src/total.ts:4", id="typescript"),
    pytest.param(GO, ("total.go:3", "tax.go:3", "table.go:3"), "total.go:4", id="go"),
    pytest.param(RUST, ("src/lib.rs:4", "src/tax.rs:3", "src/table.rs:1"), "src/lib.rs:5", id="rust"),
    pytest.param(JAVA, ("shop/Total.java:4", "shop/Tax.java:4", "shop/Table.java:4"), "shop/Total.java:5", id="java"),
]


@pytest.mark.parametrize(("files", "chain", "call"), CASES)
def test_a_chain_of_calls(files: dict[str, str], chain: tuple[str, str, str], call: str) -> None:
    view = graph_of(files)
    top, middle, bottom = chain
    assert found(view, top, RelationKind.CALLEE) == [middle]
    assert found(view, top, RelationKind.HELPER) == [bottom]
    assert found(view, middle, RelationKind.CALLER) == [call]
    assert found(view, middle, RelationKind.CALLEE) == [bottom]


def test_reasons_name_both_ends() -> None:
    view = graph_of(PYTHON)
    reasons = {each.kind: each.reason for each in related(view, "shop/total.py:4")}
    assert reasons[RelationKind.CALLEE] == "called by `total`"
    assert reasons[RelationKind.HELPER] == "called by `tax_of`, which `total` calls"


def test_what_one_calls_weighs_more_than_what_all_call() -> None:
    many = {f"use{n}.py": "from common import log\n\n\ndef f():\n    log(1)\n    log(2)\n" for n in range(20)}
    view = graph_of(
        {
            **many,
            "common.py": "def log(x):\n    return [\n        x]\n\n\ndef own(x):\n    return [\n        x]\n",
            "a.py": "from common import log, own\n\n\ndef run():\n    log(1)\n    own(2)\n",
        }
    )
    callees = [each for each in related(view, "a.py:4") if each.kind is RelationKind.CALLEE]
    assert [each.line for each in callees] == [6, 1]
    assert callees[0].weight > 2 * callees[1].weight


def test_who_calls_a_member_that_all_files_seem_to_call_is_not_asked() -> None:
    crowd = {f"use{n}.py": f"def f{n}(x):\n    return x.run(\n        {n})\n" for n in range(120)}
    box = "class Box:\n    def run(self, n):\n        return n\n\n    def rest(self, n):\n        return n\n"
    few = {"one.py": "from box import Box\n\n\ndef g():\n    return Box().run(1) + Box().rest(1)\n"}
    view = graph_of({"box.py": box, **few, **crowd})
    assert found(view, "box.py:5", RelationKind.CALLER) == ["one.py:5"]
    assert found(view, "box.py:2", RelationKind.CALLER) == []
