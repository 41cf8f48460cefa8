"""``sightline conversations``: what was said before in a workspace, and how to be rid of it."""

from __future__ import annotations

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.cli import history_reports
from sightline.cli.output import moment, note, print_json, say
from sightline.cli.workspace import json_option, kept_conversations, root_option
from sightline.prompts.build import one_line
from sightline.prompts.conversation import PastTurn
from sightline.sessions.conversations import ListedConversation

#: Characters of a task in the list.
_SHORT = 80


@click.command("conversations")
@click.argument("name", required=False)
@root_option
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most to list.")
@click.option("--delete", is_flag=True, help="Delete the conversation NAME.")
@click.option("--delete-all", is_flag=True, help="Delete all conversations of the workspace.")
@json_option
def command(name: str | None, root: str, limit: int, *, delete: bool, delete_all: bool, as_json: bool) -> int:
    """List the conversations of a workspace, the last one first, or what was said in NAME.

    `sightline ask --continue` goes on with the last one, `--conversation NAME` with another. They hold no secrets, and
    are deleted after 30 days without use (conversations.days).
    """
    if delete and not name:
        raise UsageError("Which conversation?", hint="Name it, or say --delete-all.")
    if delete_all and name:
        raise UsageError("Say a NAME or --delete-all, not both.")
    store = kept_conversations(real_system(), root)
    try:
        found = store.load(name) if name else None
        deleted = store.delete_all() if delete_all else int(store.delete(name)) if delete and name else 0
        listed = store.listed(limit)
    finally:
        store.close()
    if name and found is None and not deleted:
        raise UsageError(
            f"There is no conversation {name!r} here.",
            hint=f"If {name!r} is in the list, another release kept it, and it can only be deleted: --delete.",
            kind="no_conversation",
        )
    turns = found.turns if found is not None else ()
    if as_json:
        shape = history_reports.ConversationsJson(
            conversations=[_row(each) for each in listed], turns=[_turn(each) for each in turns], deleted=deleted
        )
        print_json(shape.model_dump())
    elif delete or delete_all:
        note(f"Deleted {deleted}.")
    elif name:
        for turn in turns:
            _tell(turn)
    else:
        _tell_all(listed)
    return 0


def _tell_all(listed: tuple[ListedConversation, ...]) -> None:
    if not listed:
        note("There is no conversation here, or it was forgotten.")
    for each in listed:
        turns = f"{each.turns} turn{'s' if each.turns != 1 else ''}"
        say(f"{each.name}  {moment(each.used)}  {turns}  {one_line(each.task)[:_SHORT]}")


def _tell(turn: PastTurn) -> None:
    files = ", ".join(map(str, turn.changes))
    say(f"> {turn.task_type}: {turn.task}\n\n{turn.reply}\n")
    note(f"{turn.verdict}{f': {files}' if files else ''}")


def _row(each: ListedConversation) -> history_reports.ConversationRowJson:
    return history_reports.ConversationRowJson(name=each.name, used=each.used, turns=each.turns, task=each.task)


def _turn(turn: PastTurn) -> history_reports.ConversationTurnJson:
    return history_reports.ConversationTurnJson(
        turn=turn.turn,
        task_type=turn.task_type,
        task=turn.task,
        reply=turn.reply,
        verdict=turn.verdict,
        files=[str(path) for path in turn.changes],
    )
