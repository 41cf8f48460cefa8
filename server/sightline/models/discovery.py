"""Finds the model servers that run on this machine. Loopback only, no key is sent, and no model is loaded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sightline.models.probe import ServerProbe
from sightline.models.provider import ModelInfo
from sightline.models.registry import PROVIDERS
from sightline.models.servers import OTHER_SERVER, listed_models, recognise, rows
from sightline.transport.policy import Limits

if TYPE_CHECKING:
    from sightline.transport.pool import Pool

#: A server on this machine answers at once; what does not is something else that happens to listen there.
PROBE_LIMITS = Limits(connect=0.5, first_byte=2.0, between_bytes=2.0)
#: Seconds for all questions to one address.
LONGEST_LOOK = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundServer:
    """A model server. ``kind`` names an entry of ``PROVIDERS``; ``base_url`` is ready to be used as such."""

    kind: str
    title: str
    base_url: str
    models: tuple[ModelInfo, ...]

    def choice(self, model: str) -> str:
        """What to set ``SIGHTLINE_MODEL`` to for one of its models."""
        return f"{self.kind}:{model}"

    @property
    def is_usual(self) -> bool:
        """Whether it is at its kind's usual address; elsewhere ``SIGHTLINE_BASE_URL`` must be set as well."""
        return PROVIDERS[self.kind].base_url == self.base_url


def usual_addresses() -> tuple[str, ...]:
    """Base URLs of the local servers in the registry."""
    urls = (kind.base_url for kind in PROVIDERS.values())
    return tuple(url for url in urls if url and urlsplit(url).hostname == "127.0.0.1")


async def discover(pool: Pool, addresses: tuple[str, ...] | None = None) -> tuple[FoundServer, ...]:
    """The model servers that answer at ``addresses`` (the usual ones by default), in that order.

    Takes as long as the slowest address: milliseconds where nobody listens, 3 s at worst. Never raises for a server
    that misbehaves. Every address must be on loopback: ``AssertionError`` otherwise.
    """
    wanted = usual_addresses() if addresses is None else addresses
    assert all(urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost") for url in wanted), "loopback only"
    found = await asyncio.gather(*(_look(ServerProbe(pool=pool, base_url=url, limits=PROBE_LIMITS)) for url in wanted))
    return tuple(server for server in found if server is not None)


async def _look(probe: ServerProbe) -> FoundServer | None:
    try:
        async with asyncio.timeout(LONGEST_LOOK):
            flavour, data = await asyncio.gather(recognise(probe), probe.at_base("/models"))
            if flavour is None and not rows(data, "data"):
                return None
            flavour = flavour or OTHER_SERVER
            models = listed_models(data, await flavour.loaded(probe) or {})
    except TimeoutError:
        return None
    return FoundServer(kind=flavour.name, title=flavour.title, base_url=probe.base_url, models=models)
