"""The crash journal of ``write.py``: what every file of one change says before and after, in one file.

It is written as a whole and flushed before the first file changes, so it is there entirely or not at all.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sightline.base.errors import SightlineError
from sightline.base.system import TEMPORARY_PREFIX, System
from sightline.base.text import digest_of

_SUFFIX = ".journal"
_FORMAT = 1
#: As ``tempfile.mkstemp`` names what ``FileSystem.write`` leaves behind when its process is killed.
_LEFTOVER = re.compile(re.escape(TEMPORARY_PREFIX) + r"[a-z0-9_]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One file of a change by its absolute real path. ``before``/``after`` are ``None`` where there is no file.

    ``mode`` is what the file gets, ``None`` for the user's default; ``mode_before`` what it had. ``temporary`` is where
    ``after`` is written first.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None
    mode_before: int | None
    temporary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashJournal:
    """One change in the works. ``new_folders`` are folders it makes, outer ones first."""

    path: str
    operations: tuple[Operation, ...]
    new_folders: tuple[str, ...]

    def is_reached(self, present: Callable[[str], bytes | None]) -> bool:
        """Whether every file says what it was to say."""
        return all(present(operation.path) == operation.after for operation in self.operations)


def write_journal(system: System, directory: str, operations: tuple[Operation, ...]) -> CrashJournal:
    """Writes and flushes the journal. Raises ``OSError``."""
    folders = _missing_folders(system, operations)
    fields = [
        {
            "path": operation.path,
            "before": _as_text(operation.before),
            "after": _as_text(operation.after),
            "mode": operation.mode,
            "mode_before": operation.mode_before,
            "temporary": operation.temporary,
        }
        for operation in operations
    ]
    data = json.dumps({"format": _FORMAT, "operations": fields, "new_folders": folders}).encode()
    path = f"{directory.rstrip('/')}/{digest_of(data)}{_SUFFIX}"
    system.files.write(path, data, mode=0o600)
    return CrashJournal(path=path, operations=operations, new_folders=folders)


def read_journal(system: System, path: str) -> CrashJournal:
    """A journal from disk. Raises ``OSError``, and :class:`SightlineError` for one that this release cannot read."""
    data = system.files.read(path)
    try:
        content: Any = json.loads(data)
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        operations = tuple(_operation(fields) for fields in content["operations"])
        folders = tuple(content["new_folders"])
    except (ValueError, TypeError, KeyError) as error:
        raise SightlineError(
            f"The journal of an interrupted change cannot be read: {path} ({error}).",
            hint="Upgrade Sightline, or look at your files and move the journal away.",
            kind="recovery_failed",
        ) from error
    return CrashJournal(path=path, operations=operations, new_folders=folders)


def journals_in(system: System, directory: str) -> tuple[str, ...]:
    """Paths of the journals in ``directory``, sorted; none when there is no such folder."""
    return tuple(path for path in _files_in(system, directory) if path.endswith(_SUFFIX))


def leftovers_in(system: System, directory: str) -> tuple[str, ...]:
    """Temporary files in ``directory`` that a killed process left behind, sorted."""
    return tuple(path for path in _files_in(system, directory) if _LEFTOVER.fullmatch(path.rpartition("/")[2]))


def remove_leftovers(system: System, journal: CrashJournal) -> None:
    """Removes what a killed process left beside the files of a journal."""
    for operation in journal.operations:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            system.files.remove(operation.temporary)
    for folder in sorted({operation.path.rpartition("/")[0] for operation in journal.operations}):
        for leftover in leftovers_in(system, folder or "/"):
            system.files.remove(leftover)


def _files_in(system: System, directory: str) -> list[str]:
    try:
        entries = system.files.list(directory)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(f"{directory.rstrip('/')}/{entry.name}" for entry in entries if entry.is_file)


def _missing_folders(system: System, operations: tuple[Operation, ...]) -> tuple[str, ...]:
    missing: set[str] = set()
    for operation in operations:
        folder = operation.path.rpartition("/")[0]
        while operation.after is not None and folder and folder not in missing and not _exists(system, folder):
            missing.add(folder)
            folder = folder.rpartition("/")[0]
    return tuple(sorted(missing, key=len))


def _exists(system: System, path: str) -> bool:
    try:
        system.files.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _as_text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _as_bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def _operation(fields: dict[str, Any]) -> Operation:
    before, after = _as_bytes(fields.pop("before")), _as_bytes(fields.pop("after"))
    return Operation(before=before, after=after, **fields)
