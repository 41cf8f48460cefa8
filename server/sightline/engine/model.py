"""Chooses the model that answers, from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.settings import NetworkSettings, Settings
from sightline.engine.limits import gate_policy, residency_policy, time_limits
from sightline.models.accounting import Ledger
from sightline.models.calibration import Calibration
from sightline.models.local_limits import LocalLimits
from sightline.models.messages import Sampling
from sightline.models.parameters import TASKS, TaskParameters, TaskTable
from sightline.models.policy import ModelPolicy, Secret, runs_locally
from sightline.models.provider import Provider
from sightline.models.registry import open_provider
from sightline.models.replies import Replies
from sightline.models.residents import Residents
from sightline.models.selection import own_key, select_model
from sightline.models.serving import Serving
from sightline.models.spending import Account, SpendingLimits
from sightline.models.time_limits import TimeLimits
from sightline.tasks.asking import ModelChoice
from sightline.transport.policy import TransportPolicy


def model_policy(settings: Settings, environment: Mapping[str, str]) -> ModelPolicy:
    """The policy of the models room. Raises ``ModelError`` (``model_not_configured``) when no model is named.

    ``environment`` is where a public service's own tools look for its key too, such as ``ANTHROPIC_API_KEY``.
    """
    model = settings.model
    policy = select_model(
        model.name,
        base_url=model.base_url,
        api_key=model.api_key.get_secret_value() or own_key(model.name, model.base_url, environment),
        window=model.window,
        max_output_tokens=model.max_output_tokens,
        sampling=Sampling(
            temperature=model.temperature,
            top_p=model.top_p,
            top_k=model.top_k,
            repetition_penalty=model.repetition_penalty,
        ),
    )
    limits = LocalLimits(token_limit=settings.local.token_limit, max_tokens=settings.local.max_tokens)
    return replace(
        policy,
        window=limits.window(told=policy.window) if runs_locally(policy) else policy.window,
        tasks=_tasks(settings),
        local=limits,
        facts=settings.catalogue.models,
        api=model.api or None,
        path=model.path,
        key_header=model.key_header.lower() or policy.key_header,
        headers={name: Secret(value.get_secret_value()) for name, value in model.headers.items()},
        transport=_transport(settings.network),
        gate=gate_policy(policy, settings.limits),
        limits=time_limits(settings.limits),
        keep_seconds=residency_policy(settings.residency).keep_seconds(policy.name) if runs_locally(policy) else None,
    )


def _tasks(settings: Settings) -> TaskTable:
    """The table of tasks with the user's words in it."""
    temperatures, limits = settings.tasks.temperature, settings.tasks.max_output_tokens
    return {
        name: replace(
            TASKS.get(name, TaskParameters()),
            temperature=temperatures.get(name, TASKS.get(name, TaskParameters()).temperature),
            max_output_tokens=limits.get(name),
        )
        for name in (*TASKS, *temperatures, *limits)
    }


def _transport(network: NetworkSettings) -> TransportPolicy:
    return TransportPolicy(
        proxy=network.proxy.get_secret_value() or None,
        ca_file=network.ca_file or None,
        client_certificate=network.client_certificate or None,
        client_key=network.client_key or None,
    )


async def choose_model(settings: Settings, system: System, opened: Provider | None) -> tuple[Provider, ModelChoice]:
    """The provider (``opened`` again, if there is one) and how it is asked. Raises as :func:`model_policy` does."""
    policy = model_policy(settings, system.environment)
    provider = opened or await open_provider(policy, system)
    return provider, ModelChoice(provider=provider, policy=policy, repair_rounds=settings.edits.repair_rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStores:
    """What is kept of requests: what they were, and the replies for a while; ``None`` where that cannot be."""

    ledger: Ledger | None = None
    replies: Replies | None = None

    def close(self) -> None:
        """Closes both."""
        if self.ledger is not None:
            self.ledger.close()
        if self.replies is not None:
            self.replies.close()


class Models:
    """The models of one engine: opened when the first turn asks for one, and every turn with an account."""

    def __init__(
        self,
        system: System,
        stores: Callable[[], ModelStores],
        calibration: Calibration | None = None,
        *,
        stays: bool = False,
    ) -> None:
        """``stays``: they are an editor's, and not those of one command."""
        self._system = system
        self._calibration = calibration
        self._open_stores = stores
        self._stores: asyncio.Future[ModelStores] | None = None
        self._provider: Provider | None = None
        self._opening = asyncio.Lock()
        self._stays = stays
        self._beginning: asyncio.Task[None] | None = None
        self._residents: Residents | None = None
        self._serving: Serving | None = None

    async def choose(self, settings: Settings, *, turn: str, task: str) -> ModelChoice:
        """Who answers ``turn``. Raises as :func:`model_policy` does."""
        choice = await self._chosen(settings)
        if self._stores is None:
            self._stores = asyncio.ensure_future(asyncio.to_thread(self._open_stores))
        stores = await asyncio.shield(self._stores)
        choice = replace(
            choice, replies=stores.replies, calibration=self._calibration, serving=self._served(settings, stores)
        )
        if stores.ledger is None:
            return choice
        limits = SpendingLimits(per_turn=settings.spending.per_turn, per_day=settings.spending.per_day)
        account = Account(stores.ledger, choice.policy, limits, self._system.clock, turn=turn, task=task)
        return replace(choice, account=account)

    def begin(self, settings: Settings) -> None:
        """Has the models loaded in the background that are to be there at the start, where these stay."""
        if self._stays and self._beginning is None and settings.model.name and settings.residency.preload:
            self._beginning = asyncio.get_running_loop().create_task(self._preload(settings))

    async def _preload(self, settings: Settings) -> None:
        try:
            choice = await self._chosen(settings)
        except SightlineError:
            return  # The first task that asks a model will say what is wrong.
        self._held(settings).preload(choice.provider, choice.policy)

    async def _chosen(self, settings: Settings) -> ModelChoice:
        async with self._opening:  # One provider, whoever is first.
            self._provider, choice = await choose_model(settings, self._system, self._provider)
        return choice

    def _held(self, settings: Settings) -> Residents:
        if self._residents is None:
            policy = residency_policy(settings.residency)
            self._residents = Residents(policy, self._system.clock, stays=self._stays)
        return self._residents

    def _served(self, settings: Settings, stores: ModelStores) -> Serving:
        if self._serving is None:
            limits = TimeLimits(stores.ledger, fixed=settings.limits.first_token_seconds)
            self._serving = Serving(self._held(settings), limits)
        return self._serving

    async def close(self) -> None:
        """Closes connections and the record. May be called twice."""
        if self._beginning is not None:
            await asyncio.gather(self._beginning, return_exceptions=True)
        if self._residents is not None:
            await self._residents.close()
        if self._provider is not None:
            await self._provider.close()
            self._provider = None
        if self._stores is not None:
            stores, self._stores = await self._stores, None
            await asyncio.to_thread(stores.close)
