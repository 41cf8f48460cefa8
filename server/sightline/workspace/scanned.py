"""What a scan found, as values. How it is found is in ``walk.py``."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.workspace.ignore import NO_RULES, IgnoreRules

#: Sizes of files take no more bits than this.
_SIZE_BITS = 48
_SIZES = (1 << _SIZE_BITS) - 1


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file found by a scan. ``stamp``: its size and time of modification, see :func:`stamp_of`.

    One number instead of two: whoever keeps the stamps of all files keeps these very objects.
    """

    path: WorkspacePath
    stamp: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stamp & _SIZES

    @property
    def mtime_ns(self) -> int:
        """When it was modified, as the file system reports it."""
        return self.stamp >> _SIZE_BITS


def stamp_of(size: int, mtime_ns: int) -> int:
    """Size and time in one number."""
    return (mtime_ns << _SIZE_BITS) + size


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file or folder that is listed but not read, and why.

    Reasons: ``too_large``, ``binary`` (by its extension), ``unreadable``, ``outside_root`` (a link that leaves every
    root), ``broken_link``, ``link_to_ignored``, ``name_not_utf8`` (the path then shows U+FFFD for the wrong bytes).
    """

    path: WorkspacePath
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedLink:
    """A link to a file or folder that is listed under its own name; ``target`` is the absolute real path."""

    path: WorkspacePath
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything a scan found, sorted by path. Ignored files appear in no list.

    ``roots`` are the roots as they were scanned: absolute, without doubles. ``started`` is Unix time in seconds.
    """

    files: tuple[ScannedFile, ...]
    skipped: tuple[SkippedFile, ...]
    links: tuple[ScannedLink, ...] = ()
    roots: tuple[str, ...] = ()
    rules: IgnoreRules = NO_RULES
    started: float = 0.0
