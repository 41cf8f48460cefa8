"""The scripted provider: which reply it gives, how it streams it, and every way it can misbehave on purpose."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from sightline.base.errors import UsageError
from sightline.base.memory_system import memory_system
from sightline.models.messages import (
    Finish,
    Finished,
    Message,
    ModelError,
    ModelFailure,
    ModelRequest,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
)
from sightline.models.providers.scripted import ScriptedProvider, scripted_from_file
from sightline.models.script import parse_script
from support.patience import PATIENCE


def request(text: str = "hi", **fields: Any) -> ModelRequest:
    return ModelRequest(model="m", messages=(Message(role="user", content=text),), **fields)


def provider(script: str) -> ScriptedProvider:
    return ScriptedProvider(parse_script(script))


async def events(scripted: ScriptedProvider, text: str = "hi") -> list[StreamEvent]:
    async with aclosing(scripted.stream(request(text))) as stream:
        return [event async for event in stream]


async def text_of(scripted: ScriptedProvider, prompt: str = "hi") -> str:
    return "".join(event.text for event in await events(scripted, prompt) if isinstance(event, TextDelta))


async def test_replies_come_in_order_and_then_run_out() -> None:
    scripted = provider("%%% reply\n\none\n%%% reply\n\ntwo")
    assert await text_of(scripted) == "one"
    assert await text_of(scripted) == "two"
    with pytest.raises(ModelError, match="all of them have been given") as caught:
        await events(scripted)
    assert caught.value.hint
    assert len(scripted.requests) == 3


async def test_the_first_reply_that_fits_the_prompt_answers() -> None:
    scripted = provider("%%% reply\nwhen: apple\nwhen: pie\n\nA\n%%% reply\nwhen: pear\n\nP\n%%% reply\n\nany")
    assert await text_of(scripted, "a pear") == "P"
    assert await text_of(scripted, "an apple pie") == "A"
    assert await text_of(scripted, "an apple pie") == "any"
    scripted = provider("%%% reply\nwhen: apple\n\nA")
    with pytest.raises(ModelError, match="none of those left fits the prompt \\(line 1\\)"):
        await events(scripted, "a pear")


async def test_all_messages_are_searched() -> None:
    scripted = provider("%%% reply\nwhen: apple\n\nA")
    messages = (Message(role="system", content="an apple"), Message(role="user", content="hi"))
    async with aclosing(scripted.stream(ModelRequest(model="m", messages=messages))) as stream:
        assert await anext(stream) == TextDelta(text="A")


async def test_a_reply_may_answer_several_times_or_always() -> None:
    scripted = provider("%%% reply\ntimes: 2\n\none\n%%% reply\ntimes: always\n\nmore")
    assert [await text_of(scripted) for _ in range(6)] == ["one", "one", "more", "more", "more", "more"]


async def test_pieces_and_delays() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    scripted = ScriptedProvider(parse_script("%%% reply\npieces: 3\ndelay: 0.5\n\nabcdefgh"), sleep=sleep)
    *pieces, last = await events(scripted)
    assert [piece.text for piece in pieces if isinstance(piece, TextDelta)] == ["ab", "cde", "fgh"]
    assert waited == [0.5] * 3
    assert isinstance(last, Finished)


async def test_without_pieces_a_reply_comes_line_by_line() -> None:
    *pieces, _ = await events(provider("%%% reply\n\none\ntwo\n\nthree"))
    assert pieces == [TextDelta(text=text) for text in ("one\n", "two\n", "\n", "three")]


async def test_more_pieces_than_characters_are_characters() -> None:
    assert len(await events(provider("%%% reply\npieces: 50\n\nabc"))) == 4


async def test_reasoning_comes_first_and_apart() -> None:
    got = await events(provider("%%% reply\npieces: 1\n\nanswer\n%%% reasoning\nwhy"))
    assert got[:2] == [ReasoningDelta(text="why"), TextDelta(text="answer")]
    assert isinstance(got[2], Finished)
    assert got[2].usage.reasoning_tokens == 1


@pytest.mark.parametrize("finish", list(Finish))
async def test_every_finish(finish: Finish) -> None:
    *_, last = await events(provider(f"%%% reply\nfinish: {finish.value}\n\nx"))
    assert isinstance(last, Finished)
    assert last.finish is finish


@pytest.mark.parametrize("failure", list(ModelFailure))
async def test_every_failure(failure: ModelFailure) -> None:
    with pytest.raises(ModelError) as caught:
        await events(provider(f"%%% reply\nfail: {failure.value}\nmessage: as told"))
    assert (caught.value.failure, caught.value.message) == (failure, "as told")


async def test_a_failure_in_the_middle_comes_after_its_pieces() -> None:
    got: list[StreamEvent] = []

    async def read() -> None:
        async with aclosing(provider("%%% reply\nfail: server\nfail_after: 2\n\na\nb\nc").stream(request())) as stream:
            async for event in stream:
                got.append(event)  # noqa: PERF401  what came before the failure is the point

    with pytest.raises(ModelError):
        await read()
    assert got == [TextDelta(text="a\n"), TextDelta(text="b\n")]


async def test_a_hanging_reply_hangs_until_it_is_cancelled() -> None:
    reached = asyncio.Event()

    async def read() -> None:
        async with aclosing(provider("%%% reply\nhang_after: 1\n\na\nb").stream(request())) as stream:
            async for event in stream:
                assert event == TextDelta(text="a\n")
                reached.set()

    task = asyncio.create_task(read())
    await asyncio.wait_for(reached.wait(), PATIENCE)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(("given", "told"), [("12", 12), ("0", 0), ("none", None), ("", 777)])
async def test_prompt_tokens_as_told_or_as_sent(given: str, told: int | None) -> None:
    scripted = provider(f"%%% reply\n{f'prompt_tokens: {given}' if given else 'pieces: 1'}\n\nx")
    async with aclosing(scripted.stream(request(prompt_tokens=777))) as stream:
        *_, last = [event async for event in stream]
    assert isinstance(last, Finished)
    assert last.usage.prompt_tokens == told


async def test_an_empty_reply_is_only_its_end() -> None:
    assert [type(event) for event in await events(provider("%%% reply\n"))] == [Finished]


async def test_garbage_is_the_same_every_time_and_differs_by_reply() -> None:
    script = "%%% reply\ngarbage: 300\n%%% reply\ngarbage: 300\n"
    one, two = provider(script), provider(script)
    first = await text_of(one)
    assert (len(first), first) == (300, await text_of(two))
    assert await text_of(one) != first


async def test_the_pretended_server() -> None:
    scripted = provider("%%% server\nwindow: 100\nmodels: a, b\n%%% reply\n\nx")
    assert [(model.name, model.window) for model in await scripted.models()] == [("a", 100), ("b", 100)]
    assert await scripted.window("a") == 100
    assert await provider("%%% reply\n").window("a") is None


async def test_a_file_is_read_from_the_system() -> None:
    system = memory_system({"/r.txt": "%%% reply\n\nfrom the file", "/latin": b"%%% reply\n\n\xe9"})
    assert await text_of(scripted_from_file(system.files, "/r.txt")) == "from the file"
    with pytest.raises(ModelError) as caught:
        scripted_from_file(system.files, "/missing.txt")
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    assert "/missing.txt" in caught.value.message
    with pytest.raises(UsageError, match="UTF-8"):
        scripted_from_file(system.files, "/latin")
