"""C#'s dialect: namespaces, types and their members, properties, records, top-level statements.

Source: the C# language specification (ECMA-334), "Namespaces", "Classes", "Statements".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tree_sitter import Node

from sightline.graph.dialect import Dialect, Parts
from sightline.graph.dialect_csharp_uses import read_imports, read_local_types, read_uses, said
from sightline.graph.dialect_nodes import NOTHING_SAID, leaf, name_around, text_of
from sightline.graph.extract_text import field_of
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.raw_facts import ParameterRow

_TYPES = {
    "class_declaration": DefinitionKind.CLASS,
    "struct_declaration": DefinitionKind.CLASS,
    "record_declaration": DefinitionKind.CLASS,
    "interface_declaration": DefinitionKind.INTERFACE,
    "enum_declaration": DefinitionKind.ENUM,
    "delegate_declaration": DefinitionKind.TYPE,
}
#: Words that the grammar shows as identifiers; ``value`` is what a property is set to.
_WORDS = frozenset(b"_ value nameof dynamic var global unmanaged notnull nint nuint".split())


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "namespace_declaration" | "file_scoped_namespace_declaration":
            return _namespace(node)
        case "method_declaration" | "constructor_declaration" | "local_function_statement":
            return _function(node, data)
        case "property_declaration" | "event_declaration":
            return _property(node, data)
        case "field_declaration" | "event_field_declaration" | "local_declaration_statement":
            return _fields(node, data)
        case "enum_member_declaration":
            return _enum_member(node, data)
        case _:
            return _type(node, data)


def _modifiers(node: Node, data: bytes) -> frozenset[str]:
    return frozenset(text_of(child, data) for child in node.named_children if child.type == "modifier")


def _attributes(node: Node, data: bytes) -> tuple[str, ...]:
    lists = (child for child in node.named_children if child.type == "attribute_list")
    return tuple(text_of(each, data) for found in lists for each in found.named_children if each.type == "attribute")


def _type_parameters(node: Node) -> tuple[tuple[int, int], ...]:
    holder = next((child for child in node.named_children if child.type == "type_parameter_list"), None)
    names = (field_of(child, "name") for child in (holder.named_children if holder is not None else ()))
    return tuple(name.byte_range for name in names if name is not None)


def _namespace(node: Node) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None:
        yield Parts(
            kind=DefinitionKind.NAMESPACE.value,
            start=node.start_byte,
            end=max(name.end_byte, node.end_byte),
            name=name.byte_range,
            body=name.end_byte,
            holds=False,
        )


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    positional = next((child for child in node.named_children if child.type == "parameter_list"), None)
    bases = next((child for child in node.named_children if child.type == "base_list"), None)
    is_delegate = node.type == "delegate_declaration"
    parameters = _parameters(positional, data) if is_delegate else None
    yield Parts(
        kind=_TYPES[node.type].value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=parameters,
        bases=tuple(_bases(bases, data)) if bases is not None and node.type != "enum_declaration" else (),
        decorators=_attributes(node, data),
        exported="private" not in _modifiers(node, data),
        type_parameters=_type_parameters(node),
    )
    # Those of a record are properties; those of a class with a primary constructor are seen in its whole body.
    for child in positional.named_children if positional is not None and not is_delegate else ():
        own = field_of(child, "name") if child.type == "parameter" else None
        if own is not None:
            of = text_of(field_of(child, "type"), data)
            is_seen = node.type == "record_declaration"
            yield leaf(DefinitionKind.ATTRIBUTE, child, own, (of, "", ""), exported=is_seen)


def _bases(node: Node, data: bytes) -> Iterator[str]:
    for child in node.named_children:
        if child.type == "primary_constructor_base_type":
            yield text_of(field_of(child, "type"), data)
        elif child.type in ("identifier", "generic_name", "qualified_name", "alias_qualified_name"):
            yield text_of(child, data)


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    """The parameters. ``this`` of an extension method may be left out: it mostly stands before the dot."""
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        name = field_of(child, "name")
        if child.type != "parameter" or name is None:
            continue
        modifiers = _modifiers(child, data)
        kind = ParameterKind.VARIADIC if "params" in modifiers else ParameterKind.POSITIONAL
        has_default = "this" in modifiers or any(each.type == "=" for each in child.children)
        rows.append((text_of(name, data), kind.value, has_default, text_of(field_of(child, "type"), data)))
    last = field_of(node, "name") if node is not None else None
    if node is not None and last is not None:  # ``params``, which the grammar gives no node of its own
        rows.append((text_of(last, data), ParameterKind.VARIADIC.value, False, text_of(field_of(node, "type"), data)))
    return tuple(rows)


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    start = next((child for child in node.named_children if child.type == "constructor_initializer"), body)
    is_local = node.type == "local_function_statement"
    yield Parts(
        kind=(DefinitionKind.FUNCTION if is_local else DefinitionKind.METHOD).value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=start.start_byte if start is not None else node.end_byte,
        parameters=_parameters(field_of(node, "parameters"), data),
        decorators=_attributes(node, data),
        annotation=text_of(field_of(node, "returns") or field_of(node, "type"), data),
        exported=not is_local and "private" not in _modifiers(node, data),
        type_parameters=_type_parameters(node),
    )


def _property(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None:
        body = field_of(node, "accessors") or field_of(node, "value")
        yield Parts(
            kind=DefinitionKind.ATTRIBUTE.value,
            start=node.start_byte,
            end=node.end_byte,
            name=name.byte_range,
            body=body.start_byte if body is not None else node.end_byte,
            decorators=_attributes(node, data),
            annotation=text_of(field_of(node, "type"), data),
            exported="private" not in _modifiers(node, data),
            holds=body is not None,
        )


def _fields(node: Node, data: bytes) -> Iterator[Parts]:
    """Fields, events, and the variables of top-level statements."""
    is_field = node.type != "local_declaration_statement"
    declaration = next((child for child in node.named_children if child.type == "variable_declaration"), None)
    kind = field_of(declaration, "type") if declaration is not None else None
    declared: list[Node] = declaration.named_children if declaration is not None else []
    is_only = len(declared) == 2
    for child in declared:
        name = field_of(child, "name") if child.type == "variable_declarator" else None
        if name is None or name.type != "identifier":
            continue
        values = [each for each in child.named_children if each != name and each.type != "bracketed_argument_list"]
        whole = node if is_only else child
        is_inferred = kind is None or kind.type == "implicit_type"
        of = text_of(kind, data), "", ""
        if is_inferred:
            of = said(values[-1], data) if values else NOTHING_SAID
        own_kind = DefinitionKind.ATTRIBUTE if is_field else DefinitionKind.VARIABLE
        exported = is_field and "private" not in _modifiers(node, data)
        yield replace(leaf(own_kind, whole, name, of, exported=exported), body=child.end_byte)


def _enum_member(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None:
        yield leaf(DefinitionKind.ATTRIBUTE, node, name, (name_around(node, data), "", ""))


CSHARP_DIALECT = Dialect(
    define=_define,
    imports=read_imports,
    uses=read_uses,
    local_types=read_local_types,
    foreign=_WORDS,
    separators=(b"::",),
)
