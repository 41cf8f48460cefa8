"""What the disk said of each file when it was last looked at, and what is different now.

Pure but for reads through the System port; runs in a thread. A time stamp can lie for two seconds (FAT counts in twos,
network file systems cache): a file modified so shortly before it was looked at keeps a digest, and is read again.
Whoever was told of it then may have read it between two writers, when it said neither what it did before nor what it
does now: so it counts as changed once more when its stamp can be believed, whatever its digest says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import digest_of
from sightline.workspace.files import MAXIMUM_FILE_SIZE
from sightline.workspace.known import sorted_paths
from sightline.workspace.scanned import ScannedFile

#: Seconds for which a time of modification is not trusted.
RACY_SECONDS = 2.0


class Stamp(NamedTuple):
    """``digest`` of the bytes, if they had to be read; ``checked`` is the Unix time of looking, in seconds."""

    size: int
    mtime_ns: int
    digest: str | None
    checked: float

    @property
    def is_racy(self) -> bool:
        """Whether the file may have changed since without its stamp showing it."""
        return self.checked - self.mtime_ns / 1e9 < RACY_SECONDS


class Stamps:
    """Path → stamp. Those that can be believed and have no digest, nearly all, are kept in a third of the memory.

    May be read in a thread while the loop takes entries out.
    """

    __slots__ = ("_plain", "_whole")

    def __init__(self) -> None:
        self._plain: dict[WorkspacePath, int] = {}  # see ``stamp_of``
        self._whole: dict[WorkspacePath, Stamp] = {}

    def __len__(self) -> int:
        return len(self._plain) + len(self._whole)

    def __iter__(self) -> Iterator[WorkspacePath]:
        yield from self._plain
        yield from self._whole

    def get(self, path: WorkspacePath) -> Stamp | None:
        """The stamp of a path that has one. One that can be believed does not tell when it was taken."""
        plain = self._plain.get(path)
        if plain is None:
            return self._whole.get(path)
        found = ScannedFile(path, plain)
        return Stamp(found.size, found.mtime_ns, None, inf)

    def proves(self, file: ScannedFile) -> bool:
        """Whether ``file`` has the stamp it had before, one that could be believed."""
        return self._plain.get(file.path) == file.stamp

    def put(self, file: ScannedFile, digest: str | None, checked: float) -> None:
        """Sets the stamp of a file."""
        self.drop(file.path)
        stamp = Stamp(file.size, file.mtime_ns, digest, checked)
        if digest is None and not stamp.is_racy:
            self._plain[file.path] = file.stamp
        else:
            self._whole[file.path] = stamp

    def drop(self, path: WorkspacePath) -> None:
        """Forgets the stamp of a path, if it has one."""
        self._plain.pop(path, None)
        self._whole.pop(path, None)

    def update(self, newer: Stamps) -> None:
        """Takes over the entries of ``newer``."""
        for path in newer._whole.keys() & self._plain.keys():
            del self._plain[path]
        for path in newer._plain.keys() & self._whole.keys():
            del self._whole[path]
        self._plain.update(newer._plain)
        self._whole.update(newer._whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampDifference:
    """``stamps`` that are new or another than before, and the files whose content is, or may be, another."""

    stamps: Stamps
    changed: tuple[WorkspacePath, ...]


def compare_stamps(
    system: System,
    before: Stamps,
    files: Iterable[ScannedFile],
    now: float,
    *,
    told: Collection[WorkspacePath] = (),
) -> StampDifference:
    """Compares found ``files`` with the stamps of ``before``. New files count as changed.

    ``told``: files that a watcher speaks of; one that was modified shortly before it was last looked at counts as
    changed again at once. A file is read only when its stamp is not to be trusted, or when a known digest can tell that
    nothing changed.
    """
    stamps = Stamps()
    changed: list[WorkspacePath] = []
    for file in files:
        if before.proves(file):
            continue
        old = before.get(file.path)
        same = old is not None and (old.size, old.mtime_ns) == (file.size, file.mtime_ns)
        if old is not None and same and not old.is_racy:
            continue
        known = old.digest if old is not None else None
        new = Stamp(file.size, file.mtime_ns, None, now)
        if new.is_racy or known is not None:
            new = new._replace(digest=_digest(system, file.path))
        stamps.put(file, new.digest, now)
        # Others may have read it while it was written; it may have the very digest of before by now. Once is enough,
        # and a time that lies in the future would never be believed.
        again = old is not None and old.is_racy and (file.path in told or not new.is_racy)
        if known is None or known != new.digest or again:
            changed.append(file.path)
    return StampDifference(stamps=stamps, changed=tuple(sorted_paths(changed)))


def _digest(system: System, path: WorkspacePath) -> str | None:
    try:
        return digest_of(system.files.read(path.absolute, MAXIMUM_FILE_SIZE))
    except OSError:
        return None
