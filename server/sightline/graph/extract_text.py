"""``ParsedText``: one text with its tree and the captures of its language's query, as extractors read them.

Knows tree-sitter, but no language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias

from tree_sitter import Node, Parser, Query, QueryCursor, Tree

from sightline.graph.raw_facts import ProblemRow
from sightline.languages.spec import LanguageSpec, query_source

Span2: TypeAlias = tuple[int, int]

#: Syntax errors that are listed per file; more say nothing new.
_MAXIMUM_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class ParsedText:
    """``captures`` are lists of nodes by capture name, in no order: py-tree-sitter collects them in sets."""

    data: bytes
    tree: Tree
    captures: dict[str, list[Node]]
    language: LanguageSpec

    def nodes(self, name: str) -> list[Node]:
        """The nodes captured as ``name``, in source order."""
        return sorted(self.captures.get(name, ()), key=_start_of)

    def spans(self, name: str) -> list[Span2]:
        """Byte ranges of the nodes captured as ``name``, in source order."""
        return sorted([node.byte_range for node in self.captures.get(name, ())])

    def starts(self, name: str) -> list[int]:
        """First bytes of the nodes captured as ``name``, ascending."""
        return sorted([node.start_byte for node in self.captures.get(name, ())])

    def ends(self, name: str) -> list[int]:
        """Ends of the nodes captured as ``name``, in no order."""
        return [node.end_byte for node in self.captures.get(name, ())]

    def pairs(self, first: str, second: str) -> list[tuple[Span2, Span2]]:
        """Byte ranges of two captures of one pattern, side by side.

        Holds for patterns whose matches nest in the same order by either capture. Should broken code give a match more
        of one than of the other, there are no pairs.
        """
        left, right = self.spans(first), self.spans(second)
        return list(zip(left, right, strict=True)) if len(left) == len(right) else []


_span_of: Callable[[Node], Span2] = attrgetter("byte_range")
_start_of: Callable[[Node], int] = attrgetter("start_byte")


@cache
def parser_for(language: LanguageSpec) -> Parser:
    """The one parser of a language in this process (a parser is not shared between threads)."""
    return Parser(language.grammar())


@cache
def _query_for(language: LanguageSpec) -> Query:
    return Query(language.grammar(), query_source(language))


@cache
def _error_query_for(language: LanguageSpec) -> Query:
    return Query(language.grammar(), "[(ERROR) (MISSING)] @error")


def captured(data: bytes, tree: Tree, language: LanguageSpec) -> ParsedText:
    """Runs the language's query over the tree, once.

    No progress callback is ever passed: in tree-sitter 0.26 it crashes the process.
    """
    return ParsedText(data, tree, QueryCursor(_query_for(language)).captures(tree.root_node), language)


def syntax_problems(text: ParsedText) -> list[ProblemRow]:
    """The first syntax errors, with spans."""
    if not text.tree.root_node.has_error:
        return []
    found = QueryCursor(_error_query_for(text.language)).captures(text.tree.root_node)
    rows: list[ProblemRow] = []
    for node in sorted(found.get("error", []), key=_span_of)[:_MAXIMUM_PROBLEMS]:
        start, end = node.byte_range
        if node.is_missing:
            rows.append(("syntax", f"{node.type} is missing here.", start, end))
        else:
            shown = text.data[start : min(end, start + 40)].decode("utf-8", "replace").strip().split("\n")[0]
            rows.append(("syntax", f"Unexpected {shown!r}.", start, end))
    return rows


def field_of(node: Node, name: str) -> Any:
    """The child of a field, or ``None``."""
    return node.child_by_field_name(name)


def plain(text: bytes) -> str:
    """Source text on one line: runs of white space become one space."""
    return " ".join(text.decode("utf-8", "replace").split())
