"""One name for one file where names differ in case alone: the one it has on disk.

On a file system that ignores case (macOS, Windows) an editor may open ``SRC/A.py`` for what is listed as ``src/a.py``.
"""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.base.system import FileSystem


def spelled_as_on_disk(files: FileSystem, path: WorkspacePath) -> WorkspacePath:
    """``path`` as its folders list it; ``path`` itself where there is no such file or case matters."""
    if not _ignores_case(files, path):
        return path
    folder = path.root
    names: list[str] = []
    for name in path.relative.split("/"):
        try:
            found = [entry.name for entry in files.list(folder or "/")]
        except OSError:
            return path
        same = name if name in found else next((each for each in found if each.lower() == name.lower()), None)
        if same is None:
            return path
        names.append(same)
        folder = f"{folder.rstrip('/')}/{same}"
    return WorkspacePath(path.root, "/".join(names))


def _ignores_case(files: FileSystem, path: WorkspacePath) -> bool:
    """Whether the file is found under its name in the other case as well: one question that costs next to nothing."""
    other = path.name.swapcase()
    if other == path.name:
        return False
    folder = path.absolute.rpartition("/")[0]
    try:
        return files.stat(path.absolute).identity == files.stat(f"{folder}/{other}").identity
    except (OSError, ValueError):
        return False
