"""A small soak: what ``tests/bench/models/bench_soak.py`` does with 10,000 requests, with what meets every fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil

from support.loopback import loopback_server
from support.soak import CANCELLED, FAULTS, Door, Servers, at_a_time, fault_of, left_over, wanted

NUMBERS = range(10 * len(FAULTS))


async def test_nothing_is_lost_or_answered_twice_and_nothing_is_left(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with loopback_server() as server:
        servers, came = Servers(server), dict[int, str]()
        door = Door(tmp_path, server.root, silence=1.5)
        await door.open()
        sockets = len(psutil.Process().net_connections())
        # A burst of 20, nothing for a while, 15, and then all that is left at once.
        for numbers in (NUMBERS[:20], NUMBERS[20:35], NUMBERS[35:]):
            await at_a_time(door, numbers, len(numbers), came.__setitem__)
        assert came == {number: wanted(number) for number in NUMBERS}
        assert {fault_of(number) for number in NUMBERS} == {"", *FAULTS}
        answered = {number for number in NUMBERS if wanted(number).startswith("answer")}
        assert servers.whole == dict.fromkeys(answered, 1)
        rows = await asyncio.to_thread(door.ledger.rows)
        assert sum(row.requests for row in rows) == len(NUMBERS)
        cancelled = [number for number in NUMBERS if wanted(number) == CANCELLED]
        assert sum(row.verdicts.get(CANCELLED, 0) for row in rows) == len(cancelled) == 1
        # Asked again, the cache answers those that were answered, and no server is asked.
        assert [await door.ask(number) for number in sorted(answered)] == [wanted(n) for n in sorted(answered)]
        assert servers.whole.total() == len(answered)
        async with asyncio.timeout(30):
            while left := left_over(door, server, before):
                await asyncio.sleep(0)
        assert not left
        await door.close()
        assert len(psutil.Process().net_connections()) <= sockets
