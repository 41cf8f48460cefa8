"""Classes above and below the anchor, and members of its name in them.

Go's interfaces name nobody who implements them: there a type of the same folder as another definition of the name
implements an interface when it has all its methods.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.context.access import files_that_may_define, language_of, may_use, symbol_at
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import MOST_USES, UNLIKE, Surroundings, folder_of, key_of, share, sureness
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.references import Limit

_CLASSES = frozenset({DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE, DefinitionKind.ENUM})
_TYPES_BY_METHODS = "go"

#: Classes below one base are no twins of each other when there are more, or more files that name the base.
MOST_HEIRS = 40


def families(around: Surroundings) -> Iterator[Relation]:
    """What stands above and below the anchor, and what else stands below the same: implementations of one interface."""
    symbol = around.anchor.symbol
    if symbol is None:
        return
    if symbol.definition.kind in _CLASSES or symbol.definition.kind is DefinitionKind.EXTENSION:
        yield from _classes(around, symbol)
    elif (owner := around.owner(symbol)) is not None:
        yield from _members(around, symbol, owner)


def _classes(around: Surroundings, symbol: Symbol) -> Iterator[Relation]:
    heirs = _heirs(around, symbol)
    below = RelationKind.IMPLEMENTER if symbol.definition.kind is DefinitionKind.INTERFACE else RelationKind.DERIVED
    for heir, weight in heirs:
        yield around.relation(below, heir, f"inherits from `{symbol.qualified_name}`", weight * share(len(heirs)))
    above = [each for each in around.view.ancestors(symbol)[1:] if isinstance(each, Symbol)]
    for number, base in enumerate(above):
        yield around.relation(RelationKind.BASE, base, f"is above `{symbol.qualified_name}`", 1 / (1 + number))
    for base in above[:2]:
        if may_use(around.view, base.definition.name) > MOST_HEIRS:
            continue
        beside = [each for each in _heirs(around, base) if key_of(each[0]) != key_of(symbol)]
        for heir, weight in beside if len(beside) <= MOST_HEIRS else ():
            reason = f"inherits from `{base.qualified_name}` like `{symbol.qualified_name}`"
            yield around.relation(RelationKind.TWIN, heir, reason, 0.8 * weight * share(len(beside)))


def _heirs(around: Surroundings, symbol: Symbol) -> list[tuple[Symbol, float]]:
    """The classes directly below one, each with how surely it is."""
    if _is_by_methods(around, symbol) and symbol.definition.kind is DefinitionKind.INTERFACE:
        return [(each, 0.8) for each in _implementers(around, symbol)]
    around.check()
    limit = Limit(MOST_USES, ReferenceKind.INHERIT, alone=True)
    found: dict[tuple[str, int], tuple[Symbol, float]] = {}
    for place in around.view.references(symbol, limit=limit).places:
        if place.reference.kind is ReferenceKind.INHERIT and place.reference.enclosing >= 0:
            heir = symbol_at(around.view, place.path, place.reference.enclosing)
            if heir is not None:
                found.setdefault(key_of(heir), (heir, sureness(place.confidence)))
    return list(found.values())


def _members(around: Surroundings, symbol: Symbol, owner: Symbol) -> Iterator[Relation]:
    if _is_by_methods(around, symbol):
        yield from _members_by_methods(around, symbol, owner)
        return
    for number, each in enumerate(around.overridden):
        reason = f"is overridden by `{symbol.qualified_name}`"
        yield around.relation(RelationKind.OVERRIDDEN, each, reason, 1 / (1 + number))
    own, ours = key_of(symbol), set(map(key_of, around.overridden))
    below = [each for each, theirs in around.overridden_by_namesakes if own in theirs]
    beside = [
        each
        for each, theirs in around.overridden_by_namesakes
        if ours & theirs and own not in theirs and key_of(each) not in ours
    ]
    yield from _below(around, symbol, owner, below)
    yield from _beside(around, symbol, beside)


def _below(around: Surroundings, symbol: Symbol, owner: Symbol, found: list[Symbol]) -> Iterator[Relation]:
    declared = owner.definition.kind is DefinitionKind.INTERFACE
    kind = RelationKind.IMPLEMENTER if declared else RelationKind.OVERRIDE
    verb = "implements" if declared else "overrides"
    for each in found:
        yield around.relation(kind, each, f"{verb} `{symbol.qualified_name}`", share(len(found)))


def _beside(around: Surroundings, symbol: Symbol, found: list[Symbol]) -> Iterator[Relation]:
    for each in found if len(found) <= MOST_HEIRS else ():
        reason = f"does for another class what `{symbol.qualified_name}` does"
        alike = UNLIKE + (1 - UNLIKE) * around.likeness(each.path, each.definition.span)
        yield around.relation(RelationKind.TWIN, each, reason, 0.8 * alike * share(len(found)))


def _members_by_methods(around: Surroundings, symbol: Symbol, owner: Symbol) -> Iterator[Relation]:
    owners = [(each, other) for each in around.namesakes if (other := around.owner(each)) is not None]
    if owner.definition.kind is DefinitionKind.INTERFACE:
        below = [each for each, other in owners if _implements(around, other, owner)]
        yield from _below(around, symbol, owner, below)
        return
    interfaces = [
        (each, other)
        for each, other in owners
        if other.definition.kind is DefinitionKind.INTERFACE and _implements(around, owner, other)
    ]
    for each, _ in interfaces:
        reason = f"is implemented by `{symbol.qualified_name}`"
        yield around.relation(RelationKind.OVERRIDDEN, each, reason, 0.8 / len(interfaces))
    beside = [each for each, other in owners if any(_implements(around, other, one) for _, one in interfaces)]
    yield from _beside(around, symbol, [each for each in beside if key_of(each) != key_of(symbol)])


def _implementers(around: Surroundings, interface: Symbol) -> Iterator[Symbol]:
    names = _methods(around, interface)
    rarest = min(names, key=lambda name: (-around.rarity(name), name), default=None)
    found: dict[tuple[str, str], Symbol] = {}
    for each in around.called(rarest) if rarest is not None else ():
        owner = around.owner(each)
        if owner is not None and _implements(around, owner, interface):
            found.setdefault((folder_of(owner.path), owner.definition.name), owner)
    yield from found.values()


def _implements(around: Surroundings, owner: Symbol, interface: Symbol) -> bool:
    if owner.definition.kind is DefinitionKind.INTERFACE:
        return False
    wanted = _methods(around, interface)
    return bool(wanted) and wanted <= _methods(around, owner)


def _methods(around: Surroundings, owner: Symbol) -> frozenset[str]:
    """Names of the methods of a type, wherever they stand in its folder."""
    name, folder = owner.definition.name, folder_of(owner.path)
    return around.remembered(("methods", owner.path.root, folder, name), lambda: _read_methods(around, owner))


def _read_methods(around: Surroundings, owner: Symbol) -> frozenset[str]:
    name, folder = owner.definition.name, folder_of(owner.path)
    found: set[str] = set()
    for path in files_that_may_define(around.view, name):
        index = around.view.index(path) if path.root == owner.path.root and folder_of(path) == folder else None
        if index is not None:
            rows = index.definitions
            methods = (row for row in rows if row.kind == DefinitionKind.METHOD and row.parent >= 0)
            found.update(row.name for row in methods if rows[row.parent].name == name)
    return frozenset(found)


def _is_by_methods(around: Surroundings, symbol: Symbol) -> bool:
    return language_of(around.view, symbol.path) == _TYPES_BY_METHODS
