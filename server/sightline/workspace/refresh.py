"""A second look at a few files that an editor's watcher named. Runs in a thread and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.base.system import FileStat
from sightline.workspace.files import MAXIMUM_FILE_SIZE, WorkspaceView
from sightline.workspace.ignore import RULE_FILES
from sightline.workspace.known import KnownFiles
from sightline.workspace.repository import read_repository
from sightline.workspace.roots import owner_of_real
from sightline.workspace.scanned import ScannedFile, stamp_of
from sightline.workspace.stamps import Stamps, compare_stamps
from sightline.workspace.walk import is_binary_name


class RescanNeeded(Exception):
    """A few looks cannot tell: a rule file changed, a folder or a link appeared, or a link went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """``stamps`` that are new or another than before; ``looked_at`` all files that were meant. Paths are sorted."""

    stamps: Stamps
    known: KnownFiles
    changed: tuple[WorkspacePath, ...]
    removed: tuple[WorkspacePath, ...]
    skipped: Mapping[WorkspacePath, str]
    looked_at: frozenset[WorkspacePath]


@dataclass(slots=True)
class _Found:
    files: dict[WorkspacePath, ScannedFile] = field(default_factory=dict[WorkspacePath, ScannedFile])
    gone: set[WorkspacePath] = field(default_factory=set[WorkspacePath])
    skipped: dict[WorkspacePath, str] = field(default_factory=dict[WorkspacePath, str])


def look_at(view: WorkspaceView, stamps: Stamps, paths: tuple[WorkspacePath, ...]) -> Refreshed:
    """What became of ``paths``. Raises :class:`RescanNeeded` when more than these must be looked at."""
    found = _Found()
    real_roots = {root: view.system.files.real_path(root) for root in view.roots}
    for path in dict.fromkeys(paths):
        listed = _listed_as(view, real_roots, path)
        if listed is not None:
            _look_at_one(view, listed, found)
    known = view.known if isinstance(view.known, KnownFiles) else KnownFiles(frozenset(view.known))
    removed = _below(known, found.gone)
    if any(path.name in RULE_FILES for path in removed) or _below(view.links, found.gone):
        raise RescanNeeded  # a folder is gone, and the rules in it may have spoken of open documents; or links are
    difference = compare_stamps(
        view.system, stamps, found.files.values(), view.system.clock.now(), told=frozenset(paths)
    )
    return Refreshed(
        stamps=difference.stamps,
        known=known.with_changes(difference.stamps, removed),
        changed=difference.changed,
        removed=tuple(sorted(removed)),
        skipped=found.skipped,
        looked_at=frozenset(removed) | found.files.keys() | found.skipped.keys() | _below(view.skipped, found.gone),
    )


def _listed_as(view: WorkspaceView, real_roots: Mapping[str, str], path: WorkspacePath) -> WorkspacePath | None:
    """The name ``path`` is listed under when folders on the way are links; ``None`` outside every root."""
    folder, _, name = path.absolute.rpartition("/")
    try:
        place = owner_of_real(real_roots, f"{view.system.files.real_path(folder).rstrip('/')}/{name}")
    except ValueError:
        return None
    if place is None:
        return None
    if not place[1]:
        raise RescanNeeded  # a root itself
    return WorkspacePath(*place)


def _look_at_one(view: WorkspaceView, path: WorkspacePath, found: _Found) -> None:
    folder = path.relative.rpartition("/")[0]
    if f"/{folder}".endswith("/.git"):
        _look_into_git(view, path)
        return
    if f"/{path.relative}".endswith("/.git/info/exclude"):
        raise RescanNeeded
    if folder and view.rules.is_ignored_folder(WorkspacePath(path.root, folder)):
        return
    if path.name in RULE_FILES or path.name == ".git":
        raise RescanNeeded
    if path in view.links:
        raise RescanNeeded
    if view.rules.is_ignored(path):
        return
    try:
        stat = view.system.files.stat(path.absolute, follow=False)
    except (FileNotFoundError, NotADirectoryError):
        found.gone.add(path)
        return
    except (OSError, ValueError):
        found.skipped[path] = "unreadable"
        found.gone.add(path)
        return
    if stat.is_link or (stat.is_directory and not view.rules.is_ignored_folder(path)):
        raise RescanNeeded
    _sort_in(path, stat, found)


def _look_into_git(view: WorkspaceView, path: WorkspacePath) -> None:
    """Git changed one of its own files: its index may say that other files are tracked, its configuration anything.

    Git writes its index whenever somebody asks for its status, so what is in it is compared.
    """
    if path.name == "config":
        raise RescanNeeded
    if path.name == "index":
        top = path.relative.removesuffix(".git/index").rstrip("/")
        before = view.rules.tracked_in(path.root, top)
        now = read_repository(view.system, path.absolute.removesuffix("/.git/index")).tracked
        if before is not None and now != before:
            raise RescanNeeded


def _sort_in(path: WorkspacePath, stat: FileStat, found: _Found) -> None:
    if not stat.is_file:
        found.gone.add(path)
    elif is_binary_name(path.name):
        found.skipped[path] = "binary"
    elif stat.size > MAXIMUM_FILE_SIZE:
        found.skipped[path] = "too_large"
        found.gone.add(path)
    else:
        found.files[path] = ScannedFile(path, stamp_of(stat.size, stat.mtime_ns))


def _below(paths: Collection[WorkspacePath], gone: AbstractSet[WorkspacePath]) -> set[WorkspacePath]:
    """Those of ``paths`` that are gone, or lie below a folder that is gone."""
    below = {path for path in gone if path in paths}
    folders = [(path.root, f"{path.relative}/") for path in gone - below]
    if folders:
        below |= {
            path
            for path in paths
            if any(path.root == root and path.relative.startswith(prefix) for root, prefix in folders)
        }
    return below
