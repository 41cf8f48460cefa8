"""Edits that were checked and wait for the user's word, and the way from there into the editor and the journal."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sightline.base.changes import ChangeSet, TextLookup
from sightline.base.errors import ChangeConflict, SightlineError, UsageError
from sightline.base.merge import rebase
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.acceptance import NOTHING, Acceptance, AcceptedFinding
from sightline.checks.check import Certainty, CheckReport, Finding
from sightline.engine.confirmations import why_replaced
from sightline.engine.made_ready import MadeReady
from sightline.engine.marks import Places, file_doubts, marks_of
from sightline.engine.prepared import PreparedEdit, files_of, present_text, texts_before, without
from sightline.sessions.hunks import Hunk
from sightline.sessions.journal import EditJournal, JournalEntry
from sightline.tasks.result import TurnResult, TurnVerdict
from sightline.workspace.files import SourceFile, WorkspaceView

#: Edits of older turns are forgotten beyond this number, and beyond so many bytes of texts that they hold together.
MOST_PENDING, MOST_BYTES = 100, 64 << 20
#: Names of forgotten turns that are remembered, to say why they are gone.
_MOST_FORGOTTEN = 1_000

_LIMITS = f"only the newest edits wait, {MOST_PENDING} at most and {MOST_BYTES >> 20} MB of texts"
_HISTORY = "`sightline history` lists the edits that were applied."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """``incomplete``: parts of the reply could not be placed or read, so that no finding tells all that is wrong.

    ``findings`` were found in ``judged`` at ``revision``; ``None`` for an undo or a redo, judged by the door itself.
    """

    label: str
    changes: ChangeSet
    base: dict[WorkspacePath, Text]
    revision: int | None = None
    judged: ChangeSet | None = None
    ripple: frozenset[WorkspacePath] = frozenset()
    requested: Places = field(default_factory=dict[WorkspacePath, "tuple[Span, ...]"])
    replaced: frozenset[WorkspacePath] = frozenset()
    findings: tuple[Finding, ...] = ()
    incomplete: bool = False
    undoes: int | None = None
    redoes: int | None = None
    leads_to: Mapping[WorkspacePath, Text] = field(default_factory=dict[WorkspacePath, Text])

    @property
    def size(self) -> int:
        """Bytes of the texts it holds."""
        kept = sum(len(text.data) for text in (*self.base.values(), *self.leads_to.values()))
        new = sum(len(one.new) for edit in self.changes.edits for one in edit.edits)
        return kept + new + sum(len(create.text.data) for create in self.changes.creates)


class PendingEdits:
    """The edits that wait, by turn; the oldest are forgotten first, the newest never."""

    def __init__(self, open_journal: Callable[[], EditJournal]) -> None:
        self._open_journal = open_journal
        self._opened: EditJournal | None = None
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self._made = MadeReady()
        self._opening = threading.Lock()

    def close(self) -> None:
        """Closes the journal, if it was opened."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def record(
        self,
        turn: str,
        label: str,
        changes: ChangeSet,
        before: TextLookup,
        accepted: tuple[AcceptedFinding, ...] = (),
    ) -> None:
        """Tells the journal of an edit that was applied without waiting here."""
        self._made.forget()
        self._journal.record(turn=turn, label=label, changes=changes, before=before, accepted=accepted)

    def add(self, result: TurnResult, *, label: str) -> None:
        """Keeps the edit of a turn. A turn without changes leaves nothing."""
        if result.changes.is_empty:
            return
        self._keep(
            result.turn,
            _Waiting(
                label=label,
                changes=result.changes,
                base=dict(result.base),
                revision=result.revision,
                judged=result.changes,
                ripple=result.ripple,
                requested=result.requested,
                replaced=result.replaced,
                findings=result.report.findings if result.report is not None else (),
                incomplete=_is_incomplete(result),
            ),
        )

    def hold(self, turn: str, prepared: PreparedEdit) -> tuple[WorkspacePath, ...]:
        """Keeps a prepared edit (an undo) under ``turn``. Answers its files."""
        base = {file.old or file.path: file.before for file in prepared.files}
        self._keep(
            turn,
            _Waiting(
                label=prepared.label,
                changes=prepared.changes,
                base={path: text for path, text in base.items() if text is not None},
                undoes=prepared.undoes,
                redoes=prepared.redoes,
                leads_to=prepared.leads_to,
            ),
        )
        return tuple(file.path for file in prepared.files)

    def discard(self, turn: str) -> None:
        """Forgets the edit of a turn."""
        self._waiting.pop(turn, None)

    def prepare(
        self, turn: str, view: WorkspaceView, acceptance: Acceptance = NOTHING, weighed: Acceptance | None = None
    ) -> PreparedEdit:
        """See :meth:`Engine.prepare <sightline.engine.engine.Engine.prepare>`.

        ``weighed``: the possible findings that are no longer in doubt, where these are not those of ``acceptance``.
        """
        waiting = self._found(turn)
        refused = acceptance.refused(waiting.findings)
        if refused or (waiting.incomplete and not acceptance.everything):
            raise SightlineError(
                f"This edit was refused by the checks.{_first_of(refused)}",
                hint="Look at the findings; apply it in spite of them only if you know better.",
                kind="rejected",
            )
        doubted = (weighed or acceptance).doubted(waiting.findings)
        return replace(self._prepared(turn, waiting, view, doubted), accepted=acceptance.accepted(waiting.findings))

    def make_ready(self, turn: str, view: WorkspaceView, acceptance: Acceptance) -> None:
        """Does the long part of :meth:`to_judge` and :meth:`prepare`, for a thread; they tell what is wrong."""
        with suppress(SightlineError):
            self.to_judge(turn, view)
            self.prepare(turn, view, acceptance)

    def takes_back(self, turn: str) -> bool:
        """See :meth:`Engine.takes_back <sightline.engine.engine.Engine.takes_back>`."""
        return self._found(turn).revision is None

    def to_judge(self, turn: str, view: WorkspaceView) -> ChangeSet | None:
        """What of a turn must be judged (again) before it is applied to ``view``; ``None`` if its findings hold.

        Findings of another revision are never trusted: somebody may have typed a new caller. Raises as
        :meth:`prepare`, but not for findings.
        """
        waiting = self._found(turn)
        if waiting.revision is None:
            return None
        changes = self._prepared(turn, waiting, view).changes
        return None if (waiting.revision, waiting.judged) == (view.revision, changes) else changes

    def judged(self, turn: str, changes: ChangeSet, report: CheckReport) -> None:
        """Takes what was found in a turn's edit at the revision of ``report`` for what holds from now on."""
        waiting = self._waiting.get(turn)
        if waiting is not None:
            self._waiting[turn] = replace(waiting, revision=report.revision, judged=changes, findings=report.findings)

    def proposed(self, turn: str, view: WorkspaceView) -> PreparedEdit:
        """The edit of a turn for a person to look at; it is not lost where it cannot be applied to the present texts.

        Then ``conflicts`` names the files in its way, and every file is told as the edit was computed for it.
        """
        try:
            return self.prepare(turn, view, Acceptance(everything=True), NOTHING)
        except ChangeConflict as conflict:
            waiting = self._found(turn)
            then = {path: SourceFile(path=path, text=text) for path, text in waiting.base.items()}
            gone = dict.fromkeys(create.path for create in waiting.changes.creates)
            view = replace(view, overlay={**view.overlay, **gone, **then})
            return replace(_prepared(turn, waiting, view), conflicts=conflict.paths or tuple(map(str, then)))

    def prepare_undo(self, turn: str | None, view: WorkspaceView, hunks: Collection[int] = ()) -> PreparedEdit:
        """The inverse of an applied edit, or of some of its hunks; the last edit that stands if no turn is named.

        Raises :class:`UsageError` (kind ``nothing_to_undo``) when there is none, or somebody took it back already. It
        takes long for long files: once done in a thread, it is at hand as long as ``view`` is the present one.
        """
        key = ("undo", turn, tuple(hunks))
        return self._made.get(key, view, None, lambda: self._undo(turn, view, hunks))

    def _undo(self, turn: str | None, view: WorkspaceView, hunks: Collection[int]) -> PreparedEdit:
        entry = self._journal.find(turn) if turn else self._journal.last()
        if entry is None:
            raise UsageError("There is no edit to undo.", hint=_HISTORY, kind="nothing_to_undo")
        inverse = self._journal.inverse(entry.id, lambda path: view.read(path).text, hunks)
        if inverse.is_empty:
            if not hunks:
                self._journal.mark_undone(entry.id)
            raise UsageError(f"Somebody took it back already: {entry.label}", kind="nothing_to_undo")
        part = f"hunk {', '.join(map(str, sorted(set(hunks))))} of " if hunks else ""
        waiting = _Waiting(
            label=f"Undo {part}{entry.label}",
            changes=inverse,
            base={path: view.read(path).text for path in inverse.paths_before},
            undoes=None if hunks else entry.id,
            leads_to=self._journal.leads_back_to(entry.id, lambda path: view.read(path).text),
        )
        prepared = _prepared(f"undo-{entry.id}" + "".join(f"-{hunk}" for hunk in hunks), waiting, view)
        return replace(prepared, rebased=inverse != self._journal.inverse(entry.id, hunks=hunks))

    def prepare_redo(self, turn: str | None, view: WorkspaceView) -> PreparedEdit:
        """An undone edit once more: the one undone last if no turn is named and nothing was applied since.

        Raises :class:`UsageError` (kind ``nothing_to_redo``) when there is none. As long as :meth:`prepare_undo`.
        """
        return self._made.get(("redo", turn), view, None, lambda: self._redo(turn, view))

    def _redo(self, turn: str | None, view: WorkspaceView) -> PreparedEdit:
        entry = self._journal.find(turn, undone=True) if turn else self._journal.last_undone()
        if entry is None:
            raise UsageError("There is no undone edit to bring back.", hint=_HISTORY, kind="nothing_to_redo")
        forward = self._journal.forward(entry.id, lambda path: view.read(path).text)
        if forward.is_empty:
            self._journal.mark_redone(entry.id)
            raise UsageError(f"Somebody brought it back already: {entry.label}", kind="nothing_to_redo")
        waiting = _Waiting(
            label=f"Redo {entry.label}",
            changes=forward,
            base={path: view.read(path).text for path in forward.paths_before},
            redoes=entry.id,
            leads_to=self._journal.leads_to(entry.id, lambda path: view.read(path).text),
        )
        prepared = _prepared(f"redo-{entry.id}", waiting, view)
        return replace(prepared, rebased=forward != self._journal.forward(entry.id))

    def history(self, limit: int) -> tuple[JournalEntry, ...]:
        """The newest applied edits, undone ones too, the newest first."""
        return self._journal.entries(limit)

    def hunks(self, turn: str) -> tuple[JournalEntry, tuple[Hunk, ...]]:
        """The newest edit of a turn and its single changes. Raises :class:`UsageError` (kind ``no_such_turn``)."""
        entry = self._journal.find(turn) or self._journal.find(turn, undone=True)
        if entry is None:
            raise UsageError(f"No edit was applied under {turn}.", hint=_HISTORY, kind="no_such_turn")
        return entry, self._journal.hunks(entry.id)

    def applied(
        self, prepared: PreparedEdit, view: WorkspaceView, landed: frozenset[WorkspacePath] = frozenset()
    ) -> tuple[WorkspacePath, ...]:
        """See :meth:`Engine.applied <sightline.engine.engine.Engine.applied>`."""
        self._made.forget()
        different = tuple(
            path
            for file in prepared.files
            for path, expected in ((file.old, None), (file.path, file.after))
            if path is not None and path not in landed and present_text(view, path) != expected
        )
        changes = without(prepared.changes, frozenset(different))
        if prepared.undoes is None and prepared.redoes is None:
            if not changes.is_empty:
                self._journal.record(
                    turn=prepared.turn,
                    label=prepared.label,
                    changes=changes,
                    before=texts_before(prepared),
                    accepted=prepared.accepted,
                )
        elif not different:
            self._mark(prepared)
        if not different:
            self._waiting.pop(prepared.turn, None)
        return different

    def written(self, prepared: PreparedEdit) -> None:
        """Tells that all of ``prepared`` is on disk."""
        self._made.forget()
        if prepared.undoes is None and prepared.redoes is None:
            before = texts_before(prepared)
            self._journal.record(turn=prepared.turn, label=prepared.label, changes=prepared.changes, before=before)
        else:
            self._mark(prepared)

    def taken_back(self, prepared: PreparedEdit) -> None:
        """See :meth:`Engine.taken_back <sightline.engine.engine.Engine.taken_back>`."""
        self._made.forget()
        if prepared.undoes is None and prepared.redoes is None:
            entry = self._journal.find(prepared.turn)
            if entry is not None:
                self._journal.remove(entry.id)

    def _mark(self, prepared: PreparedEdit) -> None:
        if prepared.undoes is not None:
            self._journal.mark_undone(prepared.undoes)
        if prepared.redoes is not None:
            self._journal.mark_redone(prepared.redoes)

    def _found(self, turn: str) -> _Waiting:
        waiting = self._waiting.get(turn)
        if waiting is None:
            raise UsageError(
                f"No edit is waiting under {turn}."
                + (f" It was forgotten: {_LIMITS}." if turn in self._forgotten else ""),
                hint="Ask for the edit again.",
                kind="no_such_turn",
            )
        return waiting

    @property
    def _journal(self) -> EditJournal:
        with self._opening:
            if self._opened is None:
                self._opened = self._open_journal()
            return self._opened

    def _prepared(
        self, turn: str, waiting: _Waiting, view: WorkspaceView, doubted: tuple[Finding, ...] = ()
    ) -> PreparedEdit:
        key = ("edit", turn, doubted)
        return self._made.get(key, view, waiting, lambda: _prepared(turn, waiting, view, doubted))

    def _keep(self, turn: str, waiting: _Waiting) -> None:
        self._waiting.pop(turn, None)
        self._waiting[turn] = waiting
        self._forgotten.pop(turn, None)
        size = sum(each.size for each in self._waiting.values())
        while len(self._waiting) > MOST_PENDING or (size > MOST_BYTES and len(self._waiting) > 1):
            oldest, gone = self._waiting.popitem(last=False)
            size -= gone.size
            self._forgotten[oldest] = None
        while len(self._forgotten) > _MOST_FORGOTTEN:
            self._forgotten.popitem(last=False)


