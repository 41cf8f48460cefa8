"""From one state to the next: changed files go over the old ones, and every import that could mean something else now
is resolved again. Nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.graph.facts_blob import guarded_rows
from sightline.graph.index import FileIndex
from sightline.graph.raw_facts import ImportRow
from sightline.graph.resolve import Layouts, edges_of
from sightline.graph.segments import NO_EDGES
from sightline.graph.state import FileTable, GraphState, HotFile
from sightline.languages.registry import language_of
from sightline.workspace.files import SourceFile, WorkspaceView

#: Changed files by id: facts without edges, or ``None`` for a file that is gone.
Changes = Mapping[int, HotFile | None]


def parsed_changes(
    workspace: WorkspaceView, table: FileTable, paths: Iterable[WorkspacePath]
) -> dict[int, HotFile | None]:
    """Hot files for ``paths`` as they are in ``workspace``, parsed here; files of unknown languages are left out."""
    changes: dict[int, HotFile | None] = {}
    for path in paths:
        if language_of(path) is not None:
            changes[table.add(path)] = _changed(workspace, path)
    return changes


def _changed(workspace: WorkspaceView, path: WorkspacePath) -> HotFile | None:
    if not belongs(workspace, path):
        return None
    if path not in workspace.overlay and path in workspace.skipped:
        return HotFile(None, NO_EDGES, reason=workspace.skipped[path])
    try:
        return hot_file(workspace.read(path))
    except SightlineError as error:
        return HotFile(None, NO_EDGES, reason=error.kind)


def belongs(workspace: WorkspaceView, path: WorkspacePath) -> bool:
    """Whether a file is part of the graph: of a known language, there, and not an open buffer of an ignored file."""
    if language_of(path) is None or not workspace.exists(path):
        return False
    return path in workspace.known or path in workspace.skipped or not workspace.rules.is_ignored(path)


def hot_file(source: SourceFile) -> HotFile:
    """Facts of a text, parsed in this process; its imports are not resolved yet."""
    language = language_of(source.path)
    assert language is not None, "only files of known languages are parsed"
    rows, reason = guarded_rows(source, language)
    return HotFile(FileIndex(rows, source.text) if rows is not None else None, NO_EDGES, reason=reason)


def advance(
    state: GraphState,
    layouts: Layouts,
    workspace: WorkspaceView,
    changes: Changes,
    touched: Collection[WorkspacePath],
) -> Generator[None, None, tuple[GraphState, Layouts]]:
    """``state`` with ``changes`` over it, as ``workspace`` is now; a generator, see ``slices.py``.

    ``touched`` are all paths whose text or existence changed, files of no language (``tsconfig.json``) included.
    """
    after = state.with_hot(changes)
    next_layouts = layouts.after(workspace, touched)
    if next_layouts is not layouts:
        affected: Iterable[int] = list(after.files())
    else:
        affected = _affected(state, after, changes, touched)
    resolved: dict[int, HotFile | None] = {}
    for file in affected:
        resolved[file] = _resolved(after, next_layouts, workspace, file)
        yield
    return after.with_hot(resolved), next_layouts


def _affected(before: GraphState, after: GraphState, changes: Changes, touched: Collection[WorkspacePath]) -> list[int]:
    """Changed files, and those whose imports look for a path that appeared or went."""
    files = {file for file, hot in changes.items() if hot is not None}
    for path in touched:
        file = after.table.id_of(path)
        if file is None or before.exists(file) != after.exists(file):
            files.update(after.wanting(path))
    return sorted(files)


def _resolved(state: GraphState, layouts: Layouts, workspace: WorkspaceView, file: int) -> HotFile:
    hot = state.hot.get(file)
    packed = state.packed(file) if hot is None or hot.index is None else None
    rows: tuple[ImportRow, ...] = ()
    if hot is not None and hot.index is not None:
        rows = hot.index.imports
    elif packed is not None:
        rows = packed.imports
    index = hot.index if hot is not None else None
    lines = index if index is not None else (FileIndex(packed) if packed is not None else None)
    edges = edges_of(layouts, workspace, state.table, file, rows, lines) if rows and lines else NO_EDGES
    return HotFile(index, edges, packed=packed, reason=state.reason(file))
