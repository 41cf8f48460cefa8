"""Which models a local server holds and for how long, on servers that load, expire and evict by themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.database import open_cache
from sightline.base.memory_system import ManualClock
from sightline.base.process_life import ProcessMark
from sightline.models.leases import SCHEMA, VERSION, LeaseBook, SharedModels
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy
from sightline.models.provider import LoadedModel
from sightline.models.providers.lm_studio import LMStudioProvider
from sightline.models.providers.ollama import OllamaProvider
from sightline.models.residency import (
    KEEP_SECONDS,
    LOOK_AGAIN,
    USUAL_KEEP,
    KeepStrategy,
    Residency,
    ResidencyPolicy,
    spill_warning,
)
from sightline.transport.gate import Outcome
from sightline.transport.pool import Pool
from support.fake_lm_studio import FakeLMStudio
from support.fake_ollama import FakeOllama
from support.patience import PATIENCE


class Clock(ManualClock):
    """One time for the server and for us."""

    def __init__(self, fake: FakeOllama | FakeLMStudio) -> None:
        super().__init__(seconds=0.0)
        self._fake = fake

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self._fake.now += seconds


def of_studio(studio: FakeLMStudio, pool: Pool, **wanted: Any) -> tuple[Residency, Clock]:
    server = LMStudioProvider(ModelPolicy(kind="lmstudio", name="chat", base_url=studio.server.base_url), pool)
    clock = Clock(studio)
    return Residency(server, ResidencyPolicy(**wanted), clock), clock


def of_ollama(ollama: FakeOllama, pool: Pool, **wanted: Any) -> tuple[Residency, Clock]:
    server = OllamaProvider(ModelPolicy(kind="ollama", name="tiny", base_url=ollama.server.base_url), pool)
    clock = Clock(ollama)
    return Residency(server, ResidencyPolicy(**wanted), clock), clock


@given(
    st.dictionaries(st.sampled_from("ab"), st.floats(min_value=-10, max_value=1e6)),
    st.none() | st.sampled_from(KeepStrategy),
)
def test_a_time_outranks_a_strategy_and_a_strategy_ten_minutes(
    ttl: dict[str, float], strategy: KeepStrategy | None
) -> None:
    keep = ResidencyPolicy(ttl=ttl, strategy=strategy).keep_seconds("a")
    assert 0 <= keep < float("inf")
    if "a" in ttl:
        assert keep == max(0, ttl["a"])
    else:
        assert keep == (KEEP_SECONDS[strategy] if strategy else USUAL_KEEP)


def test_the_strategies() -> None:
    assert [KEEP_SECONDS[strategy] for strategy in KeepStrategy] == [1800, 120, 0]


async def test_a_model_is_loaded_once_and_its_use_is_known(studio: FakeLMStudio, pool: Pool) -> None:
    residency, clock = of_studio(studio, pool)
    first = await residency.place("chat", window=6000)
    assert (first.reason, first.load_seconds) == ("chat was loaded", 0.0)
    clock.pass_by(5)
    assert (await residency.place("chat")).reason == "chat is loaded"
    clock.pass_by(7)
    (resident,) = await residency.residents()
    assert (resident.uses, resident.idle_seconds, resident.ours, resident.model.window) == (2, 7, True, 6000)
    assert studio.loads == [("chat", 6000)]


async def test_room_is_made_by_what_is_worth_least(studio: FakeLMStudio, pool: Pool) -> None:
    residency, clock = of_studio(studio, pool, max_models=2)
    for _ in range(3):
        await residency.place("chat")
    clock.pass_by(60)
    await residency.place("fast")
    clock.pass_by(1)
    placed = await residency.place("third")
    assert placed.evicted == ("fast",)
    assert "in the place of fast" in placed.reason
    assert sorted(studio.instances) == ["chat", "third"]
    clock.pass_by(3600)
    await residency.place("third")
    assert (await residency.place("fast")).evicted == ("chat",)


async def test_a_helper_takes_nobodys_place(studio: FakeLMStudio, pool: Pool) -> None:
    residency, _ = of_studio(studio, pool, max_models=1)
    await residency.place("chat")
    refused = await residency.place("fast", helper=True)
    assert refused.model is None
    assert "beside chat" in refused.reason
    assert list(studio.instances) == ["chat"]
    async with residency.using("fast", helper=True) as placement:
        assert placement.model is None


async def test_a_helpers_model_makes_room_for_a_conversations(studio: FakeLMStudio, pool: Pool) -> None:
    residency, _ = of_studio(studio, pool, max_models=1)
    await residency.place("fast", helper=True)
    assert (await residency.place("chat")).evicted == ("fast",)


async def test_persistent_models_and_those_of_others_stay(studio: FakeLMStudio, pool: Pool) -> None:
    studio.put("small", 4096)
    residency, _ = of_studio(studio, pool, max_models=2, persistent=frozenset({"chat"}))
    await residency.place("chat")
    placed = await residency.place("third")
    assert (placed.evicted, placed.model is not None) == ((), True)
    assert sorted(studio.instances) == ["chat", "small", "third"]


async def test_a_model_at_work_is_not_let_go(studio: FakeLMStudio, pool: Pool) -> None:
    residency, clock = of_studio(studio, pool, max_models=1)
    async with residency.using("chat"):
        clock.pass_by(USUAL_KEEP * 2)
        await residency.look()
        assert (await residency.place("third")).evicted == ()
        assert sorted(studio.instances) == ["chat", "third"]


async def test_what_nobody_asked_is_let_go_where_the_server_would_not(studio: FakeLMStudio, pool: Pool) -> None:
    residency, clock = of_studio(studio, pool, ttl={"fast": 60.0})
    for name in ("chat", "fast"):
        await residency.place(name)
    clock.pass_by(61)
    await residency.look()
    assert list(studio.instances) == ["chat"]
    clock.pass_by(USUAL_KEEP)
    await residency.look()
    assert not studio.instances


async def test_without_a_strategy_to_keep_it_a_model_goes_at_once(studio: FakeLMStudio, pool: Pool) -> None:
    residency, _ = of_studio(studio, pool, strategy=KeepStrategy.NONE)
    async with residency.using("chat"):
        assert list(studio.instances) == ["chat"]
    assert not studio.instances


async def test_persistent_is_renewed_and_not_for_ever(ollama: FakeOllama, pool: Pool) -> None:
    residency, clock = of_ollama(ollama, pool, persistent=frozenset({"tiny"}), strategy=KeepStrategy.SSD)
    await residency.place("tiny")
    await residency.place("other")
    for _ in range(10):
        clock.pass_by(60)
        await residency.look()
    assert list(ollama.running) == ["tiny:latest"]
    assert ollama.loads == [("tiny:latest", 4096), ("other:latest", 4096)]
    clock.pass_by(121)
    ollama.expire()
    assert not ollama.running
    await residency.look()
    assert not ollama.running


async def test_the_servers_word_counts_and_not_ours(ollama: FakeOllama, pool: Pool) -> None:
    """Somebody unloads the model behind our back."""
    residency, _ = of_ollama(ollama, pool)
    await residency.place("tiny")
    ollama.running.clear()
    assert await residency.residents() == ()
    assert (await residency.place("tiny")).reason == "tiny was loaded"


async def test_a_window_too_small_is_loaded_anew(ollama: FakeOllama, pool: Pool) -> None:
    residency, _ = of_ollama(ollama, pool)
    await residency.place("tiny")
    placed = await residency.place("tiny", window=8000)
    assert placed.model is not None
    assert placed.model.window == 8000
    assert (await residency.place("tiny", window=5000)).reason == "tiny is loaded"


async def test_what_is_to_be_there_at_the_start(studio: FakeLMStudio, pool: Pool) -> None:
    residency, _ = of_studio(studio, pool, max_models=2, preload=("chat", "gone", "fast", "third"))
    problems = await residency.preload()
    assert sorted(studio.instances) == ["chat", "fast"]
    assert len(problems) == 2
    assert "gone" in problems[0]
    assert "no room for third" in problems[1]


async def test_at_the_end_only_what_was_loaded_here_goes(studio: FakeLMStudio, pool: Pool) -> None:
    studio.put("small", 4096)
    residency, _ = of_studio(studio, pool, max_models=3)
    for name in ("chat", "small"):
        await residency.place(name)
    await residency.close()
    await residency.close()
    assert list(studio.instances) == ["small"]


async def test_two_wishes_at_once_load_one_model(studio: FakeLMStudio, pool: Pool) -> None:
    residency, _ = of_studio(studio, pool)
    await asyncio.gather(*(residency.place("chat") for _ in range(5)))
    assert studio.loads == [("chat", 4096)]


async def test_a_server_that_is_gone(pool: Pool) -> None:
    server = OllamaProvider(ModelPolicy(kind="ollama", name="tiny", base_url="http://127.0.0.1:9"), pool)
    residency = Residency(server, ResidencyPolicy(preload=("tiny",)), ManualClock())
    await residency.look()
    assert len(await residency.preload()) == 1
    with pytest.raises(ModelError) as caught:
        await residency.place("tiny")
    assert caught.value.failure is ModelFailure.UNREACHABLE
    await residency.close()


async def test_it_looks_again_until_it_is_stopped(studio: FakeLMStudio, pool: Pool) -> None:
    residency, clock = of_studio(studio, pool, strategy=KeepStrategy.SSD)
    await residency.place("chat")
    looked = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == LOOK_AGAIN
        if not studio.instances:
            looked.set()
            await asyncio.Event().wait()
        clock.pass_by(seconds)

    task = asyncio.create_task(residency.watch(sleep))
    await asyncio.wait_for(looked.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 120 < clock.seconds <= 120 + 2 * LOOK_AGAIN


@pytest.mark.parametrize(
    ("size", "graphics", "told"),
    [(100, 100, False), (100, 99, False), (100, 70, True), (100, 0, False), (None, None, False), (100, None, False)],
)
def test_a_model_that_spills_is_told_of(size: int | None, graphics: int | None, told: bool) -> None:
    warning = spill_warning(LoadedModel(name="tiny", size=size, graphics_size=graphics))
    assert bool(warning) is told
    assert not told or warning.startswith("30% of tiny")


async def test_spilling_is_read_from_the_server(ollama: FakeOllama, pool: Pool) -> None:
    ollama.graphics_memory = 2_548_000
    residency, _ = of_ollama(ollama, pool)
    assert "50% of tiny" in (await residency.place("tiny")).warning
    (resident,) = await residency.residents()
    assert "50% of tiny" in resident.warning


async def test_a_load_that_was_cancelled_here_and_came_to_its_end_there_is_ours(
    studio: FakeLMStudio, pool: Pool
) -> None:
    residency, _ = of_studio(studio, pool)
    task = asyncio.create_task(residency.place("chat"))
    while not studio.instances:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await residency.close()
    assert not studio.instances


# Several windows


class Window:
    """One window of several with a database between them."""

    def __init__(self, studio: FakeLMStudio, pool: Pool, folder: Path, process: ProcessMark | None = None) -> None:
        server = LMStudioProvider(ModelPolicy(kind="lmstudio", name="chat", base_url=studio.server.base_url), pool)
        self.clock = Clock(studio)
        connection = open_cache(str(folder / "leases.sqlite3"), version=VERSION, schema=SCHEMA)
        self.book = LeaseBook(connection, self.clock, process)
        self.residency = Residency(server, ResidencyPolicy(), self.clock, SharedModels(self.book, "server"))


def two_windows(studio: FakeLMStudio, pool: Pool, folder: Path) -> tuple[Window, Window]:
    other = ProcessMark(space="of which nothing can be told", number=1, started=1.0)
    return Window(studio, pool, folder), Window(studio, pool, folder, other)


async def test_the_last_window_lets_go_of_what_any_of_them_loaded(
    studio: FakeLMStudio, pool: Pool, tmp_path: Path
) -> None:
    one, two = two_windows(studio, pool, tmp_path)
    await one.residency.place("chat")
    assert (await two.residency.place("chat")).reason == "chat is loaded"
    await one.residency.close()
    assert list(studio.instances) == ["chat"]
    one.book.close()
    await two.residency.close()
    assert not studio.instances
    two.book.close()


async def test_what_another_window_uses_is_neither_let_go_nor_makes_room(
    studio: FakeLMStudio, pool: Pool, tmp_path: Path
) -> None:
    one, two = two_windows(studio, pool, tmp_path)
    await one.residency.place("chat")
    await two.residency.place("chat")
    for window in (one, two):
        window.clock.seconds += USUAL_KEEP
    async with two.residency.using("chat"):
        pass
    one.clock.seconds += 1
    await one.residency.look()
    assert list(studio.instances) == ["chat"]
    place, _ = two.book.enter("server", 1)
    one.clock.seconds += 10
    assert (await one.residency.place("fast")).evicted == ()
    assert (await one.residency.place("third")).evicted == ()
    two.book.leave(place, "server", Outcome.FINE, 1)
    for window in (one, two):
        window.clock.seconds += USUAL_KEEP * 2
        await window.residency.look()
    assert not studio.instances
    one.book.close()
    two.book.close()
