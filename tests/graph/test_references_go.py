"""Uses of Go symbols and edges between Go files, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from sightline.graph.view import GraphView
from support.graphs import graph_of, path, symbol, uses

MODULE = "module example.com/shop\n"


def _edges(graph: GraphView, file: str) -> list[str]:
    return [f"{edge.target.relative} {edge.kind.value} {edge.line}" for edge in graph.dependencies(path(file))]


def test_a_package_is_the_files_of_its_folder() -> None:
    graph = graph_of(
        {
            "go.mod": MODULE,
            "rate/rate.go": "package rate\nfunc Rate() int { return base() }\n",
            "rate/base.go": "package rate\nfunc base() int { return 1 }\n",
            "rate/rate_test.go": 'package rate_test\nimport "example.com/shop/rate"\nvar _ = rate.Rate()\n',
            "main.go": """
                package main
                import r "example.com/shop/rate"
                func main() { r.Rate(); r.base() }
            """,
        }
    )
    assert uses(graph, "rate/rate.go::Rate") == ["main.go:3:17 call exact", "rate/rate_test.go:3:14 call exact"]
    assert uses(graph, "rate/base.go::base") == ["main.go:3:27 call exact", "rate/rate.go:2:26 call exact"]
    assert _edges(graph, "main.go") == ["rate/base.go import 2", "rate/rate.go import 2"]
    assert _edges(graph, "rate/rate.go") == ["rate/base.go package 2"]
    assert _edges(graph, "rate/rate_test.go") == ["rate/rate.go import 2"]


def test_methods_belong_to_their_type_wherever_they_stand() -> None:
    graph = graph_of(
        {
            "go.mod": MODULE,
            "a.go": """
                package shop
                type Cart struct { Base; items []Item }
                type Base struct { name string }
                func (b *Base) Name() string { return b.name }
            """,
            "b.go": """
                package shop
                func (c *Cart) Total() int { return c.count(c.Name()) }
                func (c *Cart) count(s string) int { return len(c.items) }
                func use() {
                    cart := &Cart{items: nil}
                    cart.Total()
                    var other Cart
                    other.Total()
                    made().Total()
                }
                func made() *Cart { return nil }
            """,
        }
    )
    assert uses(graph, "b.go::Cart.Total") == [
        "b.go:6:10 call inferred",
        "b.go:8:11 call inferred",
        "b.go:9:12 call inferred",
    ]
    assert uses(graph, "b.go::Cart.count") == ["b.go:2:39 call inferred"]
    assert uses(graph, "a.go::Base.Name") == ["b.go:2:47 call inferred"]
    assert uses(graph, "a.go::Base.name") == ["a.go:4:41 attribute inferred"]
    assert uses(graph, "a.go::Cart.items") == ["b.go:3:51 attribute inferred", "b.go:5:19 write inferred"]


def test_locals_hide_what_the_package_defines() -> None:
    graph = graph_of(
        {
            "go.mod": MODULE,
            "a.go": """
                package shop
                func rate() {}
                func hidden(rate int) { _ = rate }
                func inner() { rate := 1; _ = rate }
                func block() { if rate := 1; rate > 0 { _ = rate }; rate() }
                func literal() { func(rate int) { _ = rate }(1) }
            """,
        }
    )
    assert uses(graph, "a.go::rate") == ["a.go:5:53 call exact"]


def test_what_nobody_uses_is_said_with_complete_coverage() -> None:
    graph = graph_of({"go.mod": MODULE, "a.go": "package shop\nfunc Lonely() {}\nfunc Used() {}\nvar _ = Used\n"})
    answer = graph.references(symbol(graph, "a.go::Lonely"))
    assert (answer.places, answer.coverage.complete) == ((), True)


def test_names_declared_in_a_list_are_local_in_a_case_too() -> None:
    graph = graph_of(
        {
            "go.mod": MODULE,
            "a.go": "package shop\nfunc start() int { return 1 }\n",
            "b.go": """
                package shop
                func use(n int) int {
                    switch {
                    case n > 0:
                        var (
                            start = n
                            other = start
                        )
                        return start + other
                    }
                    return start()
                }
            """,
        }
    )
    assert uses(graph, "a.go::start") == ["b.go:11:12 call exact"]


def test_values_of_loops_indexes_and_functions_without_a_name_have_types_in_their_own_blocks() -> None:
    graph = graph_of(
        {
            "go.mod": MODULE,
            "a.go": """
                package shop
                type Item struct{}
                func (i *Item) Price() int { return 0 }
                type Other struct{}
                func (o *Other) Price() int { return 0 }
                type Items []*Item
                type Cart struct {
                    items []*Item
                    named map[string]Items
                }
                func (c *Cart) All() []*Item { return c.items }
            """,
            "b.go": """
                package shop
                func use(cart *Cart, many ...*Item) {
                    for _, one := range cart.items { one.Price() }
                    for _, two := range cart.All() { two.Price() }
                    for _, some := range cart.named {
                        for _, three := range some { three.Price() }
                    }
                    for _, four := range many { four.Price() }
                    many.Price()
                    five := cart.items[0]
                    five.Price()
                    all := Items{}
                    for _, six := range all { six.Price() }
                    var seven []*Item
                    seven.Price()
                    run(func(eight *Item) { eight.Price() })
                    run(func(x *Other) { x.Price() })
                    for _, x := range unknown() { x.Price() }
                    for i := range cart.items { i.Price() }
                    for _, nine := range []*Other{} { nine.Price() }
                }
            """,
        }
    )
    found = [row for row in uses(graph, "a.go::Item.Price") if "inferred" in row]
    assert [row.split(":")[1] for row in found] == ["3", "4", "6", "8", "11", "13", "16"]
    found = [row for row in uses(graph, "a.go::Other.Price") if "inferred" in row]
    assert [row.split(":")[1] for row in found] == ["17", "20"]
