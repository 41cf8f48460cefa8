"""File edges of Kotlin code bases against what kotlinc compiles.

    python tests/bench/bench_edges_kotlin.py --repositories DIR --kotlinc FILE [--output FILE]

Measures every module of the repositories of DIR with a folder ``src/jvmMain`` whose source sets (those that
``build.gradle.kts`` says ``jvmMain`` depends on, ``commonMain`` among them) kotlinc compiles with no library but its
own. FILE is ``bin/kotlinc`` of the npm package ``kotlin-compiler`` (``npm pack kotlin-compiler``).

Truth: all class names of the module in each compiled class, its signatures and metadata included, and the files whose
inlined code it holds (JSR-45 source maps); a pair of the files they came from counts once. Not in compiled classes are
constants that the compiler copies, imports nobody uses, type aliases, and what only documentation names: all these
count as surplus. Files of one name in one package (``expect`` and ``actual``) cannot be told apart: edges of and to
them are left out of both sides, and counted as ``undecided``. Needs ``java`` and ``javap``; nothing is downloaded.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from edges.comparison import Edge, compared, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_kotlin.json"
_SET = re.compile(r"val (\w+) by (?:getting|creating)\s*\{(.*?)\n    \}", re.DOTALL)
_DEPENDS = re.compile(r"^\s{6}dependsOn\((\w+)\)", re.MULTILINE)
_CLASS = re.compile(r"^(?=Classfile )", re.MULTILINE)
_THIS = re.compile(r"^  this_class: #\d+ +// (\S+)", re.MULTILINE)
_SOURCE = re.compile(r"^SourceFile: \"(.*)\"", re.MULTILINE)
_INLINED = re.compile(r"^  \+ \d+ \S+\n  (\S+)$", re.MULTILINE)
_NAMED = re.compile(r"[\w$/-]+")
_OPTIONS = (
    "-Xmulti-platform",
    "-Xexpect-actual-classes",
    "-nowarn",
    "-opt-in=kotlin.contracts.ExperimentalContracts",
    "-jvm-default=no-compatibility",
)


def source_sets(module: Path) -> list[str]:
    """The source sets that the module's classes for the JVM are compiled from, those that others refine first."""
    script = module / "build.gradle.kts"
    text = script.read_text(encoding="utf-8") if script.exists() else ""
    refined = {name: _DEPENDS.findall(body) for name, body in _SET.findall(text)}
    found = ["commonMain", *(each for each in refined.get("jvmMain", ()) if each != "commonMain"), "jvmMain"]
    return [each for each in found if (module / "src" / each).is_dir()]


def compiled(module: Path, kotlinc: Path, output: Path) -> dict[str, list[Path]] | None:
    """Compiles a module; its files by source set, or ``None`` if it does not compile here."""
    sets = source_sets(module)
    files = {each: sorted((module / "src" / each).rglob("*.kt")) for each in sets}
    refines = [f"{each}:commonMain" for each in sets[1:-1]] + [f"jvmMain:{each}" for each in sets[:-1]]
    words = [*_OPTIONS, "-d", str(output), f"-Xfragments={','.join(sets)}"]
    words += [f"-Xfragment-refines={','.join(refines)}"] if refines else []
    words.append("-Xfragment-sources=" + ",".join(f"{name}:{file}" for name in sets for file in files[name]))
    listed = output.with_name("arguments")
    listed.write_text("\n".join([*words, *(str(file) for name in sets for file in files[name])]), encoding="utf-8")
    answer = run([str(kotlinc), f"@{listed}"], module, JAVA_OPTS="-Xmx1500m")
    return None if answer.returncode or not output.is_dir() else files


def measure(repository: Path, module: Path, kotlinc: Path) -> dict[str, Any] | None:
    """Truth and ours for one module; ``None`` if it does not compile here."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "classes"
        files = compiled(module, kotlinc, output)
        if files is None:
            return None
        classes = [str(each) for each in sorted(output.rglob("*.class"))]
        told = _CLASS.split(run(["javap", "-v", "-p", *classes], module).stdout)
    places: dict[str, list[str]] = {}
    for file in (file for each in files.values() for file in each):
        package = re.search(r"^package ([\w.]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        key = f"{package.group(1).replace('.', '/') if package else ''}/{file.name}"
        places.setdefault(key, []).append(file.relative_to(repository).as_posix())
    file_of: dict[str, str] = {}
    for text in told:
        this, source = _THIS.search(text), _SOURCE.search(text)
        if this and source:
            file_of[this.group(1)] = f"{this.group(1).rpartition('/')[0]}/{source.group(1)}"
    truth: set[Edge] = set()
    for text in told:
        this = _THIS.search(text)
        own = places.get(file_of.get(this.group(1), ""), []) if this else []
        for word in {*_NAMED.findall(text), *_INLINED.findall(text)} if len(own) == 1 else ():
            others = places.get(file_of.get(word.removeprefix("L"), "") or file_of.get(word, ""), [])
            truth |= {(own[0], other) for other in others if len(others) == 1 and own != others}
    known = {path for each in places.values() for path in each}
    single = {each[0] for each in places.values() if len(each) == 1}
    ours = {edge for edge in our_edges(repository) if {*edge} <= known}
    kept = {edge for edge in ours if {*edge} <= single}
    more = {"module": module.relative_to(repository).as_posix(), "files": len(known)}
    return compared(repository, truth, kept, **more, undecided=len(ours) - len(kept))


def main() -> None:
    """Prints one line a module, and writes all of it."""
    parser = options(__doc__, RESULT)
    parser.add_argument("--kotlinc", type=Path, default=Path(shutil.which("kotlinc") or "kotlinc"))
    arguments = parser.parse_args()
    if arguments.repositories is None or not arguments.kotlinc.exists() or shutil.which("javap") is None:
        print("skipped: needs --repositories, --kotlinc and the command javap")
        return
    rows: list[dict[str, Any]] = []
    for repository in sorted(each.resolve() for each in arguments.repositories.iterdir()):
        for module in sorted(each.parent.parent for each in repository.glob("**/src/jvmMain")):
            row = measure(repository, module, arguments.kotlinc.resolve())
            if row is None:
                print(f"{module.relative_to(repository.parent)}: does not compile here without other libraries")
            else:
                rows.append(row)
    version = version_of(str(arguments.kotlinc), "-version")
    report(rows, arguments.output, f"{version}; javap {version_of('javap', '-version')}")


if __name__ == "__main__":
    main()
