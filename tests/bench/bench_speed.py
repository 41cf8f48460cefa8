#!/usr/bin/env python3
"""How fast the graph is beside other tools, and at what size it still works.

    python tests/bench/bench_speed.py --repositories DIR [--aider PYTHON] [--grimp PYTHON] [--depcruise PROGRAM]
    python tests/bench/bench_speed.py --only kernel --kernel DIR

Every figure comes from a process of its own; those of one section come one after the other on one machine: only
their ratios travel, and CPU seconds where the machine is shared (the load is noted). Peers are measured where the
command line says how to start them; a peer that is not there has no figure. Sections that are not run keep their last
figures.

- ``django``: a cold and a warm start; aider's repository map, ``ruff analyze graph`` and grimp on the same files
- ``typeorm``: the same beside dependency-cruiser
- ``wide``: CPU per file of a tree of 100,000 files (``--files``) against one of 3,000 of the same kind
- ``kernel``: the source of Linux, unpacked into DIR (Debian's package ``linux-source``; its ``.gitignore`` ends with
  lines that ignore everything but ``debian/``: take them out first)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speed.processes import Cost, cost_of
from speed.wide_tree import write_tree

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "speed.json"
Figures = dict[str, Any]

#: Names that are asked about in Linux: one used everywhere, one in one subsystem, one in one file.
KERNEL_SYMBOLS = ("vfs_fsync_range", "ext4_fill_super", "mutex_lock")
FEW = 3_000

#: aider's map of a repository, of a usual size, as its chat asks for it; no model is asked.
AIDER = """
import sys, pathlib
from aider.repomap import RepoMap
class Io:
    def read_text(self, name):
        return pathlib.Path(name).read_text(encoding="utf-8", errors="ignore")
    def tool_output(self, *said, **how): pass
    tool_error = tool_warning = tool_output
class Model:
    def token_count(self, text): return len(text) // 4
root = pathlib.Path(sys.argv[1])
files = [str(path) for path in sorted(root.rglob("*.py"))]
found = RepoMap(map_tokens=1024, root=str(root), main_model=Model(), io=Io(), verbose=False)
print(len(files), len(found.get_repo_map([], files) or ""))
"""

GRIMP = """
import sys
sys.path.insert(0, sys.argv[1])
import grimp
graph = grimp.build_graph(sys.argv[2], cache_dir=None)
print(len(graph.modules), graph.count_imports())
"""


def main() -> int:
    """Runs the sections; answers 1 when there is nothing to run them on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder that holds django and typeorm")
    parser.add_argument("--kernel", type=Path, help="the source of Linux")
    parser.add_argument("--files", type=int, default=100_000, help="size of the wide tree")
    parser.add_argument("--aider", help="a Python that has aider-chat")
    parser.add_argument("--grimp", help="a Python that has grimp")
    parser.add_argument("--depcruise", help="the program of dependency-cruiser")
    parser.add_argument("--only", default="", help="runs the sections whose name holds this")
    options = parser.parse_args()
    ran = 0
    for name, section in SECTIONS.items():
        if options.only in name and (figures := section(options)) is not None:
            _save(name, figures | _machine())
            ran += 1
    return 0 if ran else 1


def _machine() -> Figures:
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load at the end": round(os.getloadavg()[0], 1),
    }


def _save(name: str, figures: Figures) -> None:
    known: Figures = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    known[name] = figures
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({each: known[each] for each in SECTIONS if each in known}, indent=2) + "\n")


def _django(options: argparse.Namespace) -> Figures | None:
    root = _repository(options, "django")
    if root is None:
        return None
    figures = _starts(root)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "django"
        shutil.copytree(root, copy)  # aider writes its cache beside the code
        _note(figures, "ruff analyze graph", lambda: _ruff(copy))
        if options.grimp:
            _note(figures, "grimp (the package alone)", lambda: _python(options.grimp, GRIMP, str(copy), "django"))
        if options.aider:
            _note(figures, "aider's map, cold", lambda: _python(options.aider, AIDER, str(copy)))
            _note(figures, "aider's map, warm", lambda: _python(options.aider, AIDER, str(copy)))
    ruff, aider = figures.get("ruff analyze graph"), figures.get("aider's map, cold")
    cold, first = figures["cold"]["cpu"], figures["cold"]["first cpu"]
    if ruff:
        figures["ratios"]["first answer ÷ ruff analyze graph (CPU)"] = round(first / ruff["cpu"], 2)
    if aider:
        figures["ratios"]["aider's map, cold ÷ cold index (CPU)"] = round(aider["cpu"] / cold, 2)
        figures["ratios"]["aider's map, cold ÷ cold index (wall)"] = round(
            aider["wall"] / figures["cold"]["ready wall"], 2
        )
    return _shown("django", figures)