def _is_incomplete(result: TurnResult) -> bool:
    if result.verdict is TurnVerdict.ACCEPTED:
        return False
    last = result.attempts[-1] if result.attempts else None
    found = any(finding.certainty is Certainty.CERTAIN for finding in (result.report.findings if result.report else ()))
    return not found or (last is not None and bool(last.unmatched or last.problems))


def _first_of(findings: tuple[Finding, ...]) -> str:
    """An editor shows a refused code action's message, and nothing else."""
    if not findings:
        return ""
    first, *others = findings
    more = f" And {len(others)} more." if others else ""
    return f" {first.path}:{first.line}: {first.message}{more}"


def _prepared(turn: str, waiting: _Waiting, view: WorkspaceView, doubted: tuple[Finding, ...] = ()) -> PreparedEdit:
    current = {path: present_text(view, path) for path in waiting.changes.paths_before}
    moved_on = {path for path, text in current.items() if text is None or text.digest != waiting.changes.base[path]}
    rebased = bool(moved_on)
    changes = rebase(waiting.changes, waiting.base, current) if rebased else waiting.changes
    for create in changes.creates:
        if present_text(view, create.path) is not None:
            raise ChangeConflict(
                f"{create.path} exists by now.", hint="Move it away or ask again.", paths=(str(create.path),)
            )
    files = files_of(changes, view, waiting.ripple, file_doubts(changes, doubted) | why_replaced(waiting.replaced))
    return PreparedEdit(
        turn=turn,
        label=waiting.label,
        changes=changes,
        files=files,
        marks=marks_of(changes, files, waiting.base, waiting.requested, doubted),
        rebased=rebased,
        undoes=waiting.undoes,
        redoes=waiting.redoes,
        leads_to=waiting.leads_to,
    )
