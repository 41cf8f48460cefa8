"""The machine's file system behind the System port: nothing is ever left half written under its own name."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat as stat_module
import sys
import tempfile
from collections.abc import Callable, Sequence

from sightline.base.file_system import TEMPORARY_PREFIX, DirectoryEntry, FileStat


class RealFiles:
    """The machine's file system."""

    def read(self, path: str, limit: int | None = None) -> bytes:
        with open(path, "rb") as file:
            if limit is None:
                return file.read()
            # Room is made for all that is asked for: with a limit of megabytes that takes longer than to read.
            likely = min(limit, os.fstat(file.fileno()).st_size + 1)
            data = file.read(likely)
            return data + file.read(limit - likely) if len(data) == likely < limit else data

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        found = os.stat(path, follow_symlinks=follow)
        return FileStat(
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            is_file=stat_module.S_ISREG(found.st_mode),
            is_directory=stat_module.S_ISDIR(found.st_mode),
            is_link=stat_module.S_ISLNK(found.st_mode),
            mode=stat_module.S_IMODE(found.st_mode),
            identity=(found.st_dev, found.st_ino),
        )

    def list(self, path: str) -> Sequence[DirectoryEntry]:
        with os.scandir(path) as entries:
            return [
                DirectoryEntry(
                    name=entry.name,
                    is_file=entry.is_file(follow_symlinks=False),
                    is_directory=entry.is_dir(follow_symlinks=False),
                    is_link=entry.is_symlink(),
                )
                for entry in entries
            ]

    def real_path(self, path: str) -> str:
        return (_real_path_by_system(path) or os.path.realpath(path)).replace("\\", "/")

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _take_over_owner(temporary, path)
            os.chmod(temporary, mode if mode is not None else _mode_for(path))
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(folder)

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.chmod(path, mode)
            os.fsync(file.fileno())

    def remove(self, path: str) -> None:
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        os.rmdir(path)

    def temporary_folder(self, parent: str = "") -> str:
        if parent:
            os.makedirs(parent, exist_ok=True)
        return self.real_path(tempfile.mkdtemp(prefix="sightline-", dir=parent or None))

    def link(self, path: str, target: str) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)

    def copy(self, source: str, target: str) -> None:
        if not stat_module.S_ISREG(os.stat(source).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", source)  # opening a pipe would wait for its other end
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(source, "rb") as read, open(target, "xb") as written:
            if not _shares_blocks(read.fileno(), written.fileno()):
                shutil.copyfileobj(read, written)
            os.chmod(target, stat_module.S_IMODE(os.fstat(read.fileno()).st_mode))

    def remove_tree(self, path: str) -> None:
        for attempt in range(_REMOVALS):
            shutil.rmtree(path, ignore_errors=attempt < _REMOVALS - 1)
            if not os.path.lexists(path):
                return
            _make_writable(path)

    def rename(self, old: str, new: str) -> None:
        folder = os.path.dirname(new)
        os.makedirs(folder, exist_ok=True)
        _take_over_owner(old, new)
        os.replace(old, new)
        _sync_folder(folder)

    def try_lock(self, path: str) -> Callable[[], None] | None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        held = contextlib.ExitStack()
        held.callback(os.close, descriptor)
        return held.close  # which does nothing the second time


def _real_path_by_system(path: str) -> str:
    """The real path of what is there, as the kernel resolved it; "" where it cannot be asked.

    Three calls instead of one for each folder above: a prompt asks for the real paths of a hundred files.
    """
    if sys.platform != "linux":
        return ""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            real = os.readlink(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    except OSError:
        return ""
    # What is removed meanwhile, or lies outside of what this process sees, is told in words.
    return real if real.startswith("/") and not real.endswith(" (deleted)") else ""


#: A program that was just killed may have made a file between two steps of a removal.
_REMOVALS = 3
#: ``FICLONE`` of Linux: the target shares the blocks of the source until one of them is written (btrfs, XFS).
_SHARE_BLOCKS = 0x40049409


def _make_writable(path: str) -> None:
    """Lets every folder in a tree of ours be read and emptied; a program may have left some without that right."""
    with contextlib.suppress(OSError):
        os.chmod(path, stat_module.S_IRWXU)
    for folder, names, _ in os.walk(path):  # which reads a folder after it was answered as a name
        for name in names:
            below = os.path.join(folder, name)
            if not os.path.islink(below):
                with contextlib.suppress(OSError):
                    os.chmod(below, stat_module.S_IRWXU)


def _take_over_owner(path: str, like: str) -> None:
    """Gives ``path`` the owner of ``like``, so that an edit by root leaves a user's file the user's."""
    if not hasattr(os, "chown"):
        return
    with contextlib.suppress(OSError):
        wanted, found = os.stat(like), os.stat(path)
        if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
            os.chown(path, wanted.st_uid, wanted.st_gid)
            os.chmod(path, stat_module.S_IMODE(found.st_mode))  # which chown may have lessened


def _mode_for(path: str) -> int:
    try:
        return stat_module.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return 0o666 & ~_UMASK


def _read_umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


#: Read once, at import: it can only be read by setting it, which another thread would notice.
_UMASK = _read_umask()


def _sync_folder(folder: str) -> None:
    """Makes a rename survive a power failure, where the system can do that (Windows opens no folders)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _shares_blocks(source: int, target: int) -> bool:  # noqa: ARG001  as on other systems
        return False

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _shares_blocks(source: int, target: int) -> bool:
        if not sys.platform.startswith("linux"):
            return False
        try:
            fcntl.ioctl(target, _SHARE_BLOCKS, source)
        except OSError:  # another file system, or one that cannot do it
            return False
        return True

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
