"""``sightline redo``: brings back an edit that was taken back."""

from __future__ import annotations

import click

from sightline.cli.confirming import confirm_option
from sightline.cli.taking_back import anyway_option, dry_run_option, write_and_tell
from sightline.cli.workspace import json_option, opened, root_option, runs_async


@click.command("redo")
@click.argument("turn", required=False)
@root_option
@dry_run_option
@anyway_option
@confirm_option
@json_option
@runs_async
async def command(
    turn: str | None, root: str, confirmed: tuple[str, ...], *, anyway: bool, dry_run: bool, as_json: bool
) -> int:
    """Bring back the edit that was taken back last, or that of TURN.

    Without TURN only if nothing was applied since. What it would break by now is told, and nothing is written until you
    say that it shall be done anyway.
    """
    async with opened(root) as engine:
        return await write_and_tell(
            engine, engine.prepare_redo(turn), confirmed, anyway=anyway, dry_run=dry_run, as_json=as_json
        )
