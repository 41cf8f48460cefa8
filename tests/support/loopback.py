"""A real HTTP server on 127.0.0.1 in the test's own event loop, with every byte in the test's hands.

A route is a coroutine that is given the exchange; what it does not send is not sent. Used where a mock transport
would hide what matters: sockets that close, bytes that come late.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Exchange:
    """One request and the means to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    async def answer(self, status: int, body: bytes | str | dict[str, Any], **headers: str) -> None:
        """A whole answer; a dictionary goes out as JSON."""
        kind = "application/json" if isinstance(body, dict) else "text/plain"
        data = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
        named = {"content_type": kind, "content_length": str(len(data)), "connection": "close", **headers}
        await self.begin(status, **named)
        await self.send(data)

    async def begin(self, status: int = 200, **headers: str) -> None:
        """The status line and headers; underscores in names stand for dashes."""
        lines = [f"HTTP/1.1 {status} Status", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def begin_stream(self) -> None:
        """Headers of an event stream that lasts until the connection closes."""
        await self.begin(200, content_type="text/event-stream", connection="close")

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def end_of_file(self) -> None:
        """Returns when the client has closed its side."""
        with suppress(ConnectionError):
            while await self.reader.read(1 << 16):
                pass


Route = Callable[[Exchange], Awaitable[None]]


@dataclass
class LoopbackServer:
    """Routes by ``METHOD /path`` (with its query, or else without); anything else is a 404. ``exchanges`` are all
    requests in order."""

    routes: dict[str, Route] = field(default_factory=dict[str, Route])
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    port: int = 0
    open: int = 0
    scheme: str = "http"

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    @property
    def asked(self) -> list[str]:
        return [f"{exchange.method} {exchange.path}" for exchange in self.exchanges]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                exchange = await _read(reader, writer)
                self.exchanges.append(exchange)
                asked = f"{exchange.method} {exchange.path}"
                route = self.routes.get(asked) or self.routes.get(asked.partition("?")[0], _not_found)
                await route(exchange)
        finally:
            self.open -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _not_found(exchange: Exchange) -> None:
    await exchange.answer(404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}})


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(method, path, headers, body, reader, writer)


def loopback_server(**routes: Route) -> AbstractAsyncContextManager[LoopbackServer]:
    """A running server; ``routes`` may be added to it at any time."""
    return _serving(routes, None)


def secure_loopback_server(
    tls: ssl.SSLContext, routes: dict[str, Route]
) -> AbstractAsyncContextManager[LoopbackServer]:
    """The same by https."""
    return _serving(routes, tls)


@asynccontextmanager
async def _serving(routes: dict[str, Route], tls: ssl.SSLContext | None) -> AsyncGenerator[LoopbackServer]:
    server = LoopbackServer(routes=dict(routes), scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        with suppress(asyncio.CancelledError):
            await server.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listening.wait_closed()
