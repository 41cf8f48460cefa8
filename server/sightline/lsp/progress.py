"""Work-done progress: ours (indexing) and the client's (a command with ``workDoneToken``), both with cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

from lsprotocol import types

from sightline.lsp.client import Client

#: Progress is sent at most this often (seconds).
REPORT_EVERY = 0.1


class ServerProgress:
    """Progress of the server's own making, shown as soon as the editor made a place for it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._token: types.ProgressToken | None = None
        self._last = 0.0
        self._beginning: asyncio.Task[None] | None = None

    def begin(self, title: str, cancel: Callable[[], object]) -> None:
        """Asks for a place and shows the progress there. ``cancel`` is called when the user stops it."""
        self._beginning = asyncio.create_task(self._begin(title, cancel))

    def report(self, reading: str, done: int, total: int) -> None:
        """``done`` of ``total`` files; ``reading`` says what of them is being read."""
        now = asyncio.get_running_loop().time()
        if self._token is not None and now - self._last >= REPORT_EVERY:
            self._last = now
            self._client.report_progress(self._token, f"{reading} {done:,}/{total:,}", done * 100 // max(total, 1))

    def end(self, message: str) -> None:
        """Takes the progress away."""
        if self._beginning is not None:
            self._beginning.cancel()
        if self._token is not None:
            self._client.end_progress(self._token, message)

    async def _begin(self, title: str, cancel: Callable[[], object]) -> None:
        token = await self._client.create_progress()
        if token is not None:
            self._client.begin_progress(token, title, cancel)
            self._token = token


@contextmanager
def client_progress(client: Client, token: types.ProgressToken | None, title: str) -> Generator[Callable[[str], None]]:
    """Progress under a token that the client sent along, if it did. The user's cancel cancels the running task.

    Gives a function that reports a sentence.
    """
    if token is None:
        yield lambda _: None
        return
    task = asyncio.current_task()
    assert task is not None, "progress is shown by a running task"
    client.begin_progress(token, title, task.cancel)
    try:
        yield lambda message: client.report_progress(token, message)
    finally:
        client.end_progress(token, "")
