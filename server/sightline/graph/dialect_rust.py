"""Rust's dialect: items, ``impl`` blocks as extensions of their types, modules, patterns, what stands in macros.

Source: the Rust Reference ("Items", "Names", "Patterns", "Macros").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sightline.graph.dialect import Dialect, Later, LocalType, Parts, Use
from sightline.graph.dialect_nodes import leaf, name_around, text_of
from sightline.graph.extract_names import UNKNOWN, dotted
from sightline.graph.extract_text import ParsedText, field_of, plain
from sightline.graph.facts import DefinitionKind, ParameterKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ParameterRow
from sightline.graph.rust_paths import rust_imports

_CALL, _READ = REFERENCE_CODE[ReferenceKind.CALL], REFERENCE_CODE[ReferenceKind.READ]
_WRITE, _TYPE = REFERENCE_CODE[ReferenceKind.WRITE], REFERENCE_CODE[ReferenceKind.TYPE]
#: The prelude and primitive types. ``Result`` is left out: many a crate has its own and imports it by a glob.
_PRELUDE = frozenset(
    b"bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize Some None Ok Err Option Vec String Box "
    b"Copy Send Sync Sized Drop Fn FnMut FnOnce AsRef AsMut Into From Default Iterator Extend IntoIterator "
    b"DoubleEndedIterator ExactSizeIterator Clone PartialEq PartialOrd Eq Ord Debug Hash ToOwned ToString TryFrom "
    b"TryInto FromIterator Unpin drop std core alloc println print eprintln eprint format vec panic assert assert_eq "
    b"assert_ne debug_assert debug_assert_eq debug_assert_ne write writeln unreachable todo unimplemented matches "
    b"include_str include_bytes include concat stringify env option_env cfg line file column module_path dbg "
    b"thread_local _".split()
)
_KINDS = {
    "struct_item": DefinitionKind.CLASS,
    "union_item": DefinitionKind.CLASS,
    "enum_item": DefinitionKind.ENUM,
    "trait_item": DefinitionKind.INTERFACE,
    "type_item": DefinitionKind.TYPE,
    "associated_type": DefinitionKind.TYPE,
    "mod_item": DefinitionKind.NAMESPACE,
    "macro_definition": DefinitionKind.FUNCTION,
    "const_item": DefinitionKind.VARIABLE,
    "static_item": DefinitionKind.VARIABLE,
}
#: Methods that hand on what they are called on, or what it wraps.
_PASSING = frozenset(
    b"clone unwrap expect as_ref as_mut borrow borrow_mut to_owned unwrap_or_default lock read write iter".split()
)
_WRAPPING = frozenset(("reference_expression", "try_expression", "await_expression", "parenthesized_expression"))
_BEFORE = re.compile(rb"((?:[A-Za-z_]\w*\s*(?:::|\.)\s*)+)$")
_JOINT = re.compile(rb"(?:::|\.)\s*$")
_CALLED = re.compile(rb"(?<![.\w])([A-Za-z_]\w*)\s*\(")
_LONGEST = 160
#: What stands for the type around; not ``r#Self``, nor a part of a longer name.
_SELF = re.compile(rb"(?<![\w\x80-\xff])(?<!r#)Self(?![\w\x80-\xff])")


def _dots(text: str) -> str:
    return text.replace("::", ".")


def _path(node: Node, data: bytes) -> str:
    """A path with dots, type arguments left out; empty for anything else."""
    if node.type in ("generic_type", "generic_function"):
        inner = field_of(node, "type") or field_of(node, "function")
        return _path(inner, data) if inner is not None else ""
    if node.type in ("scoped_identifier", "scoped_type_identifier"):
        path, name = field_of(node, "path"), field_of(node, "name")
        before = _path(path, data) if path is not None else ""
        return f"{before}.{text_of(name, data)}" if before else ""
    return _dots(dotted(data[node.start_byte : node.end_byte].replace(b"::", b".")).decode("utf-8", "replace"))


def _is_public(node: Node) -> bool:
    """Whether others see an item: it says so, or is part of a trait, of an implementation of one, or of an enum."""
    if any(child.type == "visibility_modifier" for child in node.children[:3]):
        return True
    holder = node.parent.parent if node.parent is not None else None
    if holder is None or node.type == "mod_item":
        return False
    if holder.type == "impl_item":
        return field_of(holder, "trait") is not None
    return holder.type in ("trait_item", "enum_item")


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "function_item" | "function_signature_item":
            return _function(node, data)
        case "impl_item":
            return _implementation(node, data)
        case "field_declaration":
            return _field(node, data)
        case "enum_variant":
            return _variant(node, data)
        case "mod_item":
            return _item(node, data) if field_of(node, "body") is not None else ()
        case _:
            return _item(node, data)


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        pattern, kind = field_of(child, "pattern"), field_of(child, "type")
        if child.type == "parameter" and pattern is not None:
            name = text_of(pattern, data) if pattern.type == "identifier" else ""
            rows.append((name, ParameterKind.POSITIONAL_ONLY.value, False, text_of(kind, data)))
    return tuple(rows)


def _names_in(pattern: Node) -> Iterator[Node]:
    if pattern.type in ("identifier", "shorthand_field_identifier"):
        yield pattern
    for at, child in enumerate(pattern.children):
        if pattern.field_name_for_child(at) != "type":
            yield from _names_in(child)


def _type_parameters(node: Node) -> tuple[tuple[int, int], ...]:
    types = field_of(node, "type_parameters")
    names = (
        (field_of(child, "name") for child in types.named_children if child.type != "lifetime_parameter")
        if types
        else ()
    )
    return tuple(name.byte_range for name in names if name is not None)


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    name, body, parameters = field_of(node, "name"), field_of(node, "body"), field_of(node, "parameters")
    if name is None:
        return
    bound = [
        each.byte_range
        for child in (parameters.named_children if parameters is not None else ())
        if (pattern := field_of(child, "pattern")) is not None and pattern.type != "identifier"
        for each in _names_in(pattern)
    ]
    yield Parts(
        kind=DefinitionKind.FUNCTION.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(parameters, data),
        annotation=text_of(field_of(node, "return_type"), data),
        exported=_is_public(node),
        bound=tuple(bound),
        type_parameters=_type_parameters(node),
    )


def _implementation(node: Node, data: bytes) -> Iterator[Parts]:
    kind, trait, body = field_of(node, "type"), field_of(node, "trait"), field_of(node, "body")
    while kind is not None and kind.type in ("generic_type", "reference_type", "scoped_type_identifier"):
        kind = field_of(kind, "name") if kind.type == "scoped_type_identifier" else field_of(kind, "type")
    if kind is None or body is None:
        return
    yield Parts(
        kind=DefinitionKind.EXTENSION.value,
        start=node.start_byte,
        end=node.end_byte,
        name=kind.byte_range,
        body=body.start_byte,
        bases=(base,) if trait is not None and (base := _path(trait, data)) else (),
        type_parameters=_type_parameters(node),
    )


def _bounds(node: Node, data: bytes) -> tuple[str, ...]:
    bounds = field_of(node, "bounds")
    found = (_path(child, data) for child in bounds.named_children) if bounds is not None else ()
    return tuple(text for text in found if text)


def _item(node: Node, data: bytes) -> Iterator[Parts]:
    name, kind = field_of(node, "name"), field_of(node, "type")
    if name is None:
        return
    body = field_of(node, "body")
    begins = body if body is not None else kind if kind is not None else name
    alias = node.type in ("type_item", "associated_type")
    yield Parts(
        kind=_KINDS[node.type].value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=begins.start_byte if begins is not name else name.end_byte,
        bases=_bounds(node, data) if node.type == "trait_item" else (),
        annotation="" if alias else text_of(kind, data),
        alias=_path(kind, data) if alias and kind is not None else "",
        exported=_is_public(node) or node.type == "macro_definition",
        holds=node.type in ("mod_item", "macro_definition") or None,
        type_parameters=_type_parameters(node),
    )


def _field(node: Node, data: bytes) -> Iterator[Parts]:
    name, holder = field_of(node, "name"), node.parent.parent if node.parent is not None else None
    if name is not None and holder is not None and holder.type != "enum_variant":
        of = text_of(field_of(node, "type"), data)
        yield leaf(DefinitionKind.ATTRIBUTE, node, name, (of, "", ""), exported=_is_public(node))


def _variant(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None:
        yield leaf(DefinitionKind.ATTRIBUTE, node, name, (name_around(node, data), "", ""))


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    while True:
        if value.type in _WRAPPING:
            inner = field_of(value, "value") or (value.named_children[0] if value.named_children else None)
        elif value.type == "call_expression" and (callee := field_of(value, "function")) is not None:
            name = field_of(callee, "field") if callee.type == "field_expression" else None
            passes = name is not None and name.text in _PASSING
            inner = field_of(callee, "value") if passes else None
        else:
            inner = None
        if inner is None:
            break
        value = inner
    if value.type == "struct_expression":
        return text_of(field_of(value, "name"), data), "", ""
    if value.type == "type_cast_expression":
        return text_of(field_of(value, "type"), data), "", ""
    if value.type == "call_expression":
        function = field_of(value, "function")
        return "", _path(function, data) if function is not None else "", ""
    alias = _path(value, data)
    return "", "", "" if alias.encode() in _PRELUDE else alias


def _later(text: ParsedText) -> Iterator[Later]:
    """A ``let`` hides a function of its name only behind itself: ``let args = args();``."""
    called: dict[bytes, list[int]] = {}
    for match in _CALLED.finditer(text.data):
        called.setdefault(match.group(1), []).append(match.start())
    for node in text.nodes("let"):
        name, block = field_of(node, "pattern"), node.parent
        places = called.get(text.data[name.start_byte : name.end_byte])
        if places is None or block is None:
            continue
        at = bisect_left(places, block.start_byte)
        if at < len(places) and places[at] < node.end_byte:
            yield Later(name.start_byte, name.end_byte, node.end_byte, block.end_byte)


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    data = text.data
    for node in text.nodes("let"):
        name, kind, value = field_of(node, "pattern"), field_of(node, "type"), field_of(node, "value")
        if kind is not None and plain(data[kind.start_byte : kind.end_byte]) != "_":
            yield LocalType(*name.byte_range, annotation=text_of(kind, data))
        elif value is not None:
            annotation, callee, alias = _said(value, data)
            yield LocalType(*name.byte_range, annotation=annotation, value=callee, alias=alias)


def _uses(text: ParsedText) -> Iterator[Use]:
    data = text.data
    for name, kind, holder_type, field in (
        ("initialized", _WRITE, "struct_expression", "name"),
        ("matched", _READ, "struct_pattern", "type"),
    ):
        for node in text.captures.get(name, ()):
            holder = node.parent
            while holder is not None and holder.type not in (holder_type, "block"):
                holder = holder.parent
            kind_of = field_of(holder, field) if holder is not None and holder.type == holder_type else None
            receiver = _path(kind_of, data).encode() if kind_of is not None else b""
            yield Use(node.start_byte, node.end_byte, kind, receiver + b"()" if receiver else UNKNOWN)
    yield from _generic_calls(text)
    yield from _in_macros(text)


def _generic_calls(text: ParsedText) -> Iterator[Use]:
    """``f::<T>()`` and ``Type::<T>::new()``, where type arguments stand between the names."""
    data = text.data
    done: set[int] = set()
    for node in text.nodes("generic"):
        name = node
        while name is not None and name.type in ("scoped_identifier", "field_expression"):
            name = field_of(name, "field") or field_of(name, "name")
        if name is None or name.end_byte in done or name.type not in ("identifier", "field_identifier"):
            continue
        done.add(name.end_byte)
        before = field_of(node, "path") or field_of(node, "value")
        receiver = (_path(before, data).encode() or UNKNOWN) if before is not None else b""
        if before is not None:
            yield Use(name.start_byte, name.end_byte, _CALL, receiver)


def _in_macros(text: ParsedText) -> Iterator[Use]:
    """Names after a dot or ``::`` among the tokens of a macro, those of a ``use`` left out."""
    data = text.data
    imported = 0
    uses = iter(text.spans("use"))
    following = next(uses, None)
    for start, end in text.spans("token"):
        while following is not None and following[0] < start:
            imported = data.find(b";", following[1]) + 1
            following = next(uses, None)
        if start < imported:
            continue
        before = data[max(0, start - _LONGEST) : start]
        if not _JOINT.search(before):
            continue
        found = _BEFORE.search(before)
        receiver = dotted(found.group(1).rstrip(b" \t\r\n:.").replace(b"::", b".")) if found else UNKNOWN
        called = data[end : end + 1] == b"("
        yield Use(start, end, _CALL if called else _READ, receiver or UNKNOWN)


RUST_DIALECT = Dialect(
    define=_define,
    imports=rust_imports,
    uses=_uses,
    later=_later,
    no_use=_SELF,
    local_types=_local_types,
    foreign=_PRELUDE,
    separators=(b"::",),
    gap=b" \t\r\n!",
)
