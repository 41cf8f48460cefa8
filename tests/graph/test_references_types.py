"""Uses of TypeScript members that only types tell: aliases, function types, generics, patterns, literals, chains."""

from __future__ import annotations

import pytest

from support.graphs import graph_of, uses

NODES = """
export interface Node { kind: string; parent: Node | null; children: Node[] }
export interface Context { helper(name: string): Node; readonly options: Options }
export interface Options { onError(text: string): void; extra: { deep: Context } }
export type Visit = (node: Node, context: Context) => void | Node
export type Create<Host> = (root: Node, props?: Partial<Options>) => App<Host>
export interface App<Host> { mount(host: Host): Context; use(plugin: Node): this; config: { context: Context } }
export type Maybe<T> = T | null | undefined
export interface Callable { (name: string): Context; [index: string]: Context }
export type Whole = Pick<Context, 'helper'> & { own: Node; new (x: string): App<string> }
export const table: Record<string, Node> = {}
export const byName = new Map<string, Context>()
"""

#: What is written behind ``import * from './nodes'``, and the member that is used there, with its confidence.
MEMBERS = {
    "the parameters of a function that a type is declared for": (
        "const visit: n.Visit = (node, context) => { context.helper('a') }",
        "Context.helper",
    ),
    "a function that is asserted to have a type": (
        "const create = ((...all: any[]) => {}) as n.Create<string>\ncreate(x).mount('a')",
        "App.mount",
    ),
    "a chain through a method that gives itself": (
        "declare const create: n.Create<string>\ncreate(x).use(x).mount('a').helper('b')",
        "App.mount Context.helper",
    ),
    "a pattern of a parameter": (
        "function f({ options: { onError } }: n.Context) {}",
        "Context.options Options.onError",
    ),
    "a pattern of a call": ("function f(): n.Context { return x }\nconst { helper } = f()", "Context.helper"),
    "a value that is asserted": ("const y = (x as n.Context).options.onError('a')", "Context.options Options.onError"),
    "an element of an array": ("function f(a: n.Node) { return a.children[0].kind }", "Node.children Node.kind"),
    "what a callback of an array is given": (
        "function f(a: n.Node) { a.children.map((each, at) => each.kind) }",
        "Node.children Node.kind",
    ),
    "a record and a map": (
        "n.table['a-b'].kind\nn.table[x].kind",
        "Node.kind Node.kind",
    ),
    "an alias with a parameter": ("function f(a: n.Maybe<n.Context>) { a!.helper('a') }", "Context.helper"),
    "an interface that is called and indexed": (
        "declare const c: n.Callable\nc('a').helper('b')\nc[x].helper('d')",
        "Context.helper Context.helper",
    ),
    "a utility type, and members of an alias of parts": (
        "declare const w: n.Whole\nw.helper('a')\nw.own.kind\nnew w('a').mount('b')",
        "Context.helper Whole.own Node.kind App.mount",
    ),
    "what a function without a written type returns": (
        "function f(a: n.Context) { const g = a.helper('a'); return { g } }\nconst { g } = f(x)\ng.kind",
        "Context.helper Node.kind",
    ),
    "a type parameter's bound": ("function f<T extends n.Context>(a: T) { a.helper('a') }", "Context.helper"),
    "a member that a constructor declares": (
        "class A { constructor(private readonly held: n.Context) {} f() { this.held.helper('a') } }",
        "Context.helper",
    ),
    "what an argument of a call is expected to be": (
        "function run(visit: n.Visit) {}\nrun((node, context) => context.helper('a'))",
        "Context.helper",
    ),
    "keys under computed keys": (
        "const t: Record<string, n.Node> = { [x]: { kind: 'a', parent: null, children: [] } }",
        "Node.kind Node.parent Node.children",
    ),
    "a member of a written-out type": (
        "declare const a: n.App<string>\na.config.context.helper('a')",
        "App.config Context.helper",
    ),
    "an indexed type": ("function f(a: n.Context['options']) { a.onError('a') }", "Options.onError"),
    "either of two": (
        "function f(a: n.Context, b: n.Context) { const c = a || b; (x ? a : b).helper('a'); c.helper('b') }",
        "Context.helper Context.helper",
    ),
}


