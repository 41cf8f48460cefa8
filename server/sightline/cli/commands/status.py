"""``sightline status``: what is configured, trusted and stored for a workspace."""

from __future__ import annotations

import click

from sightline import __version__
from sightline.base.system import real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, resolve_root, root_option
from sightline.config.consent import may_run_tests
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.config.trust import is_trusted


@click.command("status")
@root_option
@json_option
def command(root: str, *, as_json: bool) -> int:
    """Say what is configured, trusted and stored for a workspace. Never prints a key."""
    system = real_system()
    real = resolve_root(system, root)
    where = locations(system)
    loaded = load_settings(system, where, (real,))
    model = loaded.settings.model
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
    )
    if as_json:
        print_json(shape.model_dump())
        return 0
    say(f"sightline {shape.version}")
    may = ", its tests may run on edits" if shape.trusted and shape.tests else ""
    say(f"workspace  {shape.root} ({'trusted' if shape.trusted else 'not trusted'}{may})")
    say(f"model      {shape.model or 'none configured: set SIGHTLINE_MODEL or model.name'}")
    if shape.base_url:
        say(f"address    {shape.base_url}")
    say(f"key        {'present' if shape.key_present else 'none'}")
    say(f"cache      {shape.cache}")
    say(f"state      {shape.state}")
    for problem in loaded.problems:
        say(f"mistake    {problem}")
    return 0
