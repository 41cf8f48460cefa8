"""Uses of C# symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, uses


def test_types_by_using_alias_namespace_and_full_name() -> None:
    graph = graph_of(
        {
            "Cart.cs": "namespace Shop.Carts;\npublic class Cart { public Cart(int n) { } }\n",
            "Near.cs": "namespace Shop.Carts.Small;\nclass Near : Cart { List<Cart> all; }\n",
            "Far.cs": """
                using Shop.Carts;
                using Basket = Shop.Carts.Cart;
                namespace Shop.Web;
                class Far { Basket a = new Basket(1); Cart b = new Cart(2); Carts.Cart c; }
            """,
            "Other.cs": "namespace Elsewhere;\nclass Other { Cart c; }\n",
        }
    )
    assert uses(graph, "Cart.cs::Cart") == [
        "Far.cs:2:27 import exact",
        "Far.cs:4:13 type exact",
        "Far.cs:4:28 call exact",
        "Far.cs:4:39 type exact",
        "Far.cs:4:52 call exact",
        "Far.cs:4:67 type exact",
        "Near.cs:2:14 inherit exact",
        "Near.cs:2:26 type exact",
    ]


def test_members_through_this_base_types_and_partial_classes() -> None:
    graph = graph_of(
        {
            "Base.cs": "namespace Shop;\nclass Base { public virtual void Save() { } protected int count; }\n",
            "Cart.cs": """
                namespace Shop;
                partial class Cart : Base {
                    public Store Store { get; set; }
                    public override void Save() { base.Save(); Store.Put(count); this.Total(); }
                }
            """,
            "Cart.More.cs": """
                namespace Shop;
                partial class Cart { int Total() => 1; void Again() { Save(); } }
            """,
            "Store.cs": "namespace Shop;\ninterface Store { void Put(int n); int Size { get; } }\n",
            "Use.cs": """
                namespace Shop;
                class Use {
                    async Task<Cart> Make() => new Cart { Store = null };
                    async void Run(object o) {
                        var made = await Make();
                        made.Store?.Put(1);
                        if (o is Store store) { var n = store.Size; }
                    }
                }
            """,
        }
    )
    assert uses(graph, "Store.cs::Store.Put") == ["Cart.cs:4:54 call inferred", "Use.cs:6:21 call inferred"]
    assert uses(graph, "Cart.cs::Cart.Store") == [
        "Cart.cs:4:48 read exact",
        "Use.cs:3:43 write inferred",
        "Use.cs:6:14 attribute inferred",
    ]
    assert uses(graph, "Store.cs::Store") == ["Cart.cs:3:12 type exact", "Use.cs:7:18 type exact"]
    assert uses(graph, "Store.cs::Store.Size") == ["Use.cs:7:47 attribute inferred"]
    assert uses(graph, "Cart.More.cs::Cart.Total") == ["Cart.cs:4:71 call exact"]
    assert uses(graph, "Cart.cs::Cart.Save") == ["Cart.More.cs:2:55 call exact"]
    assert uses(graph, "Base.cs::Base.count") == ["Cart.cs:4:58 read exact"]


def test_types_functions_and_properties_of_one_name_are_told_apart_by_their_use() -> None:
    graph = graph_of(
        {
            "Store.cs": "namespace Shop;\nclass Store { }\ndelegate void Sink(int n);\n",
            "Cart.cs": """
                namespace Shop;
                class Cart {
                    Store Store = new Store();
                    Sink Drain { get; set; }
                    Store Swap(Store other) { Drain(1); Store = other; return Store; }
                    class Shelf : Store { }
                }
            """,
        }
    )
    assert uses(graph, "Store.cs::Store") == [
        "Cart.cs:3:5 type exact",
        "Cart.cs:3:23 call exact",
        "Cart.cs:5:5 type exact",
        "Cart.cs:5:16 type exact",
        "Cart.cs:6:19 inherit exact",
    ]
    assert uses(graph, "Cart.cs::Cart.Store") == ["Cart.cs:5:41 write exact", "Cart.cs:5:63 read exact"]
    assert uses(graph, "Cart.cs::Cart.Drain") == ["Cart.cs:5:31 call exact"]
