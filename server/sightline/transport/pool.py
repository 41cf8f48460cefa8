"""One pool of connections for the program, and one answer at a time from it. Knows bytes, not what they mean.

The timers are our own: httpx has one read limit for a whole answer, and waiting for a model to load is not the same
as a stream that went silent. Redirects are never followed, so that a key cannot be led to another host.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
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
        self._has_proxy = policy.proxy is not None
        #: Who may ask which server now; kept here so that all who share the connections share the queue.
        self.gates = Gates()
        self._client = _client(policy, transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes every connection. May be called twice."""
        await self._client.aclose()

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncGenerator[HttpResponse, None]:
        """Sends ``request`` and gives the answer as soon as its headers are here, whatever its status.

        Leaving the block, also by an error or a cancelled task, closes the answer; where its end has not been read
        that closes the socket at once. Raises :class:`TransportError`.
        """
        where = address(request.url)
        if self._has_proxy and (urlsplit(request.url).hostname or "") not in _DIRECT:
            where += " through the proxy"
        response = await self._send(request, where)
        answer = HttpResponse(response, request.limits, where)
        try:
            yield answer
        finally:
            await answer.close()

    async def fetch(self, request: HttpRequest, *, limit: int = 4 << 20) -> HttpAnswer:
        """A whole answer of at most ``limit`` bytes. Raises :class:`TransportError`."""
        async with self.stream(request) as response:
            return HttpAnswer(status=response.status, headers=response.headers, body=await response.read(limit))

    async def _send(self, request: HttpRequest, where: str) -> httpx.Response:
        limits = request.limits
        # Bytes of a stream must not wait in a compressor, hence no compression.
        headers = {"accept-encoding": "identity", **request.headers}
        timeout = httpx.Timeout(None, connect=limits.connect)
        with _translated(where, TimeoutPhase.FIRST_BYTE, limits.first_byte):
            sent = self._client.build_request(
                request.method, request.url, headers=headers, content=request.body, timeout=timeout
            )
            try:
                async with asyncio.timeout(limits.first_byte):
                    return await self._client.send(sent, stream=True, follow_redirects=False)
            except httpx.ConnectTimeout as error:
                raise _timeout(where, TimeoutPhase.CONNECT, limits.connect) from error


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
        self._chunks = response.aiter_bytes()
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
        phase, seconds = TimeoutPhase.FIRST_BYTE, self._limits.first_byte
        if self._begun:
            phase, seconds = TimeoutPhase.BETWEEN_BYTES, self._limits.between_bytes
        with _translated(self._where, phase, seconds):
            async with asyncio.timeout(seconds):
                return await anext(self._chunks, b"")

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
        await self._response.aclose()


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


def _client(policy: TransportPolicy, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    if transport is not None:
        return httpx.AsyncClient(transport=transport, trust_env=False)
    limits = httpx.Limits(
        max_connections=policy.connections,
        max_keepalive_connections=policy.connections,
        keepalive_expiry=policy.idle_seconds,
    )
    trusted = _certificates(policy)
    mounts: dict[str, httpx.AsyncBaseTransport | None] = {}
    if policy.proxy is not None:
        try:
            proxied = httpx.AsyncHTTPTransport(verify=trusted, limits=limits, proxy=policy.proxy, trust_env=False)
        except (ValueError, httpx.InvalidURL) as error:
            # The URL may hold a password: it is not repeated.
            hint = "Write it as http://HOST:PORT."
            raise UsageError("The proxy's address cannot be used.", hint=hint) from error
        mounts = {"all://": proxied, **{f"all://{_bracketed(host)}": None for host in _DIRECT}}
    return httpx.AsyncClient(verify=trusted, limits=limits, mounts=mounts, trust_env=False)


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


@contextmanager
def _translated(where: str, phase: TimeoutPhase, seconds: float) -> Generator[None, None, None]:
    """Turns what httpx and the timers raise into our tree."""
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise _timeout(where, phase, seconds) from error
    except httpx.ProxyError as error:
        raise ConnectFailed("The proxy refuses to connect.", ConnectFailure.PROXY) from error
    except httpx.ConnectError as error:
        reason = _reason(error)
        raise ConnectFailed(f"Nobody was reached at {where} ({reason.value}).", reason) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise BadAddress(f"{where} cannot be used as an address.") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise ConnectionBroken(f"The connection to {where} broke off.") from error


def _timeout(where: str, phase: TimeoutPhase, seconds: float) -> TransportTimeout:
    return TransportTimeout(f"No answer from {where} within {seconds:g} s ({phase.value}).", phase, seconds)


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
