"""Uses of PHP symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, uses

_COMPOSER = '{"autoload": {"psr-4": {"Shop\\\\": "src"}}}'


def test_classes_through_use_namespace_and_root() -> None:
    graph = graph_of(
        {
            "composer.json": _COMPOSER,
            "src/Cart.php": "<?php\nnamespace Shop;\nclass Cart {}\n",
            "src/Same.php": "<?php\nnamespace Shop;\nfunction f(Cart $c) { return new Cart; }\n",
            "src/Web/Page.php": """
                <?php
                namespace Shop\\Web;
                use Shop\\Cart as Basket;
                use Shop;
                class Page extends Basket {
                    function show() { new \\Shop\\Cart(1); Basket::class; new Cart(); }
                }
            """,
        }
    )
    assert uses(graph, "src/Cart.php::Cart") == [
        "src/Same.php:3:12 type exact",
        "src/Same.php:3:34 call exact",
        "src/Web/Page.php:3:10 import exact",
        "src/Web/Page.php:5:20 inherit exact",
        "src/Web/Page.php:6:33 call exact",
        "src/Web/Page.php:6:42 read exact",
    ]


def test_members_through_this_self_parent_and_types() -> None:
    graph = graph_of(
        {
            "composer.json": _COMPOSER,
            "src/Cart.php": """
                <?php
                namespace Shop;
                class Cart extends Base {
                    use Counts;
                    public static int $made = 0;
                    public function __construct(private Store $store) { self::$made++; parent::__construct(); }
                    public function save(): static { $this->store->put($this->total()); $this->count(); return $this; }
                    public function total(): int { return static::RATE; }
                    const RATE = 2;
                }
            """,
            "src/Base.php": "<?php\nnamespace Shop;\nclass Base { function __construct() {} function shared() {} }\n",
            "src/Counts.php": "<?php\nnamespace Shop;\ntrait Counts { function count() {} }\n",
            "src/Store.php": "<?php\nnamespace Shop;\ninterface Store { function put(int $n); }\n",
            "src/use.php": """
                <?php
                namespace Shop;
                function f(?Cart $given) {
                    $own = new Cart($given);
                    $own->save()->total();
                    $given?->shared();
                }
            """,
        }
    )
    assert uses(graph, "src/Store.php::Store.put") == ["src/Cart.php:7:52 call inferred"]
    assert uses(graph, "src/Counts.php::Counts.count") == ["src/Cart.php:7:80 call exact"]
    assert uses(graph, "src/Cart.php::Cart.store") == ["src/Cart.php:7:45 attribute exact"]
    assert uses(graph, "src/Cart.php::Cart.made") == ["src/Cart.php:6:64 write exact"]
    assert uses(graph, "src/Cart.php::Cart.RATE") == ["src/Cart.php:8:51 attribute exact"]
    assert uses(graph, "src/Cart.php::Cart.save") == ["src/use.php:5:11 call inferred"]
    assert uses(graph, "src/Cart.php::Cart.total") == [
        "src/Cart.php:7:63 call exact",
        "src/use.php:5:19 call inferred",
    ]
    assert uses(graph, "src/Base.php::Base.shared") == ["src/use.php:6:14 call inferred"]


def test_functions_fall_back_to_the_global_namespace() -> None:
    graph = graph_of(
        {
            "helpers.php": "<?php\nfunction help() {}\nfunction near() {}\n",
            "src/near.php": "<?php\nnamespace Shop;\nfunction near() {}\n",
            "src/use.php": "<?php\nnamespace Shop;\nhelp();\nnear();\n\\near();\n",
            "plain.php": "<?php\nhelp();\n",
        }
    )
    assert uses(graph, "helpers.php::help") == ["plain.php:2:1 call exact", "src/use.php:3:1 call exact"]
    assert uses(graph, "src/near.php::near") == ["src/use.php:4:1 call exact"]
    assert uses(graph, "helpers.php::near") == ["src/use.php:5:2 call exact"]
