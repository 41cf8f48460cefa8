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

JVM = World(
    ("a/A.java", "a/B.java", "b/A.java", "b/C.java", "K.kt", "a/L.kt", "Plain.java"),
    (
        "package a;",
        "package b;",
        "package a.b;",
        "import a.A;",
        "import a.B as C",
        "import a.*;",
        "import static a.A.of;",
        "import b.C.Inner;",
        "public class A { int x; A of() { return new B().of(); } }",
        "class B extends A { A of() { return super.of(); } }",
        "class C { static class Inner { void f(A a) { a.of(); } } }",
        "interface I { A of(); }",
        "fun f(a: A) { a.of() }",
        "enum E { F }",
        "class {",
        '"open',
    ),
)

RUST = World(
    (
        "Cargo.toml",
        "src/lib.rs",
        "src/a.rs",
        "src/a/mod.rs",
        "src/a/b.rs",
        "src/b.rs",
        "src/main.rs",
        "x/Cargo.toml",
        "x/src/lib.rs",
    ),
    (
        '[package]\nname = "m"',
        '[workspace]\nmembers = ["x"]',
        '[dependencies]\nx = { path = "x" }',
        "mod a;",
        "pub mod b;",
        '#[path = "b.rs"]\nmod a;',
        "use crate::a::f;",
        "use super::*;",
        "pub use self::b::A as B;",
        "use m::a::{f, b::A};",
        "pub fn f(a: A) -> A { a.go(); b::f(a) }",
        "pub struct A { x: u8 }",
        "impl A { fn go(&self) { self.x; A::go(self); } }",
        "mod inner { pub fn f() {} }",
        "fn broken(",
        '"open',
    ),
)

C = World(
    ("a.c", "a.h", "b.h", "include/b.h", "sub/a.h", "sub/c.cpp", "compile_commands.json"),
    (
        '#include "a.h"',
        '#include "b.h"',
        "#include <b.h>",
        '#include "sub/a.h"',
        '[{"directory": "/work", "file": "a.c", "command": "cc -Isub a.c"}]',
        "int f(int);",
        "int f(int x) { return g(x); }",
        "static int g(int x) { return f(x) + A; }",
        "#define A 1",
        "struct S { int x; struct S *next; };",
        "int h(struct S *s) { return s->next->x; }",
        "namespace n { class K { public: int f(); }; }",
        "int n::K::f() { return this->f(); }",
        "int broken(",
        '"open',
    ),
)

NAMESPACES = World(
    ("a.cs", "b.cs", "sub/c.cs", "a.php", "src/B.php", "src/Sub/C.php", "composer.json"),
    (
        "namespace N;",
        "namespace N.Sub;",
        "namespace N { class A { } }",
        "using N;",
        "using X = N.Sub.B;",
        "class A { public B b; void F() { b.G(); } }",
        "class B : A { void G() { base.F(); } }",
        '{"autoload": {"psr-4": {"N\\\\": "src/"}}}',
        "<?php",
        "use N\\B;",
        "use N\\Sub\\{C, D as E};",
        "function f(B $b) { $b->g(); new C(); }",
        "class C extends B { function g() { $this->g(); parent::g(); } }",
        "class {",
        '"open',
    ),
)

LOADED = World(
    (
        "lib/a.rb",
        "lib/a/b.rb",
        "app/models/c.rb",
        "config/application.rb",
        "x.gemspec",
        "run.sh",
        "lib.sh",
        "sub/lib.sh",
    ),
    (
        "require 'a'",
        "require 'a/b'",
        "require_relative '../a'",
        "class A\n  attr_reader :x\n  def go; B.new.go; end\nend",
        "class B < A\n  def go; super; x; end\nend",
        "module A\n  class B; end\nend",
        "class A::C; include A; end",
        "A.new.go",
        "class",
        "source ./lib.sh",
        '. "$(dirname "$0")/sub/lib.sh"',
        "f() { g; }",
        "g() { f; }",
        "f",
        "X=1",
        "if",
    ),
)
