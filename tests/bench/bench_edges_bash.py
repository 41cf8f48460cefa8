"""File edges of code bases in Bash against what Bash does while their own tests run.

    python tests/bench/bench_edges_bash.py --repositories DIR [--output FILE]

Measures every folder of DIR with ``*.bats`` files below ``test`` and a ``bin/bats`` to run them (bats-core itself).

Truth: the tests run with ``BASH_ENV`` set to a file that makes every Bash write each command before it executes it
(``xtrace``), with the file that the command stands in. A pair is a file that sources another, by ``source``, ``.`` or
``load``, or that calls, by a name in its own text, a function which one other file of the repository defines. What the
tests do not execute counts as surplus; test files that take longer than a minute and a half are left out. Only files
that Sightline reads are compared; edges of the others are counted as ``elsewhere``. The tests run in a copy and write
to temporary folders; nothing is downloaded.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from edges.comparison import Edge, compared, is_skipped, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_bash.json"
#: Seconds for one file of tests, and what ``timeout`` says of one that it ended.
_LONGEST = 90
_KILLED = (124, 137)
_ENDINGS = (".bash", ".sh", ".bats")
_DEFINED = re.compile(r"^\s*(?:function\s+([\w:.-]+)|([\w:.-]+)\s*\(\))", re.MULTILINE)
#: Bats runs a text that it made of a test file, and says which in two variables.
_TRACE = r"""
exec 250>>"$SIGHTLINE_TRACE"
BASH_XTRACEFD=250
PS4=$'+\001${BASH_SOURCE-}\001${PWD}\001${BATS_TEST_SOURCE-}\001${BATS_TEST_FILENAME-}\001'
set -x
"""


class Executed(NamedTuple):
    """A command: the file it stands in, the folder it runs in, its first word, and what follows."""

    file: str
    folder: str
    name: str
    rest: str


def executed(trace: Path) -> Iterator[Executed]:
    """The commands of a trace, in the order they were written."""
    with trace.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\001")
            if len(parts) != 6 or not parts[0].startswith("+"):
                continue
            _, source, folder, made, test, command = parts
            file = test if made and source == made else source
            name, _, rest = command.partition(" ")
            yield Executed(f"{folder}/{file}" if not file.startswith("/") else file, folder, name, rest)


def _first(words: str) -> str:
    """The first argument, which ``xtrace`` quotes for a shell to read."""
    match = re.match(r"'[^']*'|\S+", words)
    if match is None:
        return ""
    try:
        return next(iter(shlex.split(match.group(0))), "")
    except ValueError:
        return ""


def traced(repository: Path, trace: Path) -> set[str]:
    """Runs one test file after the other; those that came to no end. How the others ended does not matter."""
    switched_on = trace.with_name("trace.bash")
    switched_on.write_text(_TRACE, encoding="utf-8")
    unfinished: set[str] = set()
    for test in sorted((repository / "test").glob("*.bats")):
        name = test.relative_to(repository).as_posix()
        command = ["timeout", "-k", "5", str(_LONGEST), str(repository / "bin" / "bats"), name]
        ended = run(command, repository, BASH_ENV=str(switched_on), SIGHTLINE_TRACE=str(trace))
        if ended.returncode in _KILLED:
            unfinished.add(name)
    return unfinished


def measure(given: Path) -> dict[str, Any] | None:
    """Truth and ours for one repository; ``None`` where its tests leave no trace."""
    with tempfile.TemporaryDirectory() as folder:
        repository, trace = Path(folder).resolve() / given.name, Path(folder) / "trace"
        run(["git", "clone", "--quiet", str(given), str(repository)], given)
        unfinished = traced(repository, trace)
        if not trace.exists():
            return None
        found = set(_pairs(repository, trace))
        ours = our_edges(repository)
    covered = {source for source, _ in found} - unfinished
    found = {edge for edge in found if edge[0] in covered}
    read = {edge for edge in found if all(path.endswith(_ENDINGS) for path in edge)}
    said = {edge for edge in ours if edge[0] in covered}
    more = {"elsewhere": len(found) - len(read), "files": len(covered), "unfinished": len(unfinished)}
    return compared(given, read, said, **more)


def _pairs(repository: Path, trace: Path) -> Iterator[Edge]:
    definers: dict[str, set[str]] = {}
    for path in filter(Path.is_file, repository.rglob("*")):
        name = path.relative_to(repository).as_posix()
        if not name.startswith(".git/") and (path.suffix in _ENDINGS or not path.suffix):
            for match in _DEFINED.finditer(path.read_text(encoding="utf-8", errors="replace")):
                definers.setdefault(match.group(1) or match.group(2), set()).add(name)
    names = {*definers, "source", ".", "load"}
    loader = ""
    for each in executed(trace):
        if each.name not in names:
            continue
        source = _inside(repository, each.file)
        if each.name == "load":
            loader = source
        if each.name in ("source", "."):
            target = _inside(repository, str(Path(each.folder, _first(each.rest))))
            loaded = loader if source.endswith("test_functions.bash") else source
            if loaded and target and loaded != target:
                yield loaded, target
            loader = ""
        elif source and len(places := definers.get(each.name, set[str]())) == 1 and source not in places:
            yield from ((source, place) for place in places if each.name in _words(repository / source))


@cache
def _words(file: Path) -> frozenset[str]:
    """The words of a text: what a trap or ``run`` executes stands in another one."""
    return frozenset(re.findall(r"[\w:.-]+", file.read_text(encoding="utf-8", errors="replace")))


@cache
def _inside(repository: Path, path: str) -> str:
    """A path relative to the repository, empty for one outside of it."""
    whole = Path(path).resolve()
    return whole.relative_to(repository).as_posix() if whole.is_relative_to(repository) and whole.is_file() else ""


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories):
        return
    rows: list[dict[str, Any]] = []
    for chosen in sorted(arguments.repositories.iterdir()):
        if (chosen / "bin" / "bats").exists() and any((chosen / "test").glob("*.bats")):
            row = measure(chosen.resolve())
            if row is None:
                print(f"{chosen.name}: its tests do not run here")
            else:
                rows.append(row)
    report(rows, arguments.output, version_of("bash", "--version"))


if __name__ == "__main__":
    main()
