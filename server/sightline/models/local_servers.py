"""What this program does for model servers on the user's machines: what they hold, who asks them, how much memory is
left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.base.machine_memory import ReadMemory, read_memory
from sightline.base.system import Clock
from sightline.models.accounting import Ledger
from sightline.models.leases import LeaseBook, SharedModels, SharedPlaces
from sightline.models.policy import ModelPolicy
from sightline.models.pressure import Pressure
from sightline.models.provider import Provider
from sightline.models.residency import ResidencyPolicy
from sightline.models.residents import Residents
from sightline.models.serving import Serving
from sightline.models.time_limits import TimeLimits

if TYPE_CHECKING:
    from sightline.transport.pool import Pool


class LocalServers:
    """One for an engine. ``stays``: it is an editor's and lives on, not one command's. Use it from one event loop."""

    def __init__(
        self,
        policy: ResidencyPolicy,
        clock: Clock,
        *,
        stays: bool,
        first_token: float | None = None,
        memory: ReadMemory = read_memory,
    ) -> None:
        """``first_token``: seconds that the user wants a first token waited for, ``None`` to decide by itself."""
        self._first_token = first_token
        self._pressure = Pressure(memory)
        self._residents = Residents(policy, clock, stays=stays)
        self._places: SharedPlaces | None = None
        self._stays = stays

    def attach(self, pool: Pool, leases: LeaseBook | None) -> None:
        """Has what is asked through ``pool`` share its queues with other windows, and heed this machine's memory."""
        pool.gates.heed(lambda: self._pressure.pressed)
        if leases is not None:
            self._places = SharedPlaces(lambda: leases)
            pool.gates.share(self._places)
            self._residents.sharing = lambda server: SharedModels(leases, server)

    def serving(self, ledger: Ledger | None) -> Serving:
        """What each request passes on its way."""
        limits = TimeLimits(ledger, fixed=self._first_token)
        return Serving(self._residents, limits, self._pressure, stays=self._stays)

    def preload(self, provider: Provider, policy: ModelPolicy) -> None:
        """Begins to load what the user wants there at the start."""
        self._residents.preload(provider, policy)

    async def close(self) -> None:
        """Lets go of what was loaded and queued. Before connections are closed. May be called twice."""
        await self._pressure.close()
        await self._residents.close()
        if self._places is not None:
            await self._places.close()
