"""Order by meaning from end to end: a real server of vectors, or one that is slow, broken or not to be asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sightline.context.pack import ContextPack
from sightline.engine.engine import Engine
from sightline.engine.similarity import BATCH, likenesses
from sightline.tasks.result import TurnEvent, TurnRequest
from support.loopback import Exchange, LoopbackServer, loopback_server
from support.shop import script, shop_engine, write_workspace

#: A loaded machine may need longer than a user waits.
PATIENT = "rerank_seconds = 120"
FILES = {
    "shop/cart.py": "def round_cart():\n    return 1\n\n\ndef cart_of_invoice():\n    return 2\n",
    "shop/other.py": "def cart_of_invoice_too():\n    return 3\n",
}


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    """A server of vectors; what it says is the test's."""
    async with loopback_server() as running:
        yield running


async def likes_round(exchange: Exchange) -> None:
    """A vector for each text: that of the task is near to what speaks of rounding."""
    texts: list[str] = exchange.json["input"]
    rows = [
        {"index": at, "embedding": [1.0, 0.0] if "round_cart" in text or "amounts" in text else [0.6, 0.8]}
        for at, text in enumerate(texts)
    ]
    await exchange.answer(200, {"data": rows})


@asynccontextmanager
async def engine_asking(folder: Path, server: LoopbackServer, more: str = "", role: str = "") -> AsyncGenerator[Engine]:
    settings = (
        f"[context]\nrerank = true\n{more}\n[models.vectors]\nname = 'openai:v'\n"
        f"base_url = '{server.base_url}'\nroles = ['embedding']\n{role}"
    )
    (folder / "sightline.toml").write_text(settings, "utf-8")
    if not (folder / "work").exists():
        write_workspace(folder / "work", FILES)
    async with shop_engine(folder, script("Yes.")) as engine:
        yield engine


async def pack_of(engine: Engine, task: str = "amounts of the cart of the invoice") -> ContextPack:
    return (
        await engine.build_prompt(
            TurnRequest(turn="t", task=task, root=engine.roots[0], task_type="explain", budget=2000)
        )
    )[0]


def sent(server: LoopbackServer) -> list[str]:
    return [text for each in server.exchanges if each.method == "POST" for text in each.json["input"]]


