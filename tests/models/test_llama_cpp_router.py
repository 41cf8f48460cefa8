"""llama.cpp's router mode, which no server of one model can show; and what vLLM tells beside its chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sightline.models.failures import Speaker
from sightline.models.messages import (
    Finish,
    Finished,
    Message,
    ModelError,
    ModelFailure,
    ModelRequest,
    Usage,
)
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.provider import ModelLoading, TokenCounting
from sightline.models.providers.llama_cpp import Health, LlamaCppProvider, Slots
from sightline.models.providers.vllm import VLLMProvider
from sightline.models.reply import ReplyReader
from sightline.transport.pool import Pool
from support.chat_server import answers
from support.fake_router import FakeRouter, fake_router
from support.loopback import LoopbackServer

ASK = ModelRequest(model="a/b:Q4", messages=(Message(role="user", content="Hi 🎉"),), max_output_tokens=8)


@pytest.fixture
async def router() -> AsyncIterator[FakeRouter]:
    async with fake_router() as running:
        yield running


def provider(server: LoopbackServer, pool: Pool, waits: list[float] | None = None) -> LlamaCppProvider:
    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    return LlamaCppProvider(ModelPolicy(kind="llamacpp", name="a/b:Q4", base_url=server.base_url), pool, sleep=sleep)


async def test_no_question_loads_a_model(router: FakeRouter, pool: Pool) -> None:
    asked = provider(router.server, pool)
    assert await asked.is_router()
    assert (await asked.window_report("a/b:Q4")).tokens is None
    assert await asked.count_tokens(ASK) is None
    assert await asked.slots("a/b:Q4") is None
    assert await asked.loaded() == ()
    assert [model.name for model in await asked.models()] == ["a/b:Q4", "big", "bad"]
    assert router.loads == []


async def test_a_model_is_loaded_waited_for_and_unloaded_by_name(router: FakeRouter, pool: Pool) -> None:
    waits: list[float] = []
    asked = provider(router.server, pool, waits)
    assert isinstance(asked, ModelLoading)
    held = await asked.load("big")
    assert (held.name, held.window, held.size) == ("big", 4096, 1000)
    assert waits == [0.5]
    assert await asked.load("big", window=2048) == held
    assert router.loads == ["big"]
    assert await asked.loaded() == (held,)
    await asked.unload(held)
    await asked.unload(held)
    assert await asked.loaded() == ()


async def test_a_loaded_model_tells_its_window_slots_and_tokens(router: FakeRouter, pool: Pool) -> None:
    asked = provider(router.server, pool)
    assert isinstance(asked, TokenCounting)
    await asked.load("a/b:Q4")
    report = await asked.window_report("a/b:Q4")
    assert (report.tokens, report.source) == (4096, "llama.cpp, for each slot")
    assert await asked.slots("a/b:Q4") == Slots(total=4)
    assert await asked.count_tokens(ASK) == len("<user>Hi 🎉".encode())


async def test_the_window_of_a_loaded_model_that_its_list_does_not_tell(router: FakeRouter, pool: Pool) -> None:
    asked = provider(router.server, pool)
    await asked.load("a/b:Q4")
    router.server.routes["GET /v1/models"] = answers(200, {"data": [{"id": "a/b:Q4", "status": {"value": "loaded"}}]})
    assert (await asked.window_report("a/b:Q4")).tokens == 4096


@pytest.mark.parametrize(("model", "failure"), [("bad", ModelFailure.LOAD_FAILED), ("gone", ModelFailure.NOT_FOUND)])
async def test_a_model_that_does_not_come_up(router: FakeRouter, pool: Pool, model: str, failure: ModelFailure) -> None:
    with pytest.raises(ModelError) as caught:
        await provider(router.server, pool).load(model)
    assert caught.value.failure is failure
    assert caught.value.hint


async def test_a_model_that_loads_for_ever_is_given_up(router: FakeRouter, pool: Pool) -> None:
    router.models["big"].looks = 10**9
    waits: list[float] = []
    with pytest.raises(ModelError) as caught:
        await provider(router.server, pool, waits).load("big")
    assert caught.value.failure is ModelFailure.LOAD_FAILED
    assert sum(waits) == pytest.approx(600, abs=1)


@pytest.mark.parametrize(
    ("status", "body", "health"),
    [
        (200, {"status": "ok"}, Health.READY),
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, Health.LOADING),
        (404, {}, Health.UNKNOWN),
        (200, "<html>", Health.UNKNOWN),
    ],
)
async def test_health(server: LoopbackServer, pool: Pool, status: int, body: Any, health: Health) -> None:
    server.routes["GET /health"] = answers(status, body)
    assert await provider(server, pool).health() is health


@pytest.mark.parametrize("body", [{}, {"prompt": 7}, "[]", "<html>", {"prompt": "x"}])
async def test_a_server_that_cannot_count_gives_no_count(server: LoopbackServer, pool: Pool, body: Any) -> None:
    server.routes["POST /apply-template"] = answers(200, body)
    server.routes["POST /tokenize"] = answers(200, {"tokens": "many"})
    assert await provider(server, pool).count_tokens(ASK) is None


def test_what_was_cached_is_part_of_the_prompt_in_llama_cpps_own_counts() -> None:
    reader = ReplyReader(Speaker(where="x", model="m", key=Secret("")))
    reader.take_json({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}], "timings": {"predicted_n": 1}})
    reader.take_json({"choices": [], "timings": {"prompt_n": 4, "cache_n": 20, "predicted_n": 2}})
    assert reader.finished()[-1] == Finished(
        finish=Finish.STOP, usage=Usage(prompt_tokens=24, cached_tokens=20, output_tokens=2)
    )


def test_usage_outranks_llama_cpps_own_counts() -> None:
    reader = ReplyReader(Speaker(where="x", model="m", key=Secret("")))
    usage = {"prompt_tokens": 30, "completion_tokens": 3}
    reader.take_json({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage})
    reader.take_json({"choices": [], "timings": {"prompt_n": 4, "predicted_n": 2}})
    assert reader.finished()[-1] == Finished(finish=Finish.STOP, usage=Usage(prompt_tokens=30, output_tokens=3))


async def test_vllm_counts(server: LoopbackServer, pool: Pool) -> None:
    server.routes["POST /tokenize"] = answers(200, {"count": 12, "max_model_len": 4096, "tokens": [1] * 12})
    vllm = VLLMProvider(ModelPolicy(kind="vllm", name="m", base_url=server.base_url), pool)
    assert isinstance(vllm, TokenCounting)
    assert await vllm.count_tokens(ASK) == 12
    assert server.exchanges[0].json == {
        "model": "a/b:Q4",
        "messages": [{"role": "user", "content": "Hi 🎉"}],
        "add_generation_prompt": True,
    }


@pytest.mark.parametrize(("status", "body"), [(404, {}), (200, {"count": "12"}), (200, "[]"), (200, {"count": 0})])
async def test_vllm_that_does_not_count(server: LoopbackServer, pool: Pool, status: int, body: Any) -> None:
    server.routes["POST /tokenize"] = answers(status, body)
    vllm = VLLMProvider(ModelPolicy(kind="vllm", name="m", base_url=server.base_url), pool)
    assert await vllm.count_tokens(ASK) is None
