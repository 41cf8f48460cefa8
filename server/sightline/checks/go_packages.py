"""Go packages from outside the workspace, read from their source: what functions take, which methods types have.

A package is looked for where the workspace's own toolchain keeps it: in ``vendor``, in the module cache at the version
that ``go.mod`` requires, and in the standard library of the ``go`` that ``GOROOT`` or ``PATH`` names. Nothing is run.
What cannot be read in plain sight is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sightline.base.system import System
from sightline.checks.signature import Parameters
from sightline.graph.facts import Definition, DefinitionKind, FileFacts
from sightline.graph.parse import parse
from sightline.graph.partial_facts import PartialFacts
from sightline.languages.go import GO

_LARGEST_FILE = 1 << 20
#: Bytes of source parsed for one edit; what lies beyond is unknown.
_MOST_PARSED = 4 << 20
_MOST_FILES = 400
_DEEPEST = 8
_REQUIRED = re.compile(r'^\s*(?:require\s+)?"?([\w./~-]+\.[\w./~-]+)"?\s+(v[\w.+-]+)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoType:
    """A named type of a package from outside; of the universe (``error``) when ``module`` is empty."""

    module: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoFunction:
    """A function or method: the lists of parameters it is written with, one for each platform, and its result."""

    parameters: tuple[Parameters, ...]
    result: str


class _Unknown(Exception):
    """The question leads somewhere that cannot be read."""


class GoPackages:
    """The packages that code below ``root`` imports. Answers are about the files as they are when asked."""

    def __init__(self, system: System, root: str) -> None:
        self._system = system
        self._root = root
        self._library = _library(system)
        self._cache = _module_cache(system)
        self._sources: dict[str, tuple[bytes, ...]] = {}
        self._required: Mapping[str, str] | None = None
        self._left = _MOST_PARSED

    def function(self, module: str, name: str) -> GoFunction | None:
        """The function of a package; ``None`` if there is none in sight, or something else bears the name too."""
        found: list[Definition] = []
        for facts in self._facts(module, rf"(?m)^func\s+{re.escape(name)}\b"):
            found += (each for each in facts.definitions if each.parent < 0 and each.name == name)
        return _joined(found) if all(each.kind is DefinitionKind.FUNCTION for each in found) else None

    def methods(self, type_: GoType) -> Mapping[str, GoFunction] | None:
        """All methods of a type, or of an interface, by name; ``None`` if they cannot all be known."""
        found: dict[str, list[Definition]] = {}
        try:
            for name, definition in self._methods(type_, 0):
                found.setdefault(name, []).append(definition)
        except _Unknown:
            return None
        return {name: function for name, rows in found.items() if (function := _joined(rows)) is not None}

    def made_of(self, type_: GoType) -> str:
        """The slice, map or function type that a named type is made of, as written; empty if that is not in sight."""
        found: list[str] = []
        for facts in (
            self._facts(type_.module, rf"\b{re.escape(type_.name)}\s+(?:func|map|chan|\[)") if type_.module else ()
        ):
            found += (each.annotation for each in facts.definitions if each.parent < 0 and each.name == type_.name)
        return found[0] if len(found) == 1 else ""

    def has_package(self, module: str) -> bool:
        """Whether the source of a package is in sight."""
        return module in ("C", "unsafe") or bool(self._read(module))

    def lacks_package(self, module: str) -> bool:
        """Whether the module that a package would belong to is in the cache, and has no such package."""
        return any(self._is_there(folder) for folder, rest in self._cached(module) if rest)

    def lacks_library(self, module: str, version: tuple[int, int]) -> bool:
        """Whether the standard library is in sight, of that version of Go or a later one, and has no such package."""
        found = None
        if self._library:
            try:
                text = self._system.files.read(f"{self._library.removesuffix('/src')}/VERSION", _LARGEST_FILE)
            except OSError:
                return False
            found = re.match(rb"go(\d+)\.(\d+)", text)
        return found is not None and (int(found[1]), int(found[2])) >= version and not self.has_package(module)

    def is_interface(self, type_: GoType) -> bool:
        """Whether a type is seen to be an interface."""
        if not type_.module:
            return type_.name == "error"
        for facts in self._facts(type_.module, rf"\b{re.escape(type_.name)}\s+interface\b"):
            for each in facts.definitions:
                if each.parent < 0 and each.name == type_.name:
                    return each.kind is DefinitionKind.INTERFACE
        return False

    def _methods(self, type_: GoType, depth: int) -> Iterator[tuple[str, Definition]]:
        if not type_.module:
            if type_.name != "error":
                raise _Unknown
            yield "Error", _ERROR
            return
        declared = False
        name = re.escape(type_.name)
        pattern = rf"(?m)^func\s*\([^)\n]*\b{name}\b|\b{name}\s+(?:struct|interface)\b|^type\s+{name}\b"
        own: set[str] = set()
        for facts in self._facts(type_.module, pattern):
            for at, each in enumerate(facts.definitions):
                if each.parent >= 0 or each.name != type_.name:
                    continue
                members = [one for one in facts.definitions if one.parent == at]
                own.update(one.name for one in members)
                yield from ((one.name, one) for one in members if one.kind is DefinitionKind.METHOD)
                if each.kind is DefinitionKind.EXTENSION:
                    continue
                declared = True
                if each.alias or depth >= _DEEPEST:
                    raise _Unknown
                for base in each.bases:
                    inner = type_of(base, facts, type_.module)
                    if inner is None:
                        raise _Unknown
                    yield from ((name, one) for name, one in self._methods(inner, depth + 1) if name not in own)
        if not declared:
            raise _Unknown

    def _facts(self, module: str, pattern: str) -> Iterator[FileFacts]:
        """Facts of those files of a package in which a pattern occurs."""
        wanted = re.compile(pattern.encode())
        for source in self._read(module):
            if wanted.search(source):
                self._left -= len(source)
                if self._left < 0:
                    return
                yield _parsed(source)

    def _read(self, module: str) -> tuple[bytes, ...]:
        if module not in self._sources:
            found = (self._sources_in(folder) for folder in self._folders(module))
            self._sources[module] = next((each for each in found if each), ())
        return self._sources[module]

    def _folders(self, module: str) -> Iterator[str]:
        if ".." in module.split("/"):
            return
        yield f"{self._root}/vendor/{module}"
        if "." in module.partition("/")[0]:
            yield from (folder + rest for folder, rest in self._cached(module))
        elif self._library:
            yield f"{self._library}/{module}"

    def _cached(self, module: str) -> Iterator[tuple[str, str]]:
        """Folders of the modules in the cache that a package may belong to, each with the way to it from there."""
        required, parts = self._requirements(), module.split("/")
        for end in range(len(parts), 0, -1):
            path = "/".join(parts[:end])
            if path in required and self._cache:
                yield f"{self._cache}/{_escaped(path)}@{_escaped(required[path])}", "/".join(["", *parts[end:]])

    def _is_there(self, folder: str) -> bool:
        try:
            return bool(self._system.files.list(folder))
        except OSError:
            return False

    def _requirements(self) -> Mapping[str, str]:
        if self._required is None:
            try:
                text = self._system.files.read(f"{self._root}/go.mod", _LARGEST_FILE).decode("utf-8", "replace")
            except OSError:
                text = ""
            self._required = dict(_REQUIRED.findall(text))
        return self._required

    def _sources_in(self, folder: str) -> tuple[bytes, ...]:
        files = self._system.files
        try:
            names = sorted(entry.name for entry in files.list(folder))
            wanted = [name for name in names if name.endswith(".go") and not name.endswith("_test.go")]
            return tuple(files.read(f"{folder}/{name}", _LARGEST_FILE) for name in wanted[:_MOST_FILES])
        except OSError:
            return ()


def type_of(written: str, facts: FileFacts | PartialFacts, module: str) -> GoType | None:
    """The named type that a text means in a file of the package ``module``; ``None`` if it is no such type."""
    head, dot, name = written.strip().lstrip("*& ").partition("[")[0].rpartition(".")
    if not name.isidentifier():
        return None
    if not dot:
        return GoType(module="" if name in ("error", "any", "comparable") else module, name=name)
    for row in facts.imports:
        if any(each.alias == head for each in row.names):
            return GoType(module=row.module, name=name)
    return None


def _joined(rows: list[Definition]) -> GoFunction | None:
    lists = tuple(dict.fromkeys(each.parameters for each in rows if each.parameters is not None))
    return GoFunction(parameters=lists, result=rows[0].annotation) if lists and len(lists) <= len(rows) else None


@lru_cache(maxsize=128)
def _parsed(source: bytes) -> FileFacts:
    return parse(source, GO)


_ERROR = next(
    each for each in parse(b"package p\n\ntype E interface{ Error() string }\n", GO).definitions if each.name == "Error"
)


def _library(system: System) -> str:
    """The sources of the standard library, of the toolchain that the environment names; empty without one."""
    named = system.environment.get("GOROOT", "")
    found = [named] if named else []
    for folder in system.environment.get("PATH", "").split(":"):
        if folder.startswith("/"):
            try:
                if system.files.stat(f"{folder}/go").is_file:
                    found.append(system.files.real_path(f"{folder}/go").rpartition("/")[0].rpartition("/")[0])
            except OSError:
                continue
    for each in found:
        try:
            if system.files.list(f"{each}/src/builtin"):
                return f"{each}/src"
        except OSError:
            continue
    return ""


def _module_cache(system: System) -> str:
    environment = system.environment
    if environment.get("GOMODCACHE"):
        return environment["GOMODCACHE"]
    home = environment.get("HOME", "")
    path = environment.get("GOPATH", "").partition(":")[0] or (f"{home}/go" if home else "")
    return f"{path}/pkg/mod" if path else ""


def _escaped(path: str) -> str:
    """A module's path or version as the cache spells it: no capital letters ("Module cache", Go Modules Reference)."""
    return re.sub(r"[A-Z]", lambda match: "!" + match.group().lower(), path)
