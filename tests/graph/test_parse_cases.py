"""The facts of hand-written texts, line by line (see ``support/facts_cases.py``)."""

from __future__ import annotations

import re

import pytest

from sightline.base.text import Text
from sightline.graph.parse import parse
from sightline.languages.registry import language_of
from support.facts_cases import case_names, read_case, written


@pytest.mark.parametrize("name", case_names())
def test_facts_are_as_written_down(name: str) -> None:
    now = written(name)
    assert now == read_case(name)[2]


@pytest.mark.parametrize("name", case_names())
def test_every_span_holds_the_name_it_says(name: str) -> None:
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    text = Text.of(source)
    facts = parse(text.data, language)
    for definition in facts.definitions:
        assert definition.name in ("default", "export=") or text.slice(definition.name_span) == definition.name
        assert definition.span.contains(definition.name_span)
        assert definition.span.start <= definition.body_start <= definition.span.end
    for reference in facts.references:
        shown = text.slice(reference.span)
        assert shown == reference.name or (
            source_name.endswith(".vue") and reference.name in _spelled_with_dashes(shown)
        )
    for statement in facts.imports:
        for imported in statement.names:
            shown = text.slice(imported.span).strip("\"'")
            assert imported.name in ("", "*", "default") or shown in (imported.name, imported.alias)


def _spelled_with_dashes(shown: str) -> tuple[str, str]:
    """The names that ``my-card`` may stand for in Vue's templates: ``myCard`` and ``MyCard``."""
    first, *rest = shown.split("-")
    words = "".join(word[:1].upper() + word[1:] for word in rest)
    return first + words, first[:1].upper() + first[1:] + words


@pytest.mark.parametrize("name", case_names())
def test_what_is_enclosed_lies_inside(name: str) -> None:
    source_name, source, _ = read_case(name)
    language = language_of(source_name)
    assert language is not None
    data = source.encode()
    facts = parse(data, language)
    for reference in facts.references:
        if reference.enclosing >= 0 and facts.definitions[reference.enclosing].name != "__all__":
            assert facts.definitions[reference.enclosing].span.contains(reference.span)
    for definition in facts.definitions:
        if definition.parent >= 0:
            parent = facts.definitions[definition.parent]
            header = data[definition.span.start : definition.name_span.start].decode()
            assert parent.span.contains(definition.span) or _names_its_type(header, parent.name), (definition, parent)


def _names_its_type(header: str, parent: str) -> bool:
    """Whether what stands apart from its type names it right before its own name: ``Type.prototype.``, ``Type::``, a
    Go receiver ``(t *Type[K])``.
    """
    return re.search(rf"\b{re.escape(parent)}(\[[^\]]*\]|<[^>]*>)?(\.prototype\.|\.|::|\)) *$", header) is not None
