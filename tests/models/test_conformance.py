"""What every provider of the registry must do. A new one joins by being registered; its world is made in ``worlds``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sightline.base.memory_system import memory_system
from sightline.models.client import complete
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
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.provider import Provider
from sightline.models.registry import PROVIDERS, open_provider, provider_for
from sightline.transport.policy import RetryPolicy
from support.chat_server import answers
from support.loopback import Exchange, Route, loopback_server
from support.patience import PATIENCE
from support.voices import LENGTH, STOP, VOICES, Voice

KEY = "conformance-key-0123456789"


@dataclass
class World:
    """A provider whose server answers a prompt that holds ``ORDINARY``, ``HANG``, ``REFUSE``, ``LONG`` or ``EMPTY``
    in that manner. ``released`` waits until the server has noticed that a hanging reply is no longer wanted."""

    provider: Provider
    model: str
    released: Callable[[], Any]


SCRIPT = """\
%%% server
window: 4096
models: tiny
%%% reply
when: ORDINARY
times: always
pieces: 2

Hello there
%%% reasoning
hm
%%% reply
when: HANG
times: always
hang_after: 1
pieces: 2

Hello there
%%% reply
when: REFUSE
times: always
fail: authentication
%%% reply
when: LONG
times: always
finish: length

Hello
%%% reply
when: EMPTY
times: always
"""


@asynccontextmanager
async def scripted_world(kind: str) -> AsyncGenerator[World]:
    system = memory_system({"/script": SCRIPT})
    provider = await open_provider(ModelPolicy(kind=kind, name="/script"), system)

    async def released() -> None:
        return None

    yield World(provider, "tiny", released)
    await provider.close()


@asynccontextmanager
async def http_world(kind: str, voice: Voice) -> AsyncGenerator[World]:
    closed = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        prompt = exchange.body.decode()
        if "REFUSE" in prompt:
            return await exchange.answer(401, {**voice.refusal("", f"not {KEY}")})
        await exchange.begin(200, content_type=voice.media_type, connection="close")
        await exchange.send(voice.begin)
        if "HANG" in prompt:
            await exchange.send(voice.text("Hello"))
            await exchange.end_of_file()
            closed.set()
        elif "LONG" in prompt:
            await exchange.send(voice.text("Hello") + voice.end(LENGTH, 20))
        elif "EMPTY" in prompt:
            await exchange.send(voice.end(STOP, 20))
        else:
            await exchange.send(voice.thought("hm") + voice.text("Hello") + voice.text(" there"))
            await exchange.send(voice.end(STOP, 20))
        return None

    routes: dict[str, Route] = {voice.route: reply}
    for path in voice.lists:
        routes[f"GET {path}"] = answers(200, {**voice.listing(["tiny"])})
    for path, status in voice.status.items():
        routes[f"GET {path}"] = answers(200, {**status})
    async with loopback_server(**routes) as server:
        policy = ModelPolicy(
            kind=kind, name="tiny", base_url=server.base_url, api_key=Secret(KEY), retries=RetryPolicy(tries=1)
        )
        provider = await open_provider(policy, memory_system())
        yield World(provider, "tiny", closed.wait)
        await provider.close()


def worlds(kind: str) -> AbstractAsyncContextManager[World]:
    """An API that has no voice (``support/voices.py``) is no HTTP. A third sort of provider needs its world here."""
    voice = VOICES.get(PROVIDERS[kind].api)
    return http_world(kind, voice) if voice else scripted_world(kind)


#: An editor tells neither tokens nor reasoning: ``test_editor.py`` has what holds for its models.
@pytest.fixture(params=[kind for kind in PROVIDERS if kind != "editor"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with worlds(request.param) as made:
        yield made


def ask(what: str, model: str = "tiny") -> ModelRequest:
    return ModelRequest(model=model, messages=(Message(role="user", content=what),), prompt_tokens=20)


async def events(world: World, what: str) -> list[StreamEvent]:
    async with aclosing(world.provider.stream(ask(what))) as stream:
        return [event async for event in stream]


async def test_deltas_and_then_exactly_one_end(world: World) -> None:
    *deltas, last = await events(world, "ORDINARY")
    assert isinstance(last, Finished)
    assert last.finish is Finish.STOP
    assert last.usage.prompt_tokens == 20
    assert deltas
    assert all(isinstance(event, TextDelta | ReasoningDelta) and event.text for event in deltas)
    assert "".join(event.text for event in deltas if isinstance(event, TextDelta)) == "Hello there"
    assert "".join(event.text for event in deltas if isinstance(event, ReasoningDelta)) == "hm"


async def test_streams_do_not_disturb_one_another(world: World) -> None:
    one, two, three = await asyncio.gather(*(events(world, "ORDINARY") for _ in range(3)))
    assert one == two == three


async def test_a_closed_stream_lets_the_server_go(world: World) -> None:
    async with aclosing(world.provider.stream(ask("HANG"))) as stream:
        assert isinstance(await anext(stream), TextDelta)
    await asyncio.wait_for(world.released(), PATIENCE)
    assert await events(world, "ORDINARY")


async def test_a_cancelled_task_lets_the_server_go(world: World) -> None:
    heard = asyncio.Event()

    def listen(event: StreamEvent) -> None:
        heard.set()

    work = complete(world.provider, ask("HANG"), clock=memory_system().clock, listener=listen)
    task = asyncio.create_task(work)
    await asyncio.wait_for(heard.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(world.released(), PATIENCE)


async def test_failures_are_model_errors_with_a_hint_and_without_the_key(world: World) -> None:
    with pytest.raises(ModelError) as caught:
        await events(world, "REFUSE")
    assert caught.value.failure is ModelFailure.AUTHENTICATION
    assert caught.value.hint
    assert KEY not in str(caught.value)


async def test_a_reply_at_the_limit_is_told_as_such(world: World) -> None:
    response = await complete(world.provider, ask("LONG"), clock=memory_system().clock)
    assert (response.text, response.finish) == ("Hello", Finish.LENGTH)


async def test_an_empty_reply_is_an_error(world: World) -> None:
    with pytest.raises(ModelError) as caught:
        await complete(world.provider, ask("EMPTY"), clock=memory_system().clock)
    assert caught.value.failure is ModelFailure.EMPTY_REPLY


async def test_models_and_windows(world: World) -> None:
    assert "tiny" in [model.name for model in await world.provider.models()]
    report = await world.provider.window_report(world.model)
    assert report.tokens == await world.provider.window(world.model)
    assert bool(report.source) == (report.tokens is not None)
    assert (await world.provider.window_report("no such model")) is not None


async def test_a_name_and_nothing_secret(world: World) -> None:
    assert world.provider.name in PROVIDERS
    assert KEY not in repr(world.provider)
    await world.provider.close()
    await world.provider.close()


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_entries_are_whole(name: str) -> None:
    kind = PROVIDERS[name]
    assert kind.name == name
    assert kind.title
    assert kind.example.partition(":")[0] == name
    assert kind.base_url.startswith(("https://", "http://127.0.0.1:")) or not kind.base_url
    assert not kind.base_url.endswith("/")
    assert not (kind.base_url and kind.needs_address)
    public = kind.base_url.startswith("https://")
    assert kind.needs_key == public
    assert bool(kind.key_variable) == public
    assert bool(kind.source) or not (public or kind.needs_address) or kind.name == "custom"


def test_a_kind_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ModelError) as caught:
        provider_for(ModelPolicy(kind="oracle", name="x"), memory_system())
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    assert all(name in caught.value.hint for name in PROVIDERS)
