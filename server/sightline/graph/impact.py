"""Who is affected when a symbol changes: its uses, the uses of what uses it, and so on.

Uses by name alone are followed one step only: beyond that they would reach half of any workspace.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Confidence, Coverage, Symbol
from sightline.graph.coverage import joint_coverage
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import MOST_PLACES, GraphView

#: Impact stops growing here and says that it is incomplete.
MOST_IMPACTED = 2_000
#: Uses that are looked at for each definition that may still be told: several lie in one.
_USES_EACH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacted:
    """A definition (or, with an empty name, a file) that uses the symbol, ``depth`` steps away.

    ``line`` is the one-based line of the use by which it was reached.
    """

    path: WorkspacePath
    name: str
    line: int
    depth: int
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAnswer:
    """All that is affected, nearest first, with the coverage of every step taken.

    Those of one depth are sorted by path and line; when the answer is cut, those of nearer files come first.
    """

    symbol: Symbol
    impacted: tuple[Impacted, ...]
    coverage: Coverage
    revision: int


def impact_of(
    view: GraphView, symbol: Symbol, *, depth: int = 5, limit: int = MOST_IMPACTED, check: Check = go_on
) -> ImpactAnswer:
    """What a change of ``symbol`` affects, up to ``depth`` steps away; of more than ``limit`` the nearest."""
    found: dict[tuple[WorkspacePath, str], Impacted] = {}
    coverages: list[Coverage] = []
    queue: deque[tuple[Symbol, int]] = deque([(symbol, 0)])
    seen = {(symbol.path, symbol.qualified_name)}
    while queue and len(found) <= limit:
        check()
        current, steps = queue.popleft()
        answer = view.references(current, limit=min(MOST_PLACES, _USES_EACH * (limit - len(found) + 1)))
        coverages.append(answer.coverage)
        for place in answer.places:
            key = (place.path, place.enclosing)
            if key in seen or key in found:
                continue
            found[key] = Impacted(
                path=place.path,
                name=place.enclosing,
                line=place.line,
                depth=steps + 1,
                confidence=place.confidence,
            )
            certain = place.confidence is not Confidence.NAME_ONLY
            user = view.user(place) if certain and steps + 1 < depth else None
            if user is not None:
                seen.add(key)
                queue.append((user, steps + 1))
    cut = len(found) > limit
    coverage = joint_coverage(coverages, cut=cut)
    return ImpactAnswer(
        symbol=symbol,
        impacted=tuple(sorted(found.values(), key=_by_depth if coverage.cut else _by_place)[:limit]),
        coverage=coverage,
        revision=view.revision,
    )


def _by_depth(found: Impacted) -> int:
    return found.depth


def _by_place(found: Impacted) -> tuple[int, WorkspacePath, int]:
    return found.depth, found.path, found.line
