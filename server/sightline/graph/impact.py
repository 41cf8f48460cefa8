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
from sightline.graph.view import GraphView

#: Impact stops growing here and says that it is incomplete.
MOST_IMPACTED = 2_000


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
    """All that is affected, nearest first, with the coverage of every step taken."""

    symbol: Symbol
    impacted: tuple[Impacted, ...]
    coverage: Coverage
    revision: int


def impact_of(view: GraphView, symbol: Symbol, *, depth: int = 5, check: Check = go_on) -> ImpactAnswer:
    """What a change of ``symbol`` affects, up to ``depth`` steps away."""
    found: dict[tuple[WorkspacePath, str], Impacted] = {}
    coverages: list[Coverage] = []
    queue: deque[tuple[Symbol, int]] = deque([(symbol, 0)])
    seen = {(symbol.path, symbol.qualified_name)}
    while queue and len(found) < MOST_IMPACTED:
        check()
        current, steps = queue.popleft()
        answer = view.references(current)
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
            user = _symbol(view, place.path, place.enclosing) if certain and steps + 1 < depth else None
            if user is not None:
                seen.add(key)
                queue.append((user, steps + 1))
    ordered = sorted(found.values(), key=lambda item: (item.depth, item.path, item.line))
    return ImpactAnswer(
        symbol=symbol,
        impacted=tuple(ordered[:MOST_IMPACTED]),
        coverage=joint_coverage(coverages, cut=bool(queue)),
        revision=view.revision,
    )


def _symbol(view: GraphView, path: WorkspacePath, qualified_name: str) -> Symbol | None:
    if not qualified_name:
        return None
    return next((symbol for symbol in view.symbols(path) if symbol.qualified_name == qualified_name), None)
