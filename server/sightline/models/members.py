"""The user's models as the gateway holds them, and where each of them runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.base.errors import SightlineError
from sightline.models.catalogue import ModelRole
from sightline.models.local_limits import memory_need, weight
from sightline.models.locality import is_private_host
from sightline.models.policy import ModelPolicy
from sightline.models.routing import Routable, Routing
from sightline.models.spending import SpendingLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the user's models. ``policy`` is ``None`` where its settings have a mistake, which is ``error``."""

    name: str
    policy: ModelPolicy | None
    roles: tuple[ModelRole, ...] = ()
    error: SightlineError | None = None

    def routable(self) -> Routable:
        """What routing looks at."""
        if self.policy is None:
            return Routable(
                name=self.name, private=False, roles=self.roles, problem=self.error.message if self.error else ""
            )
        return Routable(
            name=self.name,
            private=stays_private(self.policy),
            where=where_of(self.policy),
            roles=self.roles,
            here=self.policy.locality.on_this_host,
            weight=weight(self.policy.name),
            need=memory_need(self.policy.name, self.policy.window),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSet:
    """All models of the user, by name, and how they are chosen among."""

    members: Mapping[str, Member]
    routing: Routing
    spending: SpendingLimits = field(default_factory=SpendingLimits)


def where_of(policy: ModelPolicy) -> str:
    """Where the model runs, for people: ``this machine``, ``a private network``, a cloud and who leads to it."""
    if policy.kind == "scripted":
        return "this machine"
    if policy.kind == "editor":
        return "your editor"
    found = policy.locality
    if found.on_this_host:
        return "this machine"
    if found.private:
        return "private network"
    return f"cloud, by {policy.host}" if is_private_host(policy.host) else f"cloud: {policy.host}"


def stays_private(policy: ModelPolicy) -> bool:
    """Whether what the model is asked stays in the user's own network. A script is a file."""
    return policy.kind == "scripted" or policy.locality.private
