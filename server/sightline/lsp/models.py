"""``sightline.models``: what an editor can offer to a person who has to choose a model."""

from __future__ import annotations

from typing import Any

from sightline.models.discovery import discover
from sightline.models.registry import PROVIDERS
from sightline.transport.policy import TransportPolicy
from sightline.transport.pool import Pool


async def choosable_models(addresses: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The kinds of provider, and the model servers of this machine with their models (docs/reference/protocol.md).

    Asks loopback addresses alone (the usual ones, or ``addresses``), sends no key and loads no model; 3 s at worst.
    """
    pool = Pool(TransportPolicy())
    try:
        found = await discover(pool, addresses)
    finally:
        await pool.close()
    return {
        "providers": [
            {"name": kind.name, "title": kind.title, "example": kind.example, "needsKey": kind.needs_key}
            for kind in PROVIDERS.values()
        ],
        "servers": [
            {
                "title": server.title,
                "baseUrl": "" if server.is_usual else server.base_url,
                "models": [{"name": server.choice(model.name), "window": model.window} for model in server.models],
            }
            for server in found
        ],
    }
