"""Where a project starts: what its manifests name, main functions, else the usual names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.project_files import Table, at, json_table, toml_table
from sightline.graph.view import GraphView

#: Entry points that are told, and files of usual names that are looked into.
MOST, MOST_READ = 20, 200
#: Bytes of such a file that are read.
HEAD = 60_000

_USUAL = re.compile(
    r"(?:^|/)(?:__main__|main|app|manage|wsgi|asgi|server|cli|index|cmd|Main|Program|Application|lib|mod)"
    r"\.(?:py|[cm]?[jt]sx?|go|rs|java|kt|cs|rb|php|c|cc|cpp|vue|svelte)$"
)
_MAIN = {
    "go": re.compile(rb"^package main\b.*?^func main\(", re.M | re.S),
    "rs": re.compile(rb"^(?:pub )?(?:async )?fn main\(", re.M),
    "py": re.compile(rb"^if __name__ == ['\"]__main__['\"]", re.M),
    "java": re.compile(rb"public static void main\("),
    "kt": re.compile(rb"^fun main\(", re.M),
    "cs": re.compile(rb"static (?:async )?(?:void|int|Task(?:<int>)?) Main\("),
    "c": re.compile(rb"^int\s+main\s*\(", re.M),
    "cc": re.compile(rb"^int\s+main\s*\(", re.M),
    "cpp": re.compile(rb"^int\s+main\s*\(", re.M),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """Where something starts. ``name`` is what it is called by, ``target`` the file or function, ``by`` who says so."""

    name: str
    target: str
    by: str


def entry_points(
    view: GraphView,
    texts: Mapping[str, str],
    code: Sequence[WorkspacePath],
    permitted: Callable[[WorkspacePath], str | None],
) -> tuple[EntryPoint, ...]:
    """What the manifests name, then files with a main function, then files of usual names near the top."""
    named = [*_python(texts), *_package(texts), *_cargo(texts)]
    near = sorted((path for path in code if _may_start(path)), key=lambda path: (path.relative.count("/"), path))
    started: list[EntryPoint] = []
    usual: list[EntryPoint] = []
    for path in islice(near, MOST_READ):
        if permitted(path) is not None:
            continue
        name = path.relative.rpartition("/")[2]
        pattern = _MAIN.get(name.rpartition(".")[2])
        if pattern is not None and pattern.search(_head(view, path)):
            started.append(EntryPoint(name=path.relative, target=path.relative, by="main function"))
        elif _USUAL.search(path.relative) and path.relative.count("/") <= 2:
            usual.append(EntryPoint(name=path.relative, target=path.relative, by="usual name"))
    found = [*named, *started, *(() if named or started else usual)]
    clean = (EntryPoint(name=_clean(each.name), target=_clean(each.target), by=each.by) for each in found)
    return tuple(islice(dict.fromkeys(clean), MOST))


def _may_start(path: WorkspacePath) -> bool:
    return (path.relative.endswith(".go") and "/cmd/" in f"/{path.relative}") or bool(_USUAL.search(path.relative))


def _head(view: GraphView, path: WorkspacePath) -> bytes:
    try:
        return view.workspace.read(path).text.data[:HEAD]
    except SightlineError:
        return b""


def _clean(text: str) -> str:
    """A word out of a manifest, as one short line: it is somebody else's text."""
    return " ".join(redact(text).split())[:120]


def _python(texts: Mapping[str, str]) -> Iterable[EntryPoint]:
    project = toml_table(texts.get("pyproject.toml", ""))
    for keys in (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts")):
        for name, target in _pairs(at(project, *keys)):
            yield EntryPoint(name=name, target=target, by="pyproject.toml")
    for line in re.findall(r"^\s*['\"]?([\w.-]+)\s*=\s*([\w.]+:[\w.]+)", texts.get("setup.cfg", ""), re.M):
        yield EntryPoint(name=line[0], target=line[1], by="setup.cfg")
    for line in re.findall(r"['\"]([\w.-]+)\s*=\s*([\w.]+:[\w.]+)['\"]", texts.get("setup.py", "")):
        yield EntryPoint(name=line[0], target=line[1], by="setup.py")


def _package(texts: Mapping[str, str]) -> Iterable[EntryPoint]:
    package = json_table(texts.get("package.json", ""))
    binaries = package.get("bin")
    given = {str(package.get("name", "bin")): binaries} if isinstance(binaries, str) else binaries
    for name, target in _pairs(given):
        yield EntryPoint(name=name, target=target, by="package.json bin")
    for key in ("main", "module", "browser", "types"):
        if isinstance(target := package.get(key), str):
            yield EntryPoint(name=key, target=target, by="package.json")
    exports = package.get("exports")
    for name, target in _exported({".": exports} if isinstance(exports, str) else exports):
        yield EntryPoint(name=name, target=target, by="package.json exports")


def _exported(exports: object) -> Iterable[tuple[str, str]]:
    """What each sub-path leads to: the first path that is named below it."""
    if not isinstance(exports, dict):
        return
    for name, led in islice(cast("Table", exports).items(), MOST):
        target: object = led
        for _ in range(5):
            if isinstance(target, dict) and target:
                target = next(iter(cast("Table", target).values()))
        if isinstance(target, str):
            yield name, target


def _cargo(texts: Mapping[str, str]) -> Iterable[EntryPoint]:
    manifest = toml_table(texts.get("Cargo.toml", ""))
    binaries = manifest.get("bin")
    for each in cast("list[object]", binaries) if isinstance(binaries, list) else []:
        name, target = at(each, "name"), at(each, "path")
        if isinstance(name, str):
            yield EntryPoint(
                name=name, target=target if isinstance(target, str) else f"src/bin/{name}.rs", by="Cargo.toml"
            )
    if isinstance(target := at(manifest, "lib", "path"), str):
        yield EntryPoint(name="lib", target=target, by="Cargo.toml")


def _pairs(table: object) -> Iterable[tuple[str, str]]:
    if isinstance(table, dict):
        yield from ((name, value) for name, value in cast("Table", table).items() if isinstance(value, str))
