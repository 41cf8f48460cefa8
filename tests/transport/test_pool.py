"""The pool against real sockets on loopback, and what it makes of everything that goes wrong there."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import trustme

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
from sightline.transport.policy import HttpRequest, Limits, TransportPolicy
from sightline.transport.pool import Pool, address
from support.loopback import Exchange, loopback_server, secure_loopback_server
from support.patience import PATIENCE
from support.virtual_time import run_in_virtual_time


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool() as opened:
        yield opened


def get(url: str, **limits: float) -> HttpRequest:
    return HttpRequest(method="GET", url=url, limits=Limits(**limits))


async def test_a_whole_answer_with_status_headers_and_body(pool: Pool) -> None:
    async def hello(exchange: Exchange) -> None:
        await exchange.answer(418, "hello", x_kind="Tea")

    async with loopback_server(**{"POST /a": hello}) as server:
        request = HttpRequest(method="POST", url=server.root + "/a", headers={"x-mine": "1"}, body=b"question")
        answer = await pool.fetch(request)
        assert (answer.status, answer.headers["X-Kind"], answer.body) == (418, "Tea", b"hello")
        assert server.exchanges[0].body == b"question"
        assert server.exchanges[0].headers["x-mine"] == "1"


async def test_bytes_arrive_as_they_are_sent(pool: Pool) -> None:
    received = asyncio.Event()

    async def drip(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(b"one")
        await received.wait()
        await exchange.send(b"two")

    async with loopback_server(**{"GET /": drip}) as server, pool.stream(get(server.root + "/")) as response:
        assert await response.chunk() == b"one"
        received.set()
        assert await response.chunk() == b"two"
        assert await response.chunk() == b""
        assert await response.chunk() == b""
        assert response.media_type == "text/event-stream"


async def test_leaving_the_block_closes_the_socket_at_once(pool: Pool) -> None:
    closed = asyncio.Event()

    async def endless(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(b"x")
        await exchange.end_of_file()
        closed.set()

    async with loopback_server(**{"GET /": endless}) as server:
        async with pool.stream(get(server.root + "/")) as response:
            assert await response.chunk() == b"x"
            assert not closed.is_set()
        await asyncio.wait_for(closed.wait(), PATIENCE)


@pytest.mark.parametrize("headers_first", [True, False])
async def test_cancelling_closes_the_socket_wherever_the_answer_is(pool: Pool, *, headers_first: bool) -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        if headers_first:
            await exchange.begin_stream()
        asked.set()
        await exchange.end_of_file()
        closed.set()

    async with loopback_server(**{"GET /": hang}) as server:
        task = asyncio.create_task(pool.fetch(get(server.root + "/")))
        await asyncio.wait_for(asked.wait(), PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(closed.wait(), PATIENCE)


async def test_a_refused_connection_names_the_address(pool: Pool) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ConnectFailed) as caught:
            await pool.fetch(get(url + "/v1/models?key=hidden"))
    assert caught.value.reason is ConnectFailure.REFUSED
    assert url in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), ConnectFailure.UNKNOWN_HOST),
        (OSError(113, "No route to host"), ConnectFailure.OTHER),
    ],
)
async def test_other_ways_not_to_connect(raised: Exception, reason: ConnectFailure) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("all attempts failed") from raised

    async with Pool(transport=httpx.MockTransport(fail)) as mocked:
        with pytest.raises(ConnectFailed) as caught:
            await mocked.fetch(get("http://somewhere.invalid/"))
    assert caught.value.reason is reason


async def test_http_in_place_of_https_is_a_certificate_failure(pool: Pool) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectFailed) as caught:
            await pool.fetch(get(f"https://127.0.0.1:{port}/"))
    assert caught.value.reason is ConnectFailure.CERTIFICATE


@pytest.mark.parametrize(
    "url",
    ["", "foo", "ftp://h/", "http:///x", "http://h:99999/", "http://[bad/", "file:///etc/passwd", "http://a\x00b/"],
)
async def test_what_is_no_address(pool: Pool, url: str) -> None:
    with pytest.raises(BadAddress):
        await pool.fetch(get(url))


def test_addresses_for_people_hold_no_credentials() -> None:
    assert address("https://user:word@host.example:81/path?key=1") == "https://host.example:81"
    assert address("http://[::1]:8080/v1") == "http://[::1]:8080"


async def test_a_server_that_says_nothing_meets_the_first_byte_limit(pool: Pool) -> None:
    async with loopback_server(**{"GET /": Exchange.end_of_file}) as server:
        with pytest.raises(TransportTimeout) as caught:
            await pool.fetch(get(server.root + "/", first_byte=0.02))
    assert (caught.value.phase, caught.value.seconds) == (TimeoutPhase.FIRST_BYTE, 0.02)


@pytest.mark.parametrize(("begun", "phase"), [(True, TimeoutPhase.BETWEEN_BYTES), (False, TimeoutPhase.FIRST_BYTE)])
async def test_a_silence_after_bytes_is_measured_by_whether_content_has_begun(
    pool: Pool, phase: TimeoutPhase, *, begun: bool
) -> None:
    async def falter(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(b": keep-alive\n\n")
        await exchange.end_of_file()

    async with loopback_server(**{"GET /": falter}) as server:
        mine, other = 0.2, 60.0  # sending is in the first of them
        limits = Limits(first_byte=other if begun else mine, between_bytes=mine if begun else other)
        request = HttpRequest(method="GET", url=server.root + "/", limits=limits)
        async with pool.stream(request) as response:
            assert await response.chunk() == b": keep-alive\n\n"
            if begun:
                response.content_has_begun()
            with pytest.raises(TransportTimeout) as caught:
                await response.chunk()
    assert caught.value.phase is phase


@pytest.mark.parametrize("begun", [True, False])
def test_a_stream_that_moves_is_never_cut(*, begun: bool) -> None:
    """A hundred pieces, each on its own within the limit, take a hundred times as long as the limit allows for one."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            await asyncio.sleep(100)
            yield b"x"

    async def read() -> int:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=pieces()))
        limits = Limits(first_byte=101 if not begun else 1, between_bytes=101 if begun else 1)
        request = HttpRequest(method="GET", url="http://server.invalid/", limits=limits)
        async with Pool(transport=transport) as pool, pool.stream(request) as response:
            if begun:
                response.content_has_begun()
            return len(await response.read(1000))

    size, seconds = run_in_virtual_time(read())
    assert (size, seconds) == (100, pytest.approx(10_000))


