"""What the disk said of each file when it was last looked at, and what is different now.

Pure but for reads through the System port; runs in a thread. A time stamp can lie for two seconds (FAT counts in twos,
network file systems cache): a file modified so shortly before it was looked at keeps a digest, and is read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StampDifference:
    """``stamps`` that are new or another than before, and the files whose content is, or may be, another."""

    stamps: dict[WorkspacePath, Stamp]
    changed: tuple[WorkspacePath, ...]


def compare_stamps(
    system: System,
    before: Mapping[WorkspacePath, Stamp],
    files: Iterable[ScannedFile],
    now: float,
    *,
    told: Collection[WorkspacePath] = (),
) -> StampDifference:
    """Compares found ``files`` with the stamps of ``before``. New files count as changed.

    ``told``: files that a watcher speaks of; one that was modified shortly before it was last looked at counts as
    changed again. A file is read only when its stamp is not to be trusted, or when a known digest can tell that nothing
    changed.
    """
    stamps: dict[WorkspacePath, Stamp] = {}
    changed: list[WorkspacePath] = []
    for file in files:
        old = before.get(file.path)
        same = old is not None and (old.size, old.mtime_ns) == (file.size, file.mtime_ns)
        if old is not None and same and not old.is_racy:
            continue
        known = old.digest if old is not None else None
        new = Stamp(file.size, file.mtime_ns, None, now)
        if new.is_racy or known is not None:
            new = new._replace(digest=_digest(system, file.path))
        stamps[file.path] = new
        # Others may have read it while it was written; it may have the very digest of before by now.
        again = file.path in told and old is not None and old.is_racy
        if known is None or known != new.digest or again:
            changed.append(file.path)
    return StampDifference(stamps=stamps, changed=tuple(sorted_paths(changed)))


def _digest(system: System, path: WorkspacePath) -> str | None:
    try:
        return digest_of(system.files.read(path.absolute, MAXIMUM_FILE_SIZE))
    except OSError:
        return None
