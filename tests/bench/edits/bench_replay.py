"""Replay: are commits that people made let through, and refused once the hunks of one file are left out?

    python tests/bench/edits/bench_replay.py --repositories DIR [--only flask] [--count 100] [--seed 31] [--keep FOLDER]
                                                [--types pyright]

``DIR`` holds git clones with their history. Of the last commits of each, some are drawn by the seed, at least 35 % of
them deleting, renaming or re-signing a definition (by syntax, ``resigning.py``). Each becomes an edit of its parent's
tree and is judged as ``sightline check`` judges it, on a live graph that follows from tree to tree. A commit that
people made nearly always works, so that a refusal is a false alarm unless somebody looked (``explained.py``).

Split commits: of those that re-sign, the hunks of one file are left out that uses what others changed. Whether that
breaks the file, and where, is for pyright, TypeScript and go/types to say (``oracles``). Counted is whether Sightline
refuses at one of those places: by its graph alone, and with ``--types`` as with a type checker that the user allows.

The summary goes to ``tests/bench/results/replay.json``: code bases judged now replace their rows there,
the others stay (``recorded.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aider_rules import AiderRules
from corpus import CodeBaseChoice, chosen, options, present
from explained import EXPLAINED
from histories import Commit, History
from installed import installed
from known_truth import KnownTruth
from oracle import open_oracle
from recorded import added, put_together, run_of
from resigning import is_resigning
from sites.read import language_of
from splits import Split, SplitRow, find_splits, judge_splits, summary_of_splits
from workbench import FileState, Workbench, types_policy

from sightline.base.system import real_system
from sightline.checks.check import Certainty, CheckReport
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy

RESULTS = Path(__file__).parent.parent / "results" / "replay.json"
#: Commits are drawn out of so many of the last ones.
WINDOW = 2_500
RESIGNING_SHARE = 0.35


@dataclass(kw_only=True)
class Row:
    """One commit: ``refusals`` are its certain findings."""

    commit: str
    subject: str
    resigning: bool
    seconds: float
    refusals: list[str] = field(default_factory=list[str])
    possible: list[str] = field(default_factory=list[str])
    refused_by_aider: bool = False


def draw(history: History, choice: CodeBaseChoice, seed: int, count: int) -> list[Commit]:
    """Commits in the order of the history, newest first."""
    listed = history.commits(choice.glob, WINDOW)
    order = list(range(len(listed)))
    random.Random(f"{seed}/{choice.name}").shuffle(order)
    room = {True: round(RESIGNING_SHARE * count), False: count - round(RESIGNING_SHARE * count)}
    found: dict[int, Commit] = {}
    for index in order:
        commit = history.commit(*listed[index])
        if commit is None or not any(
            language_of(each.new or each.old or "") == choice.language for each in commit.files
        ):
            continue
        kind = is_resigning(commit, choice.language)
        if room[kind] > 0:
            room[kind] -= 1
            found[index] = commit
        if not any(room.values()):
            break
    return [found[index] for index in sorted(found)]


def states_of(commit: Commit) -> list[FileState]:
    """A commit as an edit."""
    return [FileState(old=each.old, new=each.new, after=each.after) for each in commit.files]


def lines_of(report: CheckReport, certainty: Certainty) -> list[str]:
    """The findings of a certainty, one line each."""
    found = [row for row in report.findings if row.certainty is certainty]
    return [f"{row.check} {row.path}:{row.line} {row.message}" for row in found]


async def replay(
    choice: CodeBaseChoice, history: History, commits: Sequence[Commit], aider: AiderRules, store: Path
) -> list[Row]:
    """Judges all commits of one code base; each refusal is printed as it comes."""
    history.check_out(commits[0].parent)
    bench = Workbench(history.folder, store)
    await bench.open()
    try:
        return [row async for row in _replayed(choice, history, bench, commits, aider)]
    finally:
        await bench.close()


async def _replayed(
    choice: CodeBaseChoice, history: History, bench: Workbench, commits: Sequence[Commit], aider: AiderRules
) -> AsyncIterator[Row]:
    for commit in commits:
        await bench.follow(history.check_out(commit.parent))
        judged = await bench.judge(states_of(commit))
        if judged is None:
            continue
        after = {each.new: each.after for each in commit.files if each.new is not None and each.after is not None}
        row = Row(
            commit=commit.name[:10],
            subject=commit.subject,
            resigning=is_resigning(commit, choice.language),
            seconds=round(judged.fork_seconds + judged.check_seconds, 3),
            refusals=lines_of(judged.report, Certainty.CERTAIN),
            possible=lines_of(judged.report, Certainty.POSSIBLE),
            refused_by_aider=aider.refuses(after),
        )
        for line in row.refusals[:4]:
            print(f"{choice.name} {row.commit} {row.subject}\n    {line}", flush=True)
        yield row


def summary_of(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Counts, and every refused commit with what was found about it."""
    known = EXPLAINED.get(name, {})
    refused = [row for row in rows if row.refusals]
    wrong = [row for row in refused if not known.get(row.commit, "").startswith("real:")]
    seconds = sorted(row.seconds for row in rows)
    return {
        "commits": len(rows),
        "resigning": sum(row.resigning for row in rows),
        "refused": len(refused),
        "refused_wrongly": len(wrong),
        "refused_by_aiders_rules": sum(row.refused_by_aider for row in rows),
        "possible_findings": sum(len(row.possible) for row in rows),
        "seconds_p50": statistics.median(seconds),
        "seconds_p95": seconds[int(0.95 * (len(seconds) - 1))],
        "false_alarms_by_check": dict(Counter(line.partition(" ")[0] for row in wrong for line in row.refusals)),
        "refusals": [
            {"commit": row.commit, "subject": row.subject, "explanation": known.get(row.commit, ""),
             "findings": row.refusals[:3]}
            for row in refused
        ],
    }  # fmt: skip