async def test_a_connection_that_breaks_in_the_middle(pool: Pool) -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.begin(200, content_length="100")
        await exchange.send(b"only this")

    async def garbage(exchange: Exchange) -> None:
        await exchange.send(b"this is not HTTP\r\n\r\n")

    async def nothing(exchange: Exchange) -> None:
        return None

    async with loopback_server(**{"GET /cut": cut, "GET /garbage": garbage, "GET /nothing": nothing}) as server:
        for path in ("/cut", "/garbage", "/nothing"):
            with pytest.raises(ConnectionBroken):
                await pool.fetch(get(server.root + path))


async def test_an_answer_is_bounded(pool: Pool) -> None:
    async def large(exchange: Exchange) -> None:
        await exchange.answer(200, b"x" * 5000)

    async with loopback_server(**{"GET /": large}) as server:
        with pytest.raises(AnswerTooLarge):
            await pool.fetch(get(server.root + "/"), limit=4999)
        assert len((await pool.fetch(get(server.root + "/"), limit=5000)).body) == 5000
        async with pool.stream(get(server.root + "/")) as response:
            assert 10 <= len(await response.read_head(10)) <= 5000


async def test_redirects_are_answers_and_are_not_followed(pool: Pool) -> None:
    async with loopback_server() as other:

        async def away(exchange: Exchange) -> None:
            await exchange.answer(307, "", location=other.root + "/stolen")

        async with loopback_server(**{"GET /": away}) as server:
            request = HttpRequest(method="GET", url=server.root + "/", headers={"authorization": "Bearer k"})
            assert (await pool.fetch(request)).status == 307
        assert other.exchanges == []


async def test_the_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")

    async def hello(exchange: Exchange) -> None:
        await exchange.answer(200, "hello")

    async with Pool() as opened, loopback_server(**{"GET /": hello}) as server:
        assert (await opened.fetch(get(server.root + "/"))).body == b"hello"


async def test_a_proxy_is_used_where_the_policy_names_one_and_never_for_this_machine() -> None:
    async def through(exchange: Exchange) -> None:
        await exchange.answer(200, "by the proxy")

    async def direct(exchange: Exchange) -> None:
        await exchange.answer(200, "directly")

    async with loopback_server(**{"GET http://far.invalid/": through}) as proxy, loopback_server() as server:
        server.routes["GET /"] = direct
        async with Pool(TransportPolicy(proxy=proxy.root)) as opened:
            assert (await opened.fetch(get("http://far.invalid/"))).body == b"by the proxy"
            assert (await opened.fetch(get(server.root + "/"))).body == b"directly"


async def test_the_unspecified_address_is_this_machine_too_and_is_not_asked_by_a_proxy() -> None:
    async def through(exchange: Exchange) -> None:
        await exchange.answer(200, "by the proxy")

    async with (
        loopback_server(**{"GET http://0.0.0.0:11434/": through}) as proxy,
        Pool(TransportPolicy(proxy=proxy.root)) as opened,
    ):
        # Tests may connect to loopback addresses alone: what says no here is their guard.
        with pytest.raises(ExceptionGroup) as caught:
            await opened.fetch(get("http://0.0.0.0:11434/"))
    assert caught.group_contains(RuntimeError, match="tried to connect to .'0.0.0.0', 11434")


