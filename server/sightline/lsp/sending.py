"""Sends an edit to the editor once, and watches what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.engine.prepared import PreparedEdit
from sightline.lsp.landing import Landing, Same, but_for_line_ends, exactly
from sightline.lsp.session import Session
from sightline.lsp.workspace_edit import workspace_edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of it. ``applied`` and ``reason`` are the editor's words; ``missing`` never held the checked text.

    ``touched``: at least one file is not as it was, as far as the editor had a part in it.
    """

    applied: bool
    reason: str
    touched: bool
    seen: frozenset[WorkspacePath]
    missing: frozenset[WorkspacePath]


async def send(session: Session, prepared: PreparedEdit) -> Sent:
    """Sends the edit and follows it to its end. Raises as ``workspace_edit``."""
    edit = workspace_edit(prepared, session.documents, session.client.can)
    landing = Landing(prepared, same_texts(session))
    session.landings.append(landing)
    try:
        answer = await session.client.apply_edit(prepared.label, edit)
        reason = answer.failure_reason or "The editor refused the edit."
        if not answer.applied:
            await _look_at_disk(session, landing)
            landing.look(session.engine.workspace)
            if not landing.seen:  # what differs from before was typed: the editor says that it did nothing
                return Sent(applied=False, reason=reason, touched=False, seen=frozenset(), missing=landing.paths)
        missing = await landing.wait(lambda: session.engine.workspace)
        await _look_at_disk(session, landing)
        missing &= await landing.wait(lambda: session.engine.workspace) if missing else frozenset()
    finally:
        session.landings.remove(landing)
    return Sent(
        applied=answer.applied,
        reason=reason,
        touched=not landing.untouched(session.engine.workspace),
        seen=frozenset(landing.seen),
        missing=missing,
    )


def same_texts(session: Session) -> Same:
    """How texts of this editor are compared."""
    return but_for_line_ends if session.client.can.normalizes_line_endings else exactly


async def _look_at_disk(session: Session, landing: Landing) -> None:
    """Lets the engine see what the editor wrote, created, moved or deleted."""
    closed = tuple(sorted(path for path in landing.paths if session.documents.of_path(path) is None))
    if closed:
        await session.host.post("files of an edit", lambda engine: engine.files_changed(closed))
