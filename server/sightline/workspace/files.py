"""``WorkspaceView``: an immutable snapshot of what every file says, the disk lying under the editor's open buffers.

The view holds no text of closed files: it reads them when asked, resolves links first, and refuses what leaves the
root. It knows no syntax. The one writer of views is ``LiveWorkspace`` (``live.py``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sightline.base.changes import ChangeSet
from sightline.base.errors import PathOutsideRoot, SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Text
from sightline.workspace.ignore import NO_RULES, IgnoreRules
from sightline.workspace.known import KnownFiles, sort_key, sorted_paths
from sightline.workspace.roots import owner_of_real
from sightline.workspace.source import MAXIMUM_FILE_SIZE, SourceFile, decode_source

__all__ = [
    "MAXIMUM_FILE_SIZE",
    "SourceFile",
    "WorkspaceView",
    "decode_source",
    "read_source",
    "resolve_inside",
    "rewritten",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceView:
    """One snapshot. ``known`` lists the files of the scan, ``overlay`` open buffers and forked texts over them.

    An overlay value of ``None`` hides a file: it was deleted or moved in this view. ``skipped`` are files that are
    there but not read, with the reason (see ``SkippedFile``); ``rules`` say what is ignored. ``links``: links to files,
    each with the file of ``known`` that it leads to; under the link's own name nothing is listed. Safe in any thread.
    """

    revision: int
    roots: tuple[str, ...]
    system: System
    known: Collection[WorkspacePath]
    overlay: Mapping[WorkspacePath, SourceFile | None]
    rules: IgnoreRules = NO_RULES
    skipped: Mapping[WorkspacePath, str] = field(default_factory=dict[WorkspacePath, str])
    links: Mapping[WorkspacePath, WorkspacePath] = field(default_factory=dict[WorkspacePath, WorkspacePath])

    def exists(self, path: WorkspacePath) -> bool:
        """Whether the view has this file; also true for one that is there but skipped."""
        if path in self.overlay:
            return self.overlay[path] is not None
        return path in self.known or path in self.skipped

    def paths(self) -> tuple[WorkspacePath, ...]:
        """All files of the view, sorted: known ones and open buffers, without ignored and deleted ones."""
        known = self.known if isinstance(self.known, KnownFiles) else KnownFiles(frozenset(self.known))
        shown = (path for path, file in self.overlay.items() if file is not None)
        new = [path for path in shown if path not in known and not self.rules.is_ignored(path)]
        hidden = [path for path, file in self.overlay.items() if file is None and path in known]
        if not new and not hidden:
            return known.in_order()
        gone = frozenset(hidden)
        return tuple(sorted_paths((*(path for path in known.in_order() if path not in gone), *new)))

    def known_below(self, root: str, folders: Iterable[str]) -> tuple[WorkspacePath, ...]:
        """The known files of ``root`` below any of these relative folders (with trailing slashes), sorted.

        Looks at no others: of a hundred thousand files none may be meant.
        """
        known = self.known if isinstance(self.known, KnownFiles) else KnownFiles(frozenset(self.known))
        ordered = known.in_order()
        found: set[WorkspacePath] = set()
        for folder in folders:
            first, after = ((root, end) for end in (folder, f"{folder[:-1]}0"))  # "0" follows "/"
            found.update(ordered[bisect_left(ordered, first, key=sort_key) : bisect_left(ordered, after, key=sort_key)])
        return tuple(sorted(found))

    def is_ignored(self, path: WorkspacePath) -> bool:
        """Whether the rules ignore a file, under the name given or under its real name: it must not enter a prompt.

        True for a link that leads out of every root.
        """
        if self.rules.is_ignored(path):
            return True
        try:
            real = self.canonical(path)
        except PathOutsideRoot:
            return True
        return real != path and self.rules.is_ignored(real)

    def canonical(self, path: WorkspacePath) -> WorkspacePath:
        """The name under which the file that ``path`` means is listed: links resolved, innermost root.

        Raises :class:`PathOutsideRoot` for a link that leads out of every root, or to a root itself.
        """
        try:
            real = self.system.files.real_path(path.absolute)
        except ValueError as error:
            raise PathOutsideRoot(f"{str(path)!r} is not a file name.") from error
        if real == path.absolute and len(self.roots) == 1:
            return path
        place = owner_of_real({root: self.system.files.real_path(root) for root in self.roots}, real)
        if place is None:
            raise PathOutsideRoot(f"{path} is a link that leads out of the workspace.")
        return WorkspacePath(*place)

    def read(self, path: WorkspacePath) -> SourceFile:
        """The text of a file, known to the scan or not (an ignored file can be read, it is only not listed).

        Raises :class:`SourceUnavailable` for what is missing, too large, binary or undecodable, and
        :class:`PathOutsideRoot` for a link that leads out of the root.
        """
        if path in self.overlay:
            file = self.overlay[path]
            if file is None:
                raise SourceUnavailable(f"{path} does not exist.")
            return file
        return read_source(self.system, path)

    def fork(self, changes: ChangeSet) -> WorkspaceView:
        """This view with ``changes`` applied; the same revision, nothing written anywhere."""
        files = {path: self.read(path) for path in changes.paths_before}
        after = changes.texts_after(lambda path: files[path].text)
        moved = {rename.new: rename.old for rename in changes.renames}
        overlay = dict(self.overlay)
        for path, text in after.items():
            origin = files.get(moved.get(path, path))
            overlay[path] = None if text is None else rewritten(origin, path, text)
        return replace(self, overlay=overlay)


def read_source(system: System, path: WorkspacePath) -> SourceFile:
    """Reads a file from disk. Raises as :meth:`WorkspaceView.read` does."""
    try:
        real = resolve_inside(system, path)
        if not system.files.stat(real).is_file:
            # Opening a named pipe would wait for a writer for ever.
            raise SourceUnavailable(f"{path} is not a regular file.")
        data = system.files.read(real, MAXIMUM_FILE_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceUnavailable(f"{path} cannot be read: {reason}.") from error
    return decode_source(path, data)


def resolve_inside(system: System, path: WorkspacePath) -> str:
    """The real path of ``path``, which need not exist.

    Raises :class:`PathOutsideRoot` when links lead out of its root, ``ValueError`` for what no file can be called.
    """
    real = system.files.real_path(path.absolute)
    if real == path.absolute:
        return real  # no link anywhere, so its root is real as well
    root = system.files.real_path(path.root)
    if not real.startswith(root.rstrip("/") + "/"):
        raise PathOutsideRoot(f"{path} is a link that leads out of the workspace root {path.root}.")
    return real


def rewritten(origin: SourceFile | None, path: WorkspacePath, text: Text) -> SourceFile:
    """``text`` at ``path``, written as ``origin`` is, the file it replaces or moved from."""
    if origin is None:
        return SourceFile(path=path, text=text)
    return SourceFile(path=path, text=text, bom=origin.bom, encoding=origin.encoding)
