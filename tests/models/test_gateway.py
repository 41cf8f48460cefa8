"""The one door: who is asked next when a model fails, when nobody is, and what is said of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.base.database import open_cache
from sightline.base.machine_memory import MachineMemory
from sightline.base.memory_system import memory_system
from sightline.models import leases
from sightline.models.gateway import HELPED, Gateway, ModelStores
from sightline.models.local_servers import LocalServers
from sightline.models.members import Member, ModelSet
from sightline.models.messages import Message, ModelError, ModelFailure, TextDelta
from sightline.models.parameters import Wanted
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelLoading
from sightline.models.questions import About, Given, Hearing, Question, Target
from sightline.models.residency import ResidencyPolicy
from sightline.models.routing import Asked, Routing
from sightline.models.selection import select_model
from sightline.transport.policy import RetryPolicy
from support.fake_ollama import FakeOllama, Model, fake_ollama
from support.loopback import Exchange, loopback_server
from support.voices import VOICES

VOICE = next(voice for name, voice in VOICES.items() if name == "chat")


def script(text: str = "", failure: str = "") -> str:
    """A scripted model's file with one reply, or one failure, for ever."""
    header = f"fail: {failure}\n" if failure else ""
    return f"%%% reply\ntimes: always\n{header}\n{text}\n"


def models(policies: dict[str, ModelPolicy], *, fallback: tuple[str, ...] = (), **routing: Any) -> ModelSet:
    members = {name: Member(name=name, policy=policy) for name, policy in policies.items()}
    return ModelSet(members=members, routing=Routing(primary=next(iter(policies)), fallback=fallback, **routing))


