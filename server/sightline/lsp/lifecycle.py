"""``initialize`` to ``exit``: what was agreed with the editor, its settings, and the order of an ending."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psutil
from lsprotocol import types
from pydantic import ValidationError

from sightline import __version__
from sightline.base.paths import path_to_uri
from sightline.config.settings import NavigationSettings
from sightline.languages.registry import LANGUAGES
from sightline.lsp import log as log_module
from sightline.lsp.actions import action_kinds
from sightline.lsp.capabilities import chosen_encoding, editor_capabilities, server_capabilities
from sightline.lsp.commands import commands_of
from sightline.lsp.options import editor_roots, merged, table
from sightline.lsp.session import Session

#: Seconds that what is under way gets to end after it was cancelled.
ENDING = 2.0
#: How often (seconds) the parent is looked for.
PARENT_EVERY = 1.0

#: Other files the graph depends on.
_WATCHED_NAMES = (".git/index", ".gitignore", ".sightlineignore", "tsconfig*.json", "jsconfig*.json", "package.json")

log = logging.getLogger(__name__)


def initialize(session: Session, params: types.InitializeParams) -> types.InitializeResult:
    """``initialize``: nothing slow, nothing that could fail for a workspace's or a setting's sake."""
    session.client.can = editor_capabilities(params.capabilities)
    session.documents.encoding = chosen_encoding(params.capabilities)
    given = table(params.initialization_options)
    trusted = given.get("trusted")
    session.navigation = _navigation(session, table(given.get("userSettings")))
    roots = editor_roots(params) or session.options.roots
    trusted = trusted if isinstance(trusted, bool) else session.options.trusted
    session.host.options = replace(
        session.options,
        roots=roots,
        vouched=roots if trusted else (),
        user_settings=merged(session.options.user_settings, table(given.get("userSettings"))),
        trusted=trusted,
        editor_models=session.client.models if given.get("languageModels") is True else None,
    )
    if params.process_id is not None:
        watch_parent(session, params.process_id)
    session.log_handler = log_module.log_to_editor(
        session.client.log_line,
        session.options.log_level,
        alone=session.options.tcp_port is None,  # who debugs over TCP reads the terminal
    )
    if params.trace is not None:
        _trace(session, params.trace)
    session.protocol.initialized = True
    return types.InitializeResult(
        capabilities=server_capabilities(
            session.documents.encoding,
            commands_of(session.features.values()),
            action_kinds(session.features.values()),
            navigation=bool(session.navigation),
        ),
        server_info=types.ServerInfo(name="sightline", version=__version__),
    )


def _navigation(session: Session, settings: Mapping[str, Any]) -> frozenset[str]:
    """Languages to jump in: what the editor says the user set, else what the command line found in their file.

    Decided once, since it is told at ``initialize``; nonsense counts as nothing, for which the engine has the words.
    """
    try:
        chosen = NavigationSettings.model_validate(table(settings.get("navigation"))).languages
    except ValidationError:
        return frozenset()
    given = "languages" in table(settings.get("navigation"))
    return frozenset(chosen if given else session.options.navigation)


def initialized(session: Session, params: object) -> None:
    """``initialized``: opens and indexes in the background."""
    del params
    session.spawn(_begin(session), "sightline-begin")


async def shutdown(session: Session, params: object) -> None:
    """``shutdown``: every request that is under way is cancelled and answered first."""
    del params
    session.protocol.stopping = True
    under_way = session.protocol.requests_in_flight()
    for task in under_way:
        task.cancel()
    if under_way:
        await asyncio.wait(under_way, timeout=ENDING)


def exit_session(session: Session, params: object) -> None:
    """``exit``: code 0 after a ``shutdown``, else 1."""
    del params
    session.end(0 if session.protocol.stopping else 1)


def set_trace(session: Session, params: types.SetTraceParams) -> None:
    """``$/setTrace``."""
    _trace(session, params.value)


def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """``workspace/didChangeConfiguration``: settings are read again; what the notification itself carries is not."""
    del params
    session.spawn(_read_settings_again(session), "sightline-settings")


def watch_parent(session: Session, process_id: int) -> None:
    """Ends the session when the editor's process is gone.

    A process that does not exist at the start is not looked for: in a container, its number means nothing here.
    """
    try:
        parent = psutil.Process(process_id)
    except psutil.Error:
        log.info("The editor's process %d is not visible from here and is not watched.", process_id)
        return

    def look() -> None:
        if _lives(parent):
            asyncio.get_running_loop().call_later(PARENT_EVERY, look)
        else:
            log.warning("The editor's process is gone.", extra=log_module.EDITOR_IS_GONE)
            session.end(1)

    look()


async def close_session(session: Session) -> None:
    """Ends everything under way and closes the engine. Bounded in time, never raises."""
    session.protocol.stopping = True
    tasks = {*session.protocol.requests_in_flight(), *session.background}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=ENDING)
    try:
        async with asyncio.timeout(2 * ENDING):
            await session.host.close()
    except Exception:
        log.exception("The engine did not close in time.")


# --------------------------------------------------------------------------


def _trace(session: Session, value: types.TraceValue) -> None:
    if session.log_handler is not None:
        log_module.set_trace(session.log_handler, value, session.options.log_level)


async def _begin(session: Session) -> None:
    settings = await _workspace_settings(session)
    session.host.start(replace(session.host.options, workspace_settings=settings))
    if session.client.can.watched_files:
        session.watches_files = await session.client.register([_watched_files()])
    if session.client.can.configuration_notice:
        await session.client.register(
            [
                types.Registration(
                    id="sightline-configuration",
                    method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                    register_options={"section": "sightline"},
                )
            ]
        )


async def _read_settings_again(session: Session) -> None:
    settings = await _workspace_settings(session)
    while session.running:
        await asyncio.wait(session.running.values())
    if settings != session.host.options.workspace_settings or session.host.state == "failed":
        session.host.reopen(replace(session.host.options, workspace_settings=settings))


async def _workspace_settings(session: Session) -> dict[str, Any]:
    """The editor's merged values of ``sightline``; workspace scope, whatever they say (see ``ServerOptions``)."""
    if not session.client.can.configuration:
        return {}
    roots = session.host.options.roots
    scopes = [path_to_uri(root) for root in roots[:1]] or [None]
    values = await session.client.configuration("sightline", scopes)
    return table(values[0]) if values else {}


def _watched_files() -> types.Registration:
    extensions = sorted({extension.lstrip(".") for language in LANGUAGES for extension in language.extensions})
    patterns = (f"**/*.{{{','.join(extensions)}}}", *(f"**/{name}" for name in _WATCHED_NAMES))
    watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in patterns]
    return types.Registration(
        id="sightline-files",
        method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
    )


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
