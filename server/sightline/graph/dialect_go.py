"""Go's dialect: functions, methods by their receiver, struct fields, interfaces, embedded types.

Source: the Go Programming Language Specification ("Declarations and scope", "Packages").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sightline.graph.dialect import Dialect, LocalType, Parts, Use
from sightline.graph.dialect_nodes import Said, leaf, spaces, text_of
from sightline.graph.extract_names import UNKNOWN, dotted
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import DefinitionKind, ParameterKind, ReferenceKind
from sightline.graph.go_bindings import local_types
from sightline.graph.go_literals import elided_type
from sightline.graph.go_paths import before_dot, path_of
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow, ParameterRow

_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
#: The universe block, keywords that the grammar shows as identifiers, and the blank identifier.
_UNIVERSE = frozenset(
    b"any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint "
    b"uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make "
    b"max min new panic print println real recover _".split()
)
_MADE = frozenset({"slice_type", "array_type", "map_type", "channel_type", "function_type"})
_POINTER = re.compile(rb"^[&*\s]+")


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "function_declaration" | "method_declaration":
            return _function(node, data)
        case "type_spec" | "type_alias":
            return _type(node, data)
        case "field_declaration":
            return _fields(node, data)
        case "method_elem":
            return _interface_method(node, data)
        case "package_clause":
            return spaces(node, "package_identifier")
        case _:
            return _values(node, data)


def _is_exported(name: Node, data: bytes) -> bool:
    return data[name.start_byte : name.end_byte].decode("utf-8", "replace")[:1].isupper()


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        if child.type not in ("parameter_declaration", "variadic_parameter_declaration"):
            continue
        kind = ParameterKind.VARIADIC if child.type.startswith("variadic") else ParameterKind.POSITIONAL_ONLY
        dots = "..." if kind is ParameterKind.VARIADIC else ""
        annotation = dots + text_of(field_of(child, "type"), data)
        names = child.children_by_field_name("name")
        rows += ((text_of(name, data), kind.value, False, annotation) for name in names)
        if not names:
            rows.append(("", kind.value, False, annotation))
    return tuple(rows)


def _named(node: Node | None) -> Iterator[Node]:
    """The names in a list of parameters or results."""
    for child in node.named_children if node is not None else ():
        yield from child.children_by_field_name("name")


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    name, body, receiver = field_of(node, "name"), field_of(node, "body"), field_of(node, "receiver")
    if name is None:
        return
    result, types = field_of(node, "result"), field_of(node, "type_parameters")
    results = result if result is not None and result.type == "parameter_list" else None
    owner = _receiver_type(receiver) if receiver is not None else None
    bound = (*_named(receiver), *_named(results))
    if owner is not None:
        bound += tuple(_type_arguments(owner))
    yield Parts(
        kind=(DefinitionKind.FUNCTION if receiver is None else DefinitionKind.METHOD).value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(field_of(node, "parameters"), data),
        annotation=text_of(result, data),
        exported=_is_exported(name, data),
        owner=_type_name(owner).byte_range if owner is not None else None,
        bound=tuple(each.byte_range for each in bound),
        type_parameters=tuple(each.byte_range for each in _named(types)),
    )


def _receiver_type(receiver: Node) -> Node | None:
    """The type in ``(s *Stack[T])``, without the pointer."""
    for child in receiver.named_children:
        found = field_of(child, "type")
        while found is not None and found.type in ("pointer_type", "parenthesized_type"):
            found = found.named_children[0] if found.named_children else None
        if found is not None:
            return found
    return None


def _type_name(node: Node) -> Node:
    inner = field_of(node, "type") if node.type == "generic_type" else None
    return inner if inner is not None else node


def _type_arguments(node: Node) -> Iterator[Node]:
    arguments = field_of(node, "type_arguments") if node.type == "generic_type" else None
    yield from arguments.named_children if arguments is not None else ()


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name, kind_of = field_of(node, "name"), field_of(node, "type")
    if name is None or kind_of is None:
        return
    types = field_of(node, "type_parameters")
    kinds = {"struct_type": DefinitionKind.CLASS, "interface_type": DefinitionKind.INTERFACE}
    kind = kinds.get(kind_of.type, DefinitionKind.TYPE)
    alias = text_of(kind_of, data) if kind_of.type in ("type_identifier", "qualified_type") else ""
    # What is made of other types: what its values hold, or are called with.
    made = text_of(kind_of, data) if kind_of.type in _MADE else ""
    yield Parts(
        kind=kind.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=kind_of.start_byte,
        bases=tuple(_embedded(kind_of, data)),
        annotation=made,
        alias=alias,
        exported=_is_exported(name, data),
        type_parameters=tuple(each.byte_range for each in _named(types)),
    )


def _embedded(node: Node, data: bytes) -> Iterator[str]:
    """Embedded fields of a struct and embedded interfaces: their members are promoted."""
    if node.type == "struct_type":
        for fields in node.named_children:
            for child in fields.named_children:
                kind = field_of(child, "type")
                if child.type == "field_declaration" and kind is not None and not child.children_by_field_name("name"):
                    yield text_of(_type_name(kind), data)
    elif node.type == "interface_type":
        for child in node.named_children:
            if child.type == "type_elem" and len(child.named_children) == 1:
                only = child.named_children[0]
                if only.type in ("type_identifier", "qualified_type", "generic_type"):
                    yield text_of(_type_name(only), data)


def _fields(node: Node, data: bytes) -> Iterator[Parts]:
    kind = field_of(node, "type")
    names = node.children_by_field_name("name")
    for name in names:
        yield _variable(DefinitionKind.ATTRIBUTE, node, name, data, (text_of(kind, data), "", ""))
    if not names and kind is not None:  # embedded: a field of the type's name
        name = _type_name(kind)
        name = (field_of(name, "name") or name) if name.type == "qualified_type" else name
        yield _variable(DefinitionKind.ATTRIBUTE, node, name, data, (text_of(kind, data), "", ""))


def _interface_method(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None:
        yield Parts(
            kind=DefinitionKind.METHOD.value,
            start=node.start_byte,
            end=node.end_byte,
            name=name.byte_range,
            body=node.end_byte,
            parameters=_parameters(field_of(node, "parameters"), data),
            annotation=text_of(field_of(node, "result"), data),
            exported=_is_exported(name, data),
        )


def _values(node: Node, data: bytes) -> Iterator[Parts]:
    """Constants and variables of the package."""
    specs = [child for child in node.named_children if child.type in ("const_spec", "var_spec")]
    for child in node.named_children:
        if child.type == "var_spec_list":
            specs += [spec for spec in child.named_children if spec.type == "var_spec"]
    for spec in specs:
        annotation = text_of(field_of(spec, "type"), data)
        values = field_of(spec, "value")
        found = [child for child in values.named_children if child.type != "comment"] if values is not None else []
        names = spec.children_by_field_name("name")
        for at, name in enumerate(names):
            value = found[at] if len(found) == len(names) else (found[0] if found and not at else None)
            said = _said(value, data) if value is not None and not annotation else (annotation, "", "")
            if data[name.start_byte : name.end_byte] != b"_":
                yield _variable(DefinitionKind.VARIABLE, spec, name, data, said)


def _variable(kind: DefinitionKind, node: Node, name: Node, data: bytes, said: Said) -> Parts:
    return leaf(kind, node, name, said, exported=_is_exported(name, data))


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    while value.type in ("unary_expression", "parenthesized_expression") and value.named_children:
        value = value.named_children[0]
    if value.type == "composite_literal":
        return text_of(field_of(value, "type"), data), "", ""
    if value.type in ("type_assertion_expression", "type_conversion_expression"):
        return text_of(field_of(value, "type"), data), "", ""
    if value.type == "call_expression":
        function = field_of(value, "function")
        if function is not None and function.text in (b"new", b"make"):
            arguments = field_of(value, "arguments")
            first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
            return text_of(first, data), "", ""
        callee = path_of(function)
        return "", callee.decode("utf-8", "replace"), ""
    if value.type == "index_expression":
        operand = field_of(value, "operand")
        held = path_of(operand)
        return "", "", f"{held.decode('utf-8', 'replace')}[]" if held else ""
    alias = dotted(data[value.start_byte : value.end_byte])
    return "", "", "" if alias in _UNIVERSE else alias.decode("utf-8", "replace")


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    return local_types(text, _said)


def _uses(text: ParsedText) -> Iterator[Use]:
    """Keys of composite literals name fields of the literal's type, if that is a struct; else they are values."""
    data = text.data
    types = {body: kind for kind, body in text.pairs("composite.type", "composite.body")}
    for node in text.captures.get("key", ()):
        element = node.parent.parent if node.parent is not None else None
        body = element.parent if element is not None else None
        kind = types.get(body.byte_range) if body is not None else None
        if kind is None and body is not None and (left_out := elided_type(body)) is not None:
            kind = left_out.byte_range
        receiver = dotted(data[kind[0] : kind[1]].partition(b"[")[0]) if kind is not None else b""
        yield Use(node.start_byte, node.end_byte, _WRITE, receiver + b"()" if receiver else UNKNOWN)


