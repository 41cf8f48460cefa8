"""How settings become the way a model is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from sightline.base.database import open_precious
from sightline.base.memory_system import memory_system
from sightline.config.settings import Settings
from sightline.engine.model import Models, ModelStores, choose_model, model_policy
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, TextDelta
from sightline.transport.policy import Limits
from support.chat_server import streams
from support.fake_ollama import fake_ollama
from support.loopback import loopback_server
from support.voices import VOICES


def settings(**tables: dict[str, object]) -> Settings:
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
        provider, choice = await choose_model(given, memory_system(), None)
        request = ModelRequest(
            model=choice.policy.name, messages=(Message(role="user", content="Hi"),), max_output_tokens=99
        )
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


async def test_limits_on_money_hold_for_every_turn(tmp_path: Path) -> None:
    system = memory_system({"/replies": "%%% reply\ntimes: always\n\nHello\n"})
    priced: dict[str, object] = {"models": {"scripted:*": {"prices": {"prompt": 1000.0, "output": 1000.0}}}}
    given = settings(model={"name": "scripted:/replies"}, catalogue=priced, spending={"per_turn": 0.5})
    record = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), system.clock)
    models = Models(system, lambda: ModelStores(ledger=record))
    choice = await models.choose(given, turn="t1", task="explain")
    assert choice.account is not None
    small = ModelRequest(model="m", messages=(), prompt_tokens=100, max_output_tokens=100)
    await choice.account.before(small)
    with pytest.raises(ModelError) as caught:
        await choice.account.before(replace(small, prompt_tokens=1_000))
    assert caught.value.failure is ModelFailure.SPENDING_LIMIT
    await models.close()


async def test_a_record_that_cannot_be_kept_is_no_reason_not_to_ask() -> None:
    models = Models(memory_system({"/replies": "%%% reply\n\nHello\n"}), ModelStores)
    assert (await models.choose(settings(model={"name": "scripted:/replies"}), turn="t", task="x")).account is None
    await models.close()
    await models.close()


async def test_an_editors_models_are_loaded_at_its_start_and_let_go_at_its_end() -> None:
    async with fake_ollama() as ollama:
        given = settings(
            model={"name": "ollama:tiny", "base_url": ollama.server.base_url},
            residency={"preload": ["other"], "ttl": {"tiny": 77}},
        )
        models = Models(memory_system(), ModelStores, stays=True)
        models.begin(given)
        models.begin(given)
        while not ollama.running:
            await asyncio.sleep(0)
        choice = await models.choose(given, turn="t", task="explain")
        assert choice.serving is not None
        assert choice.policy.keep_seconds == 77
        request = ModelRequest(model="tiny", messages=(Message(role="user", content="Hi"),))
        reply = await choice.serving.complete(choice.provider, choice.policy, request, clock=memory_system().clock)
        assert reply.text == "Hello there"
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
