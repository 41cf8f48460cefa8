"""An edit made ready for the texts as they are now: what it does to each file. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.base.changes import ChangeSet, TextLookup
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.acceptance import AcceptedFinding
from sightline.engine.confirmations import why_confirm
from sightline.workspace.encodings import UTF8
from sightline.workspace.files import WorkspaceView


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
class PreparedEdit:
    """A checked edit made ready for the texts as they are *now*.

    ``changes`` holds the digests of exactly these texts. ``rebased`` says that what was typed since the check was
    merged (the places are disjoint). ``undoes`` is the journal's entry this edit takes back, if it is an undo of all of
    it, ``redoes`` the one it brings back; then ``leads_to`` has the texts they lead to where nothing was typed since.
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


def texts_before(prepared: PreparedEdit) -> TextLookup:
    """The texts a prepared edit was made ready for."""
    before = {file.old or file.path: file.before for file in prepared.files}

    def lookup(path: WorkspacePath) -> Text:
        text = before[path]
        assert text is not None, f"{path} had no text before the edit"
        return text

    return lookup


def files_of(
    changes: ChangeSet, view: WorkspaceView, ripple: frozenset[WorkspacePath] = frozenset()
) -> tuple[FileAfter, ...]:
    """What ``changes`` does to each file of ``view``; ``ripple`` are those that a repair added."""
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
                needs_confirmation=why_confirm(path, view) or (why_confirm(old, view) if old else ""),
            )
        )
    return tuple(files)
