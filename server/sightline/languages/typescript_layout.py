"""What ``tsconfig.json``, ``jsconfig.json`` and ``package.json`` files say about where modules lie."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import TypeAlias, cast

from sightline.languages.folders import join, normal
from sightline.languages.jsonc import parse_json

#: Configuration files extend one another; more than this is a loop or a mistake.
_LONGEST_CHAIN = 16
_TARGET_LIMIT = 24
#: More patterns in one table, and more files named in one list, mean a mistake.
_MOST_PATTERNS = 5_000
_MOST_NAMED = 500

#: A pattern (at most one ``*``) and what it stands for, best first; paths relative to the root.
Mapping: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathConfig:
    """``paths`` and ``baseUrl`` in force for the files below ``folder``; ``base`` is ``None`` when none is set."""

    folder: str
    base: str | None = None
    paths: tuple[Mapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePackage:
    """A ``package.json`` of the workspace.

    ``entries``: files named by ``types``, ``module``, ``main`` and the like. ``exports`` and ``imports`` are patterns
    without ``./`` (the package itself is the empty pattern) with all their targets, whatever the condition; ``closed``
    says that there is an ``exports`` table. ``dependencies``: names that it declares; ``links``: those of them that are
    declared with a folder (``file:``, ``link:``, ``portal:``), ``None`` outside the root. ``hoists``: npm and yarn
    install every package of its ``workspaces`` beside it.
    """

    folder: str
    name: str = ""
    entries: tuple[str, ...] = ()
    exports: tuple[Mapping, ...] = ()
    imports: tuple[Mapping, ...] = ()
    closed: bool = False
    dependencies: frozenset[str] = frozenset()
    links: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    hoists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLayout:
    """By folder: the path configuration and the package that hold for what lies below; and packages by name.

    ``aliases``: what a framework, known by its configuration file, adds to the path configuration. ``extended``: files
    that the path configurations were read from, or would be if they were there.
    """

    configs: dict[str, PathConfig] = field(default_factory=dict[str, PathConfig])
    packages: dict[str, NodePackage] = field(default_factory=dict[str, NodePackage])
    by_name: dict[str, str] = field(default_factory=dict[str, str])
    aliases: dict[str, tuple[Mapping, ...]] = field(default_factory=dict[str, tuple[Mapping, ...]])
    extended: frozenset[str] = frozenset()


#: Specifiers that a framework defines of itself, by the stem of its configuration file (SvelteKit: "$lib"; Vue CLI:
#: "webpack", the alias ``@``; Nuxt: "alias", of versions 3 and 4), and the folders they stand for.
_FRAMEWORKS = {
    "svelte.config": (("$lib", ("src/lib",)), ("$lib/*", ("src/lib/*",))),
    "vue.config": (("@/*", ("src/*",)),),
    "nuxt.config": (("@/*", ("app/*", "*")), ("~/*", ("app/*", "*"))),
}
_FRAMEWORK_ENDINGS = (".js", ".ts", ".mjs", ".cjs")

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
#: What a declared version begins with that is a folder.
_LINKING = ("file:", "link:", "portal:")
#: Conditions that neither Node.js nor TypeScript sets: those of bundlers and of other runtimes (Node.js documentation,
#: "Community Conditions Definitions"; WinterCG, "Runtime Keys"). A condition of any other name is the project's own.
_OTHER_RUNTIMES = frozenset(
    {
        "browser", "bun", "deno", "edge", "edge-light", "edge-routine", "electron", "fastly", "module", "netlify",
        "react-native", "react-server", "script", "style", "sass", "webpack", "worker", "workerd", "worklet",
    }
)  # fmt: skip

Reader: TypeAlias = Callable[[str], str | None]
_Table: TypeAlias = dict[str, object]
_Reading: TypeAlias = Callable[[str], _Table]


def is_script_configuration(name: str) -> bool:
    """Whether a file of this name may shape the layout."""
    if name == "package.json" or (name.endswith(".json") and name.startswith(("tsconfig", "jsconfig"))):
        return True
    return _framework_of(name) in _FRAMEWORKS


def _framework_of(name: str) -> str:
    """The stem of a framework's configuration file, if the name may be one."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot + ending in _FRAMEWORK_ENDINGS else ""


