"""What C# texts use: imports, generic names, created objects, and the types of local variables."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sightline.graph.dialect import LocalType, Use
from sightline.graph.dialect_nodes import text_of, typed_locals
from sightline.graph.extract_names import UNKNOWN, dotted
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow

_CALL = REFERENCE_CODE[ReferenceKind.CALL]
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]
_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
_INHERIT = REFERENCE_CODE[ReferenceKind.INHERIT]
_MEMBERS = ("member_access_expression", "member_binding_expression", "qualified_name")
_TRANSPARENT = ("parenthesized_expression", "await_expression", "checked_expression")


def read_imports(text: ParsedText) -> Iterator[ImportRow]:
    """``using`` directives. The names of namespaces that are declared are captured as well, and are none."""
    data = text.data
    for node in text.nodes("import"):
        names = [child for child in node.named_children if child.type not in ("comment", "modifier")]
        if node.type != "using_directive" or not names:
            continue
        alias, of = field_of(node, "name"), names[-1]
        module = "".join(text_of(of, data).removeprefix("global::").partition("<")[0].split())
        if not module.replace(".", "_").isidentifier():
            continue
        start, end = node.byte_range
        if alias is None or alias == of:
            yield ImportRow(module, (("*", "*", start, end),), start, end)
            continue
        last = field_of(of, "name") or of
        name = module.rpartition(".")[2]
        place = (last.start_byte, last.start_byte + len(name.encode()))
        yield ImportRow(module, ((name, text_of(alias, data), *place),), start, end)


def read_uses(text: ParsedText) -> Iterator[Use]:
    """Generic names, objects made without a list of arguments, and the members that initialisers and patterns name."""
    data = text.data
    bases = set(text.ends("inherit"))
    for node in text.nodes("generic"):
        yield _generic(node, data, bases)
    for node in text.nodes("creation"):
        of, initializer = field_of(node, "type"), field_of(node, "initializer")
        name, around = _parts(of) if of is not None else (None, None)
        receiver = _receiver(around, data) if around is not None else b""
        if name is not None and of is not None and of.type != "generic_name" and field_of(node, "arguments") is None:
            yield Use(name.start_byte, name.end_byte, _CALL, receiver)
        of_type = b".".join(each for each in (receiver, _bytes(name, data)) if each)
        for child in initializer.named_children if initializer is not None else ():
            left = field_of(child, "left") if child.type == "assignment_expression" else None
            if left is not None and left.type == "identifier":
                yield Use(left.start_byte, left.end_byte, _WRITE, of_type + b"()" if of_type else UNKNOWN)
    for node in text.nodes("loose"):
        yield Use(node.start_byte, node.end_byte, REFERENCE_CODE[ReferenceKind.READ], UNKNOWN)


def _bytes(node: Node | None, data: bytes) -> bytes:
    return data[node.start_byte : node.end_byte] if node is not None else b""


def _parts(of: Node) -> tuple[Node | None, Node | None]:
    """The name in a written type and what stands before it."""
    around: Node | None = None
    if of.type == "qualified_name":
        around, inner = field_of(of, "qualifier"), field_of(of, "name")
        of = inner if inner is not None else of
    if of.type == "generic_name" and of.named_children:
        of = of.named_children[0]
    return (of if of.type == "identifier" else None), around


def _receiver(node: Node, data: bytes) -> bytes:
    return dotted(data[node.start_byte : node.end_byte].replace(b"::", b".")) or UNKNOWN


def _generic(node: Node, data: bytes, bases: set[int]) -> Use:
    """The name of ``Name<T>``: a type, or what is called with explicit type arguments."""
    whole = node.parent
    assert whole is not None, "it is the name in a generic one"
    around = whole.parent
    member = around if around is not None and around.type in _MEMBERS and field_of(around, "name") == whole else None
    outer = member if member is not None else whole
    receiver = b""
    if member is not None:
        before = field_of(member, "expression") or field_of(member, "qualifier")
        word = member.children[0] if member.children else None
        receiver = _receiver(before if before is not None else word, data) if word is not None else UNKNOWN
    above = outer.parent
    is_call = above is not None and (
        (above.type == "invocation_expression" and field_of(above, "function") == outer)
        or (above.type == "object_creation_expression" and field_of(above, "type") == outer)
    )
    kind = _CALL if is_call else _INHERIT if node.end_byte in bases else _TYPE
    return Use(node.start_byte, node.end_byte, kind, receiver)


def said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    while value.type in _TRANSPARENT and value.named_children:
        value = value.named_children[0]
    if value.type in ("object_creation_expression", "cast_expression"):
        return text_of(field_of(value, "type"), data), "", ""
    if value.type == "as_expression":
        return text_of(field_of(value, "right"), data), "", ""
    if value.type == "invocation_expression":
        function = field_of(value, "function")
        return "", dotted(_bytes(function, data)).decode("utf-8", "replace"), ""
    return "", "", dotted(_bytes(value, data)).decode("utf-8", "replace")


def read_local_types(text: ParsedText) -> Iterator[LocalType]:
    """What declarations and patterns say of local variables."""
    data = text.data
    for node in text.nodes("declared"):
        kind = field_of(node, "type")
        for child in node.named_children:
            name = field_of(child, "name") if child.type == "variable_declarator" else None
            if name is None or kind is None:
                continue
            if kind.type != "implicit_type":
                yield LocalType(*name.byte_range, annotation=text_of(kind, data))
            elif len(child.named_children) > 1:
                annotation, value, other = said(child.named_children[-1], data)
                yield LocalType(*name.byte_range, annotation=annotation, value=value, alias=other)
    yield from (each for each in typed_locals(text) if each.annotation != "var")
