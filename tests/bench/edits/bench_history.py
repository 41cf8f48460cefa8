"""The history benchmark: are commits that people really made let through?

    python tests/bench/edits/bench_history.py --repositories DIR [--only flask] [--count 150] [--keep FOLDER]

``DIR`` holds git clones with their history (``flask``, ``typeorm``). Each of the last commits that touch the sources is
judged as ``sightline check --base PARENT`` judges it, in a clone of the clone. A real commit nearly always works, so a
certain finding is a false alarm unless somebody looked and found a real break (``REAL_BREAKS``). The summary goes to
``tests/bench/results/history.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results" / "history.json"
#: Code base → commits taken, and the files one of which a commit must touch.
CODE_BASES = {"flask": (150, "src/*.py"), "typeorm": (100, "src/*.ts"), "cobra": (120, "./*.go")}
#: Commits whose refusal was looked at and is right: code base → commit → what it broke.
REAL_BREAKS: dict[str, dict[str, str]] = {
    "flask": {
        "a64588f8": "moves app.py, blueprints.py and scaffold.py and leaves every import of them as it was",
        "762382e4": "imports flask.stream_template, which came to its branch only later, with a merge",
    },
    "typeorm": {},
    "cobra": {"4c22a20f": "removes initializeProject from init.go, which add_test.go calls"},
}


@dataclass(kw_only=True)
class Judged:
    """One commit: ``refusals`` are its certain findings, or why it could not be judged."""

    commit: str
    subject: str
    seconds: float
    refusals: list[str] = field(default_factory=list[str])
    possible: int = 0
    failed: str = ""


class Clone:
    """A clone in a scratch folder, trusted there by settings of its own."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.folder = scratch / source.name
        self._environment = os.environ | {
            "HOME": str(scratch / "home"),
            **{f"XDG_{name}_HOME": str(scratch / "home" / name) for name in ("CONFIG", "CACHE", "DATA", "STATE")},
        }
        if not self.folder.exists():
            subprocess.run(("git", "clone", "--quiet", str(source), str(self.folder)), check=True)
        self._sightline("trust", "--root", str(self.folder))

    def commits(self, count: int, skip: int, pattern: str) -> list[tuple[str, str]]:
        """The last commits without merges that touch a file of ``pattern``, newest first: commit and subject."""
        log = (
            "log",
            "--no-merges",
            f"-{count}",
            f"--skip={skip}",
            "--format=%h %s",
            "origin/HEAD",
            "--",
            f":(glob){_deep(pattern)}",
        )
        return [
            (commit, subject) for line in self._git(*log).splitlines() for commit, _, subject in [line.partition(" ")]
        ]

    def judge(self, commit: str, subject: str) -> Judged:
        """What Sightline says of one commit."""
        self._git("checkout", "--quiet", "--force", commit)
        done = self._sightline("check", "--base", f"{commit}~1", "--root", str(self.folder), "--json")
        if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
            return Judged(commit=commit, subject=subject, seconds=0, failed=done.stdout + done.stderr)
        answer: Any = json.loads(done.stdout)
        certain = [row for row in answer["findings"] if row["certainty"] == "certain"]
        return Judged(
            commit=commit,
            subject=subject,
            seconds=round(answer["seconds"]["total"], 3),
            refusals=[f"{row['check']} {row['path']}:{row['line']} {row['message']}" for row in certain]
            + [f"unmatched {row}" for row in answer["unmatched"]],
            possible=len(answer["findings"]) - len(certain),
        )

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(("git", "-C", str(self.folder), *arguments), capture_output=True, text=True, check=True)
        return done.stdout

    def _sightline(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-P", "-m", "sightline", *arguments)
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment)


def _deep(pattern: str) -> str:
    folder, _, name = pattern.rpartition("/")
    return f"{folder}/**/{name}"


def judge_history(clone: Clone, name: str, count: int, skip: int) -> Iterator[Judged]:
    """All chosen commits of one code base, newest first; each refusal is printed as it comes."""
    for commit, subject in clone.commits(count, skip, CODE_BASES[name][1]):
        judged = clone.judge(commit, subject)
        for line in [judged.failed] if judged.failed else judged.refusals:
            print(f"{name} {commit} {subject}\n    {line}", flush=True)
        yield judged


def summary_of(name: str, rows: Sequence[Judged]) -> dict[str, Any]:
    """Counts, and the commits that were refused."""
    real = REAL_BREAKS[name]
    refused = [row for row in rows if row.refusals]
    false = [row for row in refused if row.commit not in real]
    return {
        "commits": len(rows),
        "not_judged": sum(bool(row.failed) for row in rows),
        "refused": len(refused),
        "refused_rightly": {row.commit: real[row.commit] for row in refused if row.commit in real},
        "refused_wrongly": len(false),
        "refused_wrongly_share": round(len(false) / len(rows), 4) if rows else None,
        "false_alarms_by_check": dict(Counter(line.partition(" ")[0] for row in false for line in row.refusals)),
        "false_alarms": [asdict(row) for row in false],
        "possible_findings": sum(row.possible for row in rows),
    }


def main() -> int:
    """Runs the benchmark; exit code 1 when more than 1 % of the commits are refused wrongly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", type=Path, required=True, help="folder that holds flask and typeorm")
    parser.add_argument("--only", action="append", help="judge this code base alone; writes no results")
    parser.add_argument("--count", type=int, help="how many commits (default: 150 of flask, 100 of typeorm)")
    parser.add_argument(
        "--skip", type=int, default=0, help="leave out so many of the newest commits; writes no results"
    )
    parser.add_argument("--keep", type=Path, help="folder for the clones, kept for the next run")
    arguments = parser.parse_args()
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "versions": {"sightline": version("sightline")},
        "code_bases": {},
    }
    with tempfile.TemporaryDirectory(prefix="sightline-history-") as temporary:
        scratch: Path = arguments.keep or Path(temporary)
        for name in arguments.only or CODE_BASES:
            source: Path = arguments.repositories / name
            if not (source / ".git").exists():
                print(f"{source} has no history: left out", file=sys.stderr)
                continue
            clone = Clone(source.resolve(), scratch.resolve())
            count = arguments.count or CODE_BASES[name][0]
            rows = list(judge_history(clone, name, count, arguments.skip))
            report["code_bases"][name] = summary_of(name, rows)
    print(json.dumps(report, indent=2))
    if not (arguments.only or arguments.count or arguments.skip):
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return int(any((row["refused_wrongly_share"] or 0) > 0.01 for row in report["code_bases"].values()))


if __name__ == "__main__":
    sys.exit(main())
