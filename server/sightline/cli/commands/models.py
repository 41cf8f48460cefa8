"""``sightline models``: the model servers and models that can be reached. Never loads a model."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import (
    given_settings,
    json_option,
    model_option,
    resolve_root,
    root_option,
    runs_async,
    settings_for,
)
from sightline.engine.model import model_policy
from sightline.models.discovery import discover
from sightline.models.messages import ModelError
from sightline.models.provider import ModelInfo
from sightline.models.registry import open_provider
from sightline.transport.policy import TransportPolicy
from sightline.transport.pool import Pool


@click.command("models")
@root_option
@model_option
@json_option
@runs_async
async def command(root: str, model: str | None, *, as_json: bool) -> int:
    """List the model servers on this machine and the configured one, with what they offer. Never loads a model."""
    system = real_system()
    real = resolve_root(system, root)
    _, loaded, _ = settings_for(system, real, given_settings(model))
    pool = Pool(TransportPolicy())
    try:
        servers = [
            setup_reports.ServerJson(name=found.kind, base_url=found.base_url, models=_models(found.models))
            for found in await discover(pool)
        ]
    finally:
        await pool.close()
    if loaded.settings.model.name:
        policy = model_policy(loaded.settings, system.environment)
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
    shape = setup_reports.ModelsJson(configured=loaded.settings.model.name, servers=servers)
    if as_json:
        print_json(shape.model_dump())
        return 0
    say(f"configured: {shape.configured or 'none (set SIGHTLINE_MODEL)'}")
    for server in shape.servers:
        say(f"{server.name}  {server.base_url}".rstrip())
        for item in server.models:
            say(f"    {item.name}" + (f"  {item.window} tokens" if item.window else ""))
        if server.error:
            say(f"    {server.error}")
    if not shape.servers:
        say("No model server answers on the usual local ports.")
    return 0


def _models(models: tuple[ModelInfo, ...]) -> list[setup_reports.ModelJson]:
    return [setup_reports.ModelJson(name=model.name, window=model.window) for model in models]
