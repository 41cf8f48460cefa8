"""File edges of C and C++ code bases against what the compiler reads.

    python tests/bench/bench_edges_c.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``CMakeLists.txt`` or a ``Makefile``, as a copy of its last commit.

Truth: ``cmake`` writes the compile commands of a build with its defaults (tests and benchmarks are switched off where
they cannot be configured without downloads), or ``make -n`` prints them, and each command is run once more with
``-M``, which prints all files that it reads, on this machine and with these definitions (``-MG`` where a header is yet
to be generated). A pair is a compiled file and a file of the repository that it reads, at whatever depth. Ours: all
files that edges of ``sightline graph export`` lead to from that compiled file, once without the commands and once with
them as ``compile_commands.json``. Commands that fail are counted and left out. Needs ``cmake``, ``make`` and the
compilers they find; nothing is downloaded.
"""

from __future__ import annotations

import json
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edges.comparison import Edge, compared, is_skipped, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_c.json"
_COMPILERS = re.compile(r"(?:.*[-/])?(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+)")
_SOURCES = (".c", ".cc", ".cpp", ".cxx")
_ENTERED = re.compile(r"make(?:\[\d+\])?: (Entering|Leaving) directory '(.*)'")
_OPTION = re.compile(r"(?im)^\s*option\s*\(\s*\"?(\w*(?:TEST|BENCH)\w*)")


def commands(repository: Path, build: Path) -> list[dict[str, Any]]:
    """The compile commands of a repository; none if it cannot be configured."""
    if not (repository / "CMakeLists.txt").exists():
        return list(_printed(run(["make", "-n", "-w", "V=1", "MALLOC=libc"], repository).stdout, repository))
    command = ["cmake", "-S", str(repository), "-B", str(build), "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
    listed = build / "compile_commands.json"
    if run(command, repository).returncode:
        text = (repository / "CMakeLists.txt").read_text(encoding="utf-8", errors="replace")
        switched = [f"-D{name}=OFF" for name in dict.fromkeys(_OPTION.findall(text))]
        if run([*command, *switched], repository).returncode:
            return []
    return json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []


def _printed(output: str, folder: Path) -> Iterator[dict[str, Any]]:
    """The compile commands among those that ``make -n -w`` prints. Redis brings an allocator with a build of its own:
    ``MALLOC=libc`` does without."""
    folders = [str(folder)]
    for line in output.replace("\\\n", " ").splitlines():
        entered = _ENTERED.fullmatch(line)
        if entered:
            folders = [*folders, entered.group(2)] if entered.group(1) == "Entering" else folders[:-1] or folders
            continue
        for part in re.split(r";|&&|\|\|", line):
            try:
                words = shlex.split(part)
            except ValueError:
                continue
            if words and _COMPILERS.fullmatch(words[0]) and "-c" in words:
                for file in (word for word in words[1:] if word.endswith(_SOURCES)):
                    yield {"directory": folders[-1], "file": file, "arguments": words}


def read_files(command: dict[str, Any]) -> list[str] | None:
    """The files that a compile command reads; ``None`` if it fails."""
    words = list(command.get("arguments") or shlex.split(command["command"]))
    for option in ("-o", "-MF", "-MQ", "-MT"):
        if option in words:
            del words[words.index(option) : words.index(option) + 2]
    words = [word for word in words if word != "-c" and not re.match(r"-M|.*\.(?:c|cc|cpp|cxx)$", word)]
    answer = run([*words, "-M", command["file"]], Path(command["directory"]))
    if answer.returncode:
        answer = run([*words, "-M", "-MG", command["file"]], Path(command["directory"]))
    if answer.returncode:
        return None
    text = answer.stdout.replace("\\\n", " ").partition(": ")[2]
    folder = Path(command["directory"])
    return [str((folder / name.replace("\\ ", " ")).resolve()) for name in re.findall(r"(?:\\ |\S)+", text)]


def measure(given: Path) -> Iterator[dict[str, Any]]:
    """Truth and ours for one repository, first without its commands; nothing for one that cannot be configured."""
    with tempfile.TemporaryDirectory() as folder:
        repository, build = Path(folder).resolve() / given.name, Path(folder) / "build"
        run(["git", "clone", "--quiet", str(given), str(repository)], given)
        listed = commands(repository, build)
        truth: set[Edge] = set()
        compiled: set[str] = set()
        failed = 0
        for command in listed:
            source = (Path(command["directory"]) / command["file"]).resolve()
            found = read_files(command) if source.is_relative_to(repository) else []
            failed += found is None
            if found:
                name = source.relative_to(repository).as_posix()
                compiled.add(name)
                truth |= {(name, other) for other in _inside(repository, found) if other != name}
        if not compiled:
            return
        for shown in (False, True):
            if shown:
                (repository / "compile_commands.json").write_text(json.dumps(listed), encoding="utf-8")
            edges: dict[str, list[str]] = {}
            for source_name, target in our_edges(repository):
                edges.setdefault(source_name, []).append(target)
            ours = {(name, other) for name in compiled for other in _reached(name, edges)}
            yield compared(repository, truth, ours, compiled=len(compiled), failed=failed, compile_commands=shown)


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
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories, "cmake", "make"):
        return
    rows: list[dict[str, Any]] = []
    for chosen in sorted(arguments.repositories.iterdir()):
        if any((chosen / name).exists() for name in ("CMakeLists.txt", "Makefile")):
            found = list(measure(chosen.resolve()))
            rows += found
            if not found:
                print(f"{chosen.name}: no file can be compiled here")
    report(rows, arguments.output, f"{version_of('c++', '--version')}; {version_of('cmake', '--version')}")


if __name__ == "__main__":
    main()
