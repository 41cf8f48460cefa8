"""A keystroke reads only what it touched, and gives exactly what reading the whole file gives."""

from __future__ import annotations

import random

import pytest

import sightline.graph.parse
from sightline.base.text import Span
from sightline.graph.facts import FileFacts
from sightline.graph.parse import TreeEdit, parse, parse_tree
from sightline.graph.raw_facts import RawFacts, facts_of
from sightline.languages.registry import language_of
from support.facts_cases import case_names, read_case

_INSERTIONS = (
    b"x", b" ", b"\n", b"(", b")", b'"', b".a", b"_z", b"(1)", b", b=2", b"# c\n", b"// c\n", b"import os\n",
    b"\n    y = x.z(1)\n", b"\n        self.q = Foo(a, *b, c=1)\n", b"\n        this.q = new Foo(b)\n", b"x = Foo()\n",
    b"def f(): pass\n", b"const z = a.b(c)\n", b"return x", b"@dec\n", b"global G; G = 1", b'getattr(a, "b")',
    b"class Q: pass\n", b"id = 1\n", b"\n    type = 1\n", b"import filter\n", b"\n    def list(self): pass\n",
)  # fmt: skip


def _source(name: str) -> tuple[str, bytes]:
    source_name, source, _ = read_case(name)
    return source_name, source.encode()


