"""What stands around a definition in the graph."""

from __future__ import annotations

from sightline.context.neighbours import find_neighbours
from sightline.context.request import ContextLimits, ContextRequest
from sightline.graph.view import GraphView
from support.graphs import graph_of, symbol

VIEW = graph_of(
    {
        "shop/__init__.py": "",
        "shop/tax.py": """
            from shop.table import look_up


            class Rates:
                def rate(self, country):
                    return look_up(country) + self.base()

                def base(self):
                    return self.base() if False else 0


            class Special(Rates):
                pass


            def plain(country):
                return look_up(country)
        """,
        "shop/table.py": "def look_up(key):\n    return len(key)\n",
        "shop/cart.py": """
            from shop.tax import Rates, plain


            def total():
                return plain("de") + plain("fr")


            def other():
                return plain("it")
        """,
        "tests/test_tax.py": """
            from shop.tax import plain


            def test_plain():
                assert plain("de") == 2
        """,
    }
)


def around(name: str, view: GraphView = VIEW, *, neighbours: int = 8, task_type: str = "fix") -> list[str]:
    request = ContextRequest(task="", budget=0, task_type=task_type, limits=ContextLimits(neighbours=neighbours))
    found = find_neighbours(view, symbol(view, name), request)
    return [f"{each.path}:{each.line} {each.reason}" for each in found]


def test_users_come_with_their_edge_code_before_tests_and_imports_last() -> None:
    assert around("plain") == [
        "shop/cart.py:5 calls `plain`",
        "shop/cart.py:9 calls `plain`",
        "tests/test_tax.py:5 calls `plain`",
        "shop/cart.py:1 imports `plain`",
        "tests/test_tax.py:1 imports `plain`",
        "shop/table.py:1 used by `plain`",
    ]


def test_a_task_about_tests_sees_the_tests_first() -> None:
    assert around("plain", task_type="test")[0] == "tests/test_tax.py:5 calls `plain`"


def test_subclasses_are_users_and_members_are_no_neighbours() -> None:
    found = around("Rates")
    assert "shop/tax.py:12 inherits from `Rates`" in found
    assert "shop/table.py:1 used by `Rates`" in found
    assert not any("Rates.base" in each for each in found)


def test_a_definition_is_no_neighbour_of_itself() -> None:
    assert all("shop/tax.py:9" not in each for each in around("Rates.base"))


def test_what_is_listed_is_bounded() -> None:
    many = "".join(f"def f{n}():\n    return plain({n})\n\n\n" for n in range(50))
    view = graph_of({"a.py": f"def plain(x):\n    return x\n\n\n{many}"})
    assert len(around("plain", view, neighbours=5)) == 5
