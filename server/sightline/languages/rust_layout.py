"""The crates of a root: packages, their targets and the packages they depend on by path.

Source: the Cargo Book ("Package Layout", "Cargo Targets", "Specifying Dependencies", "Workspaces").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sightline.languages.folders import joined
from sightline.languages.import_rules import Reader
from sightline.languages.toml_text import parse_toml

_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
#: Folders every file of which is a crate root of its own, unless the manifest says otherwise, by target.
_DISCOVERED = {"bin": "src/bin", "test": "tests", "example": "examples", "bench": "benches"}
_SWITCHES = {"bin": "autobins", "test": "autotests", "example": "autoexamples", "bench": "autobenches"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RustPackage:
    """A package: its folder, the names of the crates it sees and the files at their roots.

    ``is_2015``: paths of ``use`` begin at the crate's root, as in the edition of that year.
    """

    folder: str
    is_2015: bool = False
    crates: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class RustLayout:
    """``packages``: by folder. ``roots``: folder → the crate roots in it. ``discovered``: folders all of roots."""

    packages: Mapping[str, RustPackage] = field(default_factory=dict[str, RustPackage])
    roots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    discovered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Manifest:
    folder: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return _text(_table(self.data, "package").get("name"))

    @property
    def library(self) -> str:
        """The root of the library, whether it exists or not."""
        return joined(self.folder, _text(_table(self.data, "lib").get("path")) or "src/lib.rs") or ""

    @property
    def library_name(self) -> str:
        """The name under which others see the library."""
        return (_text(_table(self.data, "lib").get("name")) or self.name).replace("-", "_")


def rust_layout(files: Collection[str], read: Reader) -> RustLayout:
    """The layout of a root with these ``files``."""
    manifests: dict[str, _Manifest] = {}
    roots: dict[str, list[str]] = {}
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        if name == "Cargo.toml":
            manifests[folder] = _Manifest(folder, parse_toml(read(path) or ""))
        elif name in ("lib.rs", "main.rs"):
            roots.setdefault(folder, []).append(path)
    discovered: set[str] = set()
    for manifest in manifests.values():
        for path in _targets(manifest):
            known = roots.setdefault(path.rpartition("/")[0], [])
            if path not in known:
                known.insert(0, path)
        discovered.update(_discovered(manifest))
    packages = {
        folder: RustPackage(
            folder=folder, crates=dict(_crates(manifest, manifests)), is_2015=_edition(manifest, manifests) == "2015"
        )
        for folder, manifest in manifests.items()
        if manifest.name
    }
    return RustLayout(
        packages=packages,
        roots={folder: tuple(paths) for folder, paths in roots.items()},
        discovered=frozenset(discovered),
    )


def is_rust_root(path: str) -> bool:
    """Whether the coming or going of a file may make or unmake a crate."""
    return path.rpartition("/")[2] in ("Cargo.toml", "lib.rs", "main.rs")


def _targets(manifest: _Manifest) -> Iterator[str]:
    """Crate roots that the manifest names, and the build script."""
    found = [_text(_table(manifest.data, "lib").get("path"))]
    found += [_text(target.get("path")) for kind in _DISCOVERED for target in _rows(manifest.data, kind)]
    build = _table(manifest.data, "package").get("build", "build.rs")
    found.append(build if isinstance(build, str) else "")
    for text in found:
        path = joined(manifest.folder, text) if text else None
        if path:
            yield path


def _discovered(manifest: _Manifest) -> Iterator[str]:
    package = _table(manifest.data, "package")
    for kind, folder in _DISCOVERED.items() if manifest.name else ():
        by_default = package.get("edition", "2015") != "2015" or not _rows(manifest.data, kind)
        if package.get(_SWITCHES[kind], by_default):
            yield joined(manifest.folder, folder) or ""


def _crates(manifest: _Manifest, manifests: Mapping[str, _Manifest]) -> Iterator[tuple[str, str]]:
    """Names of crates that a package sees, each with the root of the library it means."""
    yield manifest.library_name, manifest.library
    tables = [_table(manifest.data, name) for name in _TABLES]
    targets = _table(manifest.data, "target")
    tables += [_table(_table(targets, each), name) for each in targets for name in _TABLES]
    for table in tables:
        for name, entry in table.items():
            target = _dependency(manifest, name, entry, manifests)
            if target is not None:
                renamed = isinstance(entry, dict) and "package" in entry
                yield name.replace("-", "_") if renamed else target.library_name, target.library


def _edition(manifest: _Manifest, manifests: Mapping[str, _Manifest]) -> str:
    said = _table(manifest.data, "package").get("edition", "2015")
    if isinstance(said, dict):
        workspace = _workspace(manifest.folder, manifests)
        said = _table(_table(workspace, "workspace"), "package").get("edition")
    return _text(said)


def _workspace(folder: str, manifests: Mapping[str, _Manifest]) -> dict[str, Any]:
    """The nearest manifest around a folder that is one of a workspace; empty for none."""
    for each in _folders_around(folder):
        if each in manifests and "workspace" in manifests[each].data:
            return manifests[each].data
    return {}


def _dependency(manifest: _Manifest, name: str, entry: object, manifests: Mapping[str, _Manifest]) -> _Manifest | None:
    """The package of the root that an entry of a table of dependencies leads to."""
    if not isinstance(entry, dict):
        return None
    said = cast("dict[str, Any]", entry)
    folder = manifest.folder
    if said.get("workspace"):
        for folder in _folders_around(manifest.folder):
            workspace = manifests.get(folder)
            if workspace is not None and "workspace" in workspace.data:
                said = _table(_table(_table(workspace.data, "workspace"), "dependencies"), name)
                break
    target = joined(folder, _text(said.get("path"))) if said.get("path") else None
    return manifests.get(target) if target is not None else None


def _folders_around(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _rows(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = table.get(key)
    rows = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
