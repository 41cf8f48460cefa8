"""What a use by name alone cannot mean, so that "nobody uses it" can be said; and what still holds it back."""

from __future__ import annotations

import pytest

from support.graphs import graph_of, symbol, uses

CHILD = {
    "src/child.ts": "export class Child { id: number }\n",
    "src/tool.ts": "export function tool(x: any) { return 1 }\n",
    "src/child.test.ts": "import { Child } from './child'\nimport { tool } from './tool'\ntool(new Child())\n",
    "src/other.test.ts": "import './other'\n",
}
ELSEWHERE = "import { tool } from './tool'\nexport function f(x) { return x.id }\n"


def told(files: dict[str, str], name: str) -> tuple[bool, int]:
    """Whether the uses of ``name`` are all, and how many are known by name alone."""
    graph = graph_of(files)
    coverage = graph.references(symbol(graph, name)).coverage
    return coverage.complete, coverage.ambiguous


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("src/other.ts", ELSEWHERE),
        ("src/other.tsx", ELSEWHERE),
        ("src/other.ts", "import { tool } from './tool'\ntool({ id: 1 })\n"),
        ("src/other.ts", "export function f(x) { return x['id'] }\n"),
    ],
)
def test_a_typed_file_that_no_import_connects_with_a_class_has_none_of_its_values(file: str, text: str) -> None:
    assert told({**CHILD, file: text}, "Child.id") == (True, 0)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"src/other.js": ELSEWHERE}, "a language in which anything may be handed to anybody"),
        ({"src/tool.ts": "export function tool(x: any) { return x.id }\n"}, "it is handed one by who imports it"),
        ({"src/other.ts": f"import './child.test'\n{ELSEWHERE}"}, "imports lead to it, all the way"),
        ({"src/child.test.ts": "export const x = 1\n", "src/other.ts": ELSEWHERE}, "nobody says who loads the class"),
        (
            {
                "src/other.ts": ELSEWHERE,
                "src/all.ts": "import { Child } from './child'\ndeclare global { var child: Child }\n",
            },
            "a file gives one to all others",
        ),
        (
            {
                "src/other.ts": ELSEWHERE,
                "src/more.ts": "import { Child } from './child'\ndeclare module 'web' { interface R { a: Child } }\n",
            },
            "a file adds one to what comes from outside",
        ),
        ({"src/other.ts": ELSEWHERE, "src/all.d.ts": "declare const one: import('./child').Child\n"}, "a script"),
        ({"src/other.ts": ELSEWHERE, "src/bad.ts": "\0"}, "what a file imports is not known"),
        ({"src/open.ts": ELSEWHERE}, "nobody says who loads that file, and what it is handed then"),
    ],
)
def test_what_may_be_handed_a_value_is_not_ruled_out(files: dict[str, str], why: str) -> None:
    assert told({**CHILD, **files}, "Child.id") != (True, 0), why


def test_constructor_behind_a_dot_is_no_constructor_of_the_workspace() -> None:
    files = {
        "a.ts": "export class A { constructor(x: number) {} }\nexport const f = (x) => x.constructor\n",
        "b.ts": "import { A } from './a'\nnew A(1)\n",
    }
    assert told(files, "A.constructor") == (True, 0)
    assert uses(graph_of(files), "A.constructor") == ["b.ts:2:5 call exact"]


def test_primitive_types_have_no_members_of_the_workspace_but_unknown_alternatives_may() -> None:
    members = "import { F } from 'far'\nexport class A { link() {} }\n"
    assert told({"a.ts": members + "export function f(x: string | null) { x.link() }\n"}, "A.link") == (True, 0)
    assert told({"a.ts": members + "export function f(x: 'a' | 2) { x.link() }\n"}, "A.link") == (True, 0)
    assert told({"a.ts": members + "export function f(x: string | F<A>) { x.link() }\n"}, "A.link") == (False, 1)


def test_one_of_several_signatures_says_nothing_where_another_gives_something_unknown() -> None:
    files = {
        "a.ts": """
            export class A { link: string }
            export class Store {
                save<T>(all: T[]): T[]
                save<T>(one: T): T
            }
            export function f(store: Store, a: A) { store.save(a).link }
        """
    }
    assert told(files, "A.link") == (False, 1)


