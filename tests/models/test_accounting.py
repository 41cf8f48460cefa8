"""What is written down of requests, what is said of them, and where money stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.database import open_precious
from sightline.base.memory_system import ManualClock
from sightline.models.accounting import MIGRATIONS, Ledger, RequestRecord, prometheus
from sightline.models.catalogue import ModelFacts, Prices
from sightline.models.messages import Finish, Message, ModelError, ModelFailure, ModelRequest, ModelResponse, Usage
from sightline.models.policy import ModelPolicy
from sightline.models.spending import CANCELLED, Account, SpendingLimits, accounted

USAGE = Usage(prompt_tokens=1_000, cached_tokens=400, output_tokens=100)
RECORD = RequestRecord(
    turn="t1", task="refactor", model="openai:m", usage=USAGE, first_token_seconds=0.5, total_seconds=2.5, cost=0.02
)
REQUEST = ModelRequest(
    model="m", messages=(Message(role="user", content="Hi"),), max_output_tokens=500, prompt_tokens=1_000
)
NO_LIMITS = SpendingLimits()
#: One dollar for a million tokens read, ten for a million written.
PRICED = ModelPolicy(
    kind="openai", name="m", base_url="https://api.example/v1",
    facts={"m": ModelFacts(prices=Prices(prompt=1.0, output=10.0))},
)  # fmt: skip


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Iterator[Ledger]:
    opened = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), clock)
    yield opened
    opened.close()


def response(usage: Usage = USAGE) -> ModelResponse:
    return ModelResponse(
        text="x", reasoning="", finish=Finish.STOP, usage=usage, model="m", first_token_seconds=0.5, total_seconds=2.5
    )


def test_rows_say_what_was_asked_and_what_came_of_it(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.record(RECORD)
    ledger.judge("t1", "accepted")
    ledger.record(
        replace(RECORD, turn="t2", usage=Usage(), cost=None, verdict="model_timeout", first_token_seconds=None)
    )
    ledger.record(replace(RECORD, turn="t3", task="explain", cost=None))
    one, two = ledger.rows()
    assert (one.model, one.task, one.requests) == ("openai:m", "refactor", 3)
    assert one.verdicts == {"accepted": 1, "model_timeout": 1, "repaired": 1}
    assert (one.prompt_tokens, one.cached_tokens, one.output_tokens) == (2_000, 800, 200)
    assert (one.tokens_per_second, one.first_token_seconds) == (50.0, 0.5)
    assert (one.context_efficiency, one.cache_share, one.success) == (0.1, 0.4, 1 / 3)
    assert (one.spent.dollars, one.spent.unknown) == (0.04, 0)
    assert (two.task, two.verdicts, two.success, two.spent.unknown) == ("explain", {"": 1}, None, 1)


def test_a_turn_is_judged_once(ledger: Ledger) -> None:
    ledger.record(RECORD)
    ledger.judge("t1", "rejected")
    ledger.judge("t1", "accepted")
    ledger.judge("unknown", "accepted")
    assert ledger.rows()[0].verdicts == {"rejected": 1}


def test_what_is_old_is_dropped_and_time_bounds_what_is_counted(
    ledger: Ledger, clock: ManualClock, tmp_path: Path
) -> None:
    ledger.record(RECORD)
    begun = clock.now()
    clock.seconds += 100 * 86_400
    ledger.record(RECORD)
    assert [row.requests for row in ledger.rows(begun + 1)] == [1]
    assert ledger.spent().dollars == 0.04
    assert ledger.spent(since=begun + 1).dollars == 0.02
    assert ledger.spent(turn="other").dollars == 0
    clock.seconds += 350 * 86_400
    again = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), clock)
    assert [row.requests for row in again.rows()] == [1]
    again.close()


def test_two_processes_write_into_one_record(ledger: Ledger, clock: ManualClock, tmp_path: Path) -> None:
    other = Ledger(open_precious(str(tmp_path / "usage.sqlite3"), migrations=MIGRATIONS), clock)
    ledger.record(RECORD)
    other.record(RECORD)
    assert [row.requests for row in other.rows()] == [2]
    other.close()


def test_prometheus(ledger: Ledger) -> None:
    ledger.record(replace(RECORD, model='odd:"na\\me"\n'))
    text = prometheus(ledger.rows())
    assert '# TYPE sightline_requests_total counter\nsightline_requests_total{model="odd:\\"na\\\\me\\"\\n",' in text
    assert 'kind="cached"} 400\n' in text
    assert text.endswith("\n")


def test_how_often_a_model_was_loaded_and_a_reply_given_again(ledger: Ledger) -> None:
    usage = RECORD.usage
    for seconds in (4.0, 8.0, 0.01, None):
        ledger.record(replace(RECORD, usage=replace(usage, load_seconds=seconds)))
    ledger.record(replace(RECORD, usage=Usage(), cost=None, verdict="cached"))
    (row,) = ledger.rows()
    assert (row.loads, row.swap_seconds, row.hit_rate) == (2, 6.0, 0.2)
    assert "sightline_model_loads_total{" in prometheus((row,))
    assert 'sightline_model_load_seconds_total{model="openai:m",task="refactor"} 12.01' in prometheus((row,))


def account(
    ledger: Ledger, clock: ManualClock, policy: ModelPolicy = PRICED, limits: SpendingLimits = NO_LIMITS
) -> Account:
    return Account(ledger, policy, limits, clock, turn="t1", task="refactor")


async def test_answers_are_written_down_with_their_price(ledger: Ledger, clock: ManualClock) -> None:
    async def work() -> ModelResponse:
        return response()

    made = account(ledger, clock)
    assert await accounted(made, REQUEST, work(), clock) == response()
    await made.judged("accepted")
    (row,) = ledger.rows()
    assert (row.verdicts, row.spent.dollars) == ({"accepted": 1}, pytest.approx(0.002))


async def test_a_price_that_is_not_known_is_not_nought_and_that_of_ones_own_models_is(
    ledger: Ledger, clock: ManualClock
) -> None:
    async def work() -> ModelResponse:
        return response()

    unknown = replace(PRICED, name="nobody-knows", facts={})
    own = ModelPolicy(kind="ollama", name="m", base_url="http://127.0.0.1:11434")
    for policy in (unknown, own):
        await accounted(account(ledger, clock, policy, SpendingLimits(per_turn=0.0)), REQUEST, work(), clock)
    assert {row.model: (row.spent.dollars, row.spent.unknown) for row in ledger.rows()} == {
        "openai:nobody-knows": (0.0, 1),
        "ollama:m": (0.0, 0),
    }


@pytest.mark.parametrize("what", ["turn", "day"])
async def test_a_request_that_could_pass_a_limit_is_not_sent(ledger: Ledger, clock: ManualClock, what: str) -> None:
    """A full prompt and all the output there may be cost 0.006 dollars; the first answer cost 0.002."""
    asked: list[int] = []

    async def work() -> ModelResponse:
        asked.append(1)
        return response()

    made = account(
        ledger, clock, limits=SpendingLimits(per_turn=0.007) if what == "turn" else SpendingLimits(per_day=0.007)
    )
    await accounted(made, REQUEST, work(), clock)
    with pytest.raises(ModelError) as caught:
        await accounted(made, REQUEST, work(), clock)
    assert caught.value.failure is ModelFailure.SPENDING_LIMIT
    assert f"spending.per_{what}" in caught.value.hint
    assert asked == [1]
    clock.seconds += 86_401
    if what == "day":
        await accounted(made, REQUEST, work(), clock)


def test_an_estimate_counts_with_the_price_of_keeping_a_prompt(ledger: Ledger, clock: ManualClock) -> None:
    """All of a prompt may be written to the server's cache, at a quarter more."""
    prices = Prices(prompt=4.0, output=10.0, cached=0.4, cache_write=5.0)
    policy = replace(PRICED, facts={"m": ModelFacts(prices=prices)})
    made = account(ledger, clock, policy)
    assert made.estimate(REQUEST) == pytest.approx(0.004 + 0.005)
    assert made.estimate(replace(REQUEST, stable_messages=1)) == pytest.approx(0.005 + 0.005)
    # A price that is not told is that of reading.
    assert account(ledger, clock).estimate(replace(REQUEST, stable_messages=1)) == pytest.approx(0.006)


