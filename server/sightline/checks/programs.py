"""Finds a program of the user's and runs it within limits. What a workspace brings is run only if the user named it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sightline.base.system import ProcessGreed, ProcessResult, ProcessTimeout, System
from sightline.checks.policy import CheckPolicy

_EXECUTABLE = 0o111
#: Windows hands batch files, such as npm makes for its programs, to an interpreter that acts upon these in arguments.
_BATCH = (".cmd", ".bat")
_INTERPRETED = re.compile(r'[&|<>^%!"\r\n]')


class ProgramUnavailable(Exception):
    """A program is not there, may not run, or did not do its work; the message says why, for a ``SkippedCheck``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One run of ``program`` (an absolute path). ``name`` is how people call it."""

    name: str
    program: str
    arguments: Sequence[str]
    directory: str
    stdin: bytes = b""


def find_program(
    system: System, name: str, policy: CheckPolicy, roots: Sequence[str], root: str, file: str = ""
) -> str:
    """Absolute path of the program ``name`` for the workspace folder ``root``, one of ``roots``.

    On the ``PATH`` its ``file`` is looked for, if it is called otherwise. Folders of ``PATH`` that lie in the
    workspace, or whose program leads into it, are passed over. Raises :class:`ProgramUnavailable`.
    """
    named = policy.programs.get(name, "").replace("\\", "/")
    if named:
        path = posixpath.normpath(named if _is_absolute(named) else posixpath.join(root, named))
        if not _is_program(system, path):
            raise ProgramUnavailable(f"{name} is not at {path}, where your setting checks.programs says it is")
        return path
    endings = [ending.lower() for ending in system.environment.get("PATHEXT", "").split(";")]
    for folder in _folders(system):
        for ending in endings:
            path = f"{folder}/{file or name}{ending}"
            if _is_program(system, path) and not _leads_into(system, path, roots):
                return path
    raise ProgramUnavailable(f"{file or name} is not on your PATH; the setting checks.programs can say where it is")


async def run_program(system: System, run: Invocation, policy: CheckPolicy) -> ProcessResult:
    """Runs a program with an environment of few names, limited in time, memory and output; its whole group is killed.

    Raises :class:`ProgramUnavailable` when it must not or cannot be started, takes too long, says too much or is
    killed.
    """
    if run.program.lower().endswith(_BATCH) and any(map(_INTERPRETED.search, run.arguments)):
        raise ProgramUnavailable(f"{run.name} is a batch file, for which a name of a file here may be a command")
    try:
        with within_limits(run.name, policy.seconds):
            done = await system.processes.run(
                (run.program, *run.arguments),
                directory=run.directory,
                stdin=run.stdin,
                seconds=policy.seconds,
                memory=policy.memory,
            )
    except OSError as error:
        raise ProgramUnavailable(f"{run.name} could not be started: {error.strerror or error}") from error
    return whole(run.name, done)


@contextmanager
def within_limits(name: str, seconds: float) -> Generator[None]:
    """Raises :class:`ProgramUnavailable` for a program that was ended for taking too long, or too much."""
    try:
        yield
    except ProcessGreed as error:
        raise ProgramUnavailable(f"{name} was ended: {error}") from error
    except ProcessTimeout as error:
        raise ProgramUnavailable(f"{name} took longer than {seconds:g} s") from error


def whole(name: str, done: ProcessResult) -> ProcessResult:
    """``done``, if the program came to its own end and all it printed is there. Raises :class:`ProgramUnavailable`."""
    if done.truncated:
        raise ProgramUnavailable(f"{name} printed too much")
    if done.code < 0:
        raise ProgramUnavailable(f"{name} was killed by signal {-done.code}")
    return done


def complaint(name: str, done: ProcessResult) -> ProgramUnavailable:
    """What to raise when a program failed: the first line it printed to standard error, else its exit code."""
    lines = [line.strip() for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    return ProgramUnavailable(f"{name} failed: {lines[0][:200] if lines else f'exit code {done.code}'}")


def _folders(system: System) -> list[str]:
    path = system.environment.get("PATH", "").replace("\\", "/")
    separator = ";" if "PATHEXT" in system.environment else ":"
    return [folder.rstrip("/") for folder in path.split(separator) if _is_absolute(folder)]


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _is_program(system: System, path: str) -> bool:
    try:
        stat = system.files.stat(path)
    except (OSError, ValueError):
        return False
    return stat.is_file and ("PATHEXT" in system.environment or bool(stat.mode & _EXECUTABLE))


def _leads_into(system: System, path: str, roots: Sequence[str]) -> bool:
    places = (path, system.files.real_path(path))
    folders = (*roots, *map(system.files.real_path, roots))
    return any(place.startswith(folder.rstrip("/") + "/") for place in places for folder in folders)
