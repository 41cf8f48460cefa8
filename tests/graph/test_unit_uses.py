"""Which files of a unit a file uses: names as something they can be, and extensions behind a dot."""

from __future__ import annotations

import pytest

from sightline.graph.advance import advance, parsed_changes
from sightline.graph.index import IndexCache
from sightline.graph.slices import at_once
from sightline.graph.view import GraphView
from support.graphs import fresh_graph, graph_of, path, workspace_of

_ADDED = """
    package p
    fun Cart.total(rate: Int): Int = rate
    fun String.slug(): String = this
    val Cart.label: String get() = ""
    infix fun Cart.beside(other: Cart): Cart = other
    fun <T> Collection<T>.sole(): T = first()
"""
_CART = "package p\nclass Cart { fun add(n: Int) {} }\n"


def _leads(graph: GraphView, name: str) -> set[str]:
    return {str(edge.target) for edge in graph.dependencies(path(name))}


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("cart.total(1)", True),
        ("cart.total()", False),  # no extension takes no argument
        ("cart.total", False),  # nobody reads a function
        ("cart.label", True),
        ("cart beside cart", True),
        ("other().slug()", True),  # it may be a text
        ("cart.slug()", False),  # a cart is none
        ("list.sole()", True),
        ("cart.sole()", False),
        ("val total = 1; println(total)", False),
        ("println(slug)", False),
        ("slug()", True),  # on the instance around, for all we know
    ],
)
def test_an_extension_is_used_behind_a_dot_on_what_may_be_of_its_type(body: str, needs: bool) -> None:
    user = f"package p\nclass Use(private val list: List<Int>) {{\n  fun f(cart: Cart) {{ {body} }}\n}}\n"
    graph = graph_of({"Cart.kt": _CART, "added.kt": _ADDED, "Use.kt": user})
    assert ("added.kt" in _leads(graph, "Use.kt")) is needs


def test_the_extension_of_the_very_type_comes_before_that_of_another() -> None:
    texts = {"a.kt": "package p\nfun KType.named() {}\n", "b.kt": "package p\nfun KClass<*>.named() {}\n"}
    graph = graph_of({**texts, "Use.kt": "package p\nfun f(type: KClass<*>) { type.named() }\n"})
    assert _leads(graph, "Use.kt") == {"b.kt"}


def test_a_member_of_that_name_comes_before_an_extension() -> None:
    types = "package p\nclass Store { fun open(name: String) {} }\n"
    added = "package p\nfun File.open(name: String) {}\n"
    user = 'package p\nfun f(store: Store, file: File) {{ {}.open("a") }}\n'
    texts = {"Store.kt": types, "added.kt": added}
    assert "added.kt" not in _leads(graph_of({**texts, "Use.kt": user.format("store")}), "Use.kt")
    assert "added.kt" in _leads(graph_of({**texts, "Use.kt": user.format("file")}), "Use.kt")


def test_java_sees_no_extension() -> None:
    user = "package p;\nclass Use { void f(Cart cart) { cart.total(1); } }\n"
    assert _leads(graph_of({"Cart.kt": _CART, "added.kt": _ADDED, "Use.java": user}), "Use.java") == {"Cart.kt"}


def test_a_name_brought_in_from_elsewhere_is_that_one() -> None:
    user = "package p\nimport q.total\nfun f(cart: Cart) { cart.total(1) }\n"
    assert _leads(graph_of({"Cart.kt": _CART, "added.kt": _ADDED, "Use.kt": user}), "Use.kt") == {"Cart.kt"}


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("limit(1)", True),
        ("limit(1, 2)", False),
        ("println(limit)", False),
        ("val limit: limit = 1", False),
        ("size", False),  # the member of the class around
        ("other()", False),  # that too
        ("println(most)", True),
        ("val x: most? = null", False),
        ("each { }", True),  # the lambda is an argument
    ],
)
def test_a_name_alone_is_used_as_what_its_definition_can_be(body: str, needs: bool) -> None:
    top = "package p\nfun limit(n: Int) = n\nval most = 1\nval size = 1\nfun other() {}\nfun each(f: () -> Unit) {}\n"
    user = f"package p\nclass Use {{\n  val size = 2\n  fun other() {{}}\n  fun f() {{ {body} }}\n}}\n"
    assert _leads(graph_of({"top.kt": top, "Use.kt": user}), "Use.kt") == ({"top.kt"} if needs else set())


