"""``workspace/executeCommand``: every ``sightline.*`` command. Each takes one JSON object and answers JSON."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pydantic import ValidationError

from sightline.features.feature import Feature
from sightline.lsp.apply import apply_edit, judging
from sightline.lsp.chat import Asked, asked_now, run_feature
from sightline.lsp.errors import BadArguments, bad_arguments
from sightline.lsp.graph_command import asked_of_graph, graph_answer
from sightline.lsp.messages import (
    ApplyArguments,
    Arguments,
    FeatureArguments,
    GraphArguments,
    HistoryArguments,
    NoArguments,
    RedoArguments,
    RunArguments,
    SwitchArguments,
    TurnArguments,
    UndoArguments,
)
from sightline.lsp.models import NO_MODELS, choosable_models, own_models, queues
from sightline.lsp.plain import run_and_apply
from sightline.lsp.progress import client_progress
from sightline.lsp.results import answered_json, entry_json, feature_json, hunk_json, preview_json
from sightline.lsp.session import Session
from sightline.lsp.snapshots import Snapshot
from sightline.lsp.taking_back import take_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One execution of a command. ``asked`` and ``found`` (of a question to the graph) were read when it arrived;
    ``told`` takes a sentence on how far it is.
    """

    session: Session
    given: Any
    asked: Asked | None
    told: Callable[[str], None]
    found: Snapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: what it takes, and what it does. ``run`` gives the answer, or a coroutine if that takes time."""

    takes: type[Arguments]
    title: str
    run: Callable[[Call], Any]


def execute_command(session: Session, params: types.ExecuteCommandParams) -> Any:
    """``workspace/executeCommand``. A coroutine can be cancelled, and with it all it started."""
    command = commands_of(session.features.values()).get(params.command)
    if command is None:
        raise BadArguments(f"There is no command {params.command}.")
    sent: Any = params.arguments[0] if params.arguments else None
    try:
        given = command.takes.model_validate({} if sent is None else sent)
    except ValidationError as error:
        raise bad_arguments(params.command, error) from error
    asked = asked_now(session, given) if isinstance(given, FeatureArguments) else None
    found = asked_of_graph(session, given) if isinstance(given, GraphArguments) else None
    if not inspect.iscoroutinefunction(command.run):
        return command.run(Call(session=session, given=given, asked=asked, told=_deaf))

    async def execute() -> Any:
        with client_progress(session.client, params.work_done_token, f"Sightline: {command.title}") as told:
            return await command.run(Call(session=session, given=given, asked=asked, told=told, found=found))

    return execute()


def commands_of(features: Iterable[Feature]) -> dict[str, Command]:
    """All commands by name. A feature that shares its name with one of ours is reached through ``sightline.run``."""
    return {f"sightline.{feature.name}": _feature_command(feature) for feature in features} | _COMMANDS


def new_turn() -> str:
    """A name for a turn that the client gave none."""
    return f"turn-{uuid.uuid4().hex[:12]}"


def _feature_command(feature: Feature) -> Command:
    async def run(call: Call) -> Any:
        assert call.asked is not None, "features take FeatureArguments"
        return await run_and_apply(call.session, feature, call.given.turn or new_turn(), call.asked, call.told)

    return Command(takes=FeatureArguments, title=feature.title, run=run)


async def _run(call: Call) -> dict[str, Any]:
    assert call.asked is not None, "RunArguments are FeatureArguments"
    name, turn = call.given.command.lstrip("/"), call.given.turn or new_turn()
    return feature_json(call.session, await run_feature(call.session, name, turn, call.asked, call.told))


async def _apply(call: Call) -> dict[str, Any]:
    engine, given = call.session.engine, call.given
    if engine.takes_back(given.turn):
        return await take_back(call.session, lambda: engine.prepare(given.turn), anyway=given.in_spite_of_findings)
    return await apply_edit(
        call.session,
        lambda: engine.prepare(given.turn, given.acceptance),
        judging(engine, given.turn, given.acceptance),
    )


def _discard(call: Call) -> dict[str, Any]:
    call.session.engine.discard(call.given.turn)
    return {"turn": call.given.turn}


async def _preview(call: Call) -> dict[str, Any]:
    return preview_json(call.session, await call.session.engine.proposed(call.given.turn))


async def _undo(call: Call) -> dict[str, Any]:
    engine = call.session.engine
    given = call.given
    return await take_back(call.session, lambda: engine.prepare_undo(given.turn, given.hunks), anyway=given.anyway)


async def _redo(call: Call) -> dict[str, Any]:
    engine = call.session.engine
    return await take_back(call.session, lambda: engine.prepare_redo(call.given.turn), anyway=call.given.anyway)


async def _history(call: Call) -> dict[str, Any]:
    engine, given = call.session.engine, call.given
    if given.turn is None:
        return {"edits": [entry_json(entry) for entry in engine.history(given.limit)], "hunks": []}
    entry, hunks = engine.hunks(given.turn)
    return {"edits": [entry_json(entry)], "hunks": [hunk_json(call.session, hunk) for hunk in hunks]}


async def _index(call: Call) -> dict[str, Any]:
    await call.session.host.index_again()
    return _status(call)


async def _pause(call: Call) -> dict[str, Any]:
    await call.session.host.pause()
    return _status(call)


async def _forbid_tests(call: Call) -> dict[str, Any]:
    roots = await call.session.engine.forbid_tests()
    sentence = (
        f"Tests and builds of {', '.join(roots)} run on edits no longer. `sightline trust --tests` allows them again."
    )
    call.session.client.show(types.MessageType.Info, sentence)
    return {"roots": list(roots)}


async def _graph(call: Call) -> dict[str, Any]:
    assert call.found is not None, "it takes GraphArguments"
    return await graph_answer(call.session, call.given, call.found)


async def _models(call: Call) -> dict[str, Any]:
    found = await choosable_models(editor=call.session.host.options.editor_models)
    engine = call.session.host.open_engine()
    return {**found, **(await own_models(engine.models) if engine is not None else NO_MODELS)}


async def _switch(call: Call) -> dict[str, Any]:
    models = call.session.engine.models
    await models.switch(call.given.model)
    return await own_models(models)


def _status(call: Call) -> dict[str, Any]:
    session = call.session
    engine = session.host.open_engine()
    ready = engine is not None and session.host.is_indexed
    return {
        "state": session.host.state,
        "message": session.host.message,
        "roots": list(session.host.options.roots),
        "model": engine.settings.model.name if engine is not None else "",
        "answered": answered_json(last) if engine is not None and (last := engine.models.gateway.last) else None,
        "queues": queues(engine.models) if engine is not None else [],
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
    "sightline.redo": Command(takes=RedoArguments, title="bringing an edit back", run=_redo),
    "sightline.history": Command(takes=HistoryArguments, title="reading the history", run=_history),
    "sightline.index": Command(takes=NoArguments, title="indexing", run=_index),
    "sightline.pauseIndexing": Command(takes=NoArguments, title="pausing", run=_pause),
    "sightline.forbidTests": Command(takes=NoArguments, title="taking back a word", run=_forbid_tests),
    "sightline.graph": Command(takes=GraphArguments, title="asking the graph", run=_graph),
    "sightline.models": Command(takes=NoArguments, title="looking for models", run=_models),
    "sightline.switch": Command(takes=SwitchArguments, title="switching the model", run=_switch),
    "sightline.status": Command(takes=NoArguments, title="status", run=_status),
}


def _deaf(sentence: str) -> None:
    del sentence
