"""The apply corpus: replies made of real commits, in every format, damaged in many ways. Does the right tree come out?

    python tests/bench/edits/bench_apply.py --repositories DIR [--commits 16] [--seed 4] [--show 10] [--operator NAME]

``DIR`` holds git clones (``human_diffs.CODE_BASES`` are looked for). The truth is the commit's own tree, or a refusal
where nobody could know. A result that is neither is *wrong*, and there must be none. The summary goes to
``tests/bench/results/apply.json``.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from damage import EITHER, OPERATORS, REFUSAL, WHITESPACE, Reply
from human_diffs import CODE_BASES, Commit, commits_of
from rendered import FORMATS, answer

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.edits import closest
from sightline.edits.apply import apply_proposal
from sightline.edits.parse import parse_reply
from sightline.workspace.files import WorkspaceView

RESULTS = Path(__file__).parent.parent / "results" / "apply.json"
ROOT = "/w"
RIGHT, REFUSED, WRONG = "right", "refused", "wrong"


def outcome_of(reply: Reply, name: str = "") -> tuple[str, str]:
    """What came of a reply (right, refused, wrong) and how it was placed, or why not.

    Where the damage ``name`` is one of whitespace, that at the ends of lines does not count.
    """
    files = {f"{ROOT}/{path}": text.encode() for path, text in reply.before.items()}
    view = WorkspaceView(
        revision=1,
        roots=(ROOT,),
        system=memory_system(files),
        known={WorkspacePath(ROOT, path) for path in reply.before},
        overlay={},
    )
    proposal = parse_reply(reply.text)
    applied = apply_proposal(proposal, view, ROOT, lambda _: None)
    reasons = [*(problem.message for problem in proposal.problems), *(item.reason for item in applied.unmatched)]
    if reasons or (applied.changes.is_empty and not applied.already):
        return REFUSED, (reasons or ["no edit was found"])[0]
    if applied.changes.is_empty and reply.expected == REFUSAL:
        return REFUSED, "nothing to change"
    after = view.fork(applied.changes)
    found = {path.relative: after.read(path).bytes_on_disk for path in after.paths()}
    how = ", ".join(sorted({str(place.how) for place in applied.located})) or "already so"
    wanted = {path: text.encode() for path, text in reply.after.items()}
    if found == wanted or (name in WHITESPACE and _bare(found) == _bare(wanted)):
        return RIGHT, how
    return WRONG, how


def _bare(files: dict[str, bytes]) -> dict[str, list[bytes]]:
    """The lines of files without the whitespace at their ends."""
    return {path: [line.rstrip() for line in data.split(b"\n")] for path, data in files.items()}


def replies_of(commit: Commit, seed: int, only: str) -> Iterator[tuple[str, str, Reply]]:
    """The replies made of one commit: format, operator, reply."""
    for edit_format in FORMATS:
        whole = answer(commit, edit_format)
        if whole is None:
            continue
        for name, operator in OPERATORS.items():
            if only and name != only:
                continue
            source = random.Random(zlib.crc32(f"{seed} {commit.name} {edit_format} {name}".encode()))
            reply = operator(whole, source)
            if reply is not None:
                yield edit_format, name, reply


Row = tuple[str, str, str, str, str, str]


def judge(commit: Commit, seed: int, only: str) -> list[Row]:
    """The outcomes of all replies of one commit: format, operator, expected, outcome, how, commit."""
    rows: list[Row] = []
    for edit_format, name, reply in replies_of(commit, seed, only):
        outcome, how = outcome_of(reply, name)
        rows.append((edit_format, name, reply.expected, outcome, how, f"{commit.repository} {commit.name}"))
    return rows


def _good(row: Row) -> bool:
    return row[3] == RIGHT or (row[2] in (REFUSAL, EITHER) and row[3] == REFUSED)


def summary(rows: list[Row], commits: int, repositories: list[str], seconds: float) -> dict[str, object]:
    """What is committed: counts by format, by operator, and by both."""

    def table(index: int) -> dict[str, dict[str, float]]:
        keys = sorted({row[index] for row in rows})
        return {key: _counts([row for row in rows if row[index] == key]) for key in keys}

    how = Counter(row[4] for row in rows if row[3] == RIGHT)
    return {
        "machine": platform.platform(),
        "repositories": repositories,
        "commits": commits,
        "seconds": round(seconds, 1),
        "threshold": closest.THRESHOLD,
        "margin": closest.MARGIN,
        "all": _counts(rows),
        "by_format": table(0),
        "by_operator": table(1),
        "by_expectation": table(2),
        "placed": dict(how.most_common()),
    }


def _counts(rows: list[Row]) -> dict[str, float]:
    outcomes = Counter(row[3] for row in rows)
    due = [row for row in rows if row[2] == "tree"]
    right = sum(row[3] == RIGHT for row in due)
    return {
        "replies": len(rows),
        "right": outcomes[RIGHT],
        "refused": outcomes[REFUSED],
        "wrong": outcomes[WRONG],
        "should_apply": len(due),
        "applied_of_those": round(right / len(due), 4) if due else 1.0,
    }


def main() -> int:
    """Measures; answers 1 when a result is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of git clones")
    parser.add_argument("--commits", type=int, default=16, help="commits of each code base")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--show", type=int, default=10, help="outcomes shown of each kind that is not good")
    parser.add_argument("--operator", default="", help="only this damage; nothing is written")
    parser.add_argument("--only", default="", help="only this code base; nothing is written")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    folders = [options.repositories / name for name in CODE_BASES] if options.repositories else []
    folders = [folder for folder in folders if (folder / ".git").exists() and options.only in folder.name]
    if not folders:
        print("no code base with a history: give --repositories DIR")
        return 0
    started = time.monotonic()
    commits = [commit for folder in folders for commit in commits_of(folder, options.commits, options.seed)]
    print(f"{len(commits)} commits of {len(folders)} code bases in {time.monotonic() - started:.0f} s", flush=True)
    rows: list[Row] = []
    with ProcessPoolExecutor(options.processes) as pool:
        jobs = [pool.submit(judge, commit, options.seed, options.operator) for commit in commits]
        for job in jobs:
            rows += job.result()
    report = summary(rows, len(commits), sorted({commit.repository for commit in commits}), time.monotonic() - started)
    _print(rows, report, options.show)
    if not options.operator and not options.only:
        RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if any(row[3] == WRONG for row in rows) else 0


def _print(rows: list[Row], report: dict[str, object], show: int) -> None:
    for name in OPERATORS:
        mine = [row for row in rows if row[1] == name]
        counts = _counts(mine)
        good = sum(map(_good, mine))
        print(f"{name:30} {counts['replies']:6} right {counts['right']:6} refused {counts['refused']:5} "
              f"wrong {counts['wrong']:4}  good {good / (len(mine) or 1):.4f}")  # fmt: skip
        bad = [row for row in mine if not _good(row)]
        for (outcome, why), count in Counter((row[3], f"{row[0]}: {row[4][:110]}") for row in bad).most_common(show):
            example = next(row[5] for row in bad if row[3] == outcome and f"{row[0]}: {row[4][:110]}" == why)
            print(f"      {count:5} {outcome} {why} ({example})")
    for key in ("all", "by_format", "by_expectation", "placed"):
        print(key, json.dumps(report[key]))


if __name__ == "__main__":
    sys.exit(main())
