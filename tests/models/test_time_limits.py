"""How long a first token is waited for: by what was measured, never less than what was seen, and kept across starts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.database import open_precious
from sightline.base.memory_system import ManualClock
from sightline.models.accounting import MIGRATIONS, Ledger, RequestRecord, Wait
from sightline.models.client import complete
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, Usage
from sightline.models.policy import ModelPolicy
from sightline.models.providers.llama_cpp import LlamaCppProvider
from sightline.models.spending import Account, SpendingLimits, accounted
from sightline.models.time_limits import (
    BOUNDS,
    ENOUGH,
    TimeLimits,
    first_token_limit,
    patient_limit,
    percentile,
    prefill_rate,
)
from sightline.transport.policy import Limits, Patience, RetryPolicy
from sightline.transport.pool import Pool
from support.chat import reply
from support.chat_server import streams
from support.loopback import Exchange, LoopbackServer

OLLAMA = ModelPolicy(kind="ollama", name="tiny:7b", base_url="http://127.0.0.1:11434")
PUBLIC = ModelPolicy(kind="openai", name="m", base_url="https://api.openai.com/v1")

kinds = st.sampled_from([*BOUNDS, "openai"])
waits = st.lists(
    st.builds(
        Wait,
        seconds=st.floats(0, 1e4),
        tokens=st.integers(0, 200_000),
        in_vain=st.booleans(),
    ),
    max_size=60,
)


def request(tokens: int) -> ModelRequest:
    return ModelRequest(model="tiny:7b", messages=(), prompt_tokens=tokens)


def steady(count: int, *, tokens: int = 1_000, rate: float = 100.0) -> list[Wait]:
    return [Wait(seconds=tokens / rate, tokens=tokens) for _ in range(count)]


def in_vain(count: int, seconds: float, tokens: int = 1_000) -> list[Wait]:
    return [Wait(seconds=seconds, tokens=tokens, in_vain=True) for _ in range(count)]


# Percentiles with values of which only a lower bound is known


@given(st.lists(st.floats(0, 1e6), min_size=20, max_size=200))
def test_without_marks_it_is_the_ordinary_percentile(values: list[float]) -> None:
    found = percentile([(value, False) for value in values], 0.95)
    assert found is not None
    assert sum(value <= found for value in values) >= 0.95 * len(values) - 1e-6
    assert sum(value < found for value in values) < 0.95 * len(values) + 1e-6


def test_a_wait_in_vain_counts_as_longer_than_it_was() -> None:
    known = [(float(value), False) for value in range(95)]
    assert percentile([*known, *((200.0, False) for _ in range(5))], 0.95) == 94.0
    # Five that ended early in vain take their share with them: as if they had not been.
    assert percentile([*known, *((1.0, True) for _ in range(5))], 0.90) == 85.0
    assert percentile([*known, *((200.0, True) for _ in range(6))], 0.95) is None
    assert percentile([], 0.95) is None


# The limit of an idle server


@given(kinds, st.integers(0, 200_000), waits)
def test_it_is_total_and_never_below_what_was_seen(kind: str, tokens: int, seen: list[Wait]) -> None:
    limit = first_token_limit(kind, tokens, seen)
    if limit is None:
        return
    assert limit >= BOUNDS[kind][tokens >= 2_000].least
    if len(seen) >= ENOUGH:
        for wait in seen:
            if not wait.in_vain and wait.tokens <= tokens:
                assert limit >= wait.seconds * 0.999


@given(kinds, st.integers(0, 100_000), st.integers(0, 100_000), waits)
def test_a_longer_prompt_is_never_waited_for_less(kind: str, one: int, other: int, seen: list[Wait]) -> None:
    short, long = (first_token_limit(kind, tokens, seen) for tokens in sorted((one, other)))
    assert (short is None) is (long is None)
    assert short is None or long is None or short <= long


def test_nothing_is_known_without_measurement_nor_of_public_services() -> None:
    assert first_token_limit("ollama", 100, ()) is None
    assert first_token_limit("ollama", 100, in_vain(30, 9)) is None
    assert first_token_limit("openai", 100, steady(30)) is None


def test_few_waits_give_the_first_bounds_and_many_the_percentile() -> None:
    assert first_token_limit("lmstudio", 100, steady(ENOUGH - 1)) == 15
    assert first_token_limit("ollama", 100, steady(3)) == 60
    assert first_token_limit("ollama", 3_000, steady(3)) == 300
    # 1,000 tokens took 10 s: 11 are expected of the next, of which 10/11 came; half as much again is waited.
    limit = first_token_limit("lmstudio", 1_000, steady(ENOUGH))
    assert limit == pytest.approx(15.0)
    longer = first_token_limit("lmstudio", 20_000, steady(ENOUGH))
    assert longer == pytest.approx(1.5 * 201 * 10 / 11)


def test_waits_in_vain_make_the_next_limit_longer_until_nothing_is_known() -> None:
    one = first_token_limit("lmstudio", 1_000, [*steady(40), *in_vain(1, 15)])
    assert one == pytest.approx(15.0)
    assert first_token_limit("lmstudio", 1_000, [*steady(40), *in_vain(4, 15)]) is None


def test_the_rate_is_that_of_prompts_worth_the_name() -> None:
    assert prefill_rate(()) == 50
    assert prefill_rate([Wait(seconds=1, tokens=10)]) == 50
    assert prefill_rate([*steady(3, rate=300), *in_vain(9, 1000), Wait(seconds=1, tokens=10)]) == 300


# Who is waited for with patience


@pytest.mark.parametrize(("size", "least"), [(None, 154), (40 * 10**9, 800)])
def test_a_model_that_must_be_loaded_is_given_time_by_its_size(size: int | None, least: float) -> None:
    """7 billion parameters are some 8 GB, and 40 GB from a slow disk take 400 s."""
    short = ModelPolicy(kind="ollama", name="m:7b", base_url=OLLAMA.base_url, limits=Limits(first_byte=1))
    assert least <= patient_limit(short, 10, (), size=size) <= least + 10
    assert patient_limit(OLLAMA, 10, ()) == 600
    assert patient_limit(OLLAMA, 60_000, ()) > 3_600


async def test_the_bounds_hold_for_a_model_that_is_ready_and_for_no_other(tmp_path: Path) -> None:
    ledger = kept(tmp_path, [Wait(seconds=10, tokens=1_000)] * 30)
    limits = TimeLimits(ledger)
    ready = await limits.patience(OLLAMA, request(100), ready=True)
    assert (ready.idle.first_byte, ready.busy.first_byte, ready.measured) == (15, 600, True)
    cold = await limits.patience(OLLAMA, request(100), ready=False)
    assert (cold.idle.first_byte, cold.busy.first_byte, cold.measured) == (600, 600, False)
    assert ready.idle.connect == cold.idle.connect == 5
    assert await limits.patience(PUBLIC, request(100), ready=True) == Patience()
    ledger.close()
    assert (await limits.patience(OLLAMA, request(9), ready=True)).idle.first_byte == 600  # a record that is gone


async def test_the_users_word_outranks_what_was_measured(tmp_path: Path) -> None:
    policy = ModelPolicy(kind="ollama", name="m:70b", base_url=OLLAMA.base_url, limits=Limits(first_byte=7))
    ledger = kept(tmp_path, [Wait(seconds=10, tokens=1_000)] * 30)
    told = await TimeLimits(ledger, fixed=7).patience(policy, request(50_000), ready=False)
    assert (told.idle.first_byte, told.busy.first_byte) == (7, 7)
    ledger.close()


# From the record and back


def kept(folder: Path, seen: Sequence[Wait], model: str = "ollama:tiny:7b") -> Ledger:
    ledger = Ledger(open_precious(str(folder / "usage.sqlite3"), migrations=MIGRATIONS), ManualClock())
    for wait in seen:
        usage = Usage() if wait.in_vain else Usage(prompt_tokens=wait.tokens + 5, cached_tokens=5)
        verdict = ModelFailure.TIMEOUT.value if wait.in_vain else ""
        ledger.record(
            RequestRecord(
                turn="t",
                task="x",
                model=model,
                usage=usage,
                verdict=verdict,
                waited=wait.seconds,
                estimated_tokens=wait.tokens,
            )
        )
    return ledger


def test_waits_are_kept_across_starts_and_those_without_one_are_not_told(tmp_path: Path) -> None:
    seen = [Wait(seconds=1.5, tokens=700), Wait(seconds=9, tokens=30, in_vain=True)]
    kept(tmp_path, seen).close()
    again = kept(tmp_path, [])
    again.record(RequestRecord(turn="t", task="x", model="ollama:tiny:7b", usage=Usage(prompt_tokens=9)))
    again.record(RequestRecord(turn="t", task="x", model="ollama:other", usage=Usage(prompt_tokens=9), waited=3))
    assert again.waits("ollama:tiny:7b") == tuple(reversed(seen))
    assert again.spent().unknown == 3  # what timed out has cost nothing
    again.close()


def test_a_record_of_an_older_version_goes_on(tmp_path: Path) -> None:
    path = str(tmp_path / "usage.sqlite3")
    older = open_precious(path, migrations=MIGRATIONS[:1])
    older.execute(
        "INSERT INTO request (at, turn, task, model, served_model, total_seconds, verdict) "
        "VALUES (9e9, 't', 'x', 'ollama:m', '', 1, '')"
    )
    older.close()
    ledger = Ledger(open_precious(path, migrations=MIGRATIONS), ManualClock())
    assert ledger.waits("ollama:m") == ()
    assert [row.requests for row in ledger.rows()] == [1]
    ledger.close()


# On the wire


def provider(server: LoopbackServer, pool: Pool) -> tuple[LlamaCppProvider, ModelPolicy]:
    policy = ModelPolicy(kind="llamacpp", name="tiny", base_url=server.base_url, retries=RetryPolicy(tries=1))
    return LlamaCppProvider(policy, pool), policy


def asking(patience: Patience) -> ModelRequest:
    words = (Message(role="user", content="Hi"),)
    return ModelRequest(model="tiny", messages=words, prompt_tokens=11, patience=patience)


async def never(exchange: Exchange) -> None:
    await exchange.end_of_file()


SOON = Patience(idle=Limits(first_byte=0.05), busy=Limits(first_byte=60), measured=True)


async def test_a_time_out_names_the_limit_and_the_setting_and_is_kept(
    server: LoopbackServer, pool: Pool, tmp_path: Path
) -> None:
    server.routes["POST /v1/chat/completions"] = never
    asked, policy = provider(server, pool)
    ledger = kept(tmp_path, [])
    clock = ManualClock()
    account = Account(ledger, policy, SpendingLimits(), clock, turn="t", task="x")
    with pytest.raises(ModelError) as caught:
        await accounted(account, asking(SOON), complete(asked, asking(SOON), clock=clock), clock)
    assert caught.value.failure is ModelFailure.TIMEOUT
    assert "within 0.05 s" in caught.value.message
    assert "limits.first_token_seconds" in caught.value.hint
    assert ledger.waits("llamacpp:tiny") == (Wait(seconds=0.05, tokens=11, in_vain=True),)
    ledger.close()


async def test_what_an_idle_server_took_is_told_and_what_a_busy_one_took_is_not(
    server: LoopbackServer, pool: Pool
) -> None:
    arrived, going = asyncio.Event(), asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        arrived.set()
        await going.wait()
        await streams(reply("Hello"))(exchange)

    server.routes["POST /v1/chat/completions"] = slow
    asked, _ = provider(server, pool)
    patience = Patience(idle=Limits(first_byte=60), busy=Limits(first_byte=60), measured=True)

    def ask(given: Patience) -> Any:
        return asyncio.create_task(complete(asked, asking(given), clock=ManualClock()))

    first = ask(patience)
    await arrived.wait()
    # Beside another one the short limit of an idle server does not hold.
    second = ask(Patience(idle=Limits(first_byte=0.01), busy=Limits(first_byte=60), measured=True))
    while len(server.exchanges) < 2:
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    going.set()
    alone, beside = await first, await second
    assert alone.waited is not None
    assert alone.waited > 0
    assert beside.waited is None
    unmeasured = await ask(Patience(idle=Limits(first_byte=60), busy=Limits(first_byte=60)))
    assert unmeasured.waited is None
