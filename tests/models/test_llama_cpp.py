"""Our provider against a real llama.cpp server with a random model: what servers do, and not what we think they do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import pytest_asyncio

from sightline.base.system import RealClock, real_system
from sightline.models.client import complete
from sightline.models.discovery import discover
from sightline.models.messages import (
    Finish,
    Finished,
    Message,
    ModelError,
    ModelFailure,
    ModelRequest,
    Sampling,
    TextDelta,
)
from sightline.models.provider import LoadedModel, Provider
from sightline.models.providers.llama_cpp import Health, LlamaCppProvider, Slots
from sightline.models.registry import open_provider
from sightline.models.residency import ResidencyPolicy
from sightline.models.residents import Residents
from sightline.models.selection import select_model
from sightline.models.serving import Serving
from sightline.models.time_limits import TimeLimits
from sightline.transport.policy import HttpRequest
from sightline.transport.pool import Pool
from support.patience import PATIENCE
from support.tiny_llama import TinyLlama, tiny_llama

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Tokens of a slot's window: one a byte of text, so prompts here are counted in characters.
WINDOW = 2048


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[TinyLlama]:
    async with tiny_llama(window=WINDOW, slots=2) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["llamacpp", "openai:anything"])
async def provider(server: TinyLlama, request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    """Known to be llama.cpp, and found out to be."""
    opened = await open_provider(select_model(request.param, base_url=server.base_url), real_system())
    yield opened
    await opened.close()


def ask(text: str = "hello", *, most: int | None = 8, prompt_tokens: int | None = None) -> ModelRequest:
    """Without chance: at temperature 0 the random model repeats itself until it is stopped."""
    return ModelRequest(
        model="anything",
        messages=(Message(role="user", content=text),),
        max_output_tokens=most,
        sampling=Sampling(temperature=0.0),
        prompt_tokens=prompt_tokens,
    )


async def slots(server: TinyLlama) -> list[dict[str, Any]]:
    async with Pool() as pool:
        return json.loads((await pool.fetch(HttpRequest(method="GET", url=server.root + "/slots"))).body)


async def test_a_reply_streams_and_is_counted(provider: Provider) -> None:
    events = [event async for event in provider.stream(ask())]
    *deltas, last = events
    assert len(deltas) > 1
    assert all(isinstance(event, TextDelta) for event in deltas)
    assert isinstance(last, Finished)
    assert last.finish is Finish.LENGTH
    assert last.usage.output_tokens == 8
    # One token a byte, and eleven a message and twelve for the beginning of the reply from the template.
    assert last.usage.prompt_tokens == len("hello") + len("user\n") + len("\n") + len("assistant\n") + 3


async def test_a_prompt_read_before_is_cached_and_still_counted(provider: Provider) -> None:
    first = await complete(provider, ask(), clock=RealClock())
    second = await complete(provider, ask(), clock=RealClock())
    assert second.usage.prompt_tokens == first.usage.prompt_tokens
    assert second.usage.cached_tokens
    assert second.first_token_seconds is not None
    assert second.first_token_seconds <= second.total_seconds


async def test_the_window_is_that_of_one_slot(provider: Provider, server: TinyLlama) -> None:
    report = await provider.window_report("anything")
    assert (report.tokens, report.source) == (WINDOW, "llama.cpp, for each slot")
    assert "--ctx-size" in report.hint
    assert await provider.window("anything") == WINDOW
    (model,) = await provider.models()
    assert model.window == WINDOW
    assert server.slots == 2


async def test_a_prompt_over_the_window_is_refused_here_before_it_is_sent(provider: Provider) -> None:
    with pytest.raises(ModelError) as caught:
        await complete(provider, ask("x" * WINDOW, prompt_tokens=WINDOW + 1), clock=RealClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
    assert "Nothing was sent" in caught.value.message


async def test_a_prompt_over_the_window_is_refused_there_where_our_estimate_is_too_low(provider: Provider) -> None:
    with pytest.raises(ModelError) as caught:
        await complete(provider, ask("x" * WINDOW, prompt_tokens=10), clock=RealClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
    assert f"window holds {WINDOW:,}" in caught.value.message
    assert caught.value.hint


async def test_a_reply_that_fills_the_window_is_cut_and_says_so(provider: Provider) -> None:
    response = await complete(provider, ask("x" * (WINDOW - 40), most=None, prompt_tokens=WINDOW), clock=RealClock())
    assert response.finish is Finish.WINDOW
    assert (response.usage.prompt_tokens or 0) + (response.usage.output_tokens or 0) == WINDOW


async def test_a_reply_at_the_limit_on_output_is_not_a_full_window(provider: Provider) -> None:
    assert (await complete(provider, ask("x" * (WINDOW - 200)), clock=RealClock())).finish is Finish.LENGTH


async def test_closing_the_stream_frees_the_slot(provider: Provider, server: TinyLlama) -> None:
    """A slot that was stopped still has a next token; one that came to its end has none."""
    async with aclosing(provider.stream(ask(most=None))) as stream:
        for _ in range(3):
            assert isinstance(await anext(stream), TextDelta)
        assert sum(slot["is_processing"] for slot in await slots(server)) == 1
    await free(server)
    assert any(slot["next_token"][0]["has_next_token"] for slot in await slots(server) if "next_token" in slot)


async def test_cancelling_the_task_frees_the_slot(provider: Provider, server: TinyLlama) -> None:
    begun = asyncio.Event()

    def listen(event: object) -> None:
        begun.set()

    task = asyncio.create_task(complete(provider, ask(most=None), clock=RealClock(), listener=listen))
    await asyncio.wait_for(begun.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await free(server)
    assert any(slot["next_token"][0]["has_next_token"] for slot in await slots(server) if "next_token" in slot)


async def test_a_request_it_does_not_accept(provider: Provider) -> None:
    request = ModelRequest(model="m", messages=(Message(role="wizard", content="x"),), max_output_tokens=-5)  # type: ignore[arg-type]
    with pytest.raises(ModelError) as caught:
        [event async for event in provider.stream(request)]
    assert caught.value.failure in (ModelFailure.BAD_REQUEST, ModelFailure.SERVER)
    assert caught.value.hint


async def test_it_counts_the_tokens_it_will_read(provider: Provider) -> None:
    if not isinstance(provider, LlamaCppProvider):
        return  # found out to be llama.cpp, and spoken to as any server of the API
    request = ModelRequest(
        model="anything",
        messages=(
            Message(role="system", content="Be brief."),
            Message(role="user", content="Grüße 世界 🎉 <|im_end|> \ud800 x = 1"),
        ),
        max_output_tokens=4,
        sampling=Sampling(temperature=0.0),
    )
    counted = await provider.count_tokens(request)
    assert counted == (await complete(provider, request, clock=RealClock())).usage.prompt_tokens


async def test_half_a_character_does_not_fail_the_request(provider: Provider) -> None:
    """An editor can send a lone surrogate; escaped in JSON llama.cpp refuses it with status 400."""
    response = await complete(provider, ask("half \ud83c of a flag \U0001f389"), clock=RealClock())
    assert response.usage.output_tokens == 8


async def test_a_prompt_that_only_looks_too_large_is_sent(server: TinyLlama) -> None:
    """Near the window the server is asked to count: our estimate, here far too high, does not decide."""
    opened = await open_provider(select_model("llamacpp", base_url=server.base_url), real_system())
    response = await complete(opened, ask("x" * 500, prompt_tokens=WINDOW * 2), clock=RealClock())
    assert response.finish is Finish.LENGTH
    with pytest.raises(ModelError) as caught:
        await complete(opened, ask("x" * WINDOW, prompt_tokens=WINDOW - 10), clock=RealClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
    assert f"is {WINDOW + 19:,} tokens" in caught.value.message
    assert "Nothing was sent" in caught.value.message
    await opened.close()


async def test_slots_health_and_the_one_model_it_holds(server: TinyLlama) -> None:
    opened = await open_provider(select_model("llamacpp", base_url=server.base_url), real_system())
    assert isinstance(opened, LlamaCppProvider)
    assert await opened.health() is Health.READY
    assert await opened.slots("anything") == Slots(total=2, busy=0)
    assert not await opened.is_router()
    (held,) = await opened.loaded()
    assert held.window == WINDOW
    assert await opened.load("anything") == LoadedModel(name="anything", instance="anything", window=WINDOW)
    await opened.unload(held)
    assert await opened.loaded() == (held,)
    async with aclosing(opened.stream(ask(most=None))) as stream:
        assert isinstance(await anext(stream), TextDelta)
        assert await opened.slots("anything") == Slots(total=2, busy=1)
    await free(server)
    await opened.close()


async def test_it_is_found_on_this_machine(server: TinyLlama) -> None:
    async with Pool() as pool:
        (found,) = await discover(pool, (server.base_url,))
    assert (found.kind, found.base_url, found.is_usual) == ("llamacpp", server.base_url, False)
    (model,) = found.models
    assert model.window == WINDOW
    assert found.choice("m") == "llamacpp:m"


async def free(server: TinyLlama) -> None:
    """Returns once no slot is at work; long before a whole reply would be done."""
    async with asyncio.timeout(PATIENCE):
        while any(slot["is_processing"] for slot in await slots(server)):
            await asyncio.sleep(0)


async def test_how_long_a_server_known_to_hold_its_model_takes_is_measured(
    provider: Provider, server: TinyLlama
) -> None:
    policy = select_model("llamacpp:anything", base_url=server.base_url)
    clock = RealClock()
    serving = Serving(Residents(ResidencyPolicy(), clock, stays=False), TimeLimits(None))
    response = await serving.complete(provider, policy, ask(), clock=clock)
    assert response.waited is not None
    assert response.first_token_seconds is not None
    assert 0 < response.waited <= response.first_token_seconds
