"""A time limit that costs little to begin and end: one timer for all the waits of an answer, set again as it goes off.

``asyncio.timeout`` sets and cancels a timer for each wait, which for a stream of tokens is most of what a token costs.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Patience:
    """``with patience(seconds):`` raises ``TimeoutError`` where the block waits longer. For one task at a time.

    ``close`` it at the end: the timer would hold on to it.
    """

    __slots__ = ("_cancelling", "_due", "_expired", "_loop", "_seconds", "_task", "_timer")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._seconds = 0.0
        self._due = 0.0
        self._cancelling = 0
        self._expired = False

    def __call__(self, seconds: float) -> Self:
        self._seconds = seconds
        return self

    def __enter__(self) -> None:
        self._task = task = asyncio.current_task(self._loop)
        assert task is not None, "a time limit is for a task"
        self._cancelling = task.cancelling()
        self._due = due = self._loop.time() + self._seconds
        if self._timer is None or self._timer.when() > due:
            self.close()
            self._timer = self._loop.call_at(due, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if self._expired and task is not None:
            self._expired = False
            # As ``asyncio.timeout`` tells its own cancelling from that of others.
            if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def close(self) -> None:
        """Ends the timer. May be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """The timer went off; the wait it was set for may long be over."""
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
            return
        self._expired = True
        self._task.cancel()
