"""Java's dialect: types in types, members, constructors, record components, enum constants.

Source: the Java Language Specification ("Declarations", "Scope of a Declaration", "Packages and Modules").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tree_sitter import Node

from sightline.graph.dialect import Dialect, LocalType, Parts
from sightline.graph.dialect_nodes import child_of, leaf, name_around, spaces, text_of
from sightline.graph.extract_names import dotted
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.jvm_names import JAVA_COMMON
from sightline.graph.raw_facts import ImportRow, ParameterRow

_TYPES = {
    "class_declaration": DefinitionKind.CLASS,
    "record_declaration": DefinitionKind.CLASS,
    "interface_declaration": DefinitionKind.INTERFACE,
    "annotation_type_declaration": DefinitionKind.INTERFACE,
    "enum_declaration": DefinitionKind.ENUM,
}
_SUPERTYPES = ("superclass", "super_interfaces", "extends_interfaces")


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "method_declaration" | "constructor_declaration" | "annotation_type_element_declaration":
            return _method(node, data)
        case "compact_constructor_declaration":
            return _compact_constructor(node, data)
        case "field_declaration" | "constant_declaration":
            return _fields(node, data)
        case "enum_constant":
            return _enum_constant(node, data)
        case "package_declaration":
            return spaces(node, "identifier", "scoped_identifier")
        case _:
            return _type(node, data)


def _modifiers(node: Node, data: bytes) -> tuple[tuple[str, ...], bool]:
    """The names of the annotations of a declaration, and whether others see it: whether it is not private."""
    decorators: list[str] = []
    exported = True
    for child in node.children:
        if child.type == "modifiers":
            for each in child.children:
                if each.type in ("annotation", "marker_annotation"):
                    decorators.append(text_of(field_of(each, "name"), data))
                exported = exported and each.type != "private"
    return tuple(decorators), exported


def _type_parameters(node: Node) -> tuple[tuple[int, int], ...]:
    """The names that a declaration's ``<…>`` binds."""
    listed = field_of(node, "type_parameters") or child_of(node, "type_parameters")
    found: list[tuple[int, int]] = []
    for each in listed.named_children if listed is not None else ():
        name = child_of(each, "type_identifier")
        if name is not None:
            found.append(name.byte_range)
    return tuple(found)


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    decorators, exported = _modifiers(node, data)
    components = field_of(node, "parameters")
    yield Parts(
        kind=_TYPES[node.type].value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(components, data) if components is not None else None,
        bases=tuple(_bases(node, data)),
        decorators=decorators,
        exported=exported,
        type_parameters=_type_parameters(node),
    )
    for component in components.named_children if components is not None else ():
        held = field_of(component, "name")
        if held is not None:
            annotation = text_of(field_of(component, "type"), data)
            yield leaf(DefinitionKind.ATTRIBUTE, component, held, (annotation, "", ""))


def _bases(node: Node, data: bytes) -> Iterator[str]:
    for clause in node.children:
        if clause.type in _SUPERTYPES:
            listed = child_of(clause, "type_list") or clause
            yield from (text_of(each, data) for each in listed.named_children if "comment" not in each.type)


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        name, kind = field_of(child, "name"), ParameterKind.POSITIONAL_ONLY
        annotation = text_of(field_of(child, "type"), data)
        if child.type == "spread_parameter":
            declarator = child_of(child, "variable_declarator")
            name = field_of(declarator, "name") if declarator is not None else None
            kind = ParameterKind.VARIADIC
            types = [each for each in child.named_children if each.type not in ("modifiers", "variable_declarator")]
            annotation = text_of(types[0], data) if types else ""
        elif child.type != "formal_parameter":
            continue
        rows.append((text_of(name, data), kind.value, False, annotation))
    return tuple(rows)


