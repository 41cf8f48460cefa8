"""Speed of the checks: syntax, imports and breakage of five-file edits, the graph warm.

    python tests/bench/edits/bench_check_speed.py --repositories DIR [--only django] [--times 10]

``DIR`` holds the unpacked code base (``django``). An edit touches five files of one package or of two: in each, a
function that other files use gets one more parameter with a default, or its body one more statement; one of the five
loses a definition. The same edits are judged in a tree that holds the code base ``--times`` times over, in folders
beside one another, whose copies nothing of the edit reaches. Times are wall seconds of ``run_checks`` with those three
checks, forks apart. The summary goes to ``tests/bench/results/check_speed.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sites.read import read_sites
from sites.site import CLASS, FUNCTION, FileSites
from workbench import FileState, Workbench

from sightline.base.system import real_system
from sightline.checks.breakage import BreakageCheck
from sightline.checks.check import CheckInput
from sightline.checks.imports import ImportsCheck
from sightline.checks.run import run_checks
from sightline.checks.syntax import SyntaxCheck

RESULTS = Path(__file__).parent.parent / "results" / "check_speed.json"
_CHECKS = (SyntaxCheck(), ImportsCheck(), BreakageCheck())
EDITS, FILES = 40, 5


def edits(root: Path, seed: int) -> list[list[FileState]]:
    """Five-file edits of the code base in ``root``, the same for every copy of it."""
    choice = random.Random(f"{seed}/speed")
    paths = sorted(path for path in root.rglob("*.py") if "tests" not in path.relative_to(root).parts)
    paths = [path for path in paths if path.stat().st_size > 2_000]
    found: list[list[FileState]] = []
    while len(found) < EDITS:
        start = choice.randrange(len(paths) - 2 * FILES)
        near = choice.sample(paths[start : start + 2 * FILES], FILES)
        rows = [_edited(root, path, choice, removing=index == 0) for index, path in enumerate(near)]
        if all(row is not None for row in rows):
            found.append([row for row in rows if row is not None])
    return found


def _edited(root: Path, path: Path, choice: random.Random, *, removing: bool) -> FileState | None:
    data = path.read_bytes()
    relative = path.relative_to(root).as_posix()
    sites = read_sites(relative, data, whole=False)
    rows = [row for row in sites.definitions if row.kind in (FUNCTION, CLASS) and not row.decorated]
    if not rows:
        return None
    row = choice.choice(rows)
    after = sites.replaced((*row.span, b"")) if removing else _grown(sites, choice)
    return None if after is None else FileState(old=relative, new=relative, after=after)


def _grown(sites: FileSites, choice: random.Random) -> bytes | None:
    rows = [row for row in sites.definitions if row.kind == FUNCTION and row.parameters and row.body]
    plain = [row for row in rows if all(each.kind in ("plain", "optional") for each in row.parameters)]
    if not plain:
        return None
    row = choice.choice(plain)
    end = row.parameters[-1].span[1]
    return sites.replaced((end, end, b", verbose_given=None"))


async def measured(root: Path, prefix: str, store: Path, rows: Sequence[Sequence[FileState]]) -> dict[str, Any]:
    """Seconds of all edits, each judged once before to warm what a session would have warm.

    ``checks_processor`` are the seconds of the processor in this process: what a busy machine does not change. Python's
    compiler, which the check of syntax starts, is not in them.
    """
    bench = Workbench(root, store)
    await bench.open()
    forks: list[float] = []
    checks: list[float] = []
    work: list[float] = []
    try:
        for number, row in enumerate([*rows, *rows]):
            states = [FileState(old=f"{prefix}{each.old}", new=f"{prefix}{each.new}", after=each.after) for each in row]
            changes = bench.changes(states)
            start = time.perf_counter()
            after = await asyncio.to_thread(bench.view.fork, changes)
            forked, spent = time.perf_counter(), time.process_time()
            given = CheckInput(before=bench.view, after=after, changes=changes, system=real_system())
            await run_checks(given, _CHECKS)
            if number >= len(rows):
                forks.append(forked - start)
                checks.append(time.perf_counter() - forked)
                work.append(time.process_time() - spent)
        return {
            "files": len(bench.view.paths()),
            "fork": _quantiles(forks),
            "checks": _quantiles(checks),
            "checks_processor": _quantiles(work),
        }
    finally:
        await bench.close()


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {name: round(ordered[int(share * (len(ordered) - 1))], 4) for name, share in (("p50", 0.5), ("p95", 0.95))}


def main() -> int:
    """Runs the benchmark; exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder that holds the code base")
    parser.add_argument("--only", default="django", help="another code base; writes no results")
    parser.add_argument("--times", type=int, default=10, help="copies in the larger tree; 1 leaves it out")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--scratch", type=Path, help="folder for the copies (default: a temporary one)")
    arguments = parser.parse_args()
    if arguments.repositories is None or not (arguments.repositories / arguments.only).is_dir():
        print("skipped: needs --repositories with django")
        return 0
    root: Path = (arguments.repositories / arguments.only).resolve()
    rows = edits(root, arguments.seed)
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "cores": os.cpu_count(),
        "versions": {"sightline": version("sightline")},
        "seed": arguments.seed,
        "edits": len(rows),
        "target": {"checks_p95": 0.1},
        "load_before": os.getloadavg()[0],
    }
    with tempfile.TemporaryDirectory(prefix="sightline-speed-", dir=arguments.scratch) as temporary:
        scratch = Path(temporary)
        report["once"] = asyncio.run(measured(root, "", scratch / "once", rows))
        print(json.dumps(report["once"]), flush=True)
        if arguments.times > 1:
            for number in range(arguments.times):
                shutil.copytree(root, scratch / "tree" / f"copy{number}", ignore=shutil.ignore_patterns(".git"))
            larger = asyncio.run(measured(scratch / "tree", "copy0/", scratch / "store", rows))
            report[f"{arguments.times} times"] = larger
            print(json.dumps(larger), flush=True)
    if arguments.only == "django" and arguments.times == parser.get_default("times"):
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return int(report["once"]["checks"]["p95"] > 0.1)


if __name__ == "__main__":
    sys.exit(main())
