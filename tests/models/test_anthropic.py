"""Anthropic's Messages API: what is sent, what is marked for caching, and what its windows and counts are."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from sightline.models.anthropic_wire import STOP_REASONS, prompt, request_body
from sightline.models.messages import (
    Finish,
    Finished,
    Message,
    ModelRequest,
    Sampling,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.providers.anthropic import MOST_OUTPUT, AnthropicProvider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.chat_server import answers, streams
from support.loopback import LoopbackServer
from support.voices import MESSAGES, STOP, named_event

KEY = "sk-ant-0123456789abcdef0123"
MESSAGES_ROUTE, MODELS_ROUTE = "POST /v1/messages", "GET /v1/models?limit=1000"
CONVERSATION = (
    Message(role="system", content="Be brief."),
    Message(role="system", content="Code follows."),
    Message(role="user", content="Hi 🎉 \ud800"),
    Message(role="assistant", content="Hello."),
    Message(role="user", content="Again."),
)


def provider_at(server: LoopbackServer, pool: Pool, **fields: Any) -> AnthropicProvider:
    given: dict[str, Any] = {"base_url": server.base_url, "api_key": Secret(KEY), "key_header": "x-api-key", **fields}
    return AnthropicProvider(ModelPolicy(kind="anthropic", name="tiny", retries=RetryPolicy(tries=1), **given), pool)


async def events(provider: AnthropicProvider, request: ModelRequest) -> list[StreamEvent]:
    async with aclosing(provider.stream(request)) as stream:
        return [event async for event in stream]


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": content, **more}


async def test_what_is_sent(server: LoopbackServer, pool: Pool) -> None:
    server.routes[MESSAGES_ROUTE] = streams(MESSAGES.reply("Hello"))
    request = ModelRequest(
        model="tiny", messages=CONVERSATION, max_output_tokens=64, sampling=Sampling(temperature=0.2, top_k=40)
    )
    assert (await events(provider_at(server, pool), request))[0] == TextDelta(text="Hello")
    (sent,) = server.exchanges
    assert sent.headers["x-api-key"] == KEY
    assert sent.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in sent.headers
    assert sent.json == {
        "model": "tiny",
        "system": [text("Be brief."), text("Code follows.")],
        "messages": [
            {"role": "user", "content": [text("Hi 🎉 \ufffd")]},
            {"role": "assistant", "content": [text("Hello.")]},
            {"role": "user", "content": [text("Again.")]},
        ],
        "max_tokens": 64,
        "temperature": 0.2,
        "top_k": 40,
        "stream": True,
    }


@pytest.mark.parametrize(("stable", "marked"), [(0, []), (1, [0]), (2, [1]), (4, [3]), (5, [4]), (99, [4])])
def test_the_end_of_what_stays_is_marked_for_caching(stable: int, marked: list[int]) -> None:
    body = prompt(ModelRequest(model="m", messages=CONVERSATION, stable_messages=stable), cache_minimum=1)
    blocks = [*body["system"], *(message["content"][0] for message in body["messages"])]
    assert [number for number, block in enumerate(blocks) if "cache_control" in block] == marked


@pytest.mark.parametrize(("stable", "minimum", "top", "blocks"), [(5, 1, 1, 0), (4, 1, 0, 1), (5, 1_024, 0, 0)])
def test_a_request_that_stays_as_a_whole_is_marked_as_one(stable: int, minimum: int, top: int, blocks: int) -> None:
    """Where the service knows that: Anthropic then moves the mark along as the conversation grows."""
    request = ModelRequest(model="m", messages=CONVERSATION, stable_messages=stable)
    body = json.loads(request_body(request, most_output=9, cache_minimum=minimum, as_whole=True))
    marks = str(body).count("cache_control")
    assert ("cache_control" in body, marks) == (bool(top), top + blocks)


async def test_only_anthropic_itself_is_given_the_mark_of_a_whole_request(server: LoopbackServer, pool: Pool) -> None:
    """A copy of this API may refuse what it does not know; the mark at a block is as old as the API."""
    server.routes[MESSAGES_ROUTE] = streams(MESSAGES.reply("Hello"))
    code = (Message(role="user", content="value = 1\n" * 900),)
    await events(provider_at(server, pool), ModelRequest(model="tiny", messages=code, stable_messages=1))
    sent = server.exchanges[-1].json
    assert "cache_control" not in sent
    assert "cache_control" in sent["messages"][0]["content"][0]
    own = ModelPolicy(kind="anthropic", name="claude-sonnet-4-5", base_url="https://api.anthropic.com/v1")
    assert own.profile.marks_requests


def test_what_is_too_short_to_be_cached_is_not_marked() -> None:
    body = prompt(ModelRequest(model="m", messages=CONVERSATION, stable_messages=5), cache_minimum=1_024)
    assert "cache_control" not in str(body)


@pytest.mark.parametrize(("told", "most"), [(None, MOST_OUTPUT), (4_096, 4_096), (128_000, 32_000)])
async def test_the_limit_on_output_is_the_models_own_within_reason(
    server: LoopbackServer, pool: Pool, told: int | None, most: int
) -> None:
    server.routes[MESSAGES_ROUTE] = streams(MESSAGES.reply("Hello"))
    server.routes[MODELS_ROUTE] = answers(
        200, {"data": [{"id": "tiny", "max_input_tokens": 200_000, "max_tokens": told}]}
    )
    provider = provider_at(server, pool)
    for _ in range(2):
        await events(provider, ModelRequest(model="tiny", messages=CONVERSATION))
    assert [sent.json["max_tokens"] for sent in server.exchanges if sent.method == "POST"] == [most, most]
    assert server.asked.count(MODELS_ROUTE) == 1


async def test_what_the_server_does_not_tell_is_in_the_list_of_models() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if request.method == "GET":
            return httpx.Response(200, json={"data": []})
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=MESSAGES.reply("x"))

    async with Pool(transport=httpx.MockTransport(answer)) as mocked:
        policy = ModelPolicy(kind="anthropic", name="claude-opus-4-1", base_url="https://api.anthropic.com/v1")
        provider = AnthropicProvider(policy, mocked)
        assert await provider.window("claude-opus-4-1") == 200_000
        for model in ("claude-opus-4-5", "claude-sonnet-4-5"):
            code = "value = 1\n" * 900  # about 2,150 tokens: between the shortest prompts that these two cache
            asked = ModelRequest(model=model, messages=(Message(role="user", content=code),), stable_messages=1)
            await events(provider, asked)
    bodies = [json.loads(request.content) for request in sent if request.method == "POST"]
    assert [body["max_tokens"] for body in bodies] == [32_000, 32_000]
    assert ["cache_control" in str(body) for body in bodies] == [False, True]


async def test_windows_are_the_servers_word_or_the_users_if_smaller(server: LoopbackServer, pool: Pool) -> None:
    rows = [{"id": "tiny", "max_input_tokens": 200_000}, {"id": "odd", "max_input_tokens": "many"}, {"id": 7}]
    server.routes[MODELS_ROUTE] = answers(200, {"data": rows})
    provider = provider_at(server, pool)
    assert (await provider.window_report("tiny")).tokens == 200_000
    assert await provider.window("odd") is None
    assert [model.name for model in await provider.models()] == ["tiny"]
    smaller = provider_at(server, pool, window=1_000)
    assert (await smaller.window_report("tiny")).source == "your settings"


async def test_a_server_that_lists_nothing_has_no_known_window(server: LoopbackServer, pool: Pool) -> None:
    report = await provider_at(server, pool).window_report("tiny")
    assert (report.tokens, report.source) == (None, "")


async def test_tokens_are_counted_by_the_server(server: LoopbackServer, pool: Pool) -> None:
    route = "POST /v1/messages/count_tokens"
    provider = provider_at(server, pool)
    request = ModelRequest(model="tiny", messages=CONVERSATION, stable_messages=5)
    assert await provider.count_tokens(request) is None
    for answer, tokens in (({"input_tokens": 31}, 31), ({"input_tokens": "x"}, None), ({}, None)):
        server.routes[route] = answers(200, answer)
        assert await provider.count_tokens(request) == tokens
    sent = server.exchanges[-1].json
    assert set(sent) == {"model", "system", "messages"}
    assert "cache_control" not in str(sent)


async def test_every_reason_to_stop(server: LoopbackServer, pool: Pool) -> None:
    reasons = {**STOP_REASONS, "tool_use": Finish.OTHER, "something new": Finish.OTHER}
    for reason, finish in reasons.items():
        server.routes[MESSAGES_ROUTE] = streams(MESSAGES.reply("Hello", reason=reason))
        request = ModelRequest(model="tiny", messages=CONVERSATION, max_output_tokens=9)
        last = (await events(provider_at(server, pool), request))[-1]
        assert isinstance(last, Finished)
        assert last.finish is finish


async def test_usage_is_cumulative_and_whole(server: LoopbackServer, pool: Pool) -> None:
    """The prompt is told at the beginning, the output at the end, and what was cached is apart from both."""
    first = {"input_tokens": 10, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 90, "output_tokens": 1}
    later = {"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 30}}
    start = {"type": "message_start", "message": {"model": "served", "usage": first}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": later}
    stream = named_event(start) + MESSAGES.text("Hello") + named_event(end) + named_event({"type": "message_stop"})
    server.routes[MESSAGES_ROUTE] = streams(stream)
    last = (await events(provider_at(server, pool), ModelRequest(model="m", messages=(), max_output_tokens=9)))[-1]
    assert last == Finished(
        finish=Finish.STOP,
        model="served",
        usage=Usage(
            prompt_tokens=1_000, cached_tokens=900, cache_written_tokens=90, output_tokens=40, reasoning_tokens=30
        ),
    )


async def test_a_whole_message_in_place_of_a_stream(server: LoopbackServer, pool: Pool) -> None:
    whole = {
        "type": "message",
        "model": "served",
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 7, "output_tokens": 2},
        "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "Hello"}],
    }
    server.routes[MESSAGES_ROUTE] = answers(200, whole)
    *pieces, last = await events(provider_at(server, pool), ModelRequest(model="m", messages=(), max_output_tokens=9))
    assert [type(piece).__name__ for piece in pieces] == ["ReasoningDelta", "TextDelta"]
    assert isinstance(last, Finished)
    assert (last.finish, last.usage.prompt_tokens) == (Finish.STOP, 7)


async def test_pings_and_events_of_the_future_are_ignored(server: LoopbackServer, pool: Pool) -> None:
    stream = MESSAGES.begin + named_event({"type": "ping"}) + named_event({"type": "hologram", "x": 1})
    stream += named_event({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "s"}})
    server.routes[MESSAGES_ROUTE] = streams(stream + MESSAGES.text("Hello") + MESSAGES.end(STOP, 20))
    got = await events(provider_at(server, pool), ModelRequest(model="m", messages=(), max_output_tokens=9))
    assert got[0] == TextDelta(text="Hello")
