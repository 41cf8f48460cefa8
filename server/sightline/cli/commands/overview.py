"""``sightline overview``: what a workspace is made of. Calls no model."""

from __future__ import annotations

import click

from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.context.overview_text import overview_report, overview_text
from sightline.features.overview import USUAL_BUDGET
from sightline.models.tokens import count_tokens


@click.command("overview")
@root_option
@click.option(
    "--budget",
    type=click.IntRange(50, 100_000),
    default=USUAL_BUDGET,
    show_default=True,
    help="Most tokens of the text.",
)
@json_option
@runs_async
async def command(root: str, budget: int, *, as_json: bool) -> int:
    """Say what a workspace is made of: entry points, layers and cycles, habits, last changes. Calls no model.

    The last changes are told of workspaces you trust: git is asked for them.
    """
    async with opened(root) as engine:
        found = await engine.overview(engine.roots[0])
    if as_json:
        print_json(overview_report(found))
    else:
        say(overview_text(found, budget, count_tokens))
    return 0
