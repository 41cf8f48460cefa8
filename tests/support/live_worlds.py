"""What the state machine of the live graph draws from, by language: names of files, and lines that refer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class World:
    """``names`` are relative paths; ``lines`` are what texts are made of, broken ones among them."""

    names: tuple[str, ...]
    lines: tuple[str, ...]


PYTHON = World(
    (
        "a.py",
        "b.py",
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/f.py",
        "pkg/sub/b.py",
        "deep/own/__init__.py",
        "deep/own/a.py",
        "deep/a.py",
        "pyproject.toml",
    ),
    (
        "import a",
        "import pkg.a",
        "from pkg import f",
        "from own.a import f",
        "from own import a",
        "[tool.pyright]\nextraPaths = ['deep']",
        "from pkg import a as b",
        "from . import a",
        "from .a import *",
        "from pkg.sub.b import f, A",
        "from b import A as B",
        "def f(x: A, y=1):\n    x.go()\n    return f(a.f)",
        "class A:\n    z = 1\n    def go(self):\n        self.z\n        self.go()",
        "class B(A):\n    def go(self):\n        super().go()",
        "f()",
        "B().go()",
        "pkg.a.f()",
        "__all__ = ['f', 'A']",
        "x = A()\nx.go()",
        "def broken(",
        "class",
        '"""open',
        "é = 'ß'; f()",
        "    f()",
    ),
)

GO = World(
    (
        "go.mod",
        "a.go",
        "b.go",
        "b_test.go",
        "sub/a.go",
        "sub/c.go",
        "sub/go.mod",
        "vendor/modules.txt",
        "vendor/x.io/v/v.go",
    ),
    (
        "module x.io/m",
        "module x.io/m/sub",
        "replace x.io/other => ./sub",
        "package m",
        "package sub",
        "package m_test",
        'import "x.io/m/sub"',
        'import s "x.io/m/sub"',
        'import . "x.io/m/sub"',
        'import _ "x.io/m"',
        'import "x.io/v"',
        'import "x.io/other"',
        "func F(a A) A { return G(a) }",
        "func G(a A) A { a.Do(); return a }",
        "type A struct { B; x int }",
        "type B struct { A *A }",
        "func (a *A) Do() { a.x = 1; sub.F(a); s.G(a) }",
        "func (b B) Do() { v.F() }",
        "var go_ = A{x: 1}",
        "func broken(",
        "type",
        "`open",
    ),
)
