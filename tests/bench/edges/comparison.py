"""Edges between files: what ``sightline graph export`` says, compared with what a language's own tool says."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

#: An edge: paths of two files, relative to the root.
Edge = tuple[str, str]

_SHOWN = 20


def options(description: str | None, result: Path) -> argparse.ArgumentParser:
    """The options of every bench of edges; ``result`` is where it writes unless told otherwise."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of code bases")
    parser.add_argument("--output", type=Path, default=result)
    return parser


def is_skipped(repositories: Path | None, *commands: str) -> bool:
    """Whether there is no folder, or one of the commands is not on the machine; said if so."""
    missing = [each for each in commands if shutil.which(each) is None]
    if repositories is None or missing:
        print(f"skipped: needs --repositories{''.join(f', the command {each}' for each in missing)}")
        return True
    return False


def our_edges(repository: Path) -> set[Edge]:
    """The edges of ``sightline graph export``, without those of a file to itself."""
    command = [str(Path(sys.executable).with_name("sightline")), "graph", "export", "--json", "--root", str(repository)]
    exported = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {(edge["source"], edge["target"]) for edge in exported["edges"] if edge["source"] != edge["target"]}


def compared(repository: Path, truth: Collection[Edge], ours: Collection[Edge], **more: object) -> dict[str, Any]:
    """Counts, precision and recall, and the first differences."""
    true, said = set(truth), set(ours)
    both = len(true & said)
    return {
        "repository": repository.name,
        "commit": _commit(repository),
        **more,
        "truth": len(true),
        "ours": len(said),
        "both": both,
        "precision": round(both / len(said), 4) if said else None,
        "recall": round(both / len(true), 4) if true else None,
        "missed": sorted(true - said)[:_SHOWN],
        "surplus": sorted(said - true)[:_SHOWN],
    }


def _commit(repository: Path) -> str:
    answer = run(["git", "log", "-1", "--format=%h"], repository)
    return answer.stdout.strip() if not answer.returncode else ""


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a tool to its end, however it ends."""
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, errors="replace"
    )


def version_of(*command: str) -> str:
    """The first line a tool prints about its version."""
    answer = run(list(command), Path.cwd())
    return (answer.stdout or answer.stderr).strip().partition("\n")[0]


def report(rows: list[dict[str, Any]], output: Path, truth: str) -> None:
    """Prints a line a repository, and writes all of it."""
    for row in rows:
        precision, recall = ("-" if row[key] is None else f"{row[key]:.2%}" for key in ("precision", "recall"))
        print(f"{row['repository']}: {row['truth']} true edges, precision {precision}, recall {recall}")
    if rows:
        machine = (
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        )
        text = json.dumps({"truth": truth, "machine": machine, "rows": rows}, indent=2)
        output.write_text(text + "\n", encoding="utf-8")
