"""The one door to the machine: files, clock, processes, environment, git.

Everything else in Sightline asks this port, so that tests run on an in-memory one (``base/memory_system.py``).
It knows no workspace rules: confinement, ignore rules and trust are decided by its callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sightline.base.file_system import TEMPORARY_PREFIX, DirectoryEntry, FileStat, FileSystem
from sightline.base.real_files import RealFiles

#: Files are part of this port too, and imported from here by everyone else.
__all__ = [
    "GIT_GUARD",
    "PASSED_ON",
    "TEMPORARY_PREFIX",
    "ChildProcess",
    "Clock",
    "DirectoryEntry",
    "FileStat",
    "FileSystem",
    "ProcessResult",
    "ProcessTimeout",
    "Processes",
    "RealClock",
    "RealFiles",
    "RealProcesses",
    "System",
    "real_system",
]

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
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  asyncio offers no other way


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
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  asyncio offers no other way
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
