"""Which files of an edit a program would execute: before the user accepts, nothing of a proposal may run."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sightline.base.paths import WorkspacePath
from sightline.checks.check import CheckInput
from sightline.graph.view import GraphView

#: What is installed there is loaded by the tools of JavaScript.
_INSTALLED = "node_modules"


def executed_by(given: CheckInput, names: Collection[str], *, follows: bool) -> WorkspacePath | None:
    """A file the edit touches that a program would execute or be ruled by; ``None`` if there is none.

    Those are the files called one of ``names`` (its configuration), whatever is below ``node_modules``, and with
    ``follows`` all that such files import, directly or not, before the edit or after it.
    """
    touched = {*given.changes.paths_before, *given.changes.paths_after}
    for path in sorted(touched):
        if path.name in names or _INSTALLED in path.relative.split("/"):
            return path
    if not follows:
        return None
    reached = _reached(given.before, names) | _reached(given.after, names)
    return min(touched & reached, default=None)


def _reached(view: GraphView, names: Collection[str]) -> set[WorkspacePath]:
    found: set[WorkspacePath] = set()
    waiting = [path for path in _paths(view) if path.name in names]
    while waiting:
        for edge in view.dependencies(waiting.pop()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def _paths(view: GraphView) -> Iterable[WorkspacePath]:
    return view.workspace.paths()
