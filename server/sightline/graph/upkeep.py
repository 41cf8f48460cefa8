"""How garbage is collected while a graph is built, and once it is there."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

#: While a graph is built objects only pile up: never walk through more than 50,000 of them, which takes 4 ms.
_WHILE_BUILDING = (5_000, 10, 1_000_000)
#: Answers are built of thousands of small tuples, which Python's default would walk through every 700 allocations; a
#: search for references took 40 % less time.
_AFTERWARDS = (50_000, 10, 10)


def before_building() -> None:
    """No full collections from now on."""
    gc.set_threshold(*_WHILE_BUILDING)


def after_building() -> None:
    """What was loaded stays for good: a collection that walked through it would hold the loop for nothing."""
    gc.freeze()
    gc.set_threshold(*_AFTERWARDS)


#: What was left in circles is freed once nothing happened for so long (seconds). Left to its own, the interpreter does
#: so once in millions of objects; what lives longer lies scattered over more and more pages by then, in a working day
#: on Flask 1.1 MB more of them an hour.
QUIET_SECONDS = 1.0
#: It takes 5 ms at most on Django with 250 documents open. What made it take longer stays for good, as after building.
_LONG = 0.01


class Tidying:
    """Frees circles when work pauses. Used on the event loop only."""

    def __init__(self, busy: Callable[[], bool], now: Callable[[], float]) -> None:
        """``busy``: whether much is in the making, which a collection would walk through. ``now``: seconds."""
        self._busy = busy
        self._now = now
        self._timer: asyncio.TimerHandle | None = None

    def worked(self) -> None:
        """Something was done: what it left behind is freed after a while."""
        self.close()
        self._timer = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._tidy)

    def close(self) -> None:
        """Nothing is freed until more was done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tidy(self) -> None:
        if self._busy():
            self.worked()
            return
        self._timer = None
        began = self._now()
        gc.collect()
        if self._now() - began > _LONG:
            gc.freeze()
