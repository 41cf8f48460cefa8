"""Time of the check of types: the first check of an edit, when the checker starts, and the second, when it is warm.

    python tests/bench/edits/bench_types.py --repositories DIR [--only httpx]

``DIR`` holds the unpacked code bases (``httpx``, ``django``, ``zod``). Each edit changes what one function returns, and
what the other checks find in it is counted too. The second check is of an edit of another snapshot, the third of the
second snapshot again, as in the rounds of a repair. Processor seconds are of the checker and all it started, which
a busy machine changes less than wall seconds. Checkers are looked for beside Python, in the client's ``node_modules``,
and on the ``PATH``. The summary goes to ``tests/bench/results/types.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from workbench import FileState, Workbench

from sightline.base.changes import ChangeSet
from sightline.base.system import System, real_system
from sightline.checks.check import Certainty, CheckInput
from sightline.checks.checkers.registry import checker_named
from sightline.checks.checkers.warm import WarmCheckers
from sightline.checks.policy import CheckPolicy
from sightline.checks.registry import CHECKS
from sightline.checks.run import run_checks
from sightline.checks.type_check import TypesCheck

RESULTS = Path(__file__).parent.parent / "results" / "types.json"
CLIENT = Path(__file__).parents[3] / "client-vscode" / "node_modules" / ".bin"
PLACES = os.pathsep.join((str(Path(sys.executable).parent), str(CLIENT), os.environ.get("PATH", "")))


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Replaces texts of one file of a repository."""

    repository: str
    checkers: tuple[str, ...]
    file: str
    replaced: tuple[tuple[str, str], ...]

    def after(self, text: str, number: int) -> bytes:
        """The file as the edit of that number would have it: no two are the same."""
        for old, new in self.replaced:
            assert text.count(old) == 1, f"{self.file} has not one {old!r}"
            text = text.replace(old, new)
        return f"{text}{'//' if self.file.endswith('.ts') else '#'} {number}\n".encode()


EDITS = (
    Edit(
        repository="httpx",
        checkers=("pyright", "ty", "mypy"),
        file="httpx/_utils.py",
        replaced=(
            ('-> dict[str, str | None]:\n    """Gets proxy', '-> list[tuple[str, str | None]]:\n    """Gets proxy'),
            ("        return {}\n", "        return []\n"),
            ("    return mounts\n", "    return list(mounts.items())\n"),
        ),
    ),
    Edit(
        repository="django",
        checkers=("pyright", "ty"),
        file="django/utils/timezone.py",
        replaced=(
            (
                "    return datetime.now(tz=timezone.utc if settings.USE_TZ else None)\n",
                "    return datetime.now(tz=timezone.utc if settings.USE_TZ else None).timestamp()\n",
            ),
        ),
    ),
    Edit(
        repository="zod",
        checkers=("tsserver",),
        file="packages/zod/src/v4/core/util.ts",
        replaced=(
            ("Remainder(val: number, step: number): number {", "Remainder(val: number, step: number): string {"),
            (
                "< tolerance) return 0;\n  return ratio - roundedRatio;",
                '< tolerance) return "0";\n  return `${ratio}`;',
            ),
        ),
    ),
)


def _processor(seen: dict[int, float]) -> float:
    """Processor seconds of all processes below this one, those that have ended since they were seen included."""
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        seen[process.pid] = times.user + times.system
    return sum(seen.values())


async def _watched(work: Any) -> tuple[Any, float, float]:
    """The result, with wall seconds and the processor seconds of what was started; looked at every 50 ms."""
    seen: dict[int, float] = {}
    before = _processor(seen)
    start = time.perf_counter()
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=0.05)
        _processor(seen)
    return await task, time.perf_counter() - start, _processor(seen) - before


async def measured(edit: Edit, checker: str, root: Path, store: Path, system: System) -> dict[str, Any]:
    """Three checks of one edit by one checker."""
    bench = Workbench(root, store)
    await bench.open()
    warm = WarmCheckers(system)
    program = shutil.which(checker_named(checker).program, path=PLACES) or ""
    policy = CheckPolicy(types=(checker,), programs={checker: program}, seconds=3600.0, warm=warm)
    text = (root / edit.file).read_text("utf-8")
    row: dict[str, Any] = {}
    view = bench.view
    try:
        for number, name in enumerate(("first", "second", "same snapshot")):
            after = edit.after(text, number)
            changes = bench.changes([FileState(old=edit.file, new=edit.file, after=after)])
            if number == 1:
                view = await asyncio.to_thread(view.fork, ChangeSet())
            forked = await asyncio.to_thread(view.fork, changes)
            given = CheckInput(before=view, after=forked, changes=changes, system=system, trusted=True, policy=policy)
            outcome, wall, processor = await _watched(TypesCheck().run(given))
            row[name] = {"wall": round(wall, 2), "processor": round(processor, 2)}
            if number == 0:
                others = await run_checks(given, [check for check in CHECKS if check.name != "types"])
                certain = [finding for finding in outcome.findings if finding.certainty is Certainty.CERTAIN]
                row["certain"], row["possible"] = len(certain), len(outcome.findings) - len(certain)
                row["other checks"] = len(others.findings)
                row["left out"] = [skipped.reason for skipped in outcome.skipped]
        memory = [process.memory_info().rss for process in psutil.Process().children(recursive=True)]
        row["memory_mb"] = round(sum(memory) / 1e6)
        return row
    finally:
        await warm.close()
        await bench.close()


def main() -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder that holds the code bases")
    parser.add_argument("--only", default="", help="one code base; writes no results")
    arguments = parser.parse_args()
    repositories: Path = arguments.repositories or Path("/nowhere")
    there = [edit for edit in EDITS if (repositories / edit.repository / edit.file).is_file()]
    found = [edit for edit in there if arguments.only in edit.repository]
    if not found:
        print("skipped: needs --repositories with httpx, django or zod")
        return 0
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "cores": os.cpu_count(),
        "versions": {"sightline": version("sightline"), "pyright": version("pyright")}
        | {name: version(name) for name in ("mypy", "ty")},
        "load_before": os.getloadavg()[0],
        "edits": {},
    }
    system = real_system()
    for edit in found:
        root = (repositories / edit.repository).resolve()
        for checker in edit.checkers:
            if shutil.which(checker_named(checker).program, path=PLACES) is None:
                print(f"{checker} is not installed")
                continue
            with tempfile.TemporaryDirectory(prefix="sightline-types-") as store:
                row = asyncio.run(measured(edit, checker, root, Path(store), system))
            report["edits"][f"{edit.repository} {checker}"] = row
            print(edit.repository, checker, json.dumps(row), flush=True)
    if not arguments.only:
        report["load_after"] = os.getloadavg()[0]
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