async def test_the_best_pieces_are_compared_once_and_say_so(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = likes_round
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        pack = await pack_of(engine)
        assert pack.reranking is not None
        assert (pack.reranking.model, pack.reranking.where, pack.reranking.problem) == (
            "openai:v",
            "this machine",
            "",
        )
        reasons = {piece.name: piece.reasons[-1] for piece in pack.slices}
        assert reasons["round_cart"] == "similar in meaning: 1.00"
        assert reasons["cart_of_invoice"] == "less similar in meaning: 0.60"
        asked = sent(server)
        assert asked[0] == "amounts of the cart of the invoice"
        assert "shop/cart.py\ndef round_cart():\n    return 1\n" in asked
        assert len(asked) == 4
        assert await pack_of(engine) == pack
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        assert (await pack_of(engine)).text == pack.text
    assert sent(server) == asked, "vectors are kept, over a restart too"


async def test_off_by_default_and_no_workspace_turns_it_on(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = likes_round
    write_workspace(tmp_path / "work", {**FILES, ".sightline/sightline.toml": "[context]\nrerank = true\n"})
    async with shop_engine(tmp_path) as engine:
        assert (await pack_of(engine)).reranking is None
    (tmp_path / "work/.sightline/sightline.toml").write_text("[context]\nrerank = false\n", "utf-8")
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        assert (await pack_of(engine)).reranking is None
    assert server.exchanges == []


async def plain_pack(folder: Path) -> ContextPack:
    (folder / "sightline.toml").write_text("", "utf-8")
    async with shop_engine(folder) as engine:
        return await pack_of(engine)


async def test_a_server_that_fails_leaves_the_ordinary_order_and_a_word_on_it(
    tmp_path: Path, server: LoopbackServer
) -> None:
    async def refuses(exchange: Exchange) -> None:
        await exchange.answer(400, {"error": {"message": "no such model"}})

    server.routes["POST /v1/embeddings"] = refuses
    heard: list[TurnEvent] = []
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        pack = await pack_of(engine)
        turn = TurnRequest(turn="t", task="amounts of the cart", root=engine.roots[0], task_type="explain", budget=2000)
        result = await engine.ask(turn, heard.append)
    assert result.text == "Yes."
    assert any("Code was not compared" in event.text and "no such model" in event.text for event in heard)
    assert pack.reranking is not None
    assert "no such model" in pack.reranking.problem
    assert (pack.text, pack.slices) == ((plain := await plain_pack(tmp_path)).text, plain.slices)


async def test_a_slow_server_is_waited_for_no_longer_than_the_user_says(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = Exchange.end_of_file
    async with engine_asking(tmp_path, server, "rerank_seconds = 0.05") as engine:
        pack = await pack_of(engine)
    assert pack.slices
    assert pack.reranking is not None
    assert "within 0.05 seconds" in pack.reranking.problem


async def test_who_cancels_is_not_waited_for(tmp_path: Path, server: LoopbackServer) -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def hangs(exchange: Exchange) -> None:
        asked.set()
        await exchange.end_of_file()
        closed.set()

    server.routes["POST /v1/embeddings"] = hangs
    async with engine_asking(tmp_path, server, "rerank_seconds = 120") as engine:
        asking = asyncio.create_task(pack_of(engine))
        await asked.wait()
        asking.cancel()
        await closed.wait()
        assert (await asyncio.gather(asking, return_exceptions=True))[0].__class__ is asyncio.CancelledError


async def test_what_came_before_the_time_was_over_is_kept(tmp_path: Path, server: LoopbackServer) -> None:
    many = {f"shop/m{n}.py": f"def cart_{n}():\n    return {n}\n" for n in range(BATCH + 4)}
    write_workspace(tmp_path / "work", many)
    first = True

    async def once(exchange: Exchange) -> None:
        nonlocal first
        if first:
            first = False
            await likes_round(exchange)
        else:
            await exchange.answer(500, "later")

    server.routes["POST /v1/embeddings"] = once
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        assert (problem := (await pack_of(engine, "cart")).reranking) is not None
        assert problem.problem
        before = len(set(sent(server)))
        server.routes["POST /v1/embeddings"] = likes_round
        server.exchanges.clear()
        assert (told := (await pack_of(engine, "cart")).reranking) is not None
    assert told.problem == ""
    assert len(sent(server)) == told.pieces + 1 - BATCH
    assert before > BATCH


async def test_without_a_model_for_it_the_order_is_the_ordinary_one(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", FILES)
    (tmp_path / "sightline.toml").write_text("[context]\nrerank = true\n", "utf-8")
    async with shop_engine(tmp_path) as engine:
        pack = await pack_of(engine)
    assert pack.reranking is not None
    assert "None of your models is for embeddings" in pack.reranking.problem


async def test_nothing_private_reaches_a_cloud_without_leave(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = likes_round
    async with engine_asking(tmp_path, server, PATIENT, role="private = false\n") as engine:
        pack = await pack_of(engine)  # the model that answers is a script on this machine
    assert pack.reranking is not None
    assert "cloud" in pack.reranking.problem
    assert server.exchanges == []


async def test_secrets_are_not_sent(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = likes_round
    secret = "ghp_plantedPLANTEDplantedPLANTEDplanted00"
    code = {"shop/cart.py": f'def cart():\n    return "{secret}"\n', ".env": f"CART={secret}\n"}
    write_workspace(tmp_path / "work", code)
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        await pack_of(engine, f"the cart with {secret}")
    assert any("def cart" in text for text in sent(server))
    assert secret not in json.dumps(sent(server))


async def test_a_model_that_took_the_name_of_another_is_noticed(tmp_path: Path, server: LoopbackServer) -> None:
    server.routes["POST /v1/embeddings"] = likes_round
    async with engine_asking(tmp_path, server, PATIENT) as engine:
        await pack_of(engine)

        async def longer(exchange: Exchange) -> None:
            rows = [{"index": at, "embedding": [0.0, 1.0, 0.0]} for at, _ in enumerate(exchange.json["input"])]
            await exchange.answer(200, {"data": rows})

        server.routes["POST /v1/embeddings"] = longer
        pack = await pack_of(engine, "another cart of the invoice")
    assert pack.reranking is not None
    assert pack.reranking.problem == ""
    assert {piece.reasons[-1] for piece in pack.slices} == {"similar in meaning: 1.00"}


@pytest.mark.parametrize(
    ("one", "other", "cosine"),
    [([1, 0], [2, 0], 1), ([1, 0], [0, 3], 0), ([1, 0], [-1, 0], -1), ([0, 0], [1, 0], 0), ([1e300, 0], [1e300, 0], 0)],
)
def test_the_likeness_of_two_vectors(one: list[float], other: list[float], cosine: float) -> None:
    assert likenesses(one, [other]) == (cosine,)
