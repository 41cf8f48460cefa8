"""The copy that programs may be given: what it holds, that it is no link to the user's files, and that it goes away."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from sightline.base.errors import PathOutsideRoot
from sightline.base.system import System
from sightline.checks import shadow as shadow_module
from sightline.checks.check import CheckInput
from sightline.checks.shadow import Closed, TooLarge, shadow, sweep
from support.programs import Programs


@pytest.fixture(name="system")
def system_fixture(tmp_path: Path) -> System:
    return Programs(tmp_path).system()


async def test_it_holds_texts_and_copies_and_is_gone_afterwards(system: System, tmp_path: Path) -> None:
    (tmp_path / "tool").write_bytes(b"#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    async with shadow(system) as copy:
        copy.write("deep/a.py", b"x = 1\r\n")
        copy.copy("bin/tool", str(tmp_path / "tool"))
        folder = Path(copy.folder)
        assert (folder / "deep/a.py").read_bytes() == b"x = 1\r\n"
        assert os.access(folder / "bin/tool", os.X_OK)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


async def test_what_is_written_in_place_into_a_copy_does_not_reach_the_users_file(
    system: System, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_bytes(b"mine")
    async with shadow(system) as copy:
        copy.copy("a.py", str(tmp_path / "a.py"))
        with open(f"{copy.folder}/a.py", "r+b") as file:
            file.write(b"hers")
        assert os.stat(f"{copy.folder}/a.py").st_ino != (tmp_path / "a.py").stat().st_ino
    assert (tmp_path / "a.py").read_bytes() == b"mine"


async def test_no_path_leaves_it(system: System) -> None:
    async with shadow(system) as copy:
        for path in ("../a.py", "/etc/a.py", "deep/../../a.py"):
            with pytest.raises(PathOutsideRoot):
                copy.write(path, b"")


async def test_links_in_it_are_removed_and_what_they_lead_to_stays(system: System, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.py").write_bytes(b"mine")
    async with shadow(system) as copy:
        os.symlink(tmp_path / "mine", f"{copy.folder}/link")
    assert not os.path.exists(copy.folder)
    assert (tmp_path / "mine/a.py").read_bytes() == b"mine"


async def test_it_is_removed_when_the_work_in_it_fails_or_is_cancelled(system: System) -> None:
    folders: list[str] = []

    async def fail() -> None:
        async with shadow(system) as copy:
            folders.append(copy.folder)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert not os.path.exists(folders[0])
    inside: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        async with shadow(system) as copy:
            inside.set_result(copy.folder)
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    folder = await inside
    assert os.path.isdir(folder)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not os.path.exists(folder)


@pytest.mark.parametrize("steps", range(6))
async def test_cancelled_at_any_await_it_leaves_nothing(steps: int, tmp_path: Path) -> None:
    programs = Programs(tmp_path)

    async def use() -> None:
        async with shadow(programs.system()) as copy:
            await asyncio.to_thread(copy.write, "a.py", b"")

    task = asyncio.create_task(use())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(os.path.exists(folder) for folder in programs.files.made)


def workspace(tmp_path: Path, files: dict[str, str], after: dict[str, str | None]) -> CheckInput:
    return Programs(tmp_path).given(files, after)


async def test_a_mirror_is_the_workspace_as_the_view_has_it(tmp_path: Path) -> None:
    given = workspace(
        tmp_path, {"a.py": "a", "gone.py": "g", "deep/b.py": "b"}, {"a.py": "A", "gone.py": None, "new.py": "n"}
    )
    work = tmp_path / "work"
    (work / "data.bin").write_bytes(b"\0\xff")
    (work / "run.sh").write_text("#!/bin/sh\n")
    (work / "run.sh").chmod(0o755)
    (work / "link.py").symlink_to("deep/b.py")
    (work / "deep/up").symlink_to("../data.bin")
    (tmp_path / "outside").write_text("mine")
    (work / "away").symlink_to(tmp_path / "outside")
    for name in (".git/config", "__pycache__/a.pyc", ".env", "id_rsa", "cache/CACHEDIR.TAG", "cache/x",
                 ".venv/pyvenv.cfg", ".venv/lib/x.py", "web/node_modules/p/index.js"):  # fmt: skip
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text("x")
    async with shadow(given.system) as copy:
        assert copy.mirror(given.after.workspace, given.after.workspace.roots[0]) == (".venv", "web/node_modules")
        folder = Path(copy.folder)
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert found == {"a.py", "new.py", "deep/b.py", "data.bin", "run.sh", "link.py", "deep/up"}
        assert (folder / "a.py").read_text() == "A"
        assert (folder / "link.py").resolve() == folder / "deep/b.py"
        assert (folder / "deep/up").read_bytes() == b"\0\xff"
        assert os.access(folder / "run.sh", os.X_OK)
        for name in ("data.bin", "deep/b.py"):
            assert (folder / name).stat().st_ino != (work / name).stat().st_ino
    assert (work / "a.py").read_text() == "a"


async def test_a_workspace_that_is_too_large_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = workspace(tmp_path, {"a.py": "a", "b.py": "b"}, {"a.py": "A"})
    monkeypatch.setattr(shadow_module, "MOST_FILES", 1)
    async with shadow(given.system) as copy:
        with pytest.raises(TooLarge, match="more than 1 files"):
            copy.mirror(given.after.workspace, given.after.workspace.roots[0])


async def test_nothing_is_written_into_a_copy_that_was_given_up(system: System) -> None:
    async with shadow(system) as copy:
        pass
    with pytest.raises(Closed):
        copy.write("a.py", b"")
    assert not os.path.exists(copy.outer)


async def test_copies_that_a_crash_left_are_swept_and_those_in_use_are_not(system: System, tmp_path: Path) -> None:
    parent = str(tmp_path / "copies")
    left = tmp_path / "copies/sightline-left/work"
    left.mkdir(parents=True)
    (left.parent / "lock").write_text("")
    (tmp_path / "copies/sightline-begun").mkdir()
    async with shadow(system, parent) as copy:
        copy.write("a.py", b"")
        sweep(system, parent)
        assert os.path.exists(f"{copy.folder}/a.py")
        assert not left.parent.exists()
    assert os.listdir(parent) == ["sightline-begun"]
    sweep(system, str(tmp_path / "none"))