@pytest.mark.parametrize("what", MEMBERS)
def test_a_member_is_found_through(what: str) -> None:
    code, members = MEMBERS[what]
    graph = graph_of({"nodes.ts": NODES, "use.ts": f"import * as n from './nodes'\ndeclare const x: any\n{code}\n"})
    for member in set(members.split()):
        found = [use for use in uses(graph, f"nodes.ts::{member}") if use.startswith("use.ts")]
        assert len(found) == members.split().count(member), (member, found)
        assert all(use.endswith("inferred") for use in found), (member, found)


def test_names_of_functions_without_a_name_are_told_apart() -> None:
    graph = graph_of(
        {
            "a.ts": """
                class A { run() {} }
                class B { run() {} }
                it('one', () => { const made = new A(); made.run() })
                it('two', () => { const made = new B(); made.run() })
            """
        }
    )
    assert uses(graph, "a.ts::A.run") == ["a.ts:3:46 call inferred"]
    assert uses(graph, "a.ts::B.run") == ["a.ts:4:46 call inferred"]


def test_a_member_of_some_types_of_a_union_is_only_possible() -> None:
    """The compiler lets nobody use it before something tells which types are left, which nobody here reads."""
    graph = graph_of(
        {
            "a.ts": """
                interface A { kind: 'a'; both: string }
                interface B { kind: 'b'; both: string }
                interface C { kind: 'c'; alone: string }
                function f(x: A | B | C) { x.kind; if (x.kind != 'c') { x.both } else { x.alone } }
            """
        }
    )
    assert uses(graph, "a.ts::A.kind") == ["a.ts:4:30 attribute inferred", "a.ts:4:42 attribute inferred"]
    assert uses(graph, "a.ts::A.both") == ["a.ts:4:59 attribute name_only"]
    assert uses(graph, "a.ts::C.alone") == ["a.ts:4:75 attribute inferred"]


def test_a_member_of_each_type_that_a_value_may_be_is_used_in_all_of_them() -> None:
    """So says TypeScript's language service, also where a side of an intersection lacks the member."""
    graph = graph_of(
        {
            "a.ts": """
                interface Base { url: string }
                interface Yes { coder: number }
                interface No { coder?: string }
                interface Third { other: string }
                type Either<T> = T extends string ? Yes : No
                type Options<T> = Base & Either<T>
                type More<T> = { url: string } & Base & Either<T>
                function a<T>(x: Either<T>) { x.coder }
                function b<T>(x: Options<T>) { x.coder }
                function c(x: Base & (Yes | No)) { x.coder }
                function d(x: Yes & Base & No) { x.coder }
                function e<T>(x: More<T>) { x.coder }
                function f(x: Base & (Yes | No | Third)) { if ('coder' in x) x.coder }
                c({ url: '', coder: 1 })
            """
        }
    )
    found = [
        "a.ts:8:33 attribute inferred",
        "a.ts:9:34 attribute inferred",
        "a.ts:10:38 attribute inferred",
        "a.ts:11:36 attribute inferred",
        "a.ts:12:31 attribute inferred",
        "a.ts:13:64 attribute name_only",
        "a.ts:14:14 write inferred",
    ]
    assert uses(graph, "a.ts::Yes.coder") == uses(graph, "a.ts::No.coder") == found


def test_callers_see_the_signatures_of_an_overloaded_function_not_its_body() -> None:
    graph = graph_of(
        {
            "a.ts": """
                interface Shown { value: string }
                class Inner { value = 'a' }
                function make(x: string): Shown
                function make(x: any) { return new Inner() }
                make('a').value
            """
        }
    )
    assert uses(graph, "a.ts::Shown.value") == ["a.ts:5:11 attribute inferred"]
    assert uses(graph, "a.ts::Inner.value") == []


def test_members_of_a_declared_object_may_be_used_through_its_type() -> None:
    graph = graph_of(
        {
            "a.ts": """
                interface Options { warn(): void }
                const defaults: Options = { warn: () => {} }
                function f(options: Options) { options.warn() }
            """
        }
    )
    assert uses(graph, "a.ts::defaults.warn") == ["a.ts:3:40 call name_only"]


def test_types_in_circles_end() -> None:
    graph = graph_of(
        {
            "a.ts": """
                type A<T> = { next: A<A<T>>; value: T } | B<T>
                type B<T> = A<T> & { other: T }
                let xs: string[] = []
                xs = xs.concat(xs)
                let ys = ys.slice().concat(ys)
                function f(a: A<string>) { return a.next.next.next.next.next.next.value }
                function g() { return g().h() }
            """
        }
    )
    assert uses(graph, "a.ts::A.value") == ["a.ts:6:67 attribute inferred"]
