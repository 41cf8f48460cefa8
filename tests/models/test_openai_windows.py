"""Lists of models and windows over the wire, and the prompts that are refused because of them."""

from __future__ import annotations

import json

import httpx
import pytest

from sightline.base.memory_system import ManualClock
from sightline.models.client import complete
from sightline.models.messages import (
    ModelError,
    ModelFailure,
    ModelRequest,
)
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.transport.pool import Pool
from support.chat import reply
from support.chat_server import ASK, CHAT, KEY, answers, provider_at, streams
from support.loopback import Exchange, LoopbackServer, Route


@pytest.mark.parametrize("bare", [True, False])
async def test_models_are_listed_with_the_windows_that_are_told(
    server: LoopbackServer, pool: Pool, *, bare: bool
) -> None:
    listed = [{"id": "a", "max_model_len": 4096}, {"id": "b"}, {"no": "id"}, "odd"]
    server.routes["GET /v1/models"] = answers(200, json.dumps(listed) if bare else {"data": listed})
    models = await provider_at(server, pool).models()
    assert [(model.name, model.window) for model in models] == [("a", 4096), ("b", None)]


@pytest.mark.parametrize(
    ("route", "failure"),
    [
        (answers(404, ""), ModelFailure.NOT_FOUND),
        (answers(401, {"error": "no"}), ModelFailure.AUTHENTICATION),
        (answers(200, "<html>"), ModelFailure.PROTOCOL),
        (answers(200, {"hello": "world"}), ModelFailure.PROTOCOL),
        (answers(200, '"data"'), ModelFailure.PROTOCOL),
        (answers(301, "", location="http://127.0.0.1:1/"), ModelFailure.PROTOCOL),
    ],
)
async def test_lists_that_are_none(server: LoopbackServer, pool: Pool, route: Route, failure: ModelFailure) -> None:
    server.routes["GET /v1/models"] = route
    with pytest.raises(ModelError) as caught:
        await provider_at(server, pool).models()
    assert caught.value.failure is failure
    assert caught.value.hint


def ollama(window: int | None) -> dict[str, Route]:
    running = [{"name": "tiny:latest", "model": "tiny:latest", "context_length": window}] if window else []
    return {
        "GET /api/version": answers(200, {"version": "0.33.3"}),
        "GET /api/ps": answers(200, {"models": running}),
        CHAT: streams(reply("fine", prompt=2_050)),
    }


@pytest.mark.parametrize("kind", ["ollama", "openai"])
async def test_ollama_gets_no_prompt_it_would_cut(server: LoopbackServer, pool: Pool, kind: str) -> None:
    server.routes |= ollama(4096)
    provider = provider_at(server, pool, kind=kind)
    large = ModelRequest(model="tiny", messages=ASK.messages, prompt_tokens=5_000)
    with pytest.raises(ModelError) as caught:
        await complete(provider, large, clock=ManualClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
    assert "OLLAMA_CONTEXT_LENGTH" in caught.value.hint
    assert not any(asked.startswith("POST") for asked in server.asked)
    fitting = ModelRequest(model="tiny", messages=ASK.messages, prompt_tokens=2_000)
    assert (await complete(provider, fitting, clock=ManualClock())).text == "fine"


async def test_ollama_with_the_model_not_loaded_is_caught_by_what_it_read(server: LoopbackServer, pool: Pool) -> None:
    """Before the request nobody knows the window; the request loads the model, and Ollama cuts the prompt."""
    server.routes |= ollama(None)
    provider = provider_at(server, pool, kind="ollama")
    report = await provider.window_report("tiny")
    assert report.tokens is None
    assert "OLLAMA_CONTEXT_LENGTH" in report.hint

    async def load(exchange: Exchange) -> None:
        server.routes |= ollama(4096)
        await streams(reply("fine", prompt=2_050))(exchange)

    server.routes[CHAT] = load
    large = ModelRequest(model="tiny", messages=ASK.messages, prompt_tokens=5_000)
    with pytest.raises(ModelError) as caught:
        await complete(provider, large, clock=ManualClock())
    assert caught.value.failure is ModelFailure.TRUNCATED_PROMPT
    assert "4,096 (says Ollama)" in caught.value.message
    assert "OLLAMA_CONTEXT_LENGTH" in caught.value.hint


async def test_the_users_window_holds_where_it_is_smaller_or_alone(server: LoopbackServer, pool: Pool) -> None:
    server.routes |= ollama(4096)
    assert await provider_at(server, pool, kind="ollama", window=2048).window("tiny") == 2048
    assert await provider_at(server, pool, kind="ollama", window=99_999).window("tiny") == 4096
    server.routes |= ollama(None)
    assert await provider_at(server, pool, kind="ollama", window=99_999).window("tiny") == 99_999


async def test_a_server_that_is_down_has_no_window_and_is_asked_again_when_it_is_up(
    server: LoopbackServer, pool: Pool
) -> None:
    provider = provider_at(server, pool)
    assert await provider.window("tiny") is None
    server.routes |= ollama(4096)
    assert await provider.window("tiny") == 4096


async def test_a_public_service_is_asked_for_its_list_once_and_for_nothing_else() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"data": [{"id": "tiny", "context_length": 200_000}]})

    async with Pool(transport=httpx.MockTransport(answer)) as mocked:
        policy = ModelPolicy(kind="openai", name="tiny", base_url="https://openrouter.ai/api/v1", api_key=Secret(KEY))
        provider = OpenAICompatibleProvider(policy, mocked)
        assert [await provider.window("tiny") for _ in range(3)] == [200_000] * 3
    assert asked == ["/api/v1/models"]


async def test_where_a_public_service_tells_no_window_the_list_of_models_does() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [{"id": "gpt-4.1"}, {"id": "gpt-99"}]})

    async with Pool(transport=httpx.MockTransport(answer)) as mocked:
        policy = ModelPolicy(kind="openai", name="gpt-4.1", base_url="https://api.openai.com/v1", api_key=Secret(KEY))
        provider = OpenAICompatibleProvider(policy, mocked)
        report = await provider.window_report("gpt-4.1")
        assert report.tokens == 1_047_576
        assert report.source.startswith("Sightline's list of models of 2026-")
        assert await provider.window("gpt-99") is None
