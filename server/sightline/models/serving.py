"""What a request passes between the choice of a model and the model: its place in memory, and how long is waited.

Asked in the place of ``client.complete``.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from sightline.base.system import Clock
from sightline.models.client import EventListener, complete
from sightline.models.messages import ModelError, ModelFailure, ModelRequest, ModelResponse
from sightline.models.policy import ModelPolicy, runs_locally
from sightline.models.pressure import Pressure
from sightline.models.provider import ModelLoading, Provider
from sightline.models.residency import Placement, Residency
from sightline.models.residents import Residents
from sightline.models.time_limits import TimeLimits

#: Servers that hold the models they were started with: whoever answers is ready.
_HOLDING = ("llamacpp", "vllm")

#: What a request that is sent all the same would not mend.
_FINAL = (ModelFailure.LOAD_FAILED, ModelFailure.OUT_OF_MEMORY)

#: Told what the user should know of how a model runs, such as that it has no room on the graphics card.
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Who hears what while a request is answered: the events of the reply, and warnings about the model."""

    listener: EventListener | None = None
    warn: Warn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Whether the server holds the model already, and how large it is in bytes, where that is known.

    ``load_seconds`` is what it took to have it loaded, where that was done.
    """

    ready: bool
    size: int | None = None
    load_seconds: float | None = None


class Serving:
    """Sees that the model is there and that it is waited for as long as it may take."""

    def __init__(
        self, residents: Residents, time_limits: TimeLimits, pressure: Pressure | None = None, *, stays: bool = False
    ) -> None:
        """``stays``: the program is an editor's and lives on, so that memory is watched."""
        self._residents = residents
        self._time_limits = time_limits
        self._pressure = pressure
        self._stays = stays
        self._warned: set[str] = set()

    async def pressed(self, policy: ModelPolicy) -> str:
        """Why the model of ``policy`` is to be asked for little: this machine, which it runs on, is short of memory.

        "" where it is not, or where the model runs elsewhere.
        """
        if self._pressure is None or not policy.gate.here:
            return ""
        await self._pressure.begin(stays=self._stays)
        return self._pressure.reason

    async def room(self, provider: Provider, policy: ModelPolicy) -> float | None:
        """Gigabytes that a model may take at a server of this machine that loads models: what is free, and what those
        it holds would give back. ``None`` where that cannot be told. Never raises.
        """
        residency = await self._residency(provider, policy, policy.name) if policy.gate.here else None
        if self._pressure is None or residency is None:
            return None
        return await self._pressure.free() + await residency.held_bytes() / 1e9

    async def holds(self, provider: Provider, policy: ModelPolicy) -> bool:
        """Whether the server has the model of ``policy`` in memory, as far as it tells. Never raises."""
        residency = await self._residency(provider, policy, policy.name)
        return residency is not None and await residency.is_loaded(policy.name)

    async def complete(
        self,
        provider: Provider,
        policy: ModelPolicy,
        request: ModelRequest,
        *,
        clock: Clock,
        hearing: Hearing | None = None,
        helper: bool = False,
    ) -> ModelResponse:
        """See ``client.complete``, which this calls.

        A ``helper`` request (a title, a summary, a completion) is refused with ``LOAD_FAILED`` where it would cost the
        model of a conversation its place. Each warning about a model is told once.
        """
        hearing = hearing or Hearing()
        async with self.placed(provider, policy, request, hearing, helper=helper) as placed:
            patience = await self._time_limits.patience(policy, request, ready=placed.ready, size=placed.size)
            response = await complete(
                provider,
                replace(request, patience=patience),
                clock=clock,
                listener=hearing.listener,
                window=policy.window,
            )
        if placed.load_seconds is None:
            return response
        told = response.usage.load_seconds or 0.0
        return replace(response, usage=replace(response.usage, load_seconds=told + placed.load_seconds))

    @asynccontextmanager
    async def placed(
        self, provider: Provider, policy: ModelPolicy, request: ModelRequest, hearing: Hearing, *, helper: bool
    ) -> AsyncGenerator[Ready, None]:
        """Has the server hold the model of ``request`` while the block runs. Raises ``ModelError`` as ``complete``."""
        residency = await self._residency(provider, policy, request.model)
        if residency is None:
            yield Ready(ready=policy.kind in _HOLDING and runs_locally(policy))
            return
        usual = policy.window or request.window
        async with AsyncExitStack() as held:
            placement: Placement | None = None
            try:
                using = residency.using(request.model, usual=usual, helper=helper)
                placement = await held.enter_async_context(using)
            except ModelError as error:
                if error.failure in _FINAL:
                    raise
            if placement is None:
                yield Ready(ready=False)  # The request itself meets the same, is retried, and says more.
                return
            if placement.model is None:
                raise _no_place(placement.reason)
            self._tell(placement.warning, hearing)
            yield Ready(
                ready=placement.load_seconds is None, size=placement.model.size, load_seconds=placement.load_seconds
            )

    def _tell(self, warning: str, hearing: Hearing) -> None:
        if warning and warning not in self._warned and hearing.warn is not None:
            self._warned.add(warning)
            hearing.warn(warning)

    async def _residency(self, provider: Provider, policy: ModelPolicy, model: str) -> Residency | None:
        residency = self._residents.at(provider, policy)
        if residency is None or not isinstance(provider, ModelLoading) or not await provider.holds(model):
            return None
        return residency


def _no_place(reason: str) -> ModelError:
    return ModelError(
        ModelFailure.LOAD_FAILED,
        f"{reason[:1].upper()}{reason[1:]}.",
        hint="residency.max_models says how many models are held at once.",
    )
