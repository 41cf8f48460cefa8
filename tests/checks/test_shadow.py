"""The copy that programs may be given: what it holds, that it is no link to the user's files, and that it goes away."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from sightline.base.errors import PathOutsideRoot
from sightline.base.system import System
from sightline.checks.shadow import shadow
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
