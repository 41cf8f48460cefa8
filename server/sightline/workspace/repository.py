"""What a git repository says of itself, found by reading its files: what it ignores, tracks, and how names compare.

The ``.git`` of a worktree or a submodule is a file that says where its folder lies; worktrees share what is in the
common folder and have an index of their own. Only names come of what is read there, never a text.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.system import System
from sightline.workspace.git_index import LARGEST_INDEX, NOTHING_TRACKED, TrackedFiles, parse_index
from sightline.workspace.global_excludes import is_true, read_or_nothing, setting_of, user_configurations


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's ``info/exclude`` and index. ``ignore_case``: ``core.ignoreCase`` is set."""

    excludes: bytes
    tracked: TrackedFiles
    ignore_case: bool


def read_repository(system: System, top: str) -> Repository:
    """The repository whose top folder is ``top`` (absolute). What cannot be read is taken for empty."""
    folder, common = _folders(system, top)
    configuration = _text(read_or_nothing(system, f"{common}/config"))
    everyone = [*user_configurations(system), configuration]
    if is_true(setting_of(configuration, "extensions", "worktreeconfig")):
        everyone.append(_text(read_or_nothing(system, f"{folder}/config.worktree")))
    said = [value for text in everyone if (value := setting_of(text, "core", "ignorecase")) is not None]
    ignore_case = bool(said) and is_true(said[-1])
    sha256 = (setting_of(configuration, "extensions", "objectformat") or "").lower() == "sha256"
    data = read_or_nothing(system, f"{folder}/index", LARGEST_INDEX + 1)
    tracked = None
    if data and len(data) <= LARGEST_INDEX:
        tracked = parse_index(data, digest_size=32 if sha256 else 20, ignore_case=ignore_case)
    return Repository(read_or_nothing(system, f"{common}/info/exclude"), tracked or NOTHING_TRACKED, ignore_case)


def branch_stamp(system: System, top: str) -> tuple[bytes, ...]:
    """What says which commit is checked out, read from files: the same as long as no commit, branch or rebase came.

    It may differ though nothing did. Empty where there is no repository.
    """
    folder, common = _folders(system, top)
    head = read_or_nothing(system, f"{folder}/HEAD")
    name = _text(head).removeprefix("ref:").strip()
    is_branch = name.startswith("refs/") and "\0" not in name and ".." not in name
    branch = read_or_nothing(system, f"{common}/{name}") if is_branch else b""
    try:
        packed = system.files.stat(f"{common}/packed-refs")
        stamp = f"{packed.mtime_ns} {packed.size}".encode()
    except OSError:
        stamp = b""
    tables = read_or_nothing(system, f"{common}/reftable/tables.list")
    return (head, branch, stamp, tables) if head else ()


def repository_top(system: System, folder: str) -> str | None:
    """The nearest folder at or above ``folder`` that holds ``.git``."""
    while True:
        try:
            system.files.stat(f"{folder.rstrip('/')}/.git")
        except OSError:
            parent = folder.rpartition("/")[0] or "/"
            if parent == folder or not folder.strip("/"):
                return None
            folder = parent
            continue
        return folder


def _folders(system: System, top: str) -> tuple[str, str]:
    """The folder of a working tree's own files and the one it shares with other working trees."""
    folder = f"{top.rstrip('/')}/.git"
    pointer = read_or_nothing(system, folder)
    if pointer.startswith(b"gitdir:"):
        folder = _joined(top, pointer[7:]) or folder
    common = read_or_nothing(system, f"{folder}/commondir")
    return folder, (_joined(folder, common) if common else None) or folder


def _joined(folder: str, path: bytes) -> str | None:
    """``path`` from ``folder``; ``None`` for a network share, which a workspace must not make us call."""
    text = path.decode("utf-8", "surrogateescape").strip().replace("\\", "/")
    if text.startswith("//") or "\0" in text:
        return None
    return text if text.startswith("/") or text[1:2] == ":" else f"{folder.rstrip('/')}/{text}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="surrogateescape")
