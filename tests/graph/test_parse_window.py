"""Parsing only some statements of a text around an edit tells what parsing all of it would, or nothing."""

from __future__ import annotations

import random

import pytest

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.graph import documents as documents_module
from sightline.graph import extract_text
from sightline.graph.documents import OpenDocuments
from sightline.graph.extract_window import statement_starts
from sightline.graph.parse import TreeEdit, WindowRead, parse, parse_tree, parse_window
from sightline.graph.raw_facts import RawFacts, facts_of
from sightline.languages.registry import language_of
from support.facts_cases import case_names, read_case

_LIMITS = (1 << 20, None)
_NAMES = [name for name in case_names() if language_of(read_case(name)[0]) is not None]
_SPLICED = [name for name in _NAMES if name.startswith(("python", "typescript", "javascript"))]
_PYTHON = (
    b"x", b" ", b"\n", b"()", b".a", b"# c\n", b"import os\n", b"\n    y = x.z(1)\n", b"x = Foo()\n",
    b"def f(): pass\n", b"\n    def g(self): return 1\n", b"@dec\n", b"class Q: pass\n", b"id = 1\n",
    b"else:\n    pass\n", b"\\\n", b";",
    b"\nif x:\n    pass\n", b'"""', b"'", b"(", b"\t", b"\r\n", b"",
)  # fmt: skip
_SCRIPT = (
    b"x", b" ", b"\n", b"()", b".a", b"// c\n", b"/* ", b"*/", b"import a from 'b'\n", b"\nconst z = a.b(c)\n",
    b"function q() {}\n", b"class Q { a = 1 }\n", b"export ", b"export default f\n", b"else {}\n", b";", b"`", b"{",
    b"}", b"\n(b)\n", b"\n[1]\n", b"\n+b\n", b"async ", b"=> ", b"interface I {}\n", b"\n/a/g\n", b"#!x\n", b"\n++\n",
    b"",
)  # fmt: skip


def _edited(chance: random.Random, data: bytes, starts: list[int], insertions: tuple[bytes, ...]) -> tuple[Span, bytes]:
    """A place at the end of a line, where a statement begins, or anywhere."""
    ends = [at for at, sign in enumerate(data) if sign == 0x0A] or [0]
    start = chance.choice((chance.choice(ends), chance.choice(starts or [0]), chance.randrange(len(data) + 1)))
    end = min(len(data), start + chance.choice((0, 0, 0, 1, 4, 30, 100)))
    return Span(start, end), chance.choice(insertions)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", _SPLICED)
def test_a_window_tells_what_parsing_everything_does(name: str, seed: int) -> None:
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    chance = random.Random(f"{name} {seed}")
    data = source.encode()
    tree, rows = parse_tree(data, language)
    starts = statement_starts(tree)
    if tree.root_node.has_error:
        return
    known: RawFacts | WindowRead = rows
    for _ in range(20):
        span, new = _edited(chance, data, starts.tolist(), _PYTHON if language.name == "python" else _SCRIPT)
        changed = data[: span.start] + new + data[span.end :]
        found = parse_window((data, changed), language, starts, TreeEdit(old=span, length=len(new)), known, _LIMITS)
        if found is None or changed == data:
            continue
        whole, fresh = parse_tree(changed, language)
        assert found.tree.root_node.has_error or not whole.root_node.has_error
        if found.tree.root_node.has_error:
            continue
        assert facts_of(found.rows) == facts_of(fresh)
        assert found.starts == statement_starts(whole)
        if chance.random() < 0.5:
            data, known, starts = changed, found, found.starts


@pytest.mark.parametrize("name", [name for name in _NAMES if name not in _SPLICED])
def test_languages_whose_statements_are_not_read_alone_have_no_windows(name: str) -> None:
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    data = source.encode()
    tree, rows = parse_tree(data, language)
    edit = TreeEdit(old=Span(0, 0), length=1)
    assert parse_window((data, b"\n" + data), language, statement_starts(tree), edit, rows, _LIMITS) is None


_UNIT = b"class Group%d:\n    size = %d\n\n    def first(self, a):\n        return a.more + self.size\n\n\n"


async def test_a_keystroke_in_a_long_text_parses_a_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that ends a class before its time, and the one that takes it back."""
    parsed: list[int] = []
    progress = extract_text._Progress  # pyright: ignore[reportPrivateUsage]

    class Noted(progress):
        def __init__(self, data: bytes, steps: int | None, within: tuple[int, int]) -> None:
            parsed.append(within[1] - within[0])
            super().__init__(data, steps, within)

    data = b"".join(_UNIT % (number, number) for number in range(1_000))
    path, documents, language = WorkspacePath("/root", "long.py"), OpenDocuments(), language_of("a.py")
    assert language is not None
    await documents.read(path, Text(data))
    monkeypatch.setattr(extract_text, "_Progress", Noted)
    at = data.index(b"\n    def first", len(data) // 2)
    for new in (b"x", b"xy", b"xy = 1", b"", b"()", b"", b"    last = 1", b""):
        changed = Text(data[:at] + new + data[at:])
        parsed.clear()
        file = await documents.read(path, changed)
        assert 0 < sum(parsed) < 6_000, "of 80,000"
        assert file.index is not None
        assert file.index.facts() == parse(changed.data, language)


async def test_what_windows_do_not_tell_is_read_from_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree that is kept is by then of an older text."""
    monkeypatch.setattr(documents_module, "WINDOWED", -1)
    data = b"".join(_UNIT % (number, number) for number in range(20))
    path, documents, language = WorkspacePath("/root", "long.py"), OpenDocuments(), language_of("a.py")
    assert language is not None
    at = data.index(b"\n    def first", len(data) // 2)
    for new in (b"", b"x", b"", b"import filter\n", b"import filter, Group3\n", b"y = 1\n", b'"""', b"", b"z = 2"):
        changed = data[:at] + new + data[at:]
        file = await documents.read(path, Text(changed))
        assert file.index is not None
        assert new == b'"""' or file.index.facts() == parse(changed, language)


async def test_broken_statements_are_not_sure_until_everything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is what mends them: a parser that was on the wrong track may have stayed there."""
    monkeypatch.setattr(documents_module, "WINDOWED", -1)
    data = b"".join(_UNIT % (number, number) for number in range(20))
    path, documents = WorkspacePath("/root", "broken.py"), OpenDocuments()
    at = data.index(b"a.more") + 2
    for new, unsure in ((b"", False), (b"x", False), (b"1 (", True), (b"", True), (b"x", True)):
        await documents.read(path, Text(data[:at] + new + data[at:]))
        assert documents._documents[path].unsure == unsure  # pyright: ignore[reportPrivateUsage]
