"""Which files come first in an answer that may be cut: those nearest to the definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sightline.base.paths import WorkspacePath
from sightline.graph.state import GraphState


def outwards(state: GraphState, files: Iterable[int], own: int) -> Iterator[int]:
    """``files``, ``own`` before all: its folder, its importers, then by the folders they share with it, then by path.

    Lazily: whoever stops early has not paid for putting thousands of files in order.
    """
    table = state.table
    waiting = set(files)
    home = table.path_of(own)
    folder = home.relative.rpartition("/")[0]

    def by_path(file: int) -> tuple[str, str]:
        path = table.path_of(file)
        return path.root, path.relative

    for near in ((own,), table.in_folder(home.root, folder), state.importers(own)):
        group = sorted(waiting.intersection(near), key=by_path)
        waiting.difference_update(group)
        yield from group
    around = _folders_around(folder)
    yield from sorted(waiting, key=lambda file: (_distance(table.path_of(file), home, around), by_path(file)))


def _folders_around(folder: str) -> tuple[str, ...]:
    """The folder and those around it, innermost first, each with its slash; the root is left out."""
    found: list[str] = []
    while folder:
        found.append(f"{folder}/")
        folder = folder.rpartition("/")[0]
    return tuple(found)


def _distance(path: WorkspacePath, home: WorkspacePath, around: tuple[str, ...]) -> int:
    """Folders up from the one of ``home`` to one that holds ``path`` too; another root is further than any folder."""
    if path.root != home.root:
        return len(around) + 1
    relative = path.relative
    return next((steps for steps, folder in enumerate(around) if relative.startswith(folder)), len(around))
