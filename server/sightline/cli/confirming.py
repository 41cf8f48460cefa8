"""``--confirm PATH``: files that are edited at the user's word only, whatever the settings say."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

import click

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.cli.edit_reports import ConfirmJson
from sightline.cli.output import note
from sightline.engine.confirmations import files_to_confirm
from sightline.engine.engine import Engine

confirm_option = click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="PATH",
    help="Edit this file although something runs it later (hooks, workflows, package scripts), or replace it whole; "
    "repeatable.",
)

#: Files by path, and why they want a word of their own.
Unconfirmed = Mapping[WorkspacePath, str]

NONE: Unconfirmed = {}


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def unconfirmed(
    engine: Engine, changes: ChangeSet, confirmed: tuple[str, ...], replaced: Iterable[WorkspacePath] = ()
) -> Unconfirmed:
    """The files of a change that still want the user's word, and why; ``replaced`` as in ``files_to_confirm``."""
    named = {name.removeprefix("./") for name in confirmed}
    found = files_to_confirm(changes, engine.workspace, replaced)
    return {path: why for path, why in found.items() if str(path) not in named and path.absolute not in named}


def asked(waiting: Unconfirmed) -> Unconfirmed:
    """Asks for each of these files on a terminal; gives those that were not confirmed, all without a terminal."""
    if not on_terminal():
        return waiting
    return {path: why for path, why in waiting.items() if not click.confirm(f"{path}: {why}. Edit it?", default=False)}


def tell_unconfirmed(waiting: Unconfirmed) -> None:
    """Says why nothing was written, and what to do."""
    for path, why in waiting.items():
        note(f"{path}: {why}; it is edited at your word only")
    options = " ".join(f"--confirm {path}" for path in waiting)
    note(f"not confirmed, nothing written. Look at the edit, then say it with {options}")


def unconfirmed_json(waiting: Unconfirmed) -> list[ConfirmJson]:
    """The same for a program."""
    return [ConfirmJson(path=str(path), reason=why) for path, why in waiting.items()]
