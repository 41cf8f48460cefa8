"""File edges of Java code bases against jdeps.

    python tests/bench/bench_edges_java.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``src/main/java``, its own or one of its folders', that javac compiles with no more
than the libraries in ``/usr/share/java``.

Truth: ``javac`` compiles all files below ``src/main/java`` together (module declarations left out, annotations not
processed), and ``jdeps -verbose:class`` says which class uses which; a pair of the files they came from counts once.
jdeps reads compiled classes: it does not see constants that the compiler copies, imports nobody uses, nor what only
documentation names, and all these count as surplus here. Needs ``javac`` and ``jdeps``; nothing is downloaded.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from edges.comparison import compared, is_skipped, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_java.json"
_SOURCE = Path("src") / "main" / "java"
_USES = re.compile(r"^ {3}(\S+) +-> (\S+)", re.MULTILINE)
#: Where Debian puts libraries; some code bases need one or two of them.
_LIBRARIES = "/usr/share/java/*"
_DECLARED = re.compile(r"^(?:\w[\w ]*\s)?(?:class|interface|enum|record|@interface)\s+(\w+)", re.MULTILINE)


def measure(repository: Path, sources: Path) -> dict[str, Any] | None:
    """Truth and ours for one folder of sources; ``None`` if it does not compile here."""
    files = [file for file in sorted(sources.rglob("*.java")) if file.stem not in ("module-info", "package-info")]
    file_of = {name: file.relative_to(repository).as_posix() for file in files for name in _classes(sources, file)}
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "files"
        listed.write_text("\n".join(f'"{file}"' for file in files), encoding="utf-8")
        command = [
            "javac",
            "-cp",
            _LIBRARIES,
            "-proc:none",
            "-nowarn",
            "-encoding",
            "UTF-8",
            "-d",
            f"{folder}/classes",
            f"@{listed}",
        ]
        if run(command, repository).returncode:
            return None
        answer = run(
            ["jdeps", "-verbose:class", "-filter:none", "--ignore-missing-deps", f"{folder}/classes"], repository
        )
    truth: set[tuple[str, str]] = set()
    for user, used in _USES.findall(answer.stdout):
        source, target = (file_of.get(name.partition("$")[0], "") for name in (user, used))
        if source and target and source != target:
            truth.add((source, target))
    known = set(file_of.values())
    ours = {edge for edge in our_edges(repository) if {*edge} <= known}
    name = sources.relative_to(repository).as_posix()
    return compared(repository, truth, ours, sources=name, files=len(files))


def _classes(sources: Path, file: Path) -> set[str]:
    """The full names of the classes at the top of a file."""
    package = ".".join(file.parent.relative_to(sources).parts)
    names = {file.stem, *_DECLARED.findall(file.read_text(encoding="utf-8", errors="replace"))}
    return {f"{package}.{name}" if package else name for name in names}


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories, "javac", "jdeps"):
        return
    rows: list[dict[str, Any]] = []
    for repository in sorted(arguments.repositories.iterdir()):
        for sources in (repository / _SOURCE, *sorted(repository.glob(f"*/{_SOURCE}"))):
            if not sources.is_dir():
                continue
            row = measure(repository.resolve(), sources.resolve())
            if row is None:
                print(f"{sources.relative_to(arguments.repositories)}: does not compile here without other libraries")
            else:
                rows.append(row)
    report(rows, arguments.output, f"jdeps {version_of('jdeps', '-version')}; {version_of('javac', '-version')}")


if __name__ == "__main__":
    main()
