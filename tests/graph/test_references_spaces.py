"""A type and a value of one name are two things in TypeScript: each use means one of them, imports and exports both."""

from __future__ import annotations

import pytest

from support.graphs import graph_of, uses_of_each

PAIR = "export interface Text { size: number }\nexport const Text = { make(): Text { return { size: 1 }; } };\n"
USE = """
import { Text, type Text as Again } from './text';
import * as all from './text';
function of(x: Text): all.Text { return Text.make(); }
const made = all.Text.make();
let again: Again;
type Kind = typeof Text;
new Again();
"""


def test_a_use_means_the_type_or_the_value_by_where_it_stands() -> None:
    graph = graph_of({"text.ts": PAIR, "use.ts": USE})
    imports = ["use.ts:1:10 import exact", "use.ts:1:21 import exact"]
    of_type, of_value = uses_of_each(graph, "text.ts::Text")
    assert of_type == [
        "text.ts:2:31 type exact",
        *imports,
        "use.ts:3:16 type exact",
        "use.ts:3:27 type exact",
        "use.ts:5:12 type exact",
    ]
    assert of_value == [
        *imports,
        "use.ts:3:41 read exact",
        "use.ts:4:18 attribute exact",
        "use.ts:6:20 read exact",
        "use.ts:7:5 call exact",
    ]


def test_members_are_those_of_the_value_or_of_the_type() -> None:
    graph = graph_of(
        {
            "text.ts": "export interface Text { size(): number }\nexport const Text = { size() { return 1; } };\n",
            "use.ts": "import { Text } from './text';\nText.size();\nfunction f(x: Text) { x.size(); }\n",
        }
    )
    assert uses_of_each(graph, "text.ts::Text.size") == [["use.ts:3:25 call inferred"], ["use.ts:2:6 call exact"]]


@pytest.mark.parametrize(
    ("exported", "imported"),
    [
        ("export { Text };", "import { Text } from './text';"),
        ("export { Text as Word };", "import { Word as Text } from './text';"),
        ("export default Text;", "import Text from './text';"),
        ("export = Text;", "import Text = require('./text');"),
    ],
)
def test_an_export_of_a_name_carries_both(exported: str, imported: str) -> None:
    graph = graph_of(
        {
            "text.ts": f"interface Text {{ size: number }}\nconst Text = {{ size: 1 }};\n{exported}\n",
            "use.ts": f"{imported}\nlet one: Text = Text;\n",
        }
    )
    of_type, of_value = uses_of_each(graph, "text.ts::Text")
    for found, use in ((of_type, "use.ts:2:10 type exact"), (of_value, "use.ts:2:17 read exact")):
        assert any(each.startswith("text.ts:3:") for each in found), found
        assert [each for each in found if each.startswith("use.ts:2:")] == [use]


def test_an_interface_extends_a_type_and_a_class_a_value_that_makes_it() -> None:
    graph = graph_of(
        {
            "base.ts": "export interface Base { run(): void }\nexport const Base: { new (): Base } = make();\n",
            "use.ts": """
                import { Base } from './base';
                import * as all from './base';
                interface Narrow extends Base {}
                interface Other extends all.Base {}
                class Whole extends Base { go() { this.run(); } }
            """,
        }
    )
    of_type, of_value = uses_of_each(graph, "base.ts::Base")
    assert of_value == ["use.ts:1:10 import exact", "use.ts:5:21 inherit exact"]
    assert of_type == [
        "base.ts:2:30 type exact",
        "use.ts:1:10 import exact",
        "use.ts:3:26 inherit exact",
        "use.ts:4:29 inherit exact",
        "use.ts:5:21 inherit exact",
    ]
    assert [each.partition(" ")[0] for each in uses_of_each(graph, "base.ts::Base.run")[0]] == ["use.ts:5:40"]


def test_a_name_of_a_scope_hides_only_what_is_of_its_space() -> None:
    graph = graph_of(
        {
            "a.ts": """
                export interface Text { size: number }
                export const Text = 1;
                function f() {
                  interface Text { other: string }
                  let one: Text = Text;
                }
                function g() {
                  const Text = () => 2;
                  let one: Text = Text();
                }
            """,
        }
    )
    of_type, of_value = uses_of_each(graph, "a.ts::Text")
    assert (of_type, of_value) == (["a.ts:9:12 type exact"], ["a.ts:5:19 read exact"])


def test_a_constant_of_the_name_of_its_type_that_is_made_of_it() -> None:
    graph = graph_of(
        {
            "kind.ts": "export const Kind = { A: 1 } as const;\nexport type Kind = (typeof Kind)[keyof typeof Kind];\n",
            "use.ts": "import { Kind } from './kind';\nfunction f(kind: Kind) { return kind === Kind.A; }\n",
        }
    )
    of_value, of_type = uses_of_each(graph, "kind.ts::Kind")
    assert of_type == ["use.ts:1:10 import exact", "use.ts:2:18 type exact"]
    assert of_value == [
        "kind.ts:2:28 read exact",
        "kind.ts:2:47 read exact",
        "use.ts:1:10 import exact",
        "use.ts:2:42 read exact",
    ]
