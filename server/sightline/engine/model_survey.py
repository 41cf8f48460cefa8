"""What there is to tell of the user's models: where each runs, whether it answers, what it is asked. Loads nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import get_args

from sightline.base.errors import SightlineError
from sightline.models.catalogue import ModelRole, Prices
from sightline.models.gateway import Gateway
from sightline.models.members import Member, ModelSet, stays_private, where_of
from sightline.models.messages import ModelError
from sightline.models.policy import runs_locally
from sightline.models.provider import LoadedModel, ModelLoading, Provider, WindowReport
from sightline.models.routing import Asked, choose_route

#: Seconds for all questions to one server.
LONGEST_LOOK = 5.0
ROLES: tuple[ModelRole, ...] = get_args(ModelRole)


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
    loaded: tuple[LoadedModel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReport:
    """Which model is asked for what has this role, and why; ``name`` is "" where none may be."""

    role: ModelRole
    name: str
    reason: str


async def survey(models: ModelSet, gateway: Gateway) -> tuple[ModelReport, ...]:
    """Each of the user's models, all asked at once; 5 s at worst. Never raises for a model."""
    return tuple(await asyncio.gather(*(_looked_at(member, gateway) for member in models.members.values())))


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


async def _looked_at(member: Member, gateway: Gateway) -> ModelReport:
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
        loaded=loaded,
    )


async def _loaded(provider: Provider) -> tuple[LoadedModel, ...]:
    if not isinstance(provider, ModelLoading):
        return ()
    try:
        return await provider.loaded()
    except ModelError:
        return ()
