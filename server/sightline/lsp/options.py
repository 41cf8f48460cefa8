"""What the language server is started with, and what the editor adds to it at ``initialize``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from lsprotocol import types

from sightline.base.editor_models import EditorModels
from sightline.base.errors import UsageError
from sightline.base.paths import normal_root, uri_to_path
from sightline.engine.check_policy import AskConsent
from sightline.engine.cloud_leave import AskCloud
from sightline.engine.engine import Engine

LogLevel = Literal["error", "warning", "info", "debug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Everything that decides how a session runs.

    ``user_settings`` is a settings table of user scope: the command line's, and the editor's machine-scope values and
    secrets (``initializationOptions.userSettings``). ``workspace_settings`` came from ``workspace/configuration``,
    which does not tell a value's scope: it is to be treated like a file of the workspace, so a key, an endpoint or a
    command in it is never used. ``trusted`` is the editor's word on workspace trust, ``None`` where it has none; where
    it trusts, it said so of the folders ``vouched``, and of no folder that is added later.
    ``tcp_port`` (0: any free one) listens on loopback instead of standard input, for debugging. ``navigation`` is the
    setting ``navigation.languages`` of the user's file, which must be known before any folder is. ``ask`` asks the user
    whether tests may run on edits, ``ask_cloud`` whether clouds may have what private models would answer.
    ``editor_models`` are those of an editor that says it has some.
    """

    roots: tuple[str, ...] = ()
    user_settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    workspace_settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    trusted: bool | None = None
    vouched: tuple[str, ...] = ()
    log_level: LogLevel = "info"
    tcp_port: int | None = None
    navigation: tuple[str, ...] = ()
    ask: AskConsent | None = None
    ask_cloud: AskCloud | None = None
    editor_models: EditorModels | None = None


#: Opens an engine, not yet indexed. Raises ``SightlineError`` for what the user can mend.
MakeEngine = Callable[[ServerOptions], Awaitable[Engine]]


def editor_roots(params: types.InitializeParams) -> tuple[str, ...]:
    """The roots of ``initialize``: workspace folders, else ``rootUri``, else ``rootPath``."""
    if params.workspace_folders:
        return folder_paths(params.workspace_folders)
    if params.root_uri:
        path = uri_to_path(params.root_uri)
        return (normal_root(path),) if path is not None else ()
    with suppress(UsageError):  # a relative path means nothing to us
        return (normal_root(params.root_path),) if params.root_path else ()
    return ()


def folder_paths(folders: Iterable[types.WorkspaceFolder]) -> tuple[str, ...]:
    """Absolute paths of workspace folders, without the ones that are not files of this machine, each once."""
    paths = (uri_to_path(folder.uri) for folder in folders)
    return tuple(dict.fromkeys(normal_root(path) for path in paths if path))


def table(value: object) -> dict[str, Any]:
    """``value`` if it is a JSON object, else an empty one: an editor may send anything."""
    return dict(cast("dict[str, Any]", value)) if isinstance(value, dict) else {}


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two settings tables of sections; where both have a value, the one of ``over`` holds."""
    sections = {name: {**table(under.get(name)), **table(value)} for name, value in over.items()}
    return {**under, **sections}
