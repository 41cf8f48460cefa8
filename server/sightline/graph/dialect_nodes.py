"""What dialects share: texts and children of nodes, the usual kinds of ``Parts``, what patterns tell of locals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from tree_sitter import Node

from sightline.graph.dialect import LocalType, Parts
from sightline.graph.extract_text import ParsedText, field_of, plain
from sightline.graph.facts import DefinitionKind

#: What is said of the type of a name: annotation, callee, dotted name; at most one of them.
Said: TypeAlias = tuple[str, str, str]

NOTHING_SAID: Said = ("", "", "")


def text_of(node: Node | None, data: bytes) -> str:
    """The text of a node on one line; empty without a node."""
    return plain(data[node.start_byte : node.end_byte]) if node is not None else ""


def child_of(node: Node | None, *kinds: str) -> Node | None:
    """The first child of one of some kinds."""
    return next((child for child in node.children if child.type in kinds), None) if node is not None else None


def leaf(
    kind: DefinitionKind,
    node: Node,
    name: Node,
    said: Said = NOTHING_SAID,
    *,
    decorators: tuple[str, ...] = (),
    exported: bool = True,
) -> Parts:
    """A definition without a body: a variable, a field, a constant."""
    annotation, value, alias = said
    return Parts(
        kind=kind.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=node.end_byte,
        decorators=decorators,
        annotation=annotation,
        value=value,
        alias=alias,
        exported=exported,
    )


def spaces(node: Node, *kinds: str) -> Iterator[Parts]:
    """The namespace that a package clause names, by a child of one of some kinds."""
    for name in node.named_children:
        if name.type in kinds:
            yield Parts(
                kind=DefinitionKind.NAMESPACE.value,
                start=node.start_byte,
                end=node.end_byte,
                name=name.byte_range,
                body=node.end_byte,
                holds=False,
            )


def name_around(node: Node, data: bytes) -> str:
    """The name of the declaration in whose body a node stands: the type of an enumeration's constant."""
    around = node.parent.parent if node.parent is not None else None
    return text_of(field_of(around, "name"), data) if around is not None else ""


def typed_locals(text: ParsedText) -> Iterator[LocalType]:
    """What the captures ``typed.name`` and ``typed.type`` say."""
    for (start, end), (low, high) in text.pairs("typed.name", "typed.type"):
        yield LocalType(start, end, annotation=plain(text.data[low:high]))


def valued_locals(text: ParsedText, said: Callable[[Node, bytes], Said]) -> Iterator[LocalType]:
    """What the captures ``valued.name`` and ``valued.value`` say; nothing where broken code leaves some without."""
    names, values = text.spans("valued.name"), text.nodes("valued.value")
    if len(values) == len(names):
        for (start, end), value in zip(names, values, strict=True):
            yield LocalType(start, end, *said(value, text.data))
