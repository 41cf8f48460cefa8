"""``sightline``: the command line. Commands are loaded when they are named, so that ``--help`` starts fast.

Exit codes: 0 fine, 1 findings or a refused edit, 2 wrong usage or environment, 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys

import click

from sightline import __version__
from sightline.base.errors import SightlineError
from sightline.cli.output import report_error

_COMMANDS = {
    "apply": "Try, check and apply a model's reply, for example one pasted from a web chat.",
    "ask": "Ask a model; its edit is tried and checked before anything is written.",
    "check": "Judge a diff, staged changes or a commit range against the whole workspace.",
    "config": "Show settings, where they come from, and their schema.",
    "context": "Show the code that a task needs, each part with its reasons.",
    "conversations": "List the conversations that are kept, show one, delete them.",
    "graph": "Ask the dependency graph: importers, dependencies, references, impact, export.",
    "history": "List the edits that were applied, and the single changes of one.",
    "index": "Build or refresh the dependency graph and say what is in it.",
    "models": "List the model servers and models that can be reached.",
    "overview": "Say what a workspace is made of: entry points, layers, habits, last changes.",
    "prompt": "Print the exact prompt for a task, for any model or web chat.",
    "recall": "Find what was asked and answered before in a workspace.",
    "redo": "Bring back an edit that was taken back.",
    "serve": "Run the language server on standard input and output.",
    "stats": "Say what models were asked, what it took and what it cost.",
    "status": "Say what is configured, trusted and stored for a workspace.",
    "switch": "Have another of your models answer from now on.",
    "undo": "Take back an applied edit, whole or in part.",
    "trust": "Trust a workspace: lets git and its own linter settings be used.",
}


class LazyCommands(click.Group):
    """A group whose commands live in modules that are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"sightline.cli.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sightline")
def cli() -> None:
    """Lets any model edit real code bases safely.

    Every edit is tried on a copy of the workspace's state in memory and checked against the whole dependency graph
    before a file is written.
    """


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Runs the command line; answers the exit code. Every error a person can meet is told with what to do next."""
    as_json = "--json" in arguments
    try:
        code: object = cli.main(args=arguments, prog_name="sightline", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        path = context.command_path if context else "sightline"
        report_error("usage", error.format_message(), f"See: {path} --help", as_json=as_json)
        return 2
    except click.exceptions.Abort:
        report_error("interrupted", "Interrupted.", "", as_json=as_json)
        return 130
    except KeyboardInterrupt:
        report_error("interrupted", "Interrupted.", "", as_json=as_json)
        return 130
    except SightlineError as error:
        report_error(error.kind, error.message, error.hint, as_json=as_json)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    return code if isinstance(code, int) else 0
