"""The one door to the machine: files, clock, processes, environment, git.

Everything else in Sightline asks this port, so that tests run on an in-memory one (``base/memory_system.py``).
It knows no workspace rules: confinement, ignore rules and trust are decided by its callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat as stat_module
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

#: Variables a child process may see; everything else (keys above all) is dropped.
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
)

#: Names of files that exist only while another is being replaced. A scan never lists them.
TEMPORARY_PREFIX = ".sightline-write-"

#: git never runs programs named by the repository (protocol-notes: core.fsmonitor ran during ``ls-files``).
GIT_GUARD = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat",
    "-c", "protocol.allow=never", "-c", "core.attributesFile=/dev/null", "--no-optional-locks", "--no-pager",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """What the file system says of one path. ``identity`` is (device, inode): equal for two names of one file."""

    size: int
    mtime_ns: int
    is_file: bool
    is_directory: bool
    is_link: bool
    mode: int
    identity: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """One name in a directory; for a link, ``is_file`` and ``is_directory`` are both false."""

    name: str
    is_file: bool
    is_directory: bool
    is_link: bool


class FileSystem(Protocol):
    """Files by absolute path. Every method raises ``OSError`` as the operating system does."""

    def read(self, path: str, limit: int | None = None) -> bytes:
        """Content of a file, at most ``limit`` bytes of it."""
        ...

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        """Facts about a path; with ``follow=False`` about a link itself."""
        ...

    def list(self, path: str) -> Sequence[DirectoryEntry]:
        """Entries of a directory in no particular order."""
        ...

    def real_path(self, path: str) -> str:
        """``path`` with all links resolved, forward slashes; parts that do not exist are kept as they are."""
        ...

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Replaces a file as a whole: temporary file beside it, flush to disk, rename. Missing folders are made.

        Mode (unless given) and, where the system allows it, owner of the file stay.
        """
        ...

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Makes a file that does not exist yet and flushes it to disk. Missing folders are made.

        Raises ``FileExistsError`` when there is one. Not atomic: a crash may leave a part of it.
        """
        ...

    def remove(self, path: str) -> None:
        """Removes a file."""
        ...

    def remove_folder(self, path: str) -> None:
        """Removes an empty folder."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Moves a file, replacing ``new``, whose owner stays where the system allows it. Missing folders are made."""
        ...

    def try_lock(self, path: str) -> Callable[[], None] | None:
        """Takes the lock that the file ``path`` stands for and returns what releases it; ``None`` when it is held.

        The lock is gone when its process is gone, however it ended.
        """
        ...


class Clock(Protocol):
    """Time. ``now`` is Unix time in seconds (for people), ``monotonic`` seconds for measuring."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """A finished process. ``truncated`` tells that output over the limit was thrown away."""

    code: int
    stdout: bytes
    stderr: bytes
    truncated: bool = False


class ChildProcess(Protocol):
    """A running helper process of ours, spoken to through its standard input and output."""

    @property
    def pid(self) -> int:
        """Process id."""
        ...

    async def send(self, data: bytes) -> None:
        """Writes ``data`` to its input. Raises ``OSError`` when it is gone."""
        ...

    async def receive(self) -> bytes:
        """The next piece of its output; empty at the end."""
        ...

    async def stop(self) -> None:
        """Kills it if it still runs, and waits until it is gone. May be called twice."""
        ...


class ProcessTimeout(Exception):
    """A process that was killed because its time was over."""


class Processes(Protocol):
    """Child processes: their own group, an allow-listed environment, limits, and no shell."""

    async def run(
        self,
        arguments: Sequence[str],
        *,
        directory: str,
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 16 << 20,
    ) -> ProcessResult:
        """Runs a program to its end.

        Raises ``OSError`` when it cannot be started and :class:`ProcessTimeout` after ``seconds``. ``limit`` bounds
        the bytes kept of each output stream. Cancelling the awaiting task kills the whole group.
        """
        ...

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:
        """Starts a helper of ours that stays in this process's group. Raises ``OSError`` when it cannot be started.

        Its standard error is this process's own.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class System:
    """The ports together. ``environment`` is read once at start."""

    files: FileSystem
    clock: Clock
    processes: Processes
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    async def git(self, root: str, *arguments: str, seconds: float = 30.0) -> ProcessResult:
        """Runs git on a repository without running anything the repository names. For trusted workspaces only."""
        off = [option for name in await self._git_filters(root) for option in _without_filter(name)]
        return await self.processes.run(
            ("git", *GIT_GUARD, *off, "-C", root, *arguments), directory=root, seconds=seconds, limit=256 << 20
        )

    async def _git_filters(self, root: str) -> set[str]:
        """Names of the content filters that are configured: ``git diff`` would run their programs.

        git 2.39 has no switch that ignores ``.gitattributes`` (``--attr-source`` came later), and reading the
        configuration runs nothing.
        """
        found = await self.processes.run(
            ("git", *GIT_GUARD, "-C", root, "config", "--null", "--name-only", "--get-regexp", r"^filter\."),
            directory=root,
        )
        keys = found.stdout.decode("utf-8", "surrogateescape").split("\0")
        return {key.removeprefix("filter.").rpartition(".")[0] for key in keys if key}


def _without_filter(name: str) -> tuple[str, ...]:
    values = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    return tuple(part for key, value in values for part in ("-c", f"filter.{name}.{key}={value}"))


