"""Turns uses into places: line, column, kind of edge, enclosing definition."""

from __future__ import annotations

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import PositionEncoding
from sightline.graph.answers import Confidence, EdgeKind, Place
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import FileIndex
from sightline.workspace.files import MAXIMUM_FILE_SIZE, WorkspaceView

_KINDS = {
    ReferenceKind.CALL: EdgeKind.CALL,
    ReferenceKind.READ: EdgeKind.READ,
    ReferenceKind.WRITE: EdgeKind.WRITE,
    ReferenceKind.INHERIT: EdgeKind.INHERIT,
    ReferenceKind.DECORATE: EdgeKind.DECORATE,
    ReferenceKind.TYPE: EdgeKind.TYPE,
    ReferenceKind.IMPORT: EdgeKind.IMPORT,
    ReferenceKind.STRING: EdgeKind.READ,
    ReferenceKind.KEYWORD: EdgeKind.WRITE,
}


def place_of(
    workspace: WorkspaceView, path: WorkspacePath, index: FileIndex, reference: Reference, confidence: Confidence
) -> Place:
    """The place of a reference, in one-based lines and characters."""
    start = reference.span.start
    column = index.column_of(start)
    if column is None:
        column = _characters(workspace, path, index, start)
    return Place(
        path=path,
        line=index.line_of(start) + 1,
        column=column + 1,
        reference=reference,
        kind=_kind(path, index, reference),
        confidence=confidence,
        enclosing=index.qualified_name(reference.enclosing),
    )


def _characters(workspace: WorkspaceView, path: WorkspacePath, index: FileIndex, offset: int) -> int:
    """Characters before ``offset`` in its line; bytes when the text on disk is no longer the one of the facts."""
    bytes_before = offset - index.line_starts[index.line_of(offset)]
    try:
        source = workspace.read(path)
    except SightlineError:
        return bytes_before
    if source.digest != index.digest:
        return bytes_before
    return source.text.position(offset, PositionEncoding.UTF32).character


def _kind(path: WorkspacePath, index: FileIndex, reference: Reference) -> EdgeKind:
    if reference.kind is ReferenceKind.READ and reference.receiver:
        return EdgeKind.ATTRIBUTE
    if reference.kind is not ReferenceKind.IMPORT:
        return _KINDS[reference.kind]
    # A package's __init__ imports in order to pass on, and so does whoever lists the name in __all__.
    passes_on = path.name in ("__init__.py", "__init__.pyi") and reference.enclosing < 0
    listed = index.listed
    if passes_on or (listed is not None and reference.name in listed) or _is_reexport(index, reference):
        return EdgeKind.REEXPORT
    return EdgeKind.IMPORT


def _is_reexport(index: FileIndex, reference: Reference) -> bool:
    return any(row.reexport and row.start <= reference.span.start < row.end for row in index.imports)


def mentions(workspace: WorkspaceView, path: WorkspacePath, name: str) -> bool:
    """Whether a file without facts may use ``name``: its bytes hold it, or they cannot all be looked at."""
    try:
        if path in workspace.overlay:
            return name.encode("utf-8", "replace") in workspace.read(path).text.data
        data = workspace.system.files.read(path.absolute, MAXIMUM_FILE_SIZE + 1)
    except (OSError, SightlineError):
        return True
    return len(data) > MAXIMUM_FILE_SIZE or name.encode("utf-8", "replace") in data
