"""What stands in some relation to a symbol, on one small workspace."""

from __future__ import annotations

import pytest

from sightline.graph import relations
from sightline.graph.relations import RelatedAnswer
from support.graphs import graph_of, symbol

FILES = {
    "shop/base.py": """
        class Rate:
            def of(self, x): return x
        class Fixed(Rate):
            def of(self, x): return helper(x)
        class Deeper(Fixed): pass
        def helper(x): return x
    """,
    "shop/other.py": """
        from shop.base import Fixed, helper
        def total(x): return helper(x) + Fixed().of(x)
        class Rate:
            pass
    """,
    "far/rates.py": "class Rate: pass\n",
    "tests/test_total.py": """
        from shop.other import total
        def test_total(): assert total(1)
    """,
}


def _told(answer: RelatedAnswer) -> list[str]:
    return [f"{each.path.relative}::{each.name} {each.confidence.value} {each.depth}" for each in answer.related]


@pytest.mark.parametrize(
    ("find", "name", "told"),
    [
        (relations.callers, "helper", ["shop/base.py::Fixed.of exact 1", "shop/other.py::total exact 1"]),
        (
            relations.callees,
            "total",
            ["shop/base.py::Fixed exact 1", "shop/base.py::Fixed.of inferred 1", "shop/base.py::helper exact 1"],
        ),
        (
            relations.implementers,
            "shop/base.py::Rate",
            ["shop/base.py::Fixed exact 1", "shop/base.py::Deeper exact 2"],
        ),
        (relations.implementers, "Rate.of", ["shop/base.py::Fixed.of exact 1"]),
        (
            relations.twins,
            "shop/base.py::Rate",
            ["shop/other.py::Rate name_only 1", "far/rates.py::Rate name_only 2"],
        ),
        (
            relations.tests_reaching,
            "helper",
            ["tests/test_total.py::test_total exact 2"],
        ),
    ],
)
def test_relations(find: relations.Relation, name: str, told: list[str]) -> None:
    graph = graph_of(FILES)
    assert _told(find(graph, symbol(graph, name))) == told


def test_a_test_is_what_a_runner_knows() -> None:
    graph = graph_of(
        {
            "lib.py": "def f(): pass\ndef g(): pass\n",
            "tests/test_lib.py": """
            from lib import f
            class TestLib:
                def test_f(self):
                    def inner(): f()
                    inner()
        """,
            "tests/test_top.py": "import lib\nlib.g()\n",
        }
    )
    assert _told(relations.tests_reaching(graph, symbol(graph, "f"))) == ["tests/test_lib.py::TestLib.test_f exact 1"]
    assert _told(relations.tests_reaching(graph, symbol(graph, "g"))) == ["tests/test_top.py:: exact 1"]
