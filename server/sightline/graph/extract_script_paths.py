"""Values of JavaScript and TypeScript as paths: texts that say what a value is made of, for the rules to read.

A path is a dotted name whose parts may go on: ``a.b().c`` for calls, whatever their arguments; ``a[]`` for an element,
``a[2]`` for one by its number; ``f#1`` for what the second parameter of a function takes. It begins with a name, with a
type that is asserted or expected, ``(as Node)``, with a value cast to any type, ``(any:a.b)``, with one of several
values, ``(a|b)``, with a literal, ``{x:a,y:b}`` or ``[a]``. Whatever is none of these has the empty path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from sightline.graph.extract_script_type_lines import type_line
from sightline.graph.extract_text import field_of

#: Bytes of the longest path, and nodes below one another that are looked at: nested calls would cost quadratic time.
LONGEST: Final = 400
_DEEPEST = 24
_ROOT = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_ROOTS = re.compile(rb"(?:^|[(|{:,\[])([A-Za-z_$\x80-\xff][\w$\x80-\xff]*)(?=[.()\[\]|,}#]|$)")
_IDENTIFIER = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_NO_NAMES = frozenset((b"null", b"undefined", b"true", b"false", b"NaN"))
FUNCTIONS: Final = frozenset(("arrow_function", "function_expression", "method_definition", "generator_function"))


def path_of(node: Node | None, depth: int = 0) -> bytes:
    """The path of an expression; empty if it has none."""
    found = _path(node, depth) if node is not None and depth < _DEEPEST else b""
    return found if len(found) <= LONGEST else b""


def _path(node: Node, depth: int) -> bytes:
    read = _READ.get(node.type)
    return read(node, depth) if read is not None else b""


def _name(node: Node, _depth: int) -> bytes:
    name = node.text or b""
    return b"" if name in _NO_NAMES else name


def _member(node: Node, depth: int) -> bytes:
    owner, name = path_of(field_of(node, "object"), depth + 1), field_of(node, "property")
    return owner + b"." + (name.text or b"") if owner and name is not None else b""


def _call(node: Node, depth: int) -> bytes:
    called = path_of(field_of(node, "function") or field_of(node, "constructor"), depth + 1)
    return called + b"()" if called else b""


def _wrapped(node: Node, depth: int) -> bytes:
    return path_of(node.named_children[0] if node.named_child_count else None, depth + 1)


def _ternary(node: Node, depth: int) -> bytes:
    return _either((field_of(node, "consequence"), field_of(node, "alternative")), depth)


def _assignment(node: Node, depth: int) -> bytes:
    return path_of(field_of(node, "right"), depth + 1)


def _sequence(node: Node, depth: int) -> bytes:
    return path_of(node.named_children[-1] if node.named_child_count else None, depth + 1)


def _element(node: Node, depth: int) -> bytes:
    owner, index = path_of(field_of(node, "object"), depth + 1), field_of(node, "index")
    if not owner or index is None:
        return b""
    text = index.text or b""
    if index.type == "string" and _IDENTIFIER.fullmatch(text[1:-1]):
        return owner + b"." + text[1:-1]
    return owner + (b"[" + text + b"]" if index.type == "number" and text.isdigit() else b"[]")


def _asserted(node: Node, depth: int) -> bytes:
    """What is asserted; of ``as const`` and of what only satisfies a type, the value itself."""
    children = node.named_children
    if not children:
        return b""
    value, kind = (children[-1], children[0]) if node.type == "type_assertion" else (children[0], children[-1])
    if node.type == "satisfies_expression" or len(children) < 2:
        return path_of(value, depth + 1)
    if kind.type == "type_arguments" and kind.named_child_count:
        kind = kind.named_children[0]
    found = typed_path(kind)
    if not found and kind.text in (b"any", b"unknown"):
        inner = path_of(value, depth + 1)
        found = b"(any:" + inner + b")" if inner else b""
    return found


def typed_path(kind: Node | None) -> bytes:
    """``(as T)`` for the node of a type, if that is no longer than a path may be."""
    if kind is None or kind.end_byte - kind.start_byte > LONGEST:
        return b""
    text = type_line(kind.text or b"").removeprefix(":").strip().encode()
    return b"(as " + text + b")" if text not in (b"any", b"unknown", b"never") else b""


def _either(nodes: tuple[Node | None, ...], depth: int) -> bytes:
    found = list(dict.fromkeys(filter(None, (path_of(node, depth + 1) for node in nodes))))
    return found[0] if len(found) == 1 else b"(" + b"|".join(found) + b")" if found else b""


def _operated(node: Node, depth: int) -> bytes:
    """``a || b`` and ``a ?? b`` are either; of ``a && b`` the last."""
    operator = field_of(node, "operator")
    right = field_of(node, "right")
    match operator.type if operator is not None else "":
        case "||" | "??":
            return _either((field_of(node, "left"), right), depth)
        case "&&":
            return path_of(right, depth + 1)
        case _:
            return b""


def _literal(node: Node, depth: int) -> bytes:
    if node.type == "array":
        held = _either(tuple(node.named_children[:4]), depth)
        return b"[" + held + b"]" if held else b""
    found: list[bytes] = []
    for child in node.named_children:
        if child.type == "shorthand_property_identifier":
            name = child.text or b""
            found.append(name + b":" + name)
        elif child.type == "pair":
            key, value = field_of(child, "key"), path_of(field_of(child, "value"), depth + 1)
            if key is not None and key.type == "property_identifier" and value:
                found.append((key.text or b"") + b":" + value)
    return b"{" + b",".join(found) + b"}" if found else b""


_READ: Final[dict[str, Callable[[Node, int], bytes]]] = {
    "identifier": _name,
    "this": _name,
    "super": _name,
    "member_expression": _member,
    "call_expression": _call,
    "new_expression": _call,
    "parenthesized_expression": _wrapped,
    "await_expression": _wrapped,
    "non_null_expression": _wrapped,
    "subscript_expression": _element,
    "as_expression": _asserted,
    "satisfies_expression": _asserted,
    "type_assertion": _asserted,
    "ternary_expression": _ternary,
    "binary_expression": _operated,
    "assignment_expression": _assignment,
    "sequence_expression": _sequence,
    "object": _literal,
    "array": _literal,
}


def root_of_path(path: bytes) -> bytes:
    """The name a path begins with; empty if it begins with something else."""
    found = _ROOT.match(path)
    return found.group() if found is not None else b""


def roots_of_path(path: bytes) -> set[bytes]:
    """Every name that a path may begin with, and some more."""
    return set(_ROOTS.findall(path))


# What is expected of an expression, or said of a name, by what stands around it ---------------------------------------


def told_of(name: Node) -> bytes:
    """The path of what a declared name holds, by the pattern, loop, parameter or declaration it stands in."""
    is_short = name.type == "shorthand_property_identifier_pattern"
    steps: list[bytes] = [b"." + (name.text or b"")] if is_short else []
    node, parent = name, name.parent
    for _ in range(_DEEPEST):
        if parent is None:
            return b""
        step = _pattern_step(parent, node)
        if step is None:
            base = _declared(parent, node)
            whole = base + b"".join(reversed(steps)) if base else b""
            return whole if len(whole) <= LONGEST else b""
        steps.append(step)
        node, parent = parent, parent.parent
    return b""


def _pattern_step(parent: Node, node: Node) -> bytes | None:
    """What a pattern takes of the value it is given; ``None`` for what is no part of a pattern."""
    match parent.type:
        case "pair_pattern":
            key = field_of(parent, "key")
            if key is None or key.type not in ("property_identifier", "string"):
                return b"[]"
            return b"." + (key.text or b"").strip(b"\"'")
        case "assignment_pattern" | "object_pattern" | "object_assignment_pattern" | "rest_pattern":
            return b""
        case "array_pattern":
            at = next((at for at, child in enumerate(parent.named_children) if child == node), 0)
            return b"[" + str(at).encode() + b"]"
        case _:
            return None


def _declared(parent: Node, node: Node) -> bytes:
    match parent.type:
        case "variable_declarator":
            return _annotated(parent) or path_of(field_of(parent, "value"))
        case "required_parameter" | "optional_parameter":
            return _annotated(parent) or _parameter(parent.parent, parent) or path_of(field_of(parent, "value"))
        case "formal_parameters":
            return _parameter(parent, node)
        case "arrow_function":
            return _given(parent, 0)
        case "for_in_statement":
            operator, right = field_of(parent, "operator"), path_of(field_of(parent, "right"))
            return right + b"[]" if right and operator is not None and operator.type == "of" else b""
        case _:
            return b""


def _annotated(node: Node, name: str = "type") -> bytes:
    annotation = field_of(node, name)
    return typed_path(annotation.named_children[0]) if annotation is not None and annotation.named_child_count else b""


def _parameter(parameters: Node | None, node: Node) -> bytes:
    if parameters is None or parameters.parent is None:
        return b""
    among = [child for child in parameters.named_children if child.type != "comment"]
    at = next((at for at, child in enumerate(among) if child == node), 0)
    return _given(parameters.parent, at)


def _given(function: Node, at: int) -> bytes:
    """What a parameter of a function without an annotation is given, by what is expected of the function."""
    expected = expected_of(function) if function.type in FUNCTIONS else b""
    return expected + b"#" + str(at).encode() if expected else b""


def expected_of(node: Node, depth: int = 0) -> bytes:
    """The path of what is expected of an expression by what it stands in; empty where nothing tells."""
    parent = node.parent
    if parent is None or depth > _DEEPEST:
        return b""
    match parent.type:
        case "arguments":
            found = _argument(parent, node, depth)
        case "pair" | "object" | "array":
            found = _held_in(parent, node, depth)
        case "variable_declarator" | "public_field_definition" | "required_parameter" | "optional_parameter":
            found = _annotated(parent)
        case "parenthesized_expression" | "ternary_expression":
            found = expected_of(parent, depth + 1)
        case "as_expression" | "satisfies_expression":
            found = typed_path(parent.named_children[-1]) if parent.named_child_count > 1 else b""
        case "assignment_expression":
            found = path_of(field_of(parent, "left"))
        case "return_statement" | "arrow_function":
            found = _returned(parent, depth)
        case _:
            found = b""
    return found


def _held_in(parent: Node, node: Node, depth: int) -> bytes:
    """What is expected of an entry of a literal: of a pair, a method or an element."""
    around = parent.parent if parent.type == "pair" else parent
    base = expected_of(around, depth + 1) if around is not None else b""
    if not base or parent.type == "array":
        return base + b"[]" if base else b""
    key = field_of(parent, "key") if parent.type == "pair" else field_of(node, "name")
    if key is None:
        return b""
    is_name = key.type in ("property_identifier", "string")
    return base + (b"." + (key.text or b"").strip(b"\"'") if is_name else b"[]")


def _argument(arguments: Node, node: Node, depth: int) -> bytes:
    call = arguments.parent
    callee = field_of(call, "function") or field_of(call, "constructor") if call is not None else None
    path = path_of(callee, depth + 1)
    among = [child for child in arguments.named_children if child.type != "comment"]
    at = next((at for at, child in enumerate(among) if child == node), 0)
    return path + b"#" + str(at).encode() if path else b""


def _returned(node: Node | None, depth: int) -> bytes:
    for _ in range(_DEEPEST):
        if node is None or node.type in FUNCTIONS or node.type == "function_declaration":
            break
        node = node.parent
    if node is None or (node.type not in FUNCTIONS and node.type != "function_declaration"):
        return b""
    written = _annotated(node, "return_type")
    if written or node.type == "function_declaration":
        return written
    expected = expected_of(node, depth + 1)
    return expected + b"()" if expected else b""
