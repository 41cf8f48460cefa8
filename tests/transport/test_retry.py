"""Asking again: when, how often, how long between, and never after content has begun."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from sightline.transport.errors import ConnectFailed, ConnectionBroken, TransportError
from sightline.transport.policy import HttpRequest, RetryPolicy
from sightline.transport.pool import Pool
from sightline.transport.retry import Permanent, retry_after, stream_with_retries
from support.patience import PATIENCE

REQUEST = HttpRequest(method="POST", url="http://server.invalid/", body=b"{}")
Outcome = httpx.Response | Exception


class Server:
    """Gives its outcomes one after another and remembers how long was waited between."""

    def __init__(self, *outcomes: Callable[[], Outcome]) -> None:
        self.outcomes = list(outcomes)
        self.waits: list[float] = []
        self.asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        outcome = self.outcomes.pop(0)()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def ask(
        self, policy: RetryPolicy | None = None, *, permanent: Permanent = lambda code, body: False
    ) -> tuple[int, bytes]:
        policy = policy or RetryPolicy()
        async with (
            Pool(transport=httpx.MockTransport(self.answer)) as pool,
            stream_with_retries(pool, REQUEST, policy, permanent=permanent, sleep=self.sleep) as response,
        ):
            return response.status, await response.read(1000)


def status(code: int, **headers: str) -> Callable[[], Outcome]:
    return lambda: httpx.Response(code, headers={k.replace("_", "-"): v for k, v in headers.items()}, text="body")


def refused() -> Outcome:
    error = httpx.ConnectError("failed")
    error.__cause__ = ConnectionRefusedError(111, "refused")
    return error


async def test_the_first_answer_is_enough() -> None:
    server = Server(status(200))
    assert await server.ask() == (200, b"body")
    assert server.waits == []


async def test_a_server_that_is_starting_is_waited_for() -> None:
    server = Server(refused, status(503), status(200))
    assert await server.ask() == (200, b"body")
    assert server.waits == [1.0, 2.0]


async def test_three_tries_and_then_the_last_word_is_the_servers() -> None:
    server = Server(*[status(503)] * 3)
    assert await server.ask() == (503, b"body")
    assert (server.asked, server.waits) == (3, [1.0, 2.0])


async def test_three_tries_and_then_the_refusal() -> None:
    server = Server(*[refused] * 3)
    with pytest.raises(ConnectFailed):
        await server.ask()
    assert server.asked == 3


async def test_waits_double_up_to_the_longest() -> None:
    server = Server(*[status(503)] * 6)
    await server.ask(RetryPolicy(tries=6, first_wait=1.0, longest_wait=5.0))
    assert server.waits == [1.0, 2.0, 4.0, 5.0, 5.0]


async def test_too_many_requests_is_asked_again_when_the_server_says() -> None:
    server = Server(status(429, retry_after="3"), status(200))
    assert await server.ask() == (200, b"body")
    assert server.waits == [3.0]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504, 529])
async def test_a_server_that_is_done_with_the_first_one_is_asked_again(code: int) -> None:
    """It answered, so it is not at work on it any more. Without a word on when, the usual time is waited."""
    server = Server(status(code), status(code, retry_after="soon"), status(200))
    assert await server.ask() == (200, b"body")
    assert server.waits == [1.0, 2.0]


async def test_a_refusal_that_lasts_is_not_asked_again_and_still_read() -> None:
    server = Server(status(500), status(500))
    seen: list[tuple[int, bytes]] = []

    def permanent(code: int, body: bytes) -> bool:
        seen.append((code, body))
        return len(seen) == 2

    assert await server.ask(permanent=permanent) == (500, b"body")
    assert (seen, server.asked) == ([(500, b"body")] * 2, 2)


async def test_a_refusal_that_breaks_off_is_judged_by_what_came() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"half"
        raise httpx.ReadError("reset")

    server = Server(lambda: httpx.Response(500, content=body()), status(200))
    assert await server.ask(permanent=lambda code, body: body != b"half") == (200, b"body")


@pytest.mark.parametrize(
    "outcome",
    [
        status(429, retry_after="3600"),
        status(503, retry_after="3600"),
        status(400),
        status(401),
        status(404),
        status(302, location="http://elsewhere.invalid/"),
    ],
)
async def test_what_is_not_asked_again(outcome: Callable[[], Outcome]) -> None:
    server = Server(outcome)
    await server.ask()
    assert server.asked == 1


@pytest.mark.parametrize(
    "error", [httpx.ReadError("reset"), httpx.RemoteProtocolError("closed"), httpx.ConnectTimeout("slow")]
)
async def test_a_server_that_may_be_at_work_is_not_asked_again(error: Exception) -> None:
    server = Server(lambda: error)
    with pytest.raises(TransportError):
        await server.ask()
    assert server.asked == 1


async def test_a_host_that_does_not_exist_is_not_asked_again() -> None:
    error = httpx.ConnectError("failed")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    server = Server(lambda: error)
    with pytest.raises(ConnectFailed):
        await server.ask()
    assert server.asked == 1


async def test_nothing_is_asked_again_once_the_answer_is_there() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"content"
        raise httpx.ReadError("reset")

    server = Server(lambda: httpx.Response(200, content=body()))
    with pytest.raises(ConnectionBroken):
        await server.ask()
    assert server.asked == 1


async def test_the_wait_can_be_cancelled() -> None:
    waiting = asyncio.Event()

    async def for_ever(seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    server = Server(status(503), status(200))
    server.sleep = for_ever
    task = asyncio.create_task(server.ask())
    await asyncio.wait_for(waiting.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.asked == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        (
            {"retry-after": "Fri, 31 Dec 2027 23:59:59 GMT", "date": "Fri, 31 Dec 2027 23:59:29 GMT"},
            30.0,
        ),
        ({"retry-after": "Fri, 31 Dec 2027 23:59:59 GMT", "date": "Sat, 01 Jan 2028 00:10:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 2027 23:59:59 GMT"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_in_its_two_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
