"""Questions about one symbol beyond its uses: who calls it, what it calls, who implements it, its twins, its tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Confidence, Coverage, EdgeKind, Symbol
from sightline.graph.coverage import joint_coverage
from sightline.graph.facts import FUNCTIONS, DefinitionKind, ReferenceKind
from sightline.graph.generated import generated_from
from sightline.graph.impact import impact_of
from sightline.graph.stopping import Check, go_on
from sightline.graph.test_files import is_test
from sightline.graph.view import MOST_PLACES, GraphView

#: Steps from a symbol to a test that is said to reach it.
TEST_DEPTH = 6
#: Kinds of definitions that can have others below them.
CLASSES = frozenset({DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE})
#: Calls that are looked at for each caller that may be told.
_CALLS_EACH = 2
_ORDER = {Confidence.EXACT: 0, Confidence.INFERRED: 1, Confidence.NAME_ONLY: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A definition (or, with an empty name, the top of a file) in some relation to another.

    ``line`` is the one-based line that shows the relation: of the call, of the definition. ``depth`` counts steps.
    """

    path: WorkspacePath
    name: str
    line: int
    confidence: Confidence
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedAnswer:
    """All that is related, sorted by depth and place, with the coverage of the answer.

    When it is cut, those of nearer files come first.
    """

    related: tuple[Related, ...]
    coverage: Coverage


class Relation(Protocol):
    """A question about one symbol. ``limit``: that many are enough; the coverage says when the answer is a part."""

    def __call__(
        self, view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES
    ) -> RelatedAnswer: ...


def callers(view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES) -> RelatedAnswer:
    """Definitions that call ``symbol``, each once, with the best confidence of its calls."""
    check()
    # Several calls may lie in one caller.
    answer = view.references(symbol, limit=min(MOST_PLACES, _CALLS_EACH * limit), kind=ReferenceKind.CALL)
    calls = (place for place in answer.places if place.kind is EdgeKind.CALL)
    found = (Related(path=each.path, name=each.enclosing, line=each.line, confidence=each.confidence) for each in calls)
    return _answered(found, answer.coverage, limit)


def callees(view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES) -> RelatedAnswer:
    """Definitions of the workspace that ``symbol`` calls. ``ambiguous`` counts calls whose target is not known."""
    facts = view.facts(symbol.path)
    found: list[Related] = []
    unknown = 0
    for reference in facts.references if facts is not None else ():
        check()
        inside = symbol.definition.span.contains(reference.span)
        if not inside or reference.kind is not ReferenceKind.CALL:
            continue
        targets = view.resolve(symbol.path, reference)
        unknown += bool(targets) and all(confidence is Confidence.NAME_ONLY for _, confidence in targets)
        found += (_defined(view, target, confidence) for target, confidence in targets)
    coverage = Coverage(complete=not unknown and facts is not None, ambiguous=unknown)
    return _answered(found, coverage, limit)


def implementers(view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES) -> RelatedAnswer:
    """Classes below a class or interface, at every depth; for a member the members that override it."""
    found = (_defined(view, heir, Confidence.EXACT, depth) for heir, depth in heirs(view, symbol, check))
    is_class = symbol.definition.kind in CLASSES
    coverage = view.references(symbol).coverage if is_class else view.coverage()
    return _answered(found, coverage, limit)


def heirs(view: GraphView, symbol: Symbol, check: Check = go_on) -> tuple[tuple[Symbol, int], ...]:
    """The definitions of :func:`implementers`, each with its depth, nearest first."""
    check()
    if symbol.definition.kind not in CLASSES:
        return tuple((each, 1) for each in view.overrides(symbol))
    found: dict[str, tuple[Symbol, int]] = {}
    waiting = [(symbol, 0)]
    for current, depth in waiting:
        check()
        for heir in view.subclasses(current):
            if heir.identifier not in found and heir.identifier != symbol.identifier:
                found[heir.identifier] = (heir, depth + 1)
                waiting.append((heir, depth + 1))
    return tuple(found.values())


