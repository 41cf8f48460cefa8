"""Who calls the anchor, what it calls, and what its callees call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, is_function, share, sureness
from sightline.graph.answers import EdgeKind, Place, Symbol
from sightline.graph.facts import ReferenceKind
from sightline.graph.test_files import is_test

#: Callees whose own callees are looked at, and different names followed in each.
MOST_CALLEES = 6
MOST_IN_CALLEE = 25

_CALLS = frozenset({ReferenceKind.CALL, ReferenceKind.DECORATE})
_TEST_SPACES = frozenset({"test", "tests"})


def callees(around: Surroundings) -> Iterator[Relation]:
    """Definitions that the anchor calls or is decorated with."""
    for symbol, weight in _callees(around):
        yield around.relation(RelationKind.CALLEE, symbol, f"called by `{around.name}`", weight)


def helpers(around: Surroundings) -> Iterator[Relation]:
    """Definitions that the callees call; what the anchor calls itself is none of them."""
    direct = {symbol.identifier for symbol, _ in _callees(around)}
    best: dict[str, tuple[Symbol, Symbol, float]] = {}
    for callee, through in islice((each for each in _callees(around) if is_function(each[0])), MOST_CALLEES):
        for used in around.used_in(callee.path, callee.definition.span, MOST_IN_CALLEE):
            for target, sure in used.targets[:1] if used.reference.kind in _CALLS else ():
                weight = through * sure * around.rarity(target.definition.name)
                known = best.get(target.identifier)
                if target.identifier not in direct and (known is None or known[2] < weight):
                    best[target.identifier] = (target, callee, weight)
    for target, callee, weight in best.values():
        reason = f"called by `{callee.qualified_name}`, which `{around.name}` calls"
        yield around.relation(RelationKind.HELPER, target, reason, weight)


def callers(around: Surroundings) -> Iterator[Relation]:
    """Places that call the anchor, one for each caller; tests are no callers."""
    calls = [(symbol, place) for symbol, place in around.uses if place.kind is EdgeKind.CALL]
    calls = [(symbol, place) for symbol, place in calls if not is_in_test(place)]
    found: dict[tuple[str, str], Relation] = {}
    for symbol, place in calls:
        weight = sureness(place.confidence) * share(len(calls))
        reason = f"calls `{symbol.qualified_name}`"
        relation = around.relation_to_place(RelationKind.CALLER, place, reason, weight)
        key = (str(place.path), place.enclosing)
        if key not in found or found[key].weight < relation.weight:
            found[key] = relation
    yield from found.values()


def is_in_test(place: Place) -> bool:
    """Whether a place is in a test by the name of its file, or of the module in it."""
    return is_test(place.path) or place.enclosing.partition(".")[0] in _TEST_SPACES


def _callees(around: Surroundings) -> list[tuple[Symbol, float]]:
    best: dict[str, tuple[Symbol, float]] = {}
    for used in around.used:
        if used.reference.kind not in _CALLS:
            continue
        for target, sure in used.targets:
            weight = sure * around.rarity(target.definition.name)
            known = best.get(target.identifier)
            if known is None or known[1] < weight:
                best[target.identifier] = (target, weight)
    return sorted(best.values(), key=lambda each: (-each[1], each[0].identifier))
