"""What stands around a definition in the graph: who uses it, what it uses. Lists places; gives no scores of files.

Every look-up is bounded: a definition with ten thousand uses costs no more than one with a hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import references_inside
from sightline.context.request import ContextRequest, TaskType
from sightline.context.signals import is_aside
from sightline.graph.answers import Confidence, EdgeKind, Place, Symbol
from sightline.graph.facts import ReferenceKind
from sightline.graph.view import GraphView

#: Uses looked at for one definition. Sorting out ten thousand would not change which eight are shown.
MOST_USES = 300

#: References inside one definition that are followed.
MOST_FOLLOWED = 40

#: What a neighbour weighs by how it is known.
_CONFIDENCE = {Confidence.EXACT: 1.0, Confidence.INFERRED: 0.8, Confidence.NAME_ONLY: 0.3}

_VERBS = {
    EdgeKind.CALL: "calls",
    EdgeKind.INHERIT: "inherits from",
    EdgeKind.OVERRIDE: "overrides",
    EdgeKind.DECORATE: "is decorated with",
    EdgeKind.TYPE: "is typed with",
    EdgeKind.IMPORT: "imports",
    EdgeKind.REEXPORT: "re-exports",
}
_FOLLOWED = frozenset({ReferenceKind.CALL, ReferenceKind.INHERIT, ReferenceKind.DECORATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A one-based line that the graph ties to an anchor; ``weight`` is at most 1.0."""

    path: WorkspacePath
    line: int
    reason: str
    weight: float


def find_neighbours(view: GraphView, symbol: Symbol, request: ContextRequest) -> Iterator[Neighbour]:
    """Users and used definitions of ``symbol``, the best known first, at most ``limits.neighbours`` of each."""
    yield from _users(view, symbol, request)
    yield from _used(view, symbol, request)


def _users(view: GraphView, symbol: Symbol, request: ContextRequest) -> Iterator[Neighbour]:
    answer = view.references(symbol, limit=MOST_USES)
    wants_tests = request.task_type == TaskType.TEST.value

    def order(place: Place) -> tuple[bool, float, bool, WorkspacePath, int]:
        aside = is_aside(place.path.relative) != wants_tests
        return (place.kind is EdgeKind.IMPORT, -_weight(place.confidence), aside, place.path, place.line)

    seen: set[tuple[WorkspacePath, str]] = set()
    for place in sorted(answer.places, key=order):
        key = (place.path, place.enclosing)
        if key in seen or (place.path == symbol.path and place.enclosing.startswith(symbol.qualified_name)):
            continue
        seen.add(key)
        verb = _VERBS.get(place.kind, "uses")
        weight = _weight(place.confidence) * (0.3 if place.kind is EdgeKind.IMPORT else 1.0)
        yield Neighbour(path=place.path, line=place.line, reason=f"{verb} `{symbol.qualified_name}`", weight=weight)
        if len(seen) >= request.limits.neighbours:
            return


def _used(view: GraphView, symbol: Symbol, request: ContextRequest) -> Iterator[Neighbour]:
    span = symbol.definition.span
    inside = (each for each in references_inside(view, symbol.path, span) if each.kind in _FOLLOWED)
    found: dict[str, tuple[Symbol, float]] = {}
    times = Counter[str]()
    for reference in islice(inside, MOST_FOLLOWED):
        for target, confidence in view.resolve(symbol.path, reference)[:1]:
            if target.path == symbol.path and span.contains(target.definition.span):
                continue
            times[target.identifier] += 1
            found.setdefault(target.identifier, (target, _weight(confidence)))
    best = sorted(found.values(), key=lambda entry: (-entry[1], -times[entry[0].identifier], entry[0].identifier))
    for target, weight in best[: request.limits.neighbours]:
        line = _line_of(view, target)
        if line:
            reason = f"used by `{symbol.qualified_name}`"
            yield Neighbour(path=target.path, line=line, reason=reason, weight=weight)


def _line_of(view: GraphView, symbol: Symbol) -> int:
    try:
        text: Text = view.workspace.read(symbol.path).text
    except SightlineError:
        return 0
    return text.line_of(symbol.definition.name_span.start) + 1


def _weight(confidence: str) -> float:
    return _CONFIDENCE.get(Confidence(confidence), 0.3)
