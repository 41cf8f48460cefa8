"""From a proposal and a snapshot to a change set: every edit gets its file, its place and its base digest.

Nothing is written and nothing is judged here beyond "can this be placed". What cannot is ``Unmatched`` with a reason;
the rest stands in ``changes``, and the caller refuses the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.edits.apply_blocks import TextOutcome
from sightline.edits.apply_text import TextEditing, new_text
from sightline.edits.hidden import edits_of_shown
from sightline.edits.proposal import (
    AppliedProposal,
    DeleteFile,
    DiffKind,
    EditProposal,
    FileDiff,
    Located,
    Placement,
    ProposedEdit,
    RenameFile,
    ReplaceBlock,
    Unmatched,
    WholeFile,
)
from sightline.edits.targets import Permitted, Refused, Target, Targets
from sightline.workspace.files import SourceFile, WorkspaceView


@dataclass(slots=True)
class _Plan:
    """The edits of a proposal by file, and what came of them so far."""

    targets: Targets
    format: str
    texts: dict[WorkspacePath, list[TextEditing]] = field(default_factory=dict[WorkspacePath, list[TextEditing]])
    deletes: dict[WorkspacePath, ProposedEdit] = field(default_factory=dict[WorkspacePath, ProposedEdit])
    renames: dict[WorkspacePath, tuple[WorkspacePath, ProposedEdit]] = field(
        default_factory=dict[WorkspacePath, tuple[WorkspacePath, ProposedEdit]]
    )
    files: dict[WorkspacePath, Target] = field(default_factory=dict[WorkspacePath, Target])
    edits: list[FileEdit] = field(default_factory=list[FileEdit])
    guessed: set[WorkspacePath] = field(default_factory=set[WorkspacePath])
    outcomes: dict[WorkspacePath, TextOutcome] = field(default_factory=dict[WorkspacePath, TextOutcome])
    creates: list[FileCreate] = field(default_factory=list[FileCreate])
    unmatched: list[Unmatched] = field(default_factory=list[Unmatched])
    located: list[Placement] = field(default_factory=list[Placement])
    already: list[WorkspacePath] = field(default_factory=list[WorkspacePath])
    notes: list[str] = field(default_factory=list[str])
    replaced: set[WorkspacePath] = field(default_factory=set[WorkspacePath])

    def refuse(self, edit: ProposedEdit, reason: str) -> None:
        self.unmatched.append(Unmatched(path=edit.path, reason=reason, line=edit.line))

    def find(self, edit: ProposedEdit, spelled: str) -> Target | None:
        """The target of a path, remembered; ``None`` after refusing the edit."""
        target = self.targets.find(spelled)
        if isinstance(target, Refused):
            self.refuse(edit, target.reason)
            return None
        self.files[target.path] = target
        return target


def apply_proposal(proposal: EditProposal, view: WorkspaceView, root: str, permitted: Permitted) -> AppliedProposal:
    """Locates every edit of ``proposal`` in ``view``.

    A path is looked for in ``root`` and then in the other roots of the view; in several it is refused. New files are
    made in ``root``. ``permitted`` answers why a file may not be touched (ignored, secret), ``None`` when it may; it is
    asked before the file is read. Problems of the proposal are not repeated here: a caller refuses for both.
    """
    plan = _Plan(targets=Targets(view, root, permitted), format=proposal.format)
    for edit in proposal.edits:
        if isinstance(edit, RenameFile) or (isinstance(edit, FileDiff) and edit.kind is DiffKind.RENAME):
            _plan_rename(plan, edit, edit.new)
    for edit in proposal.edits:
        if isinstance(edit, DeleteFile):
            _plan_delete(plan, edit)
        elif not isinstance(edit, RenameFile):
            _plan_text(plan, edit)
    _refuse_contradictions(plan)
    for path in plan.texts:
        _apply_texts(plan, path)
    _take_outcomes(plan)
    return _result(plan)


def _plan_rename(plan: _Plan, edit: RenameFile | FileDiff, new_name: str) -> None:
    if isinstance(edit, FileDiff) and edit.refusal:
        return
    old, new = plan.find(edit, edit.path), plan.find(edit, new_name)
    if old is None or new is None:
        return
    if old.path == new.path or (old.file is None and new.file is not None):
        plan.already.append(new.path)
    elif old.file is None:
        plan.refuse(edit, _missing(plan, old.path))
    elif new.file is not None:
        plan.refuse(edit, f"{new.path} exists already.")
    elif old.path in plan.renames or any(new.path == taken for taken, _ in plan.renames.values()):
        plan.refuse(edit, f"{old.path} or {new.path} is renamed twice.")
    else:
        plan.renames[old.path] = (new.path, edit)


def _plan_delete(plan: _Plan, edit: DeleteFile) -> None:
    target = plan.find(edit, edit.path)
    if target is None:
        return
    if target.file is None:
        plan.refuse(edit, _missing(plan, target.path))
    else:
        plan.deletes[target.path] = edit


def _plan_text(plan: _Plan, edit: TextEditing) -> None:
    if isinstance(edit, FileDiff):
        if edit.refusal:
            plan.refuse(edit, edit.refusal)
            return
        if edit.mode in ("100755", "100644") and (edit.mode == "100755" or edit.kind is not DiffKind.CREATE):
            plan.notes.append(f"{edit.new}: the file mode {edit.mode} is not set.")
        if edit.kind is DiffKind.RENAME and not edit.hunks:
            return
    is_new = isinstance(edit, FileDiff) and edit.kind in (DiffKind.CREATE, DiffKind.COPY)
    target = plan.find(edit, edit.new if isinstance(edit, FileDiff) and is_new else edit.path)
    if target is None:
        return
    if target.file is None and not is_new:
        target = _guessed(plan, edit, target)
        if target is None:
            return
    origin = next((old for old, (new, _) in plan.renames.items() if new == target.path), target.path)
    plan.texts.setdefault(origin, []).append(edit)


def _guessed(plan: _Plan, edit: TextEditing, target: Target) -> Target | None:
    """The file that a path without a file most likely means; ``target`` itself where the path may be that of a new one.

    A whole file means another path only when most lines of the file that is there come back in it; else it is refused
    and ``None`` is the answer, unless its path begins with ``./``.
    """
    moved = any(new == target.path for new, _ in plan.renames.values())
    if moved or target.path in plan.texts or (isinstance(edit, FileDiff) and not edit.tolerant):
        return target
    guess = plan.targets.guess(edit.path)
    if guess is None or guess.file is None:
        return target
    text = edit.text if isinstance(edit, WholeFile) else ""
    if isinstance(edit, ReplaceBlock) and not edit.search.strip():
        text = edit.replace
    if text and not _resembles(text, guess.file.text):
        if isinstance(edit, WholeFile):
            plan.refuse(
                edit, f"{target.path} does not exist. Is it {guess.path}? A new file is ./{target.path.relative}."
            )
            return None
        return target
    plan.files[guess.path] = guess
    plan.guessed.add(guess.path)
    return guess


def _resembles(text: str, other: Text) -> bool:
    """Whether at least half of the lines of ``other`` that are not blank are in ``text``."""
    lines = [line.strip() for line in str(other).split("\n") if line.strip()]
    there = {line.strip() for line in text.split("\n")}
    return bool(lines) and 2 * sum(line in there for line in lines) >= len(lines)


def _refuse_contradictions(plan: _Plan) -> None:
    """A file that is deleted is neither edited nor moved in the same reply."""
    for path in list(plan.deletes):
        others = [*plan.texts.pop(path, []), *([plan.renames.pop(path)[1]] if path in plan.renames else [])]
        for edit in others:
            plan.refuse(edit, f"{path} is deleted in the same reply.")
        if others:
            del plan.deletes[path]


def _apply_texts(plan: _Plan, path: WorkspacePath) -> None:
    edits = plan.texts[path]
    target = plan.files[path]
    if any(isinstance(edit, FileDiff) and edit.kind is DiffKind.DELETE for edit in edits):
        _apply_deleting_diff(plan, target, edits)
        return
    if target.file is None:
        _create(plan, target, edits)
        return
    if plan.format not in ("whole_file", "") and any(_replaces(edit, target.file.text) for edit in edits):
        for edit in edits:
            plan.refuse(edit, f"{path} exists: in this format a whole file only creates a new one.")
        return
    plan.outcomes[path] = edits_of_shown(target.file, edits)


def _take_outcomes(plan: _Plan) -> None:
    """Takes what the edits of every file come to. What a model did to tabs in one file it did in all of them."""
    needed = {tabs for outcome in plan.outcomes.values() for tabs in outcome.tabs}
    common = needed.pop() if len(needed) == 1 else None
    for path, first in plan.outcomes.items():
        file = plan.files[path].file
        again = common is not None and not first.tabs and file is not None
        outcome = edits_of_shown(file, plan.texts[path], common) if again and file is not None else first
        plan.unmatched += [_with_guess(item, path) if path in plan.guessed else item for item in outcome.unmatched]
        if outcome.edits:
            plan.replaced |= {path} if outcome.anew else set()
            plan.edits.append(FileEdit(path=path, edits=outcome.edits))
            plan.located += [
                Placement(path=path, how=found.how, line=found.first + 1, score=found.score) for found in outcome.found
            ]
        elif not outcome.unmatched:
            plan.already.append(path)


def _with_guess(unmatched: Unmatched, path: WorkspacePath) -> Unmatched:
    """Says for which file a path was taken that has none of its own."""
    return replace(unmatched, reason=f"{unmatched.path} is taken for {path}. {unmatched.reason}")


def _replaces(edit: TextEditing, text: Text) -> bool:
    """Whether a whole file would replace a text that differs; a quotation of the file as it is does no harm."""
    return isinstance(edit, WholeFile) and Text.of(edit.text) != text


def _apply_deleting_diff(plan: _Plan, target: Target, edits: Sequence[TextEditing]) -> None:
    """A diff deletes a file only when it removes every line that the file has."""
    edit = edits[0]
    if target.file is None:
        plan.refuse(edit, _missing(plan, target.path))
        return
    if len(edits) > 1 or target.path in plan.renames:
        plan.refuse(edit, f"{target.path} is deleted and edited in the same reply.")
        return
    outcome = edits_of_shown(target.file, edits)
    rest = target.file.text.apply(outcome.edits)
    if outcome.unmatched or rest.data:
        plan.refuse(edit, f"{target.path} is not what the diff deletes: its text differs.")
    else:
        plan.deletes[target.path] = edit


def _create(plan: _Plan, target: Target, edits: Sequence[TextEditing]) -> None:
    source: SourceFile | None = None
    first = edits[0]
    if isinstance(first, FileDiff) and first.kind is DiffKind.COPY:
        found = plan.find(first, first.old)
        if found is None:
            return
        source = found.file
        if source is None:
            plan.refuse(first, _missing(plan, found.path))
            return
    outcome = new_text(edits, source)
    if outcome is None:
        for edit in edits:
            plan.refuse(edit, _missing(plan, target.path))
        return
    if isinstance(outcome, TextOutcome):
        plan.unmatched += outcome.unmatched
        return
    plan.creates.append(FileCreate(path=target.path, text=outcome))
    plan.located.append(Placement(path=target.path, how=Located.WHOLE))


def _missing(plan: _Plan, path: WorkspacePath) -> str:
    """Says that a file does not exist, and which files of that name do."""
    view = plan.targets.view
    known = {*view.known, *view.overlay}
    same_name = sorted(str(other) for other in known if other.name == path.name and view.exists(other))[:3]
    return f"{path} does not exist." + (f" Is it {' or '.join(same_name)}?" if same_name else "")


def _result(plan: _Plan) -> AppliedProposal:
    edited = [edit.path for edit in plan.edits]
    base: dict[WorkspacePath, str] = {}
    for path in sorted({*edited, *plan.deletes, *plan.renames}):
        file = plan.files[path].file
        assert file is not None, "only existing files are edited, deleted or renamed"
        base[path] = file.digest
    touched = {*base, *(create.path for create in plan.creates)}
    changes = ChangeSet(
        base=base,
        edits=tuple(sorted(plan.edits, key=lambda edit: edit.path)),
        creates=tuple(sorted(plan.creates, key=lambda create: create.path)),
        deletes=tuple(sorted(plan.deletes)),
        renames=tuple(FileRename(old=old, new=new) for old, (new, _) in sorted(plan.renames.items())),
    )
    return AppliedProposal(
        changes=changes,
        unmatched=tuple(plan.unmatched),
        located=tuple(plan.located),
        already=tuple(path for path in dict.fromkeys(plan.already) if path not in touched),
        notes=tuple(dict.fromkeys(plan.notes)),
        replaced=frozenset(plan.replaced),
    )
