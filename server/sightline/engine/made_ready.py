"""Edits that were made ready for a view a moment ago.

To merge an edit with what was typed meanwhile takes 50 to 100 ms for a file of 10,000 lines: too long for the event
loop. So it is done in a thread, and the loop, which must know that nothing changed since, only takes what came of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from sightline.engine.prepared import PreparedEdit, present_text
from sightline.workspace.files import WorkspaceView

#: What is remembered is asked for within the same request.
_MOST = 4


class MadeReady:
    """The last few edits. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, tuple[WorkspaceView, object, PreparedEdit]] = OrderedDict()

    def get(self, key: Hashable, view: WorkspaceView, source: object, make: Callable[[], PreparedEdit]) -> PreparedEdit:
        """What ``make`` makes of ``source`` for ``view``; made anew unless it was for these very two objects."""
        with self._lock:
            found = self._made.get(key)
        if found is not None and found[0] is view and found[1] is source and _holds(found[2], view):
            return found[2]
        prepared = make()
        with self._lock:
            self._made[key] = (view, source, prepared)
            self._made.move_to_end(key)
            while len(self._made) > _MOST:
                self._made.popitem(last=False)
        return prepared

    def forget(self) -> None:
        """Forgets everything: what was made ready may have been applied."""
        with self._lock:
            self._made.clear()


def _holds(prepared: PreparedEdit, view: WorkspaceView) -> bool:
    """Whether closed files, which a view reads from disk, still are what they were."""
    if any(present_text(view, create.path) is not None for create in prepared.changes.creates):
        return False
    texts = ((present_text(view, path), digest) for path, digest in prepared.changes.base.items())
    return all(text is not None and text.digest == digest for text, digest in texts)
