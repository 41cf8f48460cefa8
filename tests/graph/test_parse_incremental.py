"""Incremental parsing gives the facts a fresh parse gives, edit after edit."""

from __future__ import annotations

import random

import pytest

from sightline.base.text import Span
from sightline.graph.parse import TreeEdit, parse, parse_rows, parse_tree
from sightline.graph.raw_facts import facts_of
from sightline.languages.registry import language_of
from support.facts_cases import case_names, read_case

_WHOLE = [name for name in case_names() if "broken" not in name]
_INSERTIONS = (b"x", b" ", b"\n", b"# note\n", b"name", b"1", b"\xc3\xa9", b"\n\n", b".a")


@pytest.mark.parametrize("name", _WHOLE)
def test_typing_a_comment_letter_by_letter(name: str) -> None:
    """Whole code at every step: here incremental parsing has to equal a fresh parse exactly."""
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    data = source.encode()
    tree, _ = parse_tree(data, language)
    at = data.index(b"\n") + 1
    for letter in f"{language.comment} typed é\n".encode():
        new = data[:at] + bytes([letter]) + data[at:]
        tree, rows = parse_tree(new, language, tree, TreeEdit(old=Span(at, at), length=1))
        data, at = new, at + 1
        if data.decode("utf-8", "ignore").encode() == data and letter == 0x0A:
            assert rows == parse_rows(data, language)


@pytest.mark.parametrize("name", case_names())
@pytest.mark.parametrize("seed", range(3))
def test_random_edits_end_in_the_facts_of_a_fresh_parse(name: str, seed: int) -> None:
    """Each edit is undone by the next one, so that the text is whole again every second time."""
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    chance = random.Random(f"{name}{seed}")
    data = source.encode()
    whole = parse(data, language)
    tree, _ = parse_tree(data, language)
    for _ in range(15):
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice((0, 0, 1, 5, 40)))
        new = chance.choice(_INSERTIONS)
        there = TreeEdit(old=Span(start, end), length=len(new))
        back = TreeEdit(old=Span(start, start + len(new)), length=end - start)
        tree, _ = parse_tree(data[:start] + new + data[end:], language, tree, there)
        tree, rows = parse_tree(data, language, tree, back)
        if all(problem.kind != "syntax" for problem in whole.problems):
            assert facts_of(rows) == whole


def test_the_old_tree_stays_as_it_was() -> None:
    language = language_of("a.py")
    assert language is not None
    data = b"def f(a):\n    return a\n"
    tree, rows = parse_tree(data, language)
    parse_tree(b"# first\n" + data, language, tree, TreeEdit(old=Span(0, 0), length=8))
    again, rows_again = parse_tree(data, language, tree, TreeEdit(old=Span(0, 0), length=0))
    assert rows_again == rows
    assert again.root_node.end_byte == tree.root_node.end_byte == len(data)
