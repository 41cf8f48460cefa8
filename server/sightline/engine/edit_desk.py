"""The part of the engine through which edits go: those that wait for the user's word, undo and redo, and the disk.

Used from the event loop only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.checks.acceptance import NOTHING, Acceptance, AcceptedFinding
from sightline.checks.check import Finding
from sightline.checks.checkers.warm import WarmCheckers
from sightline.edits.diff import unified_diff
from sightline.engine.judging import broken_by, judge_pending, made_ready
from sightline.engine.parts import EngineParts
from sightline.engine.pending import PendingEdits
from sightline.engine.permissions import Permissions
from sightline.engine.prepared import PreparedEdit
from sightline.graph.view import GraphView
from sightline.sessions.hunks import Hunk
from sightline.sessions.journal import JournalEntry
from sightline.tasks.trial import TrialPolicy
from sightline.workspace.files import WorkspaceView
from sightline.workspace.write import apply_to_disk

#: How long (seconds) a question waits for what was just typed; then it is answered from what was there before.
PATIENCE = 10.0


class EditDesk:
    """Edits on their way from a turn to the files, and back."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._pending = PendingEdits(parts.journal)
        self._permissions = Permissions(parts.workspace)
        self._warm = WarmCheckers(parts.system)
        self._vouched: frozenset[str] = frozenset()
        self._judge_roots(parts.workspace.view.roots)
        self._checks = replace(parts.checks, warm=self._warm)

    @property
    def roots(self) -> tuple[str, ...]:
        """The workspace roots."""
        return self._parts.workspace.view.roots

    @property
    def view(self) -> GraphView:
        """The present snapshot. Documents that take long to be read are in it as they were, see :meth:`caught_up`."""
        return self._parts.graph.view

    @property
    def workspace(self) -> WorkspaceView:
        """What every file says now."""
        return self._parts.workspace.view

    async def caught_up(self) -> GraphView:
        """The snapshot once it holds every document as it is now, or what there is after :data:`PATIENCE`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._parts.graph.caught_up()
        return self.view

    def prepare(self, turn: str, acceptance: Acceptance = NOTHING) -> PreparedEdit:
        """Makes a turn's edit ready for the texts as they are now.

        Raises ``ChangeConflict`` when what was typed since touches the same lines, ``UsageError`` (kind
        ``no_such_turn``) for an unknown turn, and ``SightlineError`` (kind ``rejected``) for an edit with certain
        findings that ``acceptance`` does not cover. What was found may be of an older revision: :meth:`judge_again`.
        """
        return self._pending.prepare(turn, self._parts.workspace.view, acceptance)

    async def judge_again(self, turn: str, acceptance: Acceptance = NOTHING) -> None:
        """Judges a turn's edit once more if its findings are of an older revision. Raises as ``judge_pending``.

        As long as nothing changes after it, :meth:`prepare` with ``acceptance`` is quick.
        """
        policy = self._trial_policy()
        await judge_pending(turn, self._pending, self._parts.workspace, self.caught_up, policy, acceptance)

    async def proposed(self, turn: str) -> PreparedEdit:
        """A turn's edit to look at, whatever was found and typed since. Raises ``UsageError`` (``no_such_turn``)."""
        return await asyncio.to_thread(self._pending.proposed, turn, self._parts.workspace.view)

    def applied(
        self, prepared: PreparedEdit, landed: frozenset[WorkspacePath] = frozenset()
    ) -> tuple[WorkspacePath, ...]:
        """Tells that the editor says it applied ``prepared``: compares what landed with what was checked.

        ``landed`` are files that were seen to hold exactly the checked text since the edit was sent (the user may have
        typed on by now); the others are compared as they are now. Records the inverse of what landed in the journal,
        and of nothing else. Returns the files that did not land as checked (empty: all is well).
        """
        return self._pending.applied(prepared, self._parts.workspace.view, landed)

    def taken_back(self, prepared: PreparedEdit) -> None:
        """Tells that what landed of ``prepared`` is taken back to the last file: nothing of it stands."""
        self._pending.taken_back(prepared)

    def discard(self, turn: str) -> None:
        """Forgets a turn's edit. An unknown turn is no error: it is forgotten already."""
        self._pending.discard(turn)

    async def make_ready(self, prepare: Callable[[], PreparedEdit]) -> None:
        """Does beside the loop what ``prepare``, a method of this class, would do on it: merging long files.

        Called right after, it takes long only if something changed in this very moment. Raises as it does.
        """
        await made_ready(prepare, self._parts.workspace)

    def prepare_undo(self, turn: str | None = None, hunks: Collection[int] = ()) -> PreparedEdit:
        """The inverse of the last applied edit, or of ``turn``, or of some of its hunks, for the present texts."""
        return self._pending.prepare_undo(turn, self._parts.workspace.view, hunks)

    def prepare_redo(self, turn: str | None = None) -> PreparedEdit:
        """The edit that was undone last, or of ``turn``, ready for the present texts."""
        return self._pending.prepare_redo(turn, self._parts.workspace.view)

    def takes_back(self, turn: str) -> bool:
        """Whether what waits under ``turn`` is an undo or a redo. Raises ``UsageError`` (``no_such_turn``)."""
        return self._pending.takes_back(turn)

    async def broken_by(self, prepared: PreparedEdit) -> tuple[Finding, ...]:
        """What an undo or a redo would certainly break by now. It is for the user to weigh: they take back their own.

        Raises ``ChangeConflict`` when the texts are no longer those it was made ready for.
        """
        return await broken_by(prepared, self.caught_up, self._trial_policy())

    def history(self, limit: int = 20) -> tuple[JournalEntry, ...]:
        """The newest applied edits, undone ones too, the newest first."""
        return self._pending.history(limit)

    def hunks(self, turn: str) -> tuple[JournalEntry, tuple[Hunk, ...]]:
        """An applied edit and its single changes, numbered for :meth:`prepare_undo`."""
        return self._pending.hunks(turn)

    async def write(
        self, turn: str, label: str, changes: ChangeSet, accepted: tuple[AcceptedFinding, ...] = ()
    ) -> None:
        """Writes a checked change set to disk, all or nothing, and records its inverse. For doors without an editor."""
        view = self._parts.workspace.view
        before = {path: view.read(path).text for path in changes.paths_before}
        await apply_to_disk(self._parts.system, changes, self._parts.write_journal)
        self._pending.record(turn, label, changes, before.__getitem__, accepted)

    async def write_prepared(self, prepared: PreparedEdit) -> None:
        """Writes an undo or a redo to disk, all or nothing, and tells the journal. For doors without an editor."""
        await apply_to_disk(self._parts.system, prepared.changes, self._parts.write_journal)
        self._pending.written(prepared)

    def diff_of(self, changes: ChangeSet) -> str:
        """The change set as a unified diff against the present snapshot."""
        return unified_diff(changes, self.workspace)

    @property
    def trusted(self) -> bool:
        """Whether the user trusts every root. One that is not trusted takes the trust of all: code of it may run."""
        return self._trusted

    def _judge_roots(self, roots: tuple[str, ...]) -> None:
        """Takes over the trust in these roots, and leaves programs in them out of account."""
        self._trusted = bool(roots) and all(root in self._vouched or self._parts.trusts(root) for root in roots)
        self._system = self._parts.system.outside(roots)

    def _trial_policy(self, *, strict: bool = False) -> TrialPolicy:
        return TrialPolicy(
            system=self._system,
            root=self.roots[0],
            permitted=self._permissions.why_not_touched,
            trusted=self._trusted,
            strict=strict,
            checks=self._checks,
        )

    async def hold_undo(self, turn: str | None, hunks: Collection[int], under: str) -> tuple[WorkspacePath, ...]:
        """Lets an undo wait under the turn ``under``. Answers its files."""
        return await self._hold(under, lambda: self.prepare_undo(turn, hunks))

    async def hold_redo(self, turn: str | None, under: str) -> tuple[WorkspacePath, ...]:
        """Lets a redo wait under the turn ``under``. Answers its files."""
        return await self._hold(under, lambda: self.prepare_redo(turn))

    async def _hold(self, under: str, prepare: Callable[[], PreparedEdit]) -> tuple[WorkspacePath, ...]:
        await self.make_ready(prepare)
        return self._pending.hold(under, prepare())
