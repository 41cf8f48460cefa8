"""``sightline status``: what is configured, trusted and stored for a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from sightline import __version__
from sightline.base.system import System, real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.surveying import configured_json, roles_json, say_held, surveyed
from sightline.cli.workspace import json_option, resolve_root, root_option, runs_async
from sightline.config.consent import may_run_tests, may_use_cloud
from sightline.config.load import SettingProblem, load_settings
from sightline.config.locations import Locations, locations
from sightline.config.trust import is_trusted
from sightline.engine.model_stores import open_ledger


@click.command("status")
@root_option
@json_option
@runs_async
async def command(root: str, *, as_json: bool) -> int:
    """Say what is configured, trusted and stored for a workspace, and which model is asked for what. Prints no key.

    Every model is looked at, 5 s at most, and none is loaded. Exit code 1: a model that would be asked for questions or
    edits cannot be.
    """
    system = real_system()
    real = resolve_root(system, root)
    where = locations(system)
    loaded = load_settings(system, where, (real,))
    model = loaded.settings.model
    found = await surveyed(system, where, real, loaded.settings)
    roles = roles_json(found)
    shape = setup_reports.StatusJson(
        version=__version__,
        root=real,
        trusted=is_trusted(system, where, real),
        tests=bool(may_run_tests(system, where, real)),
        model=model.name,
        base_url=model.base_url,
        key_present=bool(model.api_key.get_secret_value()),
        cache=where.cache,
        state=where.state,
        settings_files=list(loaded.sources),
        problems=[
            setup_reports.SettingProblemJson(file=item.file, line=item.line, message=item.message)
            for item in loaded.problems
        ],
        cloud=bool(may_use_cloud(system, where, real)),
        switched=found.switched,
        roles=roles,
        models=configured_json(found),
        failed=await asyncio.to_thread(_failed, system, where),
    )
    reachable = {row.name: row.reachable for row in shape.models}
    well = all(reachable.get(row.name, False) for row in roles if row.role in ("chat", "edit"))
    if as_json:
        print_json(shape.model_dump())
        return 0 if well else 1
    _tell(shape, loaded.problems)
    return 0 if well else 1


def _tell(shape: setup_reports.StatusJson, problems: Sequence[SettingProblem]) -> None:
    say(f"sightline {shape.version}")
    may = ", its tests may run on edits" if shape.trusted and shape.tests else ""
    say(f"workspace  {shape.root} ({'trusted' if shape.trusted else 'not trusted'}{may})")
    say(f"model      {shape.model or 'none configured: set SIGHTLINE_MODEL or model.name'}")
    if shape.base_url:
        say(f"address    {shape.base_url}")
    say(f"key        {'present' if shape.key_present else 'none'}")
    for row in shape.models:
        say(f"           {row.name}: {row.model}, {row.where or 'nowhere'}, {row.error or 'answers'}")
        say_held(row.loaded, "               ")
    for role in shape.roles:
        say(f"{role.role:<10} {role.name or 'nobody'}: {role.reason}")
    for name in shape.failed:
        say(f"failed     {name}: its last request, less than five minutes ago")
    if shape.switched:
        say(f"switched   {shape.switched}")
    if shape.cloud:
        say("cloud      what private models would answer may go to clouds from here")
    say(f"cache      {shape.cache}")
    say(f"state      {shape.state}")
    for problem in problems:
        say(f"mistake    {problem}")


def _failed(system: System, where: Locations) -> list[str]:
    """Models whose last request, less than five minutes ago, failed."""
    ledger = open_ledger(system, where)
    if ledger is None:
        return []
    try:
        now = system.clock.now()
        return sorted(name for name, row in ledger.outcomes(lately=now - 300, since=now - 300).items() if row.failed)
    finally:
        ledger.close()
