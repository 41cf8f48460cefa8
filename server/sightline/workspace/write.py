"""Applies a change set to the disk: all of it or none of it, whatever happens on the way. For doors without an editor.

1. Every file is read and compared with what the changes were computed for; every path is resolved and confined.
2. What each file says before and after is written to a crash journal and flushed.
3. The new texts are written beside their files, then moved into place one after the other.
4. The journal is removed: from here on the change has happened.

An error or a cancellation before step 4 takes everything back; after a crash :func:`recover` does, because the caller
never heard that it worked. It finds nothing to do where step 4 was reached, or where all files had been moved already.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sightline.base.changes import ChangeSet
from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.workspace.crash_journal import (
    CrashJournal,
    Operation,
    journals_in,
    leftovers_in,
    read_journal,
    remove_leftovers,
    write_journal,
)
from sightline.workspace.write_plan import plan_operations

_LOCK_ATTEMPTS = 100
_SECONDS_BETWEEN_ATTEMPTS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What :func:`recover` did, as absolute real paths.

    ``taken_back`` files are again as they were before the interrupted change; ``left`` ones say something that neither
    side of the change said, because somebody edited them since: they were not touched, and the journal is kept beside
    the others under the name ``*.kept``.
    """

    taken_back: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class _Stopped(Exception):
    """The caller does not want it any more."""


async def apply_to_disk(system: System, changes: ChangeSet, journal_directory: str) -> None:
    """Writes ``changes`` to disk, all or nothing, in a thread.

    Modes of files, encodings, byte order marks and links stay; bytes that are not edited stay exactly as they are.
    Raises :class:`ChangeConflict` when a file is not what the changes were computed for or a new path is taken,
    :class:`PathOutsideRoot`, :class:`SourceUnavailable`, and :class:`SightlineError` of kind ``read_only``,
    ``not_writable``, ``not_encodable`` or ``busy``; after any of them nothing has changed. Cancelled, it takes back
    what it began.
    """
    release = await _lock(system, journal_directory)
    stopped = threading.Event()
    work = asyncio.ensure_future(asyncio.to_thread(_apply, system, changes, journal_directory, stopped.is_set))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        stopped.set()
        raise
    finally:
        await _finished(work)
        release()


def recover(system: System, journal_directory: str) -> Recovery:
    """Takes back what a crash left half done; to be called before anything else looks at the files.

    Does nothing while another process applies changes with the same directory. Raises :class:`SightlineError` of kind
    ``recovery_failed`` when a file cannot be restored; the journal stays for the next attempt.
    """
    try:
        if not (journals_in(system, journal_directory) or leftovers_in(system, journal_directory)):
            return Recovery()
        release = system.files.try_lock(_lock_path(journal_directory))
    except OSError as error:
        raise _unusable(journal_directory, error) from error
    if release is None:
        return Recovery()
    try:
        return _recover(system, journal_directory)
    finally:
        release()


async def _lock(system: System, directory: str) -> Callable[[], None]:
    for _ in range(_LOCK_ATTEMPTS):
        try:
            release = system.files.try_lock(_lock_path(directory))
        except OSError as error:
            raise _unusable(directory, error) from error
        if release is not None:
            return release
        await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)
    raise SightlineError(
        "Another Sightline is applying changes to this workspace.", hint="Try again when it is done.", kind="busy"
    )


def _lock_path(directory: str) -> str:
    return f"{directory.rstrip('/')}/apply.lock"


async def _finished(work: asyncio.Future[None]) -> None:
    """Waits for the thread, however often the waiting is cancelled: the lock is its own until it is done."""
    while not work.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({work})
    if not work.cancelled():
        work.exception()


def _apply(system: System, changes: ChangeSet, directory: str, stopped: Callable[[], bool]) -> None:
    _recover(system, directory)
    operations = plan_operations(system, changes)
    if not operations or stopped():
        return
    try:
        journal = write_journal(system, directory, operations)
    except OSError as error:
        raise _unusable(directory, error) from error
    try:
        _carry_out(system, journal, stopped)
        system.files.remove(journal.path)
    except _Stopped:
        _take_back(system, journal)
    except OSError as error:
        _take_back(system, journal)
        raise SightlineError(
            f"{error.filename or 'A file'} cannot be written: {error.strerror or error}. Nothing was changed.",
            hint="Give yourself the right to write there, or make room on the disk, and try again.",
            kind="not_writable",
        ) from error
    except BaseException:
        _take_back(system, journal)
        raise


def _carry_out(system: System, journal: CrashJournal, stopped: Callable[[], bool]) -> None:
    for operation in journal.operations:
        _raise_if(stopped)
        if operation.after is not None:
            system.files.write_new(operation.temporary, operation.after, mode=operation.mode)
    for operation in journal.operations:
        _raise_if(stopped)
        if operation.after is None:
            system.files.remove(operation.path)
    for operation in journal.operations:
        _raise_if(stopped)
        if operation.after is not None:
            system.files.rename(operation.temporary, operation.path)
    _raise_if(stopped)


def _raise_if(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise _Stopped


def _recover(system: System, directory: str) -> Recovery:
    taken_back: list[str] = []
    left: list[str] = []
    try:
        for leftover in leftovers_in(system, directory):
            system.files.remove(leftover)
        for path in journals_in(system, directory):
            journal = read_journal(system, path)
            if journal.is_reached(lambda file: _present(system, file)):
                remove_leftovers(system, journal)
                system.files.remove(path)
                continue
            done = _take_back(system, journal)
            taken_back += done.taken_back
            left += done.left
    except OSError as error:
        raise _unusable(directory, error) from error
    return Recovery(taken_back=tuple(taken_back), left=tuple(left))


def _take_back(system: System, journal: CrashJournal) -> Recovery:
    """Restores every file of the journal and removes the journal.

    A file that says neither what it said before nor what it was to say is not touched.
    """
    taken_back: list[str] = []
    left: list[str] = []
    try:
        remove_leftovers(system, journal)
        for operation in journal.operations:
            now = _present(system, operation.path)
            if now not in (operation.before, operation.after):
                left.append(operation.path)
            elif now != operation.before:
                _restore(system, operation)
                taken_back.append(operation.path)
        for folder in reversed(journal.new_folders):
            with contextlib.suppress(OSError):  # not empty: somebody uses it by now
                system.files.remove_folder(folder)
        if left:
            system.files.rename(journal.path, f"{journal.path}.kept")
        else:
            system.files.remove(journal.path)
    except OSError as error:
        raise SightlineError(
            f"An interrupted change could not be taken back: {error.filename or ''} {error.strerror or error}.",
            hint=f"Make the file writable and run any command again; {journal.path} holds what it said before.",
            kind="recovery_failed",
        ) from error
    return Recovery(taken_back=tuple(taken_back), left=tuple(left))


def _restore(system: System, operation: Operation) -> None:
    if operation.before is None:
        system.files.remove(operation.path)
    else:
        system.files.write(operation.path, operation.before, mode=operation.mode_before)


def _present(system: System, path: str) -> bytes | None:
    try:
        return system.files.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _unusable(directory: str, error: OSError) -> SightlineError:
    return SightlineError(
        f"{directory} cannot be used: {error.strerror or error}.",
        hint="Set SIGHTLINE_CACHE_DIR to a folder that can be written.",
        kind="not_writable",
    )
