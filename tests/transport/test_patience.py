"""The time limit of waits: it goes off in time, whatever came before, and takes nobody's cancelling for its own."""

from __future__ import annotations

import asyncio

import pytest

from sightline.transport.patience import Patience
from support.virtual_time import run_in_virtual_time


def test_a_wait_that_is_too_long_ends_in_time_after_many_that_were_not() -> None:
    async def waits() -> None:
        patience = Patience()
        for _ in range(50):
            with patience(10):
                await asyncio.sleep(9)
        with pytest.raises(TimeoutError), patience(10):
            await asyncio.sleep(11)
        with patience(10):  # and it can be used again
            await asyncio.sleep(1)
        patience.close()

    _, seconds = run_in_virtual_time(waits())
    assert seconds == pytest.approx(50 * 9 + 10 + 1)


def test_a_shorter_limit_is_not_kept_waiting_by_a_longer_one_before_it() -> None:
    async def waits() -> None:
        patience = Patience()
        with patience(600):
            await asyncio.sleep(1)
        with pytest.raises(TimeoutError), patience(5):
            await asyncio.sleep(600)
        patience.close()

    assert run_in_virtual_time(waits())[1] == pytest.approx(6)


def test_being_cancelled_is_no_time_out() -> None:
    async def waits() -> None:
        patience = Patience()

        async def wait() -> None:
            with patience(100):
                await asyncio.sleep(1000)

        task = asyncio.create_task(wait())
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        patience.close()

    run_in_virtual_time(waits())


def test_both_at_once_are_a_cancelling() -> None:
    async def waits() -> None:
        patience = Patience()

        async def wait() -> None:
            with patience(5):
                await asyncio.sleep(1000)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_at(asyncio.get_running_loop().time() + 5, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        patience.close()

    run_in_virtual_time(waits())


def test_no_timer_is_left_by_a_patience_that_was_closed() -> None:
    async def waits() -> None:
        patience = Patience()
        with patience(1000):
            await asyncio.sleep(1)
        patience.close()
        patience.close()

    assert run_in_virtual_time(waits())[1] == pytest.approx(1)