def test_a_key_of_a_mapped_type_is_a_member_of_the_type_whose_keys_it_has() -> None:
    files = {
        "a.ts": """
            export class Author { posts: string[] }
            interface More { target: string }
            export interface Options<T> { relations?: { [P in keyof T]?: More } }
            export const schema: Options<Author> = { relations: { posts: { target: 'x' } } }
        """
    }
    assert uses(graph_of(files), "Author.posts") == ["a.ts:4:55 write inferred"]
    assert uses(graph_of(files), "Options.relations") == ["a.ts:4:42 write inferred"]
    assert uses(graph_of(files), "More.target") == ["a.ts:4:64 write inferred"]


BASES = "import logging\nclass Wanted:\n    def filter(self): pass\nclass Other(logging.Handler):\n"


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("    def f(self): super().filter()\n", True),
        ("    def f(self): super().filter()\nclass Both(Other, Wanted): pass\n", False),
        ("    def f(self): super().filter()\nclass Both(Other, Wanted, make()): pass\n", False),
        ("    def f(self): super().filter()\nclass Below(Wanted, make()): pass\n", False),
        ("    pass\nclass Third(make()):\n    def f(self): super().filter()\n", False),
        ("    def f(self): self.filter()\n", False),  # its base may make classes
        ("    pass\nclass Third:\n    def f(self): self.filter()\n", True),
        ("    pass\nclass Third:\n    def f(self): self.filter()\nclass Both(Third, Wanted): pass\n", False),
        ("    pass\nclass Meta(type):\n    def f(self): self.filter()\n", False),
    ],
)
def test_self_and_super_of_a_class_apart_mean_no_member(text: str, complete: bool) -> None:
    assert told({"a.py": BASES + text}, "Wanted.filter")[0] is complete


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("'pkg.a.Other.run'", True),
        ("'pkg.a.Wanted.run'", False),
        ("'pkg.a.Below.run'", False),
        ("'pkg.a.instance.run'", False),
    ],
)
def test_a_dotted_string_names_a_member_of_the_class_it_names(text: str, complete: bool) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "class Wanted:\n    def run(self): pass\nclass Below(Wanted): pass\nclass Other: pass\n",
        "b.py": f"names = [{text}]\n",
    }
    assert told(files, "Wanted.run")[0] is complete


@pytest.mark.parametrize(
    ("holder", "complete"),
    [
        ("signals.models", True),
        ("Other", True),
        ("Wanted", False),
        ("Below", False),
        ("self.client", False),
        ("self", False),
        ("x", False),
    ],
)
def test_a_computed_attribute_of_something_else_is_none_of_the_class_around(holder: str, complete: bool) -> None:
    files = {
        "signals/__init__.py": "",
        "signals/models.py": "",
        "a.py": f"""
            import signals.models
            class Other: pass
            class Wanted:
                def run(self): pass
                def other(self, x, name): return getattr({holder}, name)
            class Below(Wanted): pass
        """,
    }
    assert told(files, "Wanted.run")[0] is complete


WRITTEN = "export class Wanted { port: string; name: any }\n"


@pytest.mark.parametrize(
    "text",
    [
        "export function f(x: { name: any }) { return x.name }",
        "export function f({ name }: { name: any }) { return name }",
        "export const x: { name: any } = { name: 1 }",
        "export function f(x: { kind: 'a'; name: any } | { name: unknown }) { return x.name }",
        "function take(x: { name: any }) {}\ntake({ name: 1 })",
        "function make(): { name: any } { return { name: 1 } }\nmake().name",
        "interface All { one?: { name: any } }\nexport function f(x: All) { return x.one.name }",
        "export function f(x: { name: any }[]) { return x[0].name }",
        "interface All { one?: { name: any } }\nexport const x: All = { one: { name: 1 } }",
        "export const f = async (x: () => Promise<{ name: any }>) => (await x()).name",
    ],
)
def test_a_member_of_a_type_that_is_written_out_is_no_member_of_a_class(text: str) -> None:
    assert told({"a.ts": f"{WRITTEN}{text}\n"}, "Wanted.name") == (True, 0)