def _method(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None:
        return
    decorators, exported = _modifiers(node, data)
    yield Parts(
        kind=DefinitionKind.METHOD.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(field_of(node, "parameters"), data),
        decorators=decorators,
        annotation=text_of(field_of(node, "type"), data),
        exported=exported,
        type_parameters=_type_parameters(node),
    )


def _compact_constructor(node: Node, data: bytes) -> Iterator[Parts]:
    """A record's constructor without a list of its own: its parameters are the record's components."""
    record = node.parent.parent if node.parent is not None else None
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is not None and body is not None:
        components = field_of(record, "parameters") if record is not None else None
        yield Parts(
            kind=DefinitionKind.METHOD.value,
            start=node.start_byte,
            end=node.end_byte,
            name=name.byte_range,
            body=body.start_byte,
            parameters=_parameters(components, data),
        )


def _fields(node: Node, data: bytes) -> Iterator[Parts]:
    decorators, exported = _modifiers(node, data)
    annotation = text_of(field_of(node, "type"), data)
    for declarator in node.children_by_field_name("declarator"):
        name = field_of(declarator, "name")
        if name is not None:
            yield leaf(
                DefinitionKind.ATTRIBUTE, node, name, (annotation, "", ""), decorators=decorators, exported=exported
            )


def _enum_constant(node: Node, data: bytes) -> Iterator[Parts]:
    """A constant of its enum's type; a body of its own may hold methods."""
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is not None:
        constant = leaf(DefinitionKind.ATTRIBUTE, node, name, (name_around(node, data), "", ""))
        yield replace(constant, body=body.start_byte, holds=True) if body is not None else constant


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    data = text.data
    for node in (*text.nodes("declared"), *text.nodes("declared.one")):
        annotation = text_of(field_of(node, "type"), data)
        declarators = node.children_by_field_name("declarator") or [node]
        for each in declarators:
            name, value = field_of(each, "name"), field_of(each, "value")
            if name is None:
                continue
            if annotation != "var":
                yield LocalType(*name.byte_range, annotation=annotation)
            elif value is not None and node.type != "enhanced_for_statement":
                annotation, callee, alias = _said(value, data)
                yield LocalType(*name.byte_range, annotation=annotation, value=callee, alias=alias)
            else:
                yield LocalType(*name.byte_range)
    for node in text.nodes("declared.pattern"):
        name = field_of(node, "name")
        if name is not None:
            yield LocalType(*name.byte_range, annotation=text_of(field_of(node, "right"), data))
    for node in text.nodes("declared.caught"):
        name, caught = field_of(node, "name"), child_of(node, "catch_type")
        if name is not None and caught is not None and len(caught.named_children) == 1:
            yield LocalType(*name.byte_range, annotation=text_of(caught, data))


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    while value.type == "parenthesized_expression" and value.named_children:
        value = value.named_children[0]
    if value.type in ("object_creation_expression", "cast_expression"):
        return text_of(field_of(value, "type"), data), "", ""
    if value.type == "method_invocation":
        name = field_of(value, "name")
        callee = dotted(data[value.start_byte : name.end_byte]) if name is not None else b""
        return "", callee.decode("utf-8", "replace"), ""
    if value.type in ("identifier", "field_access"):
        return "", "", dotted(data[value.start_byte : value.end_byte]).decode("utf-8", "replace")
    return "", "", ""


def _imports(text: ParsedText) -> Iterator[ImportRow]:
    data = text.data
    for node in text.nodes("import"):
        target = child_of(node, "scoped_identifier") or child_of(node, "identifier")
        if target is None:
            continue
        start, end = node.byte_range
        whole = "".join(text_of(target, data).split())
        if child_of(node, "asterisk") is not None:
            yield ImportRow(whole, (("*", "*", start, end),), start, end)
            continue
        name = field_of(target, "name") or target
        short = text_of(name, data)
        yield ImportRow(whole[: -len(short)].rstrip("."), ((short, short, name.start_byte, name.end_byte),), start, end)


JAVA_DIALECT = Dialect(
    define=_define, imports=_imports, local_types=_local_types, foreign=JAVA_COMMON, separators=(b"::",)
)
