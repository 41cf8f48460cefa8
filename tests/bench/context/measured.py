"""What was measured of each case, kept in a file, so that a run that was ended goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sightline

HERE = Path(__file__).parent
#: What of the bench itself a row depends on.
_OWN = ("bench_context.py", "case_file.py", "cases.jsonl", "models.json", "trees.py", "walk.py")


class Row(NamedTuple):
    """One case: shares of 0 to 1 by metric, and what building the prompt cost (milliseconds)."""

    case: str
    repository: str
    leaky: bool
    large: bool
    values: Mapping[str, float | None]
    cpu: float
    wall: float


@cache
def fingerprint(embeddings: str = "") -> str:
    """Of everything that a row depends on: Sightline itself, the cases, and how they are measured.

    Whoever makes other vectors at the same address measures with ``--again``.
    """
    product = Path(sightline.__file__).parent
    files = [*product.rglob("*"), HERE.parents[1] / "support/context_metrics.py", *(HERE / name for name in _OWN)]
    found = hashlib.blake2b(embeddings.encode(), digest_size=10)
    for path in sorted(path for path in files if path.is_file() and path.suffix != ".pyc"):
        found.update(f"{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()


def read_rows(kept: Path, mark: str) -> dict[str, Row]:
    """The rows by case that were measured when all was as it is now."""
    try:
        lines = kept.read_text("utf-8").splitlines()
    except OSError:
        return {}
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {row["case"]: Row(**row) for row in rows if row.pop("mark") == mark}


def write_row(kept: Path, mark: str, row: Row) -> None:
    """Adds a row."""
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"mark": mark, **row._asdict()}) + "\n")
