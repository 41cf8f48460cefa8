"""The walk through the folders of a scan: one pass, no recursion, every folder visited once.

Links are kept aside and judged at the end, when it is known what their targets are listed as: a file or folder is
listed under its own name only, so no link can make a loop or a second copy. This file knows the rules of ``ignore.py``
and the limits; ``scan.py`` decides when to stop and what the result looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.system import DirectoryEntry, System
from sightline.workspace.files import MAXIMUM_FILE_SIZE
from sightline.workspace.ignore import (
    FOLDER_MARKERS,
    IgnoreChain,
    IgnoreRules,
    Verdict,
    folder_chain,
    is_skipped_name,
    root_chain,
)
from sightline.workspace.patterns import as_bytes_text
from sightline.workspace.roots import owner_of_real
from sightline.workspace.scanned import ScannedFile, ScannedLink, SkippedFile, stamp_of

#: Extensions whose files are never text; a binary file of another name is found out when it is read.
BINARY_EXTENSIONS = frozenset((
    "7z", "a", "apk", "avi", "avif", "bin", "bmp", "bz2", "class", "db", "dll", "dylib", "ear", "eot", "exe", "flac",
    "gif", "gz", "ico", "icns", "jar", "jpeg", "jpg", "lib", "mo", "mov", "mp3", "mp4", "o", "obj", "ogg", "otf", "pdf",
    "png", "pyc", "pyd", "pyo", "rar", "so", "sqlite", "sqlite3", "tar", "tgz", "tif", "tiff", "ttf", "wasm", "wav",
    "webm", "webp", "whl", "woff", "woff2", "xz", "zip", "zst",
))  # fmt: skip


def is_binary_name(path: str) -> bool:
    """Whether the extension says that a file is not text."""
    name = path.rpartition("/")[2]
    return "." in name and name.rpartition(".")[2].lower() in BINARY_EXTENSIONS


_Folder = tuple[str, str, IgnoreChain]


class Walk:
    """What has been found so far. ``folders`` does the work, one step a folder, so that its caller can stop."""

    def __init__(self, system: System, roots: Mapping[str, str], maximum_files: int | None) -> None:
        """``roots`` maps each root to its real path; ``None`` for no limit."""
        self.files: list[ScannedFile] = []
        self.skipped: list[SkippedFile] = []
        self.links: list[ScannedLink] = []
        self._system = system
        self._roots = roots
        self._maximum_files = maximum_files
        self._chains: dict[tuple[str, str], IgnoreChain] = {}
        self._pruned: set[tuple[str, str]] = set()
        self._visited: set[tuple[str, str]] = set()
        self._pending_links: list[WorkspacePath] = []

    def rules(self) -> IgnoreRules:
        """The ignore rules met on the way."""
        return IgnoreRules(chains=dict(self._chains), pruned=frozenset(self._pruned))

    def folders(self) -> Iterator[None]:
        """Visits every folder. Raises :class:`UsageError` of kind ``root_too_large`` past the limit."""
        pending: list[_Folder] = []
        for root in self._roots:
            chain = root_chain(self._system, root)
            self._chains[root, ""] = chain
            pending.append((root, "", chain))
        while pending:
            # In order, or nearly: sorting 100,000 files in random order would hold up every other thread for 70 ms.
            pending.extend(reversed(self._visit(*pending.pop())))
            if self._maximum_files is not None and len(self.files) + len(self.skipped) > self._maximum_files:
                raise UsageError(
                    f"The workspace holds more than {self._maximum_files:,} files.",
                    hint="Open a smaller folder, list what is not yours in .sightlineignore, "
                    "or set workspace.allow_large_root.",
                    kind="root_too_large",
                )
            yield

    def _visit(self, root: str, folder: str, inherited: IgnoreChain) -> list[_Folder]:
        """Lists one folder and returns the folders in it that are to be visited."""
        absolute = f"{root.rstrip('/')}/{folder}" if folder else root
        try:
            entries = sorted(self._system.files.list(absolute), key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise UsageError(
                    f"The workspace root {root} cannot be listed: {error.strerror or error}.",
                    hint="Give yourself the right to read it, or open another folder.",
                    kind="unreadable_root",
                ) from error
            self._skip(root, folder, "unreadable")
            return []
        regular = {entry.name for entry in entries if entry.is_file}
        if folder and not regular.isdisjoint(FOLDER_MARKERS):
            self._pruned.add((root, folder))
            return []
        self._visited.add((root, folder))
        repository = any(entry.name == ".git" for entry in entries)
        chain = folder_chain(self._system, (root, folder), regular, inherited, repository=repository)
        if chain is not inherited or chain.only_tracked:
            self._chains[root, folder] = chain
        prefix = f"{folder}/" if folder else ""
        taken = ((prefix + entry.name, self._take(root, prefix + entry.name, entry, chain)) for entry in entries)
        return [(root, relative, inner) for relative, inner in taken if inner is not None]

    def _take(self, root: str, relative: str, entry: DirectoryEntry, chain: IgnoreChain) -> IgnoreChain | None:
        """Lists a file or link where it belongs; for a folder that is to be visited, the chain that it inherits."""
        is_folder = entry.is_directory
        if is_skipped_name(entry.name, is_folder=not entry.is_file):
            return None
        if not (is_folder or entry.is_file or entry.is_link):
            return None  # sockets, pipes and devices
        verdict = chain.judge(as_bytes_text(relative), is_folder=is_folder)
        if verdict is Verdict.IGNORED:
            return None
        if not entry.name.isascii() and not _is_utf8(entry.name):
            self._skip(root, relative, "name_not_utf8")
            return None
        if is_folder:
            below = chain.below_ignored() if verdict is Verdict.TRACKED_BELOW else chain
            return None if self._is_root(root, relative) else below
        path = WorkspacePath(root, relative)
        if entry.is_link:
            self._pending_links.append(path)
        else:
            self._add_file(path)
        return None

    def _add_file(self, path: WorkspacePath) -> None:
        if is_binary_name(path.relative):
            self.skipped.append(SkippedFile(path=path, reason="binary"))
            return
        try:
            found = self._system.files.stat(path.absolute)
        except OSError:
            self.skipped.append(SkippedFile(path=path, reason="unreadable"))
            return
        if found.size > MAXIMUM_FILE_SIZE:
            self.skipped.append(SkippedFile(path=path, reason="too_large"))
        else:
            self.files.append(ScannedFile(path, stamp_of(found.size, found.mtime_ns)))

    def _is_root(self, root: str, relative: str) -> bool:
        """Whether a folder is a root of its own: its files are listed there."""
        if len(self._roots) == 1:
            return False
        return f"{self._roots[root].rstrip('/')}/{relative}" in self._roots.values()

    def _skip(self, root: str, relative: str, reason: str) -> None:
        shown = relative.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        self.skipped.append(SkippedFile(path=WorkspacePath(root, shown), reason=reason))

    def resolve_links(self) -> None:
        """Sorts the links met into ``links`` and ``skipped``."""
        if not self._pending_links:
            return
        listed = {(found.path.root, found.path.relative) for found in (*self.files, *self.skipped)} | self._visited
        for path in self._pending_links:
            reason, target = self._judge(path, listed)
            if reason:
                self.skipped.append(SkippedFile(path=path, reason=reason))
            else:
                self.links.append(ScannedLink(path=path, target=target))
        self._pending_links.clear()

    def _judge(self, path: WorkspacePath, listed: set[tuple[str, str]]) -> tuple[str, str]:
        files = self._system.files
        try:
            real = files.real_path(path.absolute)
            files.stat(real)
        except (OSError, ValueError):
            return "broken_link", ""
        place = owner_of_real(self._roots, real)
        if place is None:
            return "outside_root", ""
        return ("", real) if place in listed else ("link_to_ignored", "")


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
