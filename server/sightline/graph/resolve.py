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


_NOWHERE = ModuleFile(-1, ())


class Resolver:
    """Resolves imports against one state. Answers are remembered, so one object serves many files of it."""

    __slots__ = ("_bound", "_layouts", "_modules", "_state")

    def __init__(self, state: GraphState, layouts: Layouts) -> None:
        self._state = state
        self._layouts = layouts
        self._modules: dict[tuple[str, str, str, str, int], ModuleFile] = {}
        self._bound: dict[int, frozenset[str]] = {}

    def module(self, importer: WorkspacePath, module: str, level: int) -> ModuleFile:
        """The file of a module as ``importer`` names it."""
        language = language_of(importer)
        if language is None:
            return _NOWHERE
        folder = importer.relative.rpartition("/")[0]
        key = (importer.root, folder, language.extractor, module, level)
        found = self._modules.get(key)
        if found is None:
            found = self._modules[key] = self._find(importer, module, level)
        return found

    def edges(self, file: int, index: FileIndex) -> FileEdges:
        """The resolved imports of one file: one edge per target and statement, never to itself."""
        importer = self._state.table.path_of(file)
        edges: dict[tuple[int, int], FileEdge] = {}
        wanted: dict[int, None] = {}
        for row in index.imports:
            line = index.line_of(row.start)
            code = edge_code(_kind(importer, row), Rank.INFERRED if row.dynamic else Rank.EXACT)
            for target in self.targets(importer, row, wanted):
                if target != file:
                    edges.setdefault((target, line), FileEdge(target, line, code))
        return FileEdges(tuple(edges.values()), tuple(wanted))

    def targets(self, importer: WorkspacePath, row: ImportRow, wanted: dict[int, None]) -> Sequence[int]:
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

    def _find(self, importer: WorkspacePath, module: str, level: int) -> ModuleFile:
        layout = self._layouts.of(importer.root)
        root = importer.root
        table, state = self._state.table, self._state
        target = -1
        wanted: list[int] = []
        for candidate in candidates(importer.relative, ImportRequest(module=module, level=level), layout):
            for relative in candidate.paths:
                wanted.append(path_key(root, relative))
                file = table.find(root, relative)
                if file is not None and state.exists(file):
                    target = file
                    break
        if not level and importer.suffix in (".py", ".pyi"):
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
