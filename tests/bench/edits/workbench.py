"""What Sightline says of edits: a live graph over a folder, forked with each edit, and the checks run over the fork.

The same parts, in the same order and with the same settings, as ``sightline check`` uses; only the process stays.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System, real_system
from sightline.base.text import Text, minimal_edit
from sightline.checks.check import CheckInput, CheckReport
from sightline.checks.checkers.registry import checker_named
from sightline.checks.checkers.warm import WarmCheckers
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.checks.run import run_checks
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import LiveWorkspace


@dataclass(frozen=True, kw_only=True)
class FileState:
    """One file of an edit: where it was, where it is afterwards, and its text then; ``None`` where it is not."""

    old: str | None
    new: str | None
    after: bytes | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The report on one edit, and the seconds of the fork and of the checks."""

    report: CheckReport
    fork_seconds: float
    check_seconds: float


class Workbench:
    """A folder and its live graph. Used by one task at a time."""

    def __init__(
        self, folder: Path, store: Path, system: System | None = None, policy: CheckPolicy = NO_PROGRAMS
    ) -> None:
        """``policy`` with programs means that the folder is trusted."""
        self.folder = folder.resolve()
        self._root = str(self.folder)
        self._policy = policy
        self._system = system or real_system()
        store.mkdir(parents=True, exist_ok=True)
        self._workspace = LiveWorkspace(self._system, [self._root])
        self._graph = LiveGraph(self._system, str(store / "graph.db"), workers=1)

    @property
    def view(self) -> GraphView:
        """The graph as the folder is now."""
        return self._graph.view

    async def open(self) -> None:
        """Builds the graph."""
        await self._graph.build(await self._workspace.scan(), self._workspace.view)

    async def follow(self, paths: Iterable[str]) -> None:
        """Takes note of files that have changed on disk, as a watcher would tell it."""
        changed = [path for each in paths if (path := self._path(each)) is not None]
        change = await self._workspace.refresh(changed)
        await self._graph.refresh(self._workspace.view, change)
        if self._policy.warm is not None:
            self._policy.warm.disk_changed(changed)

    async def close(self) -> None:
        """Ends the workers, and the type checkers that are kept warm."""
        if self._policy.warm is not None:
            await self._policy.warm.close()
        await self._graph.close()

    async def judge(self, files: Sequence[FileState]) -> Judgement | None:
        """The report on one edit; ``None`` if nothing of it is text of the workspace."""
        changes = self.changes(files)
        if changes.is_empty:
            return None
        start = time.perf_counter()
        before = self.view
        after = await asyncio.to_thread(before.fork, changes)
        forked = time.perf_counter()
        given = CheckInput(
            before=before,
            after=after,
            changes=changes,
            system=self._system,
            trusted=bool(self._policy.types),
            policy=self._policy,
        )
        report = await run_checks(given)
        return Judgement(report=report, fork_seconds=forked - start, check_seconds=time.perf_counter() - forked)

    def changes(self, files: Sequence[FileState]) -> ChangeSet:
        """The edit as a change set against the view. Files that the workspace cannot read as text are left out."""
        base: dict[WorkspacePath, str] = {}
        edits: list[FileEdit] = []
        creates: list[FileCreate] = []
        deletes: list[WorkspacePath] = []
        renames: list[FileRename] = []
        for file in files:
            old, new = self._path(file.old), self._path(file.new)
            text = _text(self.view.workspace, old) if old is not None else None
            if old is not None and text is None:
                continue
            if old is not None and text is not None:
                base[old] = text.digest
            if new is None:
                deletes += [old] if old is not None else []
                continue
            after = _text_of(file.after)
            if after is None:
                base.pop(old, None) if old is not None else None
            elif old is None or text is None:
                creates.append(FileCreate(path=new, text=after))
            else:
                edit = minimal_edit(text.data, after.data)
                edits += [FileEdit(path=old, edits=(edit,))] if edit is not None else []
                renames += [FileRename(old=old, new=new)] if old != new else []
        return ChangeSet(
            base=base, edits=tuple(edits), creates=tuple(creates), deletes=tuple(deletes), renames=tuple(renames)
        )

    def _path(self, relative: str | None) -> WorkspacePath | None:
        if relative is None:
            return None
        try:
            return WorkspacePath(self._root, relative)
        except SightlineError:
            return None


def types_policy(checker: str, system: System) -> CheckPolicy:
    """The check of types by one checker, which is kept running, with as much time as it takes."""
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    programs = {checker: shutil.which(checker_named(checker).program, path=places) or "", "python": sys.executable}
    return CheckPolicy(types=(checker,), programs=programs, seconds=3600.0, warm=WarmCheckers(system))


def states_of(files: Mapping[str, bytes], present: Iterable[str]) -> list[FileState]:
    """Files by their new content, as an edit; those that are not ``present`` are created."""
    known = frozenset(present)
    return [FileState(old=path if path in known else None, new=path, after=data) for path, data in files.items()]


def _text(view: WorkspaceView, path: WorkspacePath) -> Text | None:
    try:
        return view.read(path).text
    except SightlineError:
        return None


def _text_of(data: bytes | None) -> Text | None:
    """Bytes as an editor would hand them over; ``None`` for what is no UTF-8."""
    if data is None:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Text(data.removeprefix(b"\xef\xbb\xbf"))
