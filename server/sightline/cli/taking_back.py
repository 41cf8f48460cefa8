"""What ``undo`` and ``redo`` have in common."""

from __future__ import annotations

import click

from sightline.cli import history_reports
from sightline.cli.confirming import asked, tell_unconfirmed, unconfirmed, unconfirmed_json
from sightline.cli.convert import changes_json
from sightline.cli.output import note, print_json, say
from sightline.engine.engine import Engine
from sightline.engine.prepared import PreparedEdit
from sightline.prompts.build import one_line

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")


async def write_and_tell(
    engine: Engine, prepared: PreparedEdit, confirmed: tuple[str, ...], *, dry_run: bool, as_json: bool
) -> int:
    """Writes the edit, all or nothing, unless it is only to be shown or a file of it wants a word; tells what it is."""
    diff = engine.diff_of(prepared.changes)  # before anything is written: closed files are read from disk
    if not as_json:
        say(diff.rstrip("\n"))
    waiting = unconfirmed(engine, prepared.changes, confirmed)
    if not dry_run and not as_json:
        waiting = asked(waiting)
    applied = not dry_run and not waiting
    if applied:
        await engine.write_prepared(prepared)
    if as_json:
        shape = history_reports.TakenBackJson(
            label=prepared.label,
            applied=applied,
            rebased=prepared.rebased,
            changes=changes_json(prepared.changes),
            unconfirmed=unconfirmed_json(waiting),
            diff=diff,
        )
        print_json(shape.model_dump())
    elif waiting and not dry_run:
        tell_unconfirmed(waiting)
    else:
        note(f"{one_line(prepared.label)}: {'done' if applied else 'nothing written'}")
    return 0 if dry_run or not waiting else 1
