"""All kinds of relations, how many of each are told at most, and the one question that gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sightline.context.relations.calls import callees, callers, helpers
from sightline.context.relations.documents import documents
from sightline.context.relations.families import families
from sightline.context.relations.files import generated, neighbours
from sightline.context.relations.places import imports, members, named, owners, reexports, registrations, users
from sightline.context.relations.relation import Anchor, Relation, RelationKind
from sightline.context.relations.shared import colleagues, fellows, fields, keywords, siblings
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
    neighbours: frozenset({RelationKind.NEIGHBOUR}),
    generated: frozenset({RelationKind.GENERATED}),
    documents: frozenset({RelationKind.DOCUMENT}),
    siblings: frozenset({RelationKind.SIBLING}),
    fields: frozenset({RelationKind.FIELD}),
    colleagues: frozenset({RelationKind.COLLEAGUE}),
    fellows: frozenset({RelationKind.FELLOW}),
    keywords: frozenset({RelationKind.KEYWORD}),
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

#: Most relations of one kind that are told: in the anchor's file, and in others, which would be crowded out there.
#: Chosen by what share of the first so many had changed together with the anchor (contextbench, development half).
MOST: Mapping[RelationKind, tuple[int, int]] = {
    RelationKind.CALLEE: (6, 5),
    RelationKind.HELPER: (4, 2),
    RelationKind.CALLER: (6, 5),
    RelationKind.BASE: (2, 2),
    RelationKind.DERIVED: (6, 6),
    RelationKind.IMPLEMENTER: (6, 6),
    RelationKind.OVERRIDE: (6, 6),
    RelationKind.OVERRIDDEN: (2, 3),
    RelationKind.TWIN: (6, 4),
    RelationKind.PARALLEL: (6, 2),
    RelationKind.SIBLING: (10, 0),
    RelationKind.FIELD: (10, 8),
    RelationKind.COLLEAGUE: (8, 8),
    RelationKind.FELLOW: (6, 4),
    RelationKind.KEYWORD: (3, 4),
    RelationKind.TYPE: (4, 2),
    RelationKind.VALUE: (5, 2),
    RelationKind.USER: (8, 4),
    RelationKind.OWNER: (1, 1),
    RelationKind.MEMBER: (6, 0),
    RelationKind.IMPORT: (3, 0),
    RelationKind.NEIGHBOUR: (2, 0),
    RelationKind.GENERATED: (0, 3),
    RelationKind.DOCUMENT: (0, 3),
    RelationKind.REGISTRATION: (3, 3),
    RelationKind.REEXPORT: (1, 2),
    RelationKind.TEST: (2, 5),
    RelationKind.TESTED: (0, 5),
}


def relations_of(
    view: GraphView,
    anchor: Anchor,
    *,
    kinds: Collection[RelationKind] = tuple(RelationKind),
    most: Mapping[RelationKind, tuple[int, int]] = MOST,
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
    return tuple(each for kind, found in best.items() for each in _first(anchor, found.values(), most[kind]))


def _first(anchor: Anchor, found: Iterable[Relation], most: tuple[int, int]) -> Iterator[Relation]:
    left = {True: most[0], False: most[1]}
    for each in sorted(found, key=lambda each: (-each.weight, each.path, each.line)):
        inside = each.path == anchor.path
        left[inside] -= 1
        if left[inside] >= 0:
            yield each


def _is_own(around: Surroundings, relation: Relation) -> bool:
    index = around.view.index(relation.path) if relation.path == around.anchor.path else None
    if index is None:
        return False
    span = around.anchor.span
    return index.line_of(span.start) < relation.line <= index.line_of(max(span.end - 1, span.start)) + 1
