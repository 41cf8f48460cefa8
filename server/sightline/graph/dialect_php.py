"""PHP's dialect: namespaces, classes with their traits, properties, constants, and the ways to name a file.

Sources: the PHP manual, "Classes and Objects", "Namespaces", "Functions", ``include``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sightline.graph.dialect import Dialect, LocalType, Parts, Use
from sightline.graph.dialect_nodes import leaf, text_of, typed_locals, valued_locals
from sightline.graph.dialect_php_imports import read_imports
from sightline.graph.extract_names import dotted
from sightline.graph.extract_text import ParsedText, field_of, plain
from sightline.graph.facts import DefinitionKind, ParameterKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ParameterRow

_TYPES = {
    "class_declaration": DefinitionKind.CLASS,
    "trait_declaration": DefinitionKind.CLASS,
    "interface_declaration": DefinitionKind.INTERFACE,
    "enum_declaration": DefinitionKind.ENUM,
}
_CONSTANTS = frozenset(
    b"true false null TRUE FALSE NULL __DIR__ __FILE__ __LINE__ __CLASS__ __METHOD__ __FUNCTION__ "
    b"__NAMESPACE__ PHP_EOL PHP_INT_MAX PHP_VERSION_ID DIRECTORY_SEPARATOR".split()
)
_OWN = (b"self", b"static", b"parent")
_KINDS = {
    "named_type": ReferenceKind.TYPE,
    "base_clause": ReferenceKind.INHERIT,
    "class_interface_clause": ReferenceKind.INHERIT,
    "use_declaration": ReferenceKind.INHERIT,
    "attribute": ReferenceKind.DECORATE,
    "object_creation_expression": ReferenceKind.CALL,
    "function_call_expression": ReferenceKind.CALL,
}

#: Bytes of ``<?php``.
_TAG = 5


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "namespace_definition" | "php_tag":
            return _namespace(node)
        case "function_definition" | "method_declaration":
            return _function(node, data)
        case "property_element" | "property_promotion_parameter":
            return _property(node, data)
        case "const_element" | "enum_case":
            return _constant(node, data)
        case _:
            return _type(node, data)


def _namespace(node: Node) -> Iterator[Parts]:
    """The namespace; that of a file that declares none is called by what such a file begins with."""
    if node.type == "php_tag":
        if node.end_byte - node.start_byte < _TAG:  # `<?`, which ends before the name would
            return
        around = node.parent.named_children if node.parent is not None else []
        if any(each.type == "namespace_definition" for each in around):
            return
    name = field_of(node, "name") if node.type != "php_tag" else node
    if name is not None:
        end = name.start_byte + _TAG if node.type == "php_tag" else name.end_byte
        yield Parts(
            kind=DefinitionKind.NAMESPACE.value,
            start=node.start_byte,
            end=max(name.end_byte, end),
            name=(name.start_byte, end),
            body=max(name.end_byte, end),
            holds=False,
        )


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    bases: list[str] = []
    for child in node.named_children:
        if child.type in ("base_clause", "class_interface_clause"):
            bases += _names(child, data)
    begin = body.start_byte if body is not None else node.end_byte
    for child in body.named_children if body is not None else ():
        if child.type == "use_declaration":
            bases += _names(child, data)
            begin = child.end_byte
        elif child.type != "comment":
            break
    yield Parts(
        kind=_TYPES[node.type].value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=begin,
        bases=tuple(bases),
        decorators=_attributes(node, data),
    )


def _names(node: Node, data: bytes) -> Iterator[str]:
    for child in node.named_children:
        if child.type in ("name", "qualified_name"):
            yield text_of(child, data)


def _attributes(node: Node, data: bytes) -> tuple[str, ...]:
    lists = field_of(node, "attributes")
    groups: list[Node] = lists.named_children if lists is not None else []
    return tuple(text_of(each, data) for group in groups for each in group.named_children if each.type == "attribute")


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        name = field_of(child, "name")
        if name is None or not child.type.endswith("_parameter"):
            continue
        kind = ParameterKind.VARIADIC if child.type == "variadic_parameter" else ParameterKind.POSITIONAL
        has_default = field_of(child, "default_value") is not None
        rows.append((text_of(name, data), kind.value, has_default, text_of(field_of(child, "type"), data)))
    return tuple(rows)


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    result = text_of(field_of(node, "return_type"), data)
    if result.lstrip("?") in ("static", "self", "$this"):
        result = _class_name(node, data)
    yield Parts(
        kind=(DefinitionKind.FUNCTION if node.type == "function_definition" else DefinitionKind.METHOD).value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(field_of(node, "parameters"), data),
        annotation=result,
        decorators=_attributes(node, data),
        exported=not _is_private(node, data),
    )


def _is_private(node: Node | None, data: bytes) -> bool:
    children = node.named_children if node is not None else ()
    return any(each.type == "visibility_modifier" and text_of(each, data) == "private" for each in children)


def _class_around(node: Node) -> Node | None:
    while node.parent is not None:
        node = node.parent
        if node.type in _TYPES or node.type == "anonymous_class":
            return node
    return None


def _class_name(node: Node, data: bytes) -> str:
    around = _class_around(node)
    return text_of(field_of(around, "name"), data) if around is not None else ""


def _property(node: Node, data: bytes) -> Iterator[Parts]:
    """A property, written in the class or as a parameter of its constructor; its name stands without the sign."""
    name = field_of(node, "name")
    is_promoted = node.type == "property_promotion_parameter"
    holder = node if is_promoted else node.parent
    around = _class_around(node)
    owner = field_of(around, "name") if around is not None else None
    if name is None or holder is None or (is_promoted and owner is None):
        return
    yield Parts(
        kind=DefinitionKind.ATTRIBUTE.value,
        start=node.start_byte,
        end=node.end_byte,
        name=(name.start_byte + 1, name.end_byte),
        body=node.end_byte,
        annotation=text_of(field_of(holder, "type"), data),
        exported=not _is_private(holder, data),
        owner=owner.byte_range if owner is not None and is_promoted else None,
    )


def _constant(node: Node, data: bytes) -> Iterator[Parts]:
    name = next((child for child in node.named_children if child.type == "name"), None)
    if name is not None:
        is_member = _class_around(node) is not None
        kind = DefinitionKind.ATTRIBUTE if is_member else DefinitionKind.VARIABLE
        of = _class_name(node, data) if node.type == "enum_case" else ""
        yield leaf(kind, node, name, (of, "", ""), exported=not _is_private(node.parent, data))


def _dotted(node: Node, data: bytes) -> str:
    """An expression as dotted text, as receivers of references are."""
    text = data[node.start_byte : node.end_byte]
    for written in (b"?->", b"->", b"::$", b"::", b"\\"):
        text = text.replace(written, b".")
    return dotted(text).decode("utf-8", "replace")


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    while value.type in ("parenthesized_expression", "clone_expression") and value.named_children:
        value = value.named_children[0]
    match value.type:
        case "object_creation_expression":
            of = next((each for each in value.named_children if each.type in ("name", "qualified_name")), None)
            name = text_of(of, data)
            return (_class_name(value, data) if name in ("self", "static") else name), "", ""
        case "function_call_expression":
            callee = field_of(value, "function")
            return "", _dotted(callee, data) if callee is not None else "", ""
        case "scoped_call_expression" | "member_call_expression" | "nullsafe_member_call_expression":
            arguments = field_of(value, "arguments")
            text = _dotted(value, data[: arguments.start_byte]) if arguments is not None else ""
            return "", text, ""
        case "variable_name" | "member_access_expression" | "class_constant_access_expression":
            return "", "", _dotted(value, data)
        case _:
            return "", "", ""


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    data = text.data
    yield from valued_locals(text, _said)
    yield from typed_locals(text)
    for (start, end), (low, high) in text.pairs("checked.name", "checked.type"):
        yield LocalType(start, end, annotation=plain(data[low:high]))


def _uses(text: ParsedText) -> Iterator[Use]:
    """Names from the root of all namespaces: what stands before the last backslash is one module."""
    data = text.data
    for node in text.nodes("qualified"):
        last = node.named_children[-1] if node.named_children else None
        if last is None or last.type != "name" or data[node.start_byte : node.start_byte + 1] != b"\\":
            continue
        around = data[node.start_byte : last.start_byte - 1] or b"\\"
        parent = node.parent.type if node.parent is not None else ""
        kind = _KINDS.get(parent, ReferenceKind.READ)
        yield Use(last.start_byte, last.end_byte, REFERENCE_CODE[kind], around)
    for node in text.nodes("made"):
        if node.next_named_sibling is None and data[node.start_byte : node.end_byte] not in _OWN:
            yield Use(node.start_byte, node.end_byte, REFERENCE_CODE[ReferenceKind.CALL], b"")


PHP_DIALECT = Dialect(
    define=_define,
    imports=read_imports,
    uses=_uses,
    local_types=_local_types,
    foreign=_CONSTANTS,
    separators=(b"?->", b"->", b"::$", b"::", b"\\"),
)
