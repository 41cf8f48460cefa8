"""``sightline ask``: asks a model; its edit is tried and checked before anything is written."""

from __future__ import annotations

from dataclasses import replace

import click

from sightline.base.errors import SightlineError
from sightline.cli.confirming import (
    NONE,
    Unconfirmed,
    asked,
    confirm_option,
    on_terminal,
    tell_unconfirmed,
    unconfirmed,
    unconfirmed_json,
)
from sightline.cli.convert import ask_json
from sightline.cli.output import note, print_json, report_error, say, stream
from sightline.cli.running_tests import tests_option, with_tests
from sightline.cli.task import (
    budget_option,
    conversation_named,
    conversation_options,
    task_arguments,
    task_text,
    task_type_option,
    turn_request,
)
from sightline.cli.workspace import given_settings, json_option, model_option, opened, root_option, runs_async
from sightline.engine.engine import Engine
from sightline.features.narrate import answered_by, narrate_turn
from sightline.tasks.result import TurnEvent, TurnRequest, TurnResult, TurnStage, TurnVerdict


@click.command("ask")
@task_arguments
@root_option
@model_option
@task_type_option
@click.option("--apply", "mode", flag_value="apply", help="Write the edit when every check passes.")
@click.option("--dry-run", "mode", flag_value="dry-run", help="Write nothing and ask nothing.")
@click.option("--fresh", is_flag=True, help="Ask the model even where it answered the same a moment ago.")
@conversation_options
@budget_option
@tests_option
@confirm_option
@json_option
@runs_async
async def command(  # noqa: PLR0913  click hands over one argument an option
    task: tuple[str, ...],
    task_file: str | None,
    root: str,
    model: str | None,
    task_type: str | None,
    mode: str | None,
    *,
    confirmed: tuple[str, ...],
    conversation: str | None,
    continues: bool,
    fresh: bool,
    budget: int | None,
    tests: bool,
    as_json: bool,
) -> int:
    """Ask a model for TASK. The edit is tried in memory, checked, repaired at most three times, and then shown.

    --continue goes on with the conversation of the last task: the model has before it what was said and shown, and is
    told what changed since.
    On a terminal you are asked before anything is written; elsewhere nothing is written without --apply.
    Files that something runs later (hooks, workflows, package scripts, settings) want a word of their own: --confirm.
    """
    text = task_text(task, task_file)
    given = {**given_settings(model, budget), **(with_tests(root) if tests else {})}
    async with opened(root, given) as engine:
        talk = await conversation_named(engine, conversation, continues=continues)
        request = turn_request(engine, text, task_type, fresh=fresh, model=model, conversation=talk)
        request = replace(request, conversation=talk or request.turn)
        result = await engine.ask(request, _quiet) if as_json else await _streamed(engine, request)
        wanted = result.verdict is TurnVerdict.ACCEPTED and _wanted(result, mode, as_json=as_json)
        waiting = unconfirmed(engine, result.changes, confirmed, result.replaced) if wanted else NONE
        if not as_json:
            waiting = asked(waiting)
        failure = await _written(engine, request, result) if wanted and not waiting else None
    # The history comes after the files: where it alone fails, they are written.
    applied = wanted and not waiting and (failure is None or failure.kind == "database")
    if as_json:
        waits = unconfirmed_json(waiting)
        shape = ask_json(result, request.task_type, waits, applied=applied, failure=failure)
        print_json(shape.model_dump())
    else:
        _tell(result, waiting, applied=applied)
        if failure is not None:
            report_error(failure.kind, failure.message, failure.hint, as_json=False)
    if failure is not None:
        return 2
    return 0 if result.verdict in (TurnVerdict.ANSWERED, TurnVerdict.ACCEPTED) and not waiting else 1


async def _written(engine: Engine, request: TurnRequest, result: TurnResult) -> SightlineError | None:
    """Writes the edit; an error is answered, not raised: the reply was paid for and must not be lost with it."""
    try:
        await engine.write(result.turn, request.label, result.changes)
    except SightlineError as error:
        return error
    return None


def _wanted(result: TurnResult, mode: str | None, *, as_json: bool) -> bool:
    if mode == "apply":
        return True
    if mode == "dry-run" or as_json or not on_terminal():
        return False
    say("\n" + result.diff)
    return click.confirm("Apply this edit?", default=False)


def _tell(result: TurnResult, waiting: Unconfirmed, *, applied: bool) -> None:
    say("")
    if result.verdict is TurnVerdict.ANSWERED:
        for problem in result.attempts[-1].problems:
            note(problem)
        if result.attempts[-1].reused:
            note(result.attempts[-1].reused)
        if result.answered is not None:
            note(answered_by(result.answered))
    else:
        say(narrate_turn(result))
    if result.diff and not applied:
        say("\n" + result.diff.rstrip("\n"))
    if waiting:
        tell_unconfirmed(waiting)
    if applied:
        say("Applied. `git diff` shows it; `sightline ask` never touches .git.")


async def _streamed(engine: Engine, request: TurnRequest) -> TurnResult:
    """Runs the turn and prints its text as it comes. What ends it in the middle begins on a line of its own."""
    last = "\n"

    def listen(event: TurnEvent) -> None:
        nonlocal last
        if event.kind == "text":
            stream(event.text)
            last = event.text or last
        elif event.kind == "stage" and event.stage is TurnStage.CONTEXT and event.text != event.stage.value:
            note(("" if last.endswith("\n") else "\n") + event.text)
            last = "\n"
        elif event.kind == "stage" and event.stage in (TurnStage.CHECKS, TurnStage.REPAIR):
            note(f"\n[{event.stage.value}]" + (f" {event.text}" if event.stage is TurnStage.REPAIR else ""))
            last = "\n"

    try:
        return await engine.ask(request, listen)
    except SightlineError:
        if not last.endswith("\n"):
            stream("\n")
        raise


def _quiet(event: TurnEvent) -> None:
    del event
