"""Applies a prepared edit through the editor, and finds out what really happened.

One edit at a time. Once it is sent, it is followed to its end even if the request is cancelled or the user takes long:
what lands must be known, or nothing could be undone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.checks.acceptance import Acceptance
from sightline.engine.engine import Engine, FileAfter, PreparedEdit
from sightline.lsp.landing import Landing
from sightline.lsp.partial import roll_back
from sightline.lsp.sending import same_texts, send
from sightline.lsp.session import Session
from sightline.lsp.workspace_edit import workspace_edit

Prepare = Callable[[], PreparedEdit]

#: Run before an edit is prepared: judges it for the present texts. What it finds, ``Prepare`` raises; an answer that is
#: not "" says why the user does not want it after all.
Judge = Callable[[], Awaitable[str]]

#: An edit that was refused because of typing meanwhile is made ready anew and sent again this often.
MOST_RETRIES = 2

#: Edits of resolved code actions that are watched; most of them are never applied.
MOST_HANDED_OUT = 20

APPLY, CANCEL = "Apply", "Cancel"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an edit. ``applied``: every file came to hold exactly the checked text.

    ``different`` lists the files that hold something else although the editor changed some of them; it is empty when
    nothing changed at all. ``reason`` says why not everything was applied. ``taken_back`` are files that are as before
    again because a part is not what was checked; ``None`` if the user kept it, or all of it landed.
    """

    prepared: PreparedEdit
    applied: bool
    reason: str = ""
    different: tuple[WorkspacePath, ...] = ()
    taken_back: tuple[WorkspacePath, ...] | None = None


async def apply_edit(session: Session, prepare: Prepare, judge: Judge) -> dict[str, Any]:
    """Makes an edit ready and applies it. Answers the outcome as JSON (docs/reference/protocol.md).

    Each time it is made ready it is judged for what was typed since. Raises what both raise,
    ``EditorCannot``, and :class:`SightlineError` (kind ``apply_in_progress``).
    """
    if session.applying is not None and not session.applying.done():
        raise SightlineError(
            "Another edit is being applied.",
            hint="Finish it in the editor (perhaps its preview waits for you), then try again.",
            kind="apply_in_progress",
        )
    session.applying = session.spawn(_apply(session, prepare, judge), "sightline-apply")
    outcome: Outcome = await asyncio.shield(session.applying)
    return outcome_json(session, outcome)


def judging(engine: Engine, turn: str, acceptance: Acceptance) -> Judge:
    """Judges the edit that waits under ``turn`` once more if its findings are of an older revision."""

    async def judge() -> str:
        await engine.judge_again(turn, acceptance)
        return ""

    return judge


def expect_landing(session: Session, prepared: PreparedEdit) -> None:
    """Watches an edit that the editor got with a code action: it may apply it by itself, or never."""
    forget_handed_out(session, prepared.turn)
    while len(session.handed_out) >= MOST_HANDED_OUT:
        forget_handed_out(session, next(iter(session.handed_out)))
    landing = Landing(prepared, same_texts(session))
    session.landings.append(landing)
    session.handed_out[prepared.turn] = prepared, landing


def forget_handed_out(session: Session, turn: str) -> None:
    """The edit is no longer watched."""
    found = session.handed_out.pop(turn, None)
    if found is not None:
        session.landings.remove(found[1])


async def landed_by_itself(session: Session, turn: str) -> dict[str, Any] | None:
    """What became of the edit that the editor got with a code action, as JSON; ``None`` if it did not apply it.

    What landed is recorded, so that it can be undone.
    """
    handed_out = session.handed_out.get(turn)
    if handed_out is None:
        return None
    prepared, landing = handed_out
    try:
        if landing.untouched(session.engine.workspace):
            return None
        missing = await landing.wait(lambda: session.engine.workspace)
    finally:
        forget_handed_out(session, turn)
    if missing and landing.untouched(session.engine.workspace):
        return None
    session.engine.applied(prepared, landed=frozenset(landing.seen))
    reason = "The editor did not apply all of it." if missing else ""
    outcome = Outcome(prepared=prepared, applied=not missing, reason=reason, different=tuple(sorted(missing)))
    _tell(session, outcome)
    return outcome_json(session, outcome)


