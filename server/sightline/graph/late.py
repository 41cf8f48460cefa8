"""Documents whose newest text the graph does not hold yet, because reading it takes the event loop too long.

Until it does, the graph shows each of them as it was: an old text with the facts of that text, never one with the facts
of another. This file knows no syntax and computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.workspace.files import SourceFile, WorkspaceView


class LateDocuments:
    """The paths that wait, each with what the graph shows of it. Used on the event loop only."""

    def __init__(self) -> None:
        # What the overlay of the graph's view holds: one entry, or none where the disk speaks.
        self._shown: dict[WorkspacePath, tuple[SourceFile | None, ...]] = {}
        self._again: set[WorkspacePath] = set()

    def __bool__(self) -> bool:
        return bool(self._shown)

    def __contains__(self, path: object) -> bool:
        return path in self._shown

    def hold(self, paths: Iterable[WorkspacePath], shown: WorkspaceView) -> None:
        """``paths`` changed and wait from now on; ``shown`` is the graph's present view."""
        for path in paths:
            if path in self._shown:
                self._again.add(path)
            else:
                self._shown[path] = _entry(shown, path)

    def begin(self) -> tuple[WorkspacePath, ...]:
        """What waits now; changes that come from now on are noticed."""
        self._again.clear()
        return tuple(self._shown)

    def finish(self, paths: Iterable[WorkspacePath], adopted: WorkspaceView) -> None:
        """The graph now holds ``paths`` as they are in ``adopted``; those that changed since :meth:`begin` wait on."""
        for path in paths:
            if path in self._again:
                self._shown[path] = _entry(adopted, path)
            else:
                self._shown.pop(path, None)

    def behind(self, newest: WorkspaceView) -> WorkspaceView:
        """``newest`` with the documents that wait as the graph shows them."""
        if not self._shown:
            return newest
        overlay = {path: file for path, file in newest.overlay.items() if path not in self._shown}
        overlay |= {path: entry[0] for path, entry in self._shown.items() if entry}
        return replace(newest, overlay=overlay)


def later(left: WorkspaceView, right: WorkspaceView) -> WorkspaceView:
    """The newer one of two."""
    return left if left.revision >= right.revision else right


def _entry(view: WorkspaceView, path: WorkspacePath) -> tuple[SourceFile | None, ...]:
    return (view.overlay[path],) if path in view.overlay else ()
