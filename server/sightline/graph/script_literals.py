"""Object literals of a script by a place in them, with the keys they have: for who judges whether some are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from sightline.base.text import Span
from sightline.graph.extract_text import field_of, root_of
from sightline.languages.spec import LanguageSpec

_KEYED = frozenset(("pair", "method_definition"))
_CALLS = frozenset(("call_expression", "new_expression"))
#: Nodes around a name that are looked at for the call that it begins.
_FARTHEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """An object literal. ``is_whole``: all its keys are ``keys``, none is computed or spread from another object.

    ``holder`` is the key of the literal around whose value it is.
    """

    span: Span
    keys: frozenset[str]
    is_whole: bool
    holder: Span | None = None


class Literals:
    """The object literals of one text. Takes as long as parsing it."""

    def __init__(self, data: bytes, language: LanguageSpec) -> None:
        self._root = root_of(data, language)

    def around_key(self, offset: int) -> Literal | None:
        """The literal that a key belongs to which begins at ``offset``."""
        node = self._root.descendant_for_byte_range(offset, offset) if self._root is not None else None
        if node is not None and node.type != "shorthand_property_identifier":
            node = node.parent
        literal = node.parent if node is not None else None
        return _literal(literal) if literal is not None and literal.type == "object" else None

    def argument(self, callee: Span, index: int) -> Literal | None:
        """The literal that a call gives as its argument of some number. ``callee`` is the last name before its list."""
        node = self._root.descendant_for_byte_range(callee.start, callee.end) if self._root is not None else None
        for _ in range(_FARTHEST):
            if node is None or node.type in _CALLS:
                break
            node = node.parent
        called = field_of(node, "function") or field_of(node, "constructor") if node is not None else None
        listed = field_of(node, "arguments") if node is not None else None
        if called is None or listed is None or called.end_byte != callee.end or listed.type != "arguments":
            return None
        given = [child for child in listed.named_children if child.type != "comment"]
        if len(given) <= index or any(each.type == "spread_element" for each in given):
            return None
        return _literal(given[index]) if given[index].type == "object" else None


def _literal(node: Node) -> Literal:
    keys = [*_keys(node)]
    pair = node.parent if node.parent is not None and node.parent.type == "pair" else None
    holder = field_of(pair, "key") if pair is not None else None
    return Literal(
        span=Span(node.start_byte, node.end_byte),
        keys=frozenset(key for key in keys if key is not None),
        is_whole=None not in keys,
        holder=Span(holder.start_byte, holder.end_byte) if holder is not None else None,
    )


def _keys(node: Node) -> Iterator[str | None]:
    """The keys of a literal; ``None`` for what may stand for any key."""
    for child in node.named_children:
        if child.type == "comment":
            continue
        key = child if child.type == "shorthand_property_identifier" else None
        if child.type in _KEYED:
            key = field_of(child, "key") or field_of(child, "name")
        if key is None or key.type == "computed_property_name":
            yield None
        else:
            yield (key.text or b"").decode(errors="replace").strip("\"'")
