"""What Sightline says of mutations: forks the graph of a code base with each and runs the checks."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mutations import Mutation
from sources import CodeBase

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.paths import WorkspacePath
from sightline.base.system import System, real_system
from sightline.base.text import Text, minimal_edit
from sightline.checks.check import CheckInput, CheckReport
from sightline.checks.run import run_checks
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.live import LiveWorkspace


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The report on one mutation, and the seconds of the fork and of the checks."""

    report: CheckReport
    fork_seconds: float
    check_seconds: float


class SightlineJudge:
    """Judges mutations of one code base, whose graph is built once."""

    def __init__(self, system: System, view: GraphView, root: str) -> None:
        self._system, self._view, self._root = system, view, root

    @property
    def view(self) -> GraphView:
        """The graph of the code base."""
        return self._view

    @property
    def system(self) -> System:
        """The machine the graph was read from."""
        return self._system

    def on(self, view: GraphView) -> SightlineJudge:
        """A judge of the same code base in another state."""
        return SightlineJudge(self._system, view, self._root)

    def changes(self, mutation: Mutation) -> ChangeSet:
        """The mutation as a change set against the view."""
        edits: list[FileEdit] = []
        creates: list[FileCreate] = []
        base: dict[WorkspacePath, str] = {}
        for relative, data in mutation.files.items():
            path = WorkspacePath(self._root, relative)
            if not self._view.workspace.exists(path):
                creates.append(FileCreate(path=path, text=Text(data)))
                continue
            text = self._view.workspace.read(path).text
            edit = minimal_edit(text.data, data.removeprefix(b"\xef\xbb\xbf"))
            if edit is not None:
                base[path] = text.digest
                edits.append(FileEdit(path=path, edits=(edit,)))
        return ChangeSet(base=base, edits=tuple(edits), creates=tuple(creates))

    async def judge(self, mutation: Mutation) -> Answer:
        """The report on one mutation."""
        start = time.perf_counter()
        changes = self.changes(mutation)
        after = await asyncio.to_thread(self._view.fork, changes)
        forked = time.perf_counter()
        given = CheckInput(before=self._view, after=after, changes=changes, system=self._system)
        report = await run_checks(given)
        return Answer(report=report, fork_seconds=forked - start, check_seconds=time.perf_counter() - forked)


async def open_judge(code: CodeBase, store: Path, packages: Sequence[Path] = ()) -> SightlineJudge:
    """Indexes a code base (a copy of it is not needed: nothing is written there). ``packages`` count as installed."""
    system = real_system()
    system = replace(system, environment={**system.environment, "VIRTUAL_ENV": str(_environment(store, packages))})
    workspace = LiveWorkspace(system, [str(code.root.resolve())])
    graph = LiveGraph(system, str(store / "graph.db"), workers=1)
    scan = await workspace.scan()
    await graph.build(scan, workspace.view)
    view = graph.view
    await graph.close()
    return SightlineJudge(system, view, str(code.root.resolve()))


def _environment(store: Path, packages: Sequence[Path]) -> Path:
    """A virtual environment's folder that holds the packages of some folders."""
    library = store / "environment" / "lib" / "python3" / "site-packages"
    library.mkdir(parents=True)
    for entry in (each for folder in packages for each in folder.resolve().iterdir()):
        if not (library / entry.name).exists():
            (library / entry.name).symlink_to(entry)
    return store / "environment"


@contextmanager
def scratch_folder() -> Generator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        yield Path(folder)
