"""What the anchor names, where it is registered, passed on and imported; its class and its members."""

from __future__ import annotations

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found

PYTHON = graph_of(
    {
        "shop/__init__.py": "from shop.rules import check\n",
        "shop/rules.py": """
            from shop.limits import MOST, Rule


            def check(rule: Rule) -> bool:
                return rule.size < MOST


            RULES = {
                "check": check,
                "b": 1,
                "c": 1,
                "d": 1,
            }
            __all__ = ["check"]
        """,
        "shop/limits.py": """
            MOST = 3


            class Rule:
                size = 1

                def fits(self):
                    return self.size
        """,
        "shop/later.py": """
            from shop.rules import check


            def checks():
                return [check]
        """,
    }
)
TYPESCRIPT = graph_of(
    {
        "src/index.ts": 'export * from "./rules";\nexport { MOST } from "./limits";\n',
        "src/rules.ts": (
            'import { MOST } from "./limits";\nimport type { Rule } from "./limits";\n\n'
            "export function check(rule: Rule) {\n  return rule.size < MOST;\n}\n"
        ),
        "src/limits.ts": "export const MOST = 3;\n\nexport interface Rule {\n  size: number;\n}\n",
        "src/table.ts": (
            'import { check } from "./rules";\n\n'
            "export const table = {\n  check: check,\n  b: 1,\n  c: 1,\n  d: 1,\n};\n"
        ),
    }
)
GO = graph_of(
    {
        "rules.go": "package shop\n\nfunc check(rule Rule) bool {\n\treturn rule.Size < Most\n}\n",
        "limits.go": "package shop\n\nconst Most = 3\n\ntype Rule struct {\n\tSize int\n}\n",
        "table.go": "package shop\n\nvar table = []func(Rule) bool{\n\tcheck,\n\tnil,\n\tnil,\n\tnil,\n}\n",
    }
)


def test_python() -> None:
    assert found(PYTHON, "shop/rules.py:4", RelationKind.TYPE) == ["shop/limits.py:4"]
    assert "shop/limits.py:1" in found(PYTHON, "shop/rules.py:4", RelationKind.VALUE)
    assert found(PYTHON, "shop/rules.py:4", RelationKind.REGISTRATION) == ["shop/rules.py:9", "shop/rules.py:14"]
    assert "shop/__init__.py:1" in found(PYTHON, "shop/rules.py:4", RelationKind.REEXPORT)
    assert found(PYTHON, "shop/rules.py:4", RelationKind.IMPORT) == ["shop/rules.py:1"]
    assert found(PYTHON, "shop/rules.py:4", RelationKind.USER) == ["shop/later.py:5"]
    assert found(PYTHON, "shop/limits.py:7", RelationKind.OWNER) == ["shop/limits.py:4"]
    assert found(PYTHON, "shop/limits.py:4", RelationKind.MEMBER) == ["shop/limits.py:7"]


def test_typescript() -> None:
    assert found(TYPESCRIPT, "src/rules.ts:4", RelationKind.TYPE) == ["src/limits.ts:3"]
    assert "src/limits.ts:1" in found(TYPESCRIPT, "src/rules.ts:4", RelationKind.VALUE)
    assert found(TYPESCRIPT, "src/rules.ts:4", RelationKind.REGISTRATION) == ["src/table.ts:4"]
    assert found(TYPESCRIPT, "src/rules.ts:4", RelationKind.REEXPORT) == ["src/index.ts:1"]
    assert found(TYPESCRIPT, "src/rules.ts:4", RelationKind.IMPORT) == ["src/rules.ts:1", "src/rules.ts:2"]


def test_go() -> None:
    assert found(GO, "rules.go:3", RelationKind.TYPE) == ["limits.go:5"]
    assert "limits.go:3" in found(GO, "rules.go:3", RelationKind.VALUE)
    assert found(GO, "rules.go:3", RelationKind.REGISTRATION) == ["table.go:4"]


def test_the_type_of_a_go_method_in_another_file() -> None:
    view = graph_of(
        {
            "cart.go": "package shop\n\ntype Cart struct {\n\tsize int\n}\n",
            "total.go": "package shop\n\nfunc (c *Cart) Total() int {\n\treturn c.size\n}\n",
            "far/cart.go": "package far\n\ntype Cart struct {\n\tsize int\n}\n",
        }
    )
    assert found(view, "total.go:3", RelationKind.OWNER) == ["cart.go:3"]


def test_the_type_of_a_rust_impl() -> None:
    impl = "impl Cart {\n    fn total(&self) -> u8 {\n        self.size\n    }\n}\n"
    view = graph_of({"src/lib.rs": "pub struct Cart {\n    size: u8,\n}\n\n" + impl})
    assert found(view, "src/lib.rs:6", RelationKind.OWNER) == ["src/lib.rs:1"]
