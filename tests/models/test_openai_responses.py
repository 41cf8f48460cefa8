"""OpenAI's Responses API: what is sent, and the ends that only it has."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from sightline.models.messages import Finish, Finished, ModelRequest, ReasoningDelta, StreamEvent, TextDelta, Usage
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.providers.openai_responses import OpenAIResponsesProvider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.chat_server import ASK, KEY, answers, streams
from support.loopback import LoopbackServer
from support.voices import RESPONSES, named_event

ROUTE = "POST /v1/responses"


def provider_at(server: LoopbackServer, pool: Pool, **fields: Any) -> OpenAIResponsesProvider:
    given: dict[str, Any] = {"base_url": server.base_url, "api_key": Secret(KEY), **fields}
    policy = ModelPolicy(kind="openai-responses", name="tiny", retries=RetryPolicy(tries=1), **given)
    return OpenAIResponsesProvider(policy, pool)


async def events(provider: OpenAIResponsesProvider, request: ModelRequest = ASK) -> list[StreamEvent]:
    async with aclosing(provider.stream(request)) as stream:
        return [event async for event in stream]


async def test_what_is_sent(server: LoopbackServer, pool: Pool) -> None:
    server.routes[ROUTE] = streams(RESPONSES.reply("Hello"))
    assert (await events(provider_at(server, pool)))[0] == TextDelta(text="Hello")
    (sent,) = server.exchanges
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.json == {
        "model": "tiny",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi 🎉 \ufffd"}],
        "stream": True,
        "store": False,
        "truncation": "disabled",
        "max_output_tokens": 64,
        "temperature": 0.2,
    }


async def test_usage_and_the_model_are_in_the_last_event(server: LoopbackServer, pool: Pool) -> None:
    server.routes[ROUTE] = streams(RESPONSES.reply("Hello", prompt=20))
    assert (await events(provider_at(server, pool)))[-1] == Finished(
        finish=Finish.STOP,
        model="served",
        usage=Usage(prompt_tokens=20, cached_tokens=8, cache_written_tokens=0, output_tokens=1, reasoning_tokens=0),
    )


async def test_summaries_of_reasoning_are_reasoning(server: LoopbackServer, pool: Pool) -> None:
    summary = named_event({"type": "response.reasoning_summary_text.delta", "delta": "I look.", "summary_index": 0})
    server.routes[ROUTE] = streams(RESPONSES.begin + summary + RESPONSES.reply("Hello"))
    assert (await events(provider_at(server, pool)))[:2] == [ReasoningDelta(text="I look."), TextDelta(text="Hello")]


async def test_a_refusal_is_shown_and_is_no_whole_reply(server: LoopbackServer, pool: Pool) -> None:
    refusal = named_event({"type": "response.refusal.delta", "delta": "I cannot."})
    server.routes[ROUTE] = streams(RESPONSES.begin + refusal + RESPONSES.end("stop", 20))
    text, last = await events(provider_at(server, pool))
    assert text == TextDelta(text="I cannot.")
    assert isinstance(last, Finished)
    assert last.finish is Finish.REFUSAL


async def test_reasons_for_which_a_response_is_not_complete(server: LoopbackServer, pool: Pool) -> None:
    for reason, finish in (
        ("max_output_tokens", Finish.LENGTH),
        ("content_filter", Finish.REFUSAL),
        ("max_messages", Finish.OTHER),
    ):
        server.routes[ROUTE] = streams(RESPONSES.reply("half", reason=reason))
        last = (await events(provider_at(server, pool)))[-1]
        assert isinstance(last, Finished)
        assert last.finish is finish


async def test_a_whole_response_in_place_of_a_stream(server: LoopbackServer, pool: Pool) -> None:
    whole: dict[str, Any] = {
        "status": "completed", "model": "served", "error": None, "incomplete_details": None,
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "Hello", "annotations": []}]},
        ],
        "usage": {"input_tokens": 7, "output_tokens": 2},
    }  # fmt: skip
    server.routes[ROUTE] = answers(200, whole)
    *pieces, last = await events(provider_at(server, pool))
    assert pieces == [ReasoningDelta(text="hm"), TextDelta(text="Hello")]
    assert isinstance(last, Finished)
    assert (last.finish, last.usage.prompt_tokens) == (Finish.STOP, 7)
