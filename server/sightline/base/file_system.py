"""Files behind the System port: what the port says of them, without the machine. Knows no workspace rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Names of files that exist only while another is being replaced. A scan never lists them.
TEMPORARY_PREFIX = ".sightline-write-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """What the file system says of one path. ``identity`` is (device, inode): equal for two names of one file."""

    size: int
    mtime_ns: int
    is_file: bool
    is_directory: bool
    is_link: bool
    mode: int
    identity: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """One name in a directory; for a link, ``is_file`` and ``is_directory`` are both false."""

    name: str
    is_file: bool
    is_directory: bool
    is_link: bool


class FileSystem(Protocol):
    """Files by absolute path. Every method raises ``OSError`` as the operating system does."""

    def read(self, path: str, limit: int | None = None) -> bytes:
        """Content of a file, at most ``limit`` bytes of it."""
        ...

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        """Facts about a path; with ``follow=False`` about a link itself."""
        ...

    def list(self, path: str) -> Sequence[DirectoryEntry]:
        """Entries of a directory in no particular order."""
        ...

    def real_path(self, path: str) -> str:
        """``path`` with all links resolved, forward slashes; parts that do not exist are kept as they are."""
        ...

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Replaces a file as a whole: temporary file beside it, flush to disk, rename. Missing folders are made.

        Mode (unless given) and, where the system allows it, owner of the file stay.
        """
        ...

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Makes a file that does not exist yet and flushes it to disk. Missing folders are made.

        Raises ``FileExistsError`` when there is one. Not atomic: a crash may leave a part of it.
        """
        ...

    def remove(self, path: str) -> None:
        """Removes a file."""
        ...

    def remove_folder(self, path: str) -> None:
        """Removes an empty folder."""
        ...

    def temporary_folder(self, parent: str = "") -> str:
        """Makes an empty folder that only this user may enter, and returns its real path.

        It lies in ``parent``, which is made if it is missing, or where the system keeps such folders.
        """
        ...

    def link(self, path: str, target: str) -> None:
        """Makes ``path`` a symbolic link to ``target``. Missing folders are made."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Makes the file ``target`` with content and mode of a regular file, sharing blocks where the system can.

        Never a hard link: what is written into the copy stays there. Missing folders are made.
        """
        ...

    def remove_tree(self, path: str) -> None:
        """Removes a folder with all that is in it, following no link; what is gone already is no error."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Moves a file, replacing ``new``, whose owner stays where the system allows it. Missing folders are made."""
        ...

    def try_lock(self, path: str) -> Callable[[], None] | None:
        """Takes the lock that the file ``path`` stands for and returns what releases it; ``None`` when it is held.

        The lock is gone when its process is gone, however it ended.
        """
        ...
