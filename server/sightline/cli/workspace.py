"""What the commands share: the ``--root`` and ``--json`` options, and an engine opened for the time of one command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from sightline.base.errors import UsageError
from sightline.base.system import System, real_system
from sightline.cli.output import note, progress_bar
from sightline.config.load import LoadedSettings, load_settings
from sightline.config.locations import Locations, locations
from sightline.config.trust import is_trusted
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, limits_of, open_engine
from sightline.models.registry import PROVIDERS
from sightline.sessions.conversations import ConversationStore
from sightline.workspace.roots import check_roots

_PROJECT_MARKS = (".git", ".sightline")

P = ParamSpec("P")
T = TypeVar("T")

root_option = click.option(
    "--root",
    default="",
    show_default="the repository around the current folder, else that folder",
    metavar="DIR",
    help="The workspace.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema in docs/reference/cli.md).")
model_option = click.option(
    "--model",
    metavar="NAME",
    help="The model to ask, in place of the configured one: PROVIDER:NAME, or one of yours by its name.",
)


def runs_async(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Runs a coroutine function as a click command body. Ctrl-C cancels it and everything under it."""

    @wraps(function)
    def run(*arguments: P.args, **keywords: P.kwargs) -> T:
        return asyncio.run(function(*arguments, **keywords))

    return run


def resolve_root(system: System, root: str) -> str:
    """Absolute real path of a root given on the command line. Raises :class:`UsageError` if it is no folder.

    Without one it is the folder around the current one that holds ``.git`` or ``.sightline``: what is asked from within
    ``src/`` is asked about the tests and the other packages too, and a diff of git names its files from there.
    """
    real = system.files.real_path(root) if root else _project(system)
    try:
        found = system.files.stat(real)
    except OSError as error:
        raise UsageError(
            f"The folder {root} cannot be opened: {error.strerror or error}.",
            hint="Name an existing folder: --root DIR.",
            kind="missing_root",
        ) from error
    if not found.is_directory:
        raise UsageError(f"{root} is not a folder.", hint="Name the workspace folder: --root DIR.", kind="missing_root")
    return real


def _project(system: System) -> str:
    """The nearest folder that says it is a project's; the current one where none does or only the home folder does."""
    here = folder = system.files.real_path(".")
    while not any(_exists(system, f"{folder}/{mark}") for mark in _PROJECT_MARKS):
        parent = os.path.dirname(folder)
        if parent == folder:
            return here
        folder = parent
    try:
        check_roots(system, (folder,), allow_large=False)
    except UsageError:
        return here
    return folder


def _exists(system: System, path: str) -> bool:
    try:
        system.files.stat(path)
    except OSError:
        return False
    return True


def given_settings(model: str | None = None, budget: int | None = None) -> dict[str, Any]:
    """Command-line options as a settings table of user scope. A model by the user's own name for it is no setting."""
    table: dict[str, Any] = {}
    if model is not None and not own_name(model):
        table["model"] = {"name": model}
    if budget is not None:
        table["context"] = {"budget": budget}
    return table


def own_name(model: str) -> bool:
    """Whether ``--model`` names one of the models of the settings, rather than a PROVIDER:NAME."""
    provider, colon, _ = model.partition(":")
    return not colon and not (provider.strip().lower() in PROVIDERS and PROVIDERS[provider.strip().lower()].any_name)


def settings_for(
    system: System, root: str, given: dict[str, Any] | None = None
) -> tuple[Locations, LoadedSettings, bool]:
    """Folders, settings and trust of a root. Mistakes in settings files are told on standard error."""
    where = locations(system)
    loaded = load_settings(system, where, (root,), given)
    for problem in loaded.problems:
        note(f"sightline: {problem}")
    return where, loaded, is_trusted(system, where, root)


def kept_conversations(system: System, root: str) -> ConversationStore:
    """What is kept of conversations in a workspace, by its settings. To be closed."""
    where, loaded, _ = settings_for(system, real := resolve_root(system, root))
    limits = limits_of(loaded.settings.conversations)
    return ConversationStore(system, where.session_store((real,)), limits)


@asynccontextmanager
async def opened(root: str, given: dict[str, Any] | None = None, *, title: str = "Indexing") -> AsyncGenerator[Engine]:
    """An engine for ``root``, indexed; closed at the end whatever happens."""
    system = real_system()
    real = resolve_root(system, root)
    where, loaded, trusted = settings_for(system, real, given)
    engine = await open_engine(
        EngineOptions(roots=(real,), system=system, settings=loaded.settings, where=where, trusts=lambda _: trusted)
    )
    try:
        with progress_bar(title) as progress:
            await engine.start(progress)
        yield engine
    finally:
        await _closed(engine.close())


async def _closed(closing: Awaitable[None]) -> None:
    """Finishes closing even while the command is being cancelled."""
    await asyncio.shield(asyncio.ensure_future(closing))


def read_input(system: System, name: str, errors: str = "replace") -> str:
    """Text of a file argument, ``-`` for standard input; ``errors`` says what becomes of bytes that are no UTF-8.

    Raises :class:`UsageError` when it cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", errors)
    try:
        return system.files.read(system.files.real_path(name), 64 << 20).decode("utf-8", errors)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}.", kind="missing_file") from error
