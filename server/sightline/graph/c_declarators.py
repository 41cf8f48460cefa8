"""Declarators of C and C++: from ``*const (*name)(int)`` to the name, and what the words around say of it."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from sightline.graph.dialect_nodes import text_of
from sightline.graph.extract_text import field_of
from sightline.graph.facts import ParameterKind
from sightline.graph.raw_facts import ParameterRow

#: Declarators nest; more than this is no program.
_DEEPEST = 40
_NAMES = frozenset(("identifier", "field_identifier", "type_identifier", "operator_name", "destructor_name"))
_TEMPLATES = frozenset(("template_type", "template_function", "template_method"))
_PARAMETERS = {
    "parameter_declaration": ParameterKind.POSITIONAL_ONLY,
    "optional_parameter_declaration": ParameterKind.POSITIONAL_ONLY,
    "variadic_parameter_declaration": ParameterKind.VARIADIC,
    "variadic_parameter": ParameterKind.VARIADIC,
    "...": ParameterKind.VARIADIC,
}


class Named(NamedTuple):
    """What a declarator names. ``function``: the declarator with the parameters, of a function. ``owner``: the name of
    the class or namespace written before the last ``::``.
    """

    name: Node
    function: Node | None
    owner: Node | None


def named(declarator: Node | None) -> Named | None:
    """The name in a declarator; ``None`` for one without a name."""
    function: Node | None = None
    node = declarator
    for _ in range(_DEEPEST):
        if node is None or node.type in _NAMES or node.type == "qualified_identifier":
            break
        if node.type == "function_declarator":
            function = node
        elif node.type in ("pointer_declarator", "reference_declarator", "array_declarator"):
            function = None  # a pointer to a function is a variable
        inner = field_of(node, "declarator")
        node = inner if inner is not None else _inner(node)
    owner: Node | None = None
    while node is not None and node.type == "qualified_identifier":
        owner, node = field_of(node, "scope"), field_of(node, "name")
    if node is not None and node.type in _TEMPLATES:
        node = field_of(node, "name")
    if owner is not None and owner.type in _TEMPLATES:
        owner = field_of(owner, "name")
    if node is None or node.type not in _NAMES or node.start_byte == node.end_byte:
        return None
    return Named(node, function, owner)


def _inner(node: Node) -> Node | None:
    """The declarator in one whose grammar gives it no field."""
    for child in node.named_children:
        if child.type.endswith("declarator") or child.type in _NAMES or child.type == "qualified_identifier":
            return child
    return None


def annotation_of(kind: Node | None, data: bytes) -> str:
    """The written type; the name alone of a type that is defined on the spot, and nothing if it has none."""
    if kind is None:
        return ""
    if field_of(kind, "body") is not None:
        return text_of(field_of(kind, "name"), data)
    text = text_of(kind, data)
    return "" if text == "auto" else text


def decorators_of(node: Node, data: bytes) -> tuple[str, ...]:
    """``static``, ``extern``, ``inline`` and the like."""
    words = (text_of(child, data) for child in node.named_children if child.type == "storage_class_specifier")
    return tuple(dict.fromkeys("inline" if "inline" in word else word for word in words))


def parameters_of(function: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    """The parameters of a function; none for ``(void)``."""
    rows: list[ParameterRow] = []
    parameters = field_of(function, "parameters") if function is not None else None
    for child in parameters.children if parameters is not None else ():
        kind = _PARAMETERS.get(child.type)
        if kind is None:
            continue
        found = named(field_of(child, "declarator"))
        annotation = annotation_of(field_of(child, "type"), data)
        if annotation == "void" and field_of(child, "declarator") is None:
            continue
        default = field_of(child, "default_value") is not None
        rows.append((text_of(found.name, data) if found else "", kind.value, default, annotation))
    return tuple(rows)
