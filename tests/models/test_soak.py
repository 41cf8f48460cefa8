"""A small soak: what ``tests/bench/models/bench_soak.py`` does with 10,000 requests, with what meets every fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from support.loopback import loopback_server
from support.patience import PATIENCE
from support.soak import (
    APIS,
    CANCELLED,
    FAULTS,
    HELPED_BY_ANOTHER,
    Door,
    Servers,
    at_a_time,
    fault_of,
    left_over,
    wanted,
)
from support.soak_gateway import GatewayDoor

NUMBERS = range(10 * len(FAULTS))


@pytest.mark.parametrize("gateway", [False, True])
async def test_nothing_is_lost_or_answered_twice_and_nothing_is_left(tmp_path: Path, *, gateway: bool) -> None:
    """Model by model, and through the gateway, where another model answers what one cannot."""
    async with loopback_server() as server, loopback_server() as second:
        servers, spare, came = Servers(server), Servers(second, sound=True), dict[int, str]()
        door = (
            GatewayDoor(tmp_path, server.root, second.root, silence=1.5)
            if gateway
            else Door(tmp_path, server.root, silence=1.5)
        )
        await door.open()
        first = range(1_000, 1_000 + len(APIS))
        for number in first:
            assert await door.ask(number) == f"answer {number}."  # what lasts as long as the door begins here
        before, sockets = asyncio.all_tasks(), len(psutil.Process().net_connections())
        # A burst of 20, nothing for a while, 15, and then all that is left at once.
        for numbers in (NUMBERS[:20], NUMBERS[20:35], NUMBERS[35:]):
            await at_a_time(door, numbers, len(numbers), came.__setitem__)
        assert came == {number: wanted(number, another=gateway) for number in NUMBERS}
        assert {fault_of(number) for number in NUMBERS} == {"", *FAULTS}
        answered = {number for number in NUMBERS if came[number].startswith("answer")}
        assert servers.whole + spare.whole == dict.fromkeys([*answered, *first], 1)
        passed = len(HELPED_BY_ANOTHER) if gateway else 0
        assert spare.whole.total() == passed
        rows = await asyncio.to_thread(door.ledger.rows)
        assert sum(row.requests for row in rows) == len(NUMBERS) + len(first) + passed
        cancelled = [number for number in NUMBERS if came[number] == CANCELLED]
        assert sum(row.verdicts.get(CANCELLED, 0) for row in rows) == len(cancelled) == 1
        # Asked again, the cache answers those that were answered, and no server is asked for one.
        alone = [number for number in sorted(answered) if fault_of(number) not in HELPED_BY_ANOTHER]
        assert [await door.ask(number) for number in alone] == [f"answer {number}." for number in alone]
        assert (servers.whole + spare.whole).total() == len(answered) + len(first)
        async with asyncio.timeout(PATIENCE):
            while left := [each for each in (server, second) if left_over(door, each, before)]:
                await asyncio.sleep(0)
        assert not left
        await door.close()
        assert len(psutil.Process().net_connections()) <= sockets