def test_imports_of_a_whole_package_bring_extensions_in() -> None:
    user = "package q\nimport p.*\nfun f(cart: Cart) = cart.total(1)\n"
    graph = graph_of({"Cart.kt": _CART, "added.kt": _ADDED, "more.kt": "package p\nfun g() {}\n", "Use.kt": user})
    assert _leads(graph, "Use.kt") == {"Cart.kt", "added.kt"}


def test_a_class_whose_constructor_comes_on_the_next_line_holds_its_members() -> None:
    spec = """
        package p
        public class Spec<T>
        @Tested
        private constructor(private val parts: Parts) : Base() {
          val kind = parts.kind
          fun build(): Other = Other()
        }
    """
    others = {"Other.kt": "package p\nclass Other\n", "Parts.kt": "package p\nclass Parts\n"}
    graph = graph_of({"Spec.kt": spec, **others, "Use.kt": "package p\nfun f(s: Spec<Int>) = build()\n"})
    assert [each.qualified_name for each in graph.lookup("Spec.kt::Spec.build")] == ["Spec.build"]
    assert _leads(graph, "Spec.kt") == {"Other.kt", "Parts.kt"}
    assert _leads(graph, "Use.kt") == {"Spec.kt"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("added.kt", "package p\nfun String.total(rate: Int) = rate\n"),
        ("added.kt", "package p\nfun Cart.total() = 1\n"),
        ("added.kt", "package p\nval Cart.total: Int get() = 1\n"),
        ("added.kt", "package p\nclass total\n"),
        ("Cart.kt", "package p\nclass Cart { fun total(n: Int) {} }\n"),
        ("Use.kt", "package p\nfun f(cart: Cart) { cart.total }\n"),
    ],
)
def test_edges_after_an_edit_are_those_of_a_fresh_graph(file: str, text: str) -> None:
    texts = {"Cart.kt": _CART, "added.kt": _ADDED, "Use.kt": "package p\nfun f(c: Cart?, d: Any) { d.x().total(1) }\n"}
    _is_as_fresh(texts, file, text)


def _is_as_fresh(texts: dict[str, str], file: str, text: str) -> None:
    before, after = graph_of(texts), fresh_graph(workspace_of({**texts, file: text}))
    changes = parsed_changes(after.workspace, before.state.table, [path(file)])
    state, _ = at_once(advance(before.state, before.layouts, after.workspace, changes, [path(file)]))
    moved = GraphView(after.workspace, state, before.layouts, IndexCache())
    assert [sorted(map(str, moved.dependencies(path(each)))) for each in texts] == [
        sorted(map(str, after.dependencies(path(each)))) for each in texts
    ]


_GUARD = "static class Guard { public static void NotNull(object x) { } }\n"
_CHECKED = "namespace Shop { class Cart { void F(object x) { Guard.NotNull(x); } } }\n"


@pytest.mark.parametrize(
    ("guard", "other", "needs"),
    [
        (_GUARD, "namespace Other { class Till { } }\n", {"Guard.cs"}),
        (_GUARD, "namespace Shop { static class Guard { public static void NotNull(object x) { } } }\n", {"Other.cs"}),
        ("namespace Else { class A { } }\n" + _GUARD, "class Till { }\n", {"Guard.cs"}),
        ("namespace Else { " + _GUARD + "}\n", "class Till { }\n", set[str]()),
        ("namespace Else;\n" + _GUARD, "class Till { }\n", set[str]()),
    ],
    ids=["outside of all namespaces", "a nearer one", "behind a namespace", "in another", "in one of the file"],
)
def test_every_namespace_of_csharp_sees_what_lies_outside_of_all(guard: str, other: str, needs: set[str]) -> None:
    graph = graph_of({"Guard.cs": guard, "Other.cs": other, "Cart.cs": _CHECKED})
    assert _leads(graph, "Cart.cs") == needs


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Guard.cs", "namespace Else { " + _GUARD + "}\n"),
        ("Guard.cs", _GUARD.replace("Guard", "Fence")),
        ("Other.cs", "namespace Shop { " + _GUARD + "}\n"),
        ("Other.cs", _GUARD),
    ],
)
def test_edges_out_of_namespaces_after_an_edit_are_those_of_a_fresh_graph(file: str, text: str) -> None:
    texts = {"Guard.cs": _GUARD, "Other.cs": "namespace Other { class Till { } }\n", "Cart.cs": _CHECKED}
    _is_as_fresh(texts, file, text)
