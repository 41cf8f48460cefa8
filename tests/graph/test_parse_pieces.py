"""Texts of nodes come right from a text that the parser was given in pieces; and what Rust's query leaves to us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node, Query, QueryCursor

from sightline.graph import extract_text
from sightline.graph.extract_text import PIECE, ParsedText, parsed, syntax_problems
from sightline.graph.parse import parse_rows
from sightline.graph.raw_facts import facts_of
from sightline.languages.registry import language_named

_UNIT = b"class C:\n    def f(self, x='" + b"long " * 40 + b"'):\n        return self.g(x, y=[z for z in x])\n\n"


@given(numbers=st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
def test_every_node_has_its_own_text_in_any_order(numbers: list[int]) -> None:
    data = _UNIT * (2 * PIECE // len(_UNIT))
    tree = parsed(data, language_named("python"))
    classes = tree.root_node.children
    for number in numbers:
        node = classes[number % len(classes)]
        for _ in range(number % 5):
            node = node.children[-1] if node.children else node
        assert node.text == data[node.start_byte : node.end_byte]
    assert tree.root_node.text == data[: tree.root_node.end_byte]


def test_names_that_begin_small_are_bound_in_patterns() -> None:
    facts = facts_of(parse_rows(b"fn f(x: A) { match x { (y, LIMIT) => { y; LIMIT; } } }\n", language_named("rust")))
    used = {reference.name for reference in facts.references}
    assert "LIMIT" in used
    assert "y" not in used


def test_the_type_around_is_no_use() -> None:
    data = b"impl C { fn f() -> Self { Self::g(); MySelf::h() } }\n"
    facts = facts_of(parse_rows(data, language_named("rust")))
    names = {reference.name for reference in facts.references}
    assert "Self" not in names
    assert "MySelf" in names


def test_no_query_looks_at_all_of_a_long_broken_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks a query for more keeps the interpreter from the event loop: 50 ms for 50,000 lines."""
    ranges: list[int] = []
    looks: list[int] = []

    class Watched:
        def __init__(self, query: Query) -> None:
            self._cursor = QueryCursor(query)

        def set_byte_range(self, start: int, end: int) -> None:
            ranges.append(end - start)
            self._cursor.set_byte_range(start, end)

        def captures(self, node: Node) -> dict[str, list[Node]]:
            looks.append(len(ranges))
            return self._cursor.captures(node)

    monkeypatch.setattr(extract_text, "QueryCursor", Watched)
    data = _UNIT * (3 * PIECE // len(_UNIT)) + b"def broken((:\n"
    assert facts_of(parse_rows(data, language_named("python"))).problems
    assert max(ranges) <= PIECE + 2
    assert looks == list(range(1, len(ranges) + 1))  # each look has a range of its own


@pytest.mark.parametrize("at", range(PIECE - 3, PIECE + 4))
@pytest.mark.parametrize("wrong", [b"(", b")", b"'", b" x (", b""])
def test_errors_at_the_seam_of_two_pieces_are_found(at: int, wrong: bytes) -> None:
    data = _UNIT * (2 * PIECE // len(_UNIT))
    data = data[:at] + wrong + data[at + 1 :]
    tree, language = parsed(data, language_named("python")), language_named("python")
    at_once = QueryCursor(Query(language.grammar(), "[(ERROR) (MISSING)] @error")).captures(tree.root_node)
    problems = syntax_problems(ParsedText(data, tree, {}, language, in_parts=True))
    shown = {node.byte_range for node in at_once.get("error", []) if node.is_missing or node.start_byte < node.end_byte}
    assert {(start, end) for _, _, start, end in problems} == shown
