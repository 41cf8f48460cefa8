"""Mutants: are edits that break something refused at the right place?

    python tests/bench/edits/bench_mutants.py --repositories DIR [--only cobra] [--count 100] [--seed 31] [--keep DIR]

Edits of two dozen kinds (``operators.py``) are drawn by the seed from code bases in Python, TypeScript and Go. Whether
one breaks anything is for pyright, TypeScript and go/types to say (``oracle.py``): new errors in the files it changes
and in those that mention what it changed. *Every* mutant with new errors is counted; those without are left out.
Sightline refuses at the right place when a certain finding, or a place it relates to, stands in the same statement as
one of those errors; for a text that cannot be parsed any more, when it calls that file's syntax broken.

Beside it: what the rules of aider's linter say of the same mutants. The summary goes to
``tests/bench/results/mutants.json``: code bases judged now replace their rows there, the others stay (``recorded.py``).
``mutants_fresh.json`` beside it holds a seed that nothing had been tuned on, put together from ``--details`` by hand;
its ``after_mending`` is the same mutants judged once their misses had taught something, ``next_seed`` a later one.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aider_rules import AiderRules
from corpus import CodeBaseChoice, chosen, options, present
from histories import History
from installed import installed
from known_truth import KnownTruth
from mutant_sources import Sources
from operators import OPERATORS, Mutant, mutants
from oracle import Error, Oracle, open_oracle, write_settings
from places import is_found
from recorded import added, put_together, run_of
from workbench import Workbench, states_of

from sightline.checks.check import Certainty, CheckReport, Verdict

RESULTS = Path(__file__).parent.parent / "results" / "mutants.json"
RIGHT, ELSEWHERE, POSSIBLE, MISSED = "right", "elsewhere", "possible", "missed"


@dataclass(kw_only=True)
class Row:
    """One mutant that breaks something, for the listing."""

    identifier: str
    operator: str
    outcome: str
    by_aider: bool
    seconds: float
    truth: list[str] = field(default_factory=list[str])
    findings: list[str] = field(default_factory=list[str])


def errors_of(truth: KnownTruth, oracle: Oracle, sources: Sources, mutant: Mutant) -> list[Error]:
    """New errors after a mutant, in the files it changes and in those that mention what it changed."""
    asked = sorted(set(mutant.files) | sources.mentions(mutant.names))
    key = f"{oracle.name} {mutant.identifier} {_digest(sources, mutant)}"
    return truth.errors(key, lambda: oracle.new_errors(mutant.files, asked))


def _digest(sources: Sources, mutant: Mutant) -> str:
    digest = hashlib.sha256()
    for path, data in sorted(mutant.files.items()):
        digest.update(path.encode() + b"\0" + data + b"\0" + sources.texts.get(path, b""))
    return digest.hexdigest()[:16]


def breaking(
    sources: Sources, oracle: Oracle, truth: KnownTruth, seed: int, count: int
) -> list[tuple[Mutant, list[Error]]]:
    """Mutants with errors, the same number of each operator as far as there are any."""
    streams = {operator: mutants(sources, operator, seed) for operator in OPERATORS}
    found: dict[str, list[tuple[Mutant, list[Error]]]] = {operator: [] for operator in streams}
    tried: Counter[str] = Counter()
    while streams and sum(map(len, found.values())) < count:
        for operator in list(streams):
            for mutant in islice(streams[operator], 4):
                tried[operator] += 1
                errors = errors_of(truth, oracle, sources, mutant)
                if errors:
                    found[operator].append((mutant, errors))
                    break
            else:
                del streams[operator]
            if sum(map(len, found.values())) >= count:
                break
        print(sources.name, sum(map(len, found.values())), file=sys.stderr, flush=True)
    truth.save()
    return [pair for rows in found.values() for pair in rows]


def outcome_of(mutant: Mutant, errors: Sequence[Error], report: CheckReport, sources: Sources) -> str:
    """How a mutant was judged."""
    texts = {**sources.texts, **mutant.files}
    if report.verdict is Verdict.REJECT:
        rows = [
            row for row in report.findings if row.certainty is Certainty.CERTAIN and row.check in ("syntax", "lint")
        ]
        if mutant.syntactic and any(row.path.relative in mutant.files for row in rows):
            return RIGHT
        return RIGHT if is_found(report, errors, texts, Certainty.CERTAIN) else ELSEWHERE
    return POSSIBLE if is_found(report, errors, texts, Certainty.POSSIBLE) else MISSED


def judge_one(choice: CodeBaseChoice, arguments: argparse.Namespace, scratch: Path) -> tuple[list[Row], str]:
    """All mutants of one code base, and the name of the oracle."""
    history = History((arguments.repositories / choice.name).resolve(), scratch / "mutated")
    history.check_out("origin/HEAD")
    write_settings(choice, history.folder, arguments.packages)
    oracle = open_oracle(choice, history.folder, scratch)
    if oracle is None:
        return [], ""
    sources = Sources(choice, history.folder)
    truth = KnownTruth(scratch / "truth" / f"{choice.name}.json")
    try:
        chosen_mutants = breaking(sources, oracle, truth, arguments.seed, arguments.count or choice.mutants)
    finally:
        oracle.close()
    aider = AiderRules(installed(scratch / "flake8", ("flake8==7.3.0",)), scratch / "aider")
    store = scratch / "stores" / f"{choice.name}-mutants"
    return asyncio.run(judge_all(sources, chosen_mutants, aider, store)), oracle.name


async def judge_all(
    sources: Sources, chosen_mutants: Sequence[tuple[Mutant, list[Error]]], aider: AiderRules, store: Path
) -> list[Row]:
    """What Sightline says of each mutant, and the rules of aider's linter; what was not refused rightly is printed."""
    bench = Workbench(sources.root, store)
    await bench.open()
    rows: list[Row] = []
    try:
        for mutant, errors in chosen_mutants:
            start = time.perf_counter()
            judged = await bench.judge(states_of(mutant.files, sources.texts))
            assert judged is not None
            report = judged.report
            row = Row(
                identifier=mutant.identifier,
                operator=mutant.operator,
                outcome=outcome_of(mutant, errors, report, sources),
                by_aider=aider.refuses(mutant.files),
                seconds=round(time.perf_counter() - start, 3),
                truth=[f"{each.path}:{each.line} {each.message}" for each in errors],
                findings=[
                    f"{each.certainty} {each.check} {each.path}:{each.line} {each.message}" for each in report.findings
                ],
            )
            rows.append(row)
            if row.outcome != RIGHT:
                print(
                    f"{row.outcome}: {row.identifier}\n    truth {row.truth[:3]}\n    ours {row.findings[:3]}",
                    flush=True,
                )
    finally:
        await bench.close()
    return rows