@pytest.mark.parametrize(
    "text",
    [
        "export function f(x: { other: any }) { return x.name }",
        "export function f(x: { [key: string]: any }) { return x.name }",
        "export function f(x: { name: any } | any) { return x.name }",
        "import { F } from 'far'\nexport function f(x: { name: any } | F<Wanted>) { return x.name }",
        "export function f(x: { inner: any }) { return x.inner.name }",
    ],
)
def test_what_a_type_that_is_written_out_does_not_have_may_be_of_a_class(text: str) -> None:
    assert told({"a.ts": f"{WRITTEN}{text}\n"}, "Wanted.name")[0] is False


def test_members_of_a_written_type_need_nothing_but_a_line_break_between_them() -> None:
    files = {
        "a.ts": """
            export class Wanted { host: string }
            export class Other {
                // what the user's link says
                parse(): {
                    host: string  // the server's
                    /* where */ others:
                        | Other[]
                        | null
                    pair: [
                        Other,
                        Wanted,
                    ]
                    (x: number): string
                    [key: string]: any
                } {
                    const { host } = this.parse()
                    this.parse().pair[1].host
                    return { host, others: null }
                }
            }
        """
    }
    assert uses(graph_of(files), "Wanted.host") == ["a.ts:17:30 attribute inferred"]
    assert told(files, "Wanted.host") == (True, 0)


FAR = "import type { Far, Many } from 'far'\nexport class Wanted { link: string }\n"


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("export function f(x: Far) { return x.link }", True),
        ("export function f(x: Far | null) { return x['link'] }", True),
        ("export const x: Far = { link: 1 }", True),
        ("function take(x: Far) {}\ntake({ link: 1 })", True),
        ("export function f(x: Response) { return x.link }", True),
        ("export function f(x: Unheard) { return x.link }", False),
        ("interface Response { link: string }\nexport function f(x: Response) { return x.link }", True),
        ("export function f(x: Many<Wanted>) { return x.link }", False),
        ("export function f(x: Far) { return x.many.link }", False),
        ("export const x: Far = { many: { link: 1 } }", False),
        ("function wait<T extends Far>(x: () => T): T { return x() }\nwait(() => new Wanted()).link", False),
        ("function wait<T extends { link: any }>(x: () => T): T { return x() }\nwait(() => new Wanted()).link", False),
        (
            "type Wait = <T extends Far>(x: () => T) => T\nexport const f = (g: Wait) => g(() => new Wanted()).link",
            False,
        ),
        ("function w<T extends { link: { a: any } }>(x: () => T): T {}\nw(() => new Wanted()).link", False),
        ("type Other = Far\nfunction wait<T extends Other>(x: () => T): T\nwait(() => new Wanted()).link", False),
        ("function wait<T extends string>(x: () => T): T { return x() }\nwait(() => 'a').link", True),
        ("export class Near extends Far {}\nexport function f(x: Far) { return x.link }", True),
    ],
)
def test_a_member_of_a_type_from_outside_is_no_member_of_a_class_that_is_none_of_it(text: str, complete: bool) -> None:
    assert told({"a.ts": f"{FAR}{text}\n"}, "Wanted.link")[0] is complete


def test_a_type_from_outside_may_have_members_of_its_heirs_and_of_those_who_augment_it() -> None:
    heir = "import { Far } from 'far'\nexport class Near extends Far { link: string }\n"
    assert told({"a.ts": heir + "export function f(x: Far) { return x.link }\n"}, "Near.link") == (False, 1)
    augmenting = {
        "all.d.ts": "import 'far'\ndeclare module 'far' {\n    interface Far { link: string }\n}\n",
        "a.ts": "import { Far } from 'far'\nexport const f = (x: Far) => x.link\nexport const x: Far = { link: '' }\n",
    }
    assert uses(graph_of(augmenting), "Far.link") == ["a.ts:2:32 attribute name_only", "a.ts:3:25 write name_only"]


