"""``sightline serve``: the language server on standard input and output."""

from __future__ import annotations

from typing import cast, get_args

import click

from sightline.base.heap import share_one_heap
from sightline.base.system import real_system
from sightline.cli.workspace import given_settings, model_option
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.lsp.opening import engine_maker
from sightline.lsp.options import LogLevel, ServerOptions
from sightline.lsp.server import serve


@click.command("serve")
@click.option("--tcp", "port", type=click.IntRange(0, 65535), help="Listen on this loopback port instead (debugging).")
@model_option
@click.option(
    "--log-level",
    type=click.Choice(list(get_args(LogLevel))),
    default="info",
    show_default=True,
    help="What is logged, to standard error and to the editor.",
)
def command(port: int | None, model: str | None, log_level: str) -> int:
    """Run the language server on standard input and output. Editors start it; you need not."""
    share_one_heap()  # as the graph does, but before the threads that read and write
    system = real_system()
    own = load_settings(system, locations(system), ()).settings  # what is wrong in it is told with the first folder
    options = ServerOptions(
        user_settings=given_settings(model),
        log_level=cast("LogLevel", log_level),
        tcp_port=port,
        navigation=own.navigation.languages,
    )
    return serve(engine_maker(system), options)