def run_one(
    choice: CodeBaseChoice, arguments: argparse.Namespace, scratch: Path
) -> tuple[list[Row], dict[str, list[SplitRow]]]:
    """Replay of one code base, and its splits under ``splits``, those judged with types under ``splits_with_types``."""
    history = History((arguments.repositories / choice.name).resolve(), scratch / "clones")
    commits = draw(history, choice, arguments.seed, arguments.count or choice.commits)
    store = scratch / "stores" / choice.name
    aider = AiderRules(installed(scratch / "flake8", ("flake8==7.3.0",)), scratch / "aider")
    rows = asyncio.run(replay(choice, history, commits, aider, store))
    refused = {row.commit for row in rows if row.refusals}
    oracle = None if arguments.no_splits else open_oracle(choice, history.folder, scratch)
    if oracle is None:
        return rows, {"splits": []}
    try:
        whole = [commit for commit in commits if commit.name[:10] not in refused]
        truth = KnownTruth(scratch / "truth" / f"{choice.name}-splits.json")
        splits = find_splits(history, oracle, truth, list(reversed(whole)), choice.language, arguments.seed)
    finally:
        oracle.close()
    judged = {"splits": asyncio.run(judge_all_splits(history, splits, store))}
    if arguments.types:
        policy = types_policy(arguments.types, real_system())
        judged["splits_with_types"] = asyncio.run(judge_all_splits(history, splits, store, policy))
    return rows, judged


async def judge_all_splits(
    history: History, splits: Sequence[Split], store: Path, policy: CheckPolicy = NO_PROGRAMS
) -> list[SplitRow]:
    """Judges the splits on a graph of their own."""
    bench = Workbench(history.folder, store, policy=policy)
    await bench.open()
    try:
        return await judge_splits(history, bench, splits)
    finally:
        await bench.close()


def sums(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The counts of several summaries."""
    keys = ("commits", "resigning", "refused", "refused_wrongly", "refused_by_aiders_rules")
    counts = ("breaking", "refused_at_the_place", "refused")
    judged = {key: [each[key] for each in summaries if key in each] for key in ("splits", "splits_with_types")}
    return added(summaries, keys) | {key: added(rows, counts) for key, rows in judged.items() if rows}


def main() -> int:
    """Runs the benchmark; exit code 1 when a target is missed."""
    arguments = _arguments()
    if arguments.repositories is None:
        print("skipped: needs --repositories")
        return 0
    report: dict[str, Any] = {
        "targets": {"refused_share": 0.01, "split_share": 0.9},
        "languages": {},
    }
    details: dict[str, Any] = {}
    run = run_of(arguments.seed, ("sightline", "pyright"))
    with tempfile.TemporaryDirectory(prefix="sightline-replay-") as temporary:
        scratch: Path = (arguments.keep or Path(temporary)).resolve()
        choices = (each for each in chosen(arguments.only) if each.commits)
        for choice in present(choices, arguments.repositories):
            rows, judged = run_one(choice, arguments, scratch)
            language = report["languages"].setdefault(choice.language, {"code_bases": {}})
            entry = summary_of(choice.name, rows)
            summaries = {key: summary_of_splits(each) for key, each in judged.items()}
            language["code_bases"][choice.name] = entry | summaries | {"run": run}
            every = {"commits": rows, **judged}
            details[choice.name] = {key: [asdict(row) for row in each] for key, each in every.items()}
            print(json.dumps(language["code_bases"][choice.name], indent=1), flush=True)
    if arguments.details:
        arguments.details.write_text(json.dumps(details, indent=1))
    if arguments.record or not (arguments.only or arguments.count):
        RESULTS.write_text(json.dumps(put_together(RESULTS, report, sums), indent=2) + "\n")
    judged = (sums(list(language["code_bases"].values())) for language in report["languages"].values())
    return int(not all(map(_meets, judged)))


def _meets(figures: dict[str, Any]) -> bool:
    splits = figures["splits"]
    return (
        figures["refused"] <= 0.01 * figures["commits"] and splits["refused_at_the_place"] >= 0.9 * splits["breaking"]
    )


def _arguments() -> argparse.Namespace:
    parser = options(__doc__, "commits")
    parser.add_argument("--no-splits", action="store_true", help="leaves the split commits out")
    parser.add_argument("--types", help="judges the splits once more, with this type checker's findings (pyright, ty)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
