"""Classes and members above, below and beside, in five languages."""

from __future__ import annotations

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found

PYTHON = graph_of(
    {
        "base.py": """
            class Driver:
                def connect(self, name):
                    raise NotImplementedError(name)
        """,
        "one.py": """
            from base import Driver


            class Postgres(Driver):
                def connect(self, name):
                    return "p" + name
        """,
        "two.py": """
            from base import Driver


            class Mysql(Driver):
                def connect(self, name):
                    return "m" + name
        """,
        "other.py": """
            class Plug:
                def connect(self, name):
                    return name
        """,
    }
)
TYPESCRIPT = graph_of(
    {
        "driver.ts": "export interface Driver {\n  connect(\n    name: string,\n  ): string;\n}\n",
        "one.ts": (
            'import { Driver } from "./driver";\n\nexport class Postgres implements Driver {\n'
            '  connect(name: string) {\n    return "p" + name;\n  }\n}\n'
        ),
        "two.ts": (
            'import { Driver } from "./driver";\n\nexport class Mysql implements Driver {\n'
            '  connect(name: string) {\n    return "m" + name;\n  }\n}\n'
        ),
    }
)
_GO_CONNECT = """
package db

type {0} struct {{
\tname string
}}

func (d *{0}) Connect(name string) string {{
\treturn d.name
}}
"""
_GO_CLOSE = """
func (d *{0}) Close() {{
\treturn
}}
"""
GO = graph_of(
    {
        "driver.go": "package db\n\ntype Driver interface {\n\tConnect(name string) string\n\tClose()\n}\n",
        "one.go": (_GO_CONNECT + _GO_CLOSE).format("Postgres"),
        "two.go": (_GO_CONNECT + _GO_CLOSE).format("Mysql"),
        "three.go": _GO_CONNECT.format("Plug"),
    }
)
RUST = graph_of(
    {
        "src/lib.rs": "mod one;\nmod two;\n\npub trait Driver {\n    fn connect(&self) -> u32 {\n        1\n    }\n}\n",
        "src/one.rs": (
            "use crate::Driver;\n\npub struct Postgres;\n\nimpl Driver for Postgres {\n"
            "    fn connect(&self) -> u32 {\n        2\n    }\n}\n"
        ),
        "src/two.rs": (
            "use crate::Driver;\n\npub struct Mysql;\n\nimpl Driver for Mysql {\n"
            "    fn connect(&self) -> u32 {\n        3\n    }\n}\n"
        ),
    }
)
JAVA = graph_of(
    {
        "db/Driver.java": "package db;\n\ninterface Driver {\n    String connect(\n        String name);\n}\n",
        "db/Postgres.java": (
            "package db;\n\nclass Postgres implements Driver {\n    public String connect(String name) {\n"
            "        return name;\n    }\n}\n"
        ),
        "db/Mysql.java": (
            "package db;\n\nclass Mysql implements Driver {\n    public String connect(String name) {\n"
            "        return name;\n    }\n}\n"
        ),
    }
)


def test_python() -> None:
    assert found(PYTHON, "base.py:2", RelationKind.OVERRIDE) == ["one.py:5", "two.py:5"]
    assert found(PYTHON, "one.py:5", RelationKind.OVERRIDDEN) == ["base.py:2"]
    assert found(PYTHON, "one.py:5", RelationKind.TWIN)[0] == "two.py:5"
    assert found(PYTHON, "base.py:1", RelationKind.DERIVED) == ["one.py:4", "two.py:4"]
    assert found(PYTHON, "one.py:4", RelationKind.BASE) == ["base.py:1"]
    assert found(PYTHON, "one.py:4", RelationKind.TWIN) == ["two.py:4"]


def test_typescript() -> None:
    assert found(TYPESCRIPT, "driver.ts:2", RelationKind.IMPLEMENTER) == ["one.ts:4", "two.ts:4"]
    assert found(TYPESCRIPT, "one.ts:4", RelationKind.OVERRIDDEN) == ["driver.ts:2"]
    assert found(TYPESCRIPT, "one.ts:4", RelationKind.TWIN) == ["two.ts:4"]
    assert found(TYPESCRIPT, "one.ts:3", RelationKind.BASE) == ["driver.ts:1"]


def test_go_knows_implementers_by_their_methods() -> None:
    assert found(GO, "driver.go:3", RelationKind.IMPLEMENTER) == ["one.go:3", "two.go:3"]
    assert found(GO, "one.go:7", RelationKind.OVERRIDDEN) == ["driver.go:4"]
    assert found(GO, "one.go:7", RelationKind.TWIN)[0] == "two.go:7"
    assert "three.go:7" not in found(GO, "driver.go:3", RelationKind.IMPLEMENTER)


def test_rust() -> None:
    assert found(RUST, "src/lib.rs:5", RelationKind.IMPLEMENTER) == ["src/one.rs:6", "src/two.rs:6"]
    assert found(RUST, "src/one.rs:6", RelationKind.OVERRIDDEN) == ["src/lib.rs:5"]
    assert found(RUST, "src/one.rs:6", RelationKind.TWIN) == ["src/two.rs:6"]


def test_java() -> None:
    assert found(JAVA, "db/Driver.java:4", RelationKind.IMPLEMENTER) == ["db/Mysql.java:4", "db/Postgres.java:4"]
    assert found(JAVA, "db/Mysql.java:4", RelationKind.OVERRIDDEN) == ["db/Driver.java:4"]
    assert found(JAVA, "db/Mysql.java:4", RelationKind.TWIN) == ["db/Postgres.java:4"]
