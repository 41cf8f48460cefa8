"""``sightline serve``: one editor, one process. Streams, signals and the end of the process are handled here.

Whatever ends the session (``exit``, end of input, a signal, the parent's death, a client that no longer reads) leads to
one place, which cancels what is under way, closes the engine, and leaves no process behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

from sightline.features.feature import Feature
from sightline.features.registry import FEATURES
from sightline.lsp import collector, lifecycle, requests
from sightline.lsp.client import Client
from sightline.lsp.documents import Documents
from sightline.lsp.host import EngineHost
from sightline.lsp.log import EDITOR_IS_GONE, end_log, log_to_standard_error
from sightline.lsp.options import MakeEngine, ServerOptions
from sightline.lsp.protocol import Connection, Output
from sightline.lsp.session import Session
from sightline.lsp.streams import (
    BoundedWriter,
    Channel,
    FrameError,
    accept_one,
    listen_on_loopback,
    private_standard_streams,
    read_frames,
)

__all__ = ["MakeEngine", "ServerOptions", "serve", "session_over"]

#: Messages read ahead of the one being handled. More would only wait in our memory instead of in the pipe.
READ_AHEAD = 64
#: Seconds that messages may take in one go before other work gets its turn.
SLICE = 0.005
#: How long (seconds) the threads that read and write wait for a busy loop, in place of Python's 5 ms.
SWITCH = 0.001
#: Seconds without a message after which nobody is at the keyboard.
IDLE = 10.0
#: Seconds after which a process that should have ended is ended by force.
LAST_RESORT = 15.0
#: Seconds that the last messages get to be written.
FLUSHING = 2.0

log = logging.getLogger(__name__)


def serve(make_engine: MakeEngine, options: ServerOptions, features: Mapping[str, Feature] = FEATURES) -> int:
    """Serves one editor until it is gone. Answers the exit code.

    0 after ``shutdown`` and ``exit``; 1 for an ``exit`` without ``shutdown``, the end of input, a client that is gone
    or speaks no LSP; 128 + n for signal n. Takes standard input and output of this process for itself.
    """
    handler = log_to_standard_error(options.log_level)
    sys.setswitchinterval(SWITCH)
    collector.at_start()
    try:
        channel = _channel(options)
        code = asyncio.run(_serve(channel, make_engine, options, features))
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    finally:
        end_log(handler)
    return code


@asynccontextmanager
async def session_over(
    output: Output, make_engine: MakeEngine, options: ServerOptions, features: Mapping[str, Feature]
) -> AsyncGenerator[Session]:
    """A session that writes to ``output``; feed it by ``session.protocol.receive``. Closed at the end."""
    protocol = Connection().protocol
    protocol.output = output
    client, documents = Client(protocol), Documents()
    session = Session(
        protocol=protocol,
        client=client,
        documents=documents,
        host=EngineHost(client, documents, make_engine),
        options=options,
        features=features,
        ended=asyncio.get_running_loop().create_future(),
    )
    requests.register(session)
    try:
        yield session
    finally:
        await lifecycle.close_session(session)
        if session.log_handler is not None:
            end_log(session.log_handler)


def _channel(options: ServerOptions) -> Channel:
    if options.tcp_port is None:
        return private_standard_streams()
    listener = listen_on_loopback(options.tcp_port)
    log.warning("Waiting for one client on 127.0.0.1:%d.", listener.getsockname()[1])
    return accept_one(listener)


async def _serve(
    channel: Channel, make_engine: MakeEngine, options: ServerOptions, features: Mapping[str, Feature]
) -> int:
    loop = asyncio.get_running_loop()
    ended: list[Callable[[int], None]] = []

    def lost(reason: str) -> None:
        log.error("%s; the server ends.", reason, extra=EDITOR_IS_GONE)
        for end in ended:
            loop.call_soon_threadsafe(end, 1)

    writer = BoundedWriter(channel.write, lost)
    async with session_over(writer, make_engine, options, features) as session:
        ended.append(session.end)
        session.host.state_changed = collector.when_state_changes
        inbox = _Inbox(session)
        collector.collect_when_idle(loop, inbox.is_idle)
        threading.Thread(target=inbox.read_all, args=(channel,), name="sightline-reader", daemon=True).start()
        with _signals(session):
            code = await session.ended
        _end_by_force_later(code)
        await asyncio.sleep(0)  # what was answered in this very moment is handed to the writer
    writer.flush(FLUSHING)
    return code


class _Inbox:
    """Messages between the reading thread and the loop, a bounded number of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._messages: deque[bytes] = deque()
        self._room = threading.Semaphore(READ_AHEAD)
        self._last = self._loop.time()

    def is_idle(self) -> bool:
        """Whether nobody said or waits for anything for a while."""
        waiting = self._messages or self._session.running or self._session.host.state == "indexing"
        return not waiting and self._loop.time() - self._last > IDLE

    def read_all(self, channel: Channel) -> None:
        """Reads until the end of input. Runs in a thread of its own."""
        with suppress(RuntimeError):  # the loop is closed
            try:
                for body in read_frames(channel.read):
                    self._room.acquire()
                    self._messages.append(body)
                    self._loop.call_soon_threadsafe(self._handle_some)
            except FrameError as error:
                log.error("The client speaks no LSP: %s.", error, extra=EDITOR_IS_GONE)
            self._loop.call_soon_threadsafe(self._end_of_input)

    def _handle_some(self) -> None:
        """Handles what waits, for a few milliseconds; then everything else gets its turn."""
        enough = self._loop.time() + SLICE
        while self._messages:
            self._handle(self._messages.popleft())
            if self._loop.time() >= enough:
                self._loop.call_soon(self._handle_some)
                return

    def _handle(self, body: bytes) -> None:
        self._room.release()
        self._last = self._loop.time()
        try:
            message = json.loads(body)
        except ValueError:
            self._session.protocol.refuse_unreadable()
        else:
            self._session.protocol.receive(message)

    def _end_of_input(self) -> None:
        if self._messages:
            self._loop.call_soon(self._end_of_input)
        else:
            self._session.end(0 if self._session.protocol.stopping else 1)


@contextmanager
def _signals(session: Session) -> Generator[None]:
    """SIGINT and SIGTERM end the session in order; on Windows the loop cannot take them, and Python's way holds."""
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, session.end, 128 + number)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


def _end_by_force_later(code: int) -> None:
    """Whatever hangs at the end (a library's thread, a stuck file system) must not leave a process behind."""
    timer = threading.Timer(LAST_RESORT, os._exit, (code or 1,))
    timer.daemon = True
    timer.start()
