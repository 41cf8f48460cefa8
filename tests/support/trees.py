"""Real folders on disk for tests: written from a mapping, and read back as one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sightline.base.real_processes import RealProcesses
from sightline.base.system import RealClock, RealFiles, System


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> str:
    """Writes ``files`` (relative path → content) below ``root`` and returns its absolute path."""
    root.mkdir(parents=True, exist_ok=True)
    for relative, content in files.items():
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(root)


def read_tree(root: str | Path) -> dict[str, tuple[bytes, int]]:
    """Every file and folder below ``root``: relative path → (content, mode).

    Folders have a trailing slash; a link's content is its target and its mode 0.
    """
    found: dict[str, tuple[bytes, int]] = {}
    for folder, folders, names in os.walk(root):
        for path in (Path(folder, name) for name in [*folders, *names]):
            if path.is_symlink():
                found[str(path.relative_to(root))] = (os.fsencode(path.readlink()), 0)
            elif path.is_dir():
                found[f"{path.relative_to(root)}/"] = (b"", path.stat().st_mode & 0o777)
            else:
                found[str(path.relative_to(root))] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return found


def system_at(home: Path) -> System:
    """The real machine with another home folder, so that the developer's own settings do not matter."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return System(files=RealFiles(), clock=RealClock(), processes=RealProcesses(environment), environment=environment)


def git(root: str | Path, home: Path, *arguments: str) -> str:
    """Runs git on a tree that a test made, without the developer's or the machine's settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
