"""What C and C++ use beyond plain names: designators, qualified names, names in macros; includes; types of locals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from sightline.graph.c_declarators import annotation_of, named
from sightline.graph.dialect import LocalType, Use
from sightline.graph.dialect_nodes import text_of
from sightline.graph.extract_names import UNKNOWN, dotted
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow, ProblemRow

_READ = REFERENCE_CODE[ReferenceKind.READ]
_CALL = REFERENCE_CODE[ReferenceKind.CALL]
_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]

foreign_names = frozenset(
    b"NULL nullptr true false bool size_t ssize_t defined __func__ __FILE__ __LINE__ __VA_ARGS__ _ "
    b"static_cast dynamic_cast reinterpret_cast const_cast __has_include __cplusplus override final noexcept".split()
)
_WORDS = frozenset(
    b"if else for while do switch case default break continue return goto sizeof typeof __typeof__ struct union enum "
    b"class const volatile static extern inline register unsigned signed void char short int long float double auto "
    b"typedef namespace using template typename new delete operator public private protected virtual friend __asm__ "
    b"asm volatile __attribute__ __extension__ __restrict restrict _Generic typeof_unqual try catch throw".split()
)
_TOKEN = re.compile(
    rb"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\d[\w.]*|(\#{1,2}|\.|->)?\s*([A-Za-z_]\w*)(\s*\()?""",
    re.S,
)
_SPACES = re.compile(rb"\s+")
_TEMPLATE = re.compile(rb"<[^<>]*>")
_TYPE_PARENTS = frozenset(("template_type", "base_class_clause", "type_descriptor"))


def uses(text: ParsedText) -> Iterator[Use]:
    """References the query cannot tell."""
    data = text.data
    for node in text.nodes("designator"):
        yield Use(node.start_byte, node.end_byte, _WRITE, _designated(node, data))
    for node in text.nodes("qualified"):
        if node.parent is None or node.parent.type != "qualified_identifier":
            yield from _qualified(node, data)
    for node in text.nodes("templated"):
        function = node.parent
        if function is not None and function.parent is not None:
            yield from _templated(node, function, function.parent, data)
    for node in text.nodes("macro"):
        yield from _in_macro(node, data)


def _designated(node: Node, data: bytes) -> bytes:
    """The type whose field a designator names, as a call of it, if it is written around."""
    around = node.parent
    depth = 0
    while around is not None and around.type in ("field_designator", "initializer_pair", "initializer_list"):
        depth += around.type == "initializer_list"
        around = around.parent
    if around is None or depth != 1:
        return UNKNOWN
    holder = around.parent if around.type == "init_declarator" else around
    kind = field_of(holder, "type") if holder is not None else None
    if kind is not None and kind.type == "type_descriptor":
        kind = field_of(kind, "type")
    if kind is not None and kind.type in ("struct_specifier", "union_specifier"):
        kind = field_of(kind, "name")
    name = dotted(_plain(data[kind.start_byte : kind.end_byte])) if kind is not None else b""
    return name + b"()" if name else UNKNOWN


def _plain(text: bytes) -> bytes:
    """A dotted name without template arguments."""
    while b"<" in text and (shorter := _TEMPLATE.sub(b"", text)) != text:
        text = shorter
    return _SPACES.sub(b"", text).replace(b"->", b".").replace(b"::", b".").strip(b".")


def _qualified(node: Node, data: bytes) -> Iterator[Use]:
    """The names of ``a::B<int>::f`` in the middle, and the last one where what is before it is no dotted text."""
    start, inner = node.start_byte, field_of(node, "name")
    declares = node.parent is not None and field_of(node.parent, "declarator") == node
    while inner is not None:
        receiver = _plain(data[start : inner.start_byte])
        name = inner
        is_last = inner.type != "qualified_identifier"
        if not is_last:
            scope = field_of(inner, "scope")
            name, inner = scope, field_of(inner, "name")
        else:
            inner = None
        template = name is not None and name.type in ("template_type", "template_function")
        simple = not template and receiver and b"<" not in data[start : name.start_byte if name else start]
        if name is not None and template:
            name = field_of(name, "name")
        if name is not None and name.named_child_count == 0 and not (is_last and (simple or declares)):
            kind = _TYPE if not is_last or name.type == "type_identifier" else _READ
            yield Use(name.start_byte, name.end_byte, _CALL if is_last and _is_called(node) else kind, receiver)


