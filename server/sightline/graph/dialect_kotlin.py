"""Kotlin's dialect: classes, objects, top-level and extension functions, properties, primary constructors.

Members of a companion object are members of its class. Source: the Kotlin specification ("Declarations", "Scopes and
identifiers", "Packages and imports").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tree_sitter import Node

from sightline.graph.dialect import Dialect, LocalType, Parts, Use
from sightline.graph.dialect_nodes import child_of, name_around, spaces, text_of
from sightline.graph.extract_names import dotted
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import DefinitionKind, ParameterKind, ReferenceKind
from sightline.graph.jvm_names import KOTLIN_COMMON
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow, ParameterRow

_STRING = REFERENCE_CODE[ReferenceKind.STRING]
_CALL = REFERENCE_CODE[ReferenceKind.CALL]
_BODIES = ("class_body", "enum_class_body", "function_body", "block")
_NAME = re.compile(rb"[^\W\d]\w*")


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "function_declaration":
            return _function(node, data)
        case "secondary_constructor":
            return _constructor(node, data)
        case "property_declaration":
            return _property(node, data)
        case "class_parameter":
            return _parameter_property(node, data)
        case "enum_entry":
            return _enum_entry(node, data)
        case "type_alias":
            return _alias(node, data)
        case "package_header":
            return spaces(node, "qualified_identifier")
        case _:
            return _type(node, data)


def _is_type(node: Node) -> bool:
    return node.type.endswith("_type")


def _type_of(node: Node) -> Node | None:
    return next((child for child in node.named_children if _is_type(child)), None)


def _modifiers(node: Node, data: bytes) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of the annotations of a declaration, and its modifiers."""
    decorators: list[str] = []
    words: set[str] = set()
    listed = child_of(node, "modifiers")
    for each in listed.named_children if listed is not None else ():
        if each.type == "annotation":
            named = child_of(each, "constructor_invocation") or each
            decorators.append(text_of(child_of(named, "user_type"), data))
        else:
            words.add(text_of(each, data))
    return tuple(decorators), frozenset(words)


def _parts(kind: DefinitionKind, node: Node, name: Node, data: bytes) -> Parts:
    """What all definitions have; callers say the rest."""
    decorators, words = _modifiers(node, data)
    body = child_of(node, *_BODIES)
    types = child_of(node, "type_parameters")
    names = [child_of(each, "identifier") for each in types.named_children] if types is not None else []
    return Parts(
        kind=kind.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        decorators=decorators,
        exported="private" not in words,
        type_parameters=tuple(each.byte_range for each in names if each is not None),
    )


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is None:
        return
    kind = DefinitionKind.CLASS
    if child_of(node, "interface") is not None:
        kind = DefinitionKind.INTERFACE
    elif "enum" in _modifiers(node, data)[1]:
        kind = DefinitionKind.ENUM
    listed = child_of(child_of(node, "primary_constructor"), "class_parameters")
    yield replace(
        _parts(kind, node, name, data),
        parameters=_class_parameters(listed, data) if listed is not None else None,
        bases=tuple(_bases(node, data)),
    )


def _bases(node: Node, data: bytes) -> Iterator[str]:
    listed = child_of(node, "delegation_specifiers")
    for specifier in listed.named_children if listed is not None else ():
        named = child_of(specifier, "constructor_invocation", "explicit_delegation") or specifier
        base = _type_of(named)
        if base is not None:
            yield text_of(base, data)


