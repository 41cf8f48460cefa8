"""The definitions around given lines."""

from __future__ import annotations

from sightline.context.pack import ContextPack
from sightline.context.ripple import RipplePlace, build_ripple
from support.contexts import anything, quarter, shown_of
from support.graphs import graph_of, path

VIEW = graph_of(
    {
        "shop/tax.py": "def rate(country, year):\n    return 0\n\n\ndef other():\n    return 1\n",
        "shop/cart.py": "class Cart:\n    def total(self):\n        x = 1\n        rate()\n\n    def b(): ...\n",
    }
)


def ripple(*places: tuple[str, int, str], budget: int = 1000) -> ContextPack:
    given = tuple(RipplePlace(path=path(name), line=line, reason=reason) for name, line, reason in places)
    return build_ripple(VIEW, given, budget, quarter, anything)


def test_the_definitions_around_the_places_are_shown_in_their_order() -> None:
    pack = ripple(("shop/cart.py", 4, "calls it"), ("shop/tax.py", 1, "defines it"))
    assert shown_of(pack, "shop/cart.py")[:2] == ["Cart signature 1-1", "Cart.total full 2-4"]
    assert shown_of(pack, "shop/tax.py")[0] == "rate full 1-2"
    assert pack.text.index("### shop/cart.py") < pack.text.index("### shop/tax.py")


def test_one_definition_with_two_places_has_both_reasons() -> None:
    pack = ripple(("shop/cart.py", 3, "first"), ("shop/cart.py", 4, "second"))
    assert [piece.reasons for piece in pack.slices if piece.name == "Cart.total"] == [("first", "second")]


def test_places_that_do_not_exist_are_left_out() -> None:
    assert ripple(("shop/gone.py", 1, "x"), ("shop/tax.py", 99, "x")).text == ""


def test_the_budget_holds() -> None:
    pack = ripple(("shop/cart.py", 4, "calls it"), ("shop/tax.py", 1, "defines it"), budget=30)
    assert pack.tokens <= 30
    assert pack.slices
