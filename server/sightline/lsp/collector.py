"""Keeps Python's garbage collector from stalling the loop: one full collection over Django's graph took 170 ms.

While a workspace is indexed, objects only pile up, and full collections find nothing: there are none. What is there
when it is done stays: it is taken out of the collector's sight, so that later collections are short. Everything but
reference cycles is freed at once as ever, and of cycles those that end young; the old ones wait for an idle moment,
since whoever happens to allocate next would otherwise stop every thread for them (50 to 100 ms under the checks).
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

#: New objects between two collections, and how many of those go by before what survived them is looked at: at most
#: 50,000 objects, which takes 4 ms.
_YOUNG, _MIDDLE = 5_000, 10
_NEVER = 1_000_000
#: How often (seconds) it is asked whether nobody waits for anything.
_EVERY = 30.0
#: Collections of the middle generation after which a full one is worth its time.
_ENOUGH = 20


def at_start() -> None:
    """After the imports: nothing that is there now will ever be garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)


def when_state_changes(state: str) -> None:
    """Called with the states of ``EngineHost``."""
    if state != "indexing":
        gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)  # the graph sets its own for doors without a loop


def collect_when_idle(loop: asyncio.AbstractEventLoop, is_idle: Callable[[], bool]) -> None:
    """Looks now and then whether ``is_idle``, and collects old cycles then. What survives is not looked at again."""

    def look() -> None:
        if is_idle() and gc.get_count()[2] >= _ENOUGH:
            gc.collect()
            gc.freeze()
        loop.call_later(_EVERY, look)

    loop.call_later(_EVERY, look)
