"""A small engine of the same shape as the real one, for what the real one cannot be made to do on time.

It knows the open documents and the disk, answers ``run`` by a function of the test, and prepares the edits a test plans
(``plan``) by replacing a piece of text. It has no graph and asks no model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import ChangeConflict, SightlineError, UsageError
from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath, confine
from sightline.base.system import real_system
from sightline.base.text import Span, Text, TextEdit
from sightline.checks.acceptance import NOTHING, Acceptance
from sightline.checks.check import Finding
from sightline.config.locations import locations
from sightline.config.settings import Settings
from sightline.engine.engine import Engine, FileAfter, PreparedEdit, Progress
from sightline.engine.model import ModelParts, Models, ModelStores, models_of
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.graph.answers import Coverage
from sightline.lsp.options import MakeEngine, ServerOptions
from sightline.tasks.result import Listener
from sightline.workspace.files import SourceFile, WorkspaceView

Run = Callable[[FeatureRequest, Listener], Awaitable[FeatureResult]]


@dataclass
class FakeView:
    """A graph view without a graph."""

    workspace: WorkspaceView

    @property
    def revision(self) -> int:
        return self.workspace.revision

    def coverage(self) -> Coverage:
        return Coverage(complete=False, unparsed=1, unread=1)


async def answer_at_once(request: FeatureRequest, listener: Listener) -> FeatureResult:
    """The usual ``run``."""
    del listener
    return FeatureResult(command=request.command, turn_id=request.turn, revision=1, text=f"You said {request.text}.")


def no_models() -> Models:
    """The models of a user who has none."""
    system = memory_system()

    async def no_leave() -> bool:
        return False

    return models_of(
        ModelParts(
            system=system,
            settings=Settings(),
            where=locations(system),
            leave=no_leave,
            ask_leave=None,
            stores=ModelStores,
        )
    )


@dataclass
class FakeEngine:
    """See the module. ``calls`` tells what the session asked for, in order."""

    roots: tuple[str, ...]
    run_feature: Run = answer_at_once
    indexing: Callable[[Progress], Awaitable[None]] | None = None
    imports: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[str] = field(default_factory=list[str])
    requests: list[FeatureRequest] = field(default_factory=list[FeatureRequest])
    overlay: dict[WorkspacePath, SourceFile | None] = field(default_factory=dict[WorkspacePath, "SourceFile | None"])
    planned: dict[str, tuple[WorkspacePath, str, str]] = field(
        default_factory=dict[str, "tuple[WorkspacePath, str, str]"]
    )
    settings: Settings = field(default_factory=Settings)
    trusted: bool = True
    trusting: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    applied_turns: list[str] = field(default_factory=list[str])
    closed: bool = False
    models: Models = field(default_factory=no_models)

    @property
    def workspace(self) -> WorkspaceView:
        """What every file says now."""
        return self.view.workspace

    @property
    def view(self) -> FakeView:
        return FakeView(
            WorkspaceView(
                revision=len(self.calls), roots=self.roots, system=real_system(), known=(), overlay=dict(self.overlay)
            )
        )

    async def start(self, progress: Progress | None = None) -> None:
        self.calls.append("start")
        if self.indexing is not None and progress is not None:
            await self.indexing(progress)

    async def imports_known(self) -> None:
        await self.imports.wait()

    async def close(self) -> None:
        self.calls.append("close")
        self.closed = True

    def workspace_path(self, absolute: str) -> WorkspacePath | None:
        for root in self.roots:
            if absolute.startswith(root + "/"):
                return confine(root, absolute)
        return None

    def open_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        self.calls.append(f"open {path} {version}")
        self.overlay[path] = SourceFile(path=path, text=text, version=version)

    def change_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        self.calls.append(f"change {path} {version}")
        self.overlay[path] = SourceFile(path=path, text=text, version=version)

    async def close_document(self, path: WorkspacePath) -> None:
        self.calls.append(f"close {path}")
        self.overlay.pop(path, None)

    async def files_changed(self, paths: tuple[WorkspacePath, ...]) -> None:
        self.calls.append(f"files {' '.join(map(str, paths))}")

    async def rescan(self) -> None:
        self.calls.append("rescan")

    async def set_roots(self, roots: tuple[str, ...]) -> None:
        self.roots = roots
        self.trusted = self.trusted and roots in self.trusting
        self.calls.append(f"roots {len(roots)}")

    async def vouch(self, roots: tuple[str, ...]) -> None:
        self.calls.append(f"vouch {' '.join(roots)}")

    async def run(self, request: FeatureRequest, listener: Listener) -> FeatureResult:
        self.requests.append(request)
        return await self.run_feature(request, listener)

    def plan(self, turn: str, path: WorkspacePath, old: str, new: str) -> None:
        """From now on, an edit that replaces ``old`` waits under ``turn``."""
        self.planned[turn] = (path, old, new)

    def prepare(self, turn: str, acceptance: Acceptance = NOTHING) -> PreparedEdit:
        if turn.startswith("rejected") and not acceptance.everything:
            raise SightlineError("This edit was refused by the checks.", hint="Look at the findings.", kind="rejected")
        if turn not in self.planned:
            raise UsageError(f"No edit is waiting under {turn}.", kind="no_such_turn")
        path, old, new = self.planned[turn]
        file = self.view.workspace.read(path)
        start = file.text.data.find(old.encode())
        if start < 0:
            raise ChangeConflict("The text has changed.", hint="Ask again.")
        edits = (TextEdit(Span(start, start + len(old.encode())), new.encode()),)
        changes = ChangeSet(base={path: file.digest}, edits=(FileEdit(path=path, edits=edits),))
        after = FileAfter(path=path, kind="edit", before=file.text, after=file.text.apply(edits), version=file.version)
        return PreparedEdit(turn=turn, label=f"edit {turn}", changes=changes, files=(after,), rebased=False)

    def takes_back(self, turn: str) -> bool:
        del turn
        return False

    async def broken_by(self, prepared: PreparedEdit) -> tuple[Finding, ...]:
        self.calls.append(f"weigh {prepared.turn}")
        return ()

    async def judge_again(self, turn: str, acceptance: Acceptance = NOTHING) -> None:
        del acceptance
        self.calls.append(f"judge {turn}")

    async def make_ready(self, prepare: Callable[[], PreparedEdit]) -> None:
        prepare()

    async def proposed(self, turn: str) -> PreparedEdit:
        return self.prepare(turn, Acceptance(everything=True))

    def applied(
        self, prepared: PreparedEdit, landed: frozenset[WorkspacePath] = frozenset()
    ) -> tuple[WorkspacePath, ...]:
        different = tuple(file.path for file in prepared.files if file.path not in landed)
        if not different:
            self.applied_turns.append(prepared.turn)
        return different

    def taken_back(self, prepared: PreparedEdit) -> None:
        self.calls.append(f"taken back {prepared.turn}")

    def discard(self, turn: str) -> None:
        self.planned.pop(turn, None)


def maker(engines: list[FakeEngine], **given: Run | Callable[[Progress], Awaitable[None]]) -> MakeEngine:
    """Opens fake engines and keeps them in ``engines``, the present one last."""

    async def make_engine(options: ServerOptions) -> Engine:
        await asyncio.sleep(0)
        engine = FakeEngine(roots=options.roots, **given)  # type: ignore[arg-type]  the fields' own types
        engines.append(engine)
        return cast("Engine", engine)

    return make_engine
