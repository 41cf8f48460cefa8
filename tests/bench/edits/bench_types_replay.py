"""Human commits under the check of types alone: how many would be refused, though their authors made them.

    python tests/bench/edits/bench_types_replay.py --repositories DIR [--count 60] [--checkers ty,pyright]

``DIR`` holds a clone of ``httpx``. The last commits that touch Python files are judged as edits of their parents, each
by one checker that is kept. A certain finding refuses; every one is printed, to be looked at. The summary goes to
``tests/bench/results/types_replay.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from histories import Commit, History
from workbench import FileState, Workbench, types_policy

from sightline.base.system import System, real_system
from sightline.checks.check import Certainty, CheckInput
from sightline.checks.type_check import TypesCheck

RESULTS = Path(__file__).parent.parent / "results" / "types_replay.json"
REPOSITORY, GLOB, WINDOW = "httpx", "**/*.py", 400


def drawn(history: History, count: int) -> list[Commit]:
    """The last commits, newest first."""
    found: list[Commit] = []
    for name, subject in history.commits(GLOB, WINDOW):
        commit = history.commit(name, subject)
        if commit is not None and len(found) < count:
            found.append(commit)
    return found


async def replayed(
    history: History, commits: list[Commit], checker: str, store: Path, system: System
) -> dict[str, Any]:
    """Judges all commits by one checker."""
    history.check_out(commits[0].parent)
    policy = types_policy(checker, system)
    bench = Workbench(history.folder, store, policy=policy)
    await bench.open()
    row: dict[str, Any] = {"commits": 0, "refused": 0, "possible alone": 0, "left out": {}, "findings": []}
    try:
        for commit in commits:
            await bench.follow(history.check_out(commit.parent))
            changes = bench.changes([FileState(old=f.old, new=f.new, after=f.after) for f in commit.files])
            if changes.is_empty:
                continue
            after = await asyncio.to_thread(bench.view.fork, changes)
            given = CheckInput(
                before=bench.view, after=after, changes=changes, system=system, trusted=True, policy=policy
            )
            outcome = await TypesCheck().run(given)
            certain = [finding for finding in outcome.findings if finding.certainty is Certainty.CERTAIN]
            row["commits"] += 1
            row["refused"] += bool(certain)
            row["possible alone"] += bool(outcome.findings) and not certain
            for skipped in outcome.skipped:
                kind = " ".join(word for word in skipped.reason.split()[:6] if not word.isdigit())
                row["left out"][kind] = row["left out"].get(kind, 0) + 1
            for finding in certain:
                told = f"{commit.name[:10]} {finding.path}:{finding.line}: {finding.message[:160]}"
                row["findings"].append(told)
                print(checker, told, flush=True)
        return row
    finally:
        await bench.close()


def main() -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder that holds a clone of httpx")
    parser.add_argument("--count", type=int, default=60, help="commits")
    parser.add_argument("--checkers", default="ty,pyright")
    arguments = parser.parse_args()
    repositories: Path = arguments.repositories or Path("/nowhere")
    if not (repositories / REPOSITORY / ".git").exists():
        print(f"skipped: needs --repositories with a clone of {REPOSITORY}")
        return 0
    checkers: list[str] = arguments.checkers.split(",")
    report: dict[str, Any] = {"versions": {name: version(name) for name in checkers}, "count": arguments.count}
    with tempfile.TemporaryDirectory(prefix="sightline-types-") as temporary:
        scratch = Path(temporary)
        history = History((repositories / REPOSITORY).resolve(), scratch / "clones")
        commits = drawn(history, arguments.count)
        for checker in checkers:
            report[checker] = asyncio.run(replayed(history, commits, checker, scratch / checker, real_system()))
            print(checker, json.dumps({key: report[checker][key] for key in report[checker] if key != "findings"}))
    if arguments.count == parser.get_default("count"):
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
