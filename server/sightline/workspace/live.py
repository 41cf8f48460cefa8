"""``LiveWorkspace``: the one writer of workspace views.

It is used from the event loop only; what it hands out (``WorkspaceView``) is immutable and may go to any thread. Long
looks at the disk run in a thread on values that nobody changes, and their result is look in one step on the loop,
under whatever documents are open by then. It knows no protocol: documents that are no files are its caller's business.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from sightline.base.paths import WorkspacePath, normal_root
from sightline.base.system import System
from sightline.base.text import Text
from sightline.workspace.files import SourceFile, WorkspaceView
from sightline.workspace.ignore import IgnoreRules
from sightline.workspace.known import KnownFiles, sort_key, sorted_paths
from sightline.workspace.look import Look, prepare_look, take_look
from sightline.workspace.refresh import RescanNeeded, look_at
from sightline.workspace.roots import owner, owner_of_real
from sightline.workspace.scan import DEFAULT_OPTIONS, ScanOptions, ScanProgress, ScanResult, scan
from sightline.workspace.spelling import spelled_as_on_disk
from sightline.workspace.stamps import Stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceChange:
    """What one mutation changed, for the graph to follow: ``revision`` of the view after it, paths sorted.

    ``changed`` are files whose text is, or may be, another than before, new ones among them, and links to files that
    are new, gone or lead elsewhere; ``removed`` are files that the view no longer lists.
    """

    revision: int
    changed: tuple[WorkspacePath, ...] = ()
    removed: tuple[WorkspacePath, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.changed or self.removed)


class LiveWorkspace:
    """The files of some roots, kept up to date. ``view`` is the present snapshot."""

    def __init__(self, system: System, roots: Sequence[str], options: ScanOptions = DEFAULT_OPTIONS) -> None:
        """Looks at no disk yet: the view is empty until :meth:`scan`. ``roots`` are absolute."""
        self._system = system
        self._options = options
        self._roots = tuple(dict.fromkeys(map(normal_root, roots)))
        self._stamps = Stamps()
        self._lock = asyncio.Lock()
        self.view: WorkspaceView = WorkspaceView(
            revision=0, roots=self._roots, system=system, known=KnownFiles(), overlay={}
        )

    @property
    def rules(self) -> IgnoreRules:
        """What is ignored, as of the last look at the disk."""
        return self.view.rules

    def path_of(self, absolute: str) -> WorkspacePath | None:
        """The workspace path of an absolute path, under its innermost root; ``None`` outside every root.

        A path that lies in a root only when links are resolved belongs to it too. Where the file system ignores case, a
        file has the name it is listed under.
        """
        found = owner(self._roots, absolute)
        files = self._system.files
        if found is not None:
            is_known = found in self.view.known or found in self.view.overlay
            return found if is_known else spelled_as_on_disk(files, found)
        try:
            place = owner_of_real({root: files.real_path(root) for root in self._roots}, files.real_path(absolute))
        except ValueError:
            return None
        return WorkspacePath(*place) if place is not None and place[1] else None

    async def scan(self, progress: ScanProgress | None = None) -> ScanResult:
        """Scans all roots and adopts what was found. Raises as :func:`sightline.workspace.scan.scan`."""
        async with self._lock:
            result = await scan(self._system, self._roots, self._options, progress)
            self._adopt(await asyncio.to_thread(prepare_look, self.view, self._stamps, result))
            return result

    async def rescan(self) -> WorkspaceChange:
        """Looks at the whole disk again, for clients that do not watch files. Reads only what stamps cannot tell."""
        async with self._lock:
            return self._adopt(await self._look(self._roots))

    async def set_roots(self, roots: Sequence[str]) -> WorkspaceChange:
        """Replaces the roots. Open documents move to their new innermost root; those outside all are let go."""
        async with self._lock:
            wanted = tuple(dict.fromkeys(map(normal_root, roots)))
            look = await self._look(wanted)
            before = self.view.overlay
            moved = {path: owner(wanted, path.absolute) for path in before}
            overlay: dict[WorkspacePath, SourceFile | None] = {}
            for path, file in before.items():
                new = moved[path]
                if new is not None and file is not None:
                    overlay[new] = file if new == path else replace(file, path=new)
            gone = {path for path, new in moved.items() if new != path}
            come = {new for path, new in moved.items() if new is not None and new != path}
            self._roots = wanted
            self.view = replace(self.view, roots=wanted, overlay=overlay)
            return self._adopt(
                replace(
                    look,
                    changed=tuple(sorted_paths({*look.changed, *come})),
                    removed=tuple(sorted_paths({*look.removed, *gone})),
                ),
                moved=frozenset(come),
            )

    async def refresh(self, paths: Iterable[WorkspacePath]) -> WorkspaceChange:
        """Looks at some files or folders again (watched-file events). A new folder or rule means a full look."""
        async with self._lock:
            view = self.view
            try:
                found = await asyncio.to_thread(look_at, view, self._stamps, tuple(paths))
            except RescanNeeded:
                return self._adopt(await self._look(self._roots))
            listed = self._listed_documents()
            skipped = {path: reason for path, reason in view.skipped.items() if path not in found.looked_at}
            self.view = replace(self.view, skipped={**skipped, **found.skipped})
            removed = self._adopt_files(view.known, found.known, found.stamps, found.removed)
            return self._publish(found.changed, removed, listed)

    def open_document(self, path: WorkspacePath, text: Text, version: int) -> WorkspaceChange:
        """The editor opened a file: its buffer lies over the disk from now on.

        An ignored file that is opened can be read, but it is not listed and its changes are none.
        """
        return self.change_document(path, text, version)

    def change_document(self, path: WorkspacePath, text: Text, version: int) -> WorkspaceChange:
        """The editor changed an open file; ``text`` is the whole new text. The same text is no real change."""
        old = self.view.overlay.get(path)
        file = SourceFile(path=path, text=text, version=version, bom=old.bom if old else False)
        self.view = replace(self.view, overlay={**self.view.overlay, path: file})
        if (old is not None and old.text == text) or not self._is_listed(path):
            return WorkspaceChange(revision=self.view.revision)
        return self._bump(changed=(path,))

    def close_document(self, path: WorkspacePath) -> WorkspaceChange:
        """The editor closed a file: the disk speaks again. A file that is not on disk is removed."""
        overlay = dict(self.view.overlay)
        closed = overlay.pop(path, None)
        was_listed = self._is_listed(path)
        self.view = replace(self.view, overlay=overlay)
        if closed is None or not was_listed:
            return WorkspaceChange(revision=self.view.revision)
        self._stamps.drop(path)  # what it stood for when the document was opened no longer matters
        if self._is_listed_on_disk(path):
            self.view = replace(self.view, known=self._known.with_changes((path,), ()))
            return self._bump(changed=(path,))
        self.view = replace(self.view, known=self._known.with_changes((), (path,)))
        return self._bump(removed=(path,))

    @property
    def _known(self) -> KnownFiles:
        assert isinstance(self.view.known, KnownFiles)
        return self.view.known

    def _listed_documents(self) -> set[WorkspacePath]:
        return {path for path in self.view.overlay if self._is_listed(path)}

    def _is_listed(self, path: WorkspacePath) -> bool:
        """Whether ``view.paths()`` has an open document."""
        return path in self.view.known or not self.view.rules.is_ignored(path)

    def _is_listed_on_disk(self, path: WorkspacePath) -> bool:
        if path in self.view.skipped or self.view.rules.is_ignored(path):
            return False
        try:
            return self._system.files.stat(path.absolute, follow=False).is_file
        except (OSError, ValueError):
            return False

    async def _look(self, roots: tuple[str, ...]) -> Look:
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(take_look, self.view, self._stamps, roots, self._options, stopped.is_set)
        finally:
            stopped.set()

    def _adopt(self, look: Look, moved: frozenset[WorkspacePath] = frozenset()) -> WorkspaceChange:
        """Makes what was found the present; ``moved`` are open documents that count as changed all the same."""
        listed = self._listed_documents() - moved
        self.view = replace(self.view, skipped=look.skipped, links=look.links, rules=look.rules)
        removed = self._adopt_files(look.before, look.known, look.stamps, look.removed)
        return self._publish(look.changed, removed, listed)

    def _adopt_files(
        self,
        before: Collection[WorkspacePath],
        known: KnownFiles,
        stamps: Stamps,
        removed: tuple[WorkspacePath, ...],
    ) -> tuple[WorkspacePath, ...]:
        """Takes over what was found on the set ``before``; returns what of ``removed`` was still there."""
        if self._known is not before:  # documents were closed while the thread looked
            removed = tuple(path for path in removed if path in self._known or path in self.view.overlay)
            known = self._known.with_changes(stamps, removed)
        self.view = replace(self.view, known=known)
        if not self._stamps:
            self._stamps = stamps
            return removed
        for path in removed:
            self._stamps.drop(path)
        self._stamps.update(stamps)
        return removed

    def _publish(
        self, changed: tuple[WorkspacePath, ...], removed: tuple[WorkspacePath, ...], listed: AbstractSet[WorkspacePath]
    ) -> WorkspaceChange:
        """The change that a look at the disk makes to the view.

        What lies under open documents is none, unless it changes whether they are ``listed``.
        """
        for path in self.view.overlay:
            changed, removed = _without(changed, path), _without(removed, path)
        now = self._listed_documents()
        if now != listed:
            changed = tuple(sorted_paths({*changed, *(now - listed)}))
            removed = tuple(sorted_paths({*removed, *(listed - now)}))
        return self._bump(changed, removed)

    def _bump(
        self, changed: tuple[WorkspacePath, ...] = (), removed: tuple[WorkspacePath, ...] = ()
    ) -> WorkspaceChange:
        if changed or removed:
            self.view = replace(self.view, revision=self.view.revision + 1)
        return WorkspaceChange(revision=self.view.revision, changed=changed, removed=removed)


def _without(paths: tuple[WorkspacePath, ...], path: WorkspacePath) -> tuple[WorkspacePath, ...]:
    """Sorted ``paths`` without one of them; quick for 100,000, of which a first scan tells."""
    at = bisect_left(paths, sort_key(path), key=sort_key)
    return (*paths[:at], *paths[at + 1 :]) if at < len(paths) and paths[at] == path else paths
