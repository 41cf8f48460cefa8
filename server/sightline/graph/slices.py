"""Long work on the event loop, cut into slices.

Work is written as a generator that yields wherever it may pause. This file knows nothing of what the work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import TypeVar

#: Longest slice between two turns of the event loop, in seconds. The budget of a stall is 50 ms, other work included.
SLICE_SECONDS = 0.008

_T = TypeVar("_T")


async def in_slices(work: Generator[None, None, _T], now: Callable[[], float]) -> _T:
    """Runs ``work`` to its end, giving the event loop a turn whenever a slice is used up.

    Cancelling closes the generator at the point it had reached. ``now`` gives seconds that only grow.
    """
    try:
        until = now() + SLICE_SECONDS
        while True:
            next(work)
            if now() >= until:
                await asyncio.sleep(0)
                until = now() + SLICE_SECONDS
    except StopIteration as end:
        return end.value
    finally:
        work.close()


def in_one_slice(work: Generator[None, None, _T], now: Callable[[], float]) -> _T | None:
    """Runs ``work`` if one slice is enough for it; ``None`` if it is not, and then nothing has come of it."""
    until = now() + SLICE_SECONDS
    try:
        while now() < until:
            next(work)
    except StopIteration as end:
        return end.value
    finally:
        work.close()
    return None


def finished(value: _T) -> Generator[None, None, _T]:
    """Work that is done already."""
    yield from ()
    return value


def at_once(work: Generator[None, None, _T]) -> _T:
    """Runs ``work`` to its end without a pause, for callers that are off the event loop or have little to do."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
