"""Tests of code, and the code of tests."""

from __future__ import annotations

import pytest

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found

CODE = "def total(cart):\n    return sum(cart)\n"
TEST = "from shop.cart import total\n\n\ndef test_all():\n    assert total([1]) == 1\n"


def test_tests_that_use_it() -> None:
    view = graph_of({"shop/cart.py": CODE, "tests/test_cart.py": TEST})
    assert found(view, "shop/cart.py:1", RelationKind.TEST) == ["tests/test_cart.py:5"]
    assert found(view, "shop/cart.py:1", RelationKind.CALLER) == []
    assert found(view, "tests/test_cart.py:4", RelationKind.TESTED) == ["shop/cart.py:1"]


_GO = "package shop\n\nfunc Total(cart []int) int {\n\treturn 1\n}\n"
_GO_TEST = "package shop\n\nfunc TestTotal(t *testing.T) {\n\trun(\n\t\t1)\n}\n"


@pytest.mark.parametrize(
    ("code", "text", "test", "test_text", "line"),
    [
        ("shop/cart.py", CODE, "tests/shop/test_cart.py", "def test_total(cart):\n    assert run(\n        cart)\n", 1),
        ("shop/cart.go", _GO, "shop/cart_test.go", _GO_TEST, 3),
        (
            "src/main/java/shop/Cart.java",
            "class Cart {\n    int total(int x) {\n        return x;\n    }\n}\n",
            "src/test/java/shop/CartTest.java",
            "class CartTest {\n    void testTotal() {\n        run(\n            1);\n    }\n}\n",
            2,
        ),
        (
            "src/cart.ts",
            "export function total(x: number) {\n  return x;\n}\n",
            "src/cart.test.ts",
            "function testTotal() {\n  run(\n    1);\n}\n",
            1,
        ),
    ],
)
def test_tests_named_after_it(code: str, text: str, test: str, test_text: str, line: int) -> None:
    view = graph_of({code: text, test: test_text})
    assert [each.rpartition(":")[0] for each in found(view, f"{code}:{line}", RelationKind.TEST)] == [test]
