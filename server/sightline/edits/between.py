"""The change set that leads from one snapshot to a fork of it, in small hunks.

A file that left one path and appeared unchanged at another is a rename; anything else is an edit, a create or a delete.
"""

from __future__ import annotations

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.edits.line_diff import minimal_edits
from sightline.workspace.files import WorkspaceView


def changes_between(before: WorkspaceView, after: WorkspaceView) -> ChangeSet:
    """What turns ``before`` into ``after``. ``after`` must descend from ``before`` by :meth:`WorkspaceView.fork`."""
    old: dict[WorkspacePath, Text] = {}
    new: dict[WorkspacePath, Text] = {}
    for path, file in after.overlay.items():
        if path in before.overlay and before.overlay[path] is file:
            continue
        if before.exists(path):
            old[path] = before.read(path).text
        if file is not None:
            new[path] = file.text
    gone = {path: text for path, text in old.items() if path not in new}
    come = {path: text for path, text in new.items() if path not in old}
    renames = _renames(gone, come)
    moved_from = {rename.old for rename in renames}
    moved_to = {rename.new for rename in renames}
    edits = tuple(
        FileEdit(path=path, edits=minimal_edits(text, new[path]))
        for path, text in old.items()
        if path in new and new[path] != text
    )
    deletes = tuple(sorted(path for path in gone if path not in moved_from))
    touched = {*(edit.path for edit in edits), *deletes, *moved_from}
    return ChangeSet(
        base={path: old[path].digest for path in sorted(touched)},
        edits=tuple(sorted(edits, key=lambda edit: edit.path)),
        creates=tuple(FileCreate(path=path, text=text) for path, text in sorted(come.items()) if path not in moved_to),
        deletes=deletes,
        renames=renames,
    )


def _renames(gone: dict[WorkspacePath, Text], come: dict[WorkspacePath, Text]) -> tuple[FileRename, ...]:
    by_text = {text: path for path, text in sorted(gone.items(), reverse=True) if text.data}
    renames: list[FileRename] = []
    for path, text in sorted(come.items()):
        origin = by_text.pop(text, None)
        if origin is not None:
            renames.append(FileRename(old=origin, new=path))
    return tuple(renames)
