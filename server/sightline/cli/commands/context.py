"""``sightline context``: the code that a task needs, each part with its reasons. Needs no model."""

from __future__ import annotations

import click

from sightline.cli.output import print_json, say
from sightline.cli.task import budget_option, task_arguments, task_text, turn_request
from sightline.cli.workspace import given_settings, json_option, opened, root_option, runs_async
from sightline.context.report import context_report, reranking_said


@click.command("context")
@task_arguments
@root_option
@budget_option
@json_option
@runs_async
async def command(task: tuple[str, ...], task_file: str | None, root: str, budget: int | None, *, as_json: bool) -> int:
    """Show the code that TASK needs, best first, each part with its reasons. Needs no model."""
    text = task_text(task, task_file)
    async with opened(root, given_settings(budget=budget)) as engine:
        pack, _ = await engine.build_prompt(turn_request(engine, text))
    shape = context_report(pack)
    if as_json:
        print_json(shape)
        return 0
    for file in shape["files"]:
        of_symbols = {reason for symbol in file["symbols"] for reason in symbol["reasons"]}
        own = "; ".join(reason for reason in file["reasons"] if reason not in of_symbols)
        say(f"{file['path']}  ({own})" if own else file["path"])
        for symbol in file["symbols"]:
            lines = f"{symbol['start_line']}-{symbol['end_line']}"
            reasons = "; ".join(symbol["reasons"])
            say(f"    {symbol['name'] or '(file)'}:{lines}  {symbol['form']}, {symbol['tokens']} tokens  {reasons}")
    say(f"{shape['tokens']} of {shape['budget']} tokens, revision {shape['revision']}")
    if said := reranking_said(pack.reranking):
        say(said)
    if shape["dropped"]:
        say(f"{len(shape['dropped'])} more did not fit")
    return 0
