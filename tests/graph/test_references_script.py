"""Uses of TypeScript and JavaScript symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, symbol, uses


def test_named_default_and_namespace_imports_are_exact() -> None:
    graph = graph_of(
        {
            "rate.ts": """
                export function rate(x: number) { return x; }
                export default class Rates {}
                function hidden() {}
                hidden();
            """,
            "use.ts": """
                import Known, { rate as r, rate } from './rate';
                import * as all from './rate';
                r(1);
                rate(2);
                all.rate(3);
                new Known();
                new all.default();
                hidden();
            """,
        }
    )
    assert uses(graph, "rate.ts::rate") == [
        "use.ts:1:17 import exact",
        "use.ts:1:28 import exact",
        "use.ts:3:1 call exact",
        "use.ts:4:1 call exact",
        "use.ts:5:5 call exact",
    ]
    assert uses(graph, "rate.ts::Rates") == ["use.ts:6:5 call exact", "use.ts:7:9 call exact"]
    assert uses(graph, "rate.ts::hidden") == ["rate.ts:4:1 call exact"]


def test_reexports_are_followed_under_every_name() -> None:
    graph = graph_of(
        {
            "deep/a.ts": "export function work() {}\nfunction inner() {}\nexport { inner as outer };\n",
            "deep/index.ts": """
                export * from './a';
                export { work as job } from './a';
                export * as ns from './a';
                export { default } from './b';
            """,
            "deep/b.ts": "export default function () {}\n",
            "use.ts": """
                import main, { work, job, outer, ns } from './deep';
                work();
                job();
                outer();
                ns.work();
                main();
            """,
        }
    )
    assert uses(graph, "deep/a.ts::work") == [
        "deep/index.ts:2:10 reexport exact",
        "use.ts:1:16 import exact",
        "use.ts:1:22 import exact",
        "use.ts:2:1 call exact",
        "use.ts:3:1 call exact",
        "use.ts:5:4 call exact",
    ]
    assert uses(graph, "deep/a.ts::inner") == [
        "deep/a.ts:3:10 read exact",
        "use.ts:1:27 import exact",
        "use.ts:4:1 call exact",
    ]
    assert uses(graph, "deep/b.ts::default")[-1] == "use.ts:6:1 call exact"


def test_members_through_this_super_types_and_constructors() -> None:
    graph = graph_of(
        {
            "base.ts": """
                export interface Runner { run(): void }
                export class Base implements Runner {
                  limit = 3;
                  constructor(n: number) {}
                  run() { return this.limit; }
                }
            """,
            "child.ts": """
                import { Base, Runner } from './base';
                export class Child extends Base {
                  constructor() { super(1); }
                  run() { super.run(); return this.limit; }
                }
                function a(x: Base, y?: Child | null, z: Promise<Base>, r: Runner) {
                  x.run();
                  y.run();
                  z.run();
                  r.run();
                  const made = new Base(1);
                  made.run();
                  new Child().limit;
                }
                function b(x) { x.run(); }
            """,
        }
    )
    assert uses(graph, "base.ts::Base.limit") == [
        "base.ts:5:23 attribute exact",
        "child.ts:4:36 attribute exact",
        "child.ts:13:15 attribute inferred",
    ]
    assert uses(graph, "base.ts::Base.run") == [
        "child.ts:4:17 call exact",
        "child.ts:7:5 call inferred",
        "child.ts:9:5 call inferred",
        "child.ts:10:5 call name_only",
        "child.ts:12:8 call inferred",
        "child.ts:15:19 call name_only",
    ]
    assert uses(graph, "child.ts::Child.run") == [
        "child.ts:7:5 call name_only",
        "child.ts:8:5 call inferred",
        "child.ts:9:5 call name_only",
        "child.ts:10:5 call name_only",
        "child.ts:12:8 call name_only",
        "child.ts:15:19 call name_only",
    ]
    assert uses(graph, "base.ts::Runner.run") == ["child.ts:10:5 call inferred", "child.ts:15:19 call name_only"]
    assert uses(graph, "base.ts::Base.constructor") == ["child.ts:3:19 call exact", "child.ts:11:20 call exact"]
    assert [each.qualified_name for each in graph.overrides(symbol(graph, "base.ts::Base.run"))] == ["Child.run"]
    assert {each.qualified_name for each in graph.overrides(symbol(graph, "base.ts::Runner.run"))} == {
        "Base.run",
        "Child.run",
    }


def test_commonjs_is_understood() -> None:
    graph = graph_of(
        {
            "lib.js": """
                function one() {}
                function two() {}
                module.exports = { one, three: two };
            """,
            "whole.js": "class Engine { start() {} }\nmodule.exports = Engine;\n",
            "use.js": """
                const { one, three } = require('./lib');
                const lib = require('./lib');
                const Motor = require('./whole');
                one();
                three();
                lib.one();
                const engine = new Motor();
                engine.start();
            """,
        }
    )
    assert "use.js:4:1 call exact" in uses(graph, "lib.js::one")
    assert "use.js:6:5 call exact" in uses(graph, "lib.js::one")
    assert "use.js:7:20 call exact" in uses(graph, "whole.js::Engine")
    assert "use.js:8:8 call inferred" in uses(graph, "whole.js::Engine.start")


def test_names_of_other_modules_are_no_uses() -> None:
    graph = graph_of(
        {
            "a.ts": "export const value = 1;\nexport type Same = string;\n",
            "b.ts": "export const value = 2;\nvalue;\n",
            "c.ts": "import { value } from './b';\nimport { value as other } from 'installed';\nvalue; other;\n",
        }
    )
    assert uses(graph, "a.ts::value") == []
    assert uses(graph, "b.ts::value") == [
        "b.ts:2:1 read exact",
        "c.ts:1:10 import exact",
        "c.ts:3:1 read exact",
    ]


def test_objects_and_enums_have_members() -> None:
    graph = graph_of(
        {
            "m.ts": """
                export enum Level { Low, High = 2 }
                export const tools = { cut() { this.size; }, size: 3 };
            """,
            "use.ts": "import { Level, tools } from './m';\nLevel.High;\ntools.cut();\n",
        }
    )
    assert uses(graph, "m.ts::Level.High") == ["use.ts:2:7 attribute exact"]
    assert uses(graph, "m.ts::tools.cut") == ["use.ts:3:7 call exact"]
    assert uses(graph, "m.ts::tools.size") == ["m.ts:2:37 attribute inferred"]


def test_elements_of_arrays_have_the_type_of_the_array() -> None:
    graph = graph_of(
        {
            "source.ts": """
                export class Source { manager: Manager; close() {} }
                export class Manager { save() {} }
                export class Table { rows: Row[]; byName: Map<string, Row>; }
                export class Row { clear() {} }
                export function open(): Promise<Source[]> { throw 0 }
            """,
            "use.test.ts": """
                import { Source, Table, open } from './source';
                describe('it', () => {
                  let sources: Source[];
                  before(async () => { sources = await open(); });
                  it('saves', () => Promise.all(sources.map(async (source) => {
                    await source.manager.save();
                    source.close();
                  })));
                });
                function clear(table: Table) {
                  for (const row of table.rows) { row.clear(); }
                  table.rows.forEach(function (each) { each.clear(); });
                  table.rows.find(() => true)!.clear();
                  const named = table.byName.get('a')!;
                  named.clear();
                }
                async function first() {
                  const found = (await open()).pop()!, all = (await open())!;
                  for (const source of all) { source.close(); }
                }
            """,
        }
    )
    assert uses(graph, "source.ts::Manager.save") == ["use.test.ts:6:26 call inferred"]
    assert uses(graph, "source.ts::Source.close") == [
        "use.test.ts:7:12 call inferred",
        "use.test.ts:19:38 call inferred",
    ]
    assert uses(graph, "source.ts::Row.clear") == [
        "use.test.ts:11:39 call inferred",
        "use.test.ts:12:45 call inferred",
        "use.test.ts:13:32 call inferred",
        "use.test.ts:15:9 call inferred",
    ]


def test_what_a_typed_class_with_a_base_sets_is_inherited() -> None:
    files = {
        "base.{}": "export class Base {{ {} }}\n",
        "own.{}": """
            import {{ Base }} from './base';
            export class Own extends Base {{
              start() {{ this.driver = 1; }}
              stop() {{ return this.driver; }}
            }}
        """,
    }
    typed = graph_of({name.format("ts"): text.format("driver: number;") for name, text in files.items()})
    assert uses(typed, "base.ts::Base.driver") == ["own.ts:3:18 write exact", "own.ts:4:24 attribute exact"]
    plain = graph_of({name.format("js"): text.format("") for name, text in files.items()})
    assert uses(plain, "own.js::Own.driver") == ["own.js:4:24 attribute inferred"]


def test_names_of_a_file_that_is_no_module_are_seen_everywhere() -> None:
    graph = graph_of(
        {
            "global.d.ts": "declare var __DEV__: boolean\ndeclare var __TEST__: boolean\n",
            "module.ts": "export const __TEST__ = 1;\n",
            "use.ts": "import { __TEST__ } from './module';\nif (__DEV__) { __TEST__; }\n",
        }
    )
    assert uses(graph, "global.d.ts::__DEV__") == ["use.ts:2:5 read inferred"]
    assert graph.references(symbol(graph, "global.d.ts::__DEV__")).coverage.complete
    assert uses(graph, "global.d.ts::__TEST__") == []
    assert graph.references(symbol(graph, "global.d.ts::__TEST__")).coverage.complete


def test_what_exports_pass_on_under_its_own_name_is_what_the_file_imported() -> None:
    """Express: `exports.Router = Router` was read as a variable that holds itself, its call went on for ever."""
    graph = graph_of(
        {
            "lib/express.js": """
                var Router = require('./router');
                exports.Router = Router;
                exports.Other = Router;
                exports.kept = exports.kept || exports.kept;
            """,
            "lib/router.js": """
                module.exports = Router;
                function Router() {}
                Router.prototype.handle = function handle() {};
            """,
            "use.js": """
                var express = require('./lib/express');
                var router = new express.Router();
                router.handle(1);
                var other = new express.Other();
                other.handle(2);
                express.kept().handle(3);
            """,
        }
    )
    assert uses(graph, "lib/router.js::Router") == [
        "lib/express.js:2:18 read exact",
        "lib/express.js:3:17 read exact",
        "lib/router.js:1:18 read exact",
        "lib/router.js:3:1 read exact",
        "use.js:2:26 call exact",
        "use.js:4:25 call exact",
    ]
    # Members of a prototype are reached through a dot: once nothing was found, and that was said to be complete.
    assert uses(graph, "lib/router.js::Router.handle") == [
        "use.js:3:8 call name_only",
        "use.js:5:7 call name_only",
        "use.js:6:16 call name_only",
    ]
