"""Runs of linters that judge packages and need all of a workspace (``Way.WORKSPACE``), in a copy of it."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Mapping

from sightline.base.system import ProcessGreed, ProcessResult, ProcessTimeout, System
from sightline.base.text import Text
from sightline.checks.isolation import Isolation, Job, Room, furnish
from sightline.checks.linters.linter import Linter
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import ProgramUnavailable
from sightline.checks.shadow import Closed, Shadow, TooLarge
from sightline.graph.view import GraphView

#: These linters execute nothing of a workspace, so they read the copy as they would read the original.
_NONE = Isolation(why_not="it executes nothing of the workspace")


def by_package(texts: Mapping[str, Text]) -> dict[str, dict[str, Text]]:
    """The texts of one run each, by folder relative to the root."""
    found: dict[str, dict[str, Text]] = {}
    for name, text in sorted(texts.items()):
        found.setdefault(posixpath.dirname(name), {})[name] = text
    return found


async def furnished(copy: Shadow, view: GraphView, root: str, policy: CheckPolicy) -> Room:
    """A copy of a root as ``view`` has it. Raises :class:`ProgramUnavailable` and ``OSError``."""
    try:
        return await asyncio.to_thread(furnish, copy, view.workspace, root, _NONE, policy)
    except Closed as error:
        raise asyncio.CancelledError from error
    except TooLarge as error:
        raise ProgramUnavailable(str(error)) from error


async def run_in_package(system: System, room: Room, linter: Linter, program: str, folder: str) -> ProcessResult:
    """One run. Raises :class:`ProgramUnavailable`."""
    seconds = room.policy.seconds
    job = Job(
        name=linter.name,
        command=[program, *linter.arguments(())],
        below=folder,
        variables=linter.variables(system, room.policy.cache or room.files),
    )
    try:
        done = await room.run(job, seconds)
    except ProcessGreed as error:
        raise ProgramUnavailable(f"{linter.name} was ended: {error}") from error
    except ProcessTimeout as error:
        raise ProgramUnavailable(f"{linter.name} took longer than {seconds:g} s") from error
    if done.truncated:
        raise ProgramUnavailable(f"{linter.name} printed too much")
    if done.code < 0:
        raise ProgramUnavailable(f"{linter.name} was killed by signal {-done.code}")
    return done
