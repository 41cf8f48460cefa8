"""What takes back an edit that landed in part: for each file, only where it holds exactly what the edit left there.

An editor may apply text, moves, deletions and new files one after the other and fail in between, so a file can also be
half-way: edited and not yet moved, or made and still empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import SightlineError
from sightline.base.merge import line_edits
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.engine.prepared import FileAfter, PreparedEdit, files_of
from sightline.workspace.encodings import SELF_EVIDENT
from sightline.workspace.files import WorkspaceView

Same = Callable[[Text | None, Text | None], bool]


@dataclass(slots=True)
class Rollback:
    """``edit`` takes back ``files``; ``left`` hold neither what they held before nor what the edit left there."""

    edit: PreparedEdit
    files: tuple[WorkspacePath, ...]
    left: tuple[WorkspacePath, ...]


@dataclass(slots=True)
class _Parts:
    base: dict[WorkspacePath, str] = field(default_factory=dict[WorkspacePath, str])
    edits: list[FileEdit] = field(default_factory=list[FileEdit])
    creates: list[FileCreate] = field(default_factory=list[FileCreate])
    deletes: list[WorkspacePath] = field(default_factory=list[WorkspacePath])
    renames: list[FileRename] = field(default_factory=list[FileRename])


def rollback_of(prepared: PreparedEdit, view: WorkspaceView, same: Same) -> Rollback:
    """The way back from what landed of ``prepared``; ``same`` compares texts as the editor keeps them."""
    parts, files, left = _Parts(), list[WorkspacePath](), list[WorkspacePath]()
    for file in prepared.files:
        now, moved_from = _text(view, file.path), _text(view, file.old) if file.old is not None else None
        if same(now, None if file.old is not None else file.before) and same(
            moved_from, file.before if file.old is not None else None
        ):
            continue
        if _take_back(file, now, moved_from, parts, same):
            files.append(file.path)
        else:
            left.append(file.path)
    changes = ChangeSet(
        base=parts.base,
        edits=tuple(parts.edits),
        creates=tuple(parts.creates),
        deletes=tuple(parts.deletes),
        renames=tuple(parts.renames),
    )
    edit = PreparedEdit(
        turn=f"rollback-{prepared.turn}",
        label=f"Take back {prepared.label}",
        changes=changes,
        files=files_of(changes, view),
        rebased=False,
    )
    return Rollback(edit, tuple(files), tuple(left))


def _take_back(file: FileAfter, now: Text | None, moved_from: Text | None, parts: _Parts, same: Same) -> bool:
    """Adds what takes one file back; ``False`` if it holds something else than the edit left there."""
    match file.kind:
        case "create" if now is not None and (same(now, file.after) or not now.data):
            parts.base[file.path] = now.digest
            parts.deletes.append(file.path)
        case "delete" if now is None and file.before is not None and file.encoding in SELF_EVIDENT:
            parts.creates.append(FileCreate(path=file.path, text=file.before))
        case "edit" if now is not None and same(now, file.after):
            _restore(file.path, now, file.before, parts)
        case "rename" if (
            file.old is not None and now is None and moved_from is not None and same(moved_from, file.after)
        ):
            _restore(file.old, moved_from, file.before, parts)
        case "rename" if file.old is not None and now is not None and moved_from is None:
            if not (same(now, file.after) or same(now, file.before)):
                return False
            parts.renames.append(FileRename(old=file.path, new=file.old))
            _restore(file.path, now, file.before, parts)
        case _:
            return False
    return True


def _restore(path: WorkspacePath, now: Text, before: Text | None, parts: _Parts) -> None:
    assert before is not None, f"{path} was there before the edit"
    parts.base[path] = now.digest
    if edits := line_edits(now, before):
        parts.edits.append(FileEdit(path=path, edits=edits))


def _text(view: WorkspaceView, path: WorkspacePath) -> Text | None:
    try:
        return view.read(path).text
    except SightlineError:
        return None
