#!/usr/bin/env python3
"""File edges of Python code bases against grimp and ``ruff analyze graph``.

    python tests/bench/bench_edges_python.py --repositories DIR [--truth DIR] [--output FILE]

Measures ``django``, ``sqlalchemy`` and ``pip`` below DIR, as unpacked from their source distributions. grimp knows the
imports between the modules of one package; ruff those of every file, tests included. A pair of files counts once, a
file's edge to itself never. Ours: the file edges of ``sightline graph export`` between files that the tool knows.

A difference counts as a miss or as a surplus unless *executing the import* shows the truth tool wrong: for every
difference the bench runs the statement in a process of its own and looks which file the imported value came from.
What that overrules is listed in the results, with the figures as they were before. grimp is installed into ``--truth``.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edges.comparison import options, our_edges
from installed import installed

RESULT = Path(__file__).parent / "results" / "edges_python.json"
BAR = 0.995
_NEEDS = ("grimp", "asgiref", "sqlparse", "typing_extensions")
Edges = set[tuple[str, str]]

_GRIMP = """
import importlib.metadata, json, sys
sys.path.insert(0, sys.argv[1])
import grimp
graph = grimp.build_graph(sys.argv[2], cache_dir=None)
edges = [(name, other) for name in graph.modules for other in graph.find_modules_directly_imported_by(name)]
print(json.dumps([importlib.metadata.version("grimp"), sorted(graph.modules), edges]))
"""

#: Executes ``from module import name`` of a file of ``package``, and prints where the value came from.
_EXECUTE = """
import importlib, sys
root, package, module, name = sys.argv[1:]
sys.path.insert(0, root)
found = importlib.import_module(module, package)
value = getattr(found, name, None) if name else found
if name and value is None:
    value = importlib.import_module(found.__name__ + "." + name)
print(value.__file__ if isinstance(value, type(sys)) else found.__file__)
"""


@dataclass(frozen=True, kw_only=True)
class CodeBase:
    """``root`` is the folder that holds ``package``; ``roots`` are all folders that imports start from."""

    package: str
    root: str
    roots: tuple[str, ...]


CODE_BASES = {
    "django": CodeBase(package="django", root="", roots=(".", "tests")),
    "sqlalchemy": CodeBase(package="sqlalchemy", root="lib", roots=("lib", ".")),
    "pip": CodeBase(package="pip", root="src", roots=("src",)),
}


def main() -> int:
    """Prints a line for each code base and tool, and writes all of it."""
    parser = options(__doc__, RESULT)
    parser.add_argument("--truth", type=Path, help="folder for grimp (default: beside the code bases)")
    arguments = parser.parse_args()
    if arguments.repositories is None:
        print("skipped: needs --repositories")
        return 0
    folder = arguments.truth or arguments.repositories / ".sightline-symbols"
    library = installed((folder / "packages" / "edges").resolve(), _NEEDS)
    rows: list[dict[str, Any]] = []
    versions = {"sightline": version("sightline"), "ruff": version("ruff")}
    for name, code in CODE_BASES.items():
        repository = (arguments.repositories / name).resolve()
        if not repository.is_dir():
            print(f"{repository} is missing: left out")
            continue
        ours = our_edges(repository)
        versions["grimp"], modules, imports = _grimp(repository, code, library)
        for tool, (files, truth) in {"grimp": (modules, imports), "ruff": _ruff(repository, code)}.items():
            rows.append(_compared(repository, code, library, tool, truth, {e for e in ours if files.issuperset(e)}))
            print("{repository} against {tool}: recall {recall}, precision {precision}".format(**rows[-1]), flush=True)
    if rows:
        machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
        content = {"machine": machine, "versions": versions, "bar": BAR, "rows": rows}
        arguments.output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    met = all(min(row["recall"], row["precision"]) >= BAR for row in rows)
    print("every figure meets its bar" if met else f"below {BAR}")
    return 0 if met else 1


def _grimp(repository: Path, code: CodeBase, library: Path) -> tuple[str, set[str], Edges]:
    command = [sys.executable, "-c", _GRIMP, str(repository / code.root), code.package]
    environment = {**os.environ, "PYTHONPATH": str(library)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    number, modules, edges = json.loads(done.stdout)
    paths = {module: _file_of(repository, code, module) for module in modules}
    return number, set(paths.values()), {(paths[source], paths[target]) for source, target in edges}


def _file_of(repository: Path, code: CodeBase, module: str) -> str:
    stem = Path(code.root, *module.split("."))
    package = stem / "__init__.py"
    return (package if (repository / package).exists() else stem.with_suffix(".py")).as_posix()


def _ruff(repository: Path, code: CodeBase) -> tuple[set[str], Edges]:
    # Isolated: pip's own settings leave out most of its files.
    command = [sys.executable, "-m", "ruff", "analyze", "graph", "--isolated", "--config"]
    command += [f"src = {json.dumps([str(repository / root) for root in code.roots])}", "."]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return set(found), {(source, target) for source, targets in found.items() for target in targets}


def _compared(repository: Path, code: CodeBase, library: Path, tool: str, truth: Edges, ours: Edges) -> dict[str, Any]:
    truth, ours = ({edge for edge in edges if edge[0] != edge[1]} for edges in (truth, ours))
    differences = truth ^ ours
    executed = {source: _executed(repository, code, library, source, differences) for source, _ in differences}
    wrongly_missing = {edge for edge in ours - truth if edge[1] in executed[edge[0]]}
    right = truth | wrongly_missing
    return {
        "repository": repository.name,
        "tool": tool,
        "truth": len(right),
        "found": len(right & ours),
        "surplus": len(ours - right),
        "recall": round(len(right & ours) / len(right), 5),
        "precision": round(len(right & ours) / len(ours), 5),
        "recall and precision before executing": [
            round(len(truth & ours) / len(truth), 5),
            round(len(truth & ours) / len(ours), 5),
        ],
        "missed": sorted(right - ours),
        "not in the truth": sorted(ours - right),
        "not in the truth, but executing the import leads there": sorted(wrongly_missing),
    }


def _executed(repository: Path, code: CodeBase, library: Path, source: str, differences: Edges) -> set[str]:
    """The files that the imports of ``source`` lead to when they are executed, as far as a difference asks."""
    wanted = {target for each, target in differences if each == source}
    found: set[str] = set()
    for root in dict.fromkeys((code.root, *code.roots)):
        base = repository / root
        if not (repository / source).is_relative_to(base):
            continue
        inside = (repository / source).relative_to(base)
        package = ".".join(inside.parent.parts)
        for module, name in _imports((repository / source).read_bytes()):
            if found >= wanted or not _could_lead(module, name, wanted):
                continue
            command = [sys.executable, "-c", _EXECUTE, str(base), package, module, name]
            environment = {**os.environ, "PYTHONPATH": str(library), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
            lines = done.stdout.splitlines()
            path = Path(lines[-1]) if done.returncode == 0 and lines else None
            if path is not None and path.is_relative_to(repository):
                found.add(path.relative_to(repository).as_posix())
    return found


def _imports(data: bytes) -> Iterator[tuple[str, str]]:
    """Module with its dots and name (empty for the module itself) of every import statement; none of broken code."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def _could_lead(module: str, name: str, targets: set[str]) -> bool:
    """Whether an import is worth executing: its last words are those of a file that is in doubt."""
    words = {Path(target).stem for target in targets} | {Path(target).parent.name for target in targets}
    return name in words or module.rpartition(".")[2] in words or not module.strip(".")


if __name__ == "__main__":
    sys.exit(main())
