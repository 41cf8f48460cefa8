"""Expressions of Go as paths: ``Query(c).Limit(1)`` is ``Query().Limit()``, what a slice ``a`` holds ``a[]``.

Source: the Go Programming Language Specification, "Primary expressions".
"""

from __future__ import annotations

from tree_sitter import Node

from sightline.graph.extract_text import field_of

#: Longer paths (bytes), and expressions nested deeper, are nobody's: chains of calls would cost quadratic time.
_LONGEST, _DEEPEST = 160, 20
_NAMES = frozenset({"identifier", "field_identifier", "package_identifier", "type_identifier"})
_TYPES = frozenset({"type_identifier", "qualified_type"})
#: What an operator before an expression leaves as it is for selectors, and what it takes out of it.
_OPERATORS = {"&": b"", "*": b"", "<-": b"[]"}
#: Functions of the language whose result is of the type that they are given.
_MAKERS = (b"new", b"make")


def path_of(node: Node | None, depth: int = 0) -> bytes:
    """The path of an expression; empty if it has none."""
    found = _path(node, depth) if node is not None and depth < _DEEPEST else b""
    return found if len(found) <= _LONGEST else b""


def before_dot(member: Node) -> bytes:
    """The path of what the field of a selector is selected from."""
    return path_of(field_of(member, "operand"))


def _path(node: Node, depth: int) -> bytes:
    if node.type in _NAMES:
        return node.text or b""
    if node.type == "parenthesized_expression":
        return path_of(node.named_children[0] if node.named_child_count else None, depth + 1)
    if node.type == "unary_expression":
        step, held = _OPERATORS.get(node.children[0].type), path_of(field_of(node, "operand"), depth + 1)
        return held + step if held and step is not None else b""
    if node.type == "selector_expression":
        owner, name = path_of(field_of(node, "operand"), depth + 1), field_of(node, "field")
        return owner + b"." + (name.text or b"") if owner and name is not None else b""
    if node.type == "composite_literal":
        made = field_of(node, "type")
        return (made.text or b"") + b"()" if made is not None and made.type in _TYPES else b""
    if node.type == "call_expression":
        called = path_of(field_of(node, "function"), depth + 1)
        return called + b"()" if called and called not in _MAKERS else b""
    if node.type == "index_expression":
        held = path_of(field_of(node, "operand"), depth + 1)
        return held + b"[]" if held else b""
    return b""
