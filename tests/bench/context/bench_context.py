#!/usr/bin/env python3
"""``make bench-context``: does the context of a real task hold what the real commit then changed?

    python tests/bench/context/bench_context.py --repositories FOLDER [--only gin] [--jobs 2] [--rows FILE] [--record]

``FOLDER`` holds clones, bare or not, named ``OWNER+NAME`` or ``NAME``; they are only read. 220 cases of ten
repositories (``case_file.py``), each asked as a user asks (``walk.py``) at 2,000, 4,000 and 8,000 tokens; metrics are
explained in ``tests/support/context_metrics.py``. Cases that are measured already are not measured again while
neither Sightline nor the bench changes; ``--again`` forgets them. ``--record`` writes the summary into
``tests/bench/results/context.csv``, ``--rows`` every case as a line of JSON.

What evidence counts was learned from these cases: each repository's are asked with weights that were learned from the
other nine (``models_without.py``).

``--embeddings URL`` has the best pieces ordered anew by meaning (``context.rerank``), by the server of vectors there,
such as ``embedding_server.py``; nothing of that is recorded.

The time to build a prompt of 4,000 tokens is taken with the graph warm and words and past commits read, once per case:
CPU of the whole process, because the machine's other work must not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from case_file import Case, read_cases
from measured import Row, fingerprint, read_rows, write_row
from models_without import asked_without
from summary import BUDGETS, print_table, record
from trees import Tree, find_clone, how_to_get
from walk import Asked, walk

from sightline.context.report import ContextReport, context_report
from support.context_metrics import Answer, density, edit_share, first_is_changed, recall

ROOT = Path(__file__).resolve().parents[3]
SCRATCH = ROOT / ".venv/bench-context"
#: The budget whose prompt is timed.
TIMED = 4_000
ROWS = "rows.jsonl"


async def measure(asked: Asked) -> Row:
    """One case at every budget."""
    case = asked.case
    before, began = process_time(), perf_counter()
    pack = await asked.build(TIMED)
    cpu, wall = process_time() - before, perf_counter() - began
    packs = {TIMED: pack}
    for budget in BUDGETS:
        if budget not in packs:
            packs[budget], _ = await asked.engine.build_prompt(replace(asked.turn, budget=budget))
    reports = {budget: context_report(packs[budget]) for budget in BUDGETS}
    widest = reports[max(BUDGETS)]
    ranking = widest["ranking"] or [file["path"] for file in widest["files"]]
    values: dict[str, float | None] = {
        "hit@1": first_is_changed(ranking, case.changed),
        "R@10": recall(ranking, case.changed),
    }
    for budget, report in reports.items():
        given = answer_of(report), budget, case.changed, asked.lines
        values[f"edit@{budget // 1000}k"] = edit_share(*given)
        values[f"dens@{budget // 1000}k"] = density(*given)
    return Row(case.name, case.repository, case.leaky, case.large, values, cpu * 1000, wall * 1000)


def answer_of(report: ContextReport) -> Answer:
    """A report as the metrics see it: whole lines only; signatures and outlines show nothing that can be edited."""
    shown = {
        file["path"]: [(each["start_line"], each["end_line"]) for each in file["symbols"] if each["form"] == "full"]
        for file in report["files"]
    }
    return Answer(report["text"], shown)


def settings_for(embeddings: str) -> str:
    """Settings with a server of vectors, if there is one."""
    if not embeddings:
        return ""
    model = f'[models.vectors]\nname = "openai:vectors"\nbase_url = "{embeddings}"\nroles = ["embedding"]\n'
    return f"[context]\nrerank = true\nrerank_seconds = 120\n{model}"


async def measure_repository(clone: Path, cases: Sequence[Case], scratch: Path, embeddings: str) -> list[str]:
    """Measures the cases that were not measured yet, and keeps their rows. Answers what went wrong."""
    kept, mark, wrong = scratch / ROWS, fingerprint(embeddings), list[str]()
    known, settings = read_rows(kept, mark), settings_for(embeddings)
    async for asked in walk(clone, [case for case in cases if case.name not in known], scratch, settings):
        try:
            row = await measure(asked)
        except Exception as error:
            wrong.append(f"{asked.case.name}: {type(error).__name__}: {error}")
            print(wrong[-1], flush=True)
            continue
        write_row(kept, mark, row)
        shares = " ".join(f"{name} {100 * (value or 0):.0f}" for name, value in row.values.items() if value is not None)
        print(f"{row.case}: {shares}, {row.cpu:.0f} ms", flush=True)
    return wrong


def in_process(clone: Path, cases: Sequence[Case], scratch: Path, embeddings: str) -> list[str]:
    """One repository, in whatever process this is. Answers what went wrong."""
    with asked_without(cases[0].repository):
        return asyncio.run(measure_repository(clone, cases, scratch, embeddings))


def scratch_of(options: Any, repository: str) -> Path:
    """The folder of a repository's tree, stores and rows."""
    return options.scratch.resolve() / repository.replace("/", "+")


def measure_all(options: Any, cases: Mapping[str, list[Case]], clones: Mapping[str, Path]) -> list[Row]:
    """The rows of all repositories that are there."""
    work = [(clones[name], cases[name], scratch_of(options, name), options.embeddings) for name in clones]
    for _, _, scratch, _ in work:
        scratch.mkdir(parents=True, exist_ok=True)
        if options.again:
            (scratch / ROWS).unlink(missing_ok=True)
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            wrong = list(pool.map(in_process, *zip(*work, strict=True)))
    else:
        wrong = [in_process(*each) for each in work]
    for sentence in chain(*wrong):
        print(sentence, file=sys.stderr)
    mark = fingerprint(options.embeddings)
    known = {name: row for _, _, scratch, _ in work for name, row in read_rows(scratch / ROWS, mark).items()}
    return [known[case.name] for name in clones for case in cases[name] if case.name in known]


def main() -> int:
    """Measures, prints, and writes what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of clones")
    parser.add_argument("--only", default="", help="the repositories whose name holds this")
    parser.add_argument("--jobs", type=int, default=1, help="repositories at a time")
    parser.add_argument("--rows", type=Path, help="writes every case into this file")
    parser.add_argument("--record", action="store_true", help="writes the summary into the results")
    parser.add_argument("--again", action="store_true", help="measures everything again")
    parser.add_argument("--scratch", type=Path, default=SCRATCH, help="folder of trees and stores")
    parser.add_argument("--embeddings", default="", metavar="URL", help="a server of vectors: order by meaning")
    options = parser.parse_args()
    cases = read_cases(options.only)
    clones = {name: clone for name in cases if (clone := find_clone(options.repositories, name)) is not None}
    whole = {
        name: clone
        for name, clone in clones.items()
        if Tree(clone, scratch_of(options, name) / "tree").holds(case.parent for case in cases[name])
    }
    missing = [name for name in cases if name not in whole]
    if missing:
        print(f"Not measured, because {options.repositories or 'the folder that --repositories names'} does not hold")
        for name in missing:
            shallow = f", now a shallow or old clone in {clones[name]}" if name in clones else ""
            print(f"    {name}{shallow}: {how_to_get(name)}", flush=True)
    rows = measure_all(options, cases, whole)
    if rows:
        print_table(rows)
    if options.rows:
        options.rows.write_text("".join(json.dumps(row._asdict()) + "\n" for row in rows), "utf-8")
    failed = len(rows) < sum(len(cases[name]) for name in whole)
    if not options.record:
        return int(failed)
    if missing or options.only or failed or options.embeddings:
        print("Nothing was recorded: only a run of all cases without a model is.", file=sys.stderr)
        return 1
    record(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
