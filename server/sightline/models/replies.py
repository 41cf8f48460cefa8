"""What answers a question before a model is asked: a reply from a moment ago, or one that is on its way already."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sightline.models.cache import CachedReply, CacheKey, ReplyCache
from sightline.models.client import EventListener
from sightline.models.messages import ModelResponse
from sightline.models.shared_flights import SharedFlights
from sightline.models.single_flight import SingleFlight, Start

#: Seconds between two looks at whether another window has its reply: the first, and the longest.
FIRST_LOOK, LONGEST_LOOK = 0.02, 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply; ``cached`` says that it is one from before, and how old."""

    response: ModelResponse
    cached: CachedReply | None = None


def _nobody(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long (``seconds``) the same request of another window is waited for, and who is ``told`` of it."""

    seconds: float = 120.0
    told: Callable[[str], None] = field(default=_nobody)


class Replies:
    """The replies of one engine. For tasks that change nothing: an edit is always the model's word on the code now."""

    def __init__(self, cache: ReplyCache, shared: SharedFlights | None = None) -> None:
        """``shared`` tells what other windows, which use the same cache, ask now."""
        self._cache = cache
        self._shared = shared
        self._flights = SingleFlight[Reply]()

    @property
    def under_way(self) -> int:
        """How many requests are on their way to a server."""
        return len(self._flights)

    async def ask(
        self,
        key: CacheKey,
        start: Start[ModelResponse],
        listener: EventListener,
        *,
        fresh: bool = False,
        waiting: Waiting | None = None,
    ) -> Reply:
        """The reply to the request of ``key``, by ``start`` where none is there; ``fresh`` asks in any case.

        ``listener`` hears the events of a reply that is made now, and nothing of one from before. Where another window
        asks the same now, its reply is waited for as ``waiting`` says, and then asked for all the same.
        """
        # In threads: another window may hold the database.
        if not fresh and (found := await asyncio.to_thread(self._cache.get, key, read_only=True)) is not None:
            return Reply(response=found.response, cached=found)

        async def fly(hear: EventListener) -> Reply:
            if self._shared is None or fresh:
                return await self._made(key, start, hear)
            return await self._made_once(self._shared, key, lambda: self._made(key, start, hear), waiting or Waiting())

        return await self._flights.ask(key.request, fly, listener)

    async def settled(self) -> None:
        """Waits until other windows know of what is no longer asked here. Before the book of leases is closed."""
        if self._shared is not None:
            await self._shared.close()

    def close(self) -> None:
        """Closes the cache."""
        self._cache.close()

    async def _made(self, key: CacheKey, start: Start[ModelResponse], hear: EventListener) -> Reply:
        response = await start(hear)
        await asyncio.to_thread(self._cache.put, key, response)
        return Reply(response=response)

    async def _made_once(
        self, shared: SharedFlights, key: CacheKey, make: Callable[[], Awaitable[Reply]], waiting: Waiting
    ) -> Reply:
        """What ``make`` gives, or what another window was given meanwhile."""
        clock = asyncio.get_running_loop()
        end, pause = clock.time() + waiting.seconds, FIRST_LOOK
        try:
            while not (claimed := await shared.claim(key.request)) and clock.time() < end:
                if pause == FIRST_LOOK:
                    waiting.told("Another window asks the same just now: its reply is waited for.")
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_LOOK)
                if (found := await asyncio.to_thread(self._cache.get, key)) is not None:
                    return Reply(response=found.response, cached=found)
            # Between the first look and the claim the other one may have been given its reply.
            if claimed and (found := await asyncio.to_thread(self._cache.get, key)) is not None:
                return Reply(response=found.response, cached=found)
            return await make()
        finally:
            shared.give_back(key.request)
