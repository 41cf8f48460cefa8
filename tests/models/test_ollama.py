"""The Ollama provider on an Ollama that loads, reloads, evicts, expires and cuts prompts as the real one does."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from sightline.base.memory_system import memory_system
from sightline.models.client import complete
from sightline.models.fitting import LARGEST_UNASKED
from sightline.models.messages import (
    Finish,
    Finished,
    Message,
    ModelError,
    ModelFailure,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    Sampling,
    StreamEvent,
    TextDelta,
)
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelLoading
from sightline.models.providers.ollama import OllamaProvider
from sightline.models.tokens import count_messages
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.fake_ollama import FakeOllama, Model, Said


def provider(ollama: FakeOllama, pool: Pool, **fields: Any) -> OllamaProvider:
    given: dict[str, Any] = {"retries": RetryPolicy(tries=1), "base_url": ollama.server.base_url, **fields}
    return OllamaProvider(ModelPolicy(kind="ollama", name="tiny", **given), pool)


def ask(*sizes: int, model: str = "tiny", most: int | None = 100, **fields: Any) -> ModelRequest:
    """A prompt with messages of so many tokens."""
    words = tuple(Message(role="user", content="word" * size) for size in sizes or (5,))
    return ModelRequest(model=model, messages=words, max_output_tokens=most, **fields)


async def answer(asked: OllamaProvider, request: ModelRequest) -> ModelResponse:
    return await complete(asked, request, clock=memory_system().clock)


async def events(asked: OllamaProvider, request: ModelRequest) -> list[StreamEvent]:
    async with aclosing(asked.stream(request)) as stream:
        return [event async for event in stream]


async def failure(asked: OllamaProvider, request: ModelRequest) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await answer(asked, request)
    return caught.value


# What is sent and what comes back


async def test_the_whole_request_is_as_ollama_wants_it(ollama: FakeOllama, pool: Pool) -> None:
    request = ask(sampling=Sampling(temperature=0.1, top_p=0.9, top_k=40, repetition_penalty=1.0))
    await answer(provider(ollama, pool, keep_seconds=600), request)
    sent = next(e.json for e in ollama.server.exchanges if e.path == "/api/chat" and e.json["messages"])
    assert sent == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "word" * 5}],
        "stream": True,
        "truncate": False,
        "shift": False,
        "keep_alive": 600,
        "options": {
            "num_ctx": 4096,
            "num_predict": 100,
            "temperature": 0.1,
            "top_p": 0.9,
            "top_k": 40,
            "repeat_penalty": 1.0,
        },
    }


async def test_a_reply_with_its_thoughts_apart(ollama: FakeOllama, pool: Pool) -> None:
    ollama.think = lambda asked: Said(("Done", ".\n"), thinking=("hm", "!"))
    *deltas, last = await events(provider(ollama, pool), ask())
    assert deltas == [
        ReasoningDelta(text="hm"), ReasoningDelta(text="!"), TextDelta(text="Done"), TextDelta(text=".\n"),
    ]  # fmt: skip
    assert isinstance(last, Finished)
    assert (last.finish, last.model) == (Finish.STOP, "tiny")
    assert (last.usage.prompt_tokens, last.usage.output_tokens, last.usage.load_seconds) == (9, 4, 0.005)


async def test_thoughts_that_ollama_leaves_in_the_text_are_kept_apart_too(ollama: FakeOllama, pool: Pool) -> None:
    ollama.think = lambda asked: Said(("<think>", "hm", "</think>", "Done."))
    response = await answer(provider(ollama, pool), ask())
    assert (response.reasoning, response.text) == ("hm", "Done.")


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
async def test_the_base_url_may_end_in_v1_or_not(ollama: FakeOllama, pool: Pool, end: str) -> None:
    asked = provider(ollama, pool, base_url=ollama.server.root + end)
    assert (await answer(asked, ask())).text == "Hello there"
    assert [model.name for model in await asked.models()] == ["tiny:latest", "other:latest"]


async def test_an_error_in_the_middle_of_a_reply_ends_it(ollama: FakeOllama, pool: Pool) -> None:
    ollama.think = lambda asked: Said(("one", "two"), breaks=1)
    error = await failure(provider(ollama, pool), ask())
    assert error.failure is ModelFailure.SERVER
    assert "an error was encountered" in error.message


async def test_a_model_that_is_not_there_names_those_that_are(ollama: FakeOllama, pool: Pool) -> None:
    error = await failure(provider(ollama, pool), ask(model="gone"))
    assert error.failure is ModelFailure.NOT_FOUND
    assert "tiny:latest, other:latest" in error.hint


async def test_a_full_queue_is_asked_again(ollama: FakeOllama, pool: Pool) -> None:
    ollama.busy = True

    async def freed(seconds: float) -> None:
        ollama.busy = False

    policy = ModelPolicy(kind="ollama", name="tiny", base_url=ollama.server.base_url)
    assert (await answer(OllamaProvider(policy, pool, sleep=freed), ask())).text == "Hello there"
    ollama.busy = True
    assert (await failure(provider(ollama, pool), ask())).failure is ModelFailure.OVERLOADED


async def test_vectors_in_order_and_none_of_a_cut_text(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["tiny:latest"].trained = 2048
    asked = provider(ollama, pool)
    assert (await asked.embed("tiny", ("a", "abc"))).rows == ((1.0, 1.0), (3.0, 1.0))
    with pytest.raises(ModelError) as caught:
        await asked.embed("tiny", ("a", "word" * 2049))
    assert caught.value.failure is ModelFailure.BAD_REQUEST


# Windows: none is cut, and none is loaded anew without need


async def test_the_window_of_a_loaded_model_is_asked_for_again(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool)
    for size in (5, 500, 1500, 5):
        await answer(asked, ask(size))
    assert ollama.loads == [("tiny:latest", 4096)]


async def test_a_window_that_others_chose_is_kept(ollama: FakeOllama, pool: Pool) -> None:
    ollama.schedule("tiny:latest", {"options": {"num_ctx": 16_000}, "shift": False})
    await answer(provider(ollama, pool), ask(2000))
    assert ollama.loads == [("tiny:latest", 16_000)]


async def test_what_the_user_set_up_for_the_server_is_what_is_loaded(ollama: FakeOllama, pool: Pool) -> None:
    ollama.default_num_ctx = 20_000
    await answer(provider(ollama, pool), ask())
    assert ollama.loads == [("tiny:latest", 20_000)]


async def test_a_prompt_without_room_gets_a_larger_window_once(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool)
    await answer(asked, ask())
    for size in (5000, 6000, 5500):
        assert (await answer(asked, ask(size))).usage.prompt_tokens == size + 4
    assert ollama.loads == [("tiny:latest", 4096), ("tiny:latest", 8192)]


async def test_the_users_own_window_is_asked_for_and_not_passed(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool, window=10_000)
    await answer(asked, ask())
    assert ollama.loads == [("tiny:latest", 10_000)]
    error = await failure(asked, ask(11_000))
    assert error.failure is ModelFailure.WINDOW_EXCEEDED
    assert "Nothing was sent" in error.message


async def test_no_window_is_larger_than_the_model_was_trained_for(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["tiny:latest"].trained = 6000
    asked = provider(ollama, pool, window=64_000)
    assert (await answer(asked, ask(4000))).text
    assert ollama.loads == [("tiny:latest", 6000)]
    assert (await failure(asked, ask(7000))).failure is ModelFailure.WINDOW_EXCEEDED


async def test_without_the_users_word_windows_end_where_memory_may(ollama: FakeOllama, pool: Pool) -> None:
    ollama.memory = 10**9
    asked = provider(ollama, pool)
    assert (await asked.window_report("tiny")).largest == LARGEST_UNASKED
    assert (await failure(asked, ask(LARGEST_UNASKED + 2000))).failure is ModelFailure.WINDOW_EXCEEDED
    assert not ollama.loads


async def test_the_report_tells_the_loaded_window_and_never_the_trained_one(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool)
    before = await asked.window_report("tiny")
    assert (before.tokens, bool(before.hint)) == (None, True)
    assert not ollama.loads
    await answer(asked, ask())
    after = await asked.window_report("tiny")
    assert (after.tokens, after.source) == (4096, "Ollama")
    assert (await provider(ollama, pool, window=1000).window_report("tiny")).tokens == 1000
    assert await asked.window("tiny") == 4096
    assert [(model.name, model.window) for model in await asked.models()] == [
        ("tiny:latest", 4096), ("other:latest", None),
    ]  # fmt: skip


async def test_a_prompt_that_is_larger_than_it_looks_is_refused_and_not_cut(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["tiny:latest"].trained = 4096
    error = await failure(provider(ollama, pool), ask(5000, prompt_tokens=4000))
    assert error.failure is ModelFailure.WINDOW_EXCEEDED
    assert "4,096" in error.message
    assert not ollama.asked


async def test_a_refusal_of_something_else_is_not_taken_for_a_window(ollama: FakeOllama, pool: Pool) -> None:
    async def refuses(exchange: Any) -> None:
        await exchange.answer(400, {"error": '"tiny" does not support chat'})

    ollama.server.routes["POST /api/chat"] = refuses
    error = await failure(provider(ollama, pool), ask())
    assert error.failure is ModelFailure.BAD_REQUEST
    assert "does not support chat" in error.message


async def test_an_ollama_that_cuts_is_caught(ollama: FakeOllama, pool: Pool) -> None:
    """Before 0.12.6 it knew no ``truncate``: the oldest messages went, and the reply looks like any other."""
    ollama.version = (0, 11, 0)
    ollama.models["tiny:latest"].trained = 4096
    error = await failure(provider(ollama, pool), ask(3000, 2000, prompt_tokens=4000))
    assert error.failure is ModelFailure.TRUNCATED_PROMPT
    assert len(ollama.asked[-1].messages) == 1
    assert "2,004" in error.message
    assert error.hint


async def test_an_ollama_that_does_not_tell_its_window_is_asked_for_one_that_suffices(
    ollama: FakeOllama, pool: Pool
) -> None:
    ollama.version = (0, 9, 0)
    asked = provider(ollama, pool)
    for size in (5, 3000, 9000, 5):
        assert (await answer(asked, ask(size))).usage.prompt_tokens == size + 4
    assert [window for _, window in ollama.loads] == [4096, 8192, 16_384]


async def test_counts_without_what_was_cached_are_no_counts(ollama: FakeOllama, pool: Pool) -> None:
    """Before 0.4 a prompt read from the cache was not counted: that is not a cut prompt."""
    ollama.version = (0, 3, 14)
    asked = provider(ollama, pool)
    for _ in range(2):
        assert (await answer(asked, ask(2000))).usage.prompt_tokens is None


# Memory: loading, expiring, evicting


async def test_it_loads_and_unloads_when_told_to(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool)
    assert isinstance(asked, ModelLoading)
    held = await asked.load("tiny", window=6000, keep_seconds=120)
    assert (held.name, held.window, held.size, held.spilled) == ("tiny:latest", 6000, 7_000_000, 0.0)
    assert held.expires is not None
    assert await asked.loaded() == (held,)
    again = await asked.load("tiny", window=2000, keep_seconds=240)
    assert again.window == 6000
    assert again.expires is not None
    assert (again.expires - held.expires).total_seconds() == 120
    assert ollama.loads == [("tiny:latest", 6000)]
    await asked.unload(held)
    await asked.unload(held)
    assert await asked.loaded() == ()


async def test_a_model_goes_when_nobody_asks_it(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool, keep_seconds=120)
    await answer(asked, ask())
    ollama.now = 100
    await answer(asked, ask())
    ollama.now = 219
    assert len(await asked.loaded()) == 1
    ollama.now = 221
    assert await asked.loaded() == ()
    await answer(asked, ask())
    assert len(ollama.loads) == 2


async def test_a_model_that_is_not_to_stay_goes_at_once(ollama: FakeOllama, pool: Pool) -> None:
    asked = provider(ollama, pool, keep_seconds=0)
    assert (await answer(asked, ask())).text == "Hello there"
    assert await asked.loaded() == ()


async def test_a_model_that_does_not_fit_beside_another_takes_its_place(ollama: FakeOllama, pool: Pool) -> None:
    ollama.memory = 10_000_000
    asked = provider(ollama, pool)
    await answer(asked, ask())
    await answer(asked, ask(model="other"))
    assert [model.name for model in await asked.loaded()] == ["other:latest"]


async def test_too_little_memory_is_said_with_what_to_do(ollama: FakeOllama, pool: Pool) -> None:
    ollama.memory = 3_000_000
    error = await failure(provider(ollama, pool), ask())
    assert error.failure is ModelFailure.LOAD_FAILED
    assert "memory" in error.message
    assert "smaller" in error.hint


async def test_what_a_graphics_card_has_no_room_for_is_told(ollama: FakeOllama, pool: Pool) -> None:
    ollama.graphics_memory = 2_548_000
    held = await provider(ollama, pool).load("tiny")
    assert (held.size, held.graphics_size) == (5_096_000, 2_548_000)
    assert held.spilled == 0.5


async def test_a_model_of_another_host_is_neither_loaded_nor_given_a_window(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["big-cloud"] = Model(remote_host="https://ollama.com:443")
    asked = provider(ollama, pool)
    assert await asked.is_remote("big-cloud")
    assert not await asked.is_remote("tiny")
    assert (await answer(asked, ask(model="big-cloud"))).text == "Hello there"
    assert not ollama.loads
    chats = [e.json for e in ollama.server.exchanges if e.path == "/api/chat"]
    assert [chat["options"] for chat in chats] == [{"num_predict": 100}]


# The end of a reply


async def test_the_limit_on_output_and_a_full_window_are_told_apart(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["tiny:latest"].trained = 4096
    ollama.think = lambda asked: Said(("word ",) * 5000)
    asked = provider(ollama, pool)
    assert (await answer(asked, ask(1000, most=50))).finish is Finish.LENGTH
    assert (await answer(asked, ask(3000, most=None))).finish is Finish.WINDOW
    assert (await answer(asked, ask(3000, most=3000))).finish is Finish.WINDOW


def test_the_fake_counts_about_as_we_estimate() -> None:
    messages = ask(3000, 2000).messages
    fake = sum(4 + len(message.content) // 4 for message in messages)
    assert abs(count_messages(messages) - fake) < fake * 0.06
