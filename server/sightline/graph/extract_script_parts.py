"""Small parts of JavaScript and TypeScript, each read from its own node or text: parameters, annotations, clauses."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from sightline.graph.extract_script_type_lines import type_line
from sightline.graph.extract_text import field_of, plain
from sightline.graph.facts import ParameterKind
from sightline.graph.raw_facts import ImportedNameRow, ParameterRow

_COMMENT = re.compile(rb"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_NAME = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"
_HEAD = re.compile(rb"\s*(?:import|export)\b\s*(type\b(?=\s*[{*]|\s+(?!from\b)[\w$]|\s+from\s+from\b))?")
_DEFAULT = re.compile(rb"\s*(?!from\b)(%s)\s*(?:,|(?=from\b)|$)" % _NAME)
_NAMESPACE = re.compile(rb"\s*\*\s*(?:as\s+(%s|\"[^\"]*\"|'[^']*'))?" % _NAME)
_SPECIFIER = re.compile(
    rb"""\s*(type\s+(?!as\s*[,}])(?!,|\}))?(%s|"[^"]*"|'[^']*')(?:\s+as\s+(%s|"[^"]*"|'[^']*'))?\s*""" % (_NAME, _NAME)
)

_SIGNATURES = frozenset(("call_signature", "construct_signature", "index_signature"))
#: Types whose members are those of their parts.
MADE_OF: Final = frozenset(("intersection_type", "union_type", "parenthesized_type"))
#: Bytes of the longest type that is kept as text.
_LONGEST_TYPE = 1_600
_KINDS = {"rest_pattern": ParameterKind.VARIADIC}


def parameters_of(node: Node | None) -> tuple[ParameterRow, ...]:
    """The rows of a ``formal_parameters`` node, or of the single bare parameter of an arrow function.

    An optional parameter counts as one with a default. A destructured one has its pattern for a name. TypeScript's
    ``this`` parameter is none.
    """
    if node is None:
        return ()
    if node.type == "identifier":
        return ((plain(node.text or b""), ParameterKind.POSITIONAL.value, False, ""),)
    rows = (_parameter(child) for child in node.named_children)
    return tuple(row for row in rows if row is not None)


def _parameter(node: Node) -> ParameterRow | None:
    optional = node.type == "optional_parameter"
    annotation = ""
    has_value = optional
    named: Node | None = node
    if node.type in ("required_parameter", "optional_parameter"):
        annotation = annotation_of(node, "type")
        has_value = optional or field_of(node, "value") is not None
        named = field_of(node, "pattern")
    elif node.type == "assignment_pattern":
        has_value = True
        named = field_of(node, "left")
    if named is None or named.type in ("this", "comment", "ERROR", "decorator"):
        return None
    kind = _KINDS.get(named.type, ParameterKind.POSITIONAL)
    text = plain(named.text or b"")
    return (text.removeprefix("...").strip(), kind.value, has_value, annotation)


def annotation_of(node: Node, field: str) -> str:
    """The type in an annotation field, without its colon."""
    found = field_of(node, field)
    return "" if found is None else type_line(found.text or b"").removeprefix(":").strip()


def type_text(node: Node | None) -> str:
    """A type on one line without comments; empty for one that is too long to be looked at."""
    if node is None or node.end_byte - node.start_byte > _LONGEST_TYPE:
        return ""
    return type_line(node.text or b"")


def generics_text(node: Node) -> str:
    """The type parameters of a declaration without their brackets."""
    return type_text(field_of(node, "type_parameters")).removeprefix("<").removesuffix(">").strip()


def signatures_text(body: Node | None) -> str:
    """The call, construct and index signatures of an object type, as an object type; empty if it has none."""
    rows = [type_text(each) for each in body.named_children if each.type in _SIGNATURES] if body is not None else []
    return "{ " + "; ".join(rows) + " }" if rows else ""


def alias_text(kind: Node | None) -> str:
    """What an alias stands for; of the objects in it only what are no members of its own."""
    if kind is None:
        return ""
    if kind.type == "object_type":
        return signatures_text(kind)
    if kind.type not in MADE_OF:
        return type_text(kind)
    separator = " & " if kind.type == "intersection_type" else " | "
    parts = [alias_text(each) for each in kind.named_children if each.type != "comment"]
    text = separator.join(part for part in parts if part)
    return f"({text})" if text and kind.type == "parenthesized_type" else text


class ModuleClause:
    """What stands between ``import``/``export`` and the module: names with aliases and spans."""

    __slots__ = ("names", "type_only")

    def __init__(self, names: tuple[ImportedNameRow, ...], *, type_only: bool) -> None:
        self.names = names
        self.type_only = type_only


def module_clause(text: bytes, offset: int) -> ModuleClause:
    """Reads the clause of an import or of an export, up to ``from`` (or to the end). ``text`` begins at ``offset``.

    ``* as x`` is the module itself (an empty name) bound as ``x``, ``*`` alone all names, a name before them the
    default export.
    """
    if b"//" in text or b"/*" in text:
        text = _COMMENT.sub(lambda found: b" " * len(found.group()), text)
    head = _HEAD.match(text)
    if head is None:
        return ModuleClause((), type_only=False)
    at = head.end()
    rows: list[ImportedNameRow] = []
    default = _DEFAULT.match(text, at)
    if default is not None and text.lstrip().startswith(b"import"):
        rows.append(("default", _shown(default.group(1)), offset + default.start(1), offset + default.end(1)))
        at = default.end()
    everything = _NAMESPACE.match(text, at)
    opening = text.find(b"{", at)
    if everything is not None:
        star = text.index(b"*", at)
        alias = everything.group(1)
        rows.append(
            ("*", "*", offset + star, offset + star + 1)
            if alias is None
            else ("", _shown(alias), offset + everything.start(1), offset + everything.end(1))
        )
    elif opening >= 0:
        rows += _specifiers(text, opening + 1, offset)
    return ModuleClause(tuple(rows), type_only=head.group(1) is not None)


def _specifiers(text: bytes, at: int, offset: int) -> list[ImportedNameRow]:
    rows: list[ImportedNameRow] = []
    end = text.find(b"}", at)
    end = len(text) if end < 0 else end
    while at < end:
        found = _SPECIFIER.match(text, at, end)
        if found is not None:
            name, alias = found.group(2), found.group(3) or found.group(2)
            rows.append((_shown(name), _shown(alias), offset + found.start(2), offset + found.end(2)))
        comma = text.find(b",", at if found is None else found.end(), end)
        if comma < 0:
            break
        at = comma + 1
    return rows


def _shown(name: bytes) -> str:
    return name.strip(b"\"'").decode("utf-8", "replace")


def string_value(node: Node | None) -> str:
    """The text of a plain string literal; empty for anything else."""
    if node is None or node.type != "string":
        return ""
    return (node.text or b"")[1:-1].decode("utf-8", "replace")
