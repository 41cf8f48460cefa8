"""The residencies of all local servers this program asks: opened as they are asked, looked after, and closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sightline.base.system import Clock
from sightline.models.messages import ModelError
from sightline.models.policy import ModelPolicy, runs_locally
from sightline.models.probe import root_of
from sightline.models.provider import ModelLoading, Provider
from sightline.models.residency import Residency, ResidencyPolicy, Resident, Sharing

_log = logging.getLogger(__name__)

#: Seconds that the end of this program waits for servers to let go of what they hold: an editor does not wait longer.
CLOSING = 3.0


class Residents:
    """What local servers hold for this program. ``stays``: it is an editor's and lives on, not one command."""

    def __init__(
        self,
        policy: ResidencyPolicy,
        clock: Clock,
        *,
        stays: bool,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        #: What windows tell each other of a server (its address); ``None`` where they tell nothing.
        self.sharing: Callable[[str], Sharing] | None = None
        self._policy = policy
        self._clock = clock
        self._stays = stays
        self._sleep = sleep
        self._servers: dict[str, Residency] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def at(self, provider: Provider, policy: ModelPolicy) -> Residency | None:
        """The residency of the server of ``provider``; ``None`` for one that is not local or loads nothing itself."""
        if not isinstance(provider, ModelLoading) or not runs_locally(policy):
            return None
        if policy.base_url not in self._servers:
            sharing = self.sharing(root_of(policy.base_url)) if self.sharing is not None else None
            residency = Residency(provider, self._policy, self._clock, sharing)
            self._servers[policy.base_url] = residency
            if self._stays:
                self._tasks.append(asyncio.create_task(residency.watch(self._sleep)))
        return self._servers[policy.base_url]

    def preload(self, provider: Provider, policy: ModelPolicy) -> None:
        """Begins to load what the user wants there at the start. What cannot be loaded is told in the log."""
        residency = self.at(provider, policy)
        if residency is not None and self._policy.preload:
            self._tasks.append(asyncio.create_task(_preloaded(residency, policy.window)))

    async def residents(self) -> tuple[Resident, ...]:
        """What the servers asked so far hold now. A server that does not answer holds nothing."""
        found: list[Resident] = []
        for residency in self._servers.values():
            try:
                found += await residency.residents()
            except ModelError:
                continue
        return tuple(found)

    async def close(self) -> None:
        """Stops looking after them, and has the servers let go of what was loaded from here.

        One command leaves what the server will let go of by itself: the next may come soon. May be called twice.
        """
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        servers = [*self._servers.values()]
        self._servers.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await asyncio.gather(*(residency.close(expiring=self._stays) for residency in servers))


async def _preloaded(residency: Residency, window: int | None) -> None:
    for problem in await residency.preload(window):
        _log.warning("A model is not loaded at the start: %s", problem)