class _Count:
    """How many readings were spliced."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.spliced = 0
        original = sightline.graph.parse.spliced

        def counted(*arguments: object) -> RawFacts | None:
            rows = original(*arguments)  # pyright: ignore[reportArgumentType]  handed on as it came
            self.spliced += rows is not None
            return rows

        patch.setattr(sightline.graph.parse, "spliced", counted)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", case_names())
def test_edits_give_what_reading_the_whole_text_gives(name: str, seed: int) -> None:
    """Whatever the edit does: names come and go, code breaks and is mended."""
    source_name, data = _source(name)
    language = language_of(source_name)
    assert language is not None
    chance = random.Random(f"{name} {seed}")
    tree, rows = parse_tree(data, language)
    for _ in range(25):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 0, 0, 1, 1, 4, 30)))
        new = chance.choice(_INSERTIONS)
        changed = data[:start] + new + data[end:]
        edit = TreeEdit(old=Span(start, end), length=len(new))
        _, whole = parse_tree(changed, language, tree, edit)
        after, now = parse_tree(changed, language, tree, edit, rows)
        assert facts_of(now) == facts_of(whole)
        if chance.random() < 0.5:  # otherwise the edit is undone, so that the text does not end in ruins
            data, tree, rows = changed, after, now


@pytest.mark.parametrize(
    ("name", "at", "typed"),
    [
        ("python_definitions.case", b"self.value = other(value", b".more(1, key=2)"),
        ("python_definitions.case", b"return d + inner_local", b" + 1"),
        ("python_definitions.case", b"manager = Manager(", b"1, two=3"),
        ("python_scopes.case", b"own = count", b" + shared.x"),
        ("python_references.case", b"return rates.compute(", b"first, "),
        ("python_imports.case", b"from inner import thing", b"\n    thing.go()"),
        ("typescript_scopes.case", b"onClick(event.target, state?.value", b".x, 1"),
        ("typescript_scopes.case", b"made.run(typed.go(), cast.x!.y?.z", b", shared.more()"),
    ],
)
def test_typing_in_a_body_is_spliced(name: str, at: bytes, typed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    source_name, data = _source(name)
    language = language_of(source_name)
    assert language is not None
    count = _Count(monkeypatch)
    tree, rows = parse_tree(data, language)
    place = data.index(at) + len(at)
    for letter in typed:
        edit = TreeEdit(old=Span(place, place), length=1)
        data = data[:place] + bytes([letter]) + data[place:]
        tree, rows = parse_tree(data, language, tree, edit, rows)
        place += 1
    assert count.spliced >= len(typed) // 4  # a bracket that is not closed yet may break everything behind it
    assert facts_of(rows) == parse(data, language)


def _after(source: bytes, old: bytes, new: bytes) -> tuple[FileFacts, FileFacts]:
    """Facts spliced over those of ``source`` when ``old`` becomes ``new``, and those of a fresh parse."""
    language = language_of("a.py")
    assert language is not None
    tree, rows = parse_tree(source, language)
    at = source.index(old)
    changed = source.replace(old, new, 1)
    edit = TreeEdit(old=Span(at, at + len(old)), length=len(new))
    return facts_of(parse_tree(changed, language, tree, edit, rows)[1]), parse(changed, language)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"self.a = 1", b"self.b = 1"),  # the attribute is now defined further down
        (b"local = 1", b"self.b = 1"),  # … and now further up
        (b"x = 1", b"y = 1"),  # the variable is now defined further down
        (b"import os", b"import filter"),  # a builtin that means something else now
        (b"pass", b"global x; x = 3"),
        (b"def first(self):", b"def first(self, filter):"),
        (b"'one'", b"'two'"),
        (b"class K:", b"class K[T]:"),
    ],
)
def test_what_tells_on_other_statements(old: bytes, new: bytes) -> None:
    source = (
        b"import os\n__all__ = ['one']\nx = 1\nx = 2\ny = filter(T)\n\n\nclass K:\n    def first(self):\n"
        b"        self.a = 1\n        local = 1\n\n    def second(self, p: T):\n"
        b"        self.a = 2\n        self.b = filter(p)\n\n\n"
        b"def after():\n    pass\n\n\ny = 3\n"
    )
    spliced, fresh = _after(source, old, new)
    assert spliced == fresh


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"x = filter", b"x  = filter"),  # which the class itself defines
        (b"z = list", b"z  = list"),
        (b"def filter(", b"def filters("),  # what the class reads of that name is the language's own now
        (b"import list", b"import lists"),
        (b"y = 2", b"id = 2"),
        (b"y = 2", b"w = 2"),  # the class defines it twice
        (b"y = 2", b"x = 2"),
        (b"y = 2\n", b"y = 2\nlast = 1\n"),  # the class ends, and what came after it no longer lies in it
        (b"    y = 2\n", b""),
        (b"import os", b""),
    ],
)
def test_what_a_class_binds_tells_on_its_own_statements(old: bytes, new: bytes) -> None:
    source = (
        b"import os\n\n\nclass K:\n    def filter(self): pass\n    import list\n    y = 2\n"
        b"    x = filter(1)\n    z = list(id(2))\n    w = 3\n\n\ndef after():\n    return K.x\n"
    )
    spliced, fresh = _after(source, old, new)
    assert spliced == fresh


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"def first(self):", b"def renamed(self):"),
        (b"y = 2", b"y = 2; more = 3"),
        (b"y = 2\n", b"y = 2\nends = K\n"),
        (b"import os", b"import os, sys"),
        (b"class K:", b"class Other:"),
        (b"def after", b"def before"),
    ],
)
def test_a_name_that_nothing_else_binds_is_spliced(old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        b"import os\n\n\nclass K:\n    def first(self):\n        return os.more\n\n    y = 2\n\n"
        b"    def second(self):\n        return self.first() + more\n\n\ndef after():\n    return K.x\n"
    )
    count = _Count(monkeypatch)
    spliced, fresh = _after(source, old, new)
    assert spliced == fresh
    assert count.spliced == 1


def test_bodies_that_begin_in_one_another_are_read_alike_wherever_they_lie() -> None:
    """In broken code a body may begin in the one before it and end behind it."""
    broken = (
        b"def outer(a) -> list[int]:\n    local = 1\n\n    def nested(d):\n        return d + local\n\n"
        b"    class Hidden// c\n      field = 1\n\n    return nested\n\n\nasync def gather(\n    first,\n): ...\n"
    )
    language = language_of("a.py")
    assert language is not None
    alone = [(row.name, row.kind) for row in parse(broken, language).definitions]
    for count in range(1, 9):
        before = b"".join(b"def before%d(): ...\n" % number for number in range(count))
        found = parse(before + broken, language).definitions[count:]
        assert [(row.name, row.kind) for row in found] == alone


def test_the_base_of_a_class_says_what_its_methods_define() -> None:
    """In TypeScript, what a class with a base does not declare is inherited."""
    source = b"class A extends B {\n  first() { this.x = 1 }\n  constructor(a) {\n    this.y = a\n  }\n}\n"
    language = language_of("a.ts")
    assert language is not None
    tree, rows = parse_tree(source, language)
    at = source.index(b"this.y")
    changed = source[:at] + b"a;" + source[at:]
    now = parse_tree(changed, language, tree, TreeEdit(old=Span(at, at), length=2), rows)[1]
    assert facts_of(now) == parse(changed, language)
