"""Python's small parts, each read from its own piece of text: parameters, import statements, string references.

``extract_python.py`` puts them together.
"""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

from tree_sitter import Node

from sightline.graph.extract_text import field_of, plain
from sightline.graph.facts import ParameterKind
from sightline.graph.raw_facts import ImportedNameRow, ParameterRow

WORD = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
_SIMPLE_PARAMETERS = re.compile(rb"\(\s*(?:%s\s*,\s*)*(?:%s)?\s*\)" % (WORD, WORD))
_NAME = re.compile(WORD)
_FROM = re.compile(rb"from\s*([.\s]*)((?:%s(?:\s*\.\s*%s)*)?)\s*import\b" % (WORD, WORD))
_IMPORT = re.compile(rb"import\b")
_IMPORTED = re.compile(rb"(%s(?:\s*\.\s*%s)*|\*)(?:\s+as\s+(%s))?" % (WORD, WORD, WORD))
_COMMENT = re.compile(rb"#[^\r\n]*")
_SPACE = re.compile(rb"\s+")
#: ``"a.b.C"`` and ``"app.Model"``: dotted text in which at least three parts, or a capital at the end, rule out most
#: file names and prose.
DOTTED_STRING = re.compile(rb"""[rRuU]?(["'])((?:%s\.){2,}%s|%s\.[A-Z]\w*)\1""" % (WORD, WORD, WORD))
NAME_STRING = re.compile(rb"""[rRuUbB]?(["'])(%s(?:\.%s)*)\1""" % (WORD, WORD))

KEYWORDS = frozenset(word.encode() for word in keyword.kwlist)

_PLAIN = ParameterKind.POSITIONAL.value


def parameters_of(node: Node, data: bytes) -> tuple[ParameterRow, ...]:
    """The rows of a parameter list (of a function, with parentheses, or of a lambda, without)."""
    start, end = node.byte_range
    if end - start > 200:
        return _parameters_by_node(node)
    rows = _simple_parameters(data[start:end])
    return _parameters_by_node(node) if rows is None else rows


@lru_cache(maxsize=4096)
def _simple_parameters(text: bytes) -> tuple[ParameterRow, ...] | None:
    if not _SIMPLE_PARAMETERS.fullmatch(text):
        return None
    return tuple((name.decode("utf-8", "replace"), _PLAIN, False, "") for name in _NAME.findall(text))


def _parameters_by_node(node: Node) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    kind = ParameterKind.POSITIONAL
    for child in node.named_children:
        if child.type == "positional_separator":
            rows = [(name, ParameterKind.POSITIONAL_ONLY.value, default, text) for name, _, default, text in rows]
        elif child.type == "keyword_separator":
            kind = ParameterKind.KEYWORD_ONLY
        else:
            name, special = _parameter_name(child)
            if not name:
                continue
            annotation = field_of(child, "type")
            rows.append(
                (
                    name.decode("utf-8", "replace"),
                    (special or kind).value,
                    field_of(child, "value") is not None,
                    plain(annotation.text) if annotation is not None else "",
                )
            )
            if special is ParameterKind.VARIADIC:
                kind = ParameterKind.KEYWORD_ONLY
    return tuple(rows)


def _parameter_name(node: Node) -> tuple[bytes, ParameterKind | None]:
    """Name of one parameter and its kind when the node says it. No name for comments and errors."""
    if node.type in ("default_parameter", "typed_default_parameter"):
        named = field_of(node, "name")
        return (named.text or b"", None) if named is not None and named.type == "identifier" else (b"", None)
    if node.type == "typed_parameter":
        node = node.named_children[0]
    match node.type:
        case "identifier":
            return node.text or b"", None
        case "list_splat_pattern":
            return (node.text or b"").lstrip(b"* \t\r\n\f\\"), ParameterKind.VARIADIC
        case "dictionary_splat_pattern":
            return (node.text or b"").lstrip(b"* \t\r\n\f\\"), ParameterKind.VARIADIC_KEYWORD
        case _:
            return b"", None


class ImportText:
    """One import statement read from its text: ``from`` + module + names, or the modules of ``import a, b.c as d``."""

    __slots__ = ("level", "module", "names")

    def __init__(self, module: str | None, level: int, names: tuple[ImportedNameRow, ...]) -> None:
        self.module = module  # None for ``import …``, where the names are the modules
        self.level = level
        self.names = names


def import_text(text: bytes, offset: int) -> ImportText | None:
    """Reads an import statement that begins at ``offset``; ``None`` for one too broken to read.

    In the names of ``import a.b`` the row's name is the module; in those of ``from m import n`` it is the name.
    """
    if b"#" in text:
        text = _COMMENT.sub(lambda found: b" " * len(found.group()), text)
    if b"\\" in text:
        text = text.replace(b"\\", b" ")
    found = _FROM.match(text)
    if found is not None:
        module = _SPACE.sub(b"", found.group(2)).decode("utf-8", "replace")
        return ImportText(module, found.group(1).count(b"."), _imported(text, found.end(), offset))
    found = _IMPORT.match(text)
    return None if found is None else ImportText(None, 0, _imported(text, found.end(), offset))


def _imported(text: bytes, at: int, offset: int) -> tuple[ImportedNameRow, ...]:
    rows: list[ImportedNameRow] = []
    for found in _IMPORTED.finditer(text, at):
        name, alias = found.group(1), found.group(2)
        if name in KEYWORDS:
            break  # the statement is broken, and what follows is another one
        shown = _SPACE.sub(b"", name).decode("utf-8", "replace")
        rows.append(
            (
                shown,
                shown if alias is None else alias.decode("utf-8", "replace"),
                offset + found.start(1),
                offset + found.end(1),
            )
        )
    return tuple(rows)
