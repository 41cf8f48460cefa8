"""What ``undo`` and ``redo`` have in common."""

from __future__ import annotations

import click

from sightline.cli import history_reports
from sightline.cli.convert import changes_json
from sightline.cli.output import note, print_json, say
from sightline.engine.engine import Engine
from sightline.engine.prepared import PreparedEdit

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")


async def write_and_tell(engine: Engine, prepared: PreparedEdit, *, dry_run: bool, as_json: bool) -> int:
    """Writes the edit, all or nothing, unless it is only to be shown; tells what it is."""
    diff = engine.diff_of(prepared.changes)
    if not dry_run:
        await engine.write_prepared(prepared)
    if as_json:
        shape = history_reports.TakenBackJson(
            label=prepared.label,
            applied=not dry_run,
            rebased=prepared.rebased,
            changes=changes_json(prepared.changes),
            diff=diff,
        )
        print_json(shape.model_dump())
        return 0
    say(diff.rstrip("\n"))
    note(f"{prepared.label}: {'nothing written' if dry_run else 'done'}")
    return 0
