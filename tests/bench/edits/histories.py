"""Commits of a git clone as edits: which files each one creates, changes, moves and deletes, with their contents.

Everything is read with git's plumbing from a clone that shares the objects of the original. It knows no Sightline.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

#: Commits that touch more files are imports of other projects, licence headers and the like: nobody asks a model.
MOST_FILES = 60
#: Longer files are generated or data.
_MOST_BYTES = 1_000_000
_BINARY = (
    "wasm",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "mp4",
    "pdf",
    "zip",
    "gz",
    "woff",
    "woff2",
    "ttf",
    "ico",
)


@dataclass(frozen=True, kw_only=True)
class ChangedFile:
    """One file of a commit. ``old``/``new`` are its paths, ``before``/``after`` its bytes; ``None`` where it is not."""

    old: str | None
    new: str | None
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit without merges, with what it changed against its parent."""

    name: str
    parent: str
    subject: str
    files: tuple[ChangedFile, ...] = field(repr=False)


class History:
    """A clone with a tree of its own below ``scratch``, moved from revision to revision."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.folder = scratch / source.name
        if not self.folder.exists():
            scratch.mkdir(parents=True, exist_ok=True)
            command = ("git", "clone", "--quiet", "--shared", "--no-checkout", str(source), str(self.folder))
            subprocess.run(command, check=True)
            # What is no code need not be there: some mirrors leave large binary files out.
            patterns = "/*\n" + "".join(f"!*.{ending}\n" for ending in _BINARY)
            (self.folder / ".git" / "info" / "sparse-checkout").write_text(patterns)
            self._git("config", "core.sparseCheckout", "true")

    def commits(self, pattern: str, most: int) -> list[tuple[str, str]]:
        """Names and subjects of the last commits without merges that touch ``pattern`` (a git glob), newest first."""
        log = ("log", "--no-merges", f"-{most}", "--format=%H %s", "origin/HEAD", "--", f":(glob){pattern}")
        rows = self._git(*log).decode("utf-8", "replace").splitlines()
        return [(name, subject) for row in rows for name, _, subject in [row.partition(" ")]]

    def commit(self, name: str, subject: str) -> Commit | None:
        """A commit with its files; ``None`` for one without a parent, and for one that touches too many files."""
        parents = self._git("rev-list", "--parents", "-1", name).decode().split()[1:]
        if len(parents) != 1:
            return None
        rows = self._git("diff-tree", "-r", "-M", "--raw", "-z", "--no-commit-id", parents[0], name)
        listed = list(_raw_rows(rows.decode("utf-8", "replace")))
        if not listed or len(listed) > MOST_FILES:
            return None
        blobs = self._blobs({digest for row in listed for digest in (row.before, row.after) if digest})
        files = tuple(
            ChangedFile(
                old=row.old,
                new=row.new,
                before=blobs.get(row.before) if row.old is not None else None,
                after=blobs.get(row.after) if row.new is not None else None,
            )
            for row in listed
        )
        return Commit(name=name, parent=parents[0], subject=subject, files=files)

    def check_out(self, revision: str) -> tuple[str, ...]:
        """Makes the tree that of a revision; the paths that may hold another text than before."""
        head = self._head
        if head == revision:
            return ()
        self._git("checkout", "--quiet", "--force", "--detach", revision)
        self._head = revision
        if not head:
            return ()
        found = self._git("diff-tree", "-r", "--name-only", "-z", "--no-commit-id", "--no-renames", head, revision)
        return tuple(filter(None, found.decode("utf-8", "replace").split("\0")))

    _head = ""

    def _blobs(self, digests: set[str]) -> Mapping[str, bytes]:
        wanted = "".join(f"{digest}\n" for digest in sorted(digests)).encode()
        data = self._git("cat-file", "--batch", stdin=wanted)
        found: dict[str, bytes] = {}
        at = 0
        for digest in sorted(digests):
            end = data.index(b"\n", at)
            if data[at:end].endswith(b"missing"):
                at = end + 1
                continue
            size = int(data[at:end].split()[-1])
            found[digest] = data[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return {digest: content for digest, content in found.items() if len(content) <= _MOST_BYTES}

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        command = ("git", "-C", str(self.folder), *arguments)
        done = subprocess.run(command, input=stdin, capture_output=True, check=True, env=self._environment)
        return done.stdout

    @cached_property
    def _environment(self) -> Mapping[str, str]:
        return os.environ | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_CONFIG_GLOBAL": os.devnull}


@dataclass(frozen=True, kw_only=True)
class _Row:
    old: str | None
    new: str | None
    before: str
    after: str


def _raw_rows(text: str) -> Iterator[_Row]:
    """Rows of ``git diff-tree --raw -z``. Links, submodules and changes of mode alone are left out."""
    parts = iter(text.split("\0"))
    for head in parts:
        if not head.startswith(":"):
            continue
        old_mode, new_mode, before, after, status = head[1:].split(" ")
        first = next(parts)
        second = next(parts) if status[0] in "RC" else first
        if {old_mode, new_mode} & {"120000", "160000"} or (before == after and first == second):
            continue
        is_new, is_gone = status[0] in "AC", status[0] == "D"
        yield _Row(
            old=None if is_new else first,
            new=None if is_gone else second,
            before="" if is_new else before,
            after="" if is_gone else after,
        )
