"""From bytes to facts: runs a language's grammar and query, and hands the captures to its extractor.

Facts are a pure function of (bytes, language, :data:`EXTRACTOR_VERSION`). Nothing here reads a file or raises for what
the bytes hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tree_sitter import Tree

from sightline.base.text import Span
from sightline.graph.extract_python import extract_python
from sightline.graph.extract_script import extract_script
from sightline.graph.extract_text import ParsedText, captured, parser_for
from sightline.graph.facts import FileFacts
from sightline.graph.raw_facts import RawFacts, facts_of
from sightline.languages.spec import LanguageSpec

#: Raised with every change to what extraction returns: stored facts of other versions are dropped.
EXTRACTOR_VERSION: Final = 1

_EXTRACTORS: dict[str, Callable[[ParsedText], RawFacts]] = {"python": extract_python, "script": extract_script}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEdit:
    """How the text of an old tree became the new one: the bytes ``old`` were replaced by ``length`` bytes."""

    old: Span
    length: int


def parse_rows(data: bytes, language: LanguageSpec) -> RawFacts:
    """The facts of a text as rows (see ``raw_facts.py``); what workers call."""
    return _facts(data, parser_for(language).parse(data), language)


def parse(data: bytes, language: LanguageSpec) -> FileFacts:
    """The facts of a text as objects."""
    return facts_of(parse_rows(data, language))


def parse_tree(
    data: bytes, language: LanguageSpec, old_tree: Tree | None = None, edit: TreeEdit | None = None
) -> tuple[Tree, RawFacts]:
    """Tree and facts of an open document, parsed incrementally when the old tree and the edit are given.

    ``old_tree`` is left as it was. Rows are what is returned: a keystroke must not build thousands of objects.
    """
    if old_tree is None or edit is None:
        tree = parser_for(language).parse(data)
    else:
        edited = old_tree.copy()
        edited.edit(edit.old.start, edit.old.end, edit.old.start + edit.length, (0, 0), (0, 0), (0, 0))
        tree = parser_for(language).parse(data, edited)
    return tree, _facts(data, tree, language)


def _facts(data: bytes, tree: Tree, language: LanguageSpec) -> RawFacts:
    return _EXTRACTORS[language.extractor](captured(data, tree, language))
