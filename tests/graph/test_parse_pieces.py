"""Texts of nodes come right from a text that the parser was given in pieces; and what Rust's query leaves to us."""

from hypothesis import given
from hypothesis import strategies as st

from sightline.graph.extract_text import PIECE, parsed
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
