"""The development cases: what people asked of ten public repositories, and which lines their commits then changed.

A case is a repository at the parent of a commit and the commit's message without trailers and numbers of tickets.
``cases.jsonl`` holds one a line, of every repository in the order of time: a store that is kept between cases never
remembers a commit that comes after the one it is asked about.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.context_metrics import Changed

CASES = Path(__file__).parent / "cases.jsonl"

#: A repository with so many source files is a large one here.
LARGE = 60


class Case(NamedTuple):
    """``leaky``: the text names a changed file or definition. ``files`` counts the source files at the parent."""

    name: str
    repository: str
    parent: str
    text: str
    leaky: bool
    files: int
    changed: Mapping[str, Changed]

    @property
    def large(self) -> bool:
        """Whether the repository has many source files."""
        return self.files >= LARGE


def read_cases(only: str = "") -> dict[str, list[Case]]:
    """The cases of the repositories whose name holds ``only``, by repository."""
    found: dict[str, list[Case]] = {}
    for line in CASES.read_text("utf-8").splitlines():
        case = _case(json.loads(line))
        if only in case.repository:
            found.setdefault(case.repository, []).append(case)
    return found


def _case(row: dict[str, Any]) -> Case:
    return Case(
        name=row["name"],
        repository=row["repository"],
        parent=row["parent"],
        text=row["text"],
        leaky=row["leaky"],
        files=row["files"],
        changed={
            path: Changed(*(tuple((first, last) for first, last in each) for each in both))
            for path, both in row["changed"].items()
        },
    )
