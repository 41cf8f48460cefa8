"""Python's imports, and the strings that may name something: ``__all__``, ``getattr``, ``"app.Model"``."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from tree_sitter import Node

from sightline.graph.extract_names import Interned, Names
from sightline.graph.extract_python_parts import DOTTED_STRING, NAME_STRING, import_text
from sightline.graph.extract_rows import ReferenceRow
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, ImportRow, ProblemRow

_IMPORT = REFERENCE_CODE[ReferenceKind.IMPORT]
_STRING = REFERENCE_CODE[ReferenceKind.STRING]
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]
_TYPE_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.[A-Za-z_\x80-\xff][\w\x80-\xff]*)*")
_TYPE_CHECKING = re.compile(rb"(?:\w+\.)?TYPE_CHECKING")
#: Calls whose arguments name something: what stands before the parenthesis, and which argument is the name.
_NAMING_CALLS: tuple[tuple[bytes, int], ...] = (
    (b"getattr", 1),
    (b"setattr", 1),  # and monkeypatch.setattr
    (b"hasattr", 1),
    (b"delattr", 1),
    (b"patch.object", 1),
    (b"patch", 0),
    (b"import_string", 0),
)
#: What tells by itself whose attribute is computed: a path, the name of a class.
_HOLDER = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Z]\w*")
_IMPORTING_CALLS = (b"import_module", b"__import__")
_DYNAMIC_CALLS = (b"eval", b"exec", b"globals", b"locals")
#: Builtins that are read here, and therefore never dropped from the references.
TELLING_BUILTINS = frozenset(
    (b"getattr", b"setattr", b"hasattr", b"delattr", b"__import__", b"eval", b"exec", b"globals", b"locals")
)


@dataclass(slots=True)
class Imports:
    """The imports of a text and the rows of their names."""

    rows: list[ImportRow] = field(default_factory=list[ImportRow])
    #: name, start, receiver of each imported name
    names: list[tuple[bytes, int, bytes]] = field(default_factory=list[tuple[bytes, int, bytes]])
    star: bool = False


def read_imports(text: ParsedText, enclosing_at: Callable[[int], int]) -> Imports:
    """Every import statement. ``enclosing_at`` gives the container around an offset; rows carry it for now."""
    imports = Imports()
    for node in text.nodes("import"):
        start, end = node.byte_range
        read = import_text(text.data[start:end], start)
        if read is None:
            continue
        guarded, type_only = _guards(node, text.data)
        enclosing = enclosing_at(start)
        if read.module is not None:
            row = ImportRow(read.module, read.names, start, end, read.level, enclosing, type_only, guarded)
            imports.rows.append(row)
            receiver = b"." * read.level + read.module.encode("utf-8", "replace")
            for name, _, at, stop in read.names:
                if name == "*":
                    imports.star = True
                else:
                    imports.names.append((text.data[at:stop], at, receiver))
            continue
        for name, alias, at, stop in read.names:
            span = (start, end) if len(read.names) == 1 else (at, stop)
            row = ImportRow(name, (("", alias, at, stop),), *span, 0, enclosing, type_only, guarded)
            imports.rows.append(row)
            last = text.data[at:stop].rpartition(b".")[2].lstrip(b" \t\f\\\r\n")
            imports.names.append((last, stop - len(last), name.rpartition(".")[0].encode("utf-8", "replace")))
    return imports


def _guards(node: Node, data: bytes) -> tuple[bool, bool]:
    """Whether an import is guarded by ``try`` or ``if``, and whether only type checkers see it."""
    start = node.start_byte
    if start == 0 or data[start - 1] in b"\r\n":
        return False, False
    guarded = type_only = False
    child, parent = node, node.parent
    while parent is not None and parent.type not in ("function_definition", "class_definition"):
        if parent.type == "try_statement":
            guarded = True
        elif parent.type == "if_statement":
            guarded = True
            condition = field_of(parent, "condition")
            if condition is not None and field_of(parent, "consequence") == child:
                type_only = type_only or bool(_TYPE_CHECKING.fullmatch(condition.text or b""))
        child, parent = parent, parent.parent
    return guarded, type_only


@dataclass(frozen=True, slots=True)
class NamedByString:
    """A use by a string: ``receiver.name`` at ``start``; for ``__all__`` with ``public`` set."""

    name: bytes
    start: int
    receiver: bytes
    kind: int = _STRING
    public: bool = False


@dataclass(slots=True)
class Strings:
    """What strings name, the imports they ask for, and the places where a name is computed."""

    uses: list[NamedByString] = field(default_factory=list[NamedByString])
    imports: list[ImportRow] = field(default_factory=list[ImportRow])
    problems: list[ProblemRow] = field(default_factory=list[ProblemRow])


def read_strings(text: ParsedText, names: Names, types: list[tuple[int, int]], used: Interned) -> Strings:
    """Reads all strings that may name something. ``types`` are the ranges of annotations, ``used`` all names in use."""
    found = Strings()
    spans = text.spans("string")
    starts = [start for start, _ in spans]
    data = text.data
    taken: set[int] = set()
    for low, high in types:
        for at in range(bisect_left(starts, low), bisect_left(starts, high)):
            _type_string(data, *spans[at], found)
            taken.add(spans[at][0])
    for start, end in spans:
        if 4 < end - start < 160 and start not in taken and b"." in data[start:end]:
            match = DOTTED_STRING.fullmatch(data, start, end)
            if match:
                _dotted(match.group(2), match.start(2), found)
                taken.add(start)
    _naming_calls(text, names, used, found, taken)
    _public_names(text, spans, starts, found)
    return found


def _dotted(text: bytes, start: int, found: Strings) -> None:
    receiver, _, name = text.rpartition(b".")
    found.uses.append(NamedByString(name, start + len(text) - len(name), receiver))


def _type_string(data: bytes, start: int, end: int, found: Strings) -> None:
    """A forward reference: the names in the string of an annotation."""
    if end - start > 400:
        return
    for match in _TYPE_NAME.finditer(data, start, end):
        if match.start() == start:
            continue  # the prefix of a raw string
        receiver, _, name = match.group().rpartition(b".")
        found.uses.append(NamedByString(name, match.end() - len(name), receiver, _TYPE))


def _naming_calls(text: ParsedText, names: Names, used: Interned, found: Strings, taken: set[int]) -> None:
    data = text.data
    for callee, wanted in _NAMING_CALLS:
        for arguments, _ in _calls(data, names, callee, used):
            entries = [child for child in arguments.named_children if child.type != "comment"]
            if len(entries) <= wanted:
                continue
            start, end = entries[wanted].byte_range
            match = NAME_STRING.fullmatch(data, start, end) if end - start < 160 else None
            if match is None:
                if callee.endswith(b"attr") and entries[wanted].type != "string":
                    found.problems.append(("dynamic", _computed(data, entries[0]), start, end))
            elif start not in taken:
                taken.add(start)
                _dotted(match.group(2), match.start(2), found)
    for callee in _IMPORTING_CALLS:
        for arguments, at in _calls(data, names, callee, used):
            _dynamic_import(arguments, at, data, found)
    for callee in _DYNAMIC_CALLS:
        for _, at in _calls(data, names, callee, used):
            message = f"{callee.decode()}() may use any name."
            found.problems.append(("dynamic", message, at, at + len(callee)))


def _computed(data: bytes, holder: Node) -> str:
    """What is said of a computed attribute: whose it is, where a path or a class by its name tells that."""
    start, end = holder.byte_range
    if not _HOLDER.fullmatch(data, start, end):
        return "The name of an attribute is computed here."
    return f"The name of an attribute of {data[start:end].decode('utf-8', 'replace')} is computed here."


def _calls(data: bytes, names: Names, callee: bytes, used: Interned) -> list[tuple[Node, int]]:
    """The argument lists of the calls of ``callee``, and where the callee begins."""
    if callee.rpartition(b".")[2] not in used:
        return []
    found: list[tuple[Node, int]] = []
    at = data.find(callee + b"(")
    while at >= 0:
        index = names.arguments.start_of.get(at + len(callee))
        if index is not None and (at == 0 or not (data[at - 1 : at].isalnum() or data[at - 1] == 0x5F)):
            found.append((names.arguments.nodes[index], at))
        at = data.find(callee + b"(", at + 1)
    return found


def _dynamic_import(arguments: Node, at: int, data: bytes, found: Strings) -> None:
    entries = [child for child in arguments.named_children if child.type != "comment"]
    if not entries:
        return
    start, end = entries[0].byte_range
    match = re.fullmatch(rb"""[rRuU]?(["'])(\.*)([\w.\x80-\xff]+)\1""", data[start:end]) if end - start < 160 else None
    if match is None:
        found.problems.append(("dynamic", "The name of a module is computed here.", start, end))
        return
    module = match.group(3).decode("utf-8", "replace")
    name_at = start + match.start(3)
    names = (("", "", name_at, name_at + len(match.group(3))),)
    found.imports.append(ImportRow(module, names, at, end, len(match.group(2)), guarded=True, dynamic=True))


def _public_names(text: ParsedText, spans: list[tuple[int, int]], starts: list[int], found: Strings) -> None:
    """The entries of ``__all__ = [...]``, ``__all__ += [...]`` and ``__all__.extend([...])``."""
    data = text.data
    at = data.find(b"__all__")
    while at >= 0:
        line = data.rfind(b"\n", 0, at) + 1
        if not data[line:at].strip():
            node = text.tree.root_node.descendant_for_byte_range(at, at + 7)
            while node is not None and node.type not in ("expression_statement", "module", "block"):
                node = node.parent
            if node is not None and node.type == "expression_statement":
                low, high = bisect_left(starts, node.start_byte), bisect_right(starts, node.end_byte)
                for start, end in spans[low:high]:
                    match = NAME_STRING.fullmatch(data, start, end)
                    if match:
                        found.uses.append(NamedByString(match.group(2), match.start(2), b"", public=True))
        at = data.find(b"__all__", at + 7)


def import_reference_rows(
    imports: Imports, strings: Interned, enclosing_at: Callable[[int], int]
) -> list[ReferenceRow]:
    """The reference rows of imported names."""
    return [
        (strings[name], start, _IMPORT, enclosing_at(start), strings[receiver], -1)
        for name, start, receiver in imports.names
    ]
