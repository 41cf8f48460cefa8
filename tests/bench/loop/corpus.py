"""The workspace that is measured: a copy of a code base with two large files and a scripted model beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LINES = 50_000
DENSE = "dense_module.py"
ORDINARY = "ordinary_module.py"


def dense_text(lines: int) -> str:
    """Python of so many lines, a definition every four of them, in classes of fifty methods."""
    rows: list[str] = []
    number = 0
    while len(rows) < lines:
        if number % 50 == 0:
            rows += [f"class Group{number}:", f"    size: int = {number}", ""]
        rows += [
            f"    def function_{number}(self, left, right={number}):",
            f"        total = helper_{number % 97}(left) + right.value",
            "        return total",
            "",
        ]
        number += 1
    return "\n".join(rows[:lines]) + "\n"


def prepare(source: Path, folder: Path) -> Path:
    """A copy of ``source`` under ``folder`` with the large files in it."""
    root = folder / "work"
    ignore = shutil.ignore_patterns(".git", "node_modules", ".venv")
    shutil.copytree(source, root, ignore=ignore, symlinks=True)
    (root / DENSE).write_text(dense_text(LINES), encoding="utf-8")
    (root / ORDINARY).write_text(dense_text(2_000), encoding="utf-8")
    (folder / "replies.txt").write_text(_replies(), encoding="utf-8")
    return root


def _replies() -> str:
    """An edit of the large file for whoever asks for that, of the ordinary one for all others."""
    return "".join(
        f"%%% reply\ntimes: 0\n{when}\n{path}\n```python\n"
        f"<<<<<<< SEARCH\nclass Group0:\n=======\nclass Renamed:\n>>>>>>> REPLACE\n```\n\n"
        for when, path in (("when: the dense one\n", DENSE), ("", ORDINARY))
    )


def wide_tree(folder: Path, files: int) -> Path:
    """A tree of so many small files, one in fifty of them Python, in folders of a hundred."""
    root = folder / "wide"
    for number in range(files):
        place = root / f"part{number // 10_000}" / f"folder{number // 100 % 100}"
        if number % 100 == 0:
            place.mkdir(parents=True)
        name = f"module{number}.py" if number % 50 == 0 else f"data{number}.txt"
        descriptor = os.open(place / name, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, b"import os\n\nVALUE = 1\n")
        os.close(descriptor)
    return root


def environment(folder: Path) -> dict[str, str]:
    """An environment in which everything the server writes lies under ``folder``."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "SIGHTLINE_CACHE_DIR": str(folder / "own"),
        "SIGHTLINE_CONFIG": str(folder / "sightline.toml"),
        "SIGHTLINE_MODEL": f"scripted:{folder / 'replies.txt'}",
    }