async def _apply(session: Session, prepare: Prepare, judge: Judge) -> Outcome:
    unwanted = await judge()
    prepared = prepare()
    if unwanted:
        return Outcome(prepared=prepared, applied=False, reason=unwanted)
    workspace_edit(prepared, session.documents, session.client.can)  # refuses before anybody is asked
    if not await _confirmed(session, prepared):
        return Outcome(prepared=prepared, applied=False, reason="You did not confirm it.")
    if unwanted := await judge():
        return Outcome(prepared=prepared, applied=False, reason=unwanted)
    prepared = prepare()
    outcome = await _send(session, prepared)
    for _ in range(MOST_RETRIES):
        if outcome.applied or outcome.different or outcome.taken_back is not None or not _moved_on(session, prepared):
            break
        log.info("The text changed while the edit was on its way; it is made ready anew.")
        if unwanted := await judge():
            return Outcome(prepared=prepared, applied=False, reason=unwanted)
        prepared = prepare()
        outcome = await _send(session, prepared)
    _tell(session, outcome)
    return outcome


async def _send(session: Session, prepared: PreparedEdit) -> Outcome:
    """Sends the edit once, follows it to its end, and records what landed."""
    sent = await send(session, prepared)
    if sent.missing and not sent.touched:
        reason = "The editor left every file as it was." if sent.applied else sent.reason
        return Outcome(prepared=prepared, applied=False, reason=reason)
    session.engine.applied(prepared, landed=sent.seen)
    if not sent.missing:
        return Outcome(prepared=prepared, applied=True)
    reason = "The editor did not apply all of it." if sent.applied else sent.reason
    rollback = await roll_back(session, prepared, sent)
    if rollback is None:
        return Outcome(prepared=prepared, applied=False, reason=reason, different=tuple(sorted(sent.missing)))
    taken_back, left = rollback
    return Outcome(prepared=prepared, applied=False, reason=reason, different=left, taken_back=taken_back)


async def _confirmed(session: Session, prepared: PreparedEdit) -> bool:
    """Asks about files that need it, unless the editor's own preview will."""
    reasons = prepared.confirmations
    if not reasons or session.client.can.change_annotations:
        return True
    question = "; ".join(f"{path}: {reason}" for path, reason in reasons.items())
    answer = await session.client.choose(
        types.MessageType.Warning, f"This edit touches files that need your word. {question}", (APPLY, CANCEL)
    )
    return answer == APPLY


def _moved_on(session: Session, prepared: PreparedEdit) -> bool:
    """Whether an open document has another version than the edit was computed for."""
    documents = ((session.documents.of_path(file.old or file.path), file.version) for file in prepared.files)
    return any(document is not None and document.version != version for document, version in documents)


def _tell(session: Session, outcome: Outcome) -> None:
    if outcome.different and outcome.taken_back is None:
        names = ", ".join(str(path) for path in outcome.different)
        session.client.show(
            types.MessageType.Warning,
            f"The edit was not applied as checked: {names}. {outcome.reason} "
            "Look at these files; what did land can be taken back with your editor's own undo.",
        )


def outcome_json(session: Session, outcome: Outcome) -> dict[str, Any]:
    """The outcome as the protocol carries it."""
    prepared = outcome.prepared
    return {
        "turn": prepared.turn,
        "label": prepared.label,
        "applied": outcome.applied,
        "rebased": prepared.rebased,
        "reason": outcome.reason,
        "files": [file_json(session, file) for file in prepared.files],
        "different": [place_json(session, path) for path in outcome.different],
        "takenBack": [place_json(session, path) for path in outcome.taken_back or ()],
    }


def file_json(session: Session, file: FileAfter) -> dict[str, Any]:
    """One file of a prepared edit, without its texts."""
    old = place_json(session, file.old) if file.old is not None else None
    return {
        **place_json(session, file.path),
        "kind": file.kind,
        "old": old,
        "version": file.version,
        "needsConfirmation": file.needs_confirmation,
        "ripple": file.ripple,
    }


def place_json(session: Session, path: WorkspacePath) -> dict[str, Any]:
    """A file as address and as path within its root."""
    return {"uri": session.documents.uri_of(path), "path": str(path)}
