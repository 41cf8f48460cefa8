"""Which request gets which reply from before, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.database import open_cache
from sightline.base.memory_system import ManualClock
from sightline.models.cache import SCHEMA, VERSION, CachedReply, CacheKey, CachePolicy, ReplyCache, key_of, likeness
from sightline.models.client import EventListener
from sightline.models.messages import Finish, Message, ModelRequest, ModelResponse, Sampling, Usage
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.replies import Replies

MODEL = ModelPolicy(kind="openai", name="m", base_url="https://api.example/v1")
RESPONSE = ModelResponse(
    text="Grüße \ud800", reasoning="hm", finish=Finish.STOP, usage=Usage(prompt_tokens=9), model="m",
    first_token_seconds=0.5, total_seconds=2.0,
)  # fmt: skip
QUESTION = "How does the cart add up the prices of an order"


def request(question: str = QUESTION, code: str = "def total(): ...", **fields: Any) -> ModelRequest:
    messages = (Message(role="system", content="Be brief."), Message(role="user", content=f"{code}\n\n{question}"))
    return ModelRequest(model="m", messages=messages, **fields)


def key(
    question: str = QUESTION, code: str = "def total(): ...", policy: ModelPolicy = MODEL, **fields: Any
) -> CacheKey:
    return key_of(policy, request(question, code, **fields), task="explain", question=question)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cache(tmp_path: Path, clock: ManualClock) -> Iterator[ReplyCache]:
    opened = opened_at(tmp_path, clock)
    yield opened
    opened.close()


def opened_at(folder: Path, clock: ManualClock, **fields: Any) -> ReplyCache:
    connection = open_cache(str(folder / "replies.sqlite3"), version=VERSION, schema=SCHEMA)
    return ReplyCache(connection, CachePolicy(**fields), clock)


def test_the_same_request_has_the_same_reply_for_a_while(cache: ReplyCache, clock: ManualClock) -> None:
    assert cache.get(key()) is None
    cache.put(key(), RESPONSE)
    clock.seconds += 60
    found = cache.get(key())
    assert found is not None
    assert (found.response, found.age_seconds, found.alike) == (RESPONSE, 60, False)
    clock.seconds += 240
    assert cache.get(key()) is None


@pytest.mark.parametrize(
    "other",
    [
        key(code="def total(rate): ..."),
        key(sampling=Sampling(temperature=0.1)),
        key(max_output_tokens=5),
        key(policy=replace(MODEL, base_url="https://elsewhere.example/v1")),
        key_of(MODEL, request(), task="review", question=QUESTION),
        key_of(MODEL, replace(request(), model="n"), task="explain", question=QUESTION),
    ],
)
def test_whatever_decides_a_reply_is_in_the_key(cache: ReplyCache, other: CacheKey) -> None:
    cache.put(key(), RESPONSE)
    assert cache.get(other, read_only=True) is None


def test_keys_are_none_of_what_decides_nothing() -> None:
    assert key(policy=replace(MODEL, api_key=Secret("k"))) == key()
    assert key(prompt_tokens=7) == key()


def test_a_question_in_nearly_the_same_words_about_the_same_code(cache: ReplyCache) -> None:
    cache.put(key(), RESPONSE)
    near = key(f"{QUESTION}?!")
    assert cache.get(near) is None  # An edit is never taken from another question.
    found = cache.get(near, read_only=True)
    assert found is not None
    assert (found.response, found.alike) == (RESPONSE, True)
    assert cache.get(key(f"{QUESTION}?!", code="other code"), read_only=True) is None
    assert cache.get(key("Why does the cart forget prices"), read_only=True) is None


def test_where_likeness_is_switched_off_and_where_the_cache_is(tmp_path: Path, clock: ManualClock) -> None:
    strict = opened_at(tmp_path, clock, similar=False)
    strict.put(key(), RESPONSE)
    assert strict.get(key(f"{QUESTION}!"), read_only=True) is None
    assert strict.get(key(), read_only=True) is not None
    off = opened_at(tmp_path, clock, enabled=False)
    assert off.get(key()) is None
    strict.close()
    off.close()


@pytest.mark.parametrize("finish", [finish for finish in Finish if finish is not Finish.STOP])
def test_a_reply_that_is_not_whole_is_not_kept(cache: ReplyCache, finish: Finish) -> None:
    cache.put(key(), replace(RESPONSE, finish=finish))
    assert cache.get(key()) is None


def test_a_reply_that_was_refused_is_forgotten(cache: ReplyCache) -> None:
    cache.put(key(), RESPONSE)
    cache.drop(key())
    assert cache.get(key()) is None


def test_the_least_used_goes_first(tmp_path: Path, clock: ManualClock) -> None:
    cache = opened_at(tmp_path, clock, entries=3)
    for number in range(3):
        cache.put(key(f"question {number}"), RESPONSE)
        clock.seconds += 1
    cache.get(key("question 0"))
    clock.seconds += 1
    cache.put(key("question 3"), RESPONSE)
    assert [cache.get(key(f"question {number}")) is not None for number in range(4)] == [True, False, True, True]
    cache.close()


def test_two_windows_share_one_cache_and_a_damaged_one_is_an_empty_one(
    cache: ReplyCache, tmp_path: Path, clock: ManualClock
) -> None:
    other = opened_at(tmp_path, clock)
    cache.put(key(), RESPONSE)
    assert other.get(key()) is not None
    other.close()
    assert other.get(key()) is None
    other.put(key(), RESPONSE)


def test_nothing_of_prompt_or_question_is_on_disk(cache: ReplyCache, tmp_path: Path) -> None:
    cache.put(key("where is the zebra", code="class Giraffe: ..."), RESPONSE)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"zebra" not in kept
    assert b"iraffe" not in kept


async def test_the_database_is_not_waited_for_on_the_event_loop(tmp_path: Path, clock: ManualClock) -> None:
    """Another window may hold it for as long as SQLite waits."""
    threads: list[threading.Thread] = []

    class Watched(ReplyCache):
        def get(self, key: CacheKey, *, read_only: bool = False) -> CachedReply | None:
            threads.append(threading.current_thread())
            return super().get(key, read_only=read_only)

        def put(self, key: CacheKey, response: ModelResponse) -> None:
            threads.append(threading.current_thread())
            super().put(key, response)

    async def start(listener: EventListener) -> ModelResponse:
        return RESPONSE

    connection = open_cache(str(tmp_path / "replies.sqlite3"), version=VERSION, schema=SCHEMA)
    replies = Replies(Watched(connection, CachePolicy(), clock))
    first = await replies.ask(key(), start, lambda _: None)
    again = await replies.ask(key(), start, lambda _: None)
    replies.close()
    assert (first.cached, again.cached is not None) == (None, True)
    assert len(threads) == 3
    assert threading.main_thread() not in threads


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_share_and_symmetric(one: str, other: str) -> None:
    left, right = (key_of(MODEL, request(text), task="explain", question=text).words for text in (one, other))
    assert 0.0 <= likeness(left, right) == likeness(right, left) <= 1.0
    assert likeness(left, left) == (1.0 if left else 0.0)
