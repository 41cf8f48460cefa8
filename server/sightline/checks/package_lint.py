"""Runs of linters that judge packages and need all of a workspace (``Way.WORKSPACE``), in a copy of it.

One that executes what it finds there (build scripts) does so as tests do: with the user's word, and isolated.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessResult
from sightline.base.text import Text
from sightline.checks.check import CheckInput
from sightline.checks.isolation import FILES, Isolation, Job, Room, furnish, isolation_for
from sightline.checks.linters.linter import Linter, Row
from sightline.checks.programs import ProgramUnavailable, whole, within_limits
from sightline.checks.shadow import Closed, Shadow, TooLarge
from sightline.graph.view import GraphView

#: Linters that execute nothing of a workspace read the copy as they would read the original.
_NONE = Isolation(why_not="it executes nothing of the workspace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where one linter works on one edit. ``cache`` is a folder (absolute) for what it builds; "" for one that goes."""

    given: CheckInput
    linter: Linter
    program: str
    root: str
    isolation: Isolation
    cache: str

    async def furnished(self, copy: Shadow, view: GraphView) -> Room:
        """A copy of the root as ``view`` has it. Raises :class:`ProgramUnavailable` and ``OSError``."""
        try:
            return await asyncio.to_thread(furnish, copy, view.workspace, self.root, self.isolation, self.given.policy)
        except Closed as error:
            raise asyncio.CancelledError from error
        except TooLarge as error:
            raise ProgramUnavailable(str(error)) from error

    def packages(self, view: GraphView, texts: Mapping[str, Text]) -> dict[str, dict[str, Text]]:
        """The texts of one run each, by the folder it runs in, relative to the root."""
        found: dict[str, dict[str, Text]] = {}
        for name, text in sorted(texts.items()):
            folder = posixpath.dirname(name)
            while self.linter.manifest and folder and not self._is_package(view, folder):
                folder = posixpath.dirname(folder)
            found.setdefault(folder, {})[name] = text
        return found

    def placed(self, room: Room, texts: Mapping[str, Text]) -> dict[str, str]:
        """Name of each text where the program sees it → relative to the root."""
        place = room.place if self.isolation.program else room.system.files.real_path(room.place)
        return {f"{place}/{name}": name for name in texts}

    async def run(self, room: Room, folder: str) -> ProcessResult:
        """One run. Raises :class:`ProgramUnavailable`."""
        linter, policy, system = self.linter, room.policy, room.system
        seconds = policy.executing.seconds if linter.executes else policy.seconds
        job = Job(
            name=linter.name,
            command=[self.program, *linter.arguments(())],
            below=folder,
            lent=linter.lent(system),
            kept=policy.executing.cache if linter.executes and self.cache else "",
            variables=linter.variables(system, self.cache or FILES),
        )
        with within_limits(linter.name, seconds):
            done = await room.run(job, seconds)
        return whole(linter.name, done)

    def _is_package(self, view: GraphView, folder: str) -> bool:
        return view.workspace.exists(WorkspacePath(self.root, f"{folder}/{self.linter.manifest}"))


@asynccontextmanager
async def workplace(given: CheckInput, linter: Linter, program: str, root: str) -> AsyncGenerator[Workplace]:
    """Where ``linter`` may work. Raises :class:`ProgramUnavailable` where it may not.

    What an executing one builds is kept for one edit at a time: cargo takes what it built for current when it is
    younger than the texts, so the copies must be made while nobody else builds there.
    """
    policy, system = given.policy, given.system
    made = Workplace(given=given, linter=linter, program=program, root=root, isolation=_NONE, cache=policy.cache)
    if not linter.executes:
        yield made
        return
    isolation = await isolation_for(system, policy, given.after.workspace.roots, root)
    if not await policy.executing.consent(root, isolation.words):
        raise ProgramUnavailable(
            f"{linter.name} executes build scripts, and you have not allowed what executes edits of this workspace "
            "(sightline trust --tests)"
        )
    given.told(f"Running {linter.name}, {isolation.words}.")
    cache, release = "", None
    if policy.executing.cache:
        cache = f"{policy.executing.cache}/{linter.name}-{sha256(root.encode()).hexdigest()[:16]}"
        release = await asyncio.to_thread(system.files.try_lock, f"{cache}/lock")
    try:
        yield replace(made, isolation=isolation, cache=cache if release is not None else "")
    finally:
        if release is not None:
            release()


def relative(rows: list[Row], names: Mapping[str, str], folder: str) -> list[Row]:
    """Rows by names relative to the root, with the package they are of."""
    return [replace(row, file=names[row.file], package=folder) for row in rows]
