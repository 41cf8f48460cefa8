"""The provider on the wire: what it sends, how it ends, and what it makes of servers that misbehave."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import traceback
from contextlib import aclosing
from typing import Any

import httpx
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
    Sampling,
    StreamEvent,
    TextDelta,
)
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.selection import select_model
from sightline.transport.policy import Limits
from sightline.transport.pool import Pool
from support.chat import delta, event, finish, reply
from support.chat_server import ASK, CHAT, KEY, answers, events, fails, provider_at, streams
from support.loopback import Exchange, LoopbackServer, loopback_server
from support.patience import PATIENCE


async def test_what_is_sent(server: LoopbackServer, pool: Pool) -> None:
    server.routes[CHAT] = streams(reply("Hello", prompt=20))
    got = await events(provider_at(server, pool))
    assert got[0] == TextDelta(text="Hello")
    (sent,) = server.exchanges
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["content-type"] == "application/json"
    assert sent.json == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi 🎉 \ufffd"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 64,
        "temperature": 0.2,
    }


async def test_what_is_left_to_the_server(server: LoopbackServer, pool: Pool) -> None:
    server.routes[CHAT] = streams(reply("Hello"))
    provider = provider_at(server, pool, api_key=Secret(""))
    await events(provider, ModelRequest(model="m", messages=()))
    (sent,) = server.exchanges
    assert "authorization" not in sent.headers
    assert set(sent.json) == {"model", "messages", "stream", "stream_options"}


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://mine.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("https://openrouter.ai/api/v1", "max_tokens"),
        ("http://api.openai.com.evil.example/v1", "max_tokens"),
    ],
)
async def test_the_name_of_the_output_limit_is_data(base_url: str, name: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=reply("x"))

    async with Pool(transport=httpx.MockTransport(answer)) as mocked:
        policy = select_model("openai:m", base_url=base_url, api_key=KEY)
        await events(OpenAICompatibleProvider(policy, mocked))
    assert json.loads(sent[0].content)[name] == 64
    assert str(sent[0].url) == base_url + "/chat/completions"


@pytest.mark.parametrize(
    ("kind", "penalty"),
    [("llamacpp", "repeat_penalty"), ("vllm", "repetition_penalty"), ("lmstudio", "repeat_penalty")],
)
async def test_sampling_is_said_in_the_words_of_the_server(
    server: LoopbackServer, pool: Pool, kind: str, penalty: str
) -> None:
    server.routes[CHAT] = streams(reply("x"))
    provider = OpenAICompatibleProvider(ModelPolicy(kind=kind, name="m", base_url=server.base_url), pool)
    sampling = Sampling(temperature=0.5, top_p=0.25, top_k=7, repetition_penalty=1.5)
    await events(provider, ModelRequest(model="m", messages=(), sampling=sampling))
    sent = server.exchanges[0].json
    assert {name: sent[name] for name in ("temperature", "top_p", "top_k", penalty)} == {
        "temperature": 0.5,
        "top_p": 0.25,
        "top_k": 7,
        penalty: 1.5,
    }


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("", "/chat/completions"),
        ("/", "/chat/completions"),
        ("/api/v3", "/api/v3/chat/completions"),
    ],
)
async def test_the_base_url_is_used_as_it_is_written(
    server: LoopbackServer, pool: Pool, suffix: str, path: str
) -> None:
    server.routes[f"POST {path}"] = streams(reply("x"))
    assert await events(provider_at(server, pool, base_url=server.root + suffix))
    assert server.asked == [f"POST {path}"]


async def test_pieces_are_given_as_they_come(server: LoopbackServer, pool: Pool) -> None:
    """Byte by byte, so that characters, lines and tags are all cut; and the end waits until the text has been seen."""
    texts = ("<think>hm\u00e9", "</think>\n\n\U0001f389 done")
    data = b": warming up\n\n" + b"".join(delta(content=text) for text in texts)
    seen = asyncio.Event()

    async def drip(exchange: Exchange) -> None:
        await exchange.begin_stream()
        for at in range(len(data)):
            await exchange.send(data[at : at + 1])
        await asyncio.wait_for(seen.wait(), PATIENCE)
        await exchange.send(finish(prompt=20))

    server.routes[CHAT] = drip
    got: list[StreamEvent] = []
    async with aclosing(provider_at(server, pool).stream(ASK)) as stream:
        async for item in stream:
            got.append(item)
            if isinstance(item, TextDelta):
                seen.set()
    assert "".join(item.text for item in got if isinstance(item, ReasoningDelta)) == "hm\u00e9"
    assert "".join(item.text for item in got if isinstance(item, TextDelta)) == "\U0001f389 done"
    assert isinstance(got[-1], Finished)


async def test_a_server_that_does_not_stream_is_understood(server: LoopbackServer, pool: Pool) -> None:
    whole = {"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "length"}]}
    server.routes[CHAT] = answers(200, whole)
    text, last = await events(provider_at(server, pool))
    assert text == TextDelta(text="Hello")
    assert isinstance(last, Finished)
    assert last.finish is Finish.LENGTH


@pytest.mark.parametrize(
    ("stage", "how"),
    [
        ("before the headers", "cancel"),
        ("before the first piece", "cancel"),
        ("in the middle", "cancel"),
        ("in the middle", "close"),  # before that there is nothing to close: the task waits, and is cancelled
    ],
)
async def test_stopping_closes_the_socket_at_once(server: LoopbackServer, pool: Pool, stage: str, how: str) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        if stage != "before the headers":
            await exchange.begin_stream()
        if stage == "in the middle":
            await exchange.send(delta(content="Hel"))
        reached.set()
        await exchange.end_of_file()
        closed.set()

    server.routes[CHAT] = hang
    provider = provider_at(server, pool)
    seen = asyncio.Event()

    async def read() -> None:
        async with aclosing(provider.stream(ASK)) as stream:
            async for _ in stream:
                seen.set()
                if how == "close":
                    return

    task = asyncio.create_task(read())
    await asyncio.wait_for(reached.wait(), PATIENCE)
    if stage == "in the middle":
        await asyncio.wait_for(seen.wait(), PATIENCE)
    if how == "cancel":
        assert not closed.is_set()
        task.cancel()
    # Well under the 100 ms that a cancelled request may take to reach the server.
    await asyncio.wait_for(closed.wait(), PATIENCE)
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled() == (how == "cancel")


async def test_cancelling_complete_closes_the_socket(server: LoopbackServer, pool: Pool) -> None:
    closed, heard = asyncio.Event(), asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(delta(content="Hel"))
        await exchange.end_of_file()
        closed.set()

    server.routes[CHAT] = hang

    async def listen(item: StreamEvent) -> None:
        heard.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(complete(provider_at(server, pool), ASK, clock=ManualClock(), listener=listen))
    await asyncio.wait_for(heard.wait(), PATIENCE)
    task.cancel()
    await asyncio.wait_for(closed.wait(), PATIENCE)
    await asyncio.gather(task, return_exceptions=True)


async def test_a_refused_connection_names_the_address_and_asks_whether_the_server_runs(pool: Pool) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        nobody = LoopbackServer(port=port)
        error = await fails(provider_at(nobody, pool))
    assert error.failure is ModelFailure.UNREACHABLE
    assert f"http://127.0.0.1:{port}" in error.message
    assert "running" in error.hint


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, ModelFailure.BAD_REQUEST),
        (401, ModelFailure.AUTHENTICATION),
        (403, ModelFailure.AUTHENTICATION),
        (429, ModelFailure.RATE_LIMITED),
        (500, ModelFailure.SERVER),
        (503, ModelFailure.OVERLOADED),
    ],
)
@pytest.mark.parametrize("body", [{"error": {"message": f"no: {KEY}"}}, {"error": f"no: {KEY}"}, "<html>no</html>", ""])
async def test_refusals(server: LoopbackServer, pool: Pool, status: int, failure: ModelFailure, body: Any) -> None:
    server.routes[CHAT] = answers(status, body)
    error = await fails(provider_at(server, pool))
    assert error.failure is failure
    assert str(status) in error.message
    if isinstance(body, dict):
        assert "It says: no: [redacted]" in error.message


async def test_a_server_that_is_loading_is_waited_for(server: LoopbackServer, pool: Pool) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        server.routes[CHAT] = streams(reply("ready"))

    loading = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    server.routes[CHAT] = answers(503, loading)
    policy = ModelPolicy(kind="llamacpp", name="tiny", base_url=server.base_url)
    got = await events(OpenAICompatibleProvider(policy, pool, sleep=sleep))
    assert got[0] == TextDelta(text="ready")
    assert waited == [1.0]


async def test_a_model_that_is_not_there_is_answered_with_those_that_are(server: LoopbackServer, pool: Pool) -> None:
    missing = {"error": {"message": "model 'tiny' not found", "type": "not_found_error", "param": None, "code": None}}
    server.routes[CHAT] = answers(404, missing)
    server.routes["GET /v1/models"] = answers(200, {"data": [{"id": f"model-{n}"} for n in range(10)]})
    error = await fails(provider_at(server, pool))
    assert error.failure is ModelFailure.NOT_FOUND
    assert "model-0, model-1" in error.hint
    assert "2 more" in error.hint


async def test_a_path_that_is_not_there_points_at_the_base_url(server: LoopbackServer, pool: Pool) -> None:
    error = await fails(provider_at(server, pool, base_url=server.root))
    assert error.failure is ModelFailure.NOT_FOUND
    assert "/v1" in error.hint


async def test_redirects_are_not_followed(server: LoopbackServer, pool: Pool) -> None:
    async with loopback_server() as other:
        server.routes[CHAT] = answers(307, "", location=other.base_url + "/chat/completions")
        error = await fails(provider_at(server, pool))
        assert error.failure is ModelFailure.PROTOCOL
        assert "redirect" in error.message
        assert other.exchanges == []


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"", ModelFailure.EMPTY_REPLY),
        (b": keep-alive\n\n", ModelFailure.EMPTY_REPLY),
        (delta(content="half"), ModelFailure.PROTOCOL),
        (delta(content="half")[:-20], ModelFailure.PROTOCOL),
        (b"data: {not json\n\n", ModelFailure.PROTOCOL),
        (b"data: [1]\n\n", ModelFailure.PROTOCOL),
        (delta(content="x") + event({"error": {"message": "boom"}}), ModelFailure.SERVER),
        (b'event: error\ndata: {"error": {"code": 429, "message": "slow down"}}\n\n', ModelFailure.RATE_LIMITED),
        (b"data: " + b"x" * (5 << 20), ModelFailure.PROTOCOL),
        (b"\x00\xff\xfe garbage without a line end", ModelFailure.EMPTY_REPLY),
    ],
)
async def test_streams_that_are_no_reply(
    server: LoopbackServer, pool: Pool, data: bytes, failure: ModelFailure
) -> None:
    server.routes[CHAT] = streams(data)
    assert (await fails(provider_at(server, pool))).failure is failure


@pytest.mark.parametrize(
    ("body", "kind"),
    [("<html>Welcome to nginx</html>", "text/html"), ("hello", "text/plain"), ("x", ""), ("{", "application/json")],
)
async def test_answers_of_another_kind(server: LoopbackServer, pool: Pool, body: str, kind: str) -> None:
    server.routes[CHAT] = answers(200, body, content_type=kind)
    error = await fails(provider_at(server, pool))
    assert error.failure is ModelFailure.PROTOCOL
    assert "/v1" in error.hint


async def test_a_connection_that_breaks_in_the_middle(server: LoopbackServer, pool: Pool) -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.begin(200, content_type="text/event-stream", transfer_encoding="chunked")
        await exchange.send(b"5\r\ndata:\r\n")

    server.routes[CHAT] = cut
    assert (await fails(provider_at(server, pool))).failure is ModelFailure.SERVER


@pytest.mark.parametrize("begun", [True, False])
async def test_silence_is_a_time_out(server: LoopbackServer, pool: Pool, *, begun: bool) -> None:
    async def falter(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(delta(content="x") if begun else delta(role="assistant", content=None))
        await exchange.end_of_file()

    server.routes[CHAT] = falter
    limits = Limits(first_byte=60 if begun else 0.05, between_bytes=0.05 if begun else 60)
    error = await fails(provider_at(server, pool, limits=limits))
    assert error.failure is ModelFailure.TIMEOUT
    assert ("between bytes" if begun else "first byte") in error.message


async def test_a_key_that_no_header_can_carry(server: LoopbackServer, pool: Pool) -> None:
    for key in ("schlüssel-geheim", "geheim\x07key"):
        provider = provider_at(server, pool, api_key=Secret(key))
        with pytest.raises(ModelError) as caught:
            await events(provider)
        assert caught.value.failure is ModelFailure.AUTHENTICATION
        assert "geheim" not in "".join(traceback.format_exception(caught.value))
        assert (await provider.window_report("tiny")).tokens is None
    assert server.exchanges == []


async def test_an_address_that_cannot_be_used(pool: Pool) -> None:
    policy = ModelPolicy(kind="openai", name="m", base_url="nonsense")
    error = await fails(OpenAICompatibleProvider(policy, pool))
    assert error.failure is ModelFailure.NOT_CONFIGURED


async def test_the_key_is_in_no_log_and_no_repr(
    server: LoopbackServer, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.routes[CHAT] = streams(reply("x"))
    provider = provider_at(server, pool)
    await events(provider)
    server.routes[CHAT] = answers(401, {"error": {"message": f"bad key {KEY}"}})
    await fails(provider)
    assert "send_request_headers" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in repr(provider) + repr(vars(provider))


async def test_closing_twice_and_a_pool_that_is_not_ours(server: LoopbackServer, pool: Pool) -> None:
    server.routes[CHAT] = streams(reply("x"))
    provider = provider_at(server, pool)
    await provider.close()
    await provider.close()
    assert await events(provider)
    own = OpenAICompatibleProvider(
        ModelPolicy(kind="openai", name="m", base_url=server.base_url), Pool(), owns_pool=True
    )
    await own.close()
    await own.close()


async def test_usage_after_the_reason_and_before_done(server: LoopbackServer, pool: Pool) -> None:
    server.routes[CHAT] = streams(delta(content="x") + finish(prompt=20, output=7))
    last = (await events(provider_at(server, pool)))[-1]
    assert isinstance(last, Finished)
    assert (last.usage.prompt_tokens, last.usage.output_tokens, last.model) == (20, 7, "served")
