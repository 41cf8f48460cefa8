"""From an import to the files it leads to, by the rules in ``languages/``; the edges of a file.

The rules name candidate paths; this file looks which of them the workspace has, and remembers all that were asked for,
so that a file that appears or goes re-resolves exactly those that wanted it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import EdgeKind
from sightline.graph.index import FileIndex
from sightline.graph.meanings import Rank
from sightline.graph.raw_facts import ImportRow
from sightline.graph.segments import FileEdge, FileEdges, path_key
from sightline.graph.state import FileTable
from sightline.workspace.files import WorkspaceView

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


@dataclass(frozen=True, slots=True)
class Layouts:
    """Where modules are looked for, by root."""

    roots: tuple[str, ...]

    def after(self, workspace: WorkspaceView, touched: Collection[WorkspacePath]) -> Layouts:  # noqa: ARG002  layouts come with languages/resolver.py
        """The layouts of ``workspace``; the same object when nothing that shapes them was touched."""
        return self


def build_layouts(workspace: WorkspaceView) -> Layouts:
    """The layouts of a workspace."""
    return Layouts(workspace.roots)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Files an import leads to, and every path whose appearance or end would change that."""

    targets: tuple[WorkspacePath, ...]
    wanted: tuple[WorkspacePath, ...]


def resolve(layouts: Layouts, workspace: WorkspaceView, importer: WorkspacePath, row: ImportRow) -> Resolution:  # noqa: ARG001  layouts come with languages/resolver.py
    """The files that an import statement leads to."""
    targets: dict[WorkspacePath, None] = {}
    wanted: dict[WorkspacePath, None] = {}
    groups = [_module_candidates(importer, row.module, row.level)]
    for name in row.names:
        if name[0] and name[0] != "*":
            inner = f"{row.module}.{name[0]}" if row.module else name[0]
            groups.append(_module_candidates(importer, inner, row.level))
    for group in groups:
        for path in group:
            wanted[path] = None
            if workspace.exists(path):
                targets[path] = None
                break
    return Resolution(tuple(targets), tuple(wanted))


def module_path(
    layouts: Layouts,  # noqa: ARG001  layouts come with languages/resolver.py
    workspace: WorkspaceView,
    importer: WorkspacePath,
    module: str,
    level: int,
) -> WorkspacePath | None:
    """The file of a module as ``importer`` names it."""
    return next((path for path in _module_candidates(importer, module, level) if workspace.exists(path)), None)


def _module_candidates(importer: WorkspacePath, module: str, level: int) -> list[WorkspacePath]:
    folder = importer.relative.split("/")[:-1]
    if level:
        if level - 1 > len(folder):
            return []
        bases = ["/".join(folder[: len(folder) - level + 1])]
    else:
        bases = ["", "src"]
    rest = module.replace(".", "/")
    found: list[WorkspacePath] = []
    for base in bases:
        stem = "/".join(part for part in (base, rest) if part)
        names = [f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi"] if rest else [f"{stem}/__init__.py".lstrip("/")]
        found += [WorkspacePath(importer.root, name) for name in names]
    return found


def edges_of(
    layouts: Layouts,
    workspace: WorkspaceView,
    table: FileTable,
    file: int,
    rows: Iterable[ImportRow],
    lines: FileIndex,
) -> FileEdges:
    """The resolved imports of one file: one edge per target and statement, never to itself."""
    importer = table.path_of(file)
    edges: dict[tuple[int, int], FileEdge] = {}
    wanted: dict[int, None] = {}
    for row in rows:
        resolution = resolve(layouts, workspace, importer, row)
        wanted.update((path_key(path), None) for path in resolution.wanted)
        for path in resolution.targets:
            target = table.id_of(path)
            if target is None or target == file:
                continue
            line = lines.line_of(row.start)
            kind = EdgeKind.REEXPORT if row.reexport else EdgeKind.IMPORT
            rank = Rank.INFERRED if row.dynamic else Rank.EXACT
            edges.setdefault((target, line), FileEdge(target, line, edge_code(kind, rank)))
    return FileEdges(tuple(edges.values()), tuple(wanted))
