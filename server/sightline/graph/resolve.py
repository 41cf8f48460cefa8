"""From an import to the files it leads to, by the rules in ``languages/``; the edges of a file.

The rules name candidate paths; this file looks which of them the graph has, and remembers all that were asked for, so
that a file that appears or goes re-resolves exactly those that wanted it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import EdgeKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.layouts import Layouts, top_key
from sightline.graph.meanings import Rank
from sightline.graph.raw_facts import ImportRow
from sightline.graph.segments import FileEdge, FileEdges, path_key
from sightline.graph.state import GraphState
from sightline.languages.python_imports import own_root
from sightline.languages.registry import language_of
from sightline.languages.resolver import ImportRequest, candidates

_REEXPORT = 4


def edge_code(kind: EdgeKind, rank: Rank) -> int:
    """Kind and rank of an edge in one small number."""
    return (_REEXPORT if kind is EdgeKind.REEXPORT else 0) + rank


def edge_kind(code: int) -> EdgeKind:
    """The kind in an edge's code."""
    return EdgeKind.REEXPORT if code & _REEXPORT else EdgeKind.IMPORT


def edge_rank(code: int) -> Rank:
    """The rank in an edge's code."""
    return Rank(code & 3)


class ModuleFile(NamedTuple):
    """The file behind a module as one folder names it, or -1, and the keys of all paths that were asked for."""

    file: int
    wanted: tuple[int, ...]


class Importer(NamedTuple):
    """What of a file's path decides where its imports lead: files for which it is equal share answers.

    ``base`` is where absolute imports start from: the own root of a Python file, the folder of any other.
    ``sample`` is a path in that folder.
    """

    root: str
    folder: str
    base: str
    sample: str
    is_python: bool


class Resolver:
    """Resolves imports against one state. Answers are remembered, so one object serves many files of it."""

    __slots__ = ("_bound", "_importers", "_layouts", "_modules", "_state")

    def __init__(self, state: GraphState, layouts: Layouts) -> None:
        self._state = state
        self._layouts = layouts
        self._importers: dict[tuple[str, str, str], Importer] = {}
        self._modules: dict[tuple[str, str, bool, str, int], ModuleFile] = {}
        self._bound: dict[int, frozenset[str]] = {}

    def importer(self, path: WorkspacePath) -> Importer:
        """What of a file's path matters to where its imports lead."""
        folder, _, name = path.relative.rpartition("/")
        extension = name[name.rfind(".") :]
        key = (path.root, folder, extension)
        found = self._importers.get(key)
        if found is None:
            found = self._importers[key] = self._importer(path, folder)
        return found

    def module(self, importer: Importer, module: str, level: int) -> ModuleFile:
        """The file of a module as ``importer`` names it."""
        key = (importer.root, importer.folder if level else importer.base, importer.is_python, module, level)
        found = self._modules.get(key)
        if found is None:
            found = self._modules[key] = self._find(importer, module, level)
        return found

    def edges(self, file: int, index: FileIndex) -> FileEdges:
        """The resolved imports of one file: one edge per target and statement, never to itself."""
        path = self._state.table.path_of(file)
        importer = self.importer(path)
        edges: dict[tuple[int, int], FileEdge] = {}
        wanted: dict[int, None] = {}
        for row, line in zip(index.imports, index.import_lines, strict=True):
            code = edge_code(_kind(path, row), Rank.INFERRED if row.dynamic else Rank.EXACT)
            for target in self.targets(importer, row, wanted):
                if target != file:
                    edges.setdefault((target, line), FileEdge(target, line, code))
        return FileEdges(tuple(edges.values()), tuple(wanted))

    def targets(self, importer: Importer, row: ImportRow, wanted: dict[int, None]) -> Sequence[int]:
        """The files that an import statement leads to; keys of what was looked for go into ``wanted``.

        ``from package import name`` leads to the submodule where there is one, and to the package's own file for
        every name that is none or that the package binds as well.
        """
        module = self.module(importer, row.module, row.level)
        wanted.update(dict.fromkeys(module.wanted))
        names = [name[0] for name in row.names if name[0] not in ("", "*")]
        needs_own = len(names) < len(row.names) or not row.names
        # Only a package, with or without a file of its own, has submodules.
        if module.file >= 0 and not self.is_package(module.file):
            return (module.file,)
        found: list[int] = []
        for name in names:
            inner = self.module(importer, f"{row.module}.{name}" if row.module else name, row.level)
            wanted.update(dict.fromkeys(inner.wanted))
            if inner.file >= 0:
                found.append(inner.file)
            if inner.file < 0 or self._binds(module.file, name):
                needs_own = True
        return (module.file, *found) if needs_own and module.file >= 0 else found

    def is_package(self, file: int) -> bool:
        """Whether the file stands for its folder."""
        return is_package(self._state.table.path_of(file))

    def _importer(self, path: WorkspacePath, folder: str) -> Importer:
        language = language_of(path)
        is_python = language is not None and language.extractor == "python"
        base = own_root(path.relative, self._layouts.of(path.root).python) if is_python else folder
        return Importer(path.root, folder, base, path.relative, is_python)

    def _find(self, importer: Importer, module: str, level: int) -> ModuleFile:
        layout = self._layouts.of(importer.root)
        root = importer.root
        find, exists = self._state.table.find, self._state.exists
        target = -1
        wanted: list[int] = []
        for candidate in candidates(importer.sample, ImportRequest(module=module, level=level), layout):
            for relative in candidate.paths:
                wanted.append(path_key(root, relative))
                file = find(root, relative)
                if file is not None and exists(file):
                    target = file
                    break
        if importer.is_python and not level:
            wanted.append(top_key(root, module.partition(".")[0]))
        return ModuleFile(target, tuple(wanted))

    def _binds(self, package: int, name: str) -> bool:
        if package < 0:
            return False
        if package not in self._bound:
            self._bound[package] = bound_names(self._state, package)
        return name in self._bound[package]


def is_package(path: WorkspacePath) -> bool:
    """Whether a file stands for its folder."""
    return path.name in ("__init__.py", "__init__.pyi")


def bound_names(state: GraphState, file: int) -> frozenset[str]:
    """Names that a module's own statements bind, star imports left out."""
    index = state.index(file)
    if index is None:
        return frozenset()
    return frozenset((*index.scopes.get(MODULE, ()), *index.imported.get(MODULE, ())))


def _kind(importer: WorkspacePath, row: ImportRow) -> EdgeKind:
    passes_on = row.reexport or (is_package(importer) and row.enclosing == MODULE and any(n[0] for n in row.names))
    return EdgeKind.REEXPORT if passes_on else EdgeKind.IMPORT
