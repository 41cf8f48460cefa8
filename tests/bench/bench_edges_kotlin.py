"""File edges of Kotlin code bases against what kotlinc compiles.

    python tests/bench/bench_edges_kotlin.py --repositories DIR --kotlinc FILE [--output FILE]

Measures every module of the repositories of DIR with a folder ``src/jvmMain`` whose source sets (those that
``build.gradle.kts`` says ``jvmMain`` depends on, ``commonMain`` among them) kotlinc compiles with no library but its
own. FILE is ``bin/kotlinc`` of the npm package ``kotlin-compiler`` (``npm pack kotlin-compiler``).

Truth, a pair of files counting once:

- All class names of the module in each compiled class, its signatures and metadata included; the files whose inlined
  code it holds (JSR-45 source maps); and behind the class that stands for several files (``JvmMultifileClass``) the
  file of the function that is called.
- Constants, type aliases and ``expect`` leave no trace in compiled classes. The module is compiled once more with these
  (and the ``actual`` of each ``expect``, of what stands at the top of a file) under other names: a file in which the
  compiler then misses the old name needs the file that declared it. Of several such files of one name nobody knows
  which.

Imports nobody uses and what only documentation names count as surplus. ``expect`` and ``actual`` are one declaration
in two files: where a file needs one of the two, its pair with the other is left out of both sides; so are edges of and
to files of one name in one package, which compiled classes do not tell apart. Both are counted as ``undecided``. Needs
``java`` and ``javap``; nothing is downloaded.
"""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edges.comparison import Edge, compared, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_kotlin.json"
_SET = re.compile(r"val (\w+) by (?:getting|creating)\s*\{(.*?)\n    \}", re.DOTALL)
_DEPENDS = re.compile(r"^\s{6}dependsOn\((\w+)\)", re.MULTILINE)
_CLASS = re.compile(r"^(?=Classfile )", re.MULTILINE)
_THIS = re.compile(r"^  this_class: #\d+ +// \"?([^\s\"]+)", re.MULTILINE)
_SOURCE = re.compile(r"^SourceFile: \"(.*)\"", re.MULTILINE)
_INLINED = re.compile(r"^  \+ \d+ \S+\n  (\S+)$", re.MULTILINE)
_NAMED = re.compile(r"[\w$/-]+")
_CALLED = re.compile(r"// \"?([\w$/-]+)\"?\.(\w+:\S+)")
_UNKNOWN = re.compile(r"^(\S+\.kt):\d+:\d+: error: unresolved reference '(\w+)'", re.MULTILINE)
_WORDS = r"(?:(?:public|internal|private|inline|open|override|suspend|operator|infix|abstract|data|sealed|enum) )*"
#: A constant, a type alias, or half of a declaration for several platforms at the top of a file, up to its name.
_TRACELESS = re.compile(
    rf"^(?:@\S+ )*{_WORDS}(?:(?P<half>expect|actual) )?{_WORDS}"
    rf"(?:(?:annotation |fun )?(?:class|interface|object)|fun|va[lr]|(?P<always>typealias|const val)) "
    r"(?:<[^>]*> )?(?:[\w<>?, ]+\.)?(?P<name>\w+)|"
    r"^[ \t]+(?:(?:public|internal) )*(?P<inner>const val) (?P<constant>\w+)",
    re.MULTILINE,
)
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


Files = dict[str, list[Path]]


def sources(module: Path) -> Files:
    """The files of a module by source set."""
    return {each: sorted((module / "src" / each).rglob("*.kt")) for each in source_sets(module)}


def compiled(module: Path, files: Files, kotlinc: Path, output: Path) -> str | None:
    """Compiles files of a module; what the compiler says if they do not compile."""
    sets = [*files]
    refines = [f"{each}:commonMain" for each in sets[1:-1]] + [f"jvmMain:{each}" for each in sets[:-1]]
    words = [*_OPTIONS, "-d", str(output), f"-Xfragments={','.join(sets)}"]
    words += [f"-Xfragment-refines={','.join(refines)}"] if refines else []
    words.append("-Xfragment-sources=" + ",".join(f"{name}:{file}" for name in sets for file in files[name]))
    listed = output.with_name("arguments")
    listed.write_text("\n".join([*words, *(str(file) for name in sets for file in files[name])]), encoding="utf-8")
    answer = run([str(kotlinc), f"@{listed}"], module, JAVA_OPTS="-Xmx1500m")
    return answer.stdout + answer.stderr if answer.returncode or not output.is_dir() else None


