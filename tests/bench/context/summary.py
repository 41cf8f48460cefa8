"""Rows put together: the table that is printed and the one that is recorded."""

from __future__ import annotations

import csv
import platform
import statistics
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from measured import Row

from support.context_metrics import mean

RESULT = Path(__file__).resolve().parent.parent / "results" / "context.csv"
BUDGETS = (2_000, 4_000, 8_000)
ALL = "all"


def every_case(_: Row) -> bool:
    """All of them."""
    return True


def clean(row: Row) -> bool:
    """Those whose text names nothing that was changed."""
    return not row.leaky


def large(row: Row) -> bool:
    """Those of repositories with many source files."""
    return row.large


class Metric(NamedTuple):
    """A metric of the table, in per cent: ``of`` picks its cases, ``value`` is its name in a row.

    ``baseline`` is that of BM25 over files and definitions together, the best one known; the other two are wanted.
    """

    name: str
    value: str
    baseline: float
    to_reach: float
    moonshot: float
    of: Callable[[Row], bool] = every_case


METRICS = (
    Metric("hit@1", "hit@1", 67, 77, 85),
    Metric("R@10", "R@10", 88, 93, 97),
    Metric("edit@2k", "edit@2k", 51, 64, 75),
    Metric("edit@4k", "edit@4k", 61, 74, 85),
    Metric("edit@8k", "edit@8k", 72, 84, 92),
    Metric("clean edit@4k", "edit@4k", 51, 65, 78, clean),
    Metric(">= 60 files edit@4k", "edit@4k", 59, 71, 83, large),
    Metric("dens@4k", "dens@4k", 13, 22, 35),
)


class Line(NamedTuple):
    """A line of the recorded table; ``cases`` is how many the value is the mean of."""

    metric: str
    repository: str
    cases: int
    value: float
    baseline: float | str
    to_reach: float | str
    moonshot: float | str


def lines_of(rows: Sequence[Row]) -> list[Line]:
    """Every metric over all cases, then of every repository; and the times to build a prompt."""
    groups = {ALL: list(rows)}
    for row in rows:
        groups.setdefault(row.repository, []).append(row)
    found: list[Line] = []
    for repository, group in groups.items():
        for metric in METRICS:
            chosen = [row for row in group if metric.of(row) and row.values[metric.value] is not None]
            value = mean(row.values[metric.value] for row in chosen)
            if value is not None:
                goals = (metric.baseline, metric.to_reach, metric.moonshot) if repository == ALL else ("", "", "")
                found.append(Line(metric.name, repository, len(chosen), round(100 * value, 1), *goals))
        for name, times in (("CPU", [row.cpu for row in group]), ("wall", [row.wall for row in group])):
            for share in (50, 95):
                at = percentile(times, share)
                found.append(Line(f"prompt ms {name} p{share}", repository, len(group), round(at, 1), "", "", ""))
    return found


def percentile(values: Sequence[float], share: int) -> float:
    """The value that ``share`` per cent of ``values`` do not exceed, with steps between two of them."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1] if len(values) > 1 else values[0]


def print_table(rows: Sequence[Row]) -> None:
    """One line per repository."""
    lines = lines_of(rows)
    names = list(dict.fromkeys(line.metric for line in lines))
    print("| repository | cases | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 2))
    for repository in dict.fromkeys(line.repository for line in lines):
        values = {line.metric: f"{line.value}" for line in lines if line.repository == repository}
        count = sum(repository in (ALL, row.repository) for row in rows)
        print(f"| {repository} | {count} | " + " | ".join(values.get(name, "-") for name in names) + " |")


def record(rows: Sequence[Row]) -> None:
    """Writes ``results/context.csv``."""
    where = f"{platform.machine()} {platform.system()}"
    python, product = platform.python_version(), f"{version('sightline')} {_commit()}"
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*Line._fields, "machine", "python", "sightline"))
        for line in lines_of(rows):
            table.writerow((*line, where, python, product))
    print(f"written: {RESULT}")


def _commit() -> str:
    command = ("git", "-C", str(RESULT.parent), "describe", "--always", "--dirty", "--exclude=*")
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
