"""Two windows that ask the same at the same time get one request between them, whatever becomes of the first."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sightline.base.database import open_cache
from sightline.base.memory_system import ManualClock
from sightline.base.process_life import ProcessMark
from sightline.base.system import RealClock
from sightline.models import leases
from sightline.models.cache import SCHEMA, VERSION, CacheKey, CachePolicy, ReplyCache
from sightline.models.client import EventListener
from sightline.models.leases import LASTS, LeaseBook
from sightline.models.messages import Finish, ModelError, ModelFailure, ModelResponse, StreamEvent, TextDelta, Usage
from sightline.models.replies import Replies, Reply, Waiting
from sightline.models.shared_flights import SharedFlights

#: A process that lives: one under another name of this machine, of which nothing can be told.
OTHER = ProcessMark(space="another machine", number=1, started=1.0)
KEY = CacheKey(request=b"request", context=b"context", words=b"")


def response(text: str = "ab", finish: Finish = Finish.STOP) -> ModelResponse:
    return ModelResponse(
        text=text, reasoning="", finish=finish, usage=Usage(), model="m", first_token_seconds=0.1, total_seconds=1.0
    )


def book(folder: Path, process: ProcessMark | None = None, clock: ManualClock | None = None) -> LeaseBook:
    connection = open_cache(f"{folder}/leases.sqlite3", version=leases.VERSION, schema=leases.SCHEMA)
    return LeaseBook(connection, clock or RealClock(), process)


class Upstream:
    """Answers when it is let; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.comes: list[ModelResponse | Exception] = []

    async def __call__(self, listener: EventListener) -> ModelResponse:
        self.asked += 1
        listener(TextDelta(text="a"))
        self.begun.set()
        await self.go_on.wait()
        came = self.comes.pop(0) if self.comes else response()
        if isinstance(came, Exception):
            raise came
        return came


class Window:
    """What one process has of replies and claims, over databases that all share."""

    def __init__(self, folder: Path, process: ProcessMark | None = None) -> None:
        self.book = book(folder, process)
        self.shared = SharedFlights(self.book)
        connection = open_cache(f"{folder}/replies.sqlite3", version=VERSION, schema=SCHEMA)
        self.replies = Replies(ReplyCache(connection, CachePolicy(), RealClock()), self.shared)
        self.told: list[str] = []
        self.heard: list[StreamEvent] = []
        self.waits = asyncio.Event()

    def ask(self, start: Upstream, *, seconds: float = 120.0, fresh: bool = False) -> asyncio.Task[Reply]:
        def told(sentence: str) -> None:
            self.told.append(sentence)
            self.waits.set()

        waiting = Waiting(seconds=seconds, told=told)
        return asyncio.create_task(self.replies.ask(KEY, start, self.heard.append, fresh=fresh, waiting=waiting))

    async def close(self) -> None:
        await self.replies.settled()
        await self.replies.settled()
        self.replies.close()
        self.book.close()


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[tuple[Window, Window]]:
    pair = Window(tmp_path), Window(tmp_path, OTHER)
    yield pair
    for window in pair:
        await window.close()


async def test_the_second_window_is_given_what_the_first_one_was_told(windows: tuple[Window, Window]) -> None:
    one, two = windows
    upstream = Upstream()
    first = one.ask(upstream)
    await upstream.begun.wait()
    seconds = [two.ask(upstream) for _ in range(3)]
    await two.waits.wait()
    upstream.go_on.set()
    assert (await first).cached is None
    for task in seconds:
        given = await task
        assert (given.response.text, given.cached is not None) == ("ab", True)
    assert upstream.asked == 1
    assert two.told == ["Another window asks the same just now: its reply is waited for."]
    assert (one.heard, two.heard) == ([TextDelta(text="a")], [])  # who is told of a reply from before tells it all
    assert (one.replies.under_way, two.replies.under_way) == (0, 0)


@pytest.mark.parametrize(
    "came", [ModelError(ModelFailure.SERVER, "no"), response(finish=Finish.LENGTH), asyncio.CancelledError()]
)
async def test_what_the_first_one_is_not_told_the_second_asks_for(
    windows: tuple[Window, Window], came: ModelResponse | Exception
) -> None:
    one, two = windows
    upstream = Upstream()
    upstream.comes.append(came)
    first = one.ask(upstream)
    await upstream.begun.wait()
    second = two.ask(upstream)
    await two.waits.wait()
    if isinstance(came, asyncio.CancelledError):
        upstream.comes.clear()
        first.cancel()
    upstream.go_on.set()
    await asyncio.gather(first, return_exceptions=True)
    assert (await second).cached is None
    assert upstream.asked == 2


async def test_the_wait_has_an_end_and_whoever_wants_it_fresh_does_not_wait(windows: tuple[Window, Window]) -> None:
    one, two = windows
    upstream, other = Upstream(), Upstream()
    other.go_on.set()
    other.comes.append(response(finish=Finish.LENGTH))  # which is not kept
    first = one.ask(upstream)
    await upstream.begun.wait()
    assert (await two.ask(other, seconds=0.05)).cached is None
    assert (await two.ask(other, fresh=True)).cached is None
    assert (other.asked, len(two.told)) == (2, 1)
    assert not first.done()
    upstream.go_on.set()
    await first


async def test_a_claim_that_is_given_up_while_it_is_made_is_given_back(windows: tuple[Window, Window]) -> None:
    one, two = windows
    upstream = Upstream()
    upstream.go_on.set()
    for _ in range(20):
        given_up = one.ask(upstream)
        for _ in range(3):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
    assert (await two.ask(upstream)).response.text == "ab"


async def test_a_database_that_cannot_be_used_is_no_reason_to_wait(tmp_path: Path) -> None:
    window, upstream = Window(tmp_path), Upstream()
    window.book.close()
    upstream.go_on.set()
    assert (await window.ask(upstream)).response.text == "ab"
    await window.close()


def test_a_claim_lasts_as_long_as_it_is_renewed(tmp_path: Path) -> None:
    clock = ManualClock()
    one, two = book(tmp_path, OTHER, clock), book(tmp_path, None, clock)
    assert one.claim(b"k")
    assert not one.claim(b"k")  # nor is it another engine's of the same process
    assert two.claim(b"other")
    for _ in range(4):
        clock.seconds += LASTS * 0.9
        one.keep_claims([b"k"])
        assert not two.claim(b"k")
    two.unclaim(b"k")
    assert not two.claim(b"k")  # what is not one's own is not given back
    clock.seconds += LASTS * 1.1
    assert two.claim(b"k")
    one.keep_claims([b"k"])
    one.unclaim(b"k")
    assert not one.claim(b"k")
    one.close()
    two.close()


_OTHER_WINDOW = """
import asyncio, sys
from sightline.base.database import open_cache
from sightline.base.system import RealClock
from sightline.models.leases import SCHEMA, VERSION, LeaseBook
from sightline.models.shared_flights import SharedFlights

async def main(path):
    shared = SharedFlights(LeaseBook(open_cache(path, version=VERSION, schema=SCHEMA), RealClock()))
    print(await shared.claim(b"request"), flush=True)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_the_claim_of_a_process_that_was_killed_dies_with_it(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OTHER_WINDOW, f"{tmp_path}/leases.sqlite3", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"True\n"
        window, upstream = Window(tmp_path), Upstream()
        upstream.go_on.set()
        asking = window.ask(upstream)
        await window.waits.wait()
        assert upstream.asked == 0
        process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        await process.wait()
        assert (await asyncio.wait_for(asking, 20)).cached is None  # long before the lease ends by itself
        await window.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
