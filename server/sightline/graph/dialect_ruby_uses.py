"""What Ruby's calls use and require: the receivers of methods, variables of instances, files named by literals."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sightline.graph.dialect import Use
from sightline.graph.extract_names import LITERAL, UNKNOWN, root_of
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow

_CALL, _READ, _WRITE = (REFERENCE_CODE[kind] for kind in (ReferenceKind.CALL, ReferenceKind.READ, ReferenceKind.WRITE))
_LONGEST = 160
_DEEPEST = 12
_LITERALS = frozenset(("string", "array", "hash", "integer", "float", "regex", "string_array", "symbol_array", "nil"))
_PLAIN = frozenset(("identifier", "constant"))
#: Words of the language that the grammar reads as methods, and methods of every object that files are full of.
WORDS = frozenset(
    b"__FILE__ __dir__ "
    b"attr attr_accessor attr_reader attr_writer autoload extend include load lambda loop module_function new p print "
    b"private prepend proc protected public puts raise require require_relative".split()
)
#: Modules of the language itself whose methods mean nothing of the project.
_CORE = frozenset(
    b"Array Class Comparable Dir ENV Encoding Enumerable File FileUtils Float GC Hash IO Integer JSON Kernel Marshal "
    b"Math Module Mutex Object ObjectSpace Pathname Process Rational Regexp Set Signal StringIO Struct Symbol Thread "
    b"Time URI YAML".split()
)


def receiver_of(node: Node, data: bytes, depth: int = 0) -> bytes:
    """What an expression is, as a receiver: a dotted text, ``name()`` for a call, ``?`` for what has no name."""
    if depth > _DEEPEST or node.end_byte - node.start_byte > _LONGEST * 8:
        return UNKNOWN
    match node.type:
        case "self":
            found = b"self"
        case "identifier" | "constant":
            found = data[node.start_byte : node.end_byte]
        case "instance_variable" | "class_variable":
            found = b"self." + data[node.start_byte : node.end_byte].lstrip(b"@")
        case "scope_resolution":
            found = _joined(field_of(node, "scope"), field_of(node, "name"), data, depth)
        case "call":
            found = _call(node, data, depth)
        case "parenthesized_statements" if node.named_child_count == 1:
            found = receiver_of(node.named_children[0], data, depth + 1)
        case kind:
            found = LITERAL if kind in _LITERALS else UNKNOWN
    return found if len(found) <= _LONGEST else UNKNOWN


def _joined(scope: Node | None, name: Node | None, data: bytes, depth: int) -> bytes:
    if name is None or name.type not in _PLAIN:
        return UNKNOWN
    own = data[name.start_byte : name.end_byte]
    before = receiver_of(scope, data, depth + 1) if scope is not None else b""
    return UNKNOWN if before in (UNKNOWN, LITERAL) else before + b"." + own if before else own


def _call(node: Node, data: bytes, depth: int) -> bytes:
    receiver, method = field_of(node, "receiver"), field_of(node, "method")
    if method is None or method.type not in _PLAIN:
        return UNKNOWN
    if receiver is not None and data[method.start_byte : method.end_byte] == b"new":
        before = receiver_of(receiver, data, depth + 1)
        return UNKNOWN if before in (UNKNOWN, LITERAL) or before.endswith(b")") else before + b"()"
    found = _joined(receiver, method, data, depth)
    return found if found == UNKNOWN else found + b"()"


def uses(text: ParsedText) -> Iterator[Use]:
    """Methods with a receiver, classes that ``new`` makes instances of, variables of instances."""
    data = text.data
    written = {node.byte_range for node in text.captures.get("written.place", ())}
    for node in text.nodes("call.member"):
        yield from _member(node, data, written)
    for node in text.nodes("variable"):
        start = node.start_byte + (2 if node.type == "class_variable" else 1)
        if start < node.end_byte:
            kind = _WRITE if node.byte_range in written else _READ
            yield Use(start, node.end_byte, kind, b"self")


def _member(node: Node, data: bytes, written: set[tuple[int, int]]) -> Iterator[Use]:
    receiver, method = field_of(node, "receiver"), field_of(node, "method")
    if receiver is None or method is None or method.type not in _PLAIN or method.start_byte == method.end_byte:
        return
    name = data[method.start_byte : method.end_byte]
    if name == b"new" and receiver.type in ("constant", "scope_resolution"):
        last = field_of(receiver, "name") if receiver.type == "scope_resolution" else receiver
        scope = field_of(receiver, "scope") if receiver.type == "scope_resolution" else None
        if last is not None and last.type == "constant":
            before = receiver_of(scope, data) if scope is not None else b""
            yield Use(last.start_byte, last.end_byte, _CALL, before)
        return
    text = receiver_of(receiver, data)
    if text != LITERAL and root_of(text) not in _CORE and name != b"new":
        kind = _WRITE if node.byte_range in written else _CALL
        yield Use(method.start_byte, method.end_byte, kind, text)


def imports(text: ParsedText) -> Iterator[ImportRow]:
    """Files that are required, loaded or named for loading by literals."""
    data = text.data
    for node in text.nodes("call"):
        method, arguments = field_of(node, "method"), field_of(node, "arguments")
        if method is None or arguments is None or field_of(node, "receiver") is not None:
            continue
        word = data[method.start_byte : method.end_byte]
        given = arguments.named_children
        if word in (b"require", b"require_relative", b"load") and given:
            module, level = _path(given[0], data)
            level = 1 if word == b"require_relative" else level
        elif word == b"autoload" and len(given) == 2:
            module, level = _path(given[1], data)
        else:
            continue
        if module:
            start, end = node.byte_range
            if module.startswith(("./", "../")):
                level = 1
            yield ImportRow(module, (("*", "*", start, end),), start, end, level=level)


def _path(node: Node, data: bytes) -> tuple[str, int]:
    """A literal path, and 1 where it is relative to the file: ``File.expand_path("../x", __FILE__)``."""
    if node.type == "string":
        inner = node.named_children
        if len(inner) == 1 and inner[0].type == "string_content":
            return data[inner[0].start_byte : inner[0].end_byte].decode("utf-8", "replace"), 0
        return "", 0
    arguments = field_of(node, "arguments") if node.type == "call" else None
    given: list[Node] = arguments.named_children if arguments is not None else []
    if len(given) != 2:
        return "", 0
    words = [data[each.start_byte : each.end_byte] for each in given]
    if words[1] == b"__FILE__":
        module = _path(given[0], data)[0]
        return module.removeprefix("../") if module.startswith("../") else "", 1
    literal = given[0] if words[1] == b"__dir__" else given[1] if words[0] == b"__dir__" else None
    return (_path(literal, data)[0], 1) if literal is not None else ("", 0)
