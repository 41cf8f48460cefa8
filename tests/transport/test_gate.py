"""Who is let through to a server, who waits, and when the server is left alone. In virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.transport.gate import CircuitOpen, Gate, GatePolicy, Gates, Outcome, QueueFull
from support.virtual_time import run_in_virtual_time

POLICY = GatePolicy(concurrent=4, queue_seconds=10.0, waiting=20, failures=3, open_seconds=60.0)


async def ask(gate: Gate, outcome: Outcome = Outcome.FINE, seconds: float = 0.0) -> None:
    async with gate.turn() as turn:
        await asyncio.sleep(seconds)
        turn.outcome = outcome


def in_virtual_time(work: Callable[[], Awaitable[None]]) -> float:
    async def run() -> None:
        await work()

    return run_in_virtual_time(run())[1]


def test_first_come_first_served_and_never_more_than_the_limit() -> None:
    order: list[int] = []
    most = 0

    async def work() -> None:
        nonlocal most
        gate = Gate("server", GatePolicy(concurrent=2))

        async def one(number: int) -> None:
            nonlocal most
            async with gate.turn() as turn:
                order.append(number)
                most = max(most, gate.state.active)
                await asyncio.sleep(1)
                turn.outcome = Outcome.FINE

        await asyncio.gather(*(one(number) for number in range(7)))
        assert (gate.state.active, gate.state.waiting) == (0, 0)

    assert in_virtual_time(work) == 4
    assert order == list(range(7))
    assert most == 2


def test_a_wait_that_is_too_long_and_a_queue_that_is_full() -> None:
    async def work() -> None:
        gate = Gate("server", GatePolicy(concurrent=1, queue_seconds=10.0, waiting=1))
        slow = asyncio.create_task(ask(gate, seconds=100))
        await asyncio.sleep(0)
        waits = asyncio.create_task(ask(gate))
        await asyncio.sleep(0)
        with pytest.raises(QueueFull, match="waiting already"):
            await ask(gate)
        with pytest.raises(QueueFull, match="10 s"):
            await waits
        await slow
        await ask(gate)
        assert gate.state.active == 0

    in_virtual_time(work)


@given(st.lists(st.tuples(st.sampled_from(["ask", "cancel", "wait"]), st.integers(0, 5)), max_size=60))
def test_no_place_is_lost_whoever_gives_up(steps: list[tuple[str, int]]) -> None:
    async def work() -> None:
        gate = Gate("server", GatePolicy(concurrent=2, queue_seconds=3.0, failures=1_000))
        tasks: list[asyncio.Task[None]] = []
        for step, number in steps:
            if step == "ask":
                outcome = list(Outcome)[number % len(Outcome)]
                tasks.append(asyncio.create_task(ask(gate, outcome, number)))
            elif step == "cancel" and tasks:
                tasks[number % len(tasks)].cancel()
            else:
                await asyncio.sleep(number)
            assert 0 <= gate.state.active <= 2
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (gate.state.active, gate.state.waiting) == (0, 0)
        await asyncio.wait_for(ask(gate), 1)

    in_virtual_time(work)


def test_the_limit_falls_when_it_is_too_much_and_rises_again() -> None:
    async def work() -> None:
        gate = Gate("server", POLICY)
        await ask(gate, Outcome.BUSY)
        assert gate.state.limit == 2
        await ask(gate, Outcome.BUSY)
        await ask(gate, Outcome.BUSY)
        assert gate.state.limit == 1
        for _ in range(10):
            await ask(gate)
        assert gate.state.limit == 2
        for _ in range(100):
            await ask(gate)
        assert gate.state.limit == 4

    in_virtual_time(work)


def test_a_server_that_fails_is_left_alone_and_then_tried_once() -> None:
    async def work() -> None:
        gate = Gate("server", POLICY)
        for _ in range(3):
            await ask(gate, Outcome.FAILED)
        with pytest.raises(CircuitOpen, match="3 times in a row") as caught:
            await ask(gate)
        assert caught.value.seconds == 60
        await asyncio.sleep(60)
        probe = asyncio.create_task(ask(gate, Outcome.FAILED, 1))
        await asyncio.sleep(0.5)
        with pytest.raises(CircuitOpen):  # One alone is let through.
            await ask(gate)
        await probe
        with pytest.raises(CircuitOpen):
            await ask(gate)
        await asyncio.sleep(60)
        await ask(gate)
        await asyncio.gather(*(ask(gate) for _ in range(5)))
        assert gate.state.failures == 0

    in_virtual_time(work)


def test_a_probe_that_is_given_up_leaves_the_next_one_to_try() -> None:
    async def work() -> None:
        gate = Gate("server", POLICY)
        for _ in range(3):
            await ask(gate, Outcome.FAILED)
        await asyncio.sleep(60)
        probe = asyncio.create_task(ask(gate, seconds=100))
        await asyncio.sleep(1)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        await ask(gate)

    in_virtual_time(work)


def test_those_who_wait_hear_that_the_circuit_opened() -> None:
    async def work() -> None:
        gate = Gate("server", GatePolicy(concurrent=1, failures=1, open_seconds=60))
        failing = asyncio.create_task(ask(gate, Outcome.FAILED, 1))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(ask(gate)) for _ in range(5)]
        await failing
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(result, CircuitOpen) for result in results)
        assert gate.state.active == 0

    assert in_virtual_time(work) < 10


def test_failures_that_are_not_in_a_row_open_nothing() -> None:
    async def work() -> None:
        gate = Gate("server", POLICY)
        for _ in range(5):
            await ask(gate, Outcome.FAILED)
            await ask(gate, Outcome.FAILED)
            await ask(gate, Outcome.ABANDONED)
            await ask(gate)
        assert gate.state.failures == 0

    in_virtual_time(work)


def test_each_server_has_a_gate_of_its_own() -> None:
    async def work() -> None:
        gates = Gates()
        for _ in range(3):
            await ask(gates.at("http://one", POLICY), Outcome.FAILED)
        await ask(gates.at("http://two", POLICY))
        with pytest.raises(CircuitOpen):
            await ask(gates.at("http://one", POLICY))
        assert [state.failures for state in gates.states().values()] == [3, 0]

    in_virtual_time(work)
