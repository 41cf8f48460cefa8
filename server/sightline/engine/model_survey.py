"""What there is to tell of the user's models: where each runs, whether it answers, what it is asked. Loads nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import get_args

from sightline.base.errors import SightlineError
from sightline.models.catalogue import ModelRole, Prices
from sightline.models.gateway import Gateway
from sightline.models.members import Member, ModelSet, stays_private, where_of
from sightline.models.messages import ModelError
from sightline.models.policy import ModelPolicy, runs_locally
from sightline.models.probe import root_of
from sightline.models.provider import LoadedModel, ModelLoading, Provider, WindowReport
from sightline.models.residency import ResidencyPolicy, spill_warning
from sightline.models.routing import Asked, choose_route

#: Seconds for all questions to one server.
LONGEST_LOOK = 5.0
ROLES: tuple[ModelRole, ...] = get_args(ModelRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldModel:
    """A model in a server's memory. ``ours``: a window of Sightline loaded it, ``idle_seconds`` ago asked it last.

    ``persistent`` models are never chosen to make room; ``warning`` says that one has no room on the graphics card.
    """

    model: LoadedModel
    ours: bool = False
    idle_seconds: float | None = None
    persistent: bool = False
    warning: str = ""


#: What windows of this user had loaded, by server and instance: seconds without a request.
Kept = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """One of the user's models. ``model`` is ``PROVIDER:NAME``; ``where`` it runs, "" where that cannot be told.

    ``window`` is in tokens and ``window_source`` who told it. ``prices`` are ``None`` where they are not known;
    ``free`` models are those of the user's own machines. ``error`` says why it cannot be asked, "" if it answers.
    ``loaded`` are all models that its server holds.
    """

    name: str
    model: str = ""
    base_url: str = ""
    where: str = ""
    private: bool = False
    roles: tuple[ModelRole, ...] = ()
    window: int | None = None
    window_source: str = ""
    prices: Prices | None = None
    free: bool = False
    error: str = ""
    loaded: tuple[HeldModel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReport:
    """Which model is asked for what has this role, and why; ``name`` is "" where none may be."""

    role: ModelRole
    name: str
    reason: str


async def survey(
    models: ModelSet, gateway: Gateway, *, kept: Kept | None = None, residency: ResidencyPolicy | None = None
) -> tuple[ModelReport, ...]:
    """Each of the user's models, all asked at once; 5 s at worst. Never raises for a model.

    ``kept`` and ``residency`` tell more of what local servers hold.
    """
    held = partial(_held, kept=kept or {}, residency=residency or ResidencyPolicy())
    return tuple(await asyncio.gather(*(_looked_at(member, gateway, held) for member in models.members.values())))


def roles_of(models: ModelSet, *, switched: str = "", leave: bool = False) -> tuple[RoleReport, ...]:
    """Who is asked for each role, as a request without words would be routed."""
    routables = {name: member.routable() for name, member in models.members.items()}
    found: list[RoleReport] = []
    for role in ROLES:
        try:
            route = choose_route(Asked(role=role, switched=switched, leave=leave), models.routing, routables)
        except ModelError as error:
            found.append(RoleReport(role=role, name="", reason=error.message))
        else:
            found.append(RoleReport(role=role, name=route.candidates[0].name, reason=route.candidates[0].reason))
    return tuple(found)


def _held(policy: ModelPolicy, model: LoadedModel, *, kept: Kept, residency: ResidencyPolicy) -> HeldModel:
    idle = kept.get((root_of(policy.base_url), model.instance or model.name))
    return HeldModel(
        model=model,
        ours=idle is not None,
        idle_seconds=idle,
        persistent=residency.is_persistent(model.name),
        warning=spill_warning(model),
    )


async def _looked_at(
    member: Member, gateway: Gateway, held: Callable[[ModelPolicy, LoadedModel], HeldModel]
) -> ModelReport:
    policy = member.policy
    if policy is None:
        return ModelReport(name=member.name, roles=member.roles, error=str(member.error))
    window, error, loaded = WindowReport(), "", ()
    try:
        async with asyncio.timeout(LONGEST_LOOK):
            provider = await gateway.provider(member)
            await provider.models()
            window, loaded = await asyncio.gather(provider.window_report(policy.name), _loaded(provider))
    except TimeoutError:
        error = f"{policy.host} does not answer within {LONGEST_LOOK:g} s."
    except SightlineError as problem:
        error = str(problem)
    tokens, source = window.tokens, window.source
    if tokens is None and window.largest:
        tokens, source = window.largest, "what it can be loaded with"
    if policy.window and (tokens is None or policy.window < tokens):
        tokens, source = policy.window, "your settings"
    return ModelReport(
        name=member.name,
        model=f"{policy.kind}:{policy.name}",
        base_url=policy.base_url,
        where=where_of(policy),
        private=stays_private(policy),
        roles=member.roles,
        window=tokens,
        window_source=source,
        prices=policy.profile.facts.prices,
        free=policy.kind == "scripted" or runs_locally(policy),
        error=error,
        loaded=tuple(held(policy, each) for each in loaded),
    )


async def _loaded(provider: Provider) -> tuple[LoadedModel, ...]:
    if not isinstance(provider, ModelLoading):
        return ()
    try:
        return await provider.loaded()
    except ModelError:
        return ()
