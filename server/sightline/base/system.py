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
import tempfile
import time
from collections.abc import Mapping, Sequence
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
        """Replaces a file as a whole: temporary file beside it, flush to disk, rename. Missing folders are made."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Moves a file, replacing ``new``. Missing folders are made."""
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


@dataclass(frozen=True, kw_only=True)
class System:
    """The ports together. ``environment`` is read once at start."""

    files: FileSystem
    clock: Clock
    processes: Processes
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    async def git(self, root: str, *arguments: str, seconds: float = 30.0) -> ProcessResult:
        """Runs git on a repository without running anything the repository names. For trusted workspaces only."""
        return await self.processes.run(
            ("git", *GIT_GUARD, "-C", root, *arguments), directory=root, seconds=seconds, limit=256 << 20
        )


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
        descriptor, temporary = tempfile.mkstemp(prefix=".sightline-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode if mode is not None else _mode_for(path))
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def remove(self, path: str) -> None:
        os.unlink(path)

    def rename(self, old: str, new: str) -> None:
        os.makedirs(os.path.dirname(new), exist_ok=True)
        os.replace(old, new)


def _mode_for(path: str) -> int:
    try:
        return stat_module.S_IMODE(os.stat(path).st_mode)
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


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
        process = await asyncio.create_subprocess_exec(
            *arguments,
            cwd=directory,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(seconds):
                (out, more_out), (err, more_err), _ = await asyncio.gather(
                    _read(process.stdout, limit), _read(process.stderr, limit), _feed(process.stdin, stdin)
                )
                code = await process.wait()
        except TimeoutError as error:
            raise ProcessTimeout(f"{arguments[0]} took longer than {seconds:g} s") from error
        finally:
            if process.returncode is None:
                _kill_group(process.pid)
                await process.wait()
            # The transport must be closed here: left to the garbage collector it warns after the loop is gone.
            process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
        return ProcessResult(code=code, stdout=out, stderr=err, truncated=more_out or more_err)


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
