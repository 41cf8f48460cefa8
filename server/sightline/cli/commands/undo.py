"""``sightline undo``: takes back an edit that Sightline applied, whole or in part."""

from __future__ import annotations

import click

from sightline.cli.confirming import confirm_option
from sightline.cli.taking_back import anyway_option, dry_run_option, write_and_tell
from sightline.cli.workspace import json_option, opened, root_option, runs_async


@click.command("undo")
@click.argument("turn", required=False)
@root_option
@click.option("--hunk", "hunks", type=click.IntRange(min=1), multiple=True, help="Only this change of it; repeatable.")
@dry_run_option
@anyway_option
@confirm_option
@json_option
@runs_async
async def command(  # noqa: PLR0913  one for each option
    turn: str | None,
    root: str,
    hunks: tuple[int, ...],
    confirmed: tuple[str, ...],
    *,
    anyway: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take back the last applied edit, or that of TURN, where nothing newer is in its way.

    What was changed elsewhere in the same files since stays. What it would break by now is told, and nothing is
    written until you say that it shall be done anyway. `sightline history` lists the edits, and `sightline
    history TURN` numbers its changes.
    """
    async with opened(root) as engine:
        return await write_and_tell(
            engine, engine.prepare_undo(turn, hunks), confirmed, anyway=anyway, dry_run=dry_run, as_json=as_json
        )
