"""Memory that is short counts late, and is taken back later still."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.machine_memory import MachineMemory
from sightline.models.local_limits import weight
from sightline.models.pressure import LOOK_AGAIN, Pressure
from sightline.transport.gate import GatePolicy, Gates, Outcome
from support.patience import PATIENCE


def memory(main: float, card: float | None = None) -> MachineMemory:
    """Shares that are free."""
    total = 0 if card is None else 24 * 10**9
    return MachineMemory(
        total=32 * 10**9,
        available=int(main * 32 * 10**9),
        graphics_total=total,
        graphics_free=int((card or 0) * total),
    )


def after(*looks: MachineMemory) -> list[bool]:
    pressure = Pressure()
    told: list[bool] = []
    for look in looks:
        pressure.found(look)
        told.append(pressure.pressed)
        assert bool(pressure.reason) is pressure.pressed
    return told


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([0.5, 0.07, 0.5, 0.07], [False] * 4),  # a moment
        ([0.07, 0.07], [False, True]),
        ([0.07, 0.07, 0.10, 0.14], [False, True, True, True]),  # neither short nor enough: as it was
        ([0.07, 0.07, 0.16, 0.10], [False, True, False, False]),
        ([0.10, 0.10, 0.10], [False] * 3),
    ],
)
def test_main_memory(looks: list[float], told: list[bool]) -> None:
    assert after(*map(memory, looks)) == told


def test_a_card_that_holds_a_model_is_nearly_full_by_design() -> None:
    assert after(*[memory(0.5, 0.04)] * 5) == [False] * 5
    assert after(*[memory(0.5, 0.01)] * 2, memory(0.5, 0.04), memory(0.5, 0.06)) == [False, True, True, False]


def test_the_reason_names_both_memories() -> None:
    pressure = Pressure()
    for _ in range(2):
        pressure.found(memory(0.05, 0.5))
    assert "1.6 of 32 GB are free, 12.0 of 24 GB on the graphics card" in pressure.reason


@given(st.lists(st.floats(0, 1), max_size=40))
def test_it_never_changes_while_memory_stays_between_the_shares(looks: list[float]) -> None:
    pressure = Pressure()
    for look in looks:
        before = pressure.pressed
        pressure.found(memory(look))
        if 0.08 <= int(look * 32e9) / 32e9 < 0.15:
            assert pressure.pressed is before


async def test_it_is_watched_as_long_as_the_program_stays() -> None:
    looks = iter([0.5, 0.05, 0.05, 0.05])
    done = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == LOOK_AGAIN
        if pressure.pressed:
            done.set()
            await asyncio.Event().wait()

    pressure = Pressure(lambda: memory(next(looks)), sleep=sleep)
    await pressure.begin(stays=True)
    assert not pressure.pressed
    await pressure.begin(stays=True)
    await asyncio.wait_for(done.wait(), PATIENCE)
    await pressure.close()
    await pressure.close()


async def test_one_command_looks_at_its_beginning() -> None:
    pressure = Pressure(lambda: memory(0.01))
    await pressure.begin(stays=False)
    assert pressure.pressed
    await pressure.close()


async def test_while_memory_is_short_a_server_here_is_asked_one_thing_at_a_time() -> None:
    pressure = Pressure()
    gates = Gates()
    gates.heed(lambda: pressure.pressed)
    here = gates.at("http://127.0.0.1:1", GatePolicy(concurrent=3, here=True))
    far = gates.at("http://192.168.0.2:1", GatePolicy(concurrent=3))
    for _ in range(2):
        pressure.found(memory(0.01))
    assert (here.state.limit, far.state.limit) == (1, 3)
    going = asyncio.Event()

    async def ask() -> None:
        async with here.turn() as turn:
            await going.wait()
            turn.outcome = Outcome.FINE

    tasks = [asyncio.create_task(ask()) for _ in range(3)]
    await asyncio.sleep(0)
    assert (here.state.active, here.state.waiting) == (1, 2)
    pressure.found(memory(0.9))
    going.set()
    await asyncio.gather(*tasks)
    assert here.state.limit == 3


@pytest.mark.parametrize(
    ("lighter", "heavier"),
    [
        ("qwen2.5-coder:7b", "qwen2.5-coder:14b"),
        ("qwen2.5-coder:14b-instruct-q4_K_M", "qwen2.5-coder:14b-instruct-q8_0"),
        ("llama-8b-q8_0", "llama-8b-fp16"),
        ("llama-8B.Q2_K.gguf", "llama-8B.Q5_K_M.gguf"),
        ("mixtral-8x7b", "llama-70b"),
    ],
)
def test_the_weight_of_models_by_their_names(lighter: str, heavier: str) -> None:
    light, heavy = weight(lighter), weight(heavier)
    assert light is not None
    assert heavy is not None
    assert light < heavy
    assert weight("gpt-oss") is None
