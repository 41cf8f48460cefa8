"""The engine of a session: opens it, indexes with progress, feeds it what happens outside in order, closes it.

What is typed goes to the engine at once (``sync.py``); what takes time (the disk, roots, settings) goes through one
queue here, so that the order in which the editor told it holds. This file knows no commands.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from lsprotocol import types

from sightline.base.errors import SightlineError
from sightline.engine.engine import Engine
from sightline.lsp.client import Client
from sightline.lsp.consent import ask_for_cloud, ask_for_tests
from sightline.lsp.documents import Documents
from sightline.lsp.options import MakeEngine, ServerOptions, merged
from sightline.lsp.progress import ServerProgress

Job = Callable[[Engine], Awaitable[None]]

#: Kind of the error for a home folder, a whole disk, or more files than the settings allow.
TOO_LARGE = "root_too_large"
INDEX_IT, LEAVE_IT = "Index it anyway", "Leave it"

#: Shown when a folder is added that the user did not trust yet.
UNTRUSTED = (
    "Sightline: a folder was added of which you did not say that you trust it, so no program runs for this workspace "
    "any more: not git, not your linters and type checkers, no tests. If you trust it, say so with "
    "`sightline trust DIR` and add it once more."
)

log = logging.getLogger(__name__)


class EngineHost:
    """Holds the engine. ``state`` is ``starting``, ``indexing``, ``ready`` or ``failed``."""

    def __init__(self, client: Client, documents: Documents, make_engine: MakeEngine) -> None:
        self.state = "starting"
        self.message = "Sightline is starting."
        self.options = ServerOptions()
        #: Called with every new state.
        self.state_changed: Callable[[str], None] = lambda _: None
        self._client = client
        self._documents = documents
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._failure: SightlineError | None = None
        self._settled = asyncio.Event()  # indexed, cancelled or failed
        self._usable = asyncio.Event()  # the same, or imports are known
        self._jobs: asyncio.Queue[tuple[str, Job, asyncio.Future[None]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._indexing: asyncio.Task[object] | None = None
        self._rests = asyncio.Event()  # nothing is being indexed
        self._rests.set()

    @property
    def engine(self) -> Engine:
        """The engine. Raises the :class:`SightlineError` for which there is none."""
        if self._engine is None:
            raise self._failure or SightlineError(
                "Sightline is still starting.", hint="Try again in a moment.", kind="starting"
            )
        return self._engine

    def open_engine(self) -> Engine | None:
        """The engine, if there is one by now."""
        return self._engine

    async def settled(self) -> Engine:
        """Waits until the index is built, was cancelled or failed. Raises as :attr:`engine` does."""
        await self._settled.wait()
        return self.engine

    async def usable(self) -> Engine:
        """Waits until every file and its imports are known, at about a tenth of the time that :meth:`settled` takes.

        Raises as :attr:`engine` does.
        """
        await self._usable.wait()
        return self.engine

    def start(self, options: ServerOptions) -> None:
        """Opens and indexes in the background. What an earlier start left is given up."""
        if self._task is not None:
            self._task.cancel()
        self.options = options
        self._task = asyncio.create_task(self._run(), name="sightline-engine")

    def post(self, name: str, job: Job) -> asyncio.Future[None]:
        """Does ``job`` after everything posted before it, once the index is there. Its errors are logged.

        The future is done when the job is, however it ended.
        """
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((name, job, finished))
        return finished

    @property
    def is_indexed(self) -> bool:
        """Whether the graph is there, whole or as far as it came before it was paused."""
        return self.state in ("ready", "paused")

    async def pause(self) -> None:
        """Stops indexing, if it is under way, until :meth:`index_again`; what was read so far is kept."""
        if self._indexing is not None:
            self._indexing.cancel()
            await self._rests.wait()

    async def index_again(self) -> None:
        """Goes on after a pause, or indexes anew when something looks wrong; with progress. Waits for the end."""
        if self._engine is None and self._settled.is_set():
            self._settled.clear()
            self._usable.clear()
            self.start(self.options)
            await self._settled.wait()
        else:
            await self.post("index again", self._index)

    def set_roots(self, roots: tuple[str, ...]) -> None:
        """The workspace folders are these from now on."""
        self.options = replace(self.options, roots=roots)

        async def change(engine: Engine) -> None:
            trusted = engine.trusted
            await engine.set_roots(roots)
            self.bind_documents(engine)
            if trusted and not engine.trusted:
                self._client.show(types.MessageType.Warning, UNTRUSTED)

        self.post("workspace folders", change)

    def vouch(self, roots: tuple[str, ...]) -> None:
        """The user trusts these folders from now on; some may be added after this."""
        self.options = replace(self.options, vouched=tuple(dict.fromkeys((*self.options.vouched, *roots))))
        self.post("trusted folders", lambda engine: engine.vouch(roots))

    def reopen(self, options: ServerOptions) -> None:
        """Opens the engine anew with other options, after everything posted so far. Edits that wait are forgotten."""

        async def replace_engine(engine: Engine) -> None:
            await self._close_engine(engine)
            self.options = replace(options, roots=self.options.roots, vouched=self.options.vouched)
            await self._open()

        if self._engine is None and self._settled.is_set():
            self.start(options)  # it failed before, perhaps for these very settings
        else:
            self.post("new settings", replace_engine)

    async def close(self) -> None:
        """Cancels whatever is under way and closes the engine."""
        for task in (self._asking, self._task):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._engine is not None:
            await self._close_engine(self._engine)

    # ----------------------------------------------------------------------

    async def _run(self) -> None:
        await self._open()
        while True:
            name, job, finished = await self._jobs.get()
            try:
                if self._engine is not None:  # else it failed: the user was told, and a new engine looks at everything
                    await job(self._engine)
            except SightlineError as error:
                log.warning("%s: %s", name, error)
            except Exception:
                log.exception("%s failed.", name)
            finally:
                if not finished.done():
                    finished.set_result(None)

    async def _open(self) -> None:
        self._settled.clear()
        self._usable.clear()
        try:
            engine = await self._make_engine(
                replace(
                    self.options,
                    ask=partial(ask_for_tests, self._client),
                    ask_cloud=partial(ask_for_cloud, self._client),
                )
            )
        except SightlineError as error:
            self._fail(error)
            return
        except Exception:
            log.exception("The engine could not be opened.")
            self._fail(SightlineError("Sightline could not start.", hint="The log has the details.", kind="internal"))
            return
        self._engine, self._failure = engine, None
        self.bind_documents(engine)
        await self._index(engine)

    def bind_documents(self, engine: Engine) -> None:
        """Gives the engine every open document that is a file of the workspace."""
        for document in self._documents.rebind(engine.workspace_path):
            assert document.path is not None
            engine.open_document(document.path, document.text, document.version)

    async def _index(self, engine: Engine) -> None:
        self._tell("indexing", "Indexing the workspace.")
        progress = ServerProgress(self._client)
        indexing = asyncio.create_task(engine.start(progress.report), name="sightline-index")
        self._indexing = indexing
        self._rests.clear()
        progress.begin("Sightline: indexing", indexing.cancel)
        watching = asyncio.create_task(self._watch_imports(engine), name="sightline-imports")
        try:
            await indexing
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if own is None or own.cancelling():
                raise
            self._tell("paused", "Indexing is paused. Answers come from what is indexed so far.")
        except SightlineError as error:
            await self._close_engine(engine)
            self._fail(error)
        except Exception:
            log.exception("Indexing failed.")
            await self._close_engine(engine)
            self._fail(SightlineError("Indexing failed.", hint="The log has the details.", kind="internal"))
        else:
            self._tell("ready", "The index is ready.")
        finally:
            self._indexing = None
            self._rests.set()
            watching.cancel()
            progress.end(self.message)

    async def _watch_imports(self, engine: Engine) -> None:
        await engine.imports_known()
        if self.state == "indexing" and engine.view.coverage().unread:
            self._tell("indexing", "Imports are known. Definitions are being read.")
        self._usable.set()

    def _fail(self, error: SightlineError) -> None:
        self._failure = error
        self._tell("failed", str(error))
        if error.kind == TOO_LARGE:
            self._asking = asyncio.create_task(self._ask_about_large_root(error), name="sightline-large-root")
        else:
            self._client.show(types.MessageType.Error, f"Sightline: {error}")

    async def _ask_about_large_root(self, error: SightlineError) -> None:
        """A home folder may be a mistake or meant: the user says which, for this session."""
        answer = await self._client.choose(types.MessageType.Warning, f"Sightline: {error}", (INDEX_IT, LEAVE_IT))
        if answer == INDEX_IT and self.state == "failed":
            allowed = merged(self.options.user_settings, {"workspace": {"allow_large_root": True}})
            self.start(replace(self.options, user_settings=allowed))

    def _tell(self, state: str, message: str) -> None:
        self.state, self.message = state, message
        if state in ("ready", "paused", "failed"):
            self._settled.set()
            self._usable.set()
        self.state_changed(state)
        self._client.status_changed(state, message)
        log.info("%s", message)

    async def _close_engine(self, engine: Engine) -> None:
        self._engine = None
        try:
            await engine.close()
        except Exception:
            log.exception("The engine did not close cleanly.")