class Heard:
    """What a person hears of one request."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.told: list[str] = []
        self.begun = 0
        self.rooms: list[int | None] = []

    def hearing(self) -> Hearing:
        def event(each: object) -> None:
            if isinstance(each, TextDelta):
                self.text.append(each.text)

        def begin() -> None:
            self.begun += 1

        return Hearing(event=event, begun=begin, told=self.told.append)

    async def fit(self, target: Target) -> tuple[tuple[Message, ...], int]:
        self.rooms.append(target.room)
        return (Message(role="user", content=f"Hi, {target.policy.name}"),), 5

    def question(self) -> Question:
        return Question(wanted=Wanted(task_type="explain"), fit=self.fit)


async def asked(
    gateway: Gateway, given: ModelSet, heard: Heard, ask: Asked | None = None, conversation: str = ""
) -> Given:
    turn = await gateway.turn(
        given, ask or Asked(role="chat"), About(turn="t", task="explain", conversation=conversation)
    )
    return await turn.ask(heard.question(), heard.hearing())


def scripted(**files: str) -> tuple[Gateway, dict[str, ModelPolicy]]:
    system = memory_system({f"/{name}": text for name, text in files.items()})
    return Gateway(system, ModelStores), {name: select_model(f"scripted:/{name}") for name in files}


@pytest.mark.parametrize("failure", sorted(ModelFailure))
async def test_another_model_is_asked_exactly_where_it_can_help(failure: ModelFailure) -> None:
    name = failure.value.removeprefix("model_")
    gateway, policies = scripted(one=script(failure=name), two=script("From two."))
    heard = Heard()
    given = models(policies, fallback=("two",))
    if failure not in HELPED:
        with pytest.raises(ModelError) as caught:
            await asked(gateway, given, heard)
        assert caught.value.failure is failure
        assert heard.told == []
        return
    answer = await asked(gateway, given, heard)
    assert (answer.response.text, answer.answered.name) == ("From two.", "two")
    assert answer.answered.passed[0].name == "one"
    assert "two is asked instead (it is your fallback)" in heard.told[0]
    assert "".join(heard.text).strip() == "From two."


async def test_when_none_can_answer_all_are_named_under_the_first_ones_failure() -> None:
    gateway, policies = scripted(
        one=script(failure="overloaded"), two=script(failure="server"), three=script(failure="authentication")
    )
    with pytest.raises(ModelError) as caught:
        await asked(gateway, models(policies, fallback=("two", "three")), Heard())
    assert caught.value.failure is ModelFailure.OVERLOADED
    assert "Nor could others answer. two: " in caught.value.message
    assert "three: " in caught.value.message


async def test_a_reply_that_breaks_off_is_nobody_elses_to_finish() -> None:
    async def breaks(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(VOICE.reply("Half a repl")[:-40])

    async with loopback_server(**{"POST /v1/chat/completions": breaks}) as server:
        system = memory_system({"/two": script("From two.")})
        gateway = Gateway(system, ModelStores)
        policies = {"one": select_model("openai:m", base_url=server.base_url), "two": select_model("scripted:/two")}
        heard = Heard()
        with pytest.raises(ModelError):
            await asked(gateway, models(policies, fallback=("two",)), heard)
        assert heard.text
        assert heard.told == []
        await gateway.close()


async def test_a_server_that_is_gone_is_answered_for_by_another_and_the_prompt_is_made_for_its_window() -> None:
    async with loopback_server() as gone:
        pass
    system = memory_system({"/two": script("From two.")})
    gateway = Gateway(system, ModelStores)
    one = select_model("vllm:big", base_url=gone.base_url, window=32_768)
    policies = {
        "one": ModelPolicy(
            kind=one.kind, name="big", base_url=one.base_url, window=32_768, retries=RetryPolicy(tries=1)
        ),
        "two": ModelPolicy(kind="scripted", name="/two", window=4_096),
    }
    heard = Heard()
    answer = await asked(gateway, models(policies, fallback=("two",)), heard)
    assert answer.answered.name == "two"
    assert answer.answered.passed[0].reason
    large, small = heard.rooms
    assert large is not None and small is not None
    assert small < 4_096 < large
    await gateway.close()


async def test_what_answered_first_answers_the_rest_of_the_turn() -> None:
    gateway, policies = scripted(one="%%% reply\nfail: overloaded\n\n\n%%% reply\n\nOne again.\n", two=script("Two."))
    heard = Heard()
    turn = await gateway.turn(
        models(policies, fallback=("two",)), Asked(role="edit"), About(turn="t", task="fix", conversation="c")
    )
    first, second = [(await turn.ask(heard.question(), heard.hearing())).answered for _ in range(2)]
    assert (first.name, second.name) == ("two", "two")
    assert gateway.last == second
    # The next turn of the conversation is with it too; another conversation begins with the user's own.
    assert (await asked(gateway, models(policies), Heard(), conversation="c")).answered.name == "two"
    assert (await asked(gateway, models(policies), Heard(), conversation="d")).answered.name == "one"


async def test_models_of_one_server_share_its_queue_and_breaker() -> None:
    async def fails(exchange: Exchange) -> None:
        await exchange.answer(500, {"error": {"message": "no"}})

    async with loopback_server(**{"POST /v1/chat/completions": fails}) as server:
        gateway = Gateway(memory_system({"/ok": script("Fine.")}), ModelStores)
        policies = {
            name: ModelPolicy(kind="openai", name=name, base_url=server.base_url, retries=RetryPolicy(tries=1))
            for name in ("one", "two")
        }
        given = models({**policies, "ok": select_model("scripted:/ok")}, fallback=("two", "ok"))
        for _ in range(4):
            assert (await asked(gateway, given, Heard())).answered.name == "ok"
        (state,) = gateway.gates().values()
        assert state.failures >= 5
        assert state.open_seconds > 0
        sent = [each.method for each in server.exchanges].count("POST")
        assert (await asked(gateway, given, Heard())).answered.name == "ok"
        assert [each.method for each in server.exchanges].count("POST") == sent, "an open breaker sends nothing"
        await gateway.close()


async def test_cancelling_asks_nobody_else() -> None:
    begun = asyncio.Event()

    async def waits(exchange: Exchange) -> None:
        begun.set()
        await exchange.end_of_file()

    async with loopback_server(**{"POST /v1/chat/completions": waits}) as server:
        gateway = Gateway(memory_system({"/two": script("From two.")}), ModelStores)
        policies = {"one": select_model("openai:m", base_url=server.base_url), "two": select_model("scripted:/two")}
        heard = Heard()
        task = asyncio.create_task(asked(gateway, models(policies, fallback=("two",)), heard))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (heard.told, heard.text) == ([], [])
        await gateway.close()


async def test_a_model_that_its_server_hands_on_is_no_private_one() -> None:
    async def shown(exchange: Exchange) -> None:
        await exchange.answer(200, {"remote_host": "https://ollama.example:443", "remote_model": "big"})

    async with loopback_server(**{"POST /api/show": shown}) as server:
        gateway = Gateway(memory_system({"/one": script(failure="overloaded")}), ModelStores)
        policies = {
            "one": select_model("scripted:/one"),
            "two": select_model("ollama:mine", base_url=server.base_url),
        }
        with pytest.raises(ModelError) as caught:
            await asked(gateway, models(policies, fallback=("two",)), Heard())
        assert "hands its requests on to a cloud" in caught.value.message
        assert not [each for each in server.exchanges if each.path == "/api/chat"]
        await gateway.close()


FAILURES: list[ModelFailure | None] = [None, *sorted(HELPED)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(st.sampled_from(FAILURES), st.sampled_from(FAILURES)), min_size=1, max_size=5))
def test_no_failures_move_a_private_conversation_to_a_cloud(turns: list[tuple[ModelFailure | None, ...]]) -> None:
    """The cloud's model is a script that counts: it is never read, whatever the private ones do."""

    async def run() -> None:
        def replies(place: int) -> str:
            faults = (turn[place] for turn in turns)
            heads = (f"fail: {fault.removeprefix('model_')}\n" if fault else "" for fault in faults)
            return "".join(f"%%% reply\n{head}\nreply\n\n" for head in heads)

        files = {"/one": replies(0), "/two": replies(1)}
        system = memory_system(files)
        gateway = Gateway(system, ModelStores)
        cloud = select_model("openai:far", api_key="k")
        given_models = models(
            {"one": select_model("scripted:/one"), "two": select_model("scripted:/two"), "far": cloud},
            fallback=("far", "two", "far"),
        )
        for _ in turns:
            with suppress(ModelError):
                answer = await asked(gateway, given_models, Heard(), conversation="c")
                assert answer.answered.name in ("one", "two")
                assert "far" in [each.name for each in answer.answered.left_out]
        assert gateway.gates() == {}, "a connection was opened"
        await gateway.close()

    asyncio.run(run())


