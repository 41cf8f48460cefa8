"""``sightline.models``: what an editor can offer to a person who has to choose a model."""

from __future__ import annotations

import logging
from typing import Any

from sightline.base.editor_models import EditorModels, EditorRefused
from sightline.engine.model import Models
from sightline.models.discovery import discover
from sightline.models.members import where_of
from sightline.models.registry import PROVIDERS
from sightline.transport.policy import TransportPolicy
from sightline.transport.pool import Pool

log = logging.getLogger(__name__)


async def choosable_models(
    addresses: tuple[str, ...] | None = None, *, editor: EditorModels | None = None
) -> dict[str, Any]:
    """The kinds of provider, the model servers of this machine with their models, and the editor's own models
    (docs/reference/protocol.md).

    Asks loopback addresses alone (the usual ones, or ``addresses``), sends no key and loads no model; 3 s at worst, and
    what the editor takes to list its models.
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
        ]
        + await _of_editor(editor),
    }


async def _of_editor(editor: EditorModels | None) -> list[dict[str, Any]]:
    """The models that the editor offers, as if of one more server; none where it offers none."""
    try:
        offered = await editor.offered() if editor is not None else ()
    except EditorRefused as error:
        log.warning("The editor does not list its models: %s", error)
        return []
    models = [{"name": f"editor:{model.name}", "window": model.largest_prompt} for model in offered]
    return [{"title": "Your editor", "baseUrl": "", "models": models}] if models else []


#: What is told of the user's models while there is no engine.
NO_MODELS: dict[str, Any] = {"configured": [], "switched": ""}


async def own_models(models: Models) -> dict[str, Any]:
    """The user's models by their names, and the one they switched to ("" for none). Asks no server."""
    found = models.all()
    rows = [
        {
            "name": member.name,
            "model": f"{member.policy.kind}:{member.policy.name}" if member.policy else "",
            "where": where_of(member.policy) if member.policy else "",
            "roles": list(member.roles),
            "primary": member.name == found.routing.primary,
            "problem": str(member.error) if member.error else "",
        }
        for member in found.members.values()
        if member.policy is not None or len(found.members) > 1
    ]
    return {"configured": rows, "switched": await models.switched()}


def queues(models: Models) -> list[dict[str, Any]]:
    """How busy each server is that was asked, and for how long it is left alone after failures, in seconds."""
    return [
        {
            "server": where,
            "active": state.active,
            "waiting": state.waiting,
            "limit": state.limit,
            "failures": state.failures,
            "openSeconds": state.open_seconds,
        }
        for where, state in models.gateway.gates().items()
    ]