def twins(view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES) -> RelatedAnswer:
    """Definitions of the same qualified name and kind in other files: platform variants, copies, one interface.

    Files of the same folder come first (depth 1), others after them (depth 2). A twin is known by name alone.
    """
    folder = symbol.path.relative.rpartition("/")[0]
    found: list[Related] = []
    for path in view.files_defining(symbol.definition.name):
        check()
        for other in view.symbols(path) if path != symbol.path else ():
            same = other.qualified_name == symbol.qualified_name and other.definition.kind is symbol.definition.kind
            if same:
                depth = 1 if path.relative.rpartition("/")[0] == folder else 2
                found.append(_defined(view, other, Confidence.NAME_ONLY, depth))
    return _answered(found, view.coverage(), limit)


def tests_reaching(view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES) -> RelatedAnswer:  # noqa: PT028  no test
    """Functions and methods in test files that use ``symbol``, directly or through up to five others.

    A function inside another counts as the outer one, which is what a test runner knows. The top of a test file, which
    imports what its tests use, is told only where it reaches the symbol and none of its functions does.
    """
    answer = impact_of(view, symbol, depth=TEST_DEPTH, check=check)
    nearest: dict[tuple[WorkspacePath, str], Related] = {}
    for each in answer.impacted:
        if is_test(each.path):
            name = _outermost(view, each.path, each.name)
            found = Related(path=each.path, name=name, line=each.line, confidence=each.confidence, depth=each.depth)
            nearest.setdefault((each.path, name), found)  # they come nearest first
    named = {path for path, name in nearest if name}
    tests = (found for (path, name), found in nearest.items() if name or path not in named)
    return _answered(tests, answer.coverage, limit)


def _outermost(view: GraphView, path: WorkspacePath, name: str) -> str:
    """The outermost function or method around a definition; the definition itself if there is none."""
    index = view.index(path)
    kinds = {index.qualified_name(at): row.kind for at, row in enumerate(index.definitions)} if index and name else {}
    parts = name.split(".")
    around = (".".join(parts[:count]) for count in range(1, len(parts)))
    return next((each for each in around if kinds.get(each) in FUNCTIONS), name)


def _defined(view: GraphView, symbol: Symbol, confidence: Confidence, depth: int = 1) -> Related:
    index = view.index(symbol.path)
    line = index.line_of(symbol.definition.name_span.start) + 1 if index is not None else 1
    return Related(path=symbol.path, name=symbol.qualified_name, line=line, confidence=confidence, depth=depth)


def _answered(found: Iterable[Related], coverage: Coverage, limit: int) -> RelatedAnswer:
    """Each definition once, best known first found; the first ``limit`` of them."""
    best: dict[tuple[WorkspacePath, str], Related] = {}
    for each in found:
        key = (each.path, each.name)
        known = best.get(key)
        if known is None or (_ORDER[each.confidence], each.line) < (_ORDER[known.confidence], known.line):
            best[key] = each
    cut = len(best) > limit
    # Of a part the nearest, which were found first.
    related = sorted(best.values(), key=_by_depth if cut or coverage.cut else _by_place)[:limit]
    return RelatedAnswer(related=tuple(related), coverage=joint_coverage([coverage], cut=cut))


def _by_depth(found: Related) -> int:
    return found.depth


def _by_place(found: Related) -> tuple[int, WorkspacePath, int]:
    return found.depth, found.path, found.line


def source_of_generated(
    view: GraphView, symbol: Symbol, check: Check = go_on, *, limit: int = MOST_PLACES
) -> RelatedAnswer:
    """The file that the file of ``symbol`` was generated from, as its header says; ``line`` is that of the header."""
    check()
    edge = generated_from(view, symbol.path)
    related = () if edge is None else (Related(path=edge.target, name="", line=edge.line, confidence=edge.confidence),)
    return RelatedAnswer(related=related[:limit], coverage=Coverage(complete=True))
