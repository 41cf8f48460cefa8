"""Applies an undo or a redo. What it would break by now is put to the user, who may go on: it is their own edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from sightline.base.changes import ChangeSet
from sightline.engine.prepared import PreparedEdit
from sightline.lsp.apply import CANCEL, apply_edit
from sightline.lsp.session import Session

ANYWAY = "Do it anyway"

#: Findings told in the question; the rest is counted.
_MOST_SHOWN = 3


async def take_back(session: Session, prepare: Callable[[], PreparedEdit], *, anyway: bool = False) -> dict[str, Any]:
    """Applies what ``prepare`` makes ready, and answers as ``apply_edit``. ``anyway``: the user was asked already."""
    agreed = anyway
    harmless: tuple[int, ChangeSet] | None = None

    async def judge() -> str:
        nonlocal agreed, harmless
        await session.engine.make_ready(prepare)
        prepared = prepare()
        asked = session.engine.workspace.revision, prepared.changes
        if agreed or asked == harmless:
            return ""
        found = await session.engine.broken_by(prepared)
        if not found:
            harmless = asked
            return ""
        shown = [f"{each.path}:{each.line}: {each.message}" for each in found[:_MOST_SHOWN]]
        more = [f"And {len(found) - _MOST_SHOWN} more."] if len(found) > _MOST_SHOWN else []
        told = " ".join((f"{prepared.label} would break what was written since.", *shown, *more))
        agreed = await session.client.choose(types.MessageType.Warning, told, (ANYWAY, CANCEL)) == ANYWAY
        return "" if agreed else f"{told} You did not confirm it."

    return await apply_edit(session, prepare, judge)
