"""A tree of any number of files made from the real files of some code bases: copies in folders of their own.

Imports of a copy lead into the same copy, so that the graph of the tree is as dense as that of what it is made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: Larger files are left out: 100,000 files of the usual size would measure the parser, and for an hour.
MOST_BYTES = 2_000
_ENDINGS = (".py", ".ts")


def sources(bases: Sequence[Path]) -> list[Path]:
    """The files that are copied."""
    found: list[Path] = []
    for base in bases:
        files = (path for path in sorted(base.rglob("*")) if path.suffix in _ENDINGS and path.is_file())
        found += [path for path in files if 0 < path.stat().st_size <= MOST_BYTES]
    return found


def write_tree(folder: Path, bases: Sequence[Path], count: int) -> int:
    """Writes ``count`` files below ``folder``; answers their bytes."""
    files = sources(bases)
    written = size = 0
    while files and written < count:
        copy = folder / f"copy_{written // len(files):04}"
        for path in files[: count - written]:
            base = next(each for each in bases if path.is_relative_to(each))
            target = copy / base.name / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes()
            target.write_bytes(data)
            written += 1
            size += len(data)
    return size
