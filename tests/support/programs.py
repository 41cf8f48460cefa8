"""Workspaces on the disk and programs written by a test, for the checks that run programs of the user's."""

from __future__ import annotations

import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.memory_system import ManualClock
from sightline.base.paths import WorkspacePath
from sightline.base.real_processes import RealProcesses
from sightline.base.system import RealFiles, System
from sightline.base.text import Text, minimal_edit
from sightline.checks.check import CheckInput
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.workspace.files import WorkspaceView
from support.graphs import fresh_graph


class WatchedFiles(RealFiles):
    """Real files that note which temporary folders were made, those within them left out."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def temporary_folder(self, parent: str = "") -> str:
        folder = super().temporary_folder(parent)
        if parent not in self.made:
            self.made.append(folder)
        return folder


@dataclass
class Programs:
    """A workspace in ``folder / "work"`` and programs in ``folder / "bin"``, which is the ``PATH``."""

    folder: Path
    path: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    files: WatchedFiles = field(default_factory=WatchedFiles)
    clock: ManualClock = field(default_factory=ManualClock)

    @property
    def root(self) -> str:
        return str(self.folder / "work")

    def write(self, name: str, script: str, *, below: str = "bin") -> Path:
        """A program in Python whose first lines are there already: ``sys``, ``json``, ``os``, ``Path``."""
        path = self.folder / below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # No path with a space can stand behind "#!".
        around = f"#!/bin/sh\n'''exec' \"{sys.executable}\" \"$0\" \"$@\"\n' '''"
        first = around if " " in sys.executable else f"#!{sys.executable}"
        head = f"{first}\nimport json, os, sys, time\nfrom pathlib import Path\n"
        path.write_text(head + script, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def system(self) -> System:
        environment = {"PATH": self.path or str(self.folder / "bin"), **self.environment}
        processes = RealProcesses(environment)
        return System(files=self.files, clock=self.clock, processes=processes, environment=environment)

    def given(
        self,
        before: Mapping[str, str],
        after: Mapping[str, str | None],
        policy: CheckPolicy = NO_PROGRAMS,
        *,
        trusted: bool = True,
    ) -> CheckInput:
        """The edit that takes the workspace from ``before``, which is written to the disk, to ``after``."""
        for name, text in before.items():
            path = self.folder / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "work").mkdir(exist_ok=True)
        system = self.system()
        known = frozenset(WorkspacePath(self.root, name) for name in before)
        view = fresh_graph(WorkspaceView(revision=1, roots=(self.root,), system=system, known=known, overlay={}))
        changes = self._changes(before, after)
        after_view = view.fork(changes)
        return CheckInput(before=view, after=after_view, changes=changes, system=system, trusted=trusted, policy=policy)

    def _changes(self, before: Mapping[str, str], after: Mapping[str, str | None]) -> ChangeSet:
        edits: list[FileEdit] = []
        creates: list[FileCreate] = []
        deletes: list[WorkspacePath] = []
        for name, text in after.items():
            path = WorkspacePath(self.root, name)
            if text is None:
                deletes.append(path)
            elif name not in before:
                creates.append(FileCreate(path=path, text=Text.of(text)))
            elif edit := minimal_edit(before[name].encode(), text.encode()):
                edits.append(FileEdit(path=path, edits=(edit,)))
        base = {WorkspacePath(self.root, name): Text.of(text).digest for name, text in before.items()}
        return ChangeSet(base=base, edits=tuple(edits), creates=tuple(creates), deletes=tuple(deletes))
