"""TypeScript's declaration spaces: a type and a value of one name are two things.

Source: the TypeScript handbook, "Declaration Merging" ("Basic Concepts"): a declaration makes a name in the space of
types, of values, of namespaces, or in several of them, and a use asks one. Imports and exports carry a name in all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sightline.graph.ancestry import row_of
from sightline.graph.facts import ReferenceKind
from sightline.graph.index import FileIndex
from sightline.graph.meanings import Answer, Place, Query
from sightline.graph.script_kinds import TYPES_ALONE, VALUES_ALONE

#: Of the meanings that a scope gives a name those that a use asks for.
Space: TypeAlias = Callable[[Query, Answer], Answer]


def values_in(query: Query, answer: Answer) -> Answer:
    """The values and namespaces among some meanings, and what comes from outside."""
    return _without(query, answer, TYPES_ALONE)


def types_in(query: Query, answer: Answer) -> Answer:
    """The types among some meanings, and what comes from outside."""
    return _without(query, answer, VALUES_ALONE)


def both(query: Query, answer: Answer) -> Answer:  # noqa: ARG001  the signature of a space
    """All of them."""
    return answer


def _without(query: Query, answer: Answer, kinds: frozenset[str]) -> Answer:
    rows = [row_of(query, each.meaning) for each in answer]
    known = {row.kind for row in rows if row is not None}
    if known.isdisjoint(kinds) or not known <= TYPES_ALONE | VALUES_ALONE:
        return answer
    return tuple(each for each, row in zip(answer, rows, strict=True) if row is None or row.kind not in kinds)


def asked_by(query: Query, place: Place, kind: ReferenceKind) -> Space:
    """The space that a use asks. What a class extends is a value, and yet the type of that name is its base as well."""
    if kind is ReferenceKind.TYPE:
        return types_in
    if kind is not ReferenceKind.INHERIT:
        return values_in
    index = query.files.index(place.file)
    return types_in if index is not None and _is_in_head_of_interface(index, place.offset) else both


def _is_in_head_of_interface(index: FileIndex, offset: int) -> bool:
    return any(row.kind in TYPES_ALONE and row.start <= offset < row.body_start for row in index.definitions)


def fitting(query: Query, place: Place, answer: Answer, kind: ReferenceKind) -> Answer:
    """The members of one name that a use asks for; all where none is of its space."""
    return asked_by(query, place, kind)(query, answer) or answer
