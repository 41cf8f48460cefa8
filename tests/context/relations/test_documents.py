"""Documentation that names code."""

from __future__ import annotations

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found

CODE = "def check_out(cart):\n    return sum(cart)\n"


def test_read_me_files_above_and_pages_of_the_name() -> None:
    view = graph_of(
        {
            "shop/cart.py": CODE,
            "README.md": "# Shop\n\ncheck_out is told below.\n\nCall `shop.cart.check_out(cart)`.\n",
            "docs/cart.rst": "Cart\n====\n\n``check_out`` sums.\n",
            "docs/other.md": "`check_out` too\n",
        }
    )
    assert found(view, "shop/cart.py:1", RelationKind.DOCUMENT) == ["README.md:5", "docs/cart.rst:4"]


def test_a_name_within_another_is_not_named() -> None:
    view = graph_of({"cart.py": CODE, "README.md": "`check_outs` and `re_check_out`\n"})
    assert found(view, "cart.py:1", RelationKind.DOCUMENT) == []
