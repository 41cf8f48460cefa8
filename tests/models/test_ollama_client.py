"""The fake Ollama's wire, read by Ollama's own client; and what its API may answer, read by ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import ollama
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.failures import Speaker
from sightline.models.messages import Finish, Finished, ModelError, ModelFailure
from sightline.models.ollama_wire import (
    OllamaReader,
    loaded_models,
    remote_host,
    same_model,
    trained_window,
    version_of,
)
from sightline.models.policy import Secret
from support.fake_ollama import FakeOllama, Model, Said, fake_ollama

SPEAKER = Speaker(where="http://127.0.0.1:11434", model="tiny", key=Secret(""))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["models", "name", "size", "version", "x"]), inner),
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeOllama]:
    async with fake_ollama() as running:
        yield running


async def test_the_official_client_reads_every_answer_of_the_fake(fake: FakeOllama) -> None:
    fake.think = lambda asked: Said(("Hello", "!"), thinking=("hm",))
    client: Any = ollama.AsyncClient(host=fake.server.root)  # its types leave much unknown
    stream = await client.chat("tiny", [{"role": "user", "content": "Hi"}], stream=True, keep_alive="5m")
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.message.content or "" for chunk in chunks) == "Hello!"
    assert "".join(chunk.message.thinking or "" for chunk in chunks) == "hm"
    assert (chunks[-1].done, chunks[-1].done_reason) == (True, "stop")
    assert (chunks[-1].prompt_eval_count, chunks[-1].eval_count) == (5, 3)
    (running,) = (await client.ps()).models
    assert (running.model, running.context_length, running.size) == ("tiny:latest", 4096, 5_096_000)
    assert running.expires_at is not None
    assert [model.model for model in (await client.list()).models] == ["tiny:latest", "other:latest"]
    shown = await client.show("tiny")
    assert shown.modelinfo is not None
    assert shown.modelinfo["llama.context_length"] == 131_072
    assert [list(vector) for vector in (await client.embed("tiny", ["a", "ab"])).embeddings] == [[1, 1], [2, 1]]


async def test_the_official_client_sees_the_fakes_refusals(fake: FakeOllama) -> None:
    client: Any = ollama.AsyncClient(host=fake.server.root)  # its types leave much unknown
    with pytest.raises(ollama.ResponseError) as missing:
        await client.chat("gone", [{"role": "user", "content": "Hi"}])
    assert missing.value.status_code == 404
    fake.think = lambda asked: Said(("a", "b"), breaks=1)
    with pytest.raises(ollama.ResponseError, match="an error was encountered"):
        [chunk async for chunk in await client.chat("tiny", [{"role": "user", "content": "Hi"}], stream=True)]


async def test_the_official_client_is_cut_where_we_are_not(fake: FakeOllama) -> None:
    """It sends no ``truncate``: the fake drops the oldest messages, as Ollama does."""
    client: Any = ollama.AsyncClient(host=fake.server.root)  # its types leave much unknown
    messages = [{"role": "user", "content": "word" * 3000}, {"role": "user", "content": "word" * 2000}]
    stream = await client.chat("tiny", messages, stream=True)
    assert [chunk async for chunk in stream][-1].prompt_eval_count == 2004
    assert [len(asked.messages) for asked in fake.asked] == [1]
    stream = await client.chat("tiny", messages[:1], stream=True, options={"num_ctx": 1000})
    assert [chunk async for chunk in stream][-1].prompt_eval_count == 500
    assert fake.loads == [("tiny:latest", 4096), ("tiny:latest", 1000)]


async def test_a_model_of_another_host_is_shown_as_such(fake: FakeOllama) -> None:
    fake.models["big-cloud"] = Model(remote_host="https://ollama.com:443")
    shown = await ollama.AsyncClient(host=fake.server.root).show("big-cloud")
    assert remote_host(shown.model_dump() | {"remote_host": "https://ollama.com:443"})
    assert not remote_host({})


def reader() -> OllamaReader:
    return OllamaReader(SPEAKER)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("stop", Finish.STOP), ("length", Finish.LENGTH), ("", Finish.OTHER), ("load", Finish.OTHER)],
)
def test_how_a_reply_ended(reason: str, finish: Finish) -> None:
    ended = reader()
    ended.take_json({"done": True, "done_reason": reason})
    (last,) = ended.finished()
    assert isinstance(last, Finished)
    assert last.finish is finish
    assert last.usage.prompt_tokens is None


@pytest.mark.parametrize(
    ("lines", "failure"),
    [
        ([], ModelFailure.EMPTY_REPLY),
        (['{"message": {"content": "Hel'], ModelFailure.PROTOCOL),
        (['{"message": {"content": "Hello"}, "done": false}'], ModelFailure.PROTOCOL),
        (["[]"], ModelFailure.PROTOCOL),
        (['{"message": {"content": 7}}'], ModelFailure.PROTOCOL),
        (['{"error": "CUDA error"}'], ModelFailure.SERVER),
    ],
)
def test_what_is_no_reply(lines: list[str], failure: ModelFailure) -> None:
    def read() -> None:
        broken = reader()
        for line in lines:
            broken.take(line)
        broken.finished()

    with pytest.raises(ModelError) as caught:
        read()
    assert caught.value.failure is failure


@given(json_values)
def test_status_of_any_shape_is_read_or_left(value: Any) -> None:
    assert all(model.name for model in loaded_models(value))
    assert trained_window(value) is None
    assert remote_host(value) == ""
    assert version_of(value) == ()


@pytest.mark.parametrize(
    ("told", "numbers"), [("0.13.1", (0, 13, 1)), ("0.12.6-rc1", (0, 12, 6)), ("dev", ()), ("", ()), (7, ())]
)
def test_versions(told: Any, numbers: tuple[int, ...]) -> None:
    assert version_of({"version": told}) == numbers


def test_names_without_a_tag_are_the_latest() -> None:
    assert same_model("tiny", "Tiny:latest")
    assert not same_model("tiny", "tiny:7b")


def test_moments_that_are_none() -> None:
    rows = [{"model": "a", "expires_at": text} for text in ("", "soon", "2026-01-01T00:00:00", None)]
    assert [model.expires for model in loaded_models({"models": rows})] == [None] * 4
    (model,) = loaded_models({"models": [{"model": "a", "expires_at": "2026-01-01T10:00:00.123456789-07:00"}]})
    assert model.expires is not None
    assert model.expires.utcoffset() is not None
