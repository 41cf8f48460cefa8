"""Whether a model found no memory: by numbers, since servers tell it in English only. And loading is waited for."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from sightline.base.machine_memory import MachineMemory, ReadMemory
from sightline.models.messages import Finished, Message, ModelError, ModelFailure, ModelRequest, TextDelta
from sightline.models.policy import ModelPolicy
from sightline.models.providers.llama_cpp import LlamaCppProvider
from sightline.models.providers.lm_studio import LMStudioProvider
from sightline.models.providers.ollama import OllamaProvider
from sightline.models.shortage import not_loaded
from sightline.transport.policy import Limits, RetryPolicy
from sightline.transport.pool import Pool
from support.chat import reply
from support.chat_server import answers, streams
from support.fake_lm_studio import fake_lm_studio
from support.fake_ollama import fake_ollama
from support.loopback import LoopbackServer

SERVER_FAILED = ModelError(ModelFailure.SERVER, "It failed.")


def free(available: int, graphics: int = 0) -> ReadMemory:
    memory = MachineMemory(total=10**12, available=available, graphics_total=graphics * 2, graphics_free=graphics)
    return lambda: memory


def policy(base_url: str) -> ModelPolicy:
    return ModelPolicy(kind="ollama", name="tiny", base_url=base_url, retries=RetryPolicy(tries=3))


@pytest.mark.parametrize(
    ("host", "weights", "memory", "kind"),
    [
        ("127.0.0.1", 1_000, free(999), ModelFailure.OUT_OF_MEMORY),
        ("127.0.0.1", 1_000, free(999, graphics=1), ModelFailure.LOAD_FAILED),
        ("127.0.0.1", 1_000, free(500, graphics=400), ModelFailure.OUT_OF_MEMORY),
        ("127.0.0.1", None, free(0), ModelFailure.LOAD_FAILED),
        ("192.168.0.9", 1_000, free(0), ModelFailure.LOAD_FAILED),  # our memory says nothing of another machine
    ],
)
async def test_numbers_tell(host: str, weights: int | None, memory: ReadMemory, kind: ModelFailure) -> None:
    told = await not_loaded(SERVER_FAILED, policy(f"http://{host}:1"), "tiny", weights, read=memory)
    assert told.failure is kind
    assert "It failed." in told.message
    assert "smaller" in told.hint


@pytest.mark.parametrize(("available", "kind"), [(0, "OUT_OF_MEMORY"), (10**9, "LOAD_FAILED")])
async def test_ollama_without_memory_is_asked_once(pool: Pool, available: int, kind: str) -> None:
    async with fake_ollama() as ollama:
        ollama.memory = 3_000_000
        asked = OllamaProvider(policy(ollama.server.base_url), pool, memory=free(available))
        request = ModelRequest(model="tiny", messages=(Message(role="user", content="Hi"),))
        with pytest.raises(ModelError) as caught:
            async with aclosing(asked.stream(request)) as events:
                _ = [event async for event in events]
        assert caught.value.failure is ModelFailure[kind]
        posts = [exchange.path for exchange in ollama.server.exchanges if exchange.path == "/api/chat"]
        assert len(posts) == 1


async def test_lm_studio_without_memory(pool: Pool) -> None:
    async with fake_lm_studio() as studio:
        studio.memory = 2_000_000
        asked = LMStudioProvider(policy(studio.server.base_url), pool, memory=free(999_999))
        with pytest.raises(ModelError) as caught:
            await asked.load("small")
    assert caught.value.failure is ModelFailure.OUT_OF_MEMORY


LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}


def llama(server: LoopbackServer, pool: Pool, waits: list[float], looks: int) -> LlamaCppProvider:
    """A server that is done loading after so many looks at it."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == looks:
            server.routes["GET /health"] = answers(200, {"status": "ok"})
            server.routes["POST /v1/chat/completions"] = streams(reply("ready"))

    server.routes["GET /health"] = answers(503, LOADING)
    server.routes["POST /v1/chat/completions"] = answers(503, LOADING)
    once = ModelPolicy(
        kind="llamacpp",
        name="tiny",
        base_url=server.base_url,
        retries=RetryPolicy(tries=1),
        limits=Limits(first_byte=60),
    )
    return LlamaCppProvider(once, pool, sleep=sleep)


async def test_a_llama_cpp_that_loads_is_asked_again_when_it_is_done(server: LoopbackServer, pool: Pool) -> None:
    waits: list[float] = []
    asked = llama(server, pool, waits, 40)
    got: list[Any] = [event async for event in asked.stream(ModelRequest(model="tiny", messages=()))]
    assert got[0] == TextDelta(text="ready")
    assert isinstance(got[-1], Finished)
    assert len(waits) == 40


async def test_one_that_never_comes_up_is_given_up(server: LoopbackServer, pool: Pool) -> None:
    waits: list[float] = []
    asked = llama(server, pool, waits, 10**9)
    with pytest.raises(ModelError) as caught:
        _ = [event async for event in asked.stream(ModelRequest(model="tiny", messages=()))]
    assert caught.value.failure is ModelFailure.LOADING
    assert 55 <= sum(waits) <= 65
