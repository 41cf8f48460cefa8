"""``sightline history``: the edits that Sightline applied to a workspace, and the single changes of one."""

from __future__ import annotations

import click

from sightline.cli import history_reports
from sightline.cli.convert import accepted_json
from sightline.cli.output import moment, note, print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.prompts.build import one_line
from sightline.sessions.hunks import Hunk
from sightline.sessions.journal import JournalEntry


@click.command("history")
@click.argument("turn", required=False)
@root_option
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most edits to list.")
@json_option
@runs_async
async def command(turn: str | None, root: str, limit: int, *, as_json: bool) -> int:
    """List the edits that were applied, the newest first, or the single changes of TURN with their numbers.

    `sightline undo` takes them back.
    """
    async with opened(root) as engine:
        entries, hunks = engine.history(limit), ()
        if turn is not None:
            entry, hunks = engine.hunks(turn)
            entries = (entry,)
    if as_json:
        shape = history_reports.HistoryJson(
            edits=[_entry(entry) for entry in entries], hunks=[_hunk(hunk) for hunk in hunks]
        )
        print_json(shape.model_dump())
        return 0
    if not entries:
        note("Sightline has applied no edit here, or forgot it: edits are kept for 30 days.")
    for entry in entries:
        undone = "  (undone)" if entry.undone is not None else ""
        say(f"{entry.turn}  {moment(entry.made)}  {one_line(entry.label)}{undone}")
        for each in entry.accepted:
            say(f"    in spite of {each.path}:{each.line}: {each.message} ({each.reason or 'no reason given'})")
    for hunk in hunks:
        _tell(hunk)
    return 0


def _tell(hunk: Hunk) -> None:
    if hunk.kind != "edit":
        say(f"{hunk.number}  {hunk.path}: {hunk.kind}")
        return
    say(f"{hunk.number}  {hunk.path}:{hunk.line}")
    for sign, text in (("-", hunk.removed), ("+", hunk.added)):
        for line in text.splitlines():
            say(f"    {sign}{line}")


def _entry(entry: JournalEntry) -> history_reports.AppliedEditJson:
    return history_reports.AppliedEditJson(
        turn=entry.turn,
        label=entry.label,
        made=entry.made,
        undone=entry.undone,
        accepted=accepted_json(entry.accepted),
    )


def _hunk(hunk: Hunk) -> history_reports.HunkJson:
    return history_reports.HunkJson(
        number=hunk.number,
        path=str(hunk.path),
        kind=hunk.kind,
        line=hunk.line,
        removed=hunk.removed,
        added=hunk.added,
    )
