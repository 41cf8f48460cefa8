"""Every question that can be put to the graph, by its name: one shape for what is asked, one for the answer.

The doors hand a :class:`GraphQuery` in and turn the :class:`QueryAnswer` into their own form. Questions about symbols
are asked of every symbol given, and the answers are laid together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sightline.base.paths import WorkspacePath
from sightline.graph import relations, walks
from sightline.graph.answers import Confidence, Coverage, Symbol
from sightline.graph.coverage import joint_coverage
from sightline.graph.impact import impact_of
from sightline.graph.relations import Relation
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import GraphView

#: Steps that ``impact`` follows unless told otherwise; ``importers`` and ``dependencies`` follow one.
IMPACT_DEPTH = 5

_ORDER = {confidence: number for number, confidence in enumerate(Confidence)}

#: The relations of a neighbourhood, by name.
RELATIONS: Mapping[str, Relation] = {
    "callers": relations.callers,
    "callees": relations.callees,
    "implementers": relations.implementers,
    "twins": relations.twins,
    "tests": relations.tests_reaching,
    "generated-from": relations.source_of_generated,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQuery:
    """What is asked: the name of the query, and what it is asked of. ``depth`` counts steps, ``None``: the usual."""

    name: str
    symbols: tuple[Symbol, ...] = ()
    file: WorkspacePath | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryItem:
    """One thing found: a definition, or with an empty ``name`` a file or its top.

    ``line`` and ``column`` are one-based (column 0: the whole line) and show the relation: the use, the import, the
    definition. ``source`` is the file that the line is in, where that is another one: of a dependency, who imports it.
    ``kind`` is the kind of the edge, where there is one edge.
    """

    relation: str
    path: WorkspacePath
    line: int
    confidence: Confidence
    name: str = ""
    kind: str = ""
    column: int = 0
    depth: int = 1
    source: WorkspacePath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """An answer at one revision. ``groups`` are those of ``cycles``; everything else is in ``items``, nearest first."""

    query: str
    symbols: tuple[Symbol, ...]
    items: tuple[QueryItem, ...]
    groups: tuple[tuple[WorkspacePath, ...], ...] = ()
    coverage: Coverage
    revision: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.items or self.groups)


_Part: TypeAlias = tuple[Iterable[QueryItem], Coverage]


def ask(view: GraphView, query: GraphQuery, check: Check = go_on) -> QueryAnswer:
    """The answer to ``query``. Raises ``KeyError`` for a query that is not in :data:`QUERIES`, and what it takes is
    checked by assertion; :class:`~sightline.graph.stopping.Stopped` when it was given up.
    """
    if query.name in SYMBOL_QUERIES:
        parts = [part for symbol in query.symbols for part in SYMBOL_QUERIES[query.name](view, symbol, query, check)]
        items = _distinct(item for items, _ in parts for item in items)
        return _answer(view, query, items, [coverage for _, coverage in parts])
    if query.name in FILE_QUERIES:
        items, coverage = _reached(view, query, check)
        return _answer(view, query, items, [coverage])
    if query.name == "cycles":
        found = _answer(view, query, (), [view.coverage()])
        return replace(found, groups=walks.cycles(view, check=check))
    if query.name == "entry-points":
        paths = walks.entry_points(view, check=check)
        items = [QueryItem(relation=query.name, path=path, line=1, confidence=Confidence.EXACT) for path in paths]
        return _answer(view, query, items, [view.coverage()])
    raise KeyError(query.name)


def _answer(
    view: GraphView, query: GraphQuery, items: Iterable[QueryItem], coverages: Iterable[Coverage]
) -> QueryAnswer:
    return QueryAnswer(
        query=query.name,
        symbols=query.symbols,
        items=tuple(items),
        coverage=joint_coverage(coverages),
        revision=view.revision,
    )


def _distinct(items: Iterable[QueryItem]) -> list[QueryItem]:
    """Each thing once: definitions of one name share their uses by name alone."""
    best: dict[tuple[str, WorkspacePath, str, int, int], QueryItem] = {}
    for item in items:
        key = (item.relation, item.path, item.name, item.line, item.column)
        known = best.get(key)
        if known is None or (item.depth, _ORDER[item.confidence]) < (known.depth, _ORDER[known.confidence]):
            best[key] = item
    return list(best.values())


def _references(view: GraphView, symbol: Symbol, query: GraphQuery, check: Check) -> list[_Part]:
    check()
    answer = view.references(symbol)
    items = (
        QueryItem(
            relation=query.name,
            path=place.path,
            line=place.line,
            column=place.column,
            name=place.enclosing,
            kind=place.kind.value,
            confidence=place.confidence,
        )
        for place in answer.places
    )
    return [(tuple(items), answer.coverage)]


def _impact(view: GraphView, symbol: Symbol, query: GraphQuery, check: Check) -> list[_Part]:
    answer = impact_of(view, symbol, depth=query.depth or IMPACT_DEPTH, check=check)
    items = (
        QueryItem(
            relation=query.name,
            path=each.path,
            line=each.line,
            name=each.name,
            confidence=each.confidence,
            depth=each.depth,
        )
        for each in answer.impacted
    )
    return [(tuple(items), answer.coverage)]


def _relation(name: str) -> Callable[[GraphView, Symbol, GraphQuery, Check], list[_Part]]:
    def related(view: GraphView, symbol: Symbol, query: GraphQuery, check: Check) -> list[_Part]:
        del query
        answer = RELATIONS[name](view, symbol, check)
        items = (
            QueryItem(
                relation=name,
                path=each.path,
                line=each.line,
                name=each.name,
                confidence=each.confidence,
                depth=each.depth,
            )
            for each in answer.related
        )
        return [(tuple(items), answer.coverage)]

    return related


def _neighbourhood(view: GraphView, symbol: Symbol, query: GraphQuery, check: Check) -> list[_Part]:
    return [part for name in RELATIONS for part in SYMBOL_QUERIES[name](view, symbol, query, check)]


def _reached(view: GraphView, query: GraphQuery, check: Check) -> _Part:
    assert query.file is not None, "a question about a file"
    inward = query.name == "importers"
    direction = "importers" if inward else "dependencies"
    answer = walks.reach(view, query.file, direction, depth=query.depth or 1, check=check)
    items = [
        QueryItem(
            relation=query.name,
            path=each.path,
            line=edge.line,
            kind=edge.kind.value,
            confidence=edge.confidence,
            depth=each.depth,
            source=None if inward else edge.source,
        )
        for each in answer.reached
        for edge in each.edges
    ]
    return items, answer.coverage


#: Questions about symbols.
SYMBOL_QUERIES: Mapping[str, Callable[[GraphView, Symbol, GraphQuery, Check], list[_Part]]] = {
    "references": _references,
    "impact": _impact,
    "neighbourhood": _neighbourhood,
    **{name: _relation(name) for name in RELATIONS},
}
#: Questions about a file.
FILE_QUERIES = frozenset({"importers", "dependencies"})
#: Questions about the whole graph.
WHOLE_QUERIES = frozenset({"cycles", "entry-points"})
#: All of them.
QUERIES = frozenset(SYMBOL_QUERIES) | FILE_QUERIES | WHOLE_QUERIES
