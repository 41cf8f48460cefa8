"""``complete``: a stream put together, and the replies that look whole and are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from sightline.base.memory_system import ManualClock
from sightline.models.client import CompletionLimits, complete
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
    Usage,
)
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.providers.scripted import ScriptedProvider
from sightline.models.script import parse_script
from support.patience import PATIENCE

PROMPT = "word " * 1_000


def request(prompt_tokens: int | None = None) -> ModelRequest:
    return ModelRequest(
        model="m", messages=(Message(role="user", content=PROMPT),), prompt_tokens=prompt_tokens, max_output_tokens=100
    )


def provider(script: str) -> ScriptedProvider:
    return ScriptedProvider(parse_script(script))


class Handmade:
    """A provider whose events are given, with a clock that moves at each of them."""

    name = "handmade"

    def __init__(self, *events: StreamEvent, clock: ManualClock | None = None, step: float = 0.0) -> None:
        self.events = events
        self.clock = clock or ManualClock()
        self.step = step
        self.closed = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        try:
            for event in self.events:
                self.clock.seconds += self.step
                yield event
        finally:
            self.closed = True

    async def models(self) -> tuple[ModelInfo, ...]:
        return ()

    async def window_report(self, model: str) -> WindowReport:
        return WindowReport()

    async def window(self, model: str) -> int | None:
        return None

    async def close(self) -> None:
        return None


async def test_a_stream_put_together() -> None:
    clock = ManualClock()
    usage = Usage(prompt_tokens=1_300, output_tokens=3)
    handmade = Handmade(
        ReasoningDelta(text="hm"),
        TextDelta(text="he"),
        TextDelta(text="llo"),
        Finished(finish=Finish.STOP, usage=usage, model="served"),
        clock=clock,
        step=0.5,
    )
    response = await complete(handmade, request(), clock=clock)
    assert (response.text, response.reasoning, response.finish, response.usage) == ("hello", "hm", Finish.STOP, usage)
    assert (response.model, response.served_model) == ("m", "served")
    assert (response.first_token_seconds, response.total_seconds) == (0.5, 2.0)
    assert handmade.closed


async def test_listeners_of_both_kinds_see_every_event_in_order() -> None:
    script = "%%% reply\npieces: 2\n\nhello\n%%% reasoning\nhm"
    seen: list[StreamEvent] = []
    heard: list[StreamEvent] = []

    async def hear(event: StreamEvent) -> None:
        await asyncio.sleep(0)
        heard.append(event)

    await complete(provider(script), request(), clock=ManualClock(), listener=seen.append)
    await complete(provider(script), request(), clock=ManualClock(), listener=hear)
    assert seen == heard
    assert [type(event) for event in seen] == [*[ReasoningDelta] * 2, *[TextDelta] * 2, Finished]


async def test_a_listener_that_raises_ends_the_stream() -> None:
    handmade = Handmade(TextDelta(text="a"), Finished(finish=Finish.STOP))

    def complain(event: StreamEvent) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await complete(handmade, request(), clock=ManualClock(), listener=complain)
    assert handmade.closed


async def test_cancelling_in_the_listener_closes_the_stream() -> None:
    """The stream is suspended at a ``yield`` then, where the cancellation itself does not reach it."""
    handmade = Handmade(TextDelta(text="a"), Finished(finish=Finish.STOP))
    reached = asyncio.Event()

    async def wait(event: StreamEvent) -> None:
        reached.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(complete(handmade, request(), clock=ManualClock(), listener=wait))
    await asyncio.wait_for(reached.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert handmade.closed


async def fails(script: str, sent: int | None = None, window: int | None = None) -> ModelError:
    scripted = provider(script)
    with pytest.raises(ModelError) as caught:
        await complete(scripted, request(sent), clock=ManualClock(), window=window)
    assert caught.value.hint
    return caught.value


async def test_a_prompt_the_server_cut_is_refused_with_both_figures_and_a_remedy() -> None:
    error = await fails("%%% server\nwindow: 4096\n%%% reply\nprompt_tokens: 2050\n\nlooks fine", sent=4_000)
    assert error.failure is ModelFailure.TRUNCATED_PROMPT
    assert "2,050" in error.message
    assert "4,000" in error.message
    assert "context.budget" in error.hint


async def test_without_our_count_the_prompt_is_estimated_from_its_text() -> None:
    assert (await fails("%%% reply\nprompt_tokens: 500\n\nx")).failure is ModelFailure.TRUNCATED_PROMPT
    assert await complete(provider("%%% reply\nprompt_tokens: 1000\n\nx"), request(), clock=ManualClock())


@pytest.mark.parametrize(
    ("sent", "read", "whole"),
    [
        (10_000, 6_500, True),  # exactly at the margin
        (10_000, 6_499, False),
        (10_000, 5_002, False),  # Ollama keeps half of the window
        (10_000, 20_000, True),  # a chat template and an estimate that is too low
        (100, 37, True),  # few tokens: the slack
        (100, 36, False),
        (10_000, 0, True),  # told as nothing: unknown
    ],
)
async def test_the_margin_of_what_counts_as_cut(sent: int, read: int, *, whole: bool) -> None:
    script = f"%%% reply\nprompt_tokens: {read}\n\nx"
    if whole:
        assert (await complete(provider(script), request(sent), clock=ManualClock())).text == "x"
    else:
        assert (await fails(script, sent)).failure is ModelFailure.TRUNCATED_PROMPT


@pytest.mark.parametrize(
    ("margin", "read", "whole"),
    [(0.05, 9_500, True), (0.05, 9_499, False), (0.9, 6_500, True), (0.9, 6_499, False), (None, 6_500, True)],
)
async def test_a_count_that_is_known_better_leaves_less_room_for_a_cut(
    margin: float | None, read: int, *, whole: bool
) -> None:
    asked = replace(request(10_000), prompt_margin=margin)
    script = provider(f"%%% reply\nprompt_tokens: {read}\n\nx")
    if whole:
        assert (await complete(script, asked, clock=ManualClock())).text == "x"
    else:
        with pytest.raises(ModelError, match="cut the prompt"):
            await complete(script, asked, clock=ManualClock())


async def test_usage_that_is_missing_is_unknown_and_not_a_cut() -> None:
    response = await complete(provider("%%% reply\nprompt_tokens: none\n\nx"), request(10_000), clock=ManualClock())
    assert response.usage == Usage()


@pytest.mark.parametrize(("cached", "whole"), [(9_000, True), (100, False), (1_000, False)])
async def test_tokens_counted_as_cached_instead_of_read(cached: int, *, whole: bool) -> None:
    """More cached than read can only mean that the two are counted apart."""
    script = f"%%% reply\nprompt_tokens: 1000\ncached_tokens: {cached}\n\nx"
    if whole:
        assert await complete(provider(script), request(10_000), clock=ManualClock())
    else:
        assert (await fails(script, 10_000)).failure is ModelFailure.TRUNCATED_PROMPT


async def test_a_prompt_over_the_window_is_not_sent() -> None:
    scripted = provider("%%% server\nwindow: 4096\n%%% reply\n\nx")
    with pytest.raises(ModelError) as caught:
        await complete(scripted, request(4_097), clock=ManualClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
    assert "4,096" in caught.value.message
    assert "4,097" in caught.value.message
    assert scripted.requests == []
    assert await complete(scripted, request(4_096), clock=ManualClock())


async def test_the_users_own_window_counts_beside_the_servers() -> None:
    script = "%%% server\nwindow: 4096\n%%% reply\n\nx"
    assert "your settings" in (await fails(script, 3_000, window=2_048)).message
    assert "your settings" not in (await fails(script, 5_000, window=8_192)).message
    assert "your settings" in (await fails("%%% reply\n\nx", 3_000, window=2_048)).message


async def test_a_reply_that_stopped_at_the_limit_is_given_as_such() -> None:
    response = await complete(provider("%%% reply\nfinish: length\n\nhalf an ed"), request(), clock=ManualClock())
    assert (response.finish, response.text) == (Finish.LENGTH, "half an ed")
    response = await complete(provider("%%% reply\nfinish: length"), request(), clock=ManualClock())
    assert (response.finish, response.text) == (Finish.LENGTH, "")
    response = await complete(provider("%%% reply\nfinish: refusal"), request(), clock=ManualClock())
    assert response.finish is Finish.REFUSAL


@pytest.mark.parametrize("script", ["%%% reply\n", "%%% reply\nfinish: other", "%%% reply\n%%% reasoning\nhm"])
async def test_an_empty_reply_is_an_error(script: str) -> None:
    error = await fails(script)
    assert error.failure is ModelFailure.EMPTY_REPLY
    assert ("reasoned" in error.message) == ("reasoning" in script)


async def test_blank_is_empty() -> None:
    with pytest.raises(ModelError) as caught:
        await complete(Handmade(TextDelta(text=" \n"), Finished(finish=Finish.STOP)), request(), clock=ManualClock())
    assert caught.value.failure is ModelFailure.EMPTY_REPLY


async def test_reasoning_that_the_template_opened_is_not_part_of_the_reply() -> None:
    response = await complete(
        provider("%%% reply\n\nA draft: <<<<<<< SEARCH\n</think>\n\nThe reply."), request(), clock=ManualClock()
    )
    assert (response.reasoning, response.text) == ("A draft: <<<<<<< SEARCH\n", "The reply.")


async def test_a_reply_without_end_is_stopped() -> None:
    limits = CompletionLimits(reply_characters=50)
    handmade = Handmade(*[TextDelta(text="x" * 10)] * 9, Finished(finish=Finish.STOP))
    with pytest.raises(ModelError) as caught:
        await complete(handmade, request(), clock=ManualClock(), limits=limits)
    assert caught.value.failure is ModelFailure.PROTOCOL
    assert handmade.closed


async def test_what_the_provider_raises_comes_through() -> None:
    assert (await fails("%%% reply\nfail: overloaded")).failure is ModelFailure.OVERLOADED
