"""Vectors of texts: by the model whose role that is, checked, in the network they may be in, and in nobody's place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.database import open_precious
from sightline.base.machine_memory import MachineMemory
from sightline.base.memory_system import memory_system
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.embedding import MOST_TEXTS, can_embed, embed
from sightline.models.embedding_wire import openai_vectors
from sightline.models.failures import Speaker
from sightline.models.gateway import Gateway, ModelStores
from sightline.models.local_servers import LocalServers
from sightline.models.members import Member, ModelSet
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.residency import ResidencyPolicy
from sightline.models.routing import Routing
from sightline.models.selection import select_model
from support.fake_ollama import FakeOllama, Model
from support.loopback import Exchange, LoopbackServer

SPEAKER = Speaker(where="there", model="m", key=Secret(""), api="an API")


def models(embedder: ModelPolicy | None, primary: ModelPolicy | None = None, **routing: Any) -> ModelSet:
    members = {"model": Member(name="model", policy=primary or select_model("scripted:/one"))}
    if embedder is not None:
        members["vectors"] = Member(name="vectors", policy=embedder, roles=("embedding",))
    return ModelSet(members=members, routing=Routing(primary="model", fallback=("model",), **routing))


def embedder(server: LoopbackServer) -> ModelPolicy:
    return select_model("openai:vectors", base_url=server.base_url)


def gateway(stores: ModelStores | None = None, local: LocalServers | None = None) -> Gateway:
    return Gateway(memory_system({"/one": ""}), lambda: stores or ModelStores(), None, local)


async def answers(exchange: Exchange) -> None:
    texts = exchange.json["input"]
    rows = [{"index": number, "embedding": [len(text), 1.5]} for number, text in enumerate(texts)]
    await exchange.answer(200, {"data": rows[::-1], "usage": {"prompt_tokens": 7 * len(texts)}})


async def test_each_text_has_its_vector_whatever_the_order_and_it_is_written_down(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.routes["POST /v1/embeddings"] = answers
    system = memory_system()
    ledger = Ledger(open_precious(f"{tmp_path}/usage.sqlite3", migrations=MIGRATIONS), system.clock)
    door = gateway(ModelStores(ledger=ledger))
    texts = ["a" * number for number in range(1, MOST_TEXTS + 3)]
    found = await embed(door, models(embedder(server)), texts, turn="t", leave=False)
    assert found.rows == tuple((float(len(text)), 1.5) for text in texts)
    assert (found.model, found.where) == ("openai:vectors", "this machine")
    posts = [exchange.json for exchange in server.exchanges if exchange.method == "POST"]
    assert [len(post["input"]) for post in posts] == [MOST_TEXTS, 2]
    assert posts[0]["encoding_format"] == "float"
    (row,) = ledger.rows()
    assert (row.model, row.task, row.requests, row.prompt_tokens) == ("openai:vectors", "embed", 2, 7 * len(texts))
    assert (await embed(door, models(embedder(server)), [], turn="t", leave=False)).rows == ()
    await door.close()


STRANGE: list[Any] = [
    {},
    [],
    {"data": []},
    {"data": [{"index": 0, "embedding": [1.0]}]},
    {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
    {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": ["1.0"]}]},
    {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [float("nan")]}]},
    {"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
    {"data": [{"index": 0, "embedding": [1.0]}, {"index": [], "embedding": [1.0]}]},
]


@pytest.mark.parametrize("answer", STRANGE)
def test_anything_else_is_an_error_and_no_vector(answer: Any) -> None:
    with pytest.raises(ModelError) as caught:
        openai_vectors(answer, 2, SPEAKER)
    assert caught.value.failure is ModelFailure.PROTOCOL


JSON = st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=8)


@given(st.dictionaries(st.sampled_from(["data", "usage"]), JSON | st.lists(st.fixed_dictionaries({"embedding": JSON}))))
def test_any_json_is_read_or_refused(answer: Any) -> None:
    try:
        found = openai_vectors(answer, 1, SPEAKER)
    except ModelError:
        return
    assert len(found.rows) == 1


async def test_a_prompt_that_was_cut_is_no_vector(server: LoopbackServer) -> None:
    async def cuts(exchange: Exchange) -> None:
        row = {"index": 0, "embedding": [1.0]}
        await exchange.answer(200, {"data": [row], "usage": {"prompt_tokens": 50}})

    server.routes["POST /v1/embeddings"] = cuts
    door = gateway()
    with pytest.raises(ModelError) as caught:
        await embed(door, models(embedder(server)), ["some words of a text " * 100], turn="t", leave=False)
    assert caught.value.failure is ModelFailure.TRUNCATED_PROMPT
    await door.close()


async def test_a_refusal_is_the_servers_word_and_nobody_else_is_asked(server: LoopbackServer) -> None:
    async def refuses(exchange: Exchange) -> None:
        await exchange.answer(400, {"error": {"message": "not this"}})

    server.routes["POST /v1/embeddings"] = refuses
    door = gateway()
    with pytest.raises(ModelError, match="not this"):
        await embed(door, models(embedder(server)), ["a"], turn="t", leave=False)
    assert [asked for asked in server.asked if asked.startswith("POST")] == ["POST /v1/embeddings"]
    assert not next(iter(door.gates().values())).active
    await door.close()


async def test_without_the_role_nobody_is_asked() -> None:
    door = gateway()
    assert not can_embed(models(None))
    with pytest.raises(ModelError) as caught:
        await embed(door, models(None), ["a"], turn="t", leave=True)
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    with pytest.raises(ModelError, match="makes no embeddings"):
        await embed(door, models(select_model("scripted:/one")), ["a"], turn="t", leave=True)


@pytest.mark.parametrize(("cloud", "leave", "asked"), [("ask", False, 0), ("ask", True, 1), ("never", True, 0)])
async def test_what_private_models_hold_is_embedded_in_no_cloud_without_leave(
    ollama: FakeOllama, cloud: Any, *, leave: bool, asked: int
) -> None:
    """An Ollama of one's own that hands the model on is a cloud, whatever its address says."""
    ollama.models["vectors"] = Model(remote_host="api.example")
    primary = select_model("ollama:tiny", base_url=ollama.server.root)
    own = select_model("ollama:vectors", base_url=ollama.server.root)
    far = select_model("openai:text-embedding-3-small", api_key="k")
    door = gateway()
    with pytest.raises(ModelError) as caught:
        await embed(door, models(far, primary, cloud="never"), ["a"], turn="t", leave=True)
    assert caught.value.failure is ModelFailure.PRIVACY
    found: ModelError | None = None
    try:
        await embed(door, models(own, primary, cloud=cloud), ["a"], turn="t", leave=leave)
    except ModelError as error:
        found = error
    assert ollama.server.asked.count("POST /api/embed") == asked
    assert (found is None) == bool(asked)
    assert found is None or found.failure is ModelFailure.PRIVACY
    await door.close()


