"""``ChangeSet``: the only way anything changes. Typing, a model's edit and an undo are the same value.

Order of meaning, fixed: *edits* address files by their path before the change and are applied to the base text; then
*renames* move files; then *deletes* remove; then *creates* add. This file reads no files: whoever needs the text of a
file hands in a lookup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit

TextLookup = Callable[[WorkspacePath], Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """Simultaneous, non-overlapping edits of one file, in byte offsets against its base text."""

    path: WorkspacePath
    edits: tuple[TextEdit, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.edits, key=lambda edit: (edit.span.start, edit.span.end))
        for left, right in pairwise(ordered):
            assert left.span.end <= right.span.start, f"overlapping edits in {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCreate:
    """A new file with its whole text."""

    path: WorkspacePath
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRename:
    """A file that moves; its text after the edits of the same change set moves with it."""

    old: WorkspacePath
    new: WorkspacePath


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A set of changes against a known base.

    ``base`` maps every edited, renamed or deleted path to the digest (``digest_of``) its text had when the changes
    were computed. A file appears in at most one of ``deletes``, ``creates`` and (as ``old``) ``renames``, a deleted
    file has no edits, and no two files end up under one path; ``AssertionError`` otherwise.
    """

    base: Mapping[WorkspacePath, str] = field(default_factory=dict[WorkspacePath, str])
    edits: tuple[FileEdit, ...] = ()
    creates: tuple[FileCreate, ...] = ()
    deletes: tuple[WorkspacePath, ...] = ()
    renames: tuple[FileRename, ...] = ()

    def __post_init__(self) -> None:
        edited = [edit.path for edit in self.edits]
        touched = [*self.deletes, *(rename.old for rename in self.renames)]
        assert len(set(edited)) == len(edited), "one FileEdit a file"
        assert len(set(touched)) == len(touched), "a file is deleted or renamed once"
        assert not set(edited) & set(self.deletes), "a deleted file has no edits"
        assert {*edited, *touched} <= set(self.base), "every touched file has a base digest"
        arrived = [*(create.path for create in self.creates), *(rename.new for rename in self.renames)]
        stayed = (set(edited) | set(self.deletes)) - {rename.old for rename in self.renames}
        assert len(set(arrived)) == len(arrived), "two files arrive at one path"
        assert stayed.isdisjoint(arrived), "a file arrives at a path that is edited or deleted"
        assert not {create.path for create in self.creates} & set(touched), "a created file is not deleted or moved"

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.edits or self.creates or self.deletes or self.renames)

    @property
    def paths_before(self) -> tuple[WorkspacePath, ...]:
        """Files that exist before the change and are touched by it, sorted."""
        renamed = (rename.old for rename in self.renames)
        return tuple(sorted({*(edit.path for edit in self.edits), *self.deletes, *renamed}))

    @property
    def paths_after(self) -> tuple[WorkspacePath, ...]:
        """Files that exist after the change and were touched by it, sorted."""
        moved = {rename.old: rename.new for rename in self.renames}
        kept = {moved.get(edit.path, edit.path) for edit in self.edits}
        return tuple(sorted(kept | set(moved.values()) | {create.path for create in self.creates}))

    def texts_after(self, lookup: TextLookup) -> dict[WorkspacePath, Text | None]:
        """Text of every touched path after the change; ``None`` where no file is left."""
        moved = {rename.old: rename.new for rename in self.renames}
        edited = {edit.path: lookup(edit.path).apply(edit.edits) for edit in self.edits}
        result: dict[WorkspacePath, Text | None] = dict.fromkeys((*moved, *self.deletes))
        for old, new in moved.items():
            result[new] = edited[old] if old in edited else lookup(old)
        result |= {path: text for path, text in edited.items() if path not in moved}
        result |= {create.path: create.text for create in self.creates}
        return result

    def inverse(self, lookup: TextLookup) -> ChangeSet:
        """The change set that takes this one back. ``lookup`` gives the texts *before* this change."""
        moved = {rename.old: rename.new for rename in self.renames}
        after = self.texts_after(lookup)
        edits: list[FileEdit] = []
        for edit in self.edits:
            path = moved.get(edit.path, edit.path)
            edits.append(FileEdit(path=path, edits=_inverse_edits(edit.edits, lookup(edit.path))))
        base = {path: text.digest for path, text in after.items() if text is not None}
        return ChangeSet(
            base=base,
            edits=tuple(edits),
            creates=tuple(FileCreate(path=path, text=lookup(path)) for path in self.deletes),
            deletes=tuple(create.path for create in self.creates),
            renames=tuple(FileRename(old=rename.new, new=rename.old) for rename in self.renames),
        )


def _inverse_edits(edits: tuple[TextEdit, ...], before: Text) -> tuple[TextEdit, ...]:
    shift = 0
    result: list[TextEdit] = []
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        start = edit.span.start + shift
        result.append(TextEdit(Span(start, start + len(edit.new)), before.data[edit.span.start : edit.span.end]))
        shift += len(edit.new) - len(edit.span)
    return tuple(result)
