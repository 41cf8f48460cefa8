"""Finds the files of a workspace: ignore rules, size and binary limits, links. To be filled in."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """A file found by a scan: ``size`` in bytes, ``mtime_ns`` as the file system reports it."""

    path: WorkspacePath
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file that is listed but not read, and why (``too_large``, ``unreadable``, ``outside_root``…)."""

    path: WorkspacePath
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything a scan found, sorted by path. Ignored files appear in neither list."""

    files: tuple[ScannedFile, ...]
    skipped: tuple[SkippedFile, ...]
