"""What answers a question before a model is asked: a reply from a moment ago, or one that is on its way already."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sightline.models.cache import CachedReply, CacheKey, ReplyCache
from sightline.models.client import EventListener
from sightline.models.messages import ModelResponse
from sightline.models.single_flight import SingleFlight, Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply; ``cached`` says that it is one from before, and how old."""

    response: ModelResponse
    cached: CachedReply | None = None


class Replies:
    """The replies of one engine. For tasks that change nothing: an edit is always the model's word on the code now."""

    def __init__(self, cache: ReplyCache) -> None:
        self._cache = cache
        self._flights = SingleFlight()

    @property
    def under_way(self) -> int:
        """How many requests are on their way to a server."""
        return len(self._flights)

    async def ask(self, key: CacheKey, start: Start, listener: EventListener, *, fresh: bool = False) -> Reply:
        """The reply to the request of ``key``, by ``start`` where none is there; ``fresh`` asks in any case.

        ``listener`` hears the events of a reply that is made now, and nothing of one from before.
        """
        # In threads: another window may hold the database.
        if not fresh and (found := await asyncio.to_thread(self._cache.get, key, read_only=True)) is not None:
            return Reply(response=found.response, cached=found)
        response = await self._flights.ask(key.request, start, listener)
        await asyncio.to_thread(self._cache.put, key, response)
        return Reply(response=response)

    def close(self) -> None:
        """Closes the cache."""
        self._cache.close()
