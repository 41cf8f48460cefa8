"""Of several things of one name those that a use can mean, for languages in which types, functions and values of one
name are different things (a property ``Store Store``, a record's field ``name`` and its accessor ``name()``).
"""

from __future__ import annotations

from sightline.graph.ancestry import is_class, row_of
from sightline.graph.facts import FUNCTIONS, DefinitionKind, ReferenceKind
from sightline.graph.meanings import Answer, DefinitionMeaning, Found, Place, Query

_VALUES = frozenset({DefinitionKind.VARIABLE.value, DefinitionKind.ATTRIBUTE.value})
_OF_TYPES = frozenset({ReferenceKind.TYPE, ReferenceKind.INHERIT, ReferenceKind.DECORATE})


def fitting(query: Query, place: Place, answer: Answer, kind: ReferenceKind) -> Answer:  # noqa: ARG001  the rules' signature
    """The meanings that fit a use best; all of them where none does, since kinds of use are read from syntax alone."""
    if len(answer) < 2:
        return answer
    if kind in _OF_TYPES:
        return types_in(query, answer) or answer
    if kind is ReferenceKind.CALL:
        return _of_kinds(query, answer, FUNCTIONS) or types_in(query, answer) or answer
    return _of_kinds(query, answer, _VALUES) or answer


def may_mean(query: Query, answer: Answer, kind: ReferenceKind) -> Answer:
    """The meanings that a use may have at all: a value is no type, and is called only if nothing around it can be."""
    if kind in _OF_TYPES:
        return types_in(query, answer)
    if kind is ReferenceKind.CALL:
        return _of_kinds(query, answer, FUNCTIONS) or types_in(query, answer)
    return _of_kinds(query, answer, _VALUES) or answer


def types_in(query: Query, answer: Answer) -> Answer:
    """The types, modules and things outside of the workspace among some meanings."""
    return tuple(each for each in answer if not _is_definition(each) or is_class(query, each.meaning))


def _is_definition(found: Found) -> bool:
    return isinstance(found.meaning, DefinitionMeaning)


def _of_kinds(query: Query, answer: Answer, kinds: frozenset[str]) -> Answer:
    rows = ((each, row_of(query, each.meaning)) for each in answer)
    return tuple(each for each, row in rows if row is not None and row.kind in kinds)
