"""Finds the files of a workspace: ignore rules, size and binary limits, links.

A scan lists directories and asks the file system for size and time of each file; it opens none but ignore files. It
knows no languages: every file that may be text is listed. What it finds is handed on as one immutable value.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.workspace.ignore import NO_RULES, IgnoreRules
from sightline.workspace.roots import check_roots
from sightline.workspace.walk import Walk

#: Called on the event loop with the number of files found so far, at most ten times a second.
ScanProgress = Callable[[int], None]

_SECONDS_BETWEEN_REPORTS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """Limits of a scan. ``allow_large_root`` lifts both: the refusal of ``$HOME`` and ``/``, and ``maximum_files``."""

    maximum_files: int = 200_000
    allow_large_root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """A file found by a scan: ``size`` in bytes, ``mtime_ns`` as the file system reports it."""

    path: WorkspacePath
    size: int
    mtime_ns: int


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


DEFAULT_OPTIONS = ScanOptions()


async def scan(
    system: System,
    roots: Sequence[str],
    options: ScanOptions = DEFAULT_OPTIONS,
    progress: ScanProgress | None = None,
) -> ScanResult:
    """Scans ``roots`` in a thread. Cancelling stops it at the next folder.

    Raises :class:`UsageError` of kind ``missing_root``, or ``root_too_large`` for ``$HOME``, a folder above it, ``/``,
    and for more files than the options allow.
    """
    loop = asyncio.get_running_loop()
    stopped = threading.Event()

    def report(count: int) -> None:
        if progress is not None:
            loop.call_soon_threadsafe(progress, count)

    try:
        return await asyncio.to_thread(scan_now, system, roots, options, report=report, stopped=stopped.is_set)
    finally:
        stopped.set()


def scan_now(
    system: System,
    roots: Sequence[str],
    options: ScanOptions = DEFAULT_OPTIONS,
    *,
    report: Callable[[int], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> ScanResult:
    """As :func:`scan`, in the calling thread. Returns what it has when ``stopped`` answers true."""
    started = system.clock.now()
    checked = check_roots(system, roots, allow_large=options.allow_large_root)
    walk = Walk(system, checked, None if options.allow_large_root else options.maximum_files)
    reported = system.clock.monotonic()
    for _ in walk.folders():
        if stopped():
            break
        if system.clock.monotonic() - reported >= _SECONDS_BETWEEN_REPORTS:
            reported = system.clock.monotonic()
            report(len(walk.files))
    walk.resolve_links()

    def by_path(found: tuple[WorkspacePath, *tuple[object, ...]]) -> tuple[str, str]:
        return found[0].root, found[0].relative

    return ScanResult(
        files=tuple(
            ScannedFile(path=path, size=size, mtime_ns=mtime) for path, size, mtime in sorted(walk.files, key=by_path)
        ),
        skipped=tuple(SkippedFile(path=path, reason=reason) for path, reason in sorted(walk.skipped, key=by_path)),
        links=tuple(ScannedLink(path=path, target=target) for path, target in sorted(walk.links, key=by_path)),
        roots=tuple(checked),
        rules=walk.rules(),
        started=started,
    )
