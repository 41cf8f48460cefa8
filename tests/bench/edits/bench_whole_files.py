"""The whole-file benchmark: files of working code, judged as if each had just been written, have nothing to refuse.

    python tests/bench/edits/bench_whole_files.py --repositories DIR [--packages DIR] [--count 300] [--seed 20]

Every call, import and override in such a file is judged as new text, which is the widest net for false alarms that
there is: the code is known to work, so every certain finding is one. Prints them; writes
``tests/bench/results/whole_files.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mutations import Mutation
from sightline_judge import SightlineJudge, open_judge, scratch_folder
from sources import CodeBase, load_code_base

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, CheckInput, Finding
from sightline.checks.run import run_checks

RESULTS = Path(__file__).parent.parent / "results" / "whole_files.json"
CODE_BASES = ("flask", "django")


async def certain_findings(judge: SightlineJudge, code: CodeBase, relative: str) -> list[Finding]:
    """What is certainly wrong with one file, judged against the code base without it."""
    path = WorkspacePath(str(code.root.resolve()), relative)
    text = judge.view.workspace.read(path).text
    without = ChangeSet(base={path: text.digest}, deletes=(path,))
    before = await asyncio.to_thread(judge.view.fork, without)
    mutation = Mutation(
        identifier=relative,
        kind="whole",
        breaking=False,
        target=relative,
        names=(),
        files={relative: code.texts[relative]},
        mentions=frozenset(),
    )
    lone = judge.on(before)
    changes = lone.changes(mutation)
    after = await asyncio.to_thread(before.fork, changes)
    report = await run_checks(CheckInput(before=before, after=after, changes=changes, system=judge.system))
    return [finding for finding in report.findings if finding.certainty is Certainty.CERTAIN]


async def judge_code_base(code: CodeBase, count: int, seed: int, packages: list[Path]) -> dict[str, Any]:
    """The files of one code base, in an order drawn by the seed."""
    paths = sorted(code.texts)
    random.Random(f"{seed}/{code.name}/whole").shuffle(paths)
    found: list[str] = []
    refused = 0
    start = time.perf_counter()
    with scratch_folder() as folder:
        judge = await open_judge(code, folder, packages)
        for relative in paths[:count]:
            findings = await certain_findings(judge, code, relative)
            refused += bool(findings)
            for finding in findings:
                found.append(f"{finding.check} {finding.path}:{finding.line} {finding.message}")
                print(code.name, found[-1], flush=True)
    return {
        "files": min(count, len(paths)),
        "refused": refused,
        "findings": found,
        "seconds": round(time.perf_counter() - start, 1),
    }


def main() -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", type=Path, required=True, help="folder that holds flask and django")
    parser.add_argument("--packages", type=Path, action="append", default=[], help="folders of third-party packages")
    parser.add_argument("--only", action="append", help="judge this code base alone; writes no results")
    parser.add_argument("--count", type=int, default=300, help="files of each code base")
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "versions": {"sightline": version("sightline")},
        "seed": arguments.seed,
        "code_bases": {},
    }
    for name in arguments.only or CODE_BASES:
        root: Path = arguments.repositories / name
        if not root.is_dir():
            print(f"{root} is missing: left out", file=sys.stderr)
            continue
        work = judge_code_base(load_code_base(root), arguments.count, arguments.seed, arguments.packages)
        report["code_bases"][name] = asyncio.run(work)
    print(json.dumps(report, indent=2))
    if not arguments.only:
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
