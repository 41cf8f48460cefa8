"""Keys of object literals as uses: of members of the type that is expected where the literal stands.

What is expected is written as the receiver of a use: the callee for an argument (``open``), the annotation behind a
colon (``:Options``), or behind ``as``, where the compiler lets more keys pass, or the path of a value behind ``=``; for
an inner literal the keys that lead to it follow in parentheses (``open(pool.each)``), ``[]`` for elements of an array
and for keys that are computed. ``?`` where nothing tells it. A variable without annotation expects nothing.

Source: the TypeScript handbook ("Contextual Typing", "Object Types").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from tree_sitter import Node

from sightline.graph.extract_names import UNKNOWN
from sightline.graph.extract_script_paths import expected_of, path_of, root_of_path
from sightline.graph.extract_script_type_lines import type_line
from sightline.graph.extract_text import ParsedText, field_of

ASSERTED: Final = b"as "
_LITERALS = frozenset(("object", "array"))
_INNER = frozenset(("object", "array", "pair", "spread_element"))
_AROUND = frozenset(("parenthesized_expression", "ternary_expression"))
_FUNCTIONS = frozenset(
    ("function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function")
)
_EXPORTS = re.compile(rb"(?:module\.)?exports\b")
_KEYS = frozenset(("property_identifier", "shorthand_property_identifier"))
#: Levels of literals in literals, of statements around a ``return``, and bytes of a receiver that are looked at.
_DEEPEST, _FARTHEST, _LONGEST = 6, 24, 400


class KeyUse(NamedTuple):
    """A key, what is expected where it stands, and the name that begins the receiver (empty for none).

    ``is_option``: first in an argument of a call, and no shorthand: the call tells of it too, if its callee is a use.
    """

    name: bytes
    start: int
    receiver: bytes
    root: bytes
    is_option: bool


def literal_keys(text: ParsedText) -> Iterator[KeyUse]:
    """The keys of all literals."""
    for node in text.captures.get("literal", ()):
        parent = node.parent
        if parent is None or parent.type in _INNER:
            continue
        expected = _expected(parent)
        if expected == UNKNOWN and len(path := expected_of(node)) and not path.endswith(b")"):
            expected = b"=" + path
        if expected:
            root = b"" if expected.startswith((b":", ASSERTED, UNKNOWN)) else root_of_path(expected.removeprefix(b"="))
            yield from _keys(
                node, (expected, root), b"", is_option=parent.type == "arguments" and node.type == "object"
            )


def _keys(
    node: Node, expected: tuple[bytes, bytes], path: bytes, *, is_option: bool, depth: int = 0
) -> Iterator[KeyUse]:
    receiver, root = expected
    whole = receiver + b"(" + path + b")" if path and receiver != UNKNOWN else receiver
    for child in node.named_children:
        if child.type in _LITERALS and node.type == "array" and depth < _DEEPEST:
            inner = path + b".[]" if path else b"[]"
            yield from _keys(child, expected, inner, is_option=False, depth=depth + 1)
        key = child if child.type in _KEYS else field_of(child, "key") or field_of(child, "name")
        if node.type != "object" or key is None or (key.type not in _KEYS and key.type != "computed_property_name"):
            continue
        name = key.text or b""
        if key.type == "computed_property_name":
            name = b"[]"
        else:
            known = whole if len(whole) <= _LONGEST else UNKNOWN
            yield KeyUse(name, key.start_byte, known, root, is_option and child is not key)
        value = field_of(child, "value")
        if value is not None and value.type in _LITERALS and depth < _DEEPEST:
            inner = path + b"." + name if path else name
            yield from _keys(value, expected, inner, is_option=False, depth=depth + 1)


def _expected(parent: Node | None) -> bytes:
    """What is expected of a literal; empty for nothing."""
    for _ in range(3):
        if parent is None or parent.type not in _AROUND:
            break
        parent = parent.parent
    match parent.type if parent is not None else "":
        case "arguments":
            return _callee(parent)
        case "variable_declarator" | "required_parameter" | "optional_parameter" | "public_field_definition":
            return _annotation(parent, "type")
        case "as_expression":
            return _behind(parent).replace(b":", ASSERTED, 1)
        case "satisfies_expression":
            return _behind(parent)
        case "return_statement" | "arrow_function":
            return _returned(parent) or UNKNOWN
        case "assignment_expression":
            left = field_of(parent, "left") if parent is not None else None
            return b"" if left is not None and _EXPORTS.match(left.text or b"") else UNKNOWN
        case "expression_statement" | "export_statement" | "":
            return b""
        case _:
            return UNKNOWN


def _callee(arguments: Node | None) -> bytes:
    call = arguments.parent if arguments is not None else None
    callee = field_of(call, "function") or field_of(call, "constructor") if call is not None else None
    if callee is None or callee.end_byte - callee.start_byte > _LONGEST:
        return UNKNOWN
    path = path_of(callee)
    return path if path and (not path.endswith(b")") or path.endswith(b"()")) else UNKNOWN


def _returned(node: Node | None) -> bytes:
    for _ in range(_FARTHEST):
        if node is None or node.type in _FUNCTIONS:
            break
        node = node.parent
    return _annotation(node, "return_type") if node is not None and node.type in _FUNCTIONS else b""


def _annotation(node: Node | None, name: str) -> bytes:
    annotation = field_of(node, name) if node is not None else None
    return _typed(annotation.named_children[0] if annotation is not None and annotation.named_child_count else None)


def _behind(expression: Node | None) -> bytes:
    """The type behind ``as`` or ``satisfies``; ``as const`` has none."""
    children = expression.named_children if expression is not None else []
    return _typed(children[-1] if len(children) > 1 else None)


def _typed(kind: Node | None) -> bytes:
    if kind is None or kind.end_byte - kind.start_byte > _LONGEST:
        return UNKNOWN if kind is not None else b""
    return b":" + type_line(kind.text or b"").encode()
