"""The state of one connection, handed to every request handler. It holds, and does nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.engine.engine import Engine, PreparedEdit
from sightline.features.feature import Feature
from sightline.lsp.client import Client
from sightline.lsp.documents import Documents
from sightline.lsp.host import EngineHost
from sightline.lsp.landing import Landing
from sightline.lsp.log import EditorHandler
from sightline.lsp.options import ServerOptions
from sightline.lsp.protocol import SightlineProtocol


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One connection. ``options`` are those of the command line; the host has what the editor added.

    ``ended`` is set to the exit code when the session is over. ``applying`` is the edit on its way to the editor,
    ``landings`` those whose arrival is being watched, ``handed_out`` the edits that the editor got with a code action
    and may apply by itself, ``running`` the turns under way. ``watches_files`` tells that the
    editor sends file events, ``rescan_waits`` that a look at the whole disk is queued already. ``navigation`` are the
    languages for which the requests of ``navigation.py`` are answered.
    """

    protocol: SightlineProtocol
    client: Client
    documents: Documents
    host: EngineHost
    options: ServerOptions
    features: Mapping[str, Feature]
    ended: asyncio.Future[int]
    log_handler: EditorHandler | None = None
    watches_files: bool = False
    rescan_waits: bool = False
    navigation: frozenset[str] = frozenset()
    running: dict[str, asyncio.Task[Any]] = field(default_factory=dict[str, "asyncio.Task[Any]"])
    applying: asyncio.Task[Any] | None = None
    landings: list[Landing] = field(default_factory=list[Landing])
    handed_out: dict[str, tuple[PreparedEdit, Landing]] = field(
        default_factory=dict[str, "tuple[PreparedEdit, Landing]"]
    )
    background: set[asyncio.Task[Any]] = field(default_factory=set["asyncio.Task[Any]"])

    @property
    def engine(self) -> Engine:
        """The engine. Raises the ``SightlineError`` for which there is none."""
        return self.host.engine

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Runs something that no request waits for, or that must outlive its request. It is cancelled at the end."""
        task = asyncio.create_task(work, name=name)
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    def end(self, code: int) -> None:
        """Ends the session with an exit code; the first one holds."""
        if self.log_handler is not None:
            self.log_handler.alone = False  # the editor may read no more
        if not self.ended.done():
            self.ended.set_result(code)
