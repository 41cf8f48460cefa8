"""How settings become the way a model is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from sightline.base.database import open_precious
from sightline.base.memory_system import memory_system
from sightline.base.system import System
from sightline.config.locations import locations
from sightline.config.settings import Settings
from sightline.engine.model import ModelParts, Models, ModelStores, model_policy, model_set, models_of
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, TextDelta
from sightline.models.parameters import Wanted
from sightline.models.questions import Hearing, Question, Target
from sightline.models.registry import open_provider
from sightline.tasks.result import TurnRequest
from sightline.transport.policy import Limits
from support.chat_server import streams
from support.fake_ollama import fake_ollama
from support.loopback import loopback_server
from support.voices import VOICES


def settings(**tables: Mapping[str, object]) -> Settings:
    return Settings.model_validate(tables)


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
async def test_a_custom_server_is_asked_as_the_user_says(api: str) -> None:
    voice = next(voice for name, voice in VOICES.items() if name == api)
    async with loopback_server(**{"POST /team/v2/talk": streams(voice.reply("Hello"))}) as server:
        given = settings(
            model={
                "name": "custom:house",
                "base_url": f"{server.root}/team",
                "api": api,
                "path": "/v2/talk",
                "key_header": "X-Team-Key",
                "api_key": "hidden",
                "headers": {"X-Project": "sightline"},
                "max_output_tokens": 99,
            }
        )
        policy = model_policy(given, {})
        provider = await open_provider(policy, memory_system())
        request = ModelRequest(model=policy.name, messages=(Message(role="user", content="Hi"),), max_output_tokens=99)
        events = [event async for event in provider.stream(request)]
        await provider.close()
    assert events[0] == TextDelta(text="Hello")
    sent = server.exchanges[-1]
    assert (sent.headers["x-team-key"], sent.headers["x-project"]) == ("hidden", "sightline")
    assert "authorization" not in sent.headers
    assert sent.json["model"] == "house"


def test_how_servers_are_reached_is_the_users_word() -> None:
    network: dict[str, object] = {
        "proxy": "http://me:hidden@proxy.example:1",
        "ca_file": "/ca.pem",
        "client_certificate": "/me.pem",
    }
    policy = model_policy(settings(model={"name": "ollama:m"}, network=network), {})
    transport = policy.transport
    assert (transport.proxy, transport.ca_file, transport.client_certificate, transport.client_key) == (
        *("http://me:hidden@proxy.example:1", "/ca.pem", "/me.pem", None),
    )
    assert "hidden" not in f"{policy!r}{settings(network=network)!r}"


@pytest.mark.parametrize(
    "headers", [{"Host": "x"}, {"a b": "x"}, {"x": "line\nend"}, {"x": "grün"}, {"Content-Type": "x"}]
)
def test_headers_that_cannot_be_sent(headers: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(model={"headers": headers})


def test_the_keys_of_services_come_from_the_environment() -> None:
    policy = model_policy(settings(model={"name": "anthropic:m"}), {"ANTHROPIC_API_KEY": "theirs"})
    assert (policy.api_key.reveal(), policy.key_header) == ("theirs", "x-api-key")


async def no_leave() -> bool:
    return False


def models_for(given: Settings, system: System, stores: ModelStores) -> Models:
    return models_of(
        ModelParts(
            system=system,
            settings=given,
            where=locations(system),
            leave=no_leave,
            ask_leave=None,
            stores=lambda: stores,
            stays=True,
        )
    )


async def fit(target: Target) -> tuple[tuple[Message, ...], int]:
    assert target.policy.kind == "scripted"
    return (Message(role="user", content="Hi"),), 1_000


QUESTION = Question(wanted=Wanted(task_type="explain"), fit=fit)


async def test_limits_on_money_hold_for_every_turn(tmp_path: Path) -> None:
    system = memory_system({"/replies": "%%% reply\ntimes: always\n\nHello\n"})
    priced: dict[str, object] = {"models": {"scripted:*": {"prices": {"prompt": 1.0, "output": 1000.0}}}}
    record = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), system.clock)
    model: dict[str, object] = {"name": "scripted:/replies", "max_output_tokens": 100}
    for limit, passes in ((0.5, True), (0.05, False)):
        given = settings(model=model, catalogue=priced, spending={"per_turn": limit})
        models = models_for(given, system, ModelStores(ledger=record))
        turn = await models.turn(TurnRequest(turn="t1", task_type="explain", task="x", root="/", budget=0))
        heard: list[str] = []
        hearing = Hearing(event=lambda _: None, begun=lambda: None, told=heard.append)
        if passes:
            assert (await turn.ask(QUESTION, hearing)).response.text == "Hello"
        else:
            with pytest.raises(ModelError) as caught:
                await turn.ask(QUESTION, hearing)
            assert caught.value.failure is ModelFailure.SPENDING_LIMIT
    record.close()


async def test_a_limit_that_cannot_hold_is_told_once(tmp_path: Path) -> None:
    """The price is not known: the request is sent, and the user hears that the limit is none here."""
    system = memory_system({"/replies": "%%% reply\ntimes: always\n\nHello\n"})
    record = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), system.clock)
    heard: list[str] = []
    hearing = Hearing(event=lambda _: None, begun=lambda: None, told=heard.append)
    for limits, told in (({}, 0), ({"per_day": 0.01}, 1)):
        given = settings(model={"name": "scripted:/replies"}, spending=limits)
        models = models_for(given, system, ModelStores(ledger=record))
        for number in range(2):
            turn = await models.turn(TurnRequest(turn=f"t{number}", task_type="explain", task="x", root="/", budget=0))
            assert (await turn.ask(QUESTION, hearing)).response.text == "Hello"
        assert len(heard) == told
    assert "scripted:/replies" in heard[0]
    assert "[spending]" in heard[0]
    record.close()


async def test_a_record_that_cannot_be_kept_is_no_reason_not_to_ask() -> None:
    system = memory_system({"/replies": "%%% reply\n\nHello\n"})
    models = models_for(settings(model={"name": "scripted:/replies"}), system, ModelStores())
    turn = await models.turn(TurnRequest(turn="t", task_type="explain", task="x", root="/", budget=0))
    given = await turn.ask(QUESTION, Hearing(event=lambda _: None, begun=lambda: None, told=lambda _: None))
    assert given.response.text == "Hello"
    await turn.judged("answered")
    await models.close()
    await models.close()


def test_the_own_model_is_model_or_the_name_it_gives_or_the_first_that_can_talk() -> None:
    named: dict[str, object] = {
        "vectors": {"name": "ollama:nomic", "roles": ["embedding"]},
        "big": {"name": "vllm:big"},
    }
    assert model_set(settings(model={"name": "ollama:m"}, models=named), {}).routing.primary == "model"
    assert model_set(settings(model={"name": "big"}, models=named), {}).routing.primary == "big"
    found = model_set(settings(models=named), {})
    assert found.routing.primary == "big"
    assert model_policy(settings(models=named), {}).name == "big"
    with pytest.raises(ModelError) as caught:
        model_policy(settings(), {})
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED


def test_what_the_list_of_models_says_of_a_model_need_not_be_said_again() -> None:
    named: dict[str, object] = {
        "vectors": {"name": "openai:text-embedding-3-small", "api_key": "k"},
        "big": {"name": "openai:gpt-5.1-codex", "api_key": "k"},
        "own": {"name": "openai:gpt-5.1-codex", "api_key": "k", "api": "chat", "roles": ["edit"]},
        "there": {"name": "openrouter:openai/gpt-5.1-codex", "api_key": "k"},
        "house": {"name": "custom:house", "base_url": "http://127.0.0.1:1/v1"},
        "moved": {"name": "custom:house", "base_url": "http://127.0.0.1:1/v1", "path": "/talk"},
    }
    facts: dict[str, object] = {"models": {"custom:house": {"api": "messages", "roles": ["fast"]}}}
    found = model_set(settings(models=named, catalogue=facts), {})
    assert found.routing.primary == "big"
    assert {name: member.roles for name, member in found.members.items() if member.roles and name != "model"} == {
        "vectors": ("embedding",), "own": ("edit",), "house": ("fast",), "moved": ("fast",),
    }  # fmt: skip
    assert {name: member.policy.api for name, member in found.members.items() if member.policy} == {
        "vectors": None, "big": "responses", "own": "chat", "there": None, "house": "messages", "moved": None,
    }  # fmt: skip


async def test_a_model_of_the_responses_api_is_asked_by_it() -> None:
    """What the list of models says of a service holds at that service: here a proxy that has taken its place."""
    voice = VOICES["responses"]
    async with loopback_server(**{"POST /v1/responses": streams(voice.reply("Hello"))}) as server:
        facts: dict[str, object] = {"models": {"openai:only-responses": {"api": "responses"}}}
        given = settings(model={"name": "openai:only-responses", "base_url": server.base_url}, catalogue=facts)
        policy = model_policy(given, {})
        provider = await open_provider(policy, memory_system())
        request = ModelRequest(model=policy.name, messages=(Message(role="user", content="Hi"),))
        events = [event async for event in provider.stream(request)]
        await provider.close()
    assert events[0] == TextDelta(text="Hello")


def test_a_mistake_in_one_model_leaves_the_others_in_force() -> None:
    found = model_set(settings(models={"far": {"name": "openai:m"}, "near": {"name": "ollama:m"}, "un": {}}), {})
    far, near = found.members["far"], found.members["near"]
    assert (far.policy, near.error) == (None, None)
    assert "needs a key" in str(far.error)
    assert "does not say which model" in str(found.members["un"].error)


def test_where_a_model_runs_is_the_users_word_if_they_give_one() -> None:
    """A proxy of one's own may lead to a cloud, and a server of one's own may stand in the open network."""
    near, far = "http://127.0.0.1:4000/v1", "https://llm.example.com/v1"
    given = settings(
        models={
            "proxy": {"name": "openai:claude", "base_url": near, "private": False},
            "plain": {"name": "openai:claude", "base_url": near},
            "own": {"name": "vllm:qwen", "base_url": far, "private": True},
            "open": {"name": "vllm:qwen", "base_url": far},
        }
    )
    members = model_set(given, {}).members
    assert {name: (member.routable().private, member.routable().where) for name, member in members.items()} == {
        "model": (False, ""),
        "proxy": (False, "cloud, by 127.0.0.1"),
        "plain": (True, "this machine"),
        "own": (True, "private network"),
        "open": (False, "cloud: llm.example.com"),
    }
    shared = {name: member.policy.gate.shared for name, member in members.items() if member.policy}
    assert shared == {"proxy": False, "plain": True, "own": True, "open": False}


def test_a_key_goes_to_its_own_model_alone() -> None:
    given = settings(model={"name": "openai:m", "api_key": "mine"}, models={"other": {"name": "anthropic:m"}})
    found = model_set(given, {"ANTHROPIC_API_KEY": "theirs"})
    keys = {name: member.policy.api_key.reveal() for name, member in found.members.items() if member.policy}
    assert keys == {"model": "mine", "other": "theirs"}


async def test_an_editors_models_are_loaded_at_its_start_and_let_go_at_its_end() -> None:
    async with fake_ollama() as ollama:
        given = settings(
            model={"name": "ollama:tiny", "base_url": ollama.server.base_url},
            residency={"preload": ["other"], "ttl": {"tiny": 77}},
        )
        models = models_for(given, memory_system(), ModelStores())
        models.begin()
        models.begin()
        while not ollama.running:
            await asyncio.sleep(0)
        turn = await models.turn(TurnRequest(turn="t", task_type="explain", task="x", root="/", budget=0))

        async def anything(target: Target) -> tuple[tuple[Message, ...], int]:
            assert target.policy.keep_seconds == 77
            return (Message(role="user", content="Hi"),), 3

        question = Question(wanted=Wanted(task_type="explain"), fit=anything)
        reply = await turn.ask(question, Hearing(event=lambda _: None, begun=lambda: None, told=lambda _: None))
        assert reply.response.text == "Hello there"
        assert sorted(ollama.running) == ["other:latest", "tiny:latest"]
        assert ollama.running["tiny:latest"].keeps == 77
        await models.close()
        assert not ollama.running
        assert len(ollama.loads) == 2


async def test_limits_and_residency_are_the_users_word() -> None:
    given = settings(
        model={"name": "ollama:m"},
        limits={"connect_seconds": 1, "first_token_seconds": 2, "between_tokens_seconds": 3},
        residency={"strategy": "ssd"},
    )
    policy = model_policy(given, {})
    assert policy.limits == Limits(connect=1, first_byte=2, between_bytes=3)
    assert policy.keep_seconds == 120
    assert model_policy(settings(model={"name": "openai:m", "api_key": "k"}), {}).keep_seconds is None