# Models of this machine


async def local_gateway(
    ollama: FakeOllama, memory: MachineMemory, tmp_path: Path
) -> tuple[Gateway, LocalServers, ModelSet]:
    system = memory_system({})
    local = LocalServers(ResidencyPolicy(), system.clock, stays=False, memory=lambda: memory)
    connection = open_cache(str(tmp_path / "leases.sqlite3"), version=leases.VERSION, schema=leases.SCHEMA)
    stores = ModelStores(leases=leases.LeaseBook(connection, system.clock))
    gateway = Gateway(system, lambda: stores, local=local)
    policies: dict[str, ModelPolicy] = {}
    for name, model in (("heavy", "big:32b"), ("light", "small:3b")):
        policy = select_model(f"ollama:{model}", base_url=ollama.server.base_url)
        policies[name] = replace(policy, gate=replace(policy.gate, here=True, shared=True))
    ollama.models = {"big:32b": Model(), "small:3b": Model()}
    return gateway, local, models(policies, fallback=("light",))


@pytest.mark.parametrize(
    ("available", "loaded", "answers"),
    [(32, False, "heavy"), (1, False, "light"), (1, True, "heavy"), (10, False, "light"), (10, True, "heavy")],
    ids=["enough", "short", "short, and it is loaded anyway", "too little for it", "too little, and it is there"],
)
async def test_a_lighter_model_answers_while_memory_is_short(
    tmp_path: Path, available: int, answers: str, *, loaded: bool
) -> None:
    memory = MachineMemory(total=64 << 30, available=available << 30)
    async with fake_ollama() as ollama:
        gateway, local, given = await local_gateway(ollama, memory, tmp_path)
        if loaded:
            policy = given.members["heavy"].policy
            assert policy is not None
            provider = await gateway.provider(given.members["heavy"])
            assert isinstance(provider, ModelLoading)
            await provider.load(policy.name)
        heard = Heard()
        reply = await asked(gateway, given, heard)
        assert (reply.answered.name, reply.response.text) == (answers, "Hello there")
        reason = "memory is short" if available == 1 else "heavy needs about 17 GB and 11 GB are free"
        assert (reason in reply.answered.reason) is (answers == "light")
        body = next(each.json for each in ollama.server.exchanges if each.path == "/api/chat" and each.json["messages"])
        assert body["options"].get("num_predict") == (1024 if available == 1 else None)
        limited = [sentence for sentence in heard.told if sentence.startswith("The reply may have 1,024 tokens: ")]
        assert len(limited) == (1 if available == 1 else 0)
        (state,) = gateway.gates().values()
        assert state.shared
        assert state.limit == (1 if available == 1 else 2)
        await local.close()
        await gateway.close()