def script_layout(files: Collection[str], read: Reader) -> ScriptLayout:
    """The layout of a root with these ``files``."""
    known = frozenset(path for path in files if path.endswith(".json"))

    @cache
    def table(path: str) -> _Table:
        return _object(parse_json(read(path) or ""))

    configs: dict[str, PathConfig] = {}
    packages: dict[str, NodePackage] = {}
    by_name: dict[str, str] = {}
    extended: set[str] = set()

    def noted(path: str) -> _Table:
        extended.add(path)
        return table(path)

    for path in sorted(known):
        folder, _, name = path.rpartition("/")
        if name == "tsconfig.json" or (name == "jsconfig.json" and join(folder, "tsconfig.json") not in known):
            configs[folder] = _config_of(path, noted)
        elif name == "package.json":
            package = _package_of(folder, table(path))
            packages[folder] = package
            if package.name:
                by_name.setdefault(package.name, folder)
    return ScriptLayout(
        configs=configs, packages=packages, by_name=by_name, aliases=_aliases(files), extended=frozenset(extended)
    )


def _aliases(files: Collection[str]) -> dict[str, tuple[Mapping, ...]]:
    """What frameworks define, by the folders of their configuration files."""
    found: dict[str, tuple[Mapping, ...]] = {}
    for path in sorted(path for path in files if ".config." in path):
        folder, _, name = path.rpartition("/")
        for pattern, targets in _FRAMEWORKS.get(_framework_of(name), ()):
            placed = tuple(join(folder, target) for target in targets)
            found[folder] = (*found.get(folder, ()), (pattern, placed))
    return found


def _config_of(path: str, table: _Reading) -> PathConfig:
    """The configuration with what it extends; a "solution" that only refers to others takes the first paths of them."""
    folder = path.rpartition("/")[0]
    chain = _Chain(folder, table)
    base, paths = chain.extended(path, 0)
    if base is None and not paths:
        for reference in _list(table(path).get("references"))[:_MOST_NAMED]:
            target = _object(reference).get("path")
            where = normal(folder, target) if isinstance(target, str) else None
            if where is None:
                continue
            other = where if where.endswith(".json") else join(where, "tsconfig.json")
            base, paths = _Chain(other.rpartition("/")[0], table).extended(other, 0)
            if other.rpartition("/")[0] == folder and (base is not None or paths):
                break
            base, paths = None, ()
    return PathConfig(folder=folder, base=base, paths=paths)


class _Chain:
    """What one configuration extends, each file read once: a list may name a file, or the file itself, many times."""

    def __init__(self, root_folder: str, table: _Reading) -> None:
        self._root_folder = root_folder
        self._table = table
        self._found: dict[str, tuple[str | None, tuple[Mapping, ...]]] = {}

    def extended(self, path: str, depth: int) -> tuple[str | None, tuple[Mapping, ...]]:
        """``baseUrl`` and ``paths`` of one file, with what it extends (later entries of a list win)."""
        if path not in self._found:
            self._found[path] = (None, ())  # what a file that extends itself adds
            self._found[path] = self._read(path, depth)
        return self._found[path]

    def _read(self, path: str, depth: int) -> tuple[str | None, tuple[Mapping, ...]]:
        table, folder = self._table(path), path.rpartition("/")[0]
        base: str | None = None
        paths: tuple[Mapping, ...] = ()
        extends = table.get("extends")
        for entry in [extends] if isinstance(extends, str) else _list(extends)[:_MOST_NAMED]:
            where = normal(folder, entry) if isinstance(entry, str) and entry.startswith(".") else None
            if where is None or depth >= _LONGEST_CHAIN:
                continue
            other = where if where.endswith(".json") else where + ".json"
            inherited, mappings = self.extended(other, depth + 1)
            base = inherited if inherited is not None else base
            paths = mappings or paths
        options = _object(table.get("compilerOptions"))
        written = options.get("baseUrl")
        if isinstance(written, str):
            base = _placed(folder, self._root_folder, written)
        mappings = _object(options.get("paths"))
        if mappings:
            against = base if base is not None else folder
            paths = tuple((name, _targets(against, self._root_folder, value)) for name, value in _entries(mappings))
        return base, paths


