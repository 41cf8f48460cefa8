"""A long module parsed in pieces says what it says parsed whole, and no piece takes long."""

from __future__ import annotations

import ast
import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.checks import python_pieces
from sightline.checks.module_steps import steps_of
from sightline.checks.python_pieces import parsed_pieces, remembered

STATEMENTS = (
    "x = 1\n",
    "def f(a,\ndef_=2):\n    return a\n",
    "@wrapped\ndef g():\n    global made\n    made = 1\n",
    'text = """\ndef not_a_function():\n    import nothing\n"""\n',
    "if x:\n    import a\nelse:\n    import b\n",
    "try:\n    import c\nexcept ImportError:\n    c = None\nfinally:\n    pass\n",
    "with x as y, \\\nz as w:\n    pass\n",
    "numbers = [\n1,\n# def f():\n2]\n",
    "async def h():\n    await x\n",
    "for i in x:\n    pass\nelse:\n    pass\n",
    "class K:\n\n    def m(self):\n        return '''\nclass Inner:\n'''\n",
    "# ä comment\n\n",
    "\r\n",
)


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_pieces, "PIECE", 1)


def _dumped(statements: list[ast.stmt], lines: int = 0) -> list[str]:
    shifted = [ast.increment_lineno(each, lines) for each in statements]
    return [ast.dump(each, include_attributes=True) for each in shifted]


@given(st.lists(st.sampled_from(STATEMENTS), max_size=12).map("".join))
def test_pieces_are_the_module(source: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(python_pieces, "PIECE", 1)
        pieces = [row for tree, lines in parsed_pieces(source.encode()) for row in _dumped(tree.body, lines)]
    assert pieces == _dumped(ast.parse(source).body)


@pytest.mark.parametrize("broken", ["def f(:\n", "x = '''\n", "if x:\n", "else:\n    pass\n", "x = (\n"])
def test_what_does_not_parse_whole_does_not_in_pieces(broken: str, short_pieces: None) -> None:
    source = "def f():\n    pass\n" * 3 + broken + "def f():\n    pass\n" * 3
    with pytest.raises(SyntaxError):
        ast.parse(source)
    with pytest.raises(SyntaxError):
        list(parsed_pieces(source.encode()))


def test_fifty_thousand_lines_are_parsed_in_short_pieces_of_which_one_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    source = b"def function(left, right):\n    total = left + right\n    return total\n\n" * 12_500
    longest = 0
    alive: list[weakref.ref[ast.Module]] = []
    parse = ast.parse

    def measured(text: str) -> ast.Module:
        nonlocal longest
        longest = max(longest, len(text))
        return parse(text)

    monkeypatch.setattr("sightline.checks.python_pieces.ast.parse", measured)
    lived = 0
    for tree, _ in parsed_pieces(source):
        alive.append(weakref.ref(tree))
        lived = max(lived, sum(each() is not None for each in alive))
    assert longest < 2 * python_pieces.PIECE
    assert lived <= 2
    gc.collect()


def test_a_single_statement_that_is_too_long_is_given_up() -> None:
    with pytest.raises(ValueError, match="too long"):
        list(parsed_pieces(b"DATA = [\n" + b"    1, 2, 3, 4,\n" * 20_000 + b"]\n"))


def test_steps_of_a_long_module_have_their_own_lines() -> None:
    source = b"import os\n" + b"def f():\n    return 1\n\n\n" * 5_000 + b"import last\n"
    steps = steps_of(source)
    assert steps is not None
    assert (steps[0].module, steps[0].line) == ("os", 1)
    assert (steps[-1].module, steps[-1].line) == ("last", source.count(b"\n"))


def test_what_is_remembered_is_asked_once_and_forgotten_oldest_first() -> None:
    asked: list[tuple[bytes, int]] = []

    @remembered(2)
    def read(source: bytes, number: int) -> int:
        asked.append((source, number))
        return len(source) + number

    assert [read(b"aa", 1), read(b"aa", 1), read(b"aa", 2)] == [3, 3, 4]
    assert read(b"b", 0) == 1
    assert read(b"aa", 1) == 3
    assert asked == [(b"aa", 1), (b"aa", 2), (b"b", 0), (b"aa", 1)]
