"""Questions about files that follow edges further than one step: who depends on whom through others, and circles.

Every walk is over the file edges of one view; sizes are bounded, and an answer that was cut says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Coverage, Edge
from sightline.graph.coverage import joint_coverage
from sightline.graph.generated import generated_from
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import GraphView

#: Walks stop here and say that they are incomplete.
MOST_REACHED = 20_000

Direction = Literal["importers", "dependencies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A file that was reached; ``depth`` counts the edges of the shortest way, ``edges`` are the last of them."""

    path: WorkspacePath
    depth: int
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachAnswer:
    """The files reached from ``path``, nearest first."""

    path: WorkspacePath
    reached: tuple[Reached, ...]
    coverage: Coverage


def reach(
    view: GraphView, path: WorkspacePath, direction: Direction, *, depth: int = 1, check: Check = go_on
) -> ReachAnswer:
    """Files that import ``path``, or that it imports, directly and through up to ``depth - 1`` others.

    What a file was generated from is among what it depends on.
    """
    found: dict[WorkspacePath, Reached] = {}
    queue = deque([(path, 0)])
    while queue and len(found) < MOST_REACHED:
        check()
        current, steps = queue.popleft()
        for other, edges in _next(view, current, direction).items():
            if other != path and other not in found:
                found[other] = Reached(path=other, depth=steps + 1, edges=edges)
                if steps + 1 < depth:
                    queue.append((other, steps + 1))
    coverage = joint_coverage([view.coverage()], cut=bool(queue))
    ordered = tuple(sorted(found.values(), key=lambda each: (each.depth, each.path)))
    return ReachAnswer(path=path, reached=ordered, coverage=coverage)


def _next(view: GraphView, path: WorkspacePath, direction: Direction) -> dict[WorkspacePath, tuple[Edge, ...]]:
    found: dict[WorkspacePath, tuple[Edge, ...]] = {}
    edges = view.importers(path) if direction == "importers" else view.dependencies(path)
    if direction == "dependencies" and (source := generated_from(view, path)) is not None:
        edges = (*edges, source)
    for edge in edges:
        other = edge.source if direction == "importers" else edge.target
        found[other] = (*found.get(other, ()), edge)
    return found


def cycles(view: GraphView, *, check: Check = go_on) -> tuple[tuple[WorkspacePath, ...], ...]:
    """Sets of files each of which imports all the others, directly or not; the largest first, each sorted.

    Tarjan's strongly connected components (SIAM Journal on Computing 1, 1972), without recursion. A file that uses its
    own package with no import counts as importing it; imports under ``TYPE_CHECKING`` count too.
    """
    order: dict[WorkspacePath, int] = {}
    lowest: dict[WorkspacePath, int] = {}
    stack: list[WorkspacePath] = []
    on_stack: set[WorkspacePath] = set()
    found: list[tuple[WorkspacePath, ...]] = []

    def enter(path: WorkspacePath) -> tuple[WorkspacePath, Iterator[WorkspacePath]]:
        check()
        order[path] = lowest[path] = len(order)
        stack.append(path)
        on_stack.add(path)
        return path, iter([edge.target for edge in view.dependencies(path)])

    for start in view.paths():
        if start in order:
            continue
        work = [enter(start)]
        while work:
            path, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[path])
                if lowest[path] == order[path]:
                    found.append(_popped(stack, on_stack, path))
            elif target not in order:
                work.append(enter(target))
            elif target in on_stack:
                lowest[path] = min(lowest[path], order[target])
    return tuple(sorted((each for each in found if len(each) > 1), key=lambda each: (-len(each), each)))


def _popped(stack: list[WorkspacePath], on_stack: set[WorkspacePath], last: WorkspacePath) -> tuple[WorkspacePath, ...]:
    members: list[WorkspacePath] = []
    while not members or members[-1] != last:
        members.append(stack.pop())
    on_stack.difference_update(members)
    return tuple(sorted(members))


def entry_points(view: GraphView, *, check: Check = go_on) -> tuple[WorkspacePath, ...]:
    """Files that no other file imports and that import something themselves: programs, tests, scripts."""
    found: list[WorkspacePath] = []
    for path in view.paths():
        check()
        if not view.importers(path) and view.dependencies(path):
            found.append(path)
    return tuple(found)
