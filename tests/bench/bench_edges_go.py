"""File edges of Go code bases against ``go list``: between packages, for that is what Go knows.

    python tests/bench/bench_edges_go.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``go.mod``.

Truth: ``go list -e -json ./...`` in every module of the repository, for this machine's platform; imports of packages of
the same repository, test files included. A pair of folders counts once. Ours: the file edges of ``sightline graph
export``, but for edges inside a folder, and for files that ``go list`` says it ignores (build constraints).
Needs the ``go`` command; nothing is downloaded (``GOPROXY=off``).
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from edges.comparison import is_skipped, options, our_edges

RESULT = Path(__file__).parent / "results" / "edges_go.json"

_FILES = (("Imports", ("GoFiles", "CgoFiles")), ("TestImports", ("TestGoFiles",)), ("XTestImports", ("XTestGoFiles",)))


def packages(module: Path) -> list[dict[str, Any]]:
    """What ``go list`` says of the packages of one module."""
    environment = {**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    command = ["go", "list", "-e", "-json", "./..."]
    text = subprocess.run(command, cwd=module, env=environment, capture_output=True, text=True, check=False).stdout
    decoder, at = json.JSONDecoder(), 0
    found: list[dict[str, Any]] = []
    while at < len(text.rstrip()):
        value, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        found.append(value)
    return found


def measure(repository: Path) -> dict[str, Any]:
    """Truth and ours for one repository; both as counts of pairs of folders."""
    listed = [each for mod in sorted(repository.rglob("go.mod")) for each in packages(mod.parent)]
    folder_of = {each["ImportPath"]: _relative(repository, each["Dir"]) for each in listed if "Dir" in each}
    truth = {
        (folder_of[each["ImportPath"]], folder_of[other])
        for each in listed
        for imports, _ in _FILES
        for other in each.get(imports) or ()
        if other in folder_of and each["ImportPath"] in folder_of
    }
    seen = {
        f"{folder_of[each['ImportPath']]}/{name}".lstrip("/")
        for each in listed
        for _, kinds in _FILES
        for kind in kinds
        for name in each.get(kind) or ()
    }
    ours = {
        (source.rpartition("/")[0], target.rpartition("/")[0])
        for source, target in our_edges(repository)
        if source in seen
    }
    truth, ours = ({pair for pair in pairs if pair[0] != pair[1]} for pairs in (truth, ours))
    return {
        "repository": repository.name,
        "packages": len(listed),
        "truth": len(truth),
        "found": len(truth & ours),
        "extra": len(ours - truth),
        "missed": sorted(truth - ours)[:20],
        "surplus": sorted(ours - truth)[:20],
    }


def _relative(repository: Path, folder: str) -> str:
    relative = Path(folder).relative_to(repository).as_posix()
    return "" if relative == "." else relative


def main() -> None:
    """Prints one line a repository, and writes all of it if asked to."""
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories, "go"):
        return
    version = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout.strip()
    chosen = sorted(each.parent.resolve() for each in arguments.repositories.glob("*/go.mod"))
    rows = [measure(each) for each in chosen]
    for row in rows:
        print(f"{row['repository']}: {row['found']} of {row['truth']} found, {row['extra']} extra")
    if rows:
        arguments.output.write_text(json.dumps({"truth": version, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
