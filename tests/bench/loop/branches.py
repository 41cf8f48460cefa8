"""Two branches of a code base that differ in thousands of files, and what an editor tells when git goes to one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

MAIN = "main"
OTHER = "other"
#: Of all source files, every second one is another on the other branch, and every twentieth is not there.
_CHANGED, _GONE = 2, 20
_ENDINGS = (".py", ".ts", ".tsx", ".js", ".go", ".rs", ".java", ".rb", ".php", ".c", ".h", ".cpp", ".cs", ".kt", ".sh")
_IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0")


@dataclass(frozen=True, slots=True)
class Branches:
    """``differing``: paths that the branches differ in, with what going to :data:`OTHER` does (A, M or D)."""

    root: Path
    differing: dict[str, str]
    sources: tuple[str, ...]

    def check_out(self, branch: str, saved: set[str]) -> list[dict[str, object]]:
        """Goes to a branch; the watched-file events for it, of the ``saved`` files too, whose changes are dropped."""
        before = _git(self.root, "rev-parse", "--abbrev-ref", "HEAD").strip()
        _git(self.root, "checkout", "-q", "-f", branch)
        kinds = {"A": 1, "M": 2, "D": 3} if branch == OTHER else {"A": 3, "M": 2, "D": 1}
        changed = {path: kinds[kind] for path, kind in self.differing.items()} if before != branch else {}
        there = {path: 2 for path in saved if path not in changed and (self.root / path).exists()}
        return [{"uri": (self.root / path).as_uri(), "type": kind} for path, kind in (changed | there).items()]


def two_branches(root: Path) -> Branches:
    """Makes a repository of ``root`` with both branches; the main one is checked out."""
    _git(root, "init", "-q", "-b", MAIN)
    _git(root, "add", "-A")
    _git(root, *_IDENTITY, "commit", "-q", "-m", MAIN)
    sources = tuple(sorted(path for path in _git(root, "ls-files").splitlines() if path.endswith(_ENDINGS)))
    _git(root, "checkout", "-q", "-b", OTHER)
    for number, path in enumerate(sources):
        if number % _GONE == 0:
            (root / path).unlink()
        elif number % _CHANGED == 0:
            with (root / path).open("ab") as file:
                file.write(_more(path, number))
    folder = root / "from_the_other_branch"
    folder.mkdir()
    for number, path in enumerate(sources[:: 5 * _GONE]):
        (folder / f"module{number}{Path(path).suffix}").write_bytes(
            (root / path).read_bytes()[:2_000] if (root / path).exists() else b"\n"
        )
    _git(root, "add", "-A")
    _git(root, *_IDENTITY, "commit", "-q", "-m", OTHER)
    rows = _git(root, "diff", "--no-renames", "--name-status", MAIN, OTHER).splitlines()
    _git(root, "checkout", "-q", MAIN)
    differing = {path: kind for kind, _, path in (row.partition("\t") for row in rows)}
    return Branches(root, differing, sources)


def _more(path: str, number: int) -> bytes:
    if path.endswith(".py"):
        return f"\n\ndef from_the_other_branch_{number}(value):\n    return value.other_{number}()\n".encode()
    return (
        f"\n/* other {number} */\n".encode() if not path.endswith((".rb", ".sh")) else f"\n# other {number}\n".encode()
    )


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=root, check=True, capture_output=True, text=True)
    return done.stdout