def in_classes(told: list[str], places: dict[str, list[str]]) -> set[Edge]:
    """Pairs of files by what ``javap`` says of each class; ``places``: package and name of a file → its paths."""
    file_of: dict[str, str] = {}
    called: dict[tuple[str, str], str] = {}
    for text in told:
        this, source = _THIS.search(text), _SOURCE.search(text)
        if this and source:
            file_of[this.group(1)] = f"{this.group(1).rpartition('/')[0]}/{source.group(1)}"
    for text in told:
        this = _THIS.search(text)
        if this and this.group(1) not in file_of:  # it stands for several files, and calls the parts
            parts = ((part, name) for part, name in _CALLED.findall(text) if part.startswith(this.group(1) + "__"))
            called |= {(this.group(1), name): file_of.get(part, "") for part, name in parts}
    found: set[Edge] = set()
    for text in told:
        this = _THIS.search(text)
        own = places.get(file_of.get(this.group(1), ""), []) if this else []
        words = {*_NAMED.findall(text), *_INLINED.findall(text)}
        keys = {file_of.get(word.removeprefix("L"), "") or file_of.get(word, "") for word in words}
        keys |= {called.get(call, "") for call in _CALLED.findall(text)}
        for others in (places.get(key, []) for key in keys) if len(own) == 1 else ():
            found |= {(own[0], other) for other in others if len(others) == 1 and own != others}
    return found


def traceless(text: str) -> Iterator[tuple[str, str, int]]:
    """What of a file leaves no trace in compiled classes, and other halves of such: name, half, where the name ends."""
    for match in _TRACELESS.finditer(text):
        if match["half"] or match["always"] or match["inner"]:
            name = "constant" if match["inner"] else "name"
            yield match[name], match["half"] or "", match.end(name)


def by_other_names(repository: Path, module: Path, kotlinc: Path, single: set[str]) -> set[Edge]:
    """Pairs of files by the names that the compiler misses once what leaves no trace is called something else.

    Declarations outside of the files ``single`` stay as they are.
    """
    declared: dict[str, list[tuple[str, str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files: Files = {}
        for place, kept in sources(module).items():
            for file in kept:
                text = file.read_text(encoding="utf-8")
                copy = Path(folder) / file.relative_to(repository)
                copy.parent.mkdir(parents=True, exist_ok=True)
                path = file.relative_to(repository).as_posix()
                found_here = [*traceless(text)] if path in single else []
                ends = [end for _, _, end in found_here]
                parts = (text[start:end] for start, end in itertools.pairwise((0, *ends, len(text))))
                copy.write_text("__renamed".join(parts), encoding="utf-8")
                files.setdefault(place, []).append(copy)
                for name, _, _ in found_here:
                    declared.setdefault(name, []).append((place, path))
        said = compiled(Path(folder), files, kotlinc, Path(folder) / "classes") or ""
    found: set[Edge] = set()
    for path, name in _UNKNOWN.findall(said):
        source = path.removeprefix(f"{folder}/")
        at = source.removeprefix(f"{(module / 'src').relative_to(repository).as_posix()}/").partition("/")[0]
        # What a file sees of both halves is that of its own source set, else that of the common one.
        near = {file for place, file in declared.get(name, ()) if place == at}
        targets = near or {file for place, file in declared.get(name, ()) if place != "jvmMain"}
        found |= {(source, target) for target in targets if len(targets) == 1 and source != target}
    return found


def halves(repository: Path, truth: set[Edge], known: set[str]) -> set[Edge]:
    """For pairs of a file with an ``expect`` or ``actual`` of what it names: those with the other half."""
    texts = {path: (repository / path).read_text(encoding="utf-8") for path in known}
    words = {path: {*re.findall(r"\w+", text)} for path, text in texts.items()}
    said: dict[tuple[str, str], set[str]] = {}
    for path, text in texts.items():
        package = re.search(r"^package ([\w.]+)", text, re.MULTILINE)
        for name, half, _ in traceless(text):
            if half:
                said.setdefault((f"{package and package.group(1)}.{name}", half), set()).add(path)
    found: set[Edge] = set()
    for (name, half), paths in said.items():
        others = said.get((name, "actual" if half == "expect" else "expect"), set())
        users = {source for source, target in truth if target in paths and name.rpartition(".")[2] in words[source]}
        found |= {(source, other) for source in users for other in others}
    return found - truth


def measure(repository: Path, module: Path, kotlinc: Path) -> dict[str, Any] | None:
    """Truth and ours for one module; ``None`` if it does not compile here."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "classes"
        files = sources(module)
        if compiled(module, files, kotlinc, output) is not None:
            return None
        classes = [str(each) for each in sorted(output.rglob("*.class"))]
        told = _CLASS.split(run(["javap", "-v", "-p", *classes], module).stdout)
    places: dict[str, list[str]] = {}
    for file in (file for each in files.values() for file in each):
        package = re.search(r"^package ([\w.]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        key = f"{package.group(1).replace('.', '/') if package else ''}/{file.name}"
        places.setdefault(key, []).append(file.relative_to(repository).as_posix())
    known = {path for each in places.values() for path in each}
    single = {each[0] for each in places.values() if len(each) == 1}
    in_code = in_classes(told, places)
    truth = in_code | by_other_names(repository, module, kotlinc, single)
    truth = {edge for edge in truth if {*edge} <= single}
    ours = {edge for edge in our_edges(repository) if {*edge} <= known}
    kept = {edge for edge in ours if {*edge} <= single} - halves(repository, truth, known)
    more = {"module": module.relative_to(repository).as_posix(), "files": len(known), "in_classes": len(in_code)}
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
