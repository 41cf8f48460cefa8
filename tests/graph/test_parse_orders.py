"""Facts are a function of the text: py-tree-sitter hands out what a query captured in an order of its own each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from sightline.graph import parse as parse_module
from sightline.graph.extract_text import ParsedText, captured
from sightline.graph.facts import FileFacts
from sightline.graph.parse import parse, parse_rows
from sightline.graph.raw_facts import RawFacts
from sightline.languages.registry import language_of
from sightline.languages.spec import LanguageSpec
from support.facts_cases import case_names, read_case
from support.live_states import texts_of
from support.live_worlds import WORLDS


def _in_order(reverse: bool) -> Callable[..., ParsedText]:
    def captured_in_order(*arguments: Any) -> ParsedText:
        found = captured(*arguments)
        ordered = {name: sorted(nodes, key=_place, reverse=reverse) for name, nodes in found.captures.items()}
        return replace(found, captures=ordered)

    return captured_in_order


def _place(node: Node) -> tuple[int, int, str]:
    return *node.byte_range, node.type


def _facts(text: str, language: LanguageSpec, *, reverse: bool) -> FileFacts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parse_module, "captured", _in_order(reverse))
        return parse(text.encode(), language)


@pytest.mark.parametrize("name", WORLDS)
@given(data=st.data())
def test_the_order_of_captures_decides_nothing(name: str, data: st.DataObject) -> None:
    world = WORLDS[name]
    languages = {language.name: language for each in world.names if (language := language_of(each)) is not None}
    text = data.draw(texts_of(world))
    language = languages[data.draw(st.sampled_from(sorted(languages)))]
    assert _facts(text, language, reverse=False) == _facts(text, language, reverse=True)


@pytest.mark.parametrize("name", case_names())
def test_the_order_of_captures_does_not_show_in_rows(name: str) -> None:
    """Rows that mean the same are equal only when their strings are numbered alike."""
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    rows: list[RawFacts] = []
    for reverse in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parse_module, "captured", _in_order(reverse))
            rows.append(parse_rows(source.encode(), language))
    assert rows[0] == rows[1]


def test_a_name_imported_twice_and_exported_is_that_of_the_last_import() -> None:
    text = "import f from './a'\nmodule.exports = { f }\nimport { f } from './b'\n"
    language = language_of("a.js")
    assert language is not None
    for reverse in (False, True):
        exported = [each.module for each in _facts(text, language, reverse=reverse).imports if each.reexport]
        assert exported == ["./b"]
