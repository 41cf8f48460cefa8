"""The mutation benchmark: are edits that break something refused at the right place, and harmless ones let through?

    python tests/bench/edits/bench_mutations.py --repositories DIR [--truth DIR] [--packages DIR] [--only flask]

``DIR`` holds unpacked code bases (``flask``, ``django``). Truth is pyright's: a mutation breaks something when pyright
reports new errors after it. It is computed once and kept in ``--truth``; that takes minutes for a large code base.
The summary goes to ``tests/bench/results/mutations.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chosen import Judged, Wanted, choose, choose_known, unconfirmed
from sightline_judge import Answer, open_judge, scratch_folder
from sources import CodeBase, load_code_base
from truth import statement_span

from sightline.checks.check import Certainty, Finding, Verdict

RESULTS = Path(__file__).parent.parent / "results" / "mutations.json"
CODE_BASES = ("flask", "django")

RIGHT, ELSEWHERE, ACCEPTED = "refused at the right place", "refused elsewhere", "accepted"


@dataclass(kw_only=True)
class Row:
    """One judged mutation, for the listing of failures."""

    identifier: str
    kind: str
    breaking: bool
    outcome: str
    truth: list[str] = field(default_factory=list[str])
    findings: list[str] = field(default_factory=list[str])


def outcome_of(code: CodeBase, judged: Judged, answer: Answer) -> str:
    """How one mutation was judged: the place counts by line, or by the innermost statement around pyright's line."""
    if answer.report.verdict is Verdict.ACCEPT:
        return ACCEPTED
    texts = {**code.texts, **judged.mutation.files}
    spans = {
        (error.path, *statement_span(texts[error.path], error.line))
        for error in judged.truth.errors
        if error.path in texts
    }
    for finding in answer.report.findings:
        if finding.certainty is Certainty.CERTAIN:
            for path, line in _places(finding):
                if any(path == other and first <= line <= last for other, first, last in spans):
                    return RIGHT
    return ELSEWHERE


def _places(finding: Finding) -> list[tuple[str, int]]:
    return [
        (finding.path.relative, finding.line),
        *((related.path.relative, related.line) for related in finding.related),
    ]


async def judge_code_base(
    code: CodeBase, mutations: list[Judged], packages: Sequence[Path]
) -> tuple[list[Row], dict[str, float]]:
    """All mutations of one code base, and what they cost."""
    rows: list[Row] = []
    forks: list[float] = []
    checks: list[float] = []
    with scratch_folder() as folder:
        judge = await open_judge(code, folder, packages)
        for judged in mutations:
            answer = await judge.judge(judged.mutation)
            forks.append(answer.fork_seconds)
            checks.append(answer.check_seconds)
            rows.append(
                Row(
                    identifier=judged.mutation.identifier,
                    kind=judged.mutation.kind,
                    breaking=judged.mutation.breaking,
                    outcome=outcome_of(code, judged, answer),
                    truth=[f"{e.path}:{e.line} {e.message}" for e in judged.truth.errors],
                    findings=[f"{f.certainty} {f.check} {f.path}:{f.line} {f.message}" for f in answer.report.findings]
                    + [f"skipped {s.check}: {s.reason}" for s in answer.report.skipped],
                )
            )
    return rows, {
        "fork_p50": _quantile(forks, 0.5),
        "fork_p95": _quantile(forks, 0.95),
        "checks_p50": _quantile(checks, 0.5),
        "checks_p95": _quantile(checks, 0.95),
    }


def summary_of(rows: list[Row]) -> dict[str, Any]:
    """Counts by kind, and the two figures that the targets speak of."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        kinds[row.kind][row.outcome] += 1
    breaking = [row for row in rows if row.breaking]
    benign = [row for row in rows if not row.breaking]
    right = sum(row.outcome == RIGHT for row in breaking)
    anywhere = sum(row.outcome != ACCEPTED for row in breaking)
    refused = sum(row.outcome != ACCEPTED for row in benign)
    return {
        "breaking": len(breaking),
        "refused_at_the_right_place": right,
        "refused_at_any_place": anywhere,
        "right_share": round(right / len(breaking), 4) if breaking else None,
        "benign": len(benign),
        "benign_refused": refused,
        "benign_refused_share": round(refused / len(benign), 4) if benign else None,
        "kinds": {
            kind: {"breaking": any(row.kind == kind and row.breaking for row in rows), **dict(sorted(counts.items()))}
            for kind, counts in kinds.items()
        },
    }


def main() -> int:
    """Runs the benchmark; exit code 1 when a target is missed."""
    arguments = _arguments()
    arguments.truth.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("sightline", "pyright", "ruff", "tree-sitter-python")},
        "seed": arguments.seed,
        "targets": {"right_share": 0.8, "benign_refused_share": 0.03},
        "code_bases": {},
    }
    failures: list[Row] = []
    met = True
    for name in arguments.only or CODE_BASES:
        root: Path = arguments.repositories / name
        if not root.is_dir():
            print(f"{root} is missing: left out", file=sys.stderr)
            continue
        code = load_code_base(root)
        wanted = Wanted(
            seed=arguments.seed,
            breaking=arguments.count,
            benign=arguments.count,
            scratch=arguments.truth / "scratch",
            cache=arguments.truth,
            packages=tuple(arguments.packages),
        )
        mutations = (choose_known if arguments.known else choose)(code, wanted)
        rows, seconds = asyncio.run(judge_code_base(code, mutations, arguments.packages))
        summary = summary_of(rows)
        report["code_bases"][name] = {
            **summary,
            "benign_not_confirmed_by_pyright": unconfirmed(mutations),
            "seconds": seconds,
        }
        failures += (row for row in rows if row.outcome != (RIGHT if row.breaking else ACCEPTED))
        met = met and summary["right_share"] >= 0.8 and summary["benign_refused_share"] <= 0.03
    (arguments.truth / "failures.json").write_text(json.dumps([asdict(row) for row in failures], indent=1))
    print(json.dumps(report, indent=2))
    if not arguments.only and arguments.results:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if met else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", type=Path, required=True, help="folder that holds flask and django")
    parser.add_argument("--truth", type=Path, help="folder that keeps pyright's answers (default: beside them)")
    parser.add_argument("--packages", type=Path, action="append", default=[], help="folders of third-party packages")
    parser.add_argument("--only", action="append", help="judge this code base alone; writes no results")
    parser.add_argument("--count", type=int, default=200, help="breaking and benign mutations of each code base")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--known", action="store_true", help="judge what the truth folder knows; pyright is not asked")
    parser.add_argument("--results", action=argparse.BooleanOptionalAction, default=True, help="write the summary")
    arguments = parser.parse_args()
    if arguments.truth is None:
        arguments.truth = arguments.repositories / ".sightline-mutations"
    return arguments


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 4) if ordered else 0.0


if __name__ == "__main__":
    sys.exit(main())