def _class_parameters(listed: Node, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for each in listed.named_children:
        name = child_of(each, "identifier") if each.type == "class_parameter" else None
        if name is not None:
            is_variadic = "vararg" in _modifiers(each, data)[1]
            kind = ParameterKind.VARIADIC if is_variadic else ParameterKind.POSITIONAL
            rows.append(
                (text_of(name, data), kind.value, child_of(each, "=") is not None, text_of(_type_of(each), data))
            )
    return tuple(rows)


def _parameters(listed: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    kind = ParameterKind.POSITIONAL
    for each in listed.children if listed is not None else ():
        if each.type == "parameter_modifiers":
            kind = ParameterKind.VARIADIC if b"vararg" in (each.text or b"") else kind
        elif each.type == "parameter":
            rows.append((text_of(child_of(each, "identifier"), data), kind.value, False, text_of(_type_of(each), data)))
            kind = ParameterKind.POSITIONAL
        elif each.type == "=" and rows:
            rows[-1] = (*rows[-1][:2], True, rows[-1][3])
    return tuple(rows)


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    name, listed = field_of(node, "name"), child_of(node, "function_value_parameters")
    if name is None:
        return
    after = listed.end_byte if listed is not None else name.end_byte
    result = next((each for each in node.named_children if each.start_byte >= after and _is_type(each)), None)
    yield replace(
        _parts(DefinitionKind.FUNCTION, node, name, data),
        parameters=_parameters(listed, data),
        annotation=text_of(result, data),
        bases=_added_to(node, name, data),
    )


def _added_to(node: Node, name: Node, data: bytes) -> tuple[str, ...]:
    """The type that an extension at the top of a file adds to; one in a class is seen in that class alone."""
    if node.parent is None or node.parent.type != "source_file":
        return ()
    before = (each for each in node.named_children if each.end_byte <= name.start_byte and _is_type(each))
    return tuple(text_of(each, data) for each in before)


def _constructor(node: Node, data: bytes) -> Iterator[Parts]:
    name, listed = child_of(node, "constructor"), child_of(node, "function_value_parameters")
    if name is not None:
        parts = _parts(DefinitionKind.METHOD, node, name, data)
        yield replace(parts, parameters=_parameters(listed, data), body=max(parts.body, name.end_byte))


def _property(node: Node, data: bytes) -> Iterator[Parts]:
    around = node.parent.type if node.parent is not None else ""
    kind = DefinitionKind.VARIABLE if around == "source_file" else DefinitionKind.ATTRIBUTE
    for declared in _declared(node):
        name = child_of(declared, "identifier")
        if name is not None:
            annotation, value, alias = _said(node, declared, data)
            parts = _parts(kind, node, name, data)
            yield replace(
                parts,
                body=node.end_byte,
                annotation=annotation,
                value=value,
                alias=alias,
                type_parameters=(),
                bases=_added_to(node, declared, data),
            )


def _declared(node: Node) -> Iterator[Node]:
    several = child_of(node, "multi_variable_declaration") or node
    return (each for each in several.named_children if each.type == "variable_declaration")


def _said(node: Node, declared: Node, data: bytes) -> tuple[str, str, str]:
    """What a declaration says of the type of its name: annotation, callee, dotted name."""
    kind = _type_of(declared)
    if kind is not None or declared.parent != node:
        return text_of(kind, data), "", ""
    equals = child_of(node, "=")
    value = equals.next_named_sibling if equals is not None else None
    if value is None:
        return "", "", ""
    if value.type == "as_expression":
        return text_of(field_of(value, "right"), data), "", ""
    if value.type == "call_expression":
        callee = value.named_children[0] if value.named_children else None
        return "", _dotted(callee, data), ""
    return "", "", _dotted(value, data) if value.type in ("identifier", "navigation_expression") else ""


def _dotted(node: Node | None, data: bytes) -> str:
    text = dotted(data[node.start_byte : node.end_byte]) if node is not None else b""
    return "" if text in KOTLIN_COMMON else text.decode("utf-8", "replace").replace("?", "").replace("!", "")


def _parameter_property(node: Node, data: bytes) -> Iterator[Parts]:
    """``val x: T`` in a primary constructor is a property; without ``val`` it is seen in the class's initializers."""
    name = child_of(node, "identifier")
    if name is not None:
        parts = _parts(DefinitionKind.ATTRIBUTE, node, name, data)
        exported = parts.exported and child_of(node, "val", "var") is not None
        yield replace(parts, body=node.end_byte, annotation=text_of(_type_of(node), data), exported=exported)


def _enum_entry(node: Node, data: bytes) -> Iterator[Parts]:
    name = child_of(node, "identifier")
    if name is not None:
        annotation = name_around(node, data)
        holds = child_of(node, "class_body") is not None
        yield replace(_parts(DefinitionKind.ATTRIBUTE, node, name, data), annotation=annotation, holds=holds)


def _alias(node: Node, data: bytes) -> Iterator[Parts]:
    """Another name of a type has that type's members."""
    name = field_of(node, "type")
    target = next((each for each in node.named_children if _is_type(each)), None)
    if name is not None:
        base = (text_of(target, data),) if target is not None and target.type == "user_type" else ()
        yield replace(_parts(DefinitionKind.TYPE, node, name, data), bases=base)


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    data = text.data
    for node in text.nodes("declared"):
        for declared in _declared(node):
            name = child_of(declared, "identifier")
            if name is not None:
                yield LocalType(*name.byte_range, *_said(node, declared, data))
    for node in (*text.nodes("declared.one"), *text.nodes("declared.caught")):
        name = child_of(node, "identifier")
        if name is not None:
            yield LocalType(*name.byte_range, annotation=text_of(_type_of(node), data))


def _uses(text: ParsedText) -> Iterator[Use]:
    """``"$name"``: the grammar shows no name there, so that it is a possible use; ``a name b`` is ``a.name(b)``."""
    data = text.data
    dollars = {node.end_byte for node in text.captures.get("text", ()) if node.text == b"$"}
    for node in text.captures.get("text", ()):
        match = _NAME.match(data, node.start_byte, node.end_byte) if node.start_byte in dollars else None
        if match:
            yield Use(match.start(), match.end(), _STRING, b"")
    for node in text.captures.get("infix", ()):
        yield Use(*node.byte_range, _CALL, b"?")


def _imports(text: ParsedText) -> Iterator[ImportRow]:
    data = text.data
    for node in text.nodes("import"):
        target = child_of(node, "qualified_identifier")
        if target is None:
            continue
        start, end = node.byte_range
        names = [each for each in target.named_children if each.type == "identifier"]
        whole = [text_of(each, data).strip("`") for each in names]
        if child_of(node, "*") is not None:
            yield ImportRow(_module(whole), (("*", "*", start, end),), start, end)
        elif names:
            alias = text_of(child_of(node, "identifier"), data) or whole[-1]
            yield ImportRow(_module(whole[:-1]), ((whole[-1], alias, *names[-1].byte_range),), start, end)


def _module(names: list[str]) -> str:
    """The dotted name, without the companion object: its members are those of its class."""
    return ".".join(names[:-1] if names[-1:] == ["Companion"] else names)


KOTLIN_DIALECT = Dialect(
    define=_define,
    imports=_imports,
    uses=_uses,
    local_types=_local_types,
    foreign=KOTLIN_COMMON,
    separators=(b"::",),
)
