"""``sightline models``: the model servers and models that can be reached. Never loads a model."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.surveying import configured_json, say_configured, surveyed
from sightline.cli.workspace import (
    given_settings,
    json_option,
    model_option,
    resolve_root,
    root_option,
    runs_async,
    settings_for,
)
from sightline.config.routing_settings import PRIMARY
from sightline.models.discovery import discover
from sightline.models.messages import ModelError
from sightline.models.provider import ModelInfo
from sightline.models.registry import open_provider
from sightline.models.selection import not_configured
from sightline.transport.policy import TransportPolicy
from sightline.transport.pool import Pool


@click.command("models")
@root_option
@model_option
@json_option
@runs_async
async def command(root: str, model: str | None, *, as_json: bool) -> int:
    """List your models and what is known of each, and the model servers on this machine. Never loads a model.

    Exit code 1: one of your models cannot be asked.
    """
    system = real_system()
    real = resolve_root(system, root)
    where, loaded, _ = settings_for(system, real, given_settings(model))
    found = await surveyed(system, where, real, loaded.settings)
    pool = Pool(TransportPolicy())
    try:
        servers = [
            setup_reports.ServerJson(name=found.kind, base_url=found.base_url, models=_models(found.models))
            for found in await discover(pool)
        ]
    finally:
        await pool.close()
    own = found.models.members.get(PRIMARY)
    if loaded.settings.model.name and own is not None:
        if own.policy is None:
            raise own.error or not_configured()
        policy = own.policy
        if policy.base_url not in {server.base_url for server in servers}:
            provider = await open_provider(policy, system)
            try:
                servers.insert(
                    0,
                    setup_reports.ServerJson(
                        name=policy.kind, base_url=policy.base_url, models=_models(await provider.models())
                    ),
                )
            except ModelError as error:
                servers.insert(
                    0, setup_reports.ServerJson(name=policy.kind, base_url=policy.base_url, models=[], error=str(error))
                )
            finally:
                await provider.close()
    shape = setup_reports.ModelsJson(
        configured=loaded.settings.model.name, servers=servers, models=configured_json(found)
    )
    code = 0 if all(row.reachable for row in shape.models) else 1
    if as_json:
        print_json(shape.model_dump())
        return code
    say_configured(shape.models)
    if not shape.models:
        say("configured: none (set SIGHTLINE_MODEL)")
    say("")
    for server in shape.servers:
        say(f"{server.name}  {server.base_url}".rstrip())
        for item in server.models:
            say(f"    {item.name}" + (f"  {item.window} tokens" if item.window else ""))
        if server.error:
            say(f"    {server.error}")
    if not shape.servers:
        say("No model server answers on the usual local ports.")
    return code


def _models(models: tuple[ModelInfo, ...]) -> list[setup_reports.ModelJson]:
    return [setup_reports.ModelJson(name=model.name, window=model.window) for model in models]
