"""A look at the whole disk, made ready for one step on the event loop. Runs in a thread and changes nothing.

A scan of 100,000 files makes and drops as many objects; what is handed over is only what is another than before, so
that the loop neither builds nor frees the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.workspace.files import WorkspaceView
from sightline.workspace.ignore import IgnoreRules
from sightline.workspace.known import KnownFiles, sorted_paths
from sightline.workspace.roots import owner_of_real
from sightline.workspace.scan import ScanOptions, scan_now
from sightline.workspace.scanned import ScanResult
from sightline.workspace.stamps import Stamps, compare_stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is another than ``before``, the files known then: ``stamps``, and ``changed`` and ``removed`` by path.

    ``links`` are all links to files; those that are new, gone or lead elsewhere are among ``changed``.
    """

    before: Collection[WorkspacePath]
    stamps: Stamps
    changed: tuple[WorkspacePath, ...]
    removed: tuple[WorkspacePath, ...]
    known: KnownFiles
    skipped: Mapping[WorkspacePath, str]
    links: Mapping[WorkspacePath, WorkspacePath]
    rules: IgnoreRules


def take_look(
    view: WorkspaceView,
    stamps: Stamps,
    roots: tuple[str, ...],
    options: ScanOptions,
    stopped: Callable[[], bool],
) -> Look:
    """Scans and compares. Raises as :func:`sightline.workspace.scan.scan`."""
    result = scan_now(view.system, roots, options, stopped=stopped)
    if stopped():
        raise UsageError("The scan was stopped.", kind="cancelled")  # nobody waits for it any more
    return prepare_look(view, stamps, result)


def prepare_look(view: WorkspaceView, stamps: Stamps, result: ScanResult) -> Look:
    """Compares a scan with what the stamps and the view said before it."""
    difference = compare_stamps(view.system, stamps, result.files, result.started)
    seen = {file.path for file in result.files}
    before = view.known if isinstance(view.known, KnownFiles) else KnownFiles(frozenset(view.known))
    removed = tuple(sorted_paths({path for path in before if path not in seen}))
    known = before.with_changes(difference.stamps, removed)
    known.in_order()  # in this thread, where it may take its time
    links = _links_to_files(view, result, known)
    turned = {path for path in {*links, *view.links} if links.get(path) != view.links.get(path)}
    return Look(
        before=view.known,
        stamps=difference.stamps,
        changed=tuple(sorted_paths({*difference.changed, *turned})) if turned else difference.changed,
        removed=removed,
        known=known,
        skipped={file.path: file.reason for file in result.skipped},
        links=links,
        rules=result.rules,
    )


def _links_to_files(view: WorkspaceView, result: ScanResult, known: KnownFiles) -> dict[WorkspacePath, WorkspacePath]:
    if not result.links:
        return {}
    real_roots = {root: view.system.files.real_path(root) for root in result.roots}
    places = ((link.path, owner_of_real(real_roots, link.target)) for link in result.links)
    targets = {path: WorkspacePath(*place) for path, place in places if place is not None and place[1]}
    return {path: target for path, target in targets.items() if target in known}
