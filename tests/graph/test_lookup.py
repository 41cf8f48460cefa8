"""Symbols by the names that a person writes."""

from __future__ import annotations

import pytest

from support.graphs import graph_of

FILES = {
    "lib/shop.rb": "module Shop\n  class Cart\n    def total; end\n  end\nend\n",
    "src/Cart.php": "<?php\nnamespace App;\nclass Basket { public function sum() {} }\n",
    "cart.go": "package cart\n\ntype List struct{}\n\nfunc (l *List) Add() {}\n",
    "src/lib.rs": "pub struct Tray;\nimpl Tray { pub fn fill(&self) {} }\n",
}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Shop::Cart", "lib/shop.rb::Shop.Cart"),
        ("Shop::Cart#total", "lib/shop.rb::Shop.Cart.total"),
        ("Cart#total", "lib/shop.rb::Shop.Cart.total"),
        ("lib/shop.rb::Shop::Cart", "lib/shop.rb::Shop.Cart"),
        ("Basket::sum()", "src/Cart.php::Basket.sum"),
        ("Basket->sum", "src/Cart.php::Basket.sum"),
        ("(*List).Add", "cart.go::List.Add"),
        ("Tray::fill", "src/lib.rs::Tray.fill"),
        ("List.Add", "cart.go::List.Add"),
        ("cart.go::List.Add", "cart.go::List.Add"),
    ],
)
def test_a_name_is_found_as_its_language_writes_it(written: str, found: str) -> None:
    assert [symbol.identifier for symbol in graph_of(FILES).lookup(written)] == [found]


@pytest.mark.parametrize("written", ["", "::", "#", "Cart::nothing", "other.rb::Shop::Cart", "()", "(*)"])
def test_what_names_nothing_is_found_nowhere(written: str) -> None:
    assert graph_of(FILES).lookup(written) == ()