def _typeorm(options: argparse.Namespace) -> Figures | None:
    root = _repository(options, "typeorm")
    if root is None:
        return None
    figures = _starts(root)
    if options.depcruise:
        command = [
            options.depcruise,
            "--no-config",
            "--ts-pre-compilation-deps",
            "--output-type",
            "text",
            "src",
            "test",
        ]
        _note(figures, "dependency-cruiser", lambda: cost_of(command, directory=root))
        peer = figures.get("dependency-cruiser")
        if peer:
            ratio = peer["cpu"] / figures["cold"]["first cpu"]
            figures["ratios"]["dependency-cruiser ÷ first answer (CPU)"] = round(ratio, 2)
            figures["ratios"]["dependency-cruiser ÷ cold index (CPU)"] = round(peer["cpu"] / figures["cold"]["cpu"], 2)
    return _shown("typeorm", figures)


def _wide(options: argparse.Namespace) -> Figures | None:
    bases = [each for name in ("django", "typeorm") if (each := _repository(options, name)) is not None]
    if not bases:
        return None
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, count in (("few", FEW), ("many", options.files)):
            tree = Path(folder) / name
            megabytes = write_tree(tree, bases, count) / 1e6
            figures[name] = {
                "files": count,
                "megabytes": round(megabytes, 1),
                **_start(tree, Path(folder) / f"{name}.db"),
            }
    per_file = {name: figures[name]["cpu"] / figures[name]["files"] for name in ("few", "many")}
    figures["ratios"] = {
        "CPU per file, many ÷ few": round(per_file["many"] / per_file["few"], 2),
        "first answer ÷ cold index, many (CPU)": round(figures["many"]["first cpu"] / figures["many"]["cpu"], 3),
    }
    return _shown("wide", figures)


def _kernel(options: argparse.Namespace) -> Figures | None:
    if options.kernel is None:
        return None
    return _shown("kernel", _starts(options.kernel.resolve(), KERNEL_SYMBOLS))


SECTIONS: dict[str, Callable[[argparse.Namespace], Figures | None]] = {
    "django": _django,
    "typeorm": _typeorm,
    "wide": _wide,
    "kernel": _kernel,
}


def _repository(options: argparse.Namespace, name: str) -> Path | None:
    root = options.repositories.resolve() / name if options.repositories else None
    return root if root is not None and root.is_dir() else None


def _starts(root: Path, symbols: tuple[str, ...] = ()) -> Figures:
    """A cold start, and a warm one on what it left."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "graph.sqlite"
        cold = _start(root, store, symbols)
        warm = _start(root, store)
    return {
        "cold": cold,
        "warm": warm,
        "ratios": {
            "first answer ÷ cold index (CPU)": round(cold["first cpu"] / cold["cpu"], 3),
            "first answer ÷ cold index (wall)": round(cold["first wall"] / cold["ready wall"], 3),
            "warm ÷ cold (CPU)": round(warm["cpu"] / cold["cpu"], 3),
        },
    }


def _start(root: Path, store: Path, symbols: tuple[str, ...] = ()) -> Figures:
    command = (sys.executable, str(HERE / "speed" / "indexing.py"), str(root), str(store), *symbols)
    return json.loads(cost_of(command).printed.splitlines()[-1])


def _ruff(root: Path) -> Cost:
    ruff = str(Path(sys.executable).parent / "ruff")
    return cost_of((ruff, "analyze", "graph", "."), directory=root, environment={"RUFF_NO_CACHE": "true"})


def _python(python: str, script: str, *arguments: str) -> Cost:
    return cost_of((python, "-c", script, *arguments))


def _note(figures: Figures, name: str, work: Callable[[], Cost]) -> None:
    try:
        cost = work()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name} could not be run: {error} {getattr(error, 'stderr', '')}", file=sys.stderr)
        return
    figures[name] = {"cpu": cost.cpu, "wall": cost.wall, "MB": cost.megabytes}


def _shown(name: str, figures: Figures) -> Figures:
    print(name)
    for part, values in figures.items():
        print(f"  {part}: {json.dumps(values, ensure_ascii=False)}", flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