CAST = """
    export class Base { shared() {} }
    export class Cache extends Base { private client: string }
    export class Wanted { client: string }
    export class Below extends Cache { client: string }
"""


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("export function f(x: Cache) { return (x as any).client }", True),
        ("export function f(x: Cache) { return (x as any)['client'] }", True),
        ("export function f(x: Cache) { (<any>x).client = 1 }", True),
        ("export function f() { const x = new Cache()\n; (x as any).client }", True),
        ("const all: Cache[] = []\n;(all[0] as any).client", True),
        ("export function f(x: Base) { return (x as any).client }", False),
        ("export function f(x: string) { return (x as any).client }", False),
        ("import { far } from 'far'\n(far as any).client", False),
        ("export function f(x: { client: any }) { return (x as any).client }", False),
        ("export function f(x: any) { return (x as any).client }", False),
        ("export function f(x: Cache) { return (x as unknown as Wanted).client }", False),
    ],
)
def test_a_value_that_is_cast_to_any_keeps_the_members_it_is_known_to_have(text: str, known: bool) -> None:
    """Nobody casts what the type allows; what the type does not have may be anybody's."""
    files = {"a.ts": f"{CAST}\n{text}\n"}
    assert (told(files, "Wanted.client")[0] and not uses(graph_of(files), "Wanted.client")) is known
    assert bool([use for use in uses(graph_of(files), "Cache.client") if "name_only" not in use]) is False
    if known:
        assert [use.rpartition(" ")[2] for use in uses(graph_of(files), "Cache.client")] == ["name_only"]
        assert len(uses(graph_of(files), "Below.client")) == 1


def test_a_string_between_brackets_is_the_member_of_that_name() -> None:
    files = {
        "a.ts": """
            import { far } from 'far'
            export class Wanted { name: string }
            export class Other { name: string }
            export function f(x: Other, y: { name: any }[], z: Wanted) {
                x['name'];
                y[0]["name"];
                far['name'];
                z['name'];
            }
        """
    }
    assert uses(graph_of(files), "Wanted.name") == ["a.ts:8:8 read inferred"]
    assert uses(graph_of(files), "Other.name") == ["a.ts:5:8 read inferred"]
    assert told(files, "Other.name") == (True, 0)
    graph = graph_of({"a.ts": files["a.ts"] + "export const g = (x: any) => x['name']"})
    assert graph.references(symbol(graph, "Other.name")).coverage.dynamic == 1


def test_what_gives_this_gives_the_class_it_is_called_on() -> None:
    graph = graph_of(
        {
            "a.ts": """
                export class Base<T> {
                    clone(): this { return this }
                    later(): Promise<this> { return this }
                    all(): { one: this } { return this }
                    own: this
                }
                export class Query<T> extends Base<T> {
                    where(): this { return this }
                    first(): T
                }
                export class Other { where() {} }
                export class Row { id: number }
                export async function f(x: Query<Row>) {
                    x.clone().where();
                    (await x.later()).where();
                    x.all().one.where();
                    x.own.clone().where();
                    x.where().clone().first().id;
                }
            """
        }
    )
    assert uses(graph, "Query.where") == [
        f"a.ts:{line}:{at} call inferred" for line, at in ((14, 15), (15, 23), (16, 17), (17, 19), (18, 7))
    ]
    assert uses(graph, "Other.where") == []
    assert uses(graph, "Row.id") == ["a.ts:18:31 attribute inferred"]


@pytest.mark.parametrize("others", [0, 45, 450])
@pytest.mark.parametrize(
    ("augmenting", "imported"),
    [
        ("export {}\ndeclare global { interface Request { user: string } }\n", ""),
        ("declare namespace Express { interface Request { user: string } }\n", "import { Request } from 'express'\n"),
        (
            "import 'express'\ndeclare module 'express' { interface Request { user: string } }\n",
            "import { Request } from 'express'\n",
        ),
    ],
)
def test_a_value_from_outside_may_have_a_member_that_augments_its_type(
    augmenting: str, imported: str, others: int
) -> None:
    files = {f"many/m{number}.ts": f"export class C{number} {{ user = 1 }}\n" for number in range(others)}
    files |= {"a.ts": augmenting, "b.ts": f"{imported}export function f(asked: Request) {{ return asked.user }}\n"}
    assert [use.rpartition(" ")[2] for use in uses(graph_of(files), "Request.user")] == ["name_only"]