class RealFiles:
    """The machine's file system."""

    def read(self, path: str, limit: int | None = None) -> bytes:
        with open(path, "rb") as file:
            return file.read() if limit is None else file.read(limit)

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        found = os.stat(path, follow_symlinks=follow)
        return FileStat(
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            is_file=stat_module.S_ISREG(found.st_mode),
            is_directory=stat_module.S_ISDIR(found.st_mode),
            is_link=stat_module.S_ISLNK(found.st_mode),
            mode=stat_module.S_IMODE(found.st_mode),
            identity=(found.st_dev, found.st_ino),
        )

    def list(self, path: str) -> Sequence[DirectoryEntry]:
        with os.scandir(path) as entries:
            return [
                DirectoryEntry(
                    name=entry.name,
                    is_file=entry.is_file(follow_symlinks=False),
                    is_directory=entry.is_dir(follow_symlinks=False),
                    is_link=entry.is_symlink(),
                )
                for entry in entries
            ]

    def real_path(self, path: str) -> str:
        return os.path.realpath(path).replace("\\", "/")

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _take_over_owner(temporary, path)
            os.chmod(temporary, mode if mode is not None else _mode_for(path))
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(folder)

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.chmod(path, mode)
            os.fsync(file.fileno())

    def remove(self, path: str) -> None:
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        os.rmdir(path)

    def rename(self, old: str, new: str) -> None:
        folder = os.path.dirname(new)
        os.makedirs(folder, exist_ok=True)
        _take_over_owner(old, new)
        os.replace(old, new)
        _sync_folder(folder)

    def try_lock(self, path: str) -> Callable[[], None] | None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        held = contextlib.ExitStack()
        held.callback(os.close, descriptor)
        return held.close  # which does nothing the second time


def _take_over_owner(path: str, like: str) -> None:
    """Gives ``path`` the owner of ``like``, so that an edit by root leaves a user's file the user's."""
    if not hasattr(os, "chown"):
        return
    with contextlib.suppress(OSError):
        wanted, found = os.stat(like), os.stat(path)
        if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
            os.chown(path, wanted.st_uid, wanted.st_gid)
            os.chmod(path, stat_module.S_IMODE(found.st_mode))  # which chown may have lessened


def _mode_for(path: str) -> int:
    try:
        return stat_module.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return 0o666 & ~_UMASK


def _read_umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


#: Read once, at import: it can only be read by setting it, which another thread would notice.
_UMASK = _read_umask()


def _sync_folder(folder: str) -> None:
    """Makes a rename survive a power failure, where the system can do that (Windows opens no folders)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class RealClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class RealProcesses:
    """Processes of this machine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name: environment[name] for name in PASSED_ON if name in environment}

    async def run(
        self,
        arguments: Sequence[str],
        *,
        directory: str,
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 16 << 20,
    ) -> ProcessResult:
        process = await self._start_group(arguments, directory)
        try:
            async with asyncio.timeout(seconds):
                (out, more_out), (err, more_err), _ = await asyncio.gather(
                    _read(process.stdout, limit), _read(process.stderr, limit), _feed(process.stdin, stdin)
                )
                code = await process.wait()
        except TimeoutError as error:
            raise ProcessTimeout(f"{arguments[0]} took longer than {seconds:g} s") from error
        finally:
            await _end_group(process)
        return ProcessResult(code=code, stdout=out, stderr=err, truncated=more_out or more_err)

    async def _start_group(self, arguments: Sequence[str], directory: str) -> asyncio.subprocess.Process:
        """Starts a program in a group of its own; cancelled meanwhile, the whole group is gone before this ends.

        Left to asyncio, a cancel at that moment kills the program alone and then waits for all who hold its output.
        """
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *arguments,
                cwd=directory,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            while not starting.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({starting})
            if starting.exception() is None:
                await _end_group(starting.result())
            raise

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            cwd=directory,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return _RealChild(process)


class _RealChild:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    async def receive(self) -> bytes:
        assert self._process.stdout is not None
        return await self._process.stdout.read(1 << 18)

    async def stop(self) -> None:
        # ``Process.kill`` would reap a child that is dead already, behind the back of asyncio's watcher.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        await self._process.wait()
        # As in ``run``: left to the garbage collector the transport warns after the loop is gone.
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


async def _read(stream: asyncio.StreamReader | None, limit: int) -> tuple[bytes, bool]:
    assert stream is not None
    kept: list[bytes] = []
    size = 0
    while chunk := await stream.read(1 << 16):
        if size < limit:
            kept.append(chunk[: limit - size])
        size += len(chunk)
    return b"".join(kept), size > limit


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    assert stream is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        await stream.wait_closed()


async def _end_group(process: asyncio.subprocess.Process) -> None:
    # The group is killed even when its leader has ended: what it left in the background must not stay.
    _kill_group(process.pid)
    # Closed before waiting, because asyncio waits for the pipes too, and a process that left the group may hold them;
    # and closed at all, because the garbage collector would warn after the loop is gone.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
    await process.wait()


def _kill_group(process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process_id, signal.SIGKILL)
        else:
            os.kill(process_id, signal.SIGTERM)


def real_system() -> System:
    """The machine this process runs on."""
    environment = dict(os.environ)
    return System(files=RealFiles(), clock=RealClock(), processes=RealProcesses(environment), environment=environment)
