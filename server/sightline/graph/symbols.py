"""Questions about one reference or one class, answered for the language of its file.

Results are meanings by file id; ``view.py`` turns them into symbols.
"""

from __future__ import annotations

from sightline.graph.ancestry import is_class, member, row_of
from sightline.graph.bound_names import is_open_type, passes_on
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    InstanceMeaning,
    Place,
    Query,
    Rank,
    Site,
    merged,
    weakened,
)
from sightline.graph.scopes import binding_at, scope_at
from sightline.graph.values import attribute, expression, local_name, value_of

#: A variable may hold another one, this many times over.
_MOST_ALIASES = 8


def meaning_of(query: Query, file: int, reference: Reference) -> Answer:
    """What a reference means by the rules of its language; unknown when only its name is known."""
    index = query.files.index(file)
    if index is None:
        return UNKNOWN
    rules = query.rules(file)
    if reference.kind is ReferenceKind.IMPORT:
        binding = binding_at(index, reference)
        return rules.imported(query, file, binding) if binding else EXTERNAL
    if reference.kind is ReferenceKind.STRING:
        return rules.listed(query, file, reference)
    scope = scope_at(index, rules, reference.enclosing, reference.span.start)
    place = Place(file, scope, reference.span.start)
    if reference.kind is ReferenceKind.KEYWORD:
        return _keyword(query, place, reference)
    if not reference.receiver and reference.local:
        return weakened(local_name(query, place, reference.name), Rank.INFERRED)
    if not reference.receiver:
        if rules.bare_name_as is not None:
            return rules.bare_name_as(query, place, reference.name, reference.kind)
        return rules.bare_name(query, place, reference.name)
    values = expression(query, place, reference.receiver, local=reference.local)
    answer = attribute(query, values, reference.name)
    if rules.declared_outside is not None and all(each.meaning == OUTSIDE for each in answer):
        told = rules.declared_outside(query, place, reference, values)
        answer = UNKNOWN if told is None else told or answer
    if is_open_type(values) and not any(isinstance(each.meaning, DefinitionMeaning) for each in answer):
        answer = UNKNOWN  # what a member of one of the types holds says nothing of the others
    return rules.fitting(query, place, answer, reference.kind) if rules.fitting is not None else answer


def meaning_at(query: Query, file: int, site: Site) -> Answer:
    """What a reference means, as :func:`meaning_of`, found once for everybody who asks.

    Each is a question of its own: what ran out of steps at one place says nothing of the next.
    """
    if site.answer is None:
        query.again()
        found = UNKNOWN if site.reference.receiver == "?" else meaning_of(query, file, site.reference)
        if query.was_cut:
            return found
        site.answer = found
    return site.answer


def receiver_of(query: Query, file: int, reference: Reference) -> Answer:
    """What stands before the last dot of a reference; unknown for a bare name."""
    index = query.files.index(file)
    if index is None or not reference.receiver or reference.kind in (ReferenceKind.IMPORT, ReferenceKind.KEYWORD):
        return UNKNOWN
    scope = scope_at(index, query.rules(file), reference.enclosing, reference.span.start)
    place = Place(file, scope, reference.span.start)
    answer = expression(query, place, reference.receiver, local=reference.local)
    return merged(*(_opened(query, found) for found in answer))


def _opened(query: Query, found: Found, depth: int = 0) -> Answer:
    """What a variable or a property holds, also one that holds another variable; anything else as it is."""
    row = row_of(query, found.meaning)
    if row is None or is_class(query, found.meaning) or not isinstance(found.meaning, DefinitionMeaning):
        return (found,)
    if depth > _MOST_ALIASES:
        return UNKNOWN
    held = weakened(value_of(query, found.meaning), found.rank)
    return merged(*(_opened(query, each, depth + 1) for each in held))


def _keyword(query: Query, place: Place, reference: Reference) -> Answer:
    """A keyword argument of a constructor that a class generates from its attributes (dataclasses, models)."""
    given = query.rules(place.file).given
    if given is not None:
        return given(query, place, reference)
    callee = expression(query, place, reference.receiver, local=reference.local) if reference.receiver else UNKNOWN
    if not callee:
        return UNKNOWN
    found: list[Found] = []
    for each in callee:
        meaning = each.meaning
        if isinstance(meaning, InstanceMeaning | DefinitionMeaning):
            owner = meaning.of if isinstance(meaning, InstanceMeaning) else meaning
            found += weakened(_attributes(query, owner, reference.name), Rank.INFERRED)
    return tuple(found) or EXTERNAL


def _attributes(query: Query, owner: DefinitionMeaning, name: str) -> Answer:
    """The attribute that a generated constructor takes as ``name``; nothing if a written one has such a parameter."""
    index = query.files.index(owner.file)
    if index is None or index.definitions[owner.number].kind != DefinitionKind.CLASS:
        return UNKNOWN
    for found in member(query, owner, "__init__"):
        row = row_of(query, found.meaning)
        if row is not None and not passes_on(row.parameters or (), name):
            return UNKNOWN
    return tuple(
        found
        for found in member(query, owner, name)
        if isinstance(found.meaning, DefinitionMeaning) and _is_attribute(query, found.meaning)
    )


def _is_attribute(query: Query, meaning: DefinitionMeaning) -> bool:
    index = query.files.index(meaning.file)
    return index is not None and index.definitions[meaning.number].kind == DefinitionKind.ATTRIBUTE
