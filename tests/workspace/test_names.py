"""Names of files that make trouble: of another case than the disk's, and longer than the system takes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileRename
from sightline.base.errors import ChangeConflict
from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import FileStat, System
from sightline.base.text import Text
from sightline.workspace.live import LiveWorkspace
from sightline.workspace.scan import scan_now
from sightline.workspace.write import apply_to_disk
from support.trees import system_at, write_tree


class _IgnoresCase(MemoryFiles):
    """Files as on macOS and Windows: found under a name in any case, listed under their own."""

    def _own(self, path: str) -> str:
        return next((name for name in self.contents if name.lower() == path.lower()), path)

    def read(self, path: str, limit: int | None = None) -> bytes:
        return super().read(self._own(path), limit)

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        return super().stat(self._own(path), follow=follow)


def _system(*names: str) -> System:
    contents = {f"/w/{name}": b"x = 1\n" for name in names}
    return replace(memory_system({}), files=_IgnoresCase(contents=contents))


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("/w/src/a.py", "src/a.py"),
        ("/w/SRC/A.py", "src/a.py"),
        ("/w/src/A.PY", "src/a.py"),
        ("/w/Src/new.py", "Src/new.py"),
        ("/w/src/1", "src/1"),
    ],
)
async def test_a_document_has_the_name_it_is_listed_under(asked: str, name: str) -> None:
    workspace = LiveWorkspace(_system("src/a.py", "src/1", "b.py"), ["/w"])
    await workspace.scan()
    path = workspace.path_of(asked)
    assert path is not None
    assert path == WorkspacePath("/w", name)
    workspace.open_document(path, Text.of("typed\n"), 1)
    assert len([each for each in workspace.view.paths() if each.name.lower() == "a.py"]) == 1


async def test_where_case_matters_two_files_are_two(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "", "A.py": "", ".gitignore": "A.py\n"})
    if len(os.listdir(root)) < 3:
        pytest.skip("this file system ignores case")
    workspace = LiveWorkspace(system_at(tmp_path), [root])
    await workspace.scan()
    assert workspace.path_of(f"{root}/A.py") == WorkspacePath(root, "A.py")


async def test_a_rename_that_changes_case_alone_is_refused_where_it_is_the_same_file() -> None:
    system = _system("a.py")
    old = WorkspacePath("/w", "a.py")
    rename = FileRename(old=old, new=WorkspacePath("/w", "A.py"))
    changes = ChangeSet(base={old: Text(b"x = 1\n").digest}, renames=(rename,))
    with pytest.raises(ChangeConflict, match="exists already"):
        await apply_to_disk(system, changes, "/journal")
    assert system.files.read("/w/a.py") == b"x = 1\n"


def test_names_as_long_as_they_can_be(tmp_path: Path) -> None:
    name = "n" * 252 + ".py"
    root = write_tree(tmp_path / "w", {name: "", "a.py": ""})
    assert [file.path.relative for file in scan_now(system_at(tmp_path), [root]).files] == ["a.py", name]


def test_paths_that_are_too_long_for_the_system_are_said(tmp_path: Path, undo: Callable[[str], None]) -> None:
    root = write_tree(tmp_path / "w", {"a.py": ""})
    undo(root)
    descriptor = os.open(root, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=descriptor)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(os.open("deep.py", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    result = scan_now(system_at(tmp_path), [root])
    assert [file.path.relative for file in result.files] == ["a.py"]
    assert [skipped.reason for skipped in result.skipped] == ["unreadable"]


@pytest.fixture
def undo(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Removes a tree that is too deep for ``shutil`` when the test is over."""

    def remove(root: str) -> None:
        request.addfinalizer(lambda: subprocess.run(("rm", "-rf", root), check=True))

    return remove
