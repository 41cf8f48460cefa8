"""A folder of ours for programs that read files and cannot be handed texts: a copy of what they need.

Proposed texts are written into it, other files are copied with shared blocks or plainly, never as hard links: a
program that writes in place would hit the user's file. It is no sandbox, since programs see the rest of the disk;
``isolation.py`` is.

A copy of a whole workspace (:meth:`Shadow.mirror`) leaves out what nobody edits and what is large or not for programs:
installed packages are lent (bound read-only in a sandbox, else linked), version control, caches and files that may hold
secrets are not there at all.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sightline.base.paths import WorkspacePath, confine
from sightline.base.system import DirectoryEntry, System
from sightline.workspace.files import WorkspaceView
from sightline.workspace.protected import is_protected

#: A workspace with more than this is not copied.
MOST_FILES = 60_000
MOST_BYTES = 2 << 30

#: What no program needs to judge an edit, or what it makes itself: history, caches, environments of test runners.
_LEFT_OUT = frozenset((".git", ".hg", ".svn", ".jj", "__pycache__", ".tox", ".nox", ".sightline"))
#: Folders of packages that were installed. One with a ``pyvenv.cfg`` is such a folder whatever it is called.
_INSTALLED = frozenset(("node_modules",))
_ENVIRONMENT_MARK = "pyvenv.cfg"
#: Caches say so themselves (bford.info/cachedir): cargo's ``target``, ``.mypy_cache``, ``.pytest_cache`` and others.
_CACHE_MARK = "CACHEDIR.TAG"
_LOCK = "lock"


class TooLarge(Exception):
    """A workspace that is not copied; the message says what is too much."""


class Closed(Exception):
    """The work on a copy was given up meanwhile."""


@dataclass(slots=True)
class _Gate:
    """Lets what writes into a copy pass one at a time, and nobody once the copy is being removed."""

    lock: Lock = field(default_factory=Lock)
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Shadow:
    """A folder that is gone afterwards. Paths are relative to ``folder`` and never leave it; call it in threads.

    ``outer`` is the folder around it, of which everything else is its user's too.
    """

    outer: str
    folder: str
    _system: System
    _gate: _Gate

    def write(self, path: str, data: bytes, mode: int = 0o600) -> None:
        """Makes a file with a text. Raises ``OSError``, ``PathOutsideRoot`` and, when given up, :class:`Closed`."""
        inside = self._inside(path)
        with self._open():
            self._system.files.write_new(inside, data, mode=mode)

    def copy(self, path: str, source: str) -> None:
        """Makes a file that is a copy of ``source`` (absolute). Raises as :meth:`write`."""
        inside = self._inside(path)
        with self._open():
            self._system.files.copy(source, inside)

    def link(self, path: str, target: str) -> None:
        """Makes a symbolic link. Raises as :meth:`write`."""
        inside = self._inside(path)
        with self._open():
            self._system.files.link(inside, target)

    def mirror(self, view: WorkspaceView, root: str) -> tuple[str, ...]:
        """Fills it with one root of a workspace as ``view`` has it: its files, open buffers and forked texts over them.

        Returns the folders of installed packages, relative to the root, which are not copied. Links within the root
        stay links, others are left out. Raises :class:`TooLarge` and as :meth:`write`.
        """
        return _Mirror(self, view, root, self._system).fill()

    def room(self) -> str:
        """Another folder beside it, empty, which goes when it goes. Raises as :meth:`write`."""
        with self._open():
            return self._system.files.temporary_folder(self.outer)

    def _inside(self, path: str) -> str:
        return confine(self.folder, path).absolute

    @contextmanager
    def _open(self) -> Generator[None]:
        """Nothing is removed while something is made, and nothing made once it is being removed."""
        with self._gate.lock:
            if self._gate.closed:
                raise Closed
            yield


class _Mirror:
    """One filling of a copy."""

    def __init__(self, shadow: Shadow, view: WorkspaceView, root: str, system: System) -> None:
        self._shadow, self._view, self._root, self._system = shadow, view, root, system
        self._real = system.files.real_path(root)
        self._texts = {path.relative: file for path, file in view.overlay.items() if path.root == root}
        self._installed: list[str] = []
        self._files = self._bytes = 0

    def fill(self) -> tuple[str, ...]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            entries = self._system.files.list(posixpath.join(self._root, folder) if folder else self._root)
            names = {entry.name for entry in entries}
            if folder and (_ENVIRONMENT_MARK in names or posixpath.basename(folder) in _INSTALLED):
                self._installed.append(folder)
                continue
            if folder and _CACHE_MARK in names:
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name in _LEFT_OUT:
                    continue
                if entry.is_directory:
                    waiting.append(path)
                elif path not in self._texts:
                    self._take(path, entry)
        for path, file in self._texts.items():
            if file is not None and not self._stays_out(path):
                self._count(len(file.text))
                self._shadow.write(path, file.bytes_on_disk, self._mode_of(path))
        return tuple(sorted(self._installed))

    def _stays_out(self, path: str) -> bool:
        lent = any(path.startswith(f"{folder}/") for folder in self._installed)
        return lent or not _LEFT_OUT.isdisjoint(path.split("/")) or bool(is_protected(WorkspacePath(self._root, path)))

    def _take(self, path: str, entry: DirectoryEntry) -> None:
        source = f"{self._root.rstrip('/')}/{path}"
        if is_protected(WorkspacePath(self._root, path)):
            return
        with suppress(FileNotFoundError, PermissionError):  # gone meanwhile, or not ours to read
            if entry.is_link:
                self._take_link(path, source)
            elif entry.is_file:
                self._count(self._system.files.stat(source).size)
                self._shadow.copy(path, source)

    def _take_link(self, path: str, source: str) -> None:
        """A link within the root leads to the same place of the copy; what it leads to is judged under its own name."""
        inside = self._real.rstrip("/") + "/"
        real = self._system.files.real_path(source)
        target = real.removeprefix(inside)
        if posixpath.basename(path) in _INSTALLED or self._is_file(f"{real}/{_ENVIRONMENT_MARK}"):
            self._installed.append(path)
            return
        if not real.startswith(inside) or is_protected(WorkspacePath(self._root, target)):
            return
        self._shadow.link(path, posixpath.relpath(target, posixpath.dirname(path) or "."))

    def _is_file(self, path: str) -> bool:
        try:
            return self._system.files.stat(path).is_file
        except (OSError, ValueError):
            return False

    def _mode_of(self, path: str) -> int:
        with suppress(OSError):
            return self._system.files.stat(f"{self._root.rstrip('/')}/{path}").mode
        return 0o644

    def _count(self, size: int) -> None:
        self._files += 1
        self._bytes += size
        if self._files > MOST_FILES or self._bytes > MOST_BYTES:
            raise TooLarge(
                f"the workspace is too large to be copied: more than "
                f"{f'{MOST_FILES:,} files' if self._files > MOST_FILES else f'{MOST_BYTES >> 20:,} MiB'}"
            )


@asynccontextmanager
async def shadow(system: System, parent: str = "") -> AsyncGenerator[Shadow]:
    """An empty :class:`Shadow`, removed whatever happens in it, cancelling included. Raises ``OSError``.

    It lies in ``parent`` if that is given: what a crash leaves there is removed by :func:`sweep`.
    """
    gate = _Gate()
    making = asyncio.ensure_future(asyncio.to_thread(_made, system, parent, gate))
    try:
        yield (await asyncio.shield(making))[0]
    finally:
        cancelled = await _to_its_end(making)
        if making.exception() is None:
            removing = asyncio.ensure_future(asyncio.to_thread(_removed, system, gate, *making.result()))
            cancelled |= await _to_its_end(removing)
            removing.result()
        if cancelled:
            raise asyncio.CancelledError


def sweep(system: System, parent: str) -> None:
    """Removes the copies in ``parent`` whose processes are gone. Never raises: they can be removed another time."""
    with suppress(OSError):
        for entry in system.files.list(parent):
            folder = f"{parent}/{entry.name}"
            with suppress(OSError):
                system.files.stat(f"{folder}/{_LOCK}")  # without one it is being made at this moment
                release = system.files.try_lock(f"{folder}/{_LOCK}")
                if release is not None:
                    release()
                    system.files.remove_tree(folder)


def _made(system: System, parent: str, gate: _Gate) -> tuple[Shadow, Any]:
    outer = system.files.temporary_folder(parent)
    release = system.files.try_lock(f"{outer}/{_LOCK}")
    return Shadow(outer, system.files.temporary_folder(outer), system, gate), release


def _removed(system: System, gate: _Gate, made: Shadow, release: Any) -> None:
    with gate.lock:
        gate.closed = True
    if release is not None:
        release()
    system.files.remove_tree(made.outer)


async def _to_its_end(work: asyncio.Future[Any]) -> bool:
    """Waits until a thread has done its work, however often this task is cancelled; tells whether it was."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            cancelled = True
    return cancelled
