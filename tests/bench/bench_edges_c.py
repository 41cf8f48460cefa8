"""File edges of C and C++ code bases against what the compiler reads.

    python tests/bench/bench_edges_c.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``CMakeLists.txt``.

Truth: ``cmake`` writes the compile commands of a build with its defaults (tests and benchmarks are switched off where
they cannot be configured without downloads), and each command is run once more with ``-M``, which prints all files
that it reads, on this machine and with these definitions. A pair is a compiled file and a file of the repository that
it reads, at whatever depth. Ours: all files that edges of ``sightline graph export`` lead to from that compiled file.
The commands lie outside of the code base, so that the server does not see them. Commands that fail are counted and left
out. Needs ``cmake`` and the compilers it finds; nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edges.comparison import Edge, compared, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_c.json"
_OPTION = re.compile(r"(?im)^\s*option\s*\(\s*\"?(\w*(?:TEST|BENCH)\w*)")


def commands(repository: Path, build: Path) -> list[dict[str, Any]]:
    """The compile commands of a repository; none if it cannot be configured."""
    command = ["cmake", "-S", str(repository), "-B", str(build), "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
    listed = build / "compile_commands.json"
    if run(command, repository).returncode:
        text = (repository / "CMakeLists.txt").read_text(encoding="utf-8", errors="replace")
        switched = [f"-D{name}=OFF" for name in dict.fromkeys(_OPTION.findall(text))]
        if run([*command, *switched], repository).returncode:
            return []
    return json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []


def read_files(command: dict[str, Any]) -> list[str] | None:
    """The files that a compile command reads; ``None`` if it fails."""
    words = list(command.get("arguments") or shlex.split(command["command"]))
    if "-o" in words:
        del words[words.index("-o") : words.index("-o") + 2]
    answer = run([*(word for word in words if word != "-c"), "-M"], Path(command["directory"]))
    if answer.returncode:
        return None
    text = answer.stdout.replace("\\\n", " ").partition(": ")[2]
    folder = Path(command["directory"])
    return [str((folder / name.replace("\\ ", " ")).resolve()) for name in re.findall(r"(?:\\ |\S)+", text)]


def measure(repository: Path) -> dict[str, Any] | None:
    """Truth and ours for one repository; ``None`` for one that cannot be configured."""
    truth: set[Edge] = set()
    compiled: set[str] = set()
    failed = 0
    with tempfile.TemporaryDirectory() as build:
        for command in commands(repository, Path(build)):
            source = (Path(command["directory"]) / command["file"]).resolve()
            found = read_files(command) if source.is_relative_to(repository) else []
            failed += found is None
            if found:
                name = source.relative_to(repository).as_posix()
                compiled.add(name)
                truth |= {(name, other) for other in _inside(repository, found) if other != name}
    if not compiled:
        return None
    edges: dict[str, list[str]] = {}
    for source_name, target in our_edges(repository):
        edges.setdefault(source_name, []).append(target)
    ours = {(name, other) for name in compiled for other in _reached(name, edges)}
    return compared(repository, truth, ours, compiled=len(compiled), failed=failed)


def _inside(repository: Path, files: list[str]) -> Iterator[str]:
    for file in files:
        if Path(file).is_relative_to(repository):
            yield Path(file).relative_to(repository).as_posix()


def _reached(start: str, edges: dict[str, list[str]]) -> set[str]:
    found = {start}
    waiting = [start]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found - {start}


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of code bases")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    if arguments.repositories is None or shutil.which("cmake") is None:
        print("skipped: needs --repositories and the command cmake")
        return
    rows: list[dict[str, Any]] = []
    for chosen in sorted(arguments.repositories.glob("*/CMakeLists.txt")):
        row = measure(chosen.parent.resolve())
        if row is None:
            print(f"{chosen.parent.name}: cannot be configured here")
        else:
            rows.append(row)
    report(rows, arguments.output, f"{version_of('c++', '--version')}; {version_of('cmake', '--version')}")


if __name__ == "__main__":
    main()
