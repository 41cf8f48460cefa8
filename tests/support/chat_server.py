"""The OpenAI-compatible provider on a loopback server: routes that answer, and what a test asks of them."""

from __future__ import annotations

import traceback
from contextlib import aclosing
from typing import Any

import pytest

from sightline.models.messages import Message, ModelError, ModelRequest, Sampling, StreamEvent
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.loopback import Exchange, LoopbackServer, Route

KEY = "sk-secret-0123456789abcdef0123"
CHAT = "POST /v1/chat/completions"
ASK = ModelRequest(
    model="tiny",
    messages=(Message(role="system", content="Be brief."), Message(role="user", content="Hi 🎉 \ud800")),
    max_output_tokens=64,
    sampling=Sampling(temperature=0.2),
    prompt_tokens=20,
)


def provider_at(server: LoopbackServer, pool: Pool, *, kind: str = "openai", **fields: Any) -> OpenAICompatibleProvider:
    given: dict[str, Any] = {"base_url": server.base_url, "api_key": Secret(KEY), **fields}
    policy = ModelPolicy(kind=kind, name="tiny", retries=RetryPolicy(tries=1), **given)
    return OpenAICompatibleProvider(policy, pool)


def streams(data: bytes) -> Route:
    """A route that streams ``data`` in one piece."""

    async def route(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(data)

    return route


def answers(status: int, body: Any, **headers: str) -> Route:
    async def route(exchange: Exchange) -> None:
        await exchange.answer(status, body, **headers)

    return route


async def events(provider: OpenAICompatibleProvider, request: ModelRequest = ASK) -> list[StreamEvent]:
    async with aclosing(provider.stream(request)) as stream:
        return [item async for item in stream]


async def fails(provider: OpenAICompatibleProvider) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await events(provider)
    assert caught.value.hint, caught.value
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value
