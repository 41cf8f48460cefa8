"""Trees of repositories at the parents of commits, in a scratch folder; the clones they come from are only read.

A tree borrows the objects of its clone and has no refs but a detached ``HEAD``, so that its history is the past alone.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

_SETTINGS = {
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "core.logAllRefUpdates": "false",
    "advice.detachedHead": "false",
    "gc.auto": "0",
}


def find_clone(folder: Path | None, repository: str) -> Path | None:
    """The clone of OWNER/NAME in ``folder``: ``OWNER+NAME`` or ``NAME``, bare or not; ``None`` if there is none."""
    if folder is None:
        return None
    owner, _, name = repository.partition("/")
    for spelled in (f"{owner}+{name}", name):
        for place in (spelled, f"{spelled}.git", f"{spelled}/repo"):
            if _objects(folder / place) is not None:
                return folder / place
    return None


def how_to_get(repository: str) -> str:
    """The command that makes the clone that is missing."""
    return f"git clone --bare https://github.com/{repository} {repository.replace('/', '+')}"


class Tree:
    """The tree of one repository, moved from commit to commit."""

    def __init__(self, clone: Path, folder: Path) -> None:
        self.folder = folder
        objects = _objects(clone)
        assert objects is not None
        if not (folder / ".git").is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet")
            for name, value in _SETTINGS.items():
                self._git("config", name, value)
        (folder / ".git/objects/info/alternates").write_text(f"{objects.resolve()}\n", "utf-8")

    def holds(self, commits: Iterable[str]) -> bool:
        """Whether the clone has all of these; a shallow one has not."""
        command = ("git", "-C", str(self.folder), "cat-file", "--batch-check")
        asked = "".join(f"{commit}\n" for commit in commits).encode()
        done = subprocess.run(command, env=_environment(), input=asked, capture_output=True, check=True)
        return b" missing" not in done.stdout

    def check_out(self, commit: str) -> None:
        """Makes the tree that of ``commit`` and nothing else."""
        self._git("checkout", "--quiet", "--force", "--detach", commit)
        self._git("clean", "-fdxq")
        for left in ("ORIG_HEAD", "FETCH_HEAD"):
            (self.folder / ".git" / left).unlink(missing_ok=True)

    def lines(self, path: str) -> list[str]:
        """The lines of a file, none if there is no such file."""
        try:
            return (self.folder / path).read_text("utf-8", errors="replace").split("\n")
        except OSError:
            return []

    def _git(self, *arguments: str) -> None:
        subprocess.run(("git", "-C", str(self.folder), *arguments), env=_environment(), check=True)


def _objects(clone: Path) -> Path | None:
    return next((each for each in (clone / ".git/objects", clone / "objects") if each.is_dir()), None)


def _environment() -> dict[str, str]:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1"}
    return {**os.environ, **own, "GIT_TERMINAL_PROMPT": "0"}
