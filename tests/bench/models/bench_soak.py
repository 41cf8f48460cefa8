#!/usr/bin/env python3
"""10,000 requests to servers of which one in ten answers fails, 100 at a time and in bursts, and what is left of them.

    python tests/bench/models/bench_soak.py

Then two processes with one folder ask the same questions: what one was told, the other is told without a server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.loopback import loopback_server
from support.soak import FAULTS, Door, Servers, at_a_time, fault_of, left_over, wanted

RESULT = Path(__file__).resolve().parents[1] / "results" / "soak.json"
AT_ONCE = 100
#: How many are asked at once, with nothing between: small bursts, and more than a hundred.
BURSTS = (20, 15, 100, 150, 20, 15)
SHARED = 300
MEGABYTE = 1 << 20


def main() -> int:
    """Runs the soak; answers 1 where something was lost, answered twice or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="not used: this bench reads no code")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)  # folder and address
    options = parser.parse_args()
    if options.child:
        print(json.dumps(asyncio.run(_child(Path(options.child[0]), options.child[1]))))
        return 0
    figures = asyncio.run(_measure(options.requests))
    print(json.dumps(figures, indent=2))
    if options.requests == parser.get_default("requests"):
        RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if figures["wrong"] or figures["left"] or figures["answered_twice_or_lost"] else 0


async def _measure(requests: int) -> dict[str, Any]:
    process, before = psutil.Process(), asyncio.all_tasks()
    with tempfile.TemporaryDirectory() as name:
        async with loopback_server() as server:
            servers, wrong, outcomes = Servers(server), dict[int, str](), Counter[str]()

            def seen(number: int, came: str) -> None:
                outcomes["answered" if came.startswith("answer") else came] += 1
                if came != wanted(number):
                    wrong[number] = came

            door = Door(Path(name), server.root)
            await door.open()
            begun, memory, next_number = time.perf_counter(), list[float](), 0
            for count in BURSTS:
                await at_a_time(door, range(next_number, next_number + count), count, seen)
                next_number += count
            memory.append(process.memory_info().rss / MEGABYTE)
            for part in range(5):
                end = next_number + (requests - next_number) // (5 - part)
                await at_a_time(door, range(next_number, end), AT_ONCE, seen)
                next_number = end
                memory.append(process.memory_info().rss / MEGABYTE)
            seconds = time.perf_counter() - begun
            left = await _left(door, servers, before)
            answered = Counter({number: 1 for number in range(requests) if wanted(number).startswith("answer")})
            twice_or_lost = (servers.whole - answered) + (answered - servers.whole)
            written = sum(row.requests for row in await asyncio.to_thread(door.ledger.rows))
            cached = await asyncio.to_thread(_entries, name)
            await door.close()
            shared = await _shared(server.root, servers)
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "requests": requests,
        "at_once": AT_ONCE,
        "bursts": BURSTS,
        "faults": {fault: sum(fault_of(number) == fault for number in range(requests)) for fault in FAULTS},
        "outcomes": dict(outcomes.most_common()),
        "seconds": round(seconds, 1),
        "wrong": wrong,
        "answered_twice_or_lost": dict(twice_or_lost),
        "written_down": written,
        "entries_in_the_cache": cached,
        "left": left,
        "memory_mb_after_bursts_and_each_fifth": [round(size, 1) for size in memory],
        "two_processes": shared,
    }


def _entries(folder: str) -> int:
    import sqlite3  # noqa: PLC0415  of this one look alone

    connection = sqlite3.connect(f"{folder}/replies.sqlite3")
    count: int = connection.execute("SELECT count(*) FROM reply").fetchone()[0]
    connection.close()
    return count


async def _left(door: Door, servers: Servers, before: set[asyncio.Task[object]]) -> list[str]:
    """What is left once sockets had time to close."""
    left: list[str] = []
    for _ in range(100):
        left = left_over(door, servers.server, before)
        if not left:
            break
        await asyncio.sleep(0.05)
    return left


async def _shared(root: str, servers: Servers) -> dict[str, Any]:
    """Two processes ask the same at the same time, then a third: how often a server was asked for one whole reply."""
    with tempfile.TemporaryDirectory() as name:
        servers.whole.clear()
        servers.met.clear()
        both = await asyncio.gather(_run_child(name, root), _run_child(name, root))
        together = servers.whole.total()
        third = await _run_child(name, root)
        answered = sum(wanted(number).startswith("answer") for number in range(SHARED))
        return {
            "questions": SHARED,
            "answerable": answered,
            "replies_of_servers_for_two_at_once": together,
            "replies_of_servers_for_a_third": servers.whole.total() - together,
            "wrong": [found for child in (*both, third) for found in child["wrong"]],
        }


async def _run_child(folder: str, root: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", folder, root]
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    return json.loads(output)


async def _child(folder: Path, root: str) -> dict[str, Any]:
    wrong: list[tuple[int, str]] = []

    def seen(number: int, came: str) -> None:
        if came != wanted(number):
            wrong.append((number, came))

    door = Door(folder, root)
    await door.open()
    await at_a_time(door, range(SHARED), 20, seen)
    await door.close()
    return {"wrong": wrong}


if __name__ == "__main__":
    sys.exit(main())
