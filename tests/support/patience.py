"""How long tests wait, and how they hold bounds on speed, on a machine that may hold any step up for seconds."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final

#: Seconds that a test waits for what must happen. It is no bound on speed: only what hangs reaches it.
PATIENCE: Final = 60.0
#: How often something is tried that took too long: what is slow is slow each time, what was held up is not.
_TRIES = 8


def least_cpu_seconds(work: Callable[[], object], enough: float) -> float:
    """The least CPU time that some runs of ``work`` took, in seconds; one of less than ``enough`` is the last."""
    least = float("inf")
    for _ in range(_TRIES):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
        if least < enough:
            break
    return least


async def least_seconds(attempt: Callable[[], Awaitable[float]], enough: float) -> float:
    """The same of attempts that tell how many seconds they took."""
    least = float("inf")
    for _ in range(_TRIES):
        least = min(least, await attempt())
        if least < enough:
            break
    return least
