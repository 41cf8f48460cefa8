"""The in-memory files must do what the real ones do: the same random operations on both."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.system import FileSystem, RealFiles

NAMES = ["a", "b", "d/a", "d/b", "d/e/a", "f/a"]


def answer(files: FileSystem, root: str, operation: str, names: tuple[str, str]) -> object:
    """What an operation says, or the kind of its error."""
    path, other = (f"{root}/{name}" for name in names)
    try:
        match operation:
            case "read":
                return files.read(path)
            case "write":
                return files.write(path, names[1].encode())
            case "write_new":
                return files.write_new(path, names[1].encode(), mode=0o600)
            case "remove":
                return files.remove(path)
            case "rename":
                return files.rename(path, other)
            case "stat":
                found = files.stat(path)
                return found.is_file, found.is_directory, found.is_link, found.size if found.is_file else 0
            case _:
                return sorted((entry.name, entry.is_file) for entry in files.list(path.rpartition("/")[0]))
    except OSError as error:
        return type(error).__name__


def content(files: FileSystem, root: str) -> dict[str, bytes]:
    return {name: files.read(f"{root}/{name}") for name in NAMES if answer(files, root, "read", (name, "")) is not None
            and not isinstance(answer(files, root, "read", (name, "")), str)}  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_random_operations_have_the_same_effect(seed: int, tmp_path: Path) -> None:
    choose = random.Random(seed)
    real, memory = RealFiles(), memory_system({"/w/keep": ""}).files
    real.write(f"{tmp_path}/keep", b"")
    for _ in range(150):
        operation = choose.choice(["read", "write", "write", "write_new", "remove", "rename", "stat"])
        names = choose.choice(NAMES), choose.choice(NAMES)
        said = answer(real, str(tmp_path), operation, names), answer(memory, "/w", operation, names)
        assert said[0] == said[1], (operation, names)
        assert content(real, str(tmp_path)) == content(memory, "/w"), (operation, names)


def test_a_file_keeps_its_time_until_it_is_written() -> None:
    files = memory_system({"/w/a": "", "/w/b": ""}).files
    before = files.stat("/w/a").mtime_ns
    files.write("/w/b", b"x")
    assert files.stat("/w/a").mtime_ns == before
    assert files.stat("/w/b").mtime_ns > before
    files.rename("/w/a", "/w/a")
    assert files.read("/w/a") == b""


def test_folders_are_listed_and_locks_held() -> None:
    files = memory_system({"/w/a/b/c": "", "/w/d": ""}).files
    assert sorted((entry.name, entry.is_directory) for entry in files.list("/w")) == [("a", True), ("d", False)]
    assert [entry.name for entry in files.list("/")] == ["w"]
    assert files.stat("/w/a").is_directory
    release = files.try_lock("/w/lock")
    assert release is not None
    assert files.try_lock("/w/lock") is None
    release()
    assert files.try_lock("/w/lock") is not None


async def test_no_program_is_there_unless_a_test_answers_for_it() -> None:
    with pytest.raises(FileNotFoundError):
        await memory_system().processes.run(["ls"], directory="/")
