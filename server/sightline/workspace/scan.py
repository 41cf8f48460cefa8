"""Finds the files of a workspace: ignore rules, size and binary limits, links.

A scan lists directories and asks the file system for size and time of each file; it opens none but ignore files. It
knows no languages: every file that may be text is listed. What it finds is handed on as one immutable value.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sightline.base.system import System
from sightline.workspace.roots import check_roots
from sightline.workspace.scanned import ScannedFile, ScannedLink, ScanResult, SkippedFile
from sightline.workspace.walk import Walk

#: Called on the event loop with the number of files found so far, at most ten times a second.
ScanProgress = Callable[[int], None]

_SECONDS_BETWEEN_REPORTS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """Limits of a scan. ``allow_large_root`` lifts both: the refusal of ``$HOME`` and ``/``, and ``maximum_files``."""

    maximum_files: int = 200_000
    allow_large_root: bool = False


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

    def by_path(found: ScannedFile | SkippedFile | ScannedLink) -> tuple[str, str]:
        return found.path.root, found.path.relative

    return ScanResult(
        files=tuple(sorted(walk.files, key=by_path)),
        skipped=tuple(sorted(walk.skipped, key=by_path)),
        links=tuple(sorted(walk.links, key=by_path)),
        roots=tuple(checked),
        rules=walk.rules(),
        started=started,
    )
