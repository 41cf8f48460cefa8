"""What applying a change set to the disk means, file by file; refuses before anything is written.

Reads the disk and writes nothing. A moved file is written in its new place and removed in its old one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.changes import ChangeSet
from sightline.base.errors import ChangeConflict, SightlineError, SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.system import TEMPORARY_PREFIX, System
from sightline.base.text import Text, digest_of
from sightline.workspace.crash_journal import Operation
from sightline.workspace.files import MAXIMUM_FILE_SIZE, SourceFile, decode_source, resolve_inside, rewritten

_WRITABLE = 0o222


@dataclass(frozen=True, slots=True, kw_only=True)
class _Present:
    """A file as it is on disk, under its real path."""

    real: str
    data: bytes
    file: SourceFile
    mode: int


def plan_operations(system: System, changes: ChangeSet) -> tuple[Operation, ...]:
    """The operations that apply ``changes``, one for each file that will be another.

    Raises as :func:`sightline.workspace.write.apply_to_disk`.
    """
    present = _read_all(system, changes)
    sources = {rename.new: rename.old for rename in changes.renames}
    after = changes.texts_after(lambda path: present[path].file.text)
    operations: dict[str, Operation] = {}
    for path, text in sorted(after.items()):
        here = present.get(path)
        origin = present.get(sources.get(path, path))
        real = here.real if here else _free_place(system, path)
        if real in operations:
            raise _conflict(path, "is the same file as another one of the change")
        operations[real] = Operation(
            path=real,
            before=here.data if here else None,
            after=None if text is None else _bytes_after(path, text, origin),
            mode=origin.mode if origin else None,
            mode_before=here.mode if here else None,
            temporary=f"{real.rpartition('/')[0]}/{TEMPORARY_PREFIX}{digest_of(real.encode())[:12]}",
        )
    return tuple(operation for operation in operations.values() if operation.before != operation.after)


def _bytes_after(path: WorkspacePath, text: Text, origin: _Present | None) -> bytes:
    """What ``path`` will hold. A text that stays keeps its bytes, in whatever encoding they are."""
    if origin is not None and text == origin.file.text:
        return origin.data
    return rewritten(origin.file if origin else None, path, text).bytes_on_disk


def _read_all(system: System, changes: ChangeSet) -> dict[WorkspacePath, _Present]:
    """Every file that exists before the change, checked to be what the change was computed for."""
    present: dict[WorkspacePath, _Present] = {}
    different: list[str] = []
    for path in changes.paths_before:
        found = _read(system, path)
        if found is None or found.file.digest != changes.base[path]:
            different.append(str(path))
        else:
            present[path] = found
    if different:
        raise ChangeConflict(
            f"Changed or gone since the edit was computed: {', '.join(different)}.",
            hint="Ask for the edit again.",
            paths=tuple(different),
        )
    for path in (*changes.deletes, *(rename.old for rename in changes.renames)):
        if system.files.stat(path.absolute, follow=False).is_link:
            raise _conflict(path, "is a link, which is neither moved nor deleted")
    for path, found in present.items():
        if not found.mode & _WRITABLE:
            raise SightlineError(
                f"{path} is read-only. Nothing was changed.", hint="Make it writable and try again.", kind="read_only"
            )
    return present


def _read(system: System, path: WorkspacePath) -> _Present | None:
    """A file as it is; ``None`` where there is none."""
    try:
        real = resolve_inside(system, path)
        stat = system.files.stat(real)
        if not stat.is_file:
            raise SourceUnavailable(f"{path} is not a regular file.")
        data = system.files.read(real, MAXIMUM_FILE_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceUnavailable(f"{path} cannot be read: {reason}. Nothing was changed.") from error
    return _Present(real=real, data=data, file=decode_source(path, data), mode=stat.mode)


def _free_place(system: System, path: WorkspacePath) -> str:
    """The real path of a file that is to be made. Raises :class:`ChangeConflict` when something is there, or a link."""
    try:
        real = resolve_inside(system, path)
        if not _is_there(system, path.absolute):
            return real
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SightlineError(
            f"{path} cannot be made: {reason}. Nothing was changed.",
            hint="Name another file, or give yourself the right to write there.",
            kind="not_writable",
        ) from error
    raise _conflict(path, "exists already")


def _is_there(system: System, path: str) -> bool:
    try:
        system.files.stat(path, follow=False)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _conflict(path: WorkspacePath, reason: str) -> ChangeConflict:
    return ChangeConflict(f"{path} {reason}. Nothing was changed.", hint="Ask for the edit again.", paths=(str(path),))
