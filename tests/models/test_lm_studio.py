"""The LM Studio provider on an LM Studio that loads, evicts and cuts prompts as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import openai
import pytest

from sightline.base.memory_system import memory_system
from sightline.models.client import complete
from sightline.models.fitting import LARGEST_UNASKED
from sightline.models.messages import Finish, Message, ModelError, ModelFailure, ModelRequest, ModelResponse
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.provider import ModelLoading
from sightline.models.providers.lm_studio import LMStudioProvider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.fake_lm_studio import FakeLMStudio, fake_lm_studio


@pytest.fixture
async def studio() -> AsyncIterator[FakeLMStudio]:
    async with fake_lm_studio() as running:
        yield running


def provider(studio: FakeLMStudio, pool: Pool, **fields: Any) -> LMStudioProvider:
    given: dict[str, Any] = {"retries": RetryPolicy(tries=1), "base_url": studio.server.base_url, **fields}
    return LMStudioProvider(ModelPolicy(kind="lmstudio", name="vendor/big", **given), pool)


def ask(size: int = 5, *, model: str = "vendor/big", most: int | None = 100, **fields: Any) -> ModelRequest:
    words = (Message(role="user", content="word" * size),)
    return ModelRequest(model=model, messages=words, max_output_tokens=most, **fields)


async def answer(asked: LMStudioProvider, request: ModelRequest) -> ModelResponse:
    return await complete(asked, request, clock=memory_system().clock)


async def failure(asked: LMStudioProvider, request: ModelRequest) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await answer(asked, request)
    return caught.value


async def test_a_model_is_loaded_by_name_before_it_is_asked(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool)
    for _ in range(2):
        assert (await answer(asked, ask())).text == "word word "
    assert studio.loads == [("vendor/big", 4096)]
    assert not studio.instances["vendor/big"].just_in_time


async def test_another_model_does_not_cost_the_first_its_place(studio: FakeLMStudio, pool: Pool) -> None:
    """What is loaded just in time replaces what was loaded so before; what is loaded by name does not."""
    asked = provider(studio, pool)
    await answer(asked, ask())
    await answer(asked, ask(model="small"))
    await answer(asked, ask())
    assert studio.loads == [("vendor/big", 4096), ("small", 4096)]


async def test_the_official_client_has_it_loaded_just_in_time(studio: FakeLMStudio) -> None:
    """The fake as others see it: one model at a time, a prompt cut in the middle."""
    async with openai.AsyncOpenAI(base_url=studio.server.base_url, api_key="x", max_retries=0) as client:
        for model in ("vendor/big", "small", "vendor/big"):
            stream = await client.chat.completions.create(
                model=model, messages=[{"role": "user", "content": "word" * 5000}], stream=True
            )
            assert [chunk async for chunk in stream]
    assert [name for name, _ in studio.loads] == ["vendor/big", "small", "vendor/big"]
    assert studio.read == [2048, 2048, 2048]


async def test_a_prompt_without_room_has_it_loaded_anew_with_more(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool)
    await answer(asked, ask())
    for size in (5000, 6000):
        assert (await answer(asked, ask(size))).usage.prompt_tokens == size + 4
    assert studio.loads == [("vendor/big", 4096), ("vendor/big", 8192)]
    assert list(studio.instances) == ["vendor/big"]


async def test_an_instance_at_work_is_not_taken_away(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool)
    async with aclosing(asked.stream(ask())) as stream:
        await anext(stream)
        assert (await answer(asked, ask(5000))).usage.prompt_tokens == 5004
        assert list(studio.instances) == ["vendor/big", "vendor/big:2"]


async def test_what_the_user_loaded_is_used_and_never_loaded_anew(studio: FakeLMStudio, pool: Pool) -> None:
    studio.put("vendor/big", 6000)
    asked = provider(studio, pool)
    await answer(asked, ask(3000))
    error = await failure(asked, ask(9000))
    assert error.failure is ModelFailure.WINDOW_EXCEEDED
    assert "6,000 (says LM Studio)" in error.message
    assert "in LM Studio" in error.hint
    assert studio.loads == [("vendor/big", 6000)]


async def test_of_two_instances_the_one_with_room_is_asked(studio: FakeLMStudio, pool: Pool) -> None:
    studio.put("vendor/big", 2000)
    studio.put("vendor/big", 20_000)
    asked = provider(studio, pool)
    assert (await asked.window_report("vendor/big")).tokens == 20_000
    assert (await asked.window_report("vendor/big:2")).tokens == 20_000
    assert (await answer(asked, ask(9000))).usage.prompt_tokens == 9004
    sent = next(exchange.json for exchange in studio.server.exchanges if exchange.path.endswith("/completions"))
    assert sent["model"] == "vendor/big:2"


async def test_the_users_own_window_is_loaded_and_not_passed(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool, window=10_000)
    assert (await asked.window_report("vendor/big")).largest == 10_000
    await answer(asked, ask())
    assert studio.loads == [("vendor/big", 10_000)]
    assert (await failure(asked, ask(11_000))).failure is ModelFailure.WINDOW_EXCEEDED
    assert (await provider(studio, pool, window=500).window_report("vendor/big")).tokens == 500


async def test_no_window_is_larger_than_the_model_or_memory_may_bear(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool)
    assert (await asked.window_report("vendor/big")).largest == LARGEST_UNASKED
    studio.models["vendor/big"].trained = 5000
    assert (await asked.window_report("vendor/big")).largest == 5000
    assert (await asked.load("vendor/big", window=9000)).window == 5000
    assert (await failure(asked, ask(6000))).failure is ModelFailure.WINDOW_EXCEEDED


async def test_a_full_window_is_told_from_the_limit_on_output(studio: FakeLMStudio, pool: Pool) -> None:
    studio.words = 9000
    studio.put("vendor/big", 4096)
    asked = provider(studio, pool)
    assert (await answer(asked, ask(1000, most=50))).finish is Finish.LENGTH
    assert (await answer(asked, ask(3000, most=3000))).finish is Finish.WINDOW


async def test_it_loads_and_unloads_by_instance(studio: FakeLMStudio, pool: Pool) -> None:
    asked = provider(studio, pool)
    assert isinstance(asked, ModelLoading)
    held = await asked.load("small", window=6000)
    assert (held.name, held.instance, held.window, held.size) == ("small", "small", 6000, 1_000_000)
    assert await asked.load("small", window=2000) == held
    assert await asked.loaded() == (held,)
    await asked.unload(held)
    await asked.unload(held)
    assert await asked.loaded() == ()


@pytest.mark.parametrize(("model", "kind"), [("gone", ModelFailure.NOT_FOUND), ("small", ModelFailure.LOAD_FAILED)])
async def test_what_cannot_be_loaded_says_why(studio: FakeLMStudio, pool: Pool, model: str, kind: ModelFailure) -> None:
    studio.memory = 2_000_000
    with pytest.raises(ModelError) as caught:
        await provider(studio, pool).load(model)
    assert caught.value.failure is kind
    assert caught.value.hint


async def test_a_token_is_shown_where_one_is_asked_for(studio: FakeLMStudio, pool: Pool) -> None:
    studio.token = "lm-token-0123456789"
    assert (await answer(provider(studio, pool, api_key=Secret(studio.token)), ask())).text == "word word "
    error = await failure(provider(studio, pool), ask())
    assert error.failure is ModelFailure.AUTHENTICATION


async def test_a_model_that_is_not_there_names_those_that_are(studio: FakeLMStudio, pool: Pool) -> None:
    error = await failure(provider(studio, pool), ask(model="gone"))
    assert error.failure is ModelFailure.NOT_FOUND
    assert "vendor/big, small" in error.hint


# Before 0.4


async def test_before_0_4_a_model_is_loaded_just_in_time_and_let_go_in_time(studio: FakeLMStudio, pool: Pool) -> None:
    studio.newer = False
    asked = provider(studio, pool, keep_seconds=120)
    assert (await asked.load("vendor/big")).window is None
    assert (await asked.window_report("vendor/big")).tokens is None
    assert (await answer(asked, ask())).text == "word word "
    assert studio.instances["vendor/big"].just_in_time
    assert (await asked.window_report("vendor/big")).tokens == 4096
    assert (await asked.load("vendor/big")).window == 4096
    studio.now = 121
    assert await asked.loaded() == ()


async def test_before_0_4_a_cut_prompt_is_noticed(studio: FakeLMStudio, pool: Pool) -> None:
    studio.newer = False
    error = await failure(provider(studio, pool), ask(9000))
    assert error.failure is ModelFailure.TRUNCATED_PROMPT
    assert "4,096" in error.message
