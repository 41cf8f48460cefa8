"""Split commits: a commit that re-signs definitions, without its hunks of one file that uses them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from histories import Commit, History
from known_truth import KnownTruth
from oracle import Error, Oracle
from places import is_found
from resigning import Follower, followers
from workbench import FileState, Workbench

from sightline.checks.check import Certainty, Verdict

#: Files of one commit that are tried until an oracle finds one broken without its hunks.
_MOST_TRIED = 3


@dataclass(frozen=True, kw_only=True)
class Split:
    """A commit without its hunks of ``left_out``, and the errors that a compiler finds there."""

    commit: Commit
    left_out: str
    errors: tuple[Error, ...]

    @property
    def states(self) -> list[FileState]:
        """The rest of the commit as an edit."""
        rest = (each for each in self.commit.files if each.new != self.left_out)
        return [FileState(old=each.old, new=each.new, after=each.after) for each in rest]


@dataclass(kw_only=True)
class SplitRow:
    """How one split commit was judged."""

    commit: str
    left_out: str
    refused: bool
    at_the_place: bool
    truth: list[str] = field(default_factory=list[str])
    findings: list[str] = field(default_factory=list[str])


def find_splits(
    history: History, oracle: Oracle, truth: KnownTruth, commits: Sequence[Commit], language: str, seed: int
) -> list[Split]:
    """One split of each commit that has any: the first file, in the order of the seed, that breaks."""
    found: list[Split] = []
    for commit in commits:
        candidates = list(followers(commit, language))
        random.Random(f"{seed}/{commit.name}").shuffle(candidates)
        for candidate in candidates[:_MOST_TRIED]:
            split = _split(history, oracle, truth, commit, candidate)
            if split is not None:
                found.append(split)
                break
    truth.save()
    return found


def _split(history: History, oracle: Oracle, truth: KnownTruth, commit: Commit, candidate: Follower) -> Split | None:
    path = candidate.file.new
    assert path is not None
    edited: dict[str, bytes | None] = {}
    for each in commit.files:
        if each.new == path:
            continue
        if each.old is not None and each.old != each.new:
            edited[each.old] = None
        if each.new is not None:
            edited[each.new] = each.after

    def ask() -> list[Error]:
        if history.check_out(commit.parent):
            oracle.reload()
        return oracle.new_errors(edited, [path])

    errors = truth.errors(f"{oracle.name} {commit.name} {path}", ask)
    return Split(commit=commit, left_out=path, errors=tuple(errors)) if errors else None


async def judge_splits(history: History, bench: Workbench, splits: Sequence[Split]) -> list[SplitRow]:
    """What Sightline says of each; those not refused at the place are printed."""
    rows: list[SplitRow] = []
    for split in splits:
        await bench.follow(history.check_out(split.commit.parent))
        judged = await bench.judge(split.states)
        if judged is None:
            continue
        before = next(each.before for each in split.commit.files if each.new == split.left_out) or b""
        report = judged.report
        row = SplitRow(
            commit=split.commit.name[:10],
            left_out=split.left_out,
            refused=report.verdict is Verdict.REJECT,
            at_the_place=is_found(report, split.errors, {split.left_out: before}, Certainty.CERTAIN),
            truth=[f"{each.path}:{each.line} {each.message}" for each in split.errors],
            findings=[f"{each.certainty} {each.path}:{each.line} {each.message}" for each in report.findings],
        )
        rows.append(row)
        if not row.at_the_place:
            print(f"split {row.commit} without {row.left_out}\n    truth {row.truth[:3]}\n    ours {row.findings[:3]}")
    return rows


def summary_of_splits(rows: Sequence[SplitRow]) -> dict[str, Any]:
    """Counts, and what was not refused at the place."""
    return {
        "breaking": len(rows),
        "refused_at_the_place": sum(row.at_the_place for row in rows),
        "refused": sum(row.refused for row in rows),
        "missed": [
            {"commit": row.commit, "left_out": row.left_out, "truth": row.truth[:2], "findings": row.findings[:2]}
            for row in rows
            if not row.at_the_place
        ],
    }
