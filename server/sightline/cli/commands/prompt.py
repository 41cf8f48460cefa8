"""``sightline prompt``: the exact prompt for a task, for any model or web chat. Needs no model."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli.output import note, print_json, say
from sightline.cli.pasteboard import EXPLAINED, IN_JSON, PRINTED, copied
from sightline.cli.task import (
    budget_option,
    conversation_named,
    conversation_options,
    task_arguments,
    task_text,
    task_type_option,
    turn_request,
)
from sightline.cli.workspace import given_settings, json_option, opened, root_option, runs_async
from sightline.prompts.explain import explained
from sightline.prompts.report import explained_report, prompt_report
from sightline.tasks.by_hand import whole_text


@click.command("prompt")
@task_arguments
@root_option
@task_type_option
@budget_option
@click.option("--copy", "wants_copy", is_flag=True, help="Put it on the clipboard instead of printing it.")
@click.option("--explain", is_flag=True, help="Say why each piece is in it, and what was left out, instead of it.")
@conversation_options
@json_option
@runs_async
async def command(  # noqa: PLR0913  one for each option
    task: tuple[str, ...],
    task_file: str | None,
    root: str,
    task_type: str | None,
    budget: int | None,
    *,
    wants_copy: bool,
    explain: bool,
    conversation: str | None,
    continues: bool,
    as_json: bool,
) -> int:
    """Print the exact prompt for TASK. Paste it into any chat, and its reply into `sightline apply -`.

    With --copy it goes to the clipboard, and `sightline apply --paste` takes the reply from there.
    """
    text = task_text(task, task_file)
    async with opened(root, given_settings(budget=budget)) as engine:
        talk = await conversation_named(engine, conversation, continues=continues)
        pack, prompt = await engine.build_prompt(turn_request(engine, text, task_type, conversation=talk))
        problems = engine.template_problems()
        here = engine.roots[0]
    for problem in problems:
        note(f"sightline: {problem}")
    whole = whole_text(prompt)
    instead = IN_JSON if as_json else EXPLAINED if explain else PRINTED
    was_copied = copied(real_system(), here, whole, instead) if wants_copy else False
    if as_json:
        print_json(explained_report(prompt, pack) if explain else prompt_report(prompt))
    elif explain:
        say("\n".join(explained(prompt, pack, text)))
    elif not was_copied:
        say(whole)
    return 0 if was_copied or not wants_copy else 1
