"""Relations of pieces of small workspaces as lines of text, for tests."""

from __future__ import annotations

from sightline.context.access import definitions_of
from sightline.context.chunks import chunks_of
from sightline.context.relations.registry import relations_of
from sightline.context.relations.relation import Anchor, Relation, RelationKind, anchor_of
from sightline.graph.view import GraphView
from support.graphs import path


def anchor_at(view: GraphView, place: str) -> Anchor:
    """The anchor that holds a line, given as ``path:line``."""
    name, _, line = place.rpartition(":")
    text = view.workspace.read(path(name)).text
    (chunk,) = (
        each for each in chunks_of(text, definitions_of(view, path(name))) if each.first <= int(line) <= each.last
    )
    return anchor_of(view, path(name), chunk)


def related(view: GraphView, place: str) -> tuple[Relation, ...]:
    """All relations of the piece at ``path:line``."""
    return relations_of(view, anchor_at(view, place))


def found(view: GraphView, place: str, kind: RelationKind) -> list[str]:
    """The places of one kind, as ``path:line``, best first."""
    return [f"{each.path}:{each.line}" for each in related(view, place) if each.kind is kind]