def summary_of(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts, in all and by operator."""
    outcomes = Counter(row.outcome for row in rows)
    operators: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        operators[row.operator][row.outcome] += 1
        operators[row.operator]["by_aiders_rules"] += row.by_aider
    return {
        "breaking": len(rows),
        "refused_at_the_right_place": outcomes[RIGHT],
        "right_share": round(outcomes[RIGHT] / len(rows), 4) if rows else None,
        "refused_elsewhere": outcomes[ELSEWHERE],
        "possible": outcomes[POSSIBLE],
        "missed": outcomes[MISSED],
        "refused_by_aiders_rules": sum(row.by_aider for row in rows),
        "operators": {name: dict(counts) for name, counts in operators.items()},
    }


def sums(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several summaries as one."""
    counts = added(summaries, [key for key in summary_of([]) if key != "right_share"])
    every, right = counts["breaking"], counts["refused_at_the_right_place"]
    return {"breaking": every, "right_share": round(right / every, 4) if every else None, **counts}


def main() -> int:
    """Runs the benchmark; exit code 1 when a target is missed."""
    arguments = _arguments()
    if arguments.repositories is None:
        print("skipped: needs --repositories")
        return 0
    report: dict[str, Any] = {
        "targets": {"right_share": 0.95},
        "languages": {},
    }
    run = run_of(arguments.seed, ("sightline", "pyright", "ruff"))
    every: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="sightline-mutants-") as temporary:
        scratch: Path = (arguments.keep or Path(temporary)).resolve()
        choices = (each for each in chosen(arguments.only) if each.mutants)
        for choice in present(choices, arguments.repositories):
            rows, oracle = judge_one(choice, arguments, scratch)
            language = report["languages"].setdefault(choice.language, {"oracle": oracle, "code_bases": {}})
            language["code_bases"][choice.name] = summary_of(rows) | {"run": run}
            every += rows
            print(json.dumps(summary_of(rows)), flush=True)
    if arguments.details:
        arguments.details.write_text(json.dumps([asdict(row) for row in every], indent=1))
    if arguments.record or not (arguments.only or arguments.count):
        RESULTS.write_text(json.dumps(put_together(RESULTS, report, sums), indent=2) + "\n")
    return int((summary_of(every)["right_share"] or 0) < 0.95)


def _arguments() -> argparse.Namespace:
    parser = options(__doc__, "mutants")
    parser.add_argument("--packages", type=Path, action="append", default=[], help="third-party packages for pyright")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
