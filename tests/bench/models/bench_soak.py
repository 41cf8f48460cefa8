#!/usr/bin/env python3
"""10,000 requests to servers of which one in ten answers fails, 100 at a time and in bursts, and what is left of them.

    python tests/bench/models/bench_soak.py [--mode providers|gateway]

Twice, each in a process of its own: model by model (replies from before, the account, the check of the prompt, retries,
the queue), and through the gateway, with fallbacks, leases, residency and time limits. Then two processes with one
folder ask the same questions at the same time: what one is told, the other is told without a server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.loopback import loopback_server
from support.soak import APIS, FAULTS, Door, Servers, at_a_time, fault_of, left_over, wanted
from support.soak_gateway import GatewayDoor

RESULT = Path(__file__).resolve().parents[1] / "results" / "soak.json"
MODES = ("providers", "gateway")
AT_ONCE = 100
#: How many are asked at once, with nothing between: small bursts, and more than a hundred.
BURSTS = (20, 15, 100, 150, 20, 15)
SHARED = 300
MEGABYTE = 1 << 20
#: What must be empty in the database of leases when nothing is asked.
LEASES = ("place", "flight", "client")
_Counts = Counter[str]
REQUESTS = 10_000


def main() -> int:
    """Runs the soak; answers 1 where something was lost, answered twice or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="not used: this bench reads no code")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--mode", choices=MODES, help="only this one")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)  # folder and addresses
    options = parser.parse_args()
    if options.child:
        folder, root, spare = options.child
        print(json.dumps(asyncio.run(_child(options.mode, Path(folder), root, spare))))
        return 0
    if options.mode is None:  # each in a process of its own, so that their memory is their own
        codes = [subprocess.run([sys.executable, *sys.argv, "--mode", mode], check=False).returncode for mode in MODES]
        return max(codes)
    figures = asyncio.run(_measure(options.mode, options.requests))
    print(json.dumps(figures, indent=2))
    if options.requests == REQUESTS:
        known: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
        kept: dict[str, Any] = {mode: known[mode] for mode in MODES if mode in known} | {options.mode: figures}
        RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return 1 if figures["wrong"] or figures["left"] or figures["answered_twice_or_lost"] else 0


async def _opened(mode: str, folder: Path, root: str, spare: str) -> Door | GatewayDoor:
    door = GatewayDoor(folder, root, spare) if mode == "gateway" else Door(folder, root)
    await door.open()
    return door


async def _measure(mode: str, requests: int) -> dict[str, Any]:
    process, another = psutil.Process(), mode == "gateway"
    with tempfile.TemporaryDirectory() as name:
        async with loopback_server() as server, loopback_server() as second:
            servers, spare, wrong, outcomes = Servers(server), Servers(second, sound=True), dict[int, str](), _Counts()

            def seen(number: int, came: str) -> None:
                outcomes["answered" if came.startswith("answer") else came] += 1
                if came != wanted(number, another=another):
                    wrong[number] = came

            door = await _opened(mode, Path(name), server.root, second.root)
            first = range(10 * requests, 10 * requests + len(APIS))
            for number in first:
                await door.ask(number)  # what an editor keeps running from the first request on is no leak
            before = asyncio.all_tasks()
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
            left = await _left(door, (servers, spare), before)
            whole = servers.whole + spare.whole - Counter(first)
            answered = Counter(n for n in range(requests) if wanted(n, another=another).startswith("answer"))
            twice_or_lost = (whole - answered) + (answered - whole)
            written = sum(row.requests for row in await asyncio.to_thread(door.ledger.rows)) - len(first)
            cached = await asyncio.to_thread(_rows, f"{name}/replies.sqlite3", "reply")
            passed = {"by_another_model": door.passed} if isinstance(door, GatewayDoor) else {}
            await door.close()
            leases = f"{name}/leases.sqlite3"
            left += [f"{count} rows of {table}" for table in LEASES if (count := _rows(leases, table))]
            shared = await _shared(mode, servers, spare)
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "requests": requests,
        "at_once": AT_ONCE,
        "bursts": BURSTS,
        "faults": {fault: sum(fault_of(number) == fault for number in range(requests)) for fault in FAULTS},
        "outcomes": dict(outcomes.most_common()) | passed,
        "seconds": round(seconds, 1),
        "wrong": wrong,
        "answered_twice_or_lost": dict(twice_or_lost),
        "written_down": written,
        "entries_in_the_cache": cached,
        "left": left,
        "memory_mb_after_bursts_and_each_fifth": [round(size, 1) for size in memory],
        "two_processes": shared,
    }


def _rows(file: str, table: str) -> int:
    connection = sqlite3.connect(file)
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return count


async def _left(door: Door | GatewayDoor, servers: tuple[Servers, ...], before: set[asyncio.Task[object]]) -> list[str]:
    """What is left once sockets had time to close, and leases to be found given back."""
    left: list[str] = []
    for _ in range(400):
        left = [found for each in servers for found in left_over(door, each.server, before)]
        if not left:
            break
        await asyncio.sleep(0.05)
    return left


async def _shared(mode: str, servers: Servers, spare: Servers) -> dict[str, Any]:
    """Two processes ask the same at the same time, then a third: how often a server was asked for one whole reply."""
    another = mode == "gateway"
    for each in (servers, spare):
        each.whole.clear()
        each.met.clear()
        each.most = 0
    with tempfile.TemporaryDirectory() as name:
        run = (mode, name, servers.server.root, spare.server.root)
        both = await asyncio.gather(_run_child(*run), _run_child(*run))
        together = servers.whole.total() + spare.whole.total()
        third = await _run_child(*run)
        return {
            "questions": SHARED,
            "answerable": sum(wanted(number, another=another).startswith("answer") for number in range(SHARED)),
            "replies_of_servers_for_two_at_once": together,
            "replies_of_servers_for_a_third": servers.whole.total() + spare.whole.total() - together,
            "most_at_a_server_at_once": max(servers.most, spare.most),
            "wrong": [found for child in (*both, third) for found in child["wrong"]],
        }


async def _run_child(mode: str, folder: str, root: str, spare: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--mode", mode, "--child", folder, root, spare]
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    return json.loads(output)


async def _child(mode: str, folder: Path, root: str, spare: str) -> dict[str, Any]:
    wrong: list[tuple[int, str]] = []

    def seen(number: int, came: str) -> None:
        if came != wanted(number, another=mode == "gateway"):
            wrong.append((number, came))

    door = await _opened(mode, folder, root, spare)
    await at_a_time(door, range(SHARED), 20, seen)
    await door.close()
    return {"wrong": wrong}


if __name__ == "__main__":
    sys.exit(main())
