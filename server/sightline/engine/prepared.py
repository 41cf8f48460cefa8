"""An edit made ready for the texts as they are now: what it does to each file. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.base.changes import ChangeSet, TextLookup
from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.acceptance import AcceptedFinding
from sightline.engine.confirmations import why_confirm
from sightline.workspace.encodings import UTF8
from sightline.workspace.files import WorkspaceView

#: No file wants a word but for its name.
NO_REASONS: Mapping[WorkspacePath, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAfter:
    """One file of a prepared edit.

    ``kind`` is ``edit``, ``create``, ``delete`` or ``rename`` (then ``old`` is the former path); ``before`` and
    ``after`` are ``None`` where there is no file. ``version`` is the editor's version of the open document the edit was
    computed for, ``None`` for a closed file; ``encoding`` is that of a closed file on disk. ``needs_confirmation`` says
    why the user must be asked, "" if not. ``ripple``: the edit that was asked for did not touch it; a repair did.
    """

    path: WorkspacePath
    kind: str
    before: Text | None
    after: Text | None
    version: int | None = None
    old: WorkspacePath | None = None
    needs_confirmation: str = ""
    ripple: bool = False
    encoding: str = UTF8


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMark:
    """What a single text edit is: ``ripple`` if a repair added it in a file that the edit asked for touches elsewhere.

    ``doubt`` says what it may break, "" if nothing: then the user is asked about it.
    """

    ripple: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEdit:
    """A checked edit made ready for the texts as they are *now*.

    ``changes`` holds the digests of exactly these texts. ``rebased`` says that what was typed since the check was
    merged (the places are disjoint). ``undoes`` is the journal's entry this edit takes back, if it is an undo of all of
    it, ``redoes`` the one it brings back; then ``leads_to`` has the texts they lead to where nothing was typed since.
    ``marks`` group the single text edits of ``changes``, by the path before the change and in their order.
    ``conflicts`` are files for whose present texts it cannot be made ready; then it is only to be looked at.
    """

    turn: str
    label: str
    changes: ChangeSet
    files: tuple[FileAfter, ...]
    rebased: bool
    undoes: int | None = None
    redoes: int | None = None
    accepted: tuple[AcceptedFinding, ...] = ()
    conflicts: tuple[str, ...] = ()
    leads_to: Mapping[WorkspacePath, Text] = field(default_factory=dict[WorkspacePath, Text])
    marks: Mapping[WorkspacePath, tuple[EditMark, ...]] = field(
        default_factory=dict[WorkspacePath, "tuple[EditMark, ...]"]
    )

    @property
    def confirmations(self) -> dict[str, str]:
        """Why the user must be asked about files or places in them, by the path of the file; empty if not."""
        reasons = {str(file.path): file.needs_confirmation for file in self.files if file.needs_confirmation}
        for path, marks in self.marks.items():
            doubts = dict.fromkeys(mark.doubt for mark in marks if mark.doubt)
            if doubts and str(path) not in reasons:
                reasons[str(path)] = "; ".join(doubts)
        return reasons


def texts_before(prepared: PreparedEdit) -> TextLookup:
    """The texts a prepared edit was made ready for."""
    before = {file.old or file.path: file.before for file in prepared.files}

    def lookup(path: WorkspacePath) -> Text:
        text = before[path]
        assert text is not None, f"{path} had no text before the edit"
        return text

    return lookup


def files_of(
    changes: ChangeSet,
    view: WorkspaceView,
    ripple: frozenset[WorkspacePath] = frozenset(),
    reasons: Mapping[WorkspacePath, str] = NO_REASONS,
) -> tuple[FileAfter, ...]:
    """What ``changes`` does to each file of ``view``; ``ripple`` are those that a repair added.

    ``reasons`` say why some files want the user's word, beside what their names say.
    """
    after = changes.texts_after(lambda path: view.read(path).text)
    renamed = {rename.new: rename.old for rename in changes.renames}
    created = {create.path for create in changes.creates}
    files: list[FileAfter] = []
    for path in sorted(after):
        if path in renamed.values() and path not in created:
            continue
        old = renamed.get(path)
        origin = None if path in created else view.read(old or path)
        kind = "create" if path in created else "delete" if after[path] is None else "rename" if old else "edit"
        files.append(
            FileAfter(
                path=path,
                kind=kind,
                before=origin.text if origin else None,
                after=after[path],
                version=origin.version if origin else None,
                old=old,
                ripple=path in ripple,
                encoding=origin.encoding if origin else UTF8,
                needs_confirmation=_why_confirm((path, old), view, reasons),
            )
        )
    return tuple(files)


def _why_confirm(
    paths: tuple[WorkspacePath, WorkspacePath | None], view: WorkspaceView, reasons: Mapping[WorkspacePath, str]
) -> str:
    named = [path for path in paths if path is not None]
    found = [why_confirm(path, view) for path in named] + [reasons.get(path, "") for path in named]
    return next(filter(None, found), "")


def present_text(view: WorkspaceView, path: WorkspacePath) -> Text | None:
    """What a file says now; ``None`` for one that is not there or cannot be read."""
    try:
        return view.read(path).text
    except SightlineError:
        return None


def without(changes: ChangeSet, paths: frozenset[WorkspacePath]) -> ChangeSet:
    """``changes`` without everything that touches ``paths``, former names of moved files included."""
    moved = {rename.old: rename.new for rename in changes.renames}
    left_out = {path for path in changes.base if path in paths or moved.get(path) in paths}
    return ChangeSet(
        base={path: digest for path, digest in changes.base.items() if path not in left_out},
        edits=tuple(edit for edit in changes.edits if edit.path not in left_out),
        creates=tuple(create for create in changes.creates if create.path not in paths),
        deletes=tuple(path for path in changes.deletes if path not in left_out),
        renames=tuple(rename for rename in changes.renames if rename.old not in left_out),
    )
