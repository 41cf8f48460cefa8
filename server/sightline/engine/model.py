"""Turns the settings into the models that may answer, and opens the door to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sightline.base.errors import SightlineError, UsageError
from sightline.base.system import System
from sightline.config.locations import Locations
from sightline.config.model_settings import ModelSettings
from sightline.config.routing_settings import PRIMARY
from sightline.config.settings import NetworkSettings, Settings
from sightline.config.switched import switch_to, switched_to
from sightline.engine.limits import gate_policy, residency_policy, time_limits
from sightline.models.calibration import Calibration
from sightline.models.embedding import Embedded, Embedder, can_embed, embed, embedder
from sightline.models.gateway import Gateway, ModelStores, TurnModels
from sightline.models.local_limits import LocalLimits
from sightline.models.local_servers import LocalServers
from sightline.models.members import Member, ModelSet
from sightline.models.messages import ModelError, ModelFailure, Sampling
from sightline.models.parameters import TASKS, TaskParameters, TaskTable
from sightline.models.policy import ModelPolicy, Secret, runs_locally
from sightline.models.questions import About
from sightline.models.routing import Asked, Routing, Rule
from sightline.models.selection import not_configured, own_key, select_model, with_listed_api
from sightline.models.spending import SpendingLimits
from sightline.models.tokens import TokenCounter
from sightline.prompts.classify import is_read_only
from sightline.tasks.result import TurnRequest
from sightline.transport.policy import TransportPolicy

__all__ = ["ModelStores", "Models", "model_policy", "model_set"]

#: Says whether the user lets requests of a workspace go from private models to cloud services.
Leave = Callable[[], Awaitable[bool]]
#: Asks the user for it; the sentence says what it is about.
AskLeave = Callable[[str], Awaitable[bool]]


def model_set(settings: Settings, environment: Mapping[str, str]) -> ModelSet:
    """All models of the settings and how they are chosen among. A mistake in one leaves the others in force.

    ``environment`` is where a public service's own tools look for its key too, such as ``ANTHROPIC_API_KEY``.
    """
    members: dict[str, Member] = {}
    if settings.model.name not in settings.models:
        members[PRIMARY] = _member(PRIMARY, settings.model, settings, environment)
    for name, model in settings.models.items():
        members[name] = _member(name, model, settings, environment)
    routing = Routing(
        primary=_primary(settings, members),
        rules=tuple(Rule(pattern=rule.pattern, model=rule.model) for rule in settings.routing.rules),
        fallback=settings.routing.fallback,
        cloud=settings.privacy.cloud,
    )
    limits = SpendingLimits(per_turn=settings.spending.per_turn, per_day=settings.spending.per_day)
    return ModelSet(members=members, routing=routing, spending=limits)


def known_model(models: ModelSet, name: str) -> Member:
    """The model ``name``. Raises :class:`UsageError` (kind ``no_such_model``) where there is none."""
    if name not in models.members:
        raise UsageError(
            f"There is no model {name!r} in your settings.",
            hint=f"There are {', '.join(models.members)}. Others are added as [models.NAME].",
            kind="no_such_model",
        )
    return models.members[name]


def _primary(settings: Settings, members: Mapping[str, Member]) -> str:
    """The model that answers what nobody else is for: ``[model]``, or the first of ``[models]`` that can talk."""
    named = settings.model.name
    if named:
        return named if named in settings.models else PRIMARY
    roles = {name: members[name].roles for name in settings.models}
    talking = (name for name, own in roles.items() if {*own} - {"embedding", "completion"})
    plain = (name for name, own in roles.items() if not own)
    return next(plain, None) or next(talking, PRIMARY)


def _member(name: str, model: ModelSettings, settings: Settings, environment: Mapping[str, str]) -> Member:
    roles = settings.models[name].roles if name in settings.models else ()
    try:
        policy = _policy(model, settings, environment)
        # One that the list of models knows to be for embeddings alone need not be told to be.
        return Member(name=name, policy=policy, roles=roles or policy.profile.facts.roles or ())
    except SightlineError as error:
        if not model.name and name != PRIMARY:
            missing = ModelError(
                ModelFailure.NOT_CONFIGURED,
                f"models.{name} does not say which model it is.",
                hint=f"Set models.{name}.name to PROVIDER:MODEL.",
            )
            return Member(name=name, policy=None, roles=roles, error=missing)
        return Member(name=name, policy=None, roles=roles, error=error)


def model_policy(settings: Settings, environment: Mapping[str, str]) -> ModelPolicy:
    """How the user's own model is asked. Raises ``ModelError`` (``model_not_configured``) when no model is named, and
    what else :func:`sightline.models.selection.select_model` raises.
    """
    models = model_set(settings, environment)
    member = models.members[models.routing.primary]
    if member.policy is None:
        raise member.error or not_configured()
    return member.policy


def _policy(model: ModelSettings, settings: Settings, environment: Mapping[str, str]) -> ModelPolicy:
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
    policy = replace(policy, private=model.private)
    limits = LocalLimits(token_limit=settings.local.token_limit, max_tokens=settings.local.max_tokens)
    made = replace(
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
    return with_listed_api(made)


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


@dataclass(slots=True, kw_only=True)
class Models:
    """The models of one engine, and what the user said of them beside the settings: a switch, leave for a cloud."""

    gateway: Gateway
    local: LocalServers
    settings: Settings
    where: Locations
    leave: Leave
    ask_leave: AskLeave | None = None
    stays: bool = False
    _beginning: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Has the models loaded in the background that are to be there at the start, where these stay."""
        if self.stays and self._beginning is None and self.settings.residency.preload:
            self._beginning = asyncio.get_running_loop().create_task(self._preload())

    async def _preload(self) -> None:
        models = model_set(self.settings, self.gateway.system.environment)
        member = models.members[models.routing.primary]
        if member.policy is None:
            return  # The first task that asks a model will say what is wrong.
        with suppress(SightlineError):
            self.local.preload(await self.gateway.provider(member), member.policy)

    def all(self) -> ModelSet:
        """All models of the settings."""
        return model_set(self.settings, self.gateway.system.environment)

    async def switched(self) -> str:
        """The model that the user switched to, "" for none."""
        return await asyncio.to_thread(switched_to, self.gateway.system, self.where)

    async def switch(self, name: str) -> None:
        """Has ``name`` answer until the user switches again; "" lets the settings decide. Raises as ``known_model``."""
        if name:
            known_model(self.all(), name)
        await asyncio.to_thread(switch_to, self.gateway.system, self.where, name)

    async def turn(self, request: TurnRequest) -> TurnModels:
        """Who answers ``request``. Raises ``ModelError`` where there is no model, or none may have it.

        Where leave for a cloud is missing, the user is asked for it, if there is a way to ask them.
        """
        models = self.all()
        asked = Asked(
            role="chat" if is_read_only(request.task_type) else "edit",
            text=request.task,
            named=request.model,
            switched=await self.switched(),
            leave=await self.leave(),
        )
        about = About(turn=request.turn, task=request.task_type, conversation=request.conversation)
        try:
            return await self.gateway.turn(models, asked, about)
        except ModelError as error:
            if error.failure is not ModelFailure.PRIVACY or self.ask_leave is None or models.routing.cloud != "ask":
                raise
            if not await self.ask_leave(error.message):
                raise
        return await self.gateway.turn(models, replace(asked, leave=True), about)

    def can_embed(self) -> bool:
        """Whether one of the models has the role ``embedding``."""
        return can_embed(self.all())

    def embedder(self) -> Embedder | None:
        """Who makes vectors, ``None`` where no model has the role ``embedding``."""
        return embedder(self.all())

    async def embed(self, texts: Sequence[str], turn: str, *, private: bool = False) -> Embedded:
        """Vectors of ``texts`` for what goes on under ``turn``. Raises as :func:`sightline.models.embedding.embed`."""
        leave = await self.leave()
        return await embed(self.gateway, self.all(), texts, turn=turn, leave=leave, private=private)

    async def stays_private(self, request: TurnRequest) -> bool:
        """Whether what ``request`` is about is for private models alone, as far as is known before one is asked."""
        named = self.all().members.get(request.model or await self.switched())
        return self.gateway.held(request.conversation)[1] or (named is not None and named.routable().private)

    async def counter(self) -> TokenCounter | None:
        """How the model that answers unless another is named counts tokens; ``None`` where there is none."""
        models, calibration = self.all(), self.gateway.calibration
        member = models.members.get(await self.switched() or models.routing.primary)
        if member is None or member.policy is None or calibration is None:
            return None
        return await asyncio.to_thread(calibration.counter, member.policy)

    async def close(self) -> None:
        """Closes connections and the record. May be called twice."""
        if self._beginning is not None:
            await asyncio.gather(self._beginning, return_exceptions=True)
        await self.gateway.settled()
        await self.local.close()
        await self.gateway.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelParts:
    """What the models of an engine are made of; ``stays``: they are an editor's, and not those of one command."""

    system: System
    settings: Settings
    where: Locations
    leave: Leave
    ask_leave: AskLeave | None
    stores: Callable[[], ModelStores]
    calibration: Calibration | None = None
    stays: bool = False


def models_of(parts: ModelParts) -> Models:
    """The models of an engine; nothing is opened yet."""
    clock, settings = parts.system.clock, parts.settings
    local = LocalServers(
        residency_policy(settings.residency), clock, stays=parts.stays, first_token=settings.limits.first_token_seconds
    )
    return Models(
        gateway=Gateway(parts.system, parts.stores, parts.calibration, local),
        local=local,
        settings=settings,
        where=parts.where,
        leave=parts.leave,
        ask_leave=parts.ask_leave,
        stays=parts.stays,
    )
