"""``sightline switch``: which of the user's models answers from now on."""

from __future__ import annotations

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.cli import model_reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, resolve_root, root_option, settings_for
from sightline.config.switched import switch_to, switched_to
from sightline.engine.model import known_model, model_set
from sightline.models.members import where_of


@click.command("switch")
@click.argument("name", default="")
@click.option("--back", is_flag=True, help="Let your settings decide again.")
@root_option
@json_option
def command(name: str, root: str, *, back: bool, as_json: bool) -> int:
    """Have NAME, one of your models ([models.NAME], or `model`), answer questions and edits until you switch again.

    It outranks roles, rules and conversations; `--model` outranks it for one request. It holds for all workspaces, and
    is kept in your state folder. Without NAME: say which model you switched to. Exit code 1: it cannot be asked.
    """
    if name and back:
        raise UsageError("Give a NAME or --back, not both.")
    system = real_system()
    where, loaded, _ = settings_for(system, resolve_root(system, root))
    models = model_set(loaded.settings, system.environment)
    if name:
        known_model(models, name)
    if name or back:
        switch_to(system, where, name)
    now = switched_to(system, where)
    member = models.members.get(now)
    problem = ""
    if now and member is None:
        problem = f"There is no model {now} in your settings any more: they decide."
    elif member is not None and member.policy is None:
        problem = str(member.error)
    shape = model_reports.SwitchJson(
        model=now, where=where_of(member.policy) if member and member.policy else "", problem=problem
    )
    if as_json:
        print_json(shape.model_dump())
        return 1 if problem else 0
    if not now:
        say("Your settings decide which model answers.")
    else:
        say(f"{now} answers from now on" + (f" ({shape.where})." if shape.where else "."))
    if problem:
        say(problem)
    return 1 if problem else 0
