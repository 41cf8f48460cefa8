"""Which closed files are worth parsing first: those an editor's user is likely to ask about."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.base.paths import WorkspacePath
from sightline.graph.view import GraphView

#: Files that are parsed before all others, at most.
MOST_NEAR = 128


def nearest_first(paths: Iterable[WorkspacePath], view: GraphView) -> tuple[list[WorkspacePath], list[WorkspacePath]]:
    """``paths`` near to the open documents, and the others: what these import, what imports them, then their folders.

    Both in the order given.
    """
    opened = [path for path in view.workspace.overlay if view.state.table.id_of(path) is not None]
    imported = {edge.target for path in opened for edge in view.dependencies(path)}
    importing = {edge.source for path in opened for edge in view.importers(path)}
    folders = {(path.root, path.relative.rpartition("/")[0]) for path in opened}
    ranked: tuple[list[WorkspacePath], ...] = ([], [], [])
    far: list[WorkspacePath] = []
    for path in paths:
        if path in imported or path in importing:
            ranked[0 if path in imported else 1].append(path)
        elif (path.root, path.relative.rpartition("/")[0]) in folders:
            ranked[2].append(path)
        else:
            far.append(path)
    near = [path for rank in ranked for path in rank]
    return near[:MOST_NEAR], near[MOST_NEAR:] + far
