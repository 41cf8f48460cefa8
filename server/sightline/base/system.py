"""The one door to the machine: files, clock, processes, environment, git.

Everything else in Sightline asks this port, so that tests run on an in-memory one (``base/memory_system.py``).
It knows no workspace rules: confinement, ignore rules and trust are decided by its callers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sightline.base.file_system import TEMPORARY_PREFIX, DirectoryEntry, FileStat, FileSystem
from sightline.base.real_clock import RealClock
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
    "KeptProgram",
    "ProcessGreed",
    "ProcessResult",
    "ProcessTimeout",
    "Processes",
    "RealClock",
    "RealFiles",
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


class KeptProgram(ChildProcess, Protocol):
    """A running program of others, in a group of its own."""

    @property
    def complaint(self) -> str:
        """The first thing it wrote to standard error, a line; "" if nothing."""
        ...


class ProcessTimeout(Exception):
    """A process that was killed because its time was over; ``stdout`` is what it had printed by then."""

    def __init__(self, message: str, stdout: bytes = b"") -> None:
        super().__init__(message)
        self.stdout = stdout


class ProcessGreed(ProcessTimeout):
    """A process that was killed because it and those it started took more than they may; the message says of what."""


class Processes(Protocol):
    """Child processes: their own group, an allow-listed environment, limits, and no shell."""

    async def run(  # noqa: PLR0913  every limit of a process is here
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
        """Runs a program to its end.

        Raises ``OSError`` when it cannot be started and :class:`ProcessTimeout` after ``seconds``. ``limit`` bounds
        the bytes kept of each output stream, ``memory`` the bytes of data of each process (on Linux; elsewhere there
        is no such limit). With ``most`` it and all that it starts are looked at several times a second, and killed when
        they are more processes than that or hold more than ``memory`` bytes together (:class:`ProcessGreed`).
        ``variables`` are set over those passed on (:data:`PASSED_ON`). Cancelling the awaiting task kills the whole
        group.
        """
        ...

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:
        """Starts a helper of ours that stays in this process's group. Raises ``OSError`` when it cannot be started.

        Its standard error is this process's own.
        """
        ...

    async def keep(self, arguments: Sequence[str], *, directory: str, memory: int | None = None) -> KeptProgram:
        """Starts a program of others that stays until it is stopped, which kills its whole group.

        ``memory`` as for :meth:`run`. Raises ``OSError`` when it cannot be started. Cancelled, nothing of it is left.
        """
        ...

    def on_path(self, path: str) -> Processes:
        """The same, but what it starts, and what that starts, is looked for in the folders of ``path``."""
        ...


@dataclass(frozen=True, kw_only=True)
class System:
    """The ports together. ``environment`` is read once at start."""

    files: FileSystem
    clock: Clock
    processes: Processes
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def outside(self, roots: Sequence[str]) -> System:
        """This system without the folders of ``PATH`` that lie in one of ``roots``, or lead there.

        A program that is none of the workspace's may itself look for another one: ``#!/usr/bin/env node`` does.
        """
        path = self.environment.get("PATH")
        if path is None:
            return self
        inside = tuple(f"{place.rstrip('/')}/" for root in roots for place in (root, self.files.real_path(root)))

        def lies_outside(folder: str) -> bool:
            places = (folder.replace("\\", "/"), self.files.real_path(folder))
            return os.path.isabs(folder) and not any(f"{place}/".startswith(inside) for place in places)

        left = os.pathsep.join(filter(lies_outside, path.split(os.pathsep)))
        return replace(self, environment={**self.environment, "PATH": left}, processes=self.processes.on_path(left))

    async def git(self, root: str, *arguments: str, seconds: float = 30.0, limit: int = 256 << 20) -> ProcessResult:
        """Runs git on a repository without running anything the repository names. For trusted workspaces only.

        ``limit`` bounds the bytes kept of what it prints.
        """
        off = [option for name in await self._git_filters(root) for option in _without_filter(name)]
        return await self.processes.run(
            ("git", *GIT_GUARD, *off, "-C", root, *arguments), directory=root, seconds=seconds, limit=limit
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


def real_system() -> System:
    """The machine this process runs on."""
    from sightline.base.real_processes import RealProcesses  # noqa: PLC0415  a parsing process does without asyncio

    environment = dict(os.environ)
    return System(files=RealFiles(), clock=RealClock(), processes=RealProcesses(environment), environment=environment)
