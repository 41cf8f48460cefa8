"""Signatures of a TypeScript function or method that are written before its body.

Source: the TypeScript handbook, "Function Overloads": such signatures stand one after the other, and then the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tree_sitter import Node

from sightline.base.text import Span
from sightline.graph.extract_text import field_of, root_of
from sightline.languages.spec import LanguageSpec

_SIGNATURES = frozenset(("function_signature", "method_signature"))
_BODIES = frozenset(("function_declaration", "generator_function_declaration", "method_definition"))
#: Where a signature needs no body.
_AMBIENT = frozenset(("ambient_declaration", "interface_body", "object_type", "module", "internal_module"))
_LISTS = frozenset(("program", "statement_block", "class_body"))


class Overload(NamedTuple):
    """A signature. ``most``: arguments it takes, ``None`` for any number; ``demanded``: those its body asks for.

    ``demanded`` is ``None`` where no body of the name follows; ``follower`` is then the name of what does.
    """

    name: str
    span: Span
    most: int | None
    demanded: int | None
    follower: Span | None


def overloads(data: bytes, language: LanguageSpec) -> Iterator[Overload]:
    """Every signature that needs a body, in no order. Takes as long as parsing the text."""
    root = root_of(data, language)
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if node.type in _AMBIENT:
            continue
        if node.type in _LISTS:
            yield from _of_list([_inner(child) for child in node.named_children if child.type != "comment"])
        waiting += node.named_children


def _inner(node: Node) -> Node:
    """What an ``export`` declares."""
    declared = field_of(node, "declaration") if node.type == "export_statement" else None
    return declared if declared is not None else node


def _of_list(nodes: Sequence[Node]) -> Iterator[Overload]:
    for at, node in enumerate(nodes):
        if node.type not in _SIGNATURES or _is_optional(node):
            continue
        name = field_of(node, "name")
        after = next((each for each in nodes[at + 1 :] if each.type not in _SIGNATURES or not _is_of(each, name)), None)
        body = after if after is not None and after.type in _BODIES and _is_of(after, name) else None
        if name is not None:
            most, _ = _counted(node)
            other = field_of(after, "name") if after is not None and body is None and after.type in _BODIES else None
            yield Overload(
                name=(name.text or b"").decode(errors="replace"),
                span=Span(name.start_byte, name.end_byte),
                most=most,
                demanded=_counted(body)[1] if body is not None else None,
                follower=Span(other.start_byte, other.end_byte) if other is not None else None,
            )


def _is_optional(node: Node) -> bool:
    return any(child.type == "?" for child in node.children)


def _is_of(node: Node, name: Node | None) -> bool:
    own = field_of(node, "name")
    return own is not None and name is not None and own.text == name.text


def _counted(node: Node) -> tuple[int | None, int]:
    """How many arguments a list of parameters takes, ``None`` for any number, and how many it asks for."""
    listed = field_of(node, "parameters")
    rows = [child for child in listed.named_children if child.type != "comment"] if listed is not None else []
    rows = [row for row in rows if (field_of(row, "pattern") is None or field_of(row, "pattern").text != b"this")]
    is_open = any((pattern := field_of(row, "pattern")) is not None and pattern.type == "rest_pattern" for row in rows)
    required = [at for at, row in enumerate(rows, 1) if _is_required(row)]
    return None if is_open else len(rows), required[-1] if required else 0


def _is_required(node: Node) -> bool:
    pattern = field_of(node, "pattern")
    is_rest = pattern is not None and pattern.type == "rest_pattern"
    return node.type == "required_parameter" and not is_rest and field_of(node, "value") is None
