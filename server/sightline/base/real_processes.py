"""Processes of this machine, on asyncio. ``base/system.py`` is the way to them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psutil

from sightline.base.system import (
    PASSED_ON,
    ChildProcess,
    KeptProgram,
    ProcessGreed,
    ProcessResult,
    ProcessTimeout,
)

if sys.platform == "linux":
    import resource


#: How often (seconds) the processes of a run are counted. A look takes 10 ms or so, in a thread.
_LOOK = 0.2


class RealProcesses:
    """Processes of this machine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name: environment[name] for name in PASSED_ON if name in environment}
        if "PATH" in environment:
            # What is relative there would be looked for in the workspace that a program runs in.
            folders = [folder for folder in environment["PATH"].split(os.pathsep) if os.path.isabs(folder)]
            self._environment["PATH"] = os.pathsep.join(folders)

    def on_path(self, path: str) -> RealProcesses:
        return RealProcesses({**self._environment, "PATH": path})

    async def run(  # noqa: PLR0913  the port's signature
        self,
        arguments: Sequence[str],
        *,
        directory: str,
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 16 << 20,
        memory: int | None = None,
        most: int | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> ProcessResult:
        process = await self._start_group(arguments, directory, {**self._environment, **(variables or {})})
        out, err = _Output(limit), _Output(limit)
        try:
            _limit_memory(process.pid, memory)
            async with asyncio.timeout(seconds):
                work = asyncio.gather(
                    out.read(process.stdout), err.read(process.stderr), _feed(process.stdin, stdin), process.wait()
                )
                if most is not None:
                    await _watched(work, process, most, memory)
                *_, code = await work
        except TimeoutError as error:
            raise ProcessTimeout(f"{arguments[0]} took longer than {seconds:g} s", out.kept) from error
        except ProcessGreed as error:
            raise ProcessGreed(str(error), out.kept) from error
        finally:
            await _end_group(process)
        return ProcessResult(code=code, stdout=out.kept, stderr=err.kept, truncated=out.cut or err.cut)

    async def _start_group(
        self, arguments: Sequence[str], directory: str, environment: Mapping[str, str]
    ) -> asyncio.subprocess.Process:
        """Starts a program in a group of its own; cancelled meanwhile, the whole group is gone before this ends.

        Left to asyncio, a cancel at that moment kills the program alone and then waits for all who hold its output.
        """
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *arguments,
                cwd=directory,
                env=environment,
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

    async def keep(self, arguments: Sequence[str], *, directory: str, memory: int | None = None) -> KeptProgram:
        process = await self._start_group(arguments, directory, self._environment)
        _limit_memory(process.pid, memory)
        return _KeptProgram(process)


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


#: Bytes of what a kept program writes to standard error that are looked at; the rest is thrown away.
_COMPLAINT = 4096
#: How long the pipes of a kept program that was killed may stay open (seconds).
_PATIENCE = 1.0


class _KeptProgram(_RealChild):
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__(process)
        self._said = bytearray()
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @property
    def complaint(self) -> str:
        lines = (line.strip() for line in self._said.decode(errors="replace").splitlines())
        return next((line for line in lines if line), "")[:200]

    async def stop(self) -> None:
        _kill_group(self._process.pid)
        # Closing the transport reaps a child that is dead already, behind the back of asyncio's watcher, and what it
        # wrote before its end is still to be heard: both get the time that this takes, unless a process that left the
        # group holds the pipes.
        ended = asyncio.get_running_loop().create_task(self._process.wait())
        await asyncio.wait({ended, self._listening}, timeout=_PATIENCE)
        await _end_group(self._process)
        await ended
        self._listening.cancel()
        await asyncio.wait({self._listening})

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(1 << 16):
            self._said += chunk[: _COMPLAINT - len(self._said)]


class _Output:
    """What is kept of an output stream: at most ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.cut = False

    @property
    def kept(self) -> bytes:
        return bytes(self._kept)

    async def read(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while chunk := await stream.read(1 << 16):
            room = self._limit - len(self._kept)
            self._kept += chunk[:room]
            self.cut = self.cut or len(chunk) > room


async def _watched(
    work: asyncio.Future[Any], process: asyncio.subprocess.Process, most: int, memory: int | None
) -> None:
    """Waits until ``work`` is done. Raises :class:`ProcessGreed` when the tree of the process takes too much."""
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_LOOK)
            if too_much := await asyncio.to_thread(_too_much, process.pid, most, memory):
                _kill_tree(process.pid)
                raise ProcessGreed(f"it took {too_much}")
    finally:
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


def _too_much(process_id: int, most: int, memory: int | None) -> str:
    """What a process and all below it take too much of, "" if they do not."""
    try:
        top = psutil.Process(process_id)
        every = [top, *top.children(recursive=True)]
    except psutil.Error:
        return ""
    if len(every) > most:
        return f"more than {most} processes"
    if memory is not None and _held(every, _resident) > memory and _held(every, _share) > memory:
        return f"more than {memory >> 20} MiB of memory"
    return ""


def _held(every: Sequence[psutil.Process], size: Callable[[psutil.Process], int]) -> int:
    held = 0
    for each in every:
        with contextlib.suppress(psutil.Error):
            held += size(each)
    return held


def _resident(process: psutil.Process) -> int:
    return process.memory_info().rss


def _share(process: psutil.Process) -> int:
    """Its part of the memory that forked processes have in common; ten times as long to ask."""
    full = process.memory_full_info()
    return getattr(full, "pss", full.uss)


def _kill_tree(process_id: int) -> None:
    """Kills what a process started, also what left its group, as far as it is still below it."""
    with contextlib.suppress(psutil.Error):
        for each in psutil.Process(process_id).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                each.kill()


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


def _limit_memory(process_id: int, memory: int | None) -> None:
    """Bounds the data of a process and of those it starts from now on.

    Set from outside, because code between fork and exec may hang in a process with threads. It counts what is written
    to, not what is only reserved: Node.js and Go reserve many times what they use.
    """
    if memory is None or sys.platform != "linux":
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        resource.prlimit(process_id, resource.RLIMIT_DATA, (memory, memory))


def _kill_group(process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process_id, signal.SIGKILL)
        else:
            os.kill(process_id, signal.SIGTERM)
