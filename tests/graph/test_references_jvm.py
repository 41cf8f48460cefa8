"""Uses of Java and Kotlin symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, symbol, uses, uses_of_each


def test_classes_of_a_package_see_one_another_and_others_import_them() -> None:
    graph = graph_of(
        {
            "a/Cart.java": "package shop;\nclass Cart { public int size; static Cart make() { return null; } }\n",
            "b/Till.java": "package shop;\nclass Till { Cart cart = Cart.make(); }\n",
            "c/Use.java": """
                package other;
                import shop.Cart;
                class Use { int f(Cart cart) { return cart.size; } }
            """,
            "c/Star.java": "package other;\nimport shop.*;\nclass Star { Cart cart; }\n",
            "c/Else.java": "package other;\nclass Else { Cart cart; }\n",
        }
    )
    found = uses(graph, "a/Cart.java::Cart")
    assert [use for use in found if "name_only" not in use] == [
        "a/Cart.java:2:38 type exact",
        "b/Till.java:2:14 type exact",
        "b/Till.java:2:26 read exact",
        "c/Star.java:3:14 type exact",
        "c/Use.java:2:13 import exact",
        "c/Use.java:3:19 type exact",
    ]
    assert uses(graph, "a/Cart.java::Cart.size") == ["c/Use.java:3:44 attribute inferred"]
    assert uses(graph, "a/Cart.java::Cart.make") == ["b/Till.java:2:31 call exact"]


def test_the_name_of_a_constructor_means_the_class_but_in_its_calls() -> None:
    graph = graph_of(
        {
            "Base.java": """
                package p;
                class Base {
                  Base(int n) {}
                  Base() { this(1); }
                  Base copy() { return new Base(2); }
                }
            """,
            "Child.java": """
                package p;
                class Child extends Base {
                  Child() { super(3); }
                  int size() { int size = size(); return size; }
                  Base other() { Base base = new Base(4); return base.copy(); }
                }
            """,
        }
    )
    assert "Child.java:5:3 type exact" in uses(graph, "Base.java::Base")
    assert "Child.java:5:34 call exact" in uses(graph, "Base.java::Base")
    assert uses(graph, "Base.java::Base.copy") == ["Child.java:5:55 call inferred"]
    assert uses(graph, "Child.java::Child.size") == ["Child.java:4:27 call exact"]


def test_static_imports_lead_to_members() -> None:
    graph = graph_of(
        {
            "Rates.java": """
                package shop;
                public class Rates { public static int total(int x) { return x; } static class Line { int at; } }
            """,
            "Use.java": """
                package other;
                import static shop.Rates.total;
                import shop.Rates.Line;
                class Use { int f(Line line) { return total(line.at); } }
            """,
            "Star.java": "package other;\nimport static shop.Rates.*;\nclass Star { int g() { return total(1); } }\n",
        }
    )
    assert uses(graph, "Rates.java::Rates.total") == [
        "Star.java:3:31 call exact",
        "Use.java:2:26 import exact",
        "Use.java:4:39 call exact",
    ]
    assert uses(graph, "Rates.java::Rates.Line.at") == ["Use.java:4:50 attribute inferred"]


def test_kotlin_and_java_use_each_other() -> None:
    graph = graph_of(
        {
            "Item.java": "package shop;\npublic class Item { public int price() { return 1; } }\n",
            "cart.kt": """
                package shop

                class Cart(val first: Item) {
                  fun sum(): Int {
                    val item = first
                    return item.price()
                  }

                  companion object {
                    fun empty(): Cart = Cart(Item())
                  }
                }

                fun Item.twice() = price() * 2
            """,
            "use/use.kt": """
                package other

                import shop.Cart
                import shop.Cart.Companion.empty
                import shop.twice as double

                fun run(cart: Cart) {
                  empty()
                  cart.sum()
                  cart.first.double()
                }
            """,
        }
    )
    assert uses(graph, "cart.kt::Cart.sum") == ["use/use.kt:9:8 call inferred"]
    assert uses(graph, "cart.kt::Cart.first")[-1] == "use/use.kt:10:8 attribute inferred"
    assert uses(graph, "cart.kt::Cart.empty") == ["use/use.kt:4:28 import exact", "use/use.kt:8:3 call exact"]
    assert "cart.kt:6:17 call inferred" in uses(graph, "Item.java::Item.price")
    assert "use/use.kt:5:13 import exact" in uses(graph, "cart.kt::twice")
    assert [each.qualified_name for each in graph.overrides(symbol(graph, "Item.java::Item.price"))] == []


def test_types_methods_and_values_of_one_name_are_told_apart_by_their_use() -> None:
    graph = graph_of(
        {
            "Item.java": """
                class Item {
                    private final int size;
                    Item(int size) { this.size = size; }
                    int size() { return size; }
                    int twice() { return size() + this.size() + this.size; }
                }
            """,
            "Store.kt": """
                class Store {
                  fun put() {}
                }

                class Cart(val Store: Store) {
                  fun run(): Store {
                    Store.put()
                    return Store()
                  }
                }
            """,
        }
    )
    assert uses_of_each(graph, "Item.java::Item.size") == [
        ["Item.java:3:27 write exact", "Item.java:4:25 read exact", "Item.java:5:54 attribute exact"],
        ["Item.java:5:26 call exact", "Item.java:5:40 call exact"],
    ]
    assert uses(graph, "Store.kt::Store") == [
        "Store.kt:5:23 type exact",
        "Store.kt:6:14 type exact",
        "Store.kt:8:12 call exact",
    ]
    assert uses(graph, "Store.kt::Cart.Store") == ["Store.kt:7:5 read exact"]
