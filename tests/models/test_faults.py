"""What every provider that speaks HTTP does when its server misbehaves. Parametrised over the registry: a new API joins
by its voice in ``support/voices.py``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from sightline.base.memory_system import ManualClock
from sightline.models.client import complete
from sightline.models.messages import (
    Finish,
    Finished,
    ModelError,
    ModelFailure,
    ModelRequest,
    ReasoningDelta,
    StreamEvent,
)
from sightline.models.registry import PROVIDERS
from sightline.transport.gate import GatePolicy
from sightline.transport.policy import Limits, RetryPolicy
from support.fault_line import ASK, KEY, TEXTS, Line, text_of
from support.loopback import Exchange
from support.patience import PATIENCE
from support.voices import LENGTH, STOP, Voice


async def test_bytes_that_come_one_by_one(line: Line) -> None:
    """Characters, lines and events are all cut."""
    data = line.voice.begin + line.voice.thought("hmé") + line.voice.reply(*TEXTS).removeprefix(line.voice.begin)
    line.sends(*(data[at : at + 1] for at in range(len(data))))
    events = await line.events()
    assert text_of(events) == "".join(TEXTS)
    assert [event.text for event in events if isinstance(event, ReasoningDelta)] == ["hmé"]
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.prompt_tokens == 20


async def test_comments_and_returns_at_line_ends_change_nothing(line: Line) -> None:
    voice = line.voice
    pieces = [voice.begin, *map(voice.text, TEXTS), voice.end(STOP, 20)]
    line.sends(voice.comment + voice.comment.join(pieces))
    plain = await line.events()
    line.sends(b"".join(pieces).replace(b"\n", b"\r\n"))
    assert await line.events() == plain
    assert text_of(plain) == "".join(TEXTS)


async def test_a_server_that_tells_no_usage(line: Line) -> None:
    line.sends(line.voice.reply("Hello", prompt=None))
    response = await complete(await line.provider(), ASK, clock=ManualClock())
    assert (response.text, response.usage.prompt_tokens) == ("Hello", None)


async def test_the_whole_prompt_is_counted_however_the_server_adds_it_up(line: Line) -> None:
    line.sends(line.voice.reply("Hello", prompt=20))
    usage = (await complete(await line.provider(), ASK, clock=ManualClock())).usage
    assert usage.prompt_tokens == 20
    assert usage.cached_tokens in (8, None)


async def test_a_prompt_that_was_cut_without_a_word(line: Line) -> None:
    """The usage says that 20 tokens were read of 200 that were sent: nothing of the reply is given on."""
    line.sends(line.voice.reply("Hello", prompt=20))
    asked = ModelRequest(model="tiny", messages=ASK.messages, max_output_tokens=64, prompt_tokens=200)
    with pytest.raises(ModelError) as caught:
        await complete(await line.provider(), asked, clock=ManualClock())
    assert caught.value.failure is ModelFailure.TRUNCATED_PROMPT


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, ModelFailure.BAD_REQUEST),
        (401, ModelFailure.AUTHENTICATION),
        (403, ModelFailure.AUTHENTICATION),
        (404, ModelFailure.NOT_FOUND),
        (408, ModelFailure.TIMEOUT),
        (413, ModelFailure.WINDOW_EXCEEDED),
        (422, ModelFailure.BAD_REQUEST),
        (429, ModelFailure.RATE_LIMITED),
        (500, ModelFailure.SERVER),
        (502, ModelFailure.SERVER),
        (503, ModelFailure.OVERLOADED),
        (529, ModelFailure.OVERLOADED),
    ],
)
async def test_refusals_by_status(line: Line, status: int, failure: ModelFailure) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(status, {**line.voice.refusal("", f"it says {KEY}")})

    line.answer(refuse)
    error = await line.fails()
    assert error.failure is failure
    assert "it says" in error.message or failure is ModelFailure.NOT_FOUND


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"{", b"[]", b'"x"', b'{"error": 7}', b"\xff\xfe"])
async def test_refusals_that_say_nothing(line: Line, body: bytes) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(502, body)

    line.answer(refuse)
    assert (await line.fails()).failure is ModelFailure.SERVER


async def test_a_model_that_is_not_there_is_answered_with_those_that_are(line: Line) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(404, {**line.voice.refusal("not_found_error", "no such model")})

    line.answer(refuse)
    assert "tiny, other" in (await line.fails()).hint


async def test_an_error_in_the_middle_of_a_stream(line: Line) -> None:
    line.sends(line.voice.begin + line.voice.text("half") + line.voice.failure("server_error", f"boom {KEY}"))
    error = await line.fails()
    assert error.failure is ModelFailure.SERVER
    assert "boom" in error.message


@pytest.mark.parametrize(
    ("kind", "failure"),
    [("rate_limit_exceeded", ModelFailure.RATE_LIMITED), ("overloaded_error", ModelFailure.OVERLOADED)],
)
async def test_the_type_of_an_error_in_a_stream_decides(line: Line, kind: str, failure: ModelFailure) -> None:
    line.sends(line.voice.begin + line.voice.failure(kind, "no"))
    assert (await line.fails()).failure is (failure if line.voice.types else ModelFailure.SERVER)


def _malformed(voice: Voice) -> bytes:
    return voice.begin + b"data: {not json\n\n" if voice.media_type == "text/event-stream" else b"{not json\n"


def _huge(voice: Voice) -> bytes:
    return voice.begin + (b"data: " if voice.media_type == "text/event-stream" else b"") + b"x" * (5 << 20)


def _without_end(voice: Voice) -> bytes:
    return voice.begin + voice.text("half")


#: What a server sends in place of a reply, made by its voice, and what that is.
BROKEN: dict[str, tuple[Callable[[Voice], bytes], ModelFailure]] = {
    "nothing": (lambda voice: b"", ModelFailure.EMPTY_REPLY),
    "comments alone": (lambda voice: voice.comment, ModelFailure.EMPTY_REPLY),
    "no end": (_without_end, ModelFailure.PROTOCOL),
    "cut in an event": (lambda voice: _without_end(voice)[:-20], ModelFailure.PROTOCOL),
    "malformed": (_malformed, ModelFailure.PROTOCOL),
    "a huge line": (_huge, ModelFailure.PROTOCOL),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_streams_that_are_no_reply(line: Line, what: str) -> None:
    made, failure = BROKEN[what]
    line.sends(made(line.voice))
    assert (await line.fails()).failure is failure


async def test_a_reply_without_text_is_an_error(line: Line) -> None:
    line.sends(line.voice.reply())
    with pytest.raises(ModelError) as caught:
        await complete(await line.provider(), ASK, clock=ManualClock())
    assert caught.value.failure is ModelFailure.EMPTY_REPLY


async def test_a_reply_at_the_limit_is_no_whole_reply(line: Line) -> None:
    line.sends(line.voice.reply("half", reason=LENGTH))
    last = (await line.events())[-1]
    assert isinstance(last, Finished)
    assert last.finish is Finish.LENGTH


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "", "application/octet-stream"])
async def test_answers_of_another_kind(line: Line, kind: str) -> None:
    async def welcome(exchange: Exchange) -> None:
        await exchange.answer(200, "Welcome to nginx", content_type=kind)

    line.answer(welcome)
    assert (await line.fails()).failure is ModelFailure.PROTOCOL


async def test_a_connection_that_breaks_in_the_middle(line: Line) -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.begin(200, content_type=line.voice.media_type, transfer_encoding="chunked")
        begin = line.voice.begin + line.voice.text("half")
        await exchange.send(f"{len(begin) + 50:x}\r\n".encode() + begin)

    line.answer(cut)
    assert (await line.fails()).failure is ModelFailure.SERVER


@pytest.mark.parametrize("begun", [True, False])
async def test_a_server_that_falls_silent(line: Line, *, begun: bool) -> None:
    """Before content it may be loading; comments and first events are no content."""

    async def falter(exchange: Exchange) -> None:
        await exchange.begin(200, content_type=line.voice.media_type, connection="close")
        await exchange.send(line.voice.comment + line.voice.begin + (line.voice.text("x") if begun else b""))
        await exchange.end_of_file()

    line.answer(falter)
    limits = Limits(first_byte=60 if begun else 0.05, between_bytes=0.05 if begun else 60)
    error = await line.fails(limits=limits)
    assert error.failure is ModelFailure.TIMEOUT
    assert ("between bytes" if begun else "first byte") in error.message


@pytest.mark.parametrize("given", [{"status": 500}, {"status": 503}, {"status": 429, "retry_after": "0"}])
async def test_a_server_that_asks_to_come_again(line: Line, given: dict[str, Any]) -> None:
    refusals = [given]

    async def busy(exchange: Exchange) -> None:
        if refusals:
            named = refusals.pop()
            headers = {name: value for name, value in named.items() if name != "status"}
            return await exchange.answer(named["status"], {**line.voice.refusal("", "later")}, **headers)
        await exchange.begin(200, content_type=line.voice.media_type, connection="close")
        await exchange.send(line.voice.reply("Hello"))
        return None

    line.answer(busy)
    assert text_of(await line.events(retries=RetryPolicy(tries=2, first_wait=0.01))) == "Hello"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "authentication_error"),
        (404, "model_not_found"),
        (400, "context_length_exceeded"),
        (500, "exceed_context_size_error"),
        (429, "insufficient_quota"),
    ],
)
async def test_what_asking_again_cannot_mend_is_asked_once(line: Line, status: int, kind: str) -> None:
    """Known by its status, else by its type: a server whose errors are English alone (Ollama) is asked again."""
    known = status not in (429, 500) or kind in json.dumps(line.voice.refusal(kind, "no"))

    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(status, {**line.voice.refusal(kind, "no")})

    line.answer(refuse)
    await line.fails(retries=RetryPolicy(tries=3, first_wait=0.01))
    assert sum(exchange.path.endswith(line.voice.path) for exchange in line.server.exchanges) == (1 if known else 3)


async def test_no_more_is_asked_at_once_than_the_server_is_given(line: Line) -> None:
    # Requests and not sockets: that of a reply which was read closes a moment later.
    asked = most = 0
    going = asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        nonlocal asked, most
        asked += 1
        most = max(most, asked)
        await exchange.begin(200, content_type=line.voice.media_type, connection="close")
        await going.wait()
        asked -= 1
        await exchange.send(line.voice.reply("Hello"))

    line.answer(slow)
    gate = GatePolicy(concurrent=2)
    tasks = [asyncio.create_task(line.events(gate=gate)) for _ in range(5)]
    while asked < 2:
        await asyncio.sleep(0)
    cancelled = tasks.pop()
    cancelled.cancel()
    going.set()
    assert [text_of(events) for events in await asyncio.gather(*tasks)] == ["Hello"] * 4
    assert most == 2


async def test_a_server_that_fails_again_and_again_is_left_alone(line: Line) -> None:
    async def fail(exchange: Exchange) -> None:
        await exchange.answer(500, {**line.voice.refusal("", "no")})

    line.answer(fail)
    gate = GatePolicy(failures=2, open_seconds=60)
    failures = [(await line.fails(gate=gate)).failure for _ in range(3)]
    assert failures == [ModelFailure.SERVER, ModelFailure.SERVER, ModelFailure.CIRCUIT_OPEN]


@pytest.mark.parametrize("before", ["headers", "content", "second piece", "end"])
async def test_cancelling_closes_the_socket_wherever_the_reply_is(line: Line, before: str) -> None:
    stages = ["headers", "content", "second piece", "end"]
    reached, closed = asyncio.Event(), asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        pieces = [line.voice.begin, line.voice.text("one"), line.voice.text("two")]
        if before != "headers":
            await exchange.begin(200, content_type=line.voice.media_type, connection="close")
            await exchange.send(b"".join(pieces[: stages.index(before)]))
        reached.set()
        await exchange.end_of_file()
        closed.set()

    line.answer(hang)
    heard: list[StreamEvent] = []
    enough = asyncio.Event()
    wanted = max(0, stages.index(before) - 1)

    def listen(event: StreamEvent) -> None:
        heard.append(event)
        if len(heard) == wanted:
            enough.set()

    task = asyncio.create_task(complete(await line.provider(), ASK, clock=ManualClock(), listener=listen))
    await asyncio.wait_for(reached.wait(), PATIENCE)
    if wanted:
        await asyncio.wait_for(enough.wait(), PATIENCE)
    assert not closed.is_set()
    task.cancel()
    await asyncio.wait_for(closed.wait(), PATIENCE)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(heard) == wanted


async def test_a_whole_answer_in_place_of_a_stream_is_json_or_a_failure(line: Line) -> None:
    for body in ({"id": "x"}, {"error": {"message": "no", "type": "server_error"}}, {"choices": "x", "content": 7}):

        async def whole(exchange: Exchange, body: dict[str, Any] = body) -> None:
            await exchange.answer(200, body)

        line.answer(whole)
        assert (await line.fails()).failure in (
            ModelFailure.PROTOCOL,
            ModelFailure.SERVER,
            ModelFailure.EMPTY_REPLY,
        ), json.dumps(body)


async def test_the_key_is_shown_to_the_server_alone(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    line.sends(line.voice.reply("Hello"))
    provider = await line.provider(key_header=PROVIDERS[line.kind].key_header)
    async with aclosing(provider.stream(ASK)) as stream:
        assert [event async for event in stream]
    sent = next(exchange for exchange in line.server.exchanges if exchange.method == "POST")
    header = PROVIDERS[line.kind].key_header
    shown = sent.headers["authorization"] if header == "bearer" else sent.headers[header]
    assert shown == (f"Bearer {KEY}" if header == "bearer" else KEY)
    assert KEY not in caplog.text
    assert KEY not in repr(provider)
