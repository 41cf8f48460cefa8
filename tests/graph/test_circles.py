"""Names that mean one another in circles, classes with a billion ways up, nesting without end: every answer ends."""

from __future__ import annotations

import pytest

from sightline.graph.parse import parse
from sightline.languages.registry import language_named
from support.graphs import graph_of, path

_LATTICE = "\n".join(
    f"class {name}{level}({f'A{level + 1}, B{level + 1}' if level < 40 else ''}):\n    pass"
    for level in range(40, -1, -1)
    for name in "AB"
)
_CIRCLES = {
    "values of one another": {"a.py": "x = y\ny = x\nx.foo()\n"},
    "values of one another in two files": {
        "a.py": "from b import x\nx = x\ny = x\nx = y\nx.foo()\n",
        "b.py": "from a import x\nfrom a import *\n",
    },
    "constants of one another": {"a.rb": "module B\n  X = Y\n  Y = X\nend\nB::X.z\n"},
    "a lattice of classes": {"a.py": f"{_LATTICE}\nA0().missing()\n"},
    "a path of thousands of names in PHP": {"a.php": "<?php \\a" + "\\a" * 3_000 + "();\nuse a" + "\\a" * 3_000 + ";"},
    "a path of thousands of names in Java": {"A.java": "import a" + ".a" * 3_000 + ";\npackage a;"},
}


@pytest.mark.parametrize("files", _CIRCLES.values(), ids=_CIRCLES)
def test_every_name_is_answered(files: dict[str, str]) -> None:
    graph = graph_of(files)
    for name in files:
        facts = graph.facts(path(name))
        assert facts is not None
        for reference in facts.references[-6:]:
            graph.resolve(path(name), reference)
        for symbol in graph.symbols(path(name))[-6:]:
            graph.references(symbol)


def test_a_lattice_of_classes_hands_down_its_members() -> None:
    graph = graph_of({"a.py": f"class Top:\n    def run(self): ...\n{_LATTICE.replace('():', '(Top):')}\nA0().run()\n"})
    facts = graph.facts(path("a.py"))
    assert facts is not None
    use = facts.references[-1]
    assert [found.qualified_name for found, _ in graph.resolve(path("a.py"), use)] == ["Top.run"]


def test_a_use_of_rust_nested_without_end_ends_no_process() -> None:
    """``Node.text`` asked for bytes where Python had no frame left, which is a segmentation fault."""
    text = "use a::{" * 3_000 + "b" + "}" * 3_000 + ";\nuse a::{b::{c, d}};\n"
    facts = parse(text.encode(), language_named("rust"))
    assert [name.name for row in facts.imports for name in row.names][-2:] == ["c", "d"]


def test_modules_of_rust_nested_deep_are_read_in_no_time() -> None:
    """What is around each took the cube of the depth: 23 seconds for 1,200 modules."""
    text = "mod a {" * 1_200 + "use super::b;" + "}" * 1_200 + "\nmod x { mod y { use super::z; use self::w::v; } }\n"
    facts = parse(text.encode(), language_named("rust"))
    assert facts.imports[-1].module == "self::x::y::w"