async def test_what_fails_and_what_is_cancelled_is_written_down(ledger: Ledger, clock: ManualClock) -> None:
    async def fail() -> ModelResponse:
        clock.seconds += 3
        raise ModelError(ModelFailure.TIMEOUT, "no")

    begun = asyncio.Event()

    async def hang() -> ModelResponse:
        begun.set()
        await asyncio.Event().wait()
        return response()

    async def answer() -> ModelResponse:
        return response()

    made = account(ledger, clock)
    await accounted(made, REQUEST, answer(), clock)
    with pytest.raises(ModelError):
        await accounted(made, REQUEST, fail(), clock)
    task = asyncio.create_task(accounted(made, REQUEST, hang(), clock))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = ledger.rows()
    assert row.verdicts == {CANCELLED: 1, "model_timeout": 1, "repaired": 1}
    assert row.total_seconds == 5.5


async def test_a_record_that_fails_takes_no_reply_with_it(ledger: Ledger, clock: ManualClock) -> None:
    """Disk full, locked, damaged: the reply was paid for. A limit that cannot be looked up cannot be held to."""

    async def work() -> ModelResponse:
        return response()

    ledger.close()
    made = account(ledger, clock)
    assert await accounted(made, REQUEST, work(), clock) == response()
    await made.judged("accepted")
    await made.reused(response())
    await made.failed(CANCELLED, 1.0)
    with pytest.raises(ModelError) as caught:
        await accounted(account(ledger, clock, limits=SpendingLimits(per_day=9.0)), REQUEST, work(), clock)
    assert caught.value.failure is ModelFailure.SPENDING_LIMIT
    assert "cannot be read" in caught.value.message
