"""Three-way merge of texts by lines, and of a change set over what was typed meanwhile. Pure.

Two changes are disjoint when at least one unchanged line lies between them, as in git's merge: an edit right beside
another is usually about the same thing. Nothing is ever guessed: what is not disjoint is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.errors import ChangeConflict
from sightline.base.line_hunks import line_hunks, split_lines
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit

#: Texts by path as they are now. A path that is missing, like one with ``None``, has no file.
PresentTexts = Mapping[WorkspacePath, Text | None]


def merge(base: Text, ours: Text, theirs: Text) -> Text | None:
    """The text with both changes of ``base``, or ``None`` where they overlap or touch. The same change counts once."""
    edits = merged_edits(base, ours, theirs)
    return None if edits is None else base.apply(edits)


def merged_edits(base: Text, ours: Text, theirs: Text) -> tuple[TextEdit, ...] | None:
    """The edits of ``base`` that make :func:`merge`; ``None`` on overlap."""
    if theirs in (ours, base):
        return line_edits(base, ours)
    if ours == base:
        return line_edits(base, theirs)
    together = sorted({*_replacements(base, ours), *_replacements(base, theirs)})
    reached = -1
    for start, end, _ in together:
        if start <= reached:
            return None
        reached = end
    return _as_edits(base, together)


def line_edits(before: Text, after: Text) -> tuple[TextEdit, ...]:
    """Edits of whole lines that turn ``before`` into ``after``, none where nothing changed."""
    return _as_edits(before, _replacements(before, after))


def rebase(changes: ChangeSet, base_texts: Mapping[WorkspacePath, Text], current_texts: PresentTexts) -> ChangeSet:
    """``changes``, computed for ``base_texts``, as they read for ``current_texts``.

    ``base_texts`` is needed for edited files that are another now, ``current_texts`` for all files of
    ``changes.paths_before`` and for those that are created or moved to, if something is there. Edits are merged with
    what changed meanwhile; what was done meanwhile in the very same way is left out. Raises :class:`ChangeConflict`
    with all paths where the two cannot both be kept: overlapping edits, a deleted or moved file that changed or is
    gone, a created or moved-to path that is taken.
    """
    conflicts: set[WorkspacePath] = set()
    moved = {rename.old: rename.new for rename in changes.renames}
    digests: dict[WorkspacePath, str] = {}
    edits: list[FileEdit] = []
    for path in changes.paths_before:
        now = current_texts.get(path)
        if now is None:
            if path in moved or path not in changes.deletes:
                conflicts.add(path)
        elif path in changes.deletes and now.digest != changes.base[path]:
            conflicts.add(path)
        else:
            digests[path] = now.digest
    for edit in changes.edits:
        now = current_texts.get(edit.path)
        if now is None:
            continue
        merged = _rebased(edit, changes.base[edit.path], base_texts, now)
        if merged is None:
            conflicts.add(edit.path)
        elif merged:
            edits.append(FileEdit(path=edit.path, edits=merged))
    leaving = set(moved) | set(changes.deletes)
    conflicts |= {new for new in moved.values() if new not in leaving and current_texts.get(new) is not None}
    creates = tuple(create for create in changes.creates if _is_wanted(create, current_texts, conflicts))
    if conflicts:
        raise _conflict(conflicts)
    edited = {edit.path for edit in edits}
    return ChangeSet(
        base={path: digest for path, digest in digests.items() if path in edited or path in leaving},
        edits=tuple(edits),
        creates=creates,
        deletes=tuple(path for path in changes.deletes if path in digests),
        renames=changes.renames,
    )


def _replacements(before: Text, after: Text) -> list[tuple[int, int, bytes]]:
    """(first line, line after the last, what stands there in ``after``) of every difference."""
    lines = split_lines(after)
    return [
        (hunk.start, hunk.end, b"".join(lines[hunk.new_start : hunk.new_end]))
        for hunk in line_hunks(split_lines(before), lines)
    ]


def _as_edits(text: Text, replacements: Iterable[tuple[int, int, bytes]]) -> tuple[TextEdit, ...]:
    starts = [*text.line_starts, len(text.data)]
    return tuple(TextEdit(Span(starts[start], starts[end]), new) for start, end, new in replacements)


def _rebased(
    edit: FileEdit, digest: str, base_texts: Mapping[WorkspacePath, Text], now: Text
) -> tuple[TextEdit, ...] | None:
    """The edits of one file against its present text; ``None`` for a conflict, empty when nothing is left to do."""
    if now.digest == digest:
        return edit.edits
    before = base_texts.get(edit.path)
    if before is None or before.digest != digest:
        return None
    merged = merge(before, before.apply(edit.edits), now)
    return None if merged is None else line_edits(now, merged)


def _is_wanted(create: FileCreate, current_texts: PresentTexts, conflicts: set[WorkspacePath]) -> bool:
    there = current_texts.get(create.path)
    if there is not None and there != create.text:
        conflicts.add(create.path)
    return there is None


def _conflict(paths: set[WorkspacePath]) -> ChangeConflict:
    names = tuple(str(path) for path in sorted(paths))
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return ChangeConflict(
        f"What the edit changes has been changed since: {shown}.",
        hint="Keep what you have and ask again, or take your own change back first.",
        paths=names,
    )
