"""Faults of the wire that cut, end or refuse in particular places, over the registry as in ``test_faults.py``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from sightline.base.memory_system import ManualClock, memory_system
from sightline.models.client import complete
from sightline.models.messages import Finished, ModelFailure, StreamEvent, TextDelta
from sightline.models.policy import ModelPolicy
from sightline.models.registry import PROVIDERS, open_provider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.fault_line import ASK, HTTP, TEXTS, Line, text_of
from support.loopback import Exchange
from support.patience import PATIENCE
from support.soak import abort
from support.voices import STOP, VOICES, Voice


async def test_cancelling_at_every_event_closes_the_socket(line: Line) -> None:
    """However much of the reply has come: nothing, its beginning, each piece, and half of its end."""
    voice = line.voice
    end = voice.end(STOP, 20)
    pieces = [voice.begin, voice.thought("hm"), *map(voice.text, TEXTS), end[: len(end) // 2]]
    provider = await line.provider()
    for sent in range(len(pieces) + 1):
        reached, closed, enough = asyncio.Event(), asyncio.Event(), asyncio.Event()
        heard: list[StreamEvent] = []
        wanted = min(max(0, sent - 1), 1 + len(TEXTS))

        async def hang(
            exchange: Exchange, sent: int = sent, reached: asyncio.Event = reached, closed: asyncio.Event = closed
        ) -> None:
            if sent:
                await exchange.begin(200, content_type=voice.media_type, connection="close")
                await exchange.send(b"".join(pieces[:sent]))
            reached.set()
            await exchange.end_of_file()
            closed.set()

        def listen(
            event: StreamEvent, heard: list[StreamEvent] = heard, wanted: int = wanted, enough: asyncio.Event = enough
        ) -> None:
            heard.append(event)
            if len(heard) == wanted:
                enough.set()

        line.answer(hang)
        task = asyncio.create_task(complete(provider, ASK, clock=ManualClock(), listener=listen))
        await asyncio.wait_for(reached.wait(), PATIENCE)
        if wanted:
            await asyncio.wait_for(enough.wait(), PATIENCE)
        task.cancel()
        await asyncio.wait_for(closed.wait(), PATIENCE)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(heard) == wanted


async def test_cancelling_while_it_waits_to_ask_again(line: Line) -> None:
    asked = asyncio.Event()

    async def busy(exchange: Exchange) -> None:
        await exchange.answer(503, {**line.voice.refusal("", "later")})
        asked.set()

    line.answer(busy)
    task = asyncio.create_task(line.events(retries=RetryPolicy(tries=2, first_wait=600, longest_wait=600)))
    await asyncio.wait_for(asked.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(not state.active and not state.waiting for state in line.pool.gates.states().values())


class _Cut(httpx.AsyncByteStream):
    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


@pytest.mark.parametrize("kind", HTTP)
async def test_a_character_an_escape_and_an_end_cut_at_every_byte(kind: str) -> None:
    voice = VOICES[PROVIDERS[kind].api]
    data = voice.text("ü世🎉\\n\n") + voice.text("é") + voice.end(STOP, 20)
    chunks: tuple[bytes, ...] = ()

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST" and path.endswith(voice.path):
            return httpx.Response(200, headers={"content-type": voice.media_type}, stream=_Cut(*chunks))
        listed = voice.status.get(path) or (voice.listing(["tiny"]) if path in voice.lists else None)
        return httpx.Response(200, json=listed) if listed else httpx.Response(404, json={})

    async with Pool(transport=httpx.MockTransport(answer)) as mocked:
        policy = ModelPolicy(kind=kind, name="tiny", base_url=f"http://127.0.0.1:1{voice.prefix}")
        provider = await open_provider(policy, memory_system(), pool=mocked)
        for at in range(len(voice.text("ü世🎉\\n\n")) + len(voice.text("é")) + 12):
            chunks = (voice.begin + data[:at], data[at:])
            async with aclosing(provider.stream(ASK)) as stream:
                events = [event async for event in stream]
            assert text_of(events) == "ü世🎉\\n\né", at
            assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(
    "body",
    [
        {"error": "it says"},
        {"error": {"message": "it says"}},
        {"error": {"message": "it says", "code": 400}},
        {"object": "error", "message": "it says", "type": "BadRequestError"},
        {"detail": "it says"},
        {"detail": [{"msg": "it says", "loc": ["body", "model"], "type": "missing"}]},
    ],
)
async def test_refusals_in_every_shape_are_told_in_the_servers_words(line: Line, body: dict[str, Any]) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(400, body)

    line.answer(refuse)
    error = await line.fails()
    assert error.failure is ModelFailure.BAD_REQUEST
    assert "it says" in error.message


async def test_an_hour_that_a_server_asks_for_is_not_waited(line: Line) -> None:
    async def limited(exchange: Exchange) -> None:
        await exchange.answer(429, {**line.voice.refusal("", "slow down")}, retry_after="3600")

    line.answer(limited)
    error = await line.fails(retries=RetryPolicy(tries=3, first_wait=0.01))
    assert error.failure is ModelFailure.RATE_LIMITED
    assert "3600 s" in error.hint
    assert line.asked == 1


async def test_a_first_token_that_takes_its_time(line: Line) -> None:
    """The connection is kept alive by comments: those are no content and no failure."""

    async def slow(exchange: Exchange) -> None:
        await exchange.begin(200, content_type=line.voice.media_type, connection="close")
        for _ in range(20):
            await exchange.send(line.voice.comment)
            await asyncio.sleep(0)
        await exchange.send(line.voice.reply("Hello"))

    line.answer(slow)
    assert text_of(await line.events()) == "Hello"


@pytest.mark.parametrize("begun", [True, False])
async def test_a_connection_that_is_reset(line: Line, *, begun: bool) -> None:
    async def reset(exchange: Exchange) -> None:
        if begun:
            await exchange.begin(200, content_type=line.voice.media_type, connection="close")
            await exchange.send(line.voice.begin + line.voice.text("half"))
        abort(exchange)

    line.answer(reset)
    assert (await line.fails(retries=RetryPolicy(tries=3, first_wait=0.01))).failure is ModelFailure.SERVER
    assert line.asked == 1  # the server may be at work on it


async def test_an_error_at_the_end_without_the_end_of_its_line(line: Line) -> None:
    line.sends(line.voice.begin + line.voice.text("half") + line.voice.failure("server_error", "boom").rstrip(b"\n"))
    error = await line.fails()
    assert error.failure is ModelFailure.SERVER
    assert "boom" in error.message


def _deep(voice: Voice) -> bytes:
    return (b"data: " if voice.media_type == "text/event-stream" else b"") + b'{"a":' * 100_000 + b"\n\n"


async def test_json_deeper_than_can_be_read(line: Line) -> None:
    """Neither in a stream, nor as a whole answer, nor in a refusal is it more than an answer of no use."""
    line.sends(line.voice.begin + _deep(line.voice))
    assert (await line.fails()).failure is ModelFailure.PROTOCOL
    for status, failure in ((200, ModelFailure.PROTOCOL), (400, ModelFailure.BAD_REQUEST)):

        async def deep(exchange: Exchange, status: int = status) -> None:
            await exchange.answer(status, b"[" * 100_000, content_type="application/json")

        line.answer(deep)
        assert (await line.fails()).failure is failure


async def test_a_server_that_does_not_end_its_streams(line: Line) -> None:
    """It said that nothing more comes: the reply is whole, and the connection is closed."""
    closed = asyncio.Event()

    async def lingering(exchange: Exchange) -> None:
        await exchange.begin(200, content_type=line.voice.media_type, connection="close")
        end = b"" if b"[DONE]" in line.voice.end(STOP, 20) else line.voice.comment
        await exchange.send(line.voice.reply("Hello") + end)
        await exchange.end_of_file()
        closed.set()

    line.answer(lingering)
    assert text_of(await line.events()) == "Hello"
    await asyncio.wait_for(closed.wait(), PATIENCE)


async def test_texts_of_any_kind_come_as_they_are(line: Line) -> None:
    """The short way of reading a chunk and the careful one say the same: what is odd goes the careful way."""
    texts = ["", "x", "\x00", "</think>", "<think>", "\u2028", "é" * 5000, "\ud83d"]
    line.sends(
        line.voice.begin + line.voice.text("a") + b"".join(map(_escaped(line.voice), texts)) + line.voice.end(STOP, 20)
    )
    events = await line.events()
    assert text_of(events) == "a" + "".join(texts)
    assert all(event.text for event in events if isinstance(event, TextDelta))


def _escaped(voice: Voice) -> Callable[[str], bytes]:
    """A piece whose lone surrogates are escaped, as JSON may hold them."""

    def made(text: str) -> bytes:
        return voice.text(text.replace("\ud83d", "SURROGATE")).replace(b"SURROGATE", b"\\ud83d")

    return made