def _placed(folder: str, root_folder: str, path: str) -> str | None:
    if path.startswith("${configDir}"):
        return normal(root_folder, path.removeprefix("${configDir}").lstrip("/"))
    return normal(folder, path)


def _targets(folder: str, root_folder: str, value: object) -> tuple[str, ...]:
    placed = (_placed(folder, root_folder, entry) for entry in _list(value)[:_TARGET_LIMIT] if isinstance(entry, str))
    return tuple(entry for entry in placed if entry is not None)


def _package_of(folder: str, table: _Table) -> NodePackage:
    name = table.get("name")
    entries: list[str] = []
    for key in ("source", "types", "typings", "main", "module", "browser"):  # bundlers alone know the last two
        value = table.get(key)
        if isinstance(value, str):
            entries += _placed_list(folder, [value])
    exports = table.get("exports")
    declared = {name: wanted for key in _DEPENDENCIES for name, wanted in _object(table.get(key)).items()}
    return NodePackage(
        folder=folder,
        name=name if isinstance(name, str) else "",
        entries=tuple(dict.fromkeys(entries)),
        exports=_export_mappings(folder, exports),
        imports=tuple(
            (pattern, tuple(_placed_list(folder, _leaves(value))))
            for pattern, value in _entries(_object(table.get("imports")))
        ),
        closed=exports is not None,
        dependencies=frozenset(declared),
        links={
            name: normal(folder, wanted.partition(":")[2])
            for name, wanted in declared.items()
            if isinstance(wanted, str) and wanted.startswith(_LINKING)
        },
        hoists="workspaces" in table,
    )


def _export_mappings(folder: str, exports: object) -> tuple[Mapping, ...]:
    table = _object(exports)
    if not any(key.startswith(".") for key in table):
        targets = _placed_list(folder, _leaves(exports))
        return (("", tuple(targets)),) if targets else ()
    return tuple(
        (pattern.removeprefix(".").removeprefix("/"), tuple(_placed_list(folder, _leaves(value))))
        for pattern, value in _entries(table)
    )


def _leaves(value: object) -> list[str]:
    """All targets in a tree of conditions, in order; those for other runtimes alone come last."""
    found: list[str] = []
    elsewhere: list[str] = []
    waiting = [(value, False)]
    while waiting and len(found) + len(elsewhere) < _TARGET_LIMIT:
        entry, is_foreign = waiting.pop()
        if isinstance(entry, str):
            (elsewhere if is_foreign else found).append(entry)
        elif isinstance(entry, dict):
            table = cast("_Table", entry)
            waiting += [(table[key], is_foreign or key in _OTHER_RUNTIMES) for key in reversed(table)]
        elif isinstance(entry, list):
            waiting += [(each, is_foreign) for each in reversed(cast("list[object]", entry))]
    return found + elsewhere


def _placed_list(folder: str, entries: list[str]) -> list[str]:
    placed = (normal(folder, entry) for entry in entries)
    return list(dict.fromkeys(entry for entry in placed if entry is not None))


def _object(value: object) -> _Table:
    return cast("_Table", value) if isinstance(value, dict) else {}


def _entries(table: _Table) -> Iterable[tuple[str, object]]:
    return islice(table.items(), _MOST_PATTERNS)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
