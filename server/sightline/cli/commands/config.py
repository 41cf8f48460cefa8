"""``sightline config``: settings, where they come from, and their schema."""

from __future__ import annotations

import json

import click

from sightline.base.system import real_system
from sightline.cli.output import print_json, say
from sightline.cli.workspace import given_settings, json_option, model_option, resolve_root, root_option
from sightline.config.check import check_settings
from sightline.config.importing import as_toml, read_foreign
from sightline.config.load import WORKSPACE_FILE, load_settings
from sightline.config.locations import locations
from sightline.config.settings import Settings
from sightline.config.trust import is_trusted
from sightline.engine.additions import template_folders
from sightline.prompts.template_set import read_templates


@click.group("config", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show settings, where they come from, and their schema."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command("show")
@root_option
@model_option
@json_option
def show(root: str, model: str | None, *, as_json: bool) -> int:
    """Print the settings that hold for a workspace. A key is never printed."""
    system = real_system()
    real = resolve_root(system, root)
    loaded = load_settings(system, locations(system), (real,), given_settings(model))
    data = loaded.settings.model_dump(mode="json")
    data["model"]["api_key"] = "set" if loaded.settings.model.api_key.get_secret_value() else ""
    for name, named in loaded.settings.models.items():
        data["models"][name]["api_key"] = "set" if named.api_key.get_secret_value() else ""
    if as_json:
        print_json({"settings": data, "sources": list(loaded.sources)})
        return 0
    for section, values in data.items():
        say(f"[{section}]")
        for key, value in values.items():
            say(f"{key} = {json.dumps(value)}")
    say(f"# from: {', '.join(loaded.sources) or 'defaults'}")
    return 0


@command.command("check")
@root_option
@json_option
def check(root: str, *, as_json: bool) -> int:
    """Explain every mistake in settings, the environment and templates, with file and line. Exit code 1 for any."""
    system = real_system()
    where = locations(system)
    real = resolve_root(system, root)
    loaded = load_settings(system, where, (real,))
    folders = template_folders(where, real, trusted=is_trusted(system, where, real))
    problems = (*check_settings(system, where, loaded), *read_templates(system, folders).problems)
    if as_json:
        rows = [{"file": item.file, "line": item.line, "message": item.message} for item in problems]
        print_json({"problems": rows})
    else:
        for item in problems:
            say(str(item))
        if not problems:
            say("No mistakes found.")
    return 1 if problems else 0


@command.command("path")
@root_option
def path(root: str) -> int:
    """Print where settings are read from, and where Sightline keeps its own files."""
    system = real_system()
    where = locations(system)
    say(f"user settings:      {where.user_settings}")
    say(f"workspace settings: {resolve_root(system, root)}/{WORKSPACE_FILE}")
    say(f"cache:              {where.cache}")
    say(f"state:              {where.state}")
    return 0


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
def import_settings(files: tuple[str, ...]) -> int:
    """Print the model settings of aider or Continue as sightline.toml. Writes nothing, and takes no key along.

    FILES are .aider.conf.yml, .aider.model.settings.yml and .aider.model.metadata.json, or Continue's config.yaml or
    config.json. What they say of models goes into your own settings file (`sightline config path` prints where).
    """
    system = real_system()
    texts = {file: system.files.read(file, 2 << 20).decode("utf-8", "replace") for file in files}
    say(as_toml(read_foreign(texts)).rstrip())
    return 0


@command.command("schema")
def schema() -> int:
    """Print the JSON Schema of sightline.toml, for editors that complete it."""
    print_json(Settings.model_json_schema())
    return 0
