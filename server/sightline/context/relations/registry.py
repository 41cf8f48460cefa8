"""All kinds of relations, how many of each are told at most, and the one question that gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from sightline.context.relations.calls import callees, callers, helpers
from sightline.context.relations.families import families
from sightline.context.relations.places import imports, members, named, owners, reexports, registrations, users
from sightline.context.relations.relation import Anchor, Relation, RelationKind
from sightline.context.relations.shared import sharers, siblings
from sightline.context.relations.surroundings import Surroundings
from sightline.context.relations.tests_of import tested, tests
from sightline.context.relations.twins import parallels, twins
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import GraphView

#: Finds the relations of some kinds; each place may come several times, in any order.
Finder = Callable[[Surroundings], Iterator[Relation]]

FINDERS: Mapping[Finder, frozenset[RelationKind]] = {
    callees: frozenset({RelationKind.CALLEE}),
    helpers: frozenset({RelationKind.HELPER}),
    callers: frozenset({RelationKind.CALLER}),
    families: frozenset(
        {
            RelationKind.BASE,
            RelationKind.DERIVED,
            RelationKind.IMPLEMENTER,
            RelationKind.OVERRIDE,
            RelationKind.OVERRIDDEN,
            RelationKind.TWIN,
        }
    ),
    twins: frozenset({RelationKind.TWIN}),
    parallels: frozenset({RelationKind.PARALLEL}),
    siblings: frozenset({RelationKind.SIBLING}),
    sharers: frozenset({RelationKind.FIELD, RelationKind.COLLEAGUE}),
    named: frozenset({RelationKind.TYPE, RelationKind.VALUE}),
    users: frozenset({RelationKind.USER}),
    owners: frozenset({RelationKind.OWNER}),
    members: frozenset({RelationKind.MEMBER}),
    imports: frozenset({RelationKind.IMPORT}),
    registrations: frozenset({RelationKind.REGISTRATION}),
    reexports: frozenset({RelationKind.REEXPORT}),
    tests: frozenset({RelationKind.TEST}),
    tested: frozenset({RelationKind.TESTED}),
}

#: Most relations of one kind that are told.
MOST: Mapping[RelationKind, int] = dict.fromkeys(RelationKind, 10)


def relations_of(
    view: GraphView,
    anchor: Anchor,
    *,
    kinds: Collection[RelationKind] = tuple(RelationKind),
    most: Mapping[RelationKind, int] = MOST,
    check: Check = go_on,
) -> tuple[Relation, ...]:
    """The relations of an anchor, kind by kind, each kind's best first; a line comes once in each kind.

    Lines of the anchor itself are left out. ``check`` is called between the steps and may raise.
    """
    around = Surroundings(view, anchor, check)
    best: dict[RelationKind, dict[tuple[str, int], Relation]] = {kind: {} for kind in RelationKind if kind in kinds}
    for finder, found in FINDERS.items():
        for each in finder(around) if not found.isdisjoint(kinds) else ():
            if each.kind not in best or not each.line or _is_own(around, each):
                continue
            key = (str(each.path), each.line)
            known = best[each.kind].get(key)
            if known is None or known.weight < each.weight:
                best[each.kind][key] = each
    return tuple(
        each
        for kind, found in best.items()
        for each in sorted(found.values(), key=lambda each: (-each.weight, each.path, each.line))[: most[kind]]
    )


def _is_own(around: Surroundings, relation: Relation) -> bool:
    index = around.view.index(relation.path) if relation.path == around.anchor.path else None
    if index is None:
        return False
    span = around.anchor.span
    return index.line_of(span.start) < relation.line <= index.line_of(max(span.end - 1, span.start)) + 1
