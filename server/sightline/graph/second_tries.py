"""Files that workers gave up are tried again once there is time: it may have been the machine and not the file.

Always in a worker, never in this process: what killed one may kill another. What comes of it is handed on; a file that
is given up again stays as it is. This file publishes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from sightline.base.paths import WorkspacePath
from sightline.graph.indexing import Collected, Parsing
from sightline.graph.view import GraphView

#: How often a file is tried again before somebody changes it.
MOST_TRIES = 2

Adopt = Callable[[Sequence[WorkspacePath], Collected], Awaitable[None]]


class SecondTries:
    """One round at a time, in the background. Used on the event loop only."""

    def __init__(self, parsing: Parsing, adopt: Adopt) -> None:
        """``adopt`` takes the paths that were tried and what is known of them now."""
        self._parsing = parsing
        self._adopt = adopt
        self._tried: Counter[WorkspacePath] = Counter()
        self._task: asyncio.Task[None] | None = None

    def begin(self, view: GraphView, changed: Iterable[WorkspacePath] = ()) -> None:
        """Tries what ``view`` lacks; ``changed`` were written since they were tried the last time."""
        for path in changed:
            self._tried.pop(path, None)
        if self._task is not None and not self._task.done():
            return
        closed = (path for path in view.given_up() if path not in view.workspace.overlay)
        if due := [path for path in closed if self._tried[path] < MOST_TRIES]:
            self._tried.update(due)
            self._task = asyncio.get_running_loop().create_task(self._try(due), name="sightline-second-tries")

    async def done(self) -> None:
        """Waits until nothing is being tried."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Gives up what is being tried. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _try(self, paths: Sequence[WorkspacePath]) -> None:
        collected = Collected()
        await self._parsing.parse_apart(paths, collected)
        if collected.facts:
            await self._adopt(paths, collected)
