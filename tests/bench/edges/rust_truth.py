"""The files that Rust files need, by the module trees of all targets that ``cargo metadata`` lists.

Which files make up a target is rustc's own word (``--emit=dep-info``, with the target's edition, all features of the
package, with and without ``--test``): a tree that holds other files is reported. What is declared, used and named in
them is read by ``rust_source.py``.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edges.comparison import Edge, run
from edges.rust_source import Path as Names
from edges.rust_source import Scope, Source, read

_MOST_STEPS = 12
_ALWAYS = {"crate", "self", "super"}


@dataclass(slots=True)
class Module:
    """A module of one target: its file, what lies in it and what its ``use`` declarations bind."""

    file: Path
    folder: Path
    children: dict[str, Names] = field(default_factory=dict[str, Names])
    uses: dict[str, list[Names]] = field(default_factory=dict[str, list[Names]])
    globs: list[Names] = field(default_factory=list[Names])
    items: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Crate:
    """One target: ``modules`` by path, ``scopes`` with the path of the module around them, files read, and libraries.

    ``libraries``: names of crates it sees → folder and root of the library.
    """

    root: Path
    edition: str
    libraries: dict[str, Path]
    features: list[str]
    modules: dict[Names, Module] = field(default_factory=dict[Names, Module])
    scopes: list[tuple[Path, Scope, Names]] = field(default_factory=list[tuple[Path, Scope, Names]])
    edges: set[tuple[Path, Path]] = field(default_factory=set[tuple[Path, Path]])
    files: set[Path] = field(default_factory=set[Path])


@dataclass(frozen=True, slots=True, kw_only=True)
class RustTruth:
    """``edges`` between files that rustc reads on this machine; ``compiled``: these files. ``unread``: files that
    rustc reads as Rust and the module trees lack, and the other way round.
    """

    edges: set[Edge]
    compiled: set[str]
    unread: list[str]


def rust_truth(repository: Path) -> RustTruth:
    """The truth for one repository."""
    texts: dict[Path, Source] = {}
    crates = [*_crates(repository)]
    by_root = {crate.root: crate for crate in crates}
    compiled: set[Path] = set()
    for crate in crates:
        own = _compiled(crate)
        compiled |= own
        _grow(crate, own, texts)
    edges = {edge for crate in crates for edge in (*crate.edges, *_named(crate, by_root))}
    grown = {file for crate in crates for file in crate.files}
    inside = {
        (each[0].relative_to(repository).as_posix(), each[1].relative_to(repository).as_posix())
        for each in edges
        if each[0] != each[1] and {*each} <= compiled and all(part.is_relative_to(repository) for part in each)
    }
    known = {file.relative_to(repository).as_posix() for file in compiled if file.is_relative_to(repository)}
    apart = sorted(str(file) for file in compiled - grown)
    return RustTruth(edges=inside, compiled=known, unread=apart)


def _crates(repository: Path) -> Iterator[Crate]:
    """All targets of all packages below the repository."""
    packages: dict[Path, dict[str, Any]] = {}
    for manifest in sorted(repository.rglob("Cargo.toml")):
        if manifest in packages:
            continue
        command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
        answer = run([*command, "--manifest-path", str(manifest)], repository)
        for package in json.loads(answer.stdout)["packages"] if not answer.returncode else ():
            packages[Path(package["manifest_path"])] = package
    libraries = {manifest.parent: library for manifest, each in packages.items() if (library := _library(each))}
    for manifest, package in packages.items():
        seen: dict[str, Path] = {}
        for dependency in package["dependencies"]:
            found = libraries.get(Path(dependency["path"])) if dependency.get("path") else None
            if found is not None:
                seen[(dependency.get("rename") or found[0]).replace("-", "_")] = found[1]
        own = libraries.get(manifest.parent)
        for target in package["targets"]:
            visible = dict(seen)
            if own is not None and own[1] != Path(target["src_path"]):
                visible[own[0]] = own[1]
            features = [name for name in package["features"] if name != "default"]
            yield Crate(Path(target["src_path"]), target["edition"], visible, features)


def _library(package: dict[str, Any]) -> tuple[str, Path] | None:
    kinds = {"lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"}
    found = (each for each in package["targets"] if kinds.intersection(each["kind"]))
    target = next(found, None)
    return (target["name"].replace("-", "_"), Path(target["src_path"])) if target is not None else None


def _compiled(crate: Crate) -> set[Path]:
    """The Rust files that rustc reads for a target."""
    found: set[Path] = set()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "target.d"
        for test in ([], ["--test"]):
            command = ["rustc", "--edition", crate.edition, "--emit=dep-info", "-o", str(output), *test]
            for feature in crate.features:
                command += ["--cfg", f'feature="{feature}"']
            # It reads all files before it misses the crates that are not on this machine.
            run([*command, str(crate.root)], crate.root.parent)
            if output.exists():
                text = output.read_text(encoding="utf-8").replace("\\\n", " ")
                names = re.findall(r"(?m)^((?:\\ |[^\s:])+):\s*$", text)
                found.update(Path(crate.root.parent, name.replace("\\ ", " ")).resolve() for name in names)
                output.unlink()
    return {file for file in found if file.suffix == ".rs"}


# The tree ---------------------------------------------------------------------------------------------------------


def _grow(crate: Crate, compiled: set[Path], texts: dict[Path, Source]) -> None:
    """Reads the files of a target that rustc reads, from its root on."""
    waiting: list[tuple[Path, Names, Path]] = [(crate.root, (), crate.root.parent)]
    while waiting:
        file, around, folder = waiting.pop()
        crate.files.add(file)
        if file not in texts:
            texts[file] = read(file.read_text(encoding="utf-8", errors="replace"))
        for scope in texts[file].scopes:
            path = (*around, *scope.module)
            own = folder.joinpath(*scope.module)
            module = crate.modules.setdefault(path, Module(file, own))
            crate.scopes.append((file, scope, path))
            for name in scope.children:
                module.children[name] = (*path, name)
            if scope.outer is None:
                module.uses |= scope.uses
                module.globs += scope.globs
                module.items |= scope.items
            for name, said in scope.declared:
                target = _file_of(name, said, file, own, is_inline=bool(scope.module))
                if target in compiled:
                    crate.edges.add((file, target))
                    below = target.parent if target.name == "mod.rs" or said else target.with_suffix("")
                    if target not in crate.files:
                        waiting.append((target, (*path, name), below))
        for name in texts[file].included:
            target = (file.parent / name).resolve()
            if target in compiled:
                crate.edges.add((file, target))
                if target not in crate.files:
                    waiting.append((target, around, folder))


def _file_of(name: str, said: str, file: Path, folder: Path, *, is_inline: bool) -> Path | None:
    if said:
        places = [(folder if is_inline else file.parent) / said]
    else:
        places = [folder / f"{name}.rs", folder / name / "mod.rs"]
    return next((place.resolve() for place in places if place.exists()), None)


# Paths ------------------------------------------------------------------------------------------------------------


def _named(crate: Crate, by_root: dict[Path, Crate]) -> Iterator[tuple[Path, Path]]:
    """An edge for every path to each of the files it needs."""
    resolver = _Resolver(by_root)
    for file, scope, module in crate.scopes:
        for path in scope.paths:
            yield from ((file, target) for target in resolver.needed(crate, module, scope, path))


class _Resolver:
    """Follows paths through the modules of all targets; remembers the modules whose ``use`` it went through."""

    def __init__(self, by_root: dict[Path, Crate]) -> None:
        self._by_root = by_root
        self._open: set[tuple[int, Names, str]] = set()
        self._through: list[Module] = []

    def needed(self, crate: Crate, module: Names, scope: Scope, path: Names) -> list[Path]:
        """The files of the last module on a path and of those whose ``use`` it goes through; none if it is none of
        the repository's.
        """
        self._through = []
        found = self._walk(crate, module, scope, path, 0)
        if found is None:
            return []
        last = found[0].modules.get(found[1])
        return [each.file for each in (last, *self._through) if each is not None]

    def _walk(
        self, crate: Crate, module: Names, scope: Scope | None, path: Names, depth: int
    ) -> tuple[Crate, Names, int] | None:
        """Crate, path of the last module and how many names lead there."""
        if depth > _MOST_STEPS or not path:
            return None
        head = self._head(crate, module, scope, path, depth)
        if head is None:
            return None
        crate, at, used = head
        while used < len(path):
            following = self._member(crate, at, path[used], depth)
            if following is None:
                break
            crate, at = following
            used += 1
        return crate, at, used

    def _head(
        self, crate: Crate, module: Names, scope: Scope | None, path: Names, depth: int
    ) -> tuple[Crate, Names, int] | None:
        first = path[0]
        if first == "crate":
            return crate, (), 1
        if first in ("self", "super"):
            used, at = 0, module
            while used < len(path) and path[used] in ("self", "super"):
                if path[used] == "super":
                    if not at:
                        return None
                    at = at[:-1]
                used += 1
            return crate, at, used
        if first == "::":
            found = self._library(crate, path[1]) if len(path) > 1 else None
            return (found, (), 2) if found is not None else None
        found_in = self._bound(crate, module, scope, first, depth)
        if found_in is not None:
            return (*found_in, 1)
        library = self._library(crate, first)
        if library is not None:
            return library, (), 1
        if crate.edition == "2015" and module and scope is not None and first not in _ALWAYS:
            return self._head(crate, (), None, path, depth + 1)
        return None

    def _library(self, crate: Crate, name: str) -> Crate | None:
        root = crate.libraries.get(name)
        return self._by_root.get(root) if root is not None else None

    def _bound(
        self, crate: Crate, module: Names, scope: Scope | None, name: str, depth: int
    ) -> tuple[Crate, Names] | None:
        """The module that a name means in braces, those around them and then the module."""
        while scope is not None and scope.outer is not None:
            for path in scope.uses.get(name, ()):
                found = self._used(crate, module, scope, path, name, depth)
                if found is not None:
                    return found
            scope = scope.outer
        return self._member(crate, module, name, depth)

    def _member(self, crate: Crate, at: Names, name: str, depth: int) -> tuple[Crate, Names] | None:
        """The module that ``name`` means in the module ``at``."""
        module = crate.modules.get(at)
        key = (id(crate), at, name)
        if module is None or key in self._open:
            return None
        if name in module.children and module.children[name] in crate.modules:
            return crate, module.children[name]
        self._open.add(key)
        try:
            for path in module.uses.get(name, ()):
                found = self._used(crate, at, None, path, name, depth)
                if found is not None:
                    self._through.append(module)
                    return found
            if name in module.uses or name in module.items:
                return None
            for path in module.globs:
                target = self._walk(crate, at, None, path, depth + 1)
                if target is not None and target[2] == len(path):
                    found = self._member(target[0], target[1], name, depth + 1)
                    if found is not None:
                        self._through.append(module)
                        return found
            return None
        finally:
            self._open.discard(key)

    def _used(
        self, crate: Crate, at: Names, scope: Scope | None, path: Names, name: str, depth: int
    ) -> tuple[Crate, Names] | None:
        """The module that a ``use`` binds, if it is one."""
        if path == (name,):
            library = self._library(crate, name)
            return (library, ()) if library is not None else None
        outer = scope.outer if scope is not None else None
        found = self._walk(crate, at, outer, path, depth + 1)
        return (found[0], found[1]) if found is not None and found[2] == len(path) else None
