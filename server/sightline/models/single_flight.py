"""One request for all who ask the same at the same time. Knows no model server and keeps nothing afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Generic, TypeVar

from sightline.models.client import EventListener
from sightline.models.messages import StreamEvent

T = TypeVar("T")
#: Asks, and tells each event of the stream to whom it is given.
Start = Callable[[EventListener], Awaitable[T]]


class SingleFlight(Generic[T]):
    """Requests under way by key. Use it from one event loop."""

    def __init__(self) -> None:
        self._flights: dict[bytes, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def ask(self, key: bytes, start: Start[T], listener: EventListener | None = None) -> T:
        """The reply of ``start``, which is called once for all who ask with ``key`` while it runs.

        Each hears every event from the beginning, in order and at its own pace. Raises what ``start`` raises. The
        request is cancelled when the last who waits for it is.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(start)
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        flight.waiting += 1
        try:
            await flight.tell(listener)
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._landed(key, flight)  # Who asks from now on asks anew.
                flight.task.cancel()
                await asyncio.wait([flight.task])

    def _landed(self, key: bytes, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


class _Flight(Generic[T]):
    """One request, with all that was heard so far."""

    def __init__(self, start: Start[T]) -> None:
        self.waiting = 0
        self._events: list[StreamEvent] = []
        self._news = asyncio.Event()
        self.task = asyncio.ensure_future(self._run(start))

    async def _run(self, start: Start[T]) -> T:
        try:
            return await start(self._hear)
        finally:
            self._news.set()  # Those who are told wake when this task is done.

    def _hear(self, event: StreamEvent) -> None:
        self._events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def tell(self, listener: EventListener | None) -> None:
        """Tells ``listener`` every event until the request has ended."""
        told = 0
        while True:
            news = self._news
            while told < len(self._events):
                event = self._events[told]
                told += 1
                if listener is not None and isawaitable(waiting := listener(event)):
                    await waiting
            if self.task.done():
                return
            await news.wait()
