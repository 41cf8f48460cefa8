"""Watches whether this machine is short of memory, for the servers on it. Says so late, and takes it back later still.

What it changes is decided by those who ask it: servers of this machine are asked one thing at a time, replies that
nobody limited get a limit, and a lighter model of the user's answers where one may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sightline.base.machine_memory import MachineMemory, ReadMemory, read_memory

#: Seconds between two looks.
LOOK_AGAIN = 10.0
#: Looks in a row that must find memory short before it counts: a compiler takes gigabytes for a moment.
LOOKS = 2
_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Shares of the memory that are free: short below ``short``, and no longer short from ``enough`` on."""

    short: float
    enough: float


MAIN = Thresholds(short=0.08, enough=0.15)
#: A card that holds a model is nearly full by design: only what leaves no room for its next prompt is short.
GRAPHICS = Thresholds(short=0.02, enough=0.05)


class Pressure:
    """Whether memory is short. Use it from one event loop; looks are made in a thread."""

    def __init__(
        self, read: ReadMemory = read_memory, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._read = read
        self._sleep = sleep
        self._short = 0  # looks in a row
        self._pressed = False
        self._looked = False
        self._watching: asyncio.Task[None] | None = None
        #: What was found the last time, for people; "" while memory is not short.
        self.reason = ""

    @property
    def pressed(self) -> bool:
        """Whether memory is short."""
        return self._pressed

    async def free(self) -> float:
        """Gigabytes that are free now, those of graphics cards among them."""
        memory = await asyncio.to_thread(self._read)
        return (memory.available + memory.graphics_free) / _GIGABYTE

    async def begin(self, *, stays: bool) -> None:
        """Looks for the first time, and again and again where this program ``stays``. May be called again."""
        if not self._looked:
            self._looked = True
            await self.look()
            if not stays:
                await self.look()  # One command does not live to see the next look.
        if stays and self._watching is None:
            self._watching = asyncio.ensure_future(self._watch())

    async def look(self) -> None:
        """Looks now."""
        self.found(await asyncio.to_thread(self._read))

    def found(self, memory: MachineMemory) -> None:
        """Takes in what a look found."""
        main = memory.available / memory.total if memory.total else 1.0
        card = memory.graphics_free / memory.graphics_total if memory.graphics_total else 1.0
        if main < MAIN.short or card < GRAPHICS.short:
            self._short += 1
            self._pressed = self._pressed or self._short >= LOOKS
        else:
            self._short = 0
            # Between the two shares it stays as it is, so that nothing changes to and fro.
            self._pressed = self._pressed and (main < MAIN.enough or card < GRAPHICS.enough)
        self.reason = _reason(memory) if self._pressed else ""

    async def close(self) -> None:
        """Stops looking. May be called twice."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    async def _watch(self) -> None:
        while True:
            await self._sleep(LOOK_AGAIN)
            await self.look()


def _reason(memory: MachineMemory) -> str:
    card = (
        f", {memory.graphics_free / _GIGABYTE:.1f} of {memory.graphics_total / _GIGABYTE:.0f} GB on the graphics card"
        if memory.graphics_total
        else ""
    )
    return (
        f"memory is short on this machine ({memory.available / _GIGABYTE:.1f} of {memory.total / _GIGABYTE:.0f} GB are "
        f"free{card})"
    )