def _is_called(node: Node) -> bool:
    call = node.parent
    return call is not None and call.type == "call_expression" and field_of(call, "function") == node


def _templated(node: Node, function: Node, around: Node, data: bytes) -> Iterator[Use]:
    """``f<T>`` and ``x.f<T>``: the name is followed by no list of arguments."""
    if around.type == "qualified_identifier" or node.text in foreign_names:
        return
    member = around.type == "field_expression"
    call = around.parent if member else around
    kind = _CALL if call is not None and call.type == "call_expression" else _READ
    receiver = b""
    if member:
        receiver = dotted(_plain(data[around.start_byte : function.start_byte]).rstrip(b".")) or UNKNOWN
    yield Use(node.start_byte, node.end_byte, kind, receiver)


def _in_macro(node: Node, data: bytes) -> Iterator[Use]:
    """Names in the text that a macro stands for; its parameters and what is glued are none."""
    macro = node.parent
    if macro is None or not macro.type.startswith("preproc_") or macro.type == "preproc_call":
        return
    parameters = field_of(macro, "parameters")
    own = {child.text for child in parameters.named_children} if parameters is not None else set[bytes | None]()
    text = data[node.start_byte : node.end_byte]
    after = b""
    for match in _TOKEN.finditer(text):
        before, name, call = match.groups()
        glued = before is not None and before.startswith(b"#")
        if name is None or name in own or name in _WORDS or name in foreign_names or glued:
            continue
        after = text[match.end() : match.end() + 2]
        if after == b"##":
            continue
        start = node.start_byte + match.start(2)
        yield Use(start, start + len(name), _CALL if call else _READ, UNKNOWN if before else b"")


def imports(text: ParsedText) -> Iterator[ImportRow]:
    """Includes: they bring all names of a file. ``level`` 1 stands for quotes: the includer's folder comes first."""
    for node in text.nodes("import"):
        path = field_of(node, "path")
        if path is None or path.type not in ("string_literal", "system_lib_string"):
            continue
        start, end = path.byte_range
        module = text.data[start + 1 : end - 1].decode("utf-8", "replace")
        conditional = node.parent is not None and node.parent.type in ("preproc_if", "preproc_else", "preproc_elif")
        if module:
            quoted = int(path.type == "string_literal")
            yield ImportRow(module, (("*", "*", start, end),), node.start_byte, end, quoted, guarded=conditional)


def problems(text: ParsedText) -> Iterator[ProblemRow]:
    """Includes whose file a macro names."""
    for node in text.nodes("import"):
        path = field_of(node, "path")
        if path is not None and path.type in ("identifier", "call_expression"):
            yield ("dynamic", "A macro names the file that is included here.", *path.byte_range)


def local_types(text: ParsedText) -> Iterator[LocalType]:
    """Types of the variables that functions declare."""
    data = text.data
    for node in text.nodes("declared"):
        annotation = annotation_of(field_of(node, "type"), data)
        for declarator in node.children_by_field_name("declarator"):
            found = named(declarator)
            if found is None or found.name.type != "identifier":
                continue
            value = field_of(declarator, "value") or field_of(node, "value")
            said = (annotation, "", "") if annotation or value is None else _said(value, data)
            yield LocalType(*found.name.byte_range, *said)


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of an ``auto`` variable: annotation, callee, dotted name."""
    while value.type in ("pointer_expression", "parenthesized_expression") and value.named_children:
        value = value.named_children[0]
    if value.type in ("new_expression", "cast_expression", "compound_literal_expression"):
        return text_of(field_of(value, "type"), data), "", ""
    if value.type == "call_expression":
        function = field_of(value, "function")
        if function is None:
            return "", "", ""
        arguments = field_of(function, "arguments") if function.type == "template_function" else None
        if arguments is not None and text_of(field_of(function, "name"), data).endswith("_cast"):
            return text_of(arguments, data)[1:-1], "", ""
        return "", dotted(_plain(data[function.start_byte : function.end_byte])).decode("utf-8", "replace"), ""
    return "", "", dotted(_plain(data[value.start_byte : value.end_byte])).decode("utf-8", "replace")
