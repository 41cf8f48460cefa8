"""Keys of object literals as uses of members, and names that values and files from outside of a module bring."""

from __future__ import annotations

from sightline.graph.at import symbols_at
from support.graphs import graph_of, path, symbol, uses

_OPTIONS = """
    export interface Pool { size: number }
    export interface Options { name?: string; pool?: Pool; pools?: Pool[]; done?(): void }
    export function open(id: number, options: Options = {}) {}
    export class Source { constructor(options: Options) {} }
"""


def test_keys_of_an_argument_are_members_of_the_type_of_a_parameter() -> None:
    graph = graph_of(
        {
            "options.ts": _OPTIONS,
            "user.ts": """
                import { open, Source } from "./options"
                const name = "x"
                open(1, { name: "a", pool: { size: 2 }, pools: [{ size: 3 }], done() {} })
                function f() {
                    return new Source({ name, "pool": null })
                }
            """,
        }
    )
    assert uses(graph, "options.ts::Options.name") == ["user.ts:3:11 write inferred", "user.ts:5:25 write inferred"]
    assert uses(graph, "options.ts::Pool.size") == ["user.ts:3:30 write inferred", "user.ts:3:51 write inferred"]
    assert uses(graph, "options.ts::Options.done") == ["user.ts:3:63 write inferred"]
    assert uses(graph, "user.ts::name") == ["user.ts:5:25 read exact"]


def test_keys_where_an_annotation_says_what_is_expected() -> None:
    graph = graph_of(
        {
            "options.ts": _OPTIONS,
            "user.ts": """
                import type { Options, Pool } from "./options"
                export const one: Options = { name: "a" }
                function f(given: Options = { name: "b" }): Options {
                    const local: Options[] = [{ name: "c", pool: { size: 1 } }]
                    if (local) return { name: "d" }
                    return cond ? { name: "e" } : ({ other: 1 } as Options)
                }
                const g = (): Pool => ({ size: 2 })
                const h = { size: 3 } satisfies Pool
                one.name
            """,
        }
    )
    assert uses(graph, "options.ts::Options.name") == [
        "user.ts:2:31 write inferred",
        "user.ts:3:31 write inferred",
        "user.ts:4:33 write inferred",
        "user.ts:5:25 write inferred",
        "user.ts:6:21 write inferred",
        "user.ts:10:5 attribute inferred",
    ]
    assert uses(graph, "options.ts::Pool.size") == [
        "user.ts:4:52 write inferred",
        "user.ts:8:26 write inferred",
        "user.ts:9:13 write inferred",
    ]


def test_keys_of_which_nothing_tells_what_is_expected() -> None:
    graph = graph_of(
        {
            "options.ts": _OPTIONS,
            "user.ts": """
                import { other } from "somewhere"
                other({ name: 1 })
                unknown(x).go([{ name: 2 }])
                function f() {
                    const plain = { name: 3 }
                    return plain
                }
            """,
        }
    )
    # A variable that nobody annotated has a type of its own.
    assert uses(graph, "options.ts::Options.name") == ["user.ts:2:9 write name_only", "user.ts:3:18 write name_only"]


def test_a_member_by_which_the_workspace_augments_a_module_from_outside() -> None:
    files = {
        "setup.ts": """
            import type { Mock } from "runner"
            declare module "runner" {
                interface Assertion<T = any> extends Ours<T> {}
            }
            interface Ours<R = unknown> { toWarn(): R }
        """,
        "a.test.ts": 'import { test } from "runner"\ntest("x", () => { expect(f()).toWarn() })\n',
    }
    assert uses(graph_of(files), "setup.ts::Ours.toWarn") == ["a.test.ts:2:31 call inferred"]
    # A value of the workspace's own is no value from outside; and two such members leave it open which is meant.
    own = files | {"a.test.ts": 'import { expect } from "./own"\nexpect(1).toWarn()\n', "own.ts": "export let expect\n"}
    assert uses(graph_of(own), "setup.ts::Ours.toWarn") == ["a.test.ts:2:11 call name_only"]
    twice = files | {"more.ts": files["setup.ts"]}
    assert uses(graph_of(twice), "setup.ts::Ours.toWarn") == ["a.test.ts:2:31 call name_only"]


def test_what_a_file_that_is_no_module_declares_is_seen_by_all() -> None:
    files = {
        "global.d.ts": "declare const __DEV__: boolean\n",
        "a.ts": "export const x = __DEV__ ? 1 : 2\nexport function f(__DEV__: string) { return __DEV__ }\n",
        "b.ts": 'import { __DEV__ } from "./c"\nexport const y = __DEV__\n',
        "c.ts": "export const __DEV__ = 1\n",
    }
    assert uses(graph_of(files), "global.d.ts::__DEV__") == ["a.ts:1:18 read inferred"]


def test_a_shorthand_member_of_an_object_is_what_it_names() -> None:
    files = {
        "ops.ts": (
            "function insert() {}\n"
            "export const ops: { insert: typeof insert } = { insert }\n"
            "export const more = { insert, x: 1 }\n"
        ),
        "user.ts": 'import { ops, more } from "./ops"\nops.insert()\nmore.insert()\nmore.x\n',
    }
    graph = graph_of(files)
    assert uses(graph, "ops.ts::insert") == [
        "ops.ts:2:36 read exact",
        "ops.ts:2:49 read exact",
        "ops.ts:3:23 read exact",
        "user.ts:2:5 call exact",
        "user.ts:3:6 call exact",
    ]
    (meant,) = symbols_at(graph, path("ops.ts"), files["ops.ts"].index("{ insert, x") + 3)
    assert meant[0].identifier == "ops.ts::insert"


def test_keys_given_to_local_functions_are_uses() -> None:
    graph = graph_of(
        {
            "a.ts": """
                export interface Event { data: string; retry?: number; unused?: number }
                export type Options = { onEvent?: (event: Event) => void };
                export const stream = ({ onEvent }: Options, other: (event: Event) => void) => {
                  onEvent?.({ data: 'a', retry: 1 });
                  other({ data: 'a', retry: 2 });
                  [other][0]({ data: 'a', retry: 3 });
                };
            """,
        }
    )
    assert [each.partition(" ")[0] for each in uses(graph, "a.ts::Event.retry")] == [
        "a.ts:4:26",
        "a.ts:5:22",
        "a.ts:6:27",
    ]
    unused = graph.references(symbol(graph, "a.ts::Event.unused"))
    assert unused.coverage.complete and not unused.places
