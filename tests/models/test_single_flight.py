"""Who asks the same at the same time gets one request between them."""

from __future__ import annotations

import asyncio

import pytest

from sightline.models.client import EventListener
from sightline.models.messages import Finish, ModelError, ModelFailure, ModelResponse, StreamEvent, TextDelta, Usage
from sightline.models.single_flight import SingleFlight

RESPONSE = ModelResponse(
    text="ab", reasoning="", finish=Finish.STOP, usage=Usage(), model="m", first_token_seconds=0.1, total_seconds=1.0
)


class Upstream:
    """Answers "a", waits, and answers "b"; counts how often it is asked and cancelled."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked = 0
        self.cancelled = 0
        self.half = asyncio.Event()
        self.go_on = asyncio.Event()
        self.failure = failure

    async def __call__(self, listener: EventListener) -> ModelResponse:
        self.asked += 1
        try:
            listener(TextDelta(text="a"))
            self.half.set()
            await self.go_on.wait()
            if self.failure:
                raise self.failure
            listener(TextDelta(text="b"))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return RESPONSE


async def test_one_hundred_ask_and_one_is_asked() -> None:
    flights, upstream = SingleFlight[ModelResponse](), Upstream()
    heard: list[list[StreamEvent]] = [[] for _ in range(100)]
    asking = [asyncio.create_task(flights.ask(b"k", upstream, events.append)) for events in heard[:50]]
    await upstream.half.wait()
    asking += [asyncio.create_task(flights.ask(b"k", upstream, events.append)) for events in heard[50:]]
    await asyncio.sleep(0)
    upstream.go_on.set()
    assert await asyncio.gather(*asking) == [RESPONSE] * 100
    assert upstream.asked == 1
    assert heard == [[TextDelta(text="a"), TextDelta(text="b")]] * 100
    assert len(flights) == 0


async def test_other_keys_are_other_requests() -> None:
    flights, upstream = SingleFlight[ModelResponse](), Upstream()
    upstream.go_on.set()
    await asyncio.gather(flights.ask(b"k", upstream), flights.ask(b"l", upstream))
    await flights.ask(b"k", upstream)
    assert upstream.asked == 3


async def test_who_leaves_takes_nothing_from_the_others_and_the_last_ends_it() -> None:
    flights, upstream = SingleFlight[ModelResponse](), Upstream()
    one, two, three = (asyncio.create_task(flights.ask(b"k", upstream)) for _ in range(3))
    await upstream.half.wait()
    one.cancel()
    await asyncio.gather(one, return_exceptions=True)
    assert upstream.cancelled == 0
    two.cancel()
    three.cancel()
    await asyncio.gather(two, three, return_exceptions=True)
    assert (upstream.asked, upstream.cancelled, len(flights)) == (1, 1, 0)
    upstream.go_on.set()
    assert await flights.ask(b"k", upstream) == RESPONSE


async def test_a_failure_is_everybodys() -> None:
    flights = SingleFlight[ModelResponse]()
    upstream = Upstream(ModelError(ModelFailure.SERVER, "no"))
    upstream.go_on.set()
    results = await asyncio.gather(*(flights.ask(b"k", upstream) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(result, ModelError) for result in results)
    assert (upstream.asked, len(flights)) == (1, 0)


async def test_a_listener_that_fails_hurts_itself_alone() -> None:
    def broken(event: StreamEvent) -> None:
        raise RuntimeError("mine")

    flights, upstream = SingleFlight[ModelResponse](), Upstream()
    bad = asyncio.create_task(flights.ask(b"k", upstream, broken))
    good = asyncio.create_task(flights.ask(b"k", upstream))
    await upstream.half.wait()
    upstream.go_on.set()
    with pytest.raises(RuntimeError, match="mine"):
        await bad
    assert await good == RESPONSE
