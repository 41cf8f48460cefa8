"""Reads small JSON answers from a model server, for its lists and its status. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.transport.errors import TransportError
from sightline.transport.policy import HttpRequest, Limits
from sightline.transport.pool import Pool

#: Status and lists come at once or not at all.
QUICK = Limits(connect=2.0, first_byte=5.0, between_bytes=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProbe:
    """The ``Asker`` of ``servers.py`` over a pool. ``headers`` may hold a key, so they stay out of the ``repr``."""

    pool: Pool = field(repr=False)
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    limits: Limits = QUICK

    async def at_root(self, path: str) -> Any:
        return await self._json(root_of(self.base_url) + path)

    async def at_base(self, path: str) -> Any:
        return await self._json(self.base_url.rstrip("/") + path)

    async def _json(self, url: str) -> Any:
        request = HttpRequest(method="GET", url=url, headers=self.headers, limits=self.limits)
        try:
            answer = await self.pool.fetch(request)
            return json.loads(answer.body) if answer.status == 200 else None
        except (TransportError, ValueError):
            return None


def root_of(base_url: str) -> str:
    """The server's own address: the base URL without its ``/v1``."""
    return base_url.rstrip("/").removesuffix("/v1").rstrip("/")