async def test_a_proxy_that_is_down_is_named_as_such_and_keeps_its_password() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        policy = TransportPolicy(proxy=f"http://me:hidden@127.0.0.1:{unused.getsockname()[1]}")
        async with Pool(policy) as opened:
            with pytest.raises(ConnectFailed, match="through the proxy") as caught:
                await opened.fetch(get("http://far.invalid/"))
    assert "hidden" not in f"{caught.value}{caught.value!r}{policy!r}"


def test_a_proxy_or_authority_of_no_use_says_so_at_once() -> None:
    with pytest.raises(UsageError, match="proxy") as caught:
        Pool(TransportPolicy(proxy="ftp://me:hidden@h"))
    assert "hidden" not in str(caught.value)
    with pytest.raises(UsageError, match="certificates in /nowhere"):
        Pool(TransportPolicy(ca_file="/nowhere/ca.pem"))


async def test_a_server_that_asks_who_we_are_is_shown_the_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    ours, theirs = authority.issue_cert("us.example"), authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ours.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "certificate.pem"))
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # trustme takes contexts of pyOpenSSL too, which is not installed: their type is unknown.
    theirs.configure_cert(tls)  # pyright: ignore[reportUnknownMemberType]
    authority.configure_trust(tls)  # pyright: ignore[reportUnknownMemberType]
    tls.verify_mode = ssl.CERT_REQUIRED

    async def hello(exchange: Exchange) -> None:
        await exchange.answer(200, "hello")

    def policy(certificate: str | None = None, key: str | None = None) -> TransportPolicy:
        named = [None if name is None else str(tmp_path / name) for name in (certificate, key)]
        return TransportPolicy(ca_file=str(tmp_path / "ca.pem"), client_certificate=named[0], client_key=named[1])

    async with secure_loopback_server(tls, {"GET /": hello}) as server:
        for given in (policy("both.pem"), policy("certificate.pem", "key.pem")):
            async with Pool(given) as opened:
                assert (await opened.fetch(get(server.root + "/"))).body == b"hello"
        async with Pool(policy()) as opened:
            with pytest.raises(TransportError):
                await opened.fetch(get(server.root + "/"))
        for wrong in (policy("ca.pem"), policy("certificate.pem"), policy("nowhere.pem")):
            with pytest.raises(UsageError, match="client certificate"):
                Pool(wrong)


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture, pool: Pool) -> None:
    async def hello(exchange: Exchange) -> None:
        await exchange.answer(200, "hello")

    caplog.set_level(logging.DEBUG)
    async with loopback_server(**{"POST /": hello}) as server:
        request = HttpRequest(
            method="POST", url=server.root + "/", headers={"authorization": "Bearer hidden"}, body=b"hidden code"
        )
        answer = await pool.fetch(request)
    assert "POST" in caplog.text
    assert "hidden" not in caplog.text
    assert "hidden" not in f"{request!r}{answer!r}"


async def test_closing_twice_is_closing() -> None:
    opened = Pool()
    await opened.close()
    await opened.close()


async def test_a_request_that_is_cancelled_as_it_gets_a_connection_takes_none_with_it() -> None:
    """httpcore kept such connections for ever: after as many as there are places nothing was sent any more."""

    async def hello(exchange: Exchange) -> None:
        await exchange.answer(200, "hello")

    async with Pool(TransportPolicy(connections=1)) as opened, loopback_server(**{"GET /": hello}) as server:
        for turns in range(12):
            async with opened.stream(get(server.root + "/")):
                waiting = asyncio.create_task(opened.fetch(get(server.root + "/")))
                await asyncio.sleep(0.01)
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            async with asyncio.timeout(PATIENCE):
                assert (await opened.fetch(get(server.root + "/"))).body == b"hello"


async def test_one_silent_server_keeps_nobody_from_asking_another() -> None:
    """Connections are counted for each server: all that one may have say nothing, and another is asked at once."""
    held = asyncio.Event()
    silent = 0

    async def never(exchange: Exchange) -> None:
        nonlocal silent
        silent += 1
        if silent == 2:
            held.set()
        await exchange.end_of_file()

    async def hello(exchange: Exchange) -> None:
        await exchange.answer(200, "hello")

    async with (
        Pool(TransportPolicy(connections=2)) as opened,
        loopback_server(**{"GET /": never}) as one,
        loopback_server(**{"GET /": hello}) as other,
    ):
        waiting = [asyncio.create_task(opened.fetch(get(one.root + "/"))) for _ in range(3)]
        await held.wait()
        assert (await opened.fetch(get(other.root + "/", first_byte=20))).body == b"hello"
        assert silent == 2  # the third of the silent one has no place
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
