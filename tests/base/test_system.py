"""The real machine behind the System port: files that are never half written, and processes that never stay."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.real_processes import RealProcesses
from sightline.base.system import TEMPORARY_PREFIX, ProcessTimeout, RealFiles, real_system
from support.patience import PATIENCE

PYTHON = sys.executable
ENVIRONMENT = {"PATH": os.environ["PATH"], "SECRET_TOKEN": "hidden", "HOME": "/nowhere"}


@pytest.fixture(name="processes")
def processes_fixture() -> RealProcesses:
    return RealProcesses(ENVIRONMENT)


@pytest.fixture(name="files")
def files_fixture() -> RealFiles:
    return RealFiles()


# Files -----------------------------------------------------------------------------------------------------------


def test_writing_replaces_a_file_and_keeps_its_mode(files: RealFiles, tmp_path: Path) -> None:
    path = tmp_path / "deep/er/a.txt"
    files.write(str(path), b"one")
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o750)
    files.write(str(path), b"two")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o750)
    files.write(str(path), b"three", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["a.txt"]


def _umask() -> int:
    return int(subprocess.run(["sh", "-c", "umask"], capture_output=True, check=True).stdout, 8)


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    files: RealFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_write_is_flushed_before_it_is_renamed(
    files: RealFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flush(descriptor: int) -> None:
        order.append("flush folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "flush file")
        fsync(descriptor)

    def move(old: str, new: str) -> None:
        assert os.path.basename(old).startswith(TEMPORARY_PREFIX)
        order.append("rename")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "replace", move)
    files.write(str(tmp_path / "a.txt"), b"x")
    assert order == ["flush file", "rename", "flush folder"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_of_a_replaced_file_stays(files: RealFiles, tmp_path: Path) -> None:
    for name in ("written", "moved to"):
        path = tmp_path / name
        path.write_bytes(b"")
        path.chmod(0o640)
        os.chown(path, 12345, 23456)
    files.write(str(tmp_path / "written"), b"x")
    files.write_new(str(tmp_path / "new"), b"x", mode=0o640)
    files.rename(str(tmp_path / "new"), str(tmp_path / "moved to"))
    for name in ("written", "moved to"):
        found = (tmp_path / name).stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12345, 23456, 0o640)


def test_new_files_are_new(files: RealFiles, tmp_path: Path) -> None:
    path = str(tmp_path / "sub/a.txt")
    files.write_new(path, b"one", mode=0o755)
    assert os.stat(path).st_mode & 0o777 == 0o755
    with pytest.raises(FileExistsError):
        files.write_new(path, b"two")
    assert files.read(path) == b"one"
    files.rename(path, str(tmp_path / "other/b.txt"))
    files.remove_folder(str(tmp_path / "sub"))
    with pytest.raises(OSError, match="not empty"):
        files.remove_folder(str(tmp_path / "other"))
    files.remove(str(tmp_path / "other/b.txt"))
    assert os.listdir(tmp_path) == ["other"]


def test_what_is_said_of_files_folders_and_links(files: RealFiles, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"12345")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("a.txt")
    os.mkfifo(tmp_path / "pipe")
    kinds = {entry.name: (entry.is_file, entry.is_directory, entry.is_link) for entry in files.list(str(tmp_path))}
    assert kinds == {
        "a.txt": (True, False, False),
        "folder": (False, True, False),
        "link": (False, False, True),
        "pipe": (False, False, False),
    }
    plain, link = files.stat(str(tmp_path / "a.txt")), files.stat(str(tmp_path / "link"))
    assert plain == link
    assert (plain.size, plain.is_file) == (5, True)
    assert files.stat(str(tmp_path / "link"), follow=False).is_link
    assert files.real_path(str(tmp_path / "link")) == str(tmp_path / "a.txt")
    assert files.real_path(str(tmp_path / "folder/none/x")) == str(tmp_path / "folder/none/x")
    assert files.read(str(tmp_path / "a.txt"), 3) == b"123"


def test_a_real_path_is_the_one_that_python_finds(files: RealFiles, tmp_path: Path) -> None:
    (tmp_path / "real (deleted)").mkdir()
    (tmp_path / "real (deleted)" / "a.py").write_bytes(b"")
    (tmp_path / "folder").symlink_to("real (deleted)")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "broken").symlink_to("nowhere/x")
    for name in ("folder", "folder/a.py", "folder/../folder/", "folder/a.py/below", "loop/x", "broken", "none/x"):
        path = str(tmp_path / name)
        assert files.real_path(path) == os.path.realpath(path)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs a file that tells no size")
def test_a_file_that_tells_no_size_is_read_up_to_the_limit(files: RealFiles) -> None:
    assert files.read("/proc/self/status", 1 << 20).startswith(b"Name:")
    assert len(files.read("/proc/self/status", 100)) == 100


def test_a_lock_is_held_by_one_and_gone_with_its_process(files: RealFiles, tmp_path: Path) -> None:
    path = str(tmp_path / "state/lock")
    release = files.try_lock(path)
    assert release is not None
    assert files.try_lock(path) is None
    release()
    script = (
        "import sys; from sightline.base.system import RealFiles\n"
        "assert RealFiles().try_lock(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([PYTHON, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        release()  # a second time: it does not take away what is another's now
        assert files.try_lock(path) is None
        other.kill()
    again = files.try_lock(path)
    assert again is not None
    again()


# Processes -------------------------------------------------------------------------------------------------------


async def test_output_code_and_input(processes: RealProcesses, tmp_path: Path) -> None:
    script = "import os,sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write(os.getcwd()); sys.exit(3)"
    result = await processes.run([PYTHON, "-c", script], directory=str(tmp_path), stdin=b"hello")
    assert (result.code, result.stdout, result.stderr, result.truncated) == (3, b"HELLO", str(tmp_path).encode(), False)


async def test_only_listed_variables_are_passed_on(processes: RealProcesses) -> None:
    script = "import os; print(sorted(name for name in os.environ if name in ('SECRET_TOKEN', 'HOME', 'PATH')))"
    result = await processes.run([PYTHON, "-c", script], directory="/")
    assert result.stdout.strip() == b"['HOME', 'PATH']"


async def test_output_over_the_limit_is_dropped_and_said(processes: RealProcesses) -> None:
    script = "import sys; sys.stdout.write('x' * 1_000_000); sys.stderr.write('y' * 10)"
    result = await processes.run([PYTHON, "-c", script], directory="/", limit=1000)
    assert (len(result.stdout), result.stderr, result.truncated) == (1000, b"y" * 10, True)
    exact = await processes.run([PYTHON, "-c", "print('x' * 9)"], directory="/", limit=10)
    assert (len(exact.stdout), exact.truncated) == (10, False)


async def test_a_program_that_reads_nothing_is_no_error(processes: RealProcesses) -> None:
    result = await processes.run([PYTHON, "-c", "print('done')"], directory="/", stdin=b"x" * 5_000_000)
    assert (result.code, result.stdout) == (0, b"done\n")


async def test_programs_and_folders_that_are_missing(processes: RealProcesses, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such-program"):
        await processes.run(["no-such-program"], directory="/")
    with pytest.raises(OSError, match="nowhere"):
        await processes.run([PYTHON, "-c", ""], directory=str(tmp_path / "nowhere"))


def family(*, output: str, then: str) -> list[str]:
    """A program with a child in the background that would live on.

    ``output`` says whether the child holds the output open, ``then`` what the program goes on to do.
    """
    quiet = {"shared": "", "closed": ">/dev/null 2>&1 </dev/null"}[output]
    return ["sh", "-c", f"sleep 600 {quiet} & echo > started; {then}"]


def living_in(folder: Path) -> list[int]:
    """Processes that work in a folder; one that is dead and not yet waited for has none."""
    found: list[int] = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and (process / "cwd").readlink() == folder:
                found.append(int(process.name))
    return found


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Iterator[Path]:
    """A folder to work in; whatever still lives there in the end is killed, so that a failure leaves nothing."""
    yield tmp_path
    for pid in living_in(tmp_path):
        os.kill(pid, signal.SIGKILL)


async def emptied(folder: Path) -> bool:
    for _ in range(6_000):  # the kernel needs a moment after the signal
        if not living_in(folder):
            return True
        await asyncio.sleep(0.01)
    return False


async def started(folder: Path) -> None:
    while not (folder / "started").exists():
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("output", ["shared", "closed"])
async def test_cancelling_kills_the_whole_group(processes: RealProcesses, folder: Path, output: str) -> None:
    task = asyncio.create_task(processes.run(family(output=output, then="wait"), directory=str(folder)))
    await asyncio.wait_for(started(folder), PATIENCE)
    assert living_in(folder)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, PATIENCE)
    assert await emptied(folder)


def stand_still_until_started(folder: Path) -> None:
    """Holds the loop up, so that asyncio has not yet heard of a program that runs already."""
    deadline = time.monotonic() + PATIENCE
    while not (folder / "started").exists():
        assert time.monotonic() < deadline, "it was not even started"


@pytest.mark.parametrize("output", ["shared", "closed"])
async def test_cancelling_while_it_starts_kills_the_whole_group(
    processes: RealProcesses, folder: Path, output: str
) -> None:
    for steps in range(12):
        task = asyncio.create_task(processes.run(family(output=output, then="wait"), directory=str(folder)))
        for _ in range(steps):
            await asyncio.sleep(0)
        if steps > 5:
            stand_still_until_started(folder)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)
        assert await emptied(folder), steps
        (folder / "started").unlink(missing_ok=True)


@pytest.mark.parametrize("output", ["shared", "closed"])
async def test_a_timeout_kills_the_whole_group(processes: RealProcesses, folder: Path, output: str) -> None:
    with pytest.raises(ProcessTimeout, match=r"longer than 0\.5 s"):
        await processes.run(family(output=output, then="wait"), directory=str(folder), seconds=0.5)
    assert await emptied(folder)


async def test_what_a_finished_program_left_in_the_background_is_killed(processes: RealProcesses, folder: Path) -> None:
    result = await processes.run(family(output="closed", then="exit"), directory=str(folder))
    assert result.code == 0
    assert await emptied(folder)


async def test_a_child_that_holds_the_output_open_is_killed_at_the_timeout(
    processes: RealProcesses, folder: Path
) -> None:
    """The program itself has ended, so only its group tells what is left of it."""
    with pytest.raises(ProcessTimeout):
        await processes.run(family(output="shared", then="exit"), directory=str(folder), seconds=0.5)
    assert await emptied(folder)


async def test_a_child_that_left_the_group_holds_nobody_up(processes: RealProcesses, folder: Path) -> None:
    escape = ["sh", "-c", "setsid sleep 600 & wait"]
    with pytest.raises(ProcessTimeout):
        await asyncio.wait_for(processes.run(escape, directory=str(folder), seconds=0.5), PATIENCE)
    assert living_in(folder), "that one is out of reach, and the test kills it"


async def test_git_runs_no_program_that_a_repository_names(tmp_path: Path) -> None:
    system = real_system()
    trap = tmp_path / "sprung"
    repository = tmp_path / "repository"
    for command in (
        ["init", "-q", str(repository)],
        ["-C", str(repository), "config", "core.fsmonitor", f"touch {trap}; false"],
        ["-C", str(repository), "config", "core.pager", f"touch {trap}"],
        ["-C", str(repository), "config", "core.hooksPath", str(tmp_path)],
    ):
        subprocess.run(["git", *command], check=True)
    (repository / "a.py").write_text("x")
    subprocess.run(["git", "-C", str(repository), "status"], check=True, capture_output=True)
    assert trap.exists(), "the trap works"
    trap.unlink()
    for arguments in (["ls-files", "-co", "--exclude-standard"], ["status", "--porcelain"]):
        result = await system.git(str(repository), *arguments)
        assert b"a.py" in result.stdout
    assert not trap.exists()


def test_the_clock_of_the_machine_goes_forward() -> None:
    clock = real_system().clock
    assert clock.monotonic() <= clock.monotonic()
    assert clock.now() > 1_700_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's memory")
async def test_a_program_that_takes_too_much_memory_fails_and_so_do_those_it_starts(processes: RealProcesses) -> None:
    greedy = "import sys; sys.stdin.read(); x = bytearray(400 << 20)"
    done = await processes.run([PYTHON, "-c", greedy], directory="/", memory=200 << 20)
    assert done.code == 1
    assert b"MemoryError" in done.stderr
    child = f"import subprocess, sys; sys.stdin.read(); sys.exit(subprocess.call([{PYTHON!r}, '-c', {greedy!r}]))"
    done = await processes.run([PYTHON, "-c", child], directory="/", memory=200 << 20)
    assert done.code == 1
    assert (await processes.run([PYTHON, "-c", greedy], directory="/", memory=2 << 30)).code == 0


async def test_a_program_is_never_looked_for_in_the_folder_it_runs_in(tmp_path: Path) -> None:
    program = tmp_path / "surprise"
    program.write_text("#!/bin/sh\necho surprise\n")
    program.chmod(0o755)
    processes = RealProcesses({"PATH": f".::{os.environ['PATH']}"})
    done = await processes.run(["/bin/sh", "-c", "surprise"], directory=str(tmp_path))
    assert done.code == 127
    assert b"surprise\n" not in done.stdout


async def test_what_a_program_looks_for_itself_never_comes_from_a_workspace(tmp_path: Path) -> None:
    """As ``#!/usr/bin/env node`` does: the program is the user's, what it starts was the workspace's."""
    for folder, answer in (("work/bin", "workspace"), ("mine", "user")):
        interpreter = tmp_path / folder / "interpret"
        interpreter.parent.mkdir(parents=True)
        interpreter.write_text(f"#!/bin/sh\necho {answer}\n")
        interpreter.chmod(0o755)
    program = tmp_path / "mine" / "program"
    program.write_text("#!/usr/bin/env interpret\n")
    program.chmod(0o755)
    (tmp_path / "linked").symlink_to(tmp_path / "work" / "bin")
    (tmp_path / "root").symlink_to(tmp_path / "work")
    folders = [f"{tmp_path}/root/bin", f"{tmp_path}/linked", f"{tmp_path}/work/bin", "bin", "", f"{tmp_path}/mine"]
    environment = {"PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
    system = replace(real_system(), environment=environment, processes=RealProcesses(environment))
    assert (await system.processes.run([str(program)], directory="/")).stdout == b"workspace\n", "the case is one"
    outside = system.outside([f"{tmp_path}/root"])
    assert (await outside.processes.run([str(program)], directory="/")).stdout == b"user\n"
    assert outside.environment["PATH"].split(os.pathsep)[0] == f"{tmp_path}/mine"
    kept = await outside.processes.keep([str(program)], directory="/")
    assert await kept.receive() == b"user\n"
    await kept.stop()
    neighbour = system.outside([f"{tmp_path}/mi", f"{tmp_path}/w"]).environment["PATH"]
    assert f"{tmp_path}/mine" in neighbour.split(os.pathsep), "a name that only begins alike is another folder"


def test_a_copy_has_content_and_mode_and_is_never_a_link(files: RealFiles, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"x" * 100_000)
    source.chmod(0o750)
    (tmp_path / "link").symlink_to(source)
    for name in ("a.txt", "link"):
        target = tmp_path / "copies" / name
        files.copy(str(tmp_path / name), str(target))
        assert target.read_bytes() == source.read_bytes()
        assert target.stat().st_mode & 0o777 == 0o750
        assert not target.is_symlink()
    assert source.stat().st_nlink == 1
    with pytest.raises(FileExistsError):
        files.copy(str(source), str(tmp_path / "copies/a.txt"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        files.copy(str(tmp_path / "pipe"), str(tmp_path / "copies/pipe"))


def test_a_tree_is_removed_whatever_a_program_left_in_it(files: RealFiles, tmp_path: Path) -> None:
    folder = files.temporary_folder()
    assert os.stat(folder).st_mode & 0o777 == 0o700
    os.makedirs(f"{folder}/closed/deep")
    Path(f"{folder}/closed/deep/a.txt").write_bytes(b"x")
    os.chmod(f"{folder}/closed", 0)
    os.symlink(tmp_path, f"{folder}/link")
    files.remove_tree(folder)
    assert not os.path.lexists(folder)
    assert tmp_path.exists()
    files.remove_tree(folder)


#: The user without rights on Debian and most others.
NOBODY = 65_534


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX's users and rights")
def test_folders_that_their_owner_may_not_read_are_removed_and_what_links_lead_to_stays_as_it_is(
    files: RealFiles, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    root = os.geteuid() == 0  # who may read all
    if root:
        os.seteuid(NOBODY)
    try:
        folder = files.temporary_folder()
        os.makedirs(f"{folder}/closed/deep")
        Path(f"{folder}/closed/deep/a.txt").write_bytes(b"x")
        os.symlink(tmp_path, f"{folder}/link")
        os.chmod(f"{folder}/closed/deep", 0o500)
        os.chmod(f"{folder}/closed", 0)
        files.remove_tree(folder)
        assert not os.path.lexists(folder)
    finally:
        if root:
            os.seteuid(0)
    assert tmp_path.stat().st_mode & 0o777 == 0o500
