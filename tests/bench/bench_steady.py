#!/usr/bin/env python3
"""A working day in a few minutes: does the server hold more at its end than at its beginning?

    python tests/bench/bench_steady.py PATH [--hours 8]
    python tests/bench/bench_steady.py --repositories DIR

A copy of a code base gets two branches that differ in thousands of files. Each round stands for half an hour: files
are opened, typed in, saved, closed unsaved, created, renamed and deleted, questions are asked, edits tried, and both
branches are checked out, all told as an editor tells it to a real server over standard input and output. After each
round, with nothing open and nothing to do, everything the process holds is counted. Answers 1 if any of it grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from loop.branches import MAIN, OTHER, Branches, two_branches
from loop.corpus import DENSE, ORDINARY, environment, prepare
from loop.counted_server import EVERY as COUNTED_EVERY
from loop.pinging import Session, serving, spread
from loop.working import QUIET, Editor

RESULTS = Path(__file__).resolve().parent / "results"
SEED = 31
ROUNDS_PER_HOUR = 2
#: What is filled once (caches, pools, the interpreter's own arenas) is full after this part of the rounds.
WARM = 1 / 3
PING_EVERY = 0.02
#: Before anything is counted, nothing happens for so long (seconds); what ends in it was no leak.
SETTLED = 2.0
#: The most that the memory may grow by, a line laid through all later rounds (MB per hour of work).
MOST_GROWTH = 1.0
COUNTED = ("tasks", "timers", "generators", "threads", "descriptors", "children")
Figures = dict[str, Any]


def main() -> int:
    """Measures one code base; answers 1 if there is none, or if something grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", type=Path, help="a code base")
    parser.add_argument("--repositories", type=Path, help="folder of code bases, of which django is taken")
    parser.add_argument("--hours", type=int, default=8, help="hours of work; writes a result for eight or more")
    options = parser.parse_args()
    path = (options.path or _known(options.repositories)).resolve()
    figures = asyncio.run(_measure(path, options.hours))
    print(json.dumps(figures["steady"], indent=2), flush=True)
    if options.hours >= 8:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "steady.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["steady"]["nothing grew"] else 1


def _known(folder: Path | None) -> Path:
    if folder is not None and (folder / "django").is_dir():
        return folder / "django"
    return Path(__file__).resolve().parents[2] / "server"


async def _measure(path: Path, hours: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = await asyncio.to_thread(prepare, path, folder)
        (root / DENSE).unlink()
        branches = await asyncio.to_thread(two_branches, root)
        log = folder / "counts.log"
        own = environment(folder)
        async with serving(root, log, own, server="counted_server.py", every=PING_EVERY) as session:
            await session.ready()
            rounds = await _work(session, branches, log, hours * ROUNDS_PER_HOUR)
    first = max(1, int(len(rounds) * WARM))
    return {
        "corpus": path.name,
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load at the end": round(os.getloadavg()[0], 1),
        "hours of work": hours,
        "minutes taken": round((rounds[-1]["at"] - rounds[0]["at"]) / 60, 1),
        "files that differ between the branches": len(branches.differing),
        "did": {key: sum(each["did"].get(key, 0) for each in rounds) for key in rounds[0]["did"]},
        "steady": _steady(rounds[first:], (len(rounds) - first) / ROUNDS_PER_HOUR)
        | {"ping, first third (ms)": _pings(session, rounds, 0, first)}
        | {"ping, last third (ms)": _pings(session, rounds, len(rounds) - first, len(rounds))},
        "rounds": [{key: each[key] for key in ("memory", "thousands of blocks", *COUNTED)} for each in rounds],
    }


async def _work(session: Session, branches: Branches, log: Path, rounds: int) -> list[Figures]:
    draw = random.Random(SEED)
    found: list[Figures] = []
    for number in range(rounds + 1):  # the first round is the start: nothing of it is a figure
        began = time.monotonic()
        editor = Editor(session, branches, draw)
        for branch in (OTHER, MAIN):
            await editor.check_out(branch)
            await editor.type_in_files()
            await editor.move_files()
            await editor.ask(tries=number % 4 == 0 and branch == MAIN, path=ORDINARY)
        await editor.check_out(MAIN)  # what was saved is put back
        await session.quiet(QUIET)
        await asyncio.sleep(SETTLED)
        row: Figures = {"at": time.monotonic(), "began": began, "did": dict(editor.did), **_held(session, log)}
        print(
            {key: row[key] for key in ("memory", "thousands of blocks", *COUNTED)},
            f"{row['at'] - began:.1f} s",
            flush=True,
        )
        found.append(row)
    return found[1:]


def _held(session: Session, log: Path) -> Figures:
    """What the process holds now; memory in MB."""
    process = psutil.Process(session.process.pid)
    lines = log.read_text(encoding="utf-8").splitlines()[-int(SETTLED / COUNTED_EVERY) + 1 :]
    blocks, tasks, timers, generators = (min(column) for column in zip(*map(json.loads, lines), strict=True))
    return {
        "memory": round(process.memory_info().rss / 1e6, 1),
        "thousands of blocks": round(blocks / 1_000, 1),
        "tasks": tasks,
        "timers": timers,
        "generators": generators,
        "threads": process.num_threads(),
        "descriptors": process.num_fds(),
        "children": len(process.children(recursive=True)),
    }


def _steady(rounds: list[Figures], hours: float) -> Figures:
    """Slopes over ``rounds``, and whether what is counted is never more than it was in their first half."""
    memory = [each["memory"] for each in rounds]
    slope = _slope(memory) * len(rounds) / hours
    half = max(1, len(rounds) // 2)
    grew = [
        name
        for name in COUNTED
        if max(each[name] for each in rounds[half:]) > max(each[name] for each in rounds[:half])
    ]
    return {
        "rounds counted": len(rounds),
        "memory, first and last (MB)": [memory[0], memory[-1]],
        "memory, slope (MB per hour of work)": round(slope, 2),
        "thousands of blocks, first and last": [rounds[0]["thousands of blocks"], rounds[-1]["thousands of blocks"]],
        "thousands of blocks, slope per hour of work": round(
            _slope([each["thousands of blocks"] for each in rounds]) * len(rounds) / hours, 2
        ),
        "counts, slope per hour of work": {
            name: round(_slope([each[name] for each in rounds]) * len(rounds) / hours, 3) for name in COUNTED
        },
        "counts, first and last": {name: [rounds[0][name], rounds[-1][name]] for name in COUNTED},
        "grew": grew + (["memory"] if slope > MOST_GROWTH else []),
        "nothing grew": not grew and slope <= MOST_GROWTH,
    }


def _slope(values: list[float]) -> float:
    """Of the line through ``values``, per round."""
    return statistics.linear_regression(range(len(values)), values).slope if len(values) > 1 else 0.0


def _pings(session: Session, rounds: list[Figures], first: int, last: int) -> dict[str, dict[str, float]]:
    since, until = rounds[first]["began"], rounds[last - 1]["at"]
    return {
        "server": spread(session.trips, since, until),
        "idle process": spread(session.echoes, since, until),
    }


if __name__ == "__main__":
    sys.exit(main())
