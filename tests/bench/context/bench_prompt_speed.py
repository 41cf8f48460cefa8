#!/usr/bin/env python3
"""How long it takes to build a prompt with the graph warm, in Django and in a tree that holds Django ten times.

    python tests/bench/context/bench_prompt_speed.py --repositories DIR [--only django] [--times 10]

Forty tasks made from the code base by rule (``task_rules.py``), each built by the engine at the budget of the settings
after forty others were: files that no prompt ever showed are decoded and searched for secrets once, which the first
forty pay for. Figures are CPU of the whole process, because the machine's other work must not count; wall time is
given beside them. ``keystroke`` is one more letter in each of the largest files, as the editor tells it: what the
graph takes for it, and what the words of the file take, which are read before the next prompt is built. The summary
goes to ``tests/bench/results/prompt_speed.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from summary import percentile
from task_rules import made_tasks
from walk import own_stores

from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Text
from sightline.cli.task import turn_request
from sightline.cli.workspace import given_settings, opened
from sightline.config.locations import locations
from sightline.config.trust import set_trust
from sightline.engine.engine import Engine
from sightline.tasks.preparing import prepare_prompt

ROOT = Path(__file__).resolve().parents[3]
SCRATCH = ROOT / ".venv/bench-prompt-speed"
RESULT = Path(__file__).resolve().parents[1] / "results" / "prompt_speed.json"
TASKS, SEED = 40, 6
FIRST, LATER = "first", "later"
#: Files that are typed in, and letters typed in each.
TYPED, LETTERS = 10, 5
#: Wanted: milliseconds of the median and of the slowest twentieth, and the ratio of the larger tree to the smaller.
WANTED = {"p50": 30, "p95": 100, "ratio": 2}


async def measure(folder: Path, prefix: str, tasks: Mapping[str, Sequence[str]], scratch: Path) -> dict[str, Any]:
    """The figures of one tree; ``prefix`` is the code base's place in it."""
    with own_stores(scratch):
        system = real_system()
        set_trust(system, locations(system), str(folder))
        async with opened(str(folder), given_settings()) as engine:
            index = engine._index  # pyright: ignore[reportPrivateUsage]  what the engine itself does before a prompt
            await asyncio.to_thread(index.follow, engine.view)
            past = await engine._past()  # pyright: ignore[reportPrivateUsage]  as above; an editor waits for none
            given = engine._dependencies(engine.view, lambda _: None, past)  # pyright: ignore[reportPrivateUsage]  as above
            cpu = dict[str, list[float]]()
            wall = dict[str, list[float]]()
            for when, texts in tasks.items():
                cpu[when], wall[when] = [], []
                for text in texts:
                    turn = turn_request(engine, text.replace("{prefix}", prefix))
                    before, began = process_time(), perf_counter()
                    await prepare_prompt(turn, given)
                    cpu[when].append((process_time() - before) * 1000)
                    wall[when].append((perf_counter() - began) * 1000)
            return {
                "files": len(engine.view.paths()),
                "prompt ms CPU": _both(cpu[LATER]),
                "prompt ms wall": _both(wall[LATER]),
                "first prompts ms CPU": _both(cpu[FIRST]),
                "keystroke": await _keystrokes(engine, prefix),
            }


async def _keystrokes(engine: Engine, prefix: str) -> dict[str, Any]:
    """Letters typed at the end of the largest Python files below ``prefix``."""
    index = engine._index  # pyright: ignore[reportPrivateUsage]  as above
    sizes = {path: os.path.getsize(path.absolute) for path in engine.view.paths() if _is_typed_in(path, prefix)}
    graph, words = list[float](), list[float]()
    for path in sorted(sizes, key=lambda path: (-sizes[path], path))[:TYPED]:
        text = engine.workspace.read(path).text.data
        engine.open_document(path, Text(text), 1)
        await engine.caught_up()
        await asyncio.to_thread(index.follow, engine.view)
        for number in range(LETTERS):
            before = process_time()
            engine.change_document(path, Text(text + b"\n" + b"x" * (number + 1)), number + 2)
            view = await engine.caught_up()
            between = process_time()
            await asyncio.to_thread(index.follow, view)
            graph.append((between - before) * 1000)
            words.append((process_time() - between) * 1000)
        await engine.close_document(path)
    return {"graph ms CPU": _both(graph), "words ms CPU": _both(words), "mean KB": _mean_size(sizes)}


def _is_typed_in(path: WorkspacePath, prefix: str) -> bool:
    return path.suffix == ".py" and path.relative.startswith(prefix)


def _mean_size(sizes: dict[WorkspacePath, int]) -> int:
    return round(sum(sorted(sizes.values())[-TYPED:]) / TYPED / 1000)


def _both(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": round(percentile(values, share), 1) for share in (50, 95)}


def large_tree(source: Path, scratch: Path, times: int) -> Path:
    """A folder with the code base ``times`` times over, written once."""
    folder = scratch / f"{source.name}-{times}"
    for number in range(times):
        copy = folder / f"copy_{number:02}"
        if not copy.exists():
            shutil.copytree(source, copy.with_suffix(".new"), ignore=shutil.ignore_patterns(".git"), symlinks=True)
            copy.with_suffix(".new").rename(copy)
    return folder


def main() -> int:
    """Measures, prints and writes the summary; 1 when what is wanted is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder that holds the code base")
    parser.add_argument("--only", default="django", help="another Python code base; writes no results")
    parser.add_argument("--times", type=int, default=10, help="copies in the larger tree; 1 leaves it out")
    parser.add_argument("--scratch", type=Path, default=SCRATCH, help="folder of copies and stores, kept")
    options = parser.parse_args()
    if options.repositories is None or not (options.repositories / options.only).is_dir():
        print("skipped: needs --repositories with django")
        return 0
    source, scratch = (options.repositories / options.only).resolve(), options.scratch.resolve()
    tasks = {FIRST: made_tasks(source, TASKS, SEED), LATER: made_tasks(source, TASKS, SEED + 1)}
    small = large_tree(source, scratch, 1)
    figures = {"1": asyncio.run(measure(small, "copy_00/", tasks, scratch / "stores-1"))}
    if options.times > 1:
        large, stores = large_tree(source, scratch, options.times), scratch / f"stores-{options.times}"
        figures[str(options.times)] = asyncio.run(measure(large, "copy_00/", tasks, stores))
    costs = [each["prompt ms CPU"] for each in figures.values()]
    ratio = {name: round(costs[-1][name] / costs[0][name], 2) for name in ("p50", "p95")}
    report = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "versions": {"sightline": version("sightline")},
        "tasks": TASKS,
        "wanted": WANTED,
        "copies of the code base": figures,
        "ratio": ratio,
    }
    print(json.dumps(report, indent=2))
    if options.only == "django" and options.times == parser.get_default("times"):
        RESULT.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    kept = costs[0]["p50"] <= WANTED["p50"] and costs[0]["p95"] <= WANTED["p95"] and ratio["p50"] <= WANTED["ratio"]
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
