"""``workspace/executeCommand``: every ``sightline.*`` command. Each takes one JSON object and answers JSON."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pydantic import ValidationError

from sightline.features.feature import Feature
from sightline.lsp.apply import apply_edit
from sightline.lsp.chat import run_feature
from sightline.lsp.errors import BadArguments, bad_arguments
from sightline.lsp.messages import (
    ApplyArguments,
    Arguments,
    FeatureArguments,
    NoArguments,
    RunArguments,
    TurnArguments,
    UndoArguments,
)
from sightline.lsp.plain import run_and_apply
from sightline.lsp.progress import client_progress
from sightline.lsp.results import feature_json, preview_json
from sightline.lsp.session import Session

#: Told a sentence about how far the command is.
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: what it takes, and what it does."""

    takes: type[Arguments]
    title: str
    run: Callable[[Session, Any, Told], Awaitable[Any]]


async def execute_command(session: Session, params: types.ExecuteCommandParams) -> Any:
    """``workspace/executeCommand``. A coroutine, so that ``$/cancelRequest`` cancels it and all it started."""
    command = commands_of(session.features.values()).get(params.command)
    if command is None:
        raise BadArguments(f"There is no command {params.command}.")
    given: Any = params.arguments[0] if params.arguments else None
    try:
        arguments = command.takes.model_validate({} if given is None else given)
    except ValidationError as error:
        raise bad_arguments(params.command, error) from error
    with client_progress(session.client, params.work_done_token, f"Sightline: {command.title}") as told:
        return await command.run(session, arguments, told)


def commands_of(features: Iterable[Feature]) -> dict[str, Command]:
    """All commands by name. A feature that shares its name with one of ours is reached through ``sightline.run``."""
    return {f"sightline.{feature.name}": _feature_command(feature) for feature in features} | _COMMANDS


def new_turn() -> str:
    """A name for a turn that the client gave none."""
    return f"turn-{uuid.uuid4().hex[:12]}"


def _feature_command(feature: Feature) -> Command:
    async def run(session: Session, given: FeatureArguments, told: Told) -> Any:
        return await run_and_apply(session, feature, given.turn or new_turn(), given, told)

    return Command(takes=FeatureArguments, title=feature.title, run=run)


async def _run(session: Session, given: RunArguments, told: Told) -> dict[str, Any]:
    result = await run_feature(session, given.command.lstrip("/"), given.turn or new_turn(), given, told)
    return feature_json(session, result)


async def _apply(session: Session, given: ApplyArguments, told: Told) -> dict[str, Any]:
    told("applying")
    engine = session.engine
    return await apply_edit(
        session, lambda: engine.prepare(given.turn, in_spite_of_findings=given.in_spite_of_findings)
    )


async def _discard(session: Session, given: TurnArguments, told: Told) -> dict[str, Any]:
    del told
    session.engine.discard(given.turn)
    return {"turn": given.turn}


async def _preview(session: Session, given: TurnArguments, told: Told) -> dict[str, Any]:
    del told
    return preview_json(session, session.engine.prepare(given.turn, in_spite_of_findings=True))


async def _undo(session: Session, given: UndoArguments, told: Told) -> dict[str, Any]:
    told("undoing")
    engine = session.engine
    return await apply_edit(session, lambda: engine.prepare_undo(given.turn))


async def _status(session: Session, given: NoArguments, told: Told) -> dict[str, Any]:
    del given, told
    engine = session.host.open_engine()
    ready = engine is not None and session.host.state == "ready"
    return {
        "state": session.host.state,
        "message": session.host.message,
        "roots": list(session.host.options.roots),
        "revision": engine.view.revision if engine is not None and ready else None,
        "documents": sum(1 for _ in session.documents),
        "running": sorted(session.running),
        "applying": session.applying is not None and not session.applying.done(),
        "watchesFiles": session.watches_files,
        "positionEncoding": session.documents.encoding.value,
    }


_COMMANDS: dict[str, Command] = {
    "sightline.run": Command(takes=RunArguments, title="asking", run=_run),
    "sightline.apply": Command(takes=ApplyArguments, title="applying an edit", run=_apply),
    "sightline.discard": Command(takes=TurnArguments, title="discarding an edit", run=_discard),
    "sightline.preview": Command(takes=TurnArguments, title="preparing a preview", run=_preview),
    "sightline.undo": Command(takes=UndoArguments, title="undoing an edit", run=_undo),
    "sightline.status": Command(takes=NoArguments, title="status", run=_status),
}
