"""``sightline prompt``: the exact prompt for a task, for any model or web chat. Calls no model."""

from __future__ import annotations

import click

from sightline.cli.output import print_json, say
from sightline.cli.task import budget_option, task_arguments, task_text, task_type_option, turn_request
from sightline.cli.workspace import given_settings, json_option, opened, root_option, runs_async
from sightline.prompts.report import prompt_report


@click.command("prompt")
@task_arguments
@root_option
@task_type_option
@budget_option
@json_option
@runs_async
async def command(
    task: tuple[str, ...],
    task_file: str | None,
    root: str,
    task_type: str | None,
    budget: int | None,
    *,
    as_json: bool,
) -> int:
    """Print the exact prompt for TASK. Paste it into any chat, and its reply into `sightline apply -`."""
    text = task_text(task, task_file)
    async with opened(root, given_settings(budget=budget)) as engine:
        _, prompt = await engine.build_prompt(turn_request(engine, text, task_type))
    if as_json:
        print_json(prompt_report(prompt))
    else:
        say("\n\n".join(message.content for message in prompt.messages))
    return 0
