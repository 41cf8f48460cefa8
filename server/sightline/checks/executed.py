"""Which files of an edit a program would execute: before the user accepts, nothing of a proposal may run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatchcase

from sightline.base.paths import WorkspacePath
from sightline.checks.check import CheckInput
from sightline.graph.view import GraphView

#: Files of a view that a program executes.
Starts = Callable[[GraphView], Iterable[WorkspacePath]]

#: What is installed there is loaded by the tools of JavaScript, and by an interpreter of Python when it starts.
_INSTALLED = ("node_modules", "site-packages", "dist-packages")


def executed_by(
    given: CheckInput, names: Collection[str], *, follows: bool, starts: Starts | None = None
) -> WorkspacePath | None:
    """A file the edit touches that a program would execute or be ruled by; ``None`` if there is none.

    Those are the files called one of ``names`` (its configuration, patterns allowed), whatever is installed in the
    workspace, and with ``follows`` all that such files import, directly or not, before the edit or after it. What
    ``starts`` names in a view is executed too, with all that it imports.
    """
    touched = {*given.changes.paths_before, *given.changes.paths_after}
    for path in sorted(touched):
        if _is_one(path, names) or not {*_INSTALLED}.isdisjoint(path.relative.split("/")):
            return path
    reached: set[WorkspacePath] = set()
    for view in (given.before, given.after):
        first = [path for path in _paths(view) if _is_one(path, names)] if follows else []
        executed = list(starts(view)) if starts is not None else []
        reached |= {*executed} | _reached(view, [*first, *executed])
    return min(touched & reached, default=None)


def _is_one(path: WorkspacePath, names: Collection[str]) -> bool:
    return any(fnmatchcase(path.name, name) for name in names)


def _reached(view: GraphView, first: list[WorkspacePath]) -> set[WorkspacePath]:
    found: set[WorkspacePath] = set()
    waiting = [*first]
    while waiting:
        for edge in view.dependencies(waiting.pop()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def _paths(view: GraphView) -> Iterable[WorkspacePath]:
    return view.workspace.paths()
