"""One pool of connections for the program, and one answer at a time from it. Knows bytes, not what they mean.

The timers are our own: httpx has one read limit for a whole answer, and waiting for a model to load is not the same
as a stream that went silent. Redirects are never followed, so that a key cannot be led to another host.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpx

from sightline.base.errors import UsageError
from sightline.transport.errors import (
    AnswerTooLarge,
    BadAddress,
    ConnectFailed,
    ConnectFailure,
    ConnectionBroken,
    TimeoutPhase,
    TransportError,
    TransportTimeout,
)
from sightline.transport.gate import Gates
from sightline.transport.patience import Patience
from sightline.transport.policy import HttpRequest, Limits, TransportPolicy

#: Hosts that are never reached through a proxy. People copy the last two from the settings of a local server.
_DIRECT = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")  # noqa: S104  nothing is bound to them


class Pool:
    """Connections that are kept and used again. Use it from one event loop; ``async with`` or ``close`` ends it."""

    def __init__(self, policy: TransportPolicy | None = None, *, transport: httpx.AsyncBaseTransport | None = None):
        """``transport`` replaces the network, for tests. Raises ``UsageError`` for a CA file or proxy of no use.

        Costs about 50 ms of CPU (certificates are read): make it once, in a thread where a loop is running.
        """
        policy = policy or TransportPolicy()
        #: Who may ask which server now; kept here so that all who share the connections share the queue.
        self.gates = Gates()
        # Not an ``httpx.AsyncClient``: what it adds (cookies, redirects, the environment's word) is not wanted here,
        # and is a third of what a request costs.
        self._direct, self._proxied = _transports(policy, transport)
        # For each server by itself: ten silent ones of one server must not keep another from being asked. Counted here
        # and not by httpcore, which loses the place of a request that is cancelled just as it gets one: after ten of
        # them nothing would ever be sent again.
        self._places = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(policy.connections))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes every connection. May be called twice."""
        await self._direct.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncGenerator[HttpResponse, None]:
        """Sends ``request`` and gives the answer as soon as its headers are here, whatever its status.

        Leaving the block, also by an error or a cancelled task, closes the answer; where its end has not been read
        that closes the socket at once. Raises :class:`TransportError`.
        """
        where, transport = address(request.url), self._direct
        places = self._places[where]
        if self._proxied is not None and (urlsplit(request.url).hostname or "") not in _DIRECT:
            where, transport = f"{where} through the proxy", self._proxied
        response = await self._send(transport, request, where, places)
        try:
            answer = HttpResponse(response, request.limits, where)
            try:
                yield answer
            finally:
                await answer.close()
        finally:
            places.release()

    async def _send(
        self, transport: httpx.AsyncBaseTransport, request: HttpRequest, where: str, places: asyncio.Semaphore
    ) -> httpx.Response:
        """Sends it and takes one of ``places``, which is the caller's to give back."""
        limits = request.limits
        # Bytes of a stream must not wait in a compressor, hence no compression.
        headers = {"accept": "*/*", "accept-encoding": "identity", **request.headers}
        waits = {"connect": limits.connect, "read": None, "write": None, "pool": None}
        try:
            sent = httpx.Request(
                request.method, request.url, headers=headers, content=request.body, extensions={"timeout": waits}
            )
            if sent.url.userinfo:
                sent = next(httpx.BasicAuth(sent.url.username, sent.url.password).auth_flow(sent))
            async with asyncio.timeout(limits.first_byte):
                await places.acquire()
                try:
                    return await transport.handle_async_request(sent)
                except BaseException:
                    places.release()
                    await _drop_lost(transport)
                    raise
        except httpx.ConnectTimeout as error:
            raise _timeout(where, TimeoutPhase.CONNECT, limits.connect) from error
        except _FAILURES as error:
            raise _translated(error, where, TimeoutPhase.FIRST_BYTE, limits.first_byte) from error

    async def fetch(self, request: HttpRequest, *, limit: int = 4 << 20) -> HttpAnswer:
        """A whole answer of at most ``limit`` bytes. Raises :class:`TransportError`."""
        async with self.stream(request) as response:
            return HttpAnswer(status=response.status, headers=response.headers, body=await response.read(limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class HttpResponse:
    """An answer whose body is still coming."""

    def __init__(self, response: httpx.Response, limits: Limits, where: str) -> None:
        self._response = response
        self._limits = limits
        self._where = where
        self._begun = False
        # No compression is asked for; a server that uses it all the same costs a pass more.
        plain = response.headers.get("content-encoding", "identity") == "identity"
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._chunks = aiter(response.stream) if plain else response.aiter_bytes()
        self._patience = Patience()
        self._peeked: list[bytes] = []
        self.status = response.status_code
        #: Names are looked up without regard to case.
        self.headers: Mapping[str, str] = response.headers

    @property
    def media_type(self) -> str:
        """Media type in lower case without parameters, "" where the server names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def content_has_begun(self) -> None:
        """Ends the patience of ``Limits.first_byte``: from now on a silence is measured by ``between_bytes``.

        Only the reader can tell: keep-alive comments and empty first events are bytes but no content.
        """
        self._begun = True

    async def chunk(self) -> bytes:
        """The next bytes, ``b""`` at the end. Raises :class:`TransportError`."""
        if self._peeked:
            return self._peeked.pop(0)
        seconds = self._limits.between_bytes if self._begun else self._limits.first_byte
        try:
            with self._patience(seconds):
                return await self._chunks.__anext__()
        except StopAsyncIteration:
            return b""
        except _FAILURES as error:
            phase = TimeoutPhase.BETWEEN_BYTES if self._begun else TimeoutPhase.FIRST_BYTE
            raise _translated(error, self._where, phase, seconds) from error

    async def finish(self, seconds: float) -> None:
        """Reads the end of the body where it comes within ``seconds``, so that the connection can be used again."""
        with suppress(TransportError, TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.chunk():
                    pass

    async def read(self, limit: int) -> bytes:
        """The rest of the body; :class:`AnswerTooLarge` when it is longer than ``limit`` bytes."""
        parts: list[bytes] = []
        size = 0
        while chunk := await self.chunk():
            size += len(chunk)
            if size > limit:
                raise AnswerTooLarge(f"{self._where} answered with more than {limit} bytes.", limit)
            parts.append(chunk)
        return b"".join(parts)

    async def read_head(self, size: int) -> bytes:
        """The first bytes of the body, at least ``size`` of them where it has so many."""
        parts: list[bytes] = []
        while size > 0 and (chunk := await self.chunk()):
            size -= len(chunk)
            parts.append(chunk)
        return b"".join(parts)

    async def peek(self, size: int) -> bytes:
        """Like :meth:`read_head`, but the same bytes are read again later. Of a body that breaks off, what came."""
        parts: list[bytes] = []
        with suppress(TransportError):
            while size > 0 and (chunk := await self.chunk()):
                size -= len(chunk)
                parts.append(chunk)
        self._peeked = parts
        return b"".join(parts)

    async def close(self) -> None:
        """Closes the answer, and its socket where the end has not been read."""
        self._patience.close()
        await self._response.aclose()


@lru_cache(maxsize=64)
def address(url: str) -> str:
    """Scheme, host and port of ``url`` for people: no credentials, no path. Raises :class:`BadAddress`."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError as error:
        raise BadAddress("The address is not a URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.hostname.isprintable():
        raise BadAddress("The address must be a URL that begins with http:// or https:// and names a host.")
    return f"{parts.scheme}://{_bracketed(parts.hostname)}{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _transports(
    policy: TransportPolicy, transport: httpx.AsyncBaseTransport | None
) -> tuple[httpx.AsyncBaseTransport, httpx.AsyncBaseTransport | None]:
    """What connects directly, and what by the proxy where there is one."""
    if transport is not None:
        return transport, None
    limits = httpx.Limits(
        max_connections=None,  # see Pool._places
        max_keepalive_connections=None,  # those idle seconds that the policy gives
        keepalive_expiry=policy.idle_seconds,
    )
    trusted = _certificates(policy)
    direct = httpx.AsyncHTTPTransport(verify=trusted, limits=limits, trust_env=False)
    if policy.proxy is None:
        return direct, None
    try:
        return direct, httpx.AsyncHTTPTransport(verify=trusted, limits=limits, proxy=policy.proxy, trust_env=False)
    except (ValueError, httpx.InvalidURL) as error:
        # The URL may hold a password: it is not repeated.
        raise UsageError("The proxy's address cannot be used.", hint="Write it as http://HOST:PORT.") from error


async def _drop_lost(transport: httpx.AsyncBaseTransport) -> None:
    """Closes connections that no request has and none will get: httpcore keeps those of requests that were cancelled
    while they were being made (1.0.9). It has no public way to see them; where it changes, nothing is dropped.
    """
    pool: Any = getattr(transport, "_pool", None)
    asked: Any = getattr(pool, "_requests", None)
    made: Any = getattr(pool, "_connections", None)
    if not isinstance(asked, list) or not isinstance(made, list):
        return
    used = {id(request.connection) for request in cast("list[Any]", asked)}
    connections = cast("list[Any]", made)
    for connection in [each for each in connections if id(each) not in used]:
        if not (connection.is_idle() or connection.is_closed()):
            connections.remove(connection)
            await connection.aclose()


def _certificates(policy: TransportPolicy) -> ssl.SSLContext:
    if policy.ca_file is None:
        context = httpx.create_ssl_context(trust_env=False)
    else:
        try:
            context = ssl.create_default_context(cafile=policy.ca_file)
        except OSError as error:
            raise _unreadable("certificates", policy.ca_file, error) from error
    if policy.client_certificate is not None:
        try:
            # An empty password: without one OpenSSL would ask the terminal for it.
            context.load_cert_chain(policy.client_certificate, policy.client_key, password="")
        except OSError as error:
            raise _unreadable("client certificate", policy.client_certificate, error) from error
    return context


def _unreadable(what: str, file: str, error: OSError) -> UsageError:
    """``ssl.SSLError`` is an ``OSError`` too: what is in the file is not what it should be."""
    reason = (
        "it is no PEM file of that kind, or its key is encrypted" if isinstance(error, ssl.SSLError) else error.strerror
    )
    return UsageError(f"The {what} in {file} cannot be read: {reason}.", hint="Name a PEM file with certificates.")


#: What httpx and the timers raise.
_FAILURES = (TimeoutError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)


def _translated(error: Exception, where: str, phase: TimeoutPhase, seconds: float) -> TransportError:
    """One of :data:`_FAILURES` in our tree."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return _timeout(where, phase, seconds)
    if isinstance(error, httpx.ProxyError):
        return ConnectFailed("The proxy refuses to connect.", ConnectFailure.PROXY)
    if isinstance(error, httpx.ConnectError):
        reason = _reason(error)
        return ConnectFailed(f"Nobody was reached at {where} ({reason.value}).", reason)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return BadAddress(f"{where} cannot be used as an address.")
    return ConnectionBroken(f"The connection to {where} broke off.")


def _timeout(where: str, phase: TimeoutPhase, seconds: float) -> TransportTimeout:
    told = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"
    return TransportTimeout(f"No answer from {where} within {told} s ({phase.value}).", phase, seconds)


def _reason(error: BaseException) -> ConnectFailure:
    """Looks through the chain of causes: httpx keeps the operating system's error two levels down."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return ConnectFailure.REFUSED
        if isinstance(cause, ssl.SSLError):
            return ConnectFailure.CERTIFICATE
        if type(cause).__name__ == "gaierror":
            return ConnectFailure.UNKNOWN_HOST
        cause = cause.__cause__ or cause.__context__
    return ConnectFailure.OTHER
