"""PHP's import rules: PSR-4 folders of composer.json, namespaces as declared, files required by path."""

from __future__ import annotations

import json

from sightline.languages.php_imports import PhpLayout, php_layout, psr4_paths
from sightline.languages.resolver import ImportRequest, ProjectLayout, candidates
from support.graphs import graph_of, path

_COMPOSER = {
    "autoload": {"psr-4": {"Shop\\": "src/", "Shop\\Cart\\": ["cart", "extra/cart/"]}},
    "autoload-dev": {"psr-4": {"Shop\\Tests\\": "tests"}},
}


def _layout() -> PhpLayout:
    texts = {"composer.json": json.dumps(_COMPOSER), "broken/composer.json": "{", "odd/composer.json": "[1]"}
    return php_layout(texts, texts.get)


def test_the_longest_prefix_comes_first() -> None:
    assert psr4_paths("Shop\\Cart\\Item", _layout()) == (
        "cart/Item.php",
        "extra/cart/Item.php",
        "src/Cart/Item.php",
    )
    assert psr4_paths("Shop\\Tests\\CartTest", _layout())[0] == "tests/CartTest.php"
    assert psr4_paths("Shopping\\Cart", _layout()) == ()


def test_paths_that_leave_the_root_are_no_folders() -> None:
    text = json.dumps({"autoload": {"psr-4": {"A\\": "../elsewhere"}}})
    assert php_layout(["composer.json"], lambda _: text) == PhpLayout()


def test_paths_before_what_namespaces_say() -> None:
    layout = ProjectLayout(families={"php": _layout()})
    found = candidates("src/A.php", ImportRequest(module="Shop\\Price"), layout)
    assert [(each.paths, each.namespace, each.name) for each in found] == [
        (("src/Price.php",), "", ""),
        ((), "Shop", "Price"),
        ((), "Shop\\Price", ""),
    ]


def test_edges_by_psr4_namespace_and_path() -> None:
    graph = graph_of(
        {
            "composer.json": '{"autoload": {"psr-4": {"Shop\\\\": "src"}}}',
            "src/Cart.php": "<?php\nnamespace Shop;\nclass Cart {}\n",
            "lib/helpers.php": "<?php\nfunction help() {}\n",
            "odd/place.php": "<?php\nnamespace Shop;\nclass Elsewhere {}\n",
            "web/index.php": """
                <?php
                use Shop\\{Cart, Elsewhere as Other};
                require __DIR__ . '/../lib/helpers.php';
                require $computed;
                new Cart();
            """,
            "web/other.php": "<?php\nnamespace Web;\n\\Shop\\Cart::make();\nhelp();\n",
        }
    )
    assert [edge.target.relative for edge in graph.dependencies(path("web/index.php"))] == [
        "lib/helpers.php",
        "odd/place.php",
        "src/Cart.php",
    ]
    assert [edge.target.relative for edge in graph.dependencies(path("web/other.php"))] == [
        "lib/helpers.php",
        "src/Cart.php",
    ]