def _imports(text: ParsedText) -> Iterator[ImportRow]:
    for declaration in text.nodes("import"):
        yield from _specs(declaration, text.data)


def _specs(node: Node, data: bytes) -> Iterator[ImportRow]:
    for child in node.named_children:
        if child.type == "import_spec_list":
            yield from _specs(child, data)
        elif child.type == "import_spec":
            path, name = field_of(child, "path"), field_of(child, "name")
            if path is None:
                continue
            module = data[path.start_byte + 1 : path.end_byte - 1].decode("utf-8", "replace")
            start, end = child.byte_range
            written = text_of(name, data)
            names = (
                (("*", "*", start, end),) if written == "." else (("", written or _package_name(module), start, end),)
            )
            yield ImportRow(module, names, start, end)


def _package_name(module: str) -> str:
    """The name under which an import most likely binds a package: its last element, versions and prefixes left out."""
    parts = module.split("/")
    last = parts[-2] if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]) else parts[-1]
    last = re.sub(r"\.v\d+$", "", last)  # gopkg.in/yaml.v3
    return last.rpartition("go-")[2].replace("-", "_") if last.startswith("go-") else last.replace("-", "_")


GO_DIALECT = Dialect(
    define=_define,
    imports=_imports,
    uses=_uses,
    local_types=_local_types,
    foreign=_UNIVERSE,
    gap=b" \t\r\n]",
    before_dot=before_dot,
)