async def test_it_takes_no_place_of_the_model_of_a_conversation(ollama: FakeOllama) -> None:
    ollama.models |= {"chat": Model(), "vectors": Model(capability="embedding", trained=2048)}
    memory = MachineMemory(total=64 << 30, available=32 << 30)
    clock = memory_system().clock
    local = LocalServers(ResidencyPolicy(max_models=1), clock, stays=False, memory=lambda: memory)
    door = gateway(None, local)
    chat, own = (select_model(f"ollama:{name}", base_url=ollama.server.root) for name in ("chat", "vectors"))
    assert (await embed(door, models(own, chat), ["ab"], turn="t", leave=False)).rows == ((2.0, 1.0),)
    serving = await door.serving()
    assert serving is not None
    member = Member(name="model", policy=chat)
    # What a server holds is told by no method of the gateway's.
    residency = local._residents.at(await door.provider(member), chat)  # pyright: ignore[reportPrivateUsage]
    assert residency is not None
    await residency.place("chat")  # which takes the helper's place
    with pytest.raises(ModelError, match="takes nobody's place"):
        await embed(door, models(own, chat), ["ab"], turn="t", leave=False)
    assert await residency.is_loaded("chat")
    assert [name for name, _ in ollama.loads] == ["vectors", "chat"]  # each was loaded once
    await local.close()
    await door.close()
