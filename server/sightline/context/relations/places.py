"""What else is tied to the anchor by name: what it names, its class, where it is registered, passed on, imported."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.context.access import passing_on
from sightline.context.chunks import CONTAINERS
from sightline.context.relations.calls import is_in_test
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, folder_of, is_function, share, sureness
from sightline.graph.answers import EdgeKind, Place
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.index import MODULE

_KINDS = {
    ReferenceKind.TYPE: (RelationKind.TYPE, "is a type that `{}` names"),
    ReferenceKind.READ: (RelationKind.VALUE, "is read by `{}`"),
    ReferenceKind.WRITE: (RelationKind.VALUE, "is written by `{}`"),
}
_CODE = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD, *CONTAINERS})
_TYPES = frozenset({DefinitionKind.CLASS, DefinitionKind.ENUM, DefinitionKind.TYPE})
_PASSING = frozenset({EdgeKind.IMPORT, EdgeKind.REEXPORT})

#: Files that pass on the names of another one, at most.
MOST_BARRELS = 5


def named(around: Surroundings) -> Iterator[Relation]:
    """Types, constants and fields that the anchor names."""
    for used in around.used:
        known = _KINDS.get(used.reference.kind)
        if known is None:
            continue
        kind, reason = known
        for target, sure in used.targets[:1]:
            weight = sure * around.rarity(target.definition.name)
            yield around.relation(kind, target, reason.format(around.name), weight)


def users(around: Surroundings) -> Iterator[Relation]:
    """Code outside tests that uses the anchor and calls it not: as a type, as a value, as a decorator."""
    uses = [
        (symbol, place)
        for symbol, place in around.uses
        if place.kind not in _PASSING and place.kind is not EdgeKind.CALL and not is_in_test(place)
    ]
    seen: set[tuple[WorkspacePath, str]] = set()
    for symbol, place in uses:
        if (place.path, place.enclosing) in seen or is_registration(around, place):
            continue
        seen.add((place.path, place.enclosing))
        weight = sureness(place.confidence) * share(len(uses))
        yield around.relation_to_place(RelationKind.USER, place, f"uses `{symbol.qualified_name}`", weight)


def registrations(around: Surroundings) -> Iterator[Relation]:
    """Tables, lists and calls of a module that name the anchor: dispatch tables, routers, ``__all__``."""
    found = [(symbol, place) for symbol, place in around.uses if is_registration(around, place)]
    for symbol, place in found:
        weight = sureness(place.confidence) * share(len(found))
        yield around.relation_to_place(
            RelationKind.REGISTRATION, place, f"names `{symbol.qualified_name}` in a table of its module", weight
        )


def is_registration(around: Surroundings, place: Place) -> bool:
    """Whether a use stands in a table or a statement of a module, not in a function or a class."""
    if place.kind in _PASSING or place.kind in (EdgeKind.TYPE, EdgeKind.INHERIT) or is_in_test(place):
        return False
    index = around.view.index(place.path)
    number = place.reference.enclosing
    while index is not None and number != MODULE:
        if index.definitions[number].kind in _CODE and index.definitions[number].kind != DefinitionKind.NAMESPACE:
            return False
        number = index.definitions[number].parent
    return index is not None


def reexports(around: Surroundings) -> Iterator[Relation]:
    """Lines that pass the anchor's name on to others, or everything of its file."""
    for symbol, place in around.uses:
        if place.kind is EdgeKind.REEXPORT:
            reason = f"passes `{symbol.qualified_name}` on"
            yield around.relation_to_place(RelationKind.REEXPORT, place, reason, sureness(place.confidence))
    for path, line in passing_on(around.view, around.anchor.path)[:MOST_BARRELS]:
        reason = f"passes on what `{around.anchor.path.relative}` has"
        weight = 0.5 * around.nearness(path)
        yield Relation(kind=RelationKind.REEXPORT, path=path, line=line, reason=reason, weight=weight)


def owners(around: Surroundings) -> Iterator[Relation]:
    """The class, interface or struct that the anchor is a member of: its head and its fields.

    A method of Go and a member of a Rust ``impl`` belong to the type of that name in their folder.
    """
    symbol = around.anchor.symbol
    owner = around.owner(symbol) if symbol is not None else None
    if owner is None or owner.definition.kind not in CONTAINERS:
        return
    if owner.definition.kind is DefinitionKind.EXTENSION:
        types = (each for each in around.called(owner.definition.name) if each.definition.kind in _TYPES)
        owner = next((each for each in types if folder_of(each.path) == folder_of(around.anchor.path)), None)
    if owner is not None:
        yield around.relation(RelationKind.OWNER, owner, f"holds `{around.name}`", 1.0)


def members(around: Surroundings) -> Iterator[Relation]:
    """Constructors and, fewer of them counting more, other methods of the class whose head the anchor is."""
    symbol = around.anchor.symbol
    if symbol is None or symbol.definition.kind not in CONTAINERS:
        return
    inside = [each for each in around.view.members(symbol) if is_function(each)]
    for number, each in enumerate(inside):
        yield around.relation(RelationKind.MEMBER, each, f"belongs to `{around.name}`", 1 / (1 + math.log(1 + number)))


def imports(around: Surroundings) -> Iterator[Relation]:
    """The import statements of the anchor's file that bind names which it uses."""
    index = around.view.index(around.anchor.path)
    if index is None or not index.imports:
        return
    used = {part for each in around.used for part in _first_names(each.reference.name, each.reference.receiver)}
    lines = index.import_lines
    bound = [
        (lines[number], name)
        for number, row in enumerate(index.imports)
        if row.enclosing == MODULE
        for name in (each[1].partition(".")[0] for each in row.names)
        if name in used
    ]
    for line, name in bound:
        reason = f"imports `{name}`, which `{around.name}` uses"
        yield Relation(
            kind=RelationKind.IMPORT, path=around.anchor.path, line=line + 1, reason=reason, weight=1 / (1 + len(bound))
        )


def _first_names(name: str, receiver: str) -> tuple[str, ...]:
    return (receiver.partition(".")[0].partition("(")[0],) if receiver else (name,)
