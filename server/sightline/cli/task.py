"""The TASK argument that several commands share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.cli.workspace import own_name, read_input
from sightline.config.routing_settings import PRIMARY
from sightline.engine.engine import Engine
from sightline.prompts.classify import TASK_TYPES, classify_task
from sightline.tasks.result import TurnRequest

F = TypeVar("F", bound=Callable[..., Any])

task_type_option = click.option(
    "--task-type", type=click.Choice(TASK_TYPES), help="The kind of task.  [default: from the text]"
)
budget_option = click.option(
    "--budget",
    type=click.IntRange(256, 1_000_000),  # as the setting
    help="Most tokens of code in the prompt.  [default: the setting]",
)


def task_arguments(function: F) -> F:
    """Adds TASK and ``--task-file`` to a command."""
    function = click.option("--task-file", metavar="FILE", help="Read the task from a file, - for standard input.")(
        function
    )
    return click.argument("task", nargs=-1)(function)


def task_text(words: tuple[str, ...], task_file: str | None) -> str:
    """The task as text. Raises :class:`UsageError` unless exactly one of the two ways is used."""
    text = " ".join(words).strip()
    if text and task_file:
        raise UsageError("Give the task as words or by --task-file, not both.")
    if task_file:
        text = read_input(real_system(), task_file).strip()
    if not text:
        path = click.get_current_context().command_path
        raise UsageError("What is the task?", hint=f'Say it in words: {path} "add a --dry-run option".')
    return text


def conversation_options(function: F) -> F:
    """Adds ``--continue`` and ``--conversation`` to a command."""
    function = click.option(
        "--conversation", metavar="NAME", help="Go on with the conversation of this name, or begin it."
    )(function)
    return click.option("--continue", "continues", is_flag=True, help="Go on with the last conversation.")(function)


async def conversation_named(engine: Engine, name: str | None, *, continues: bool) -> str:
    """The name of the conversation a command speaks of, "" for none.

    Raises :class:`UsageError` (kind ``no_conversation``) where there is none to go on with.
    """
    if not continues:
        return name or ""
    if name:
        raise UsageError("Say --continue or --conversation, not both.")
    last = await engine.conversations.listed(1)
    if not last:
        kept = engine.settings.conversations.keep
        raise UsageError(
            "There is no conversation to go on with.",
            hint="Ask without --continue." if kept else "None are kept here: the setting conversations.keep is off.",
            kind="no_conversation",
        )
    return last[0].name


def turn_request(
    engine: Engine,
    text: str,
    task_type: str | None = None,
    *,
    fresh: bool = False,
    model: str | None = None,
    conversation: str = "",
) -> TurnRequest:
    """The task as a turn would be asked it; ``model`` is the one named on the command line."""
    named = "" if model is None else model if own_name(model) else PRIMARY
    return TurnRequest(
        turn=uuid.uuid4().hex[:12],
        task_type=task_type or classify_task(text),
        task=text,
        root=engine.roots[0],
        budget=engine.settings.context.budget,
        edit_format=engine.settings.edits.format or "",
        fresh=fresh,
        model=named,
        conversation=conversation,
    )
