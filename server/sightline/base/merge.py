"""Three-way merge of texts by lines, and of a change set over what was typed meanwhile. Pure.

Two changes are disjoint when at least one unchanged line lies between them, as in git's merge: an edit right beside
another is usually about the same thing. Nothing is ever guessed: what is not disjoint is a conflict. Only what was laid
out anew meanwhile, as a formatter does it on save, does not stand in the way of an edit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.errors import ChangeConflict
from sightline.base.layout import is_laid_out_anew
from sightline.base.line_hunks import line_hunks, split_lines
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit

#: Texts by path as they are now. A path that is missing, like one with ``None``, has no file.
PresentTexts = Mapping[WorkspacePath, Text | None]

#: How lines begin that formatters put in order on save.
_IMPORTS = (b"import ", b"from ", b"use ", b"using ", b"#include")

#: First line, line after the last, what stands there afterwards.
_Replacement = tuple[int, int, bytes]


def merge(base: Text, ours: Text, theirs: Text, *, layout_yields: bool = False) -> Text | None:
    """The text with both changes of ``base``, or ``None`` where they overlap or touch. The same change counts once.

    ``layout_yields``: what ``theirs`` only laid out anew gives way to ``ours`` where the two overlap or touch.
    """
    edits = merged_edits(base, ours, theirs, layout_yields=layout_yields)
    return None if edits is None else base.apply(edits)


def merged_edits(base: Text, ours: Text, theirs: Text, *, layout_yields: bool = False) -> tuple[TextEdit, ...] | None:
    """The edits of ``base`` that make :func:`merge`; ``None`` on overlap."""
    if theirs in (ours, base):
        return line_edits(base, ours)
    if ours == base:
        return line_edits(base, theirs)
    mine, others = set(_replacements(base, ours)), set(_replacements(base, theirs))
    lines = split_lines(base)
    if layout_yields:
        others = _without_moved_imports(lines, mine, others)
    together: list[_Replacement] = []
    for group in _touching(sorted(mine | others)):
        if len(group) == 1:
            together += group
            continue
        if not layout_yields:
            return None
        start, end = group[0][0], max(last for _, last, _ in group)
        was = b"".join(lines[start:end])
        theirs_there = _replaced(lines, start, end, [each for each in group if each in others])
        changed = {at for first, last, _ in others for at in range(first, last)}
        above = _first_said(lines, range(start - 1, -1, -1), changed)
        below = _first_said(lines, range(end, len(lines)), changed)
        if not is_laid_out_anew(was, theirs_there, above, below):
            return None
        together.append((start, end, _replaced(lines, start, end, [each for each in group if each in mine])))
    return _as_edits(base, together)


def line_edits(before: Text, after: Text) -> tuple[TextEdit, ...]:
    """Edits of whole lines that turn ``before`` into ``after``, none where nothing changed."""
    return _as_edits(before, _replacements(before, after))


def rebase(changes: ChangeSet, base_texts: Mapping[WorkspacePath, Text], current_texts: PresentTexts) -> ChangeSet:
    """``changes``, computed for ``base_texts``, as they read for ``current_texts``.

    ``base_texts`` is needed for edited files that are another now, ``current_texts`` for all files of
    ``changes.paths_before`` and for those that are created or moved to, if something is there. Edits are merged with
    what changed meanwhile. What was done meanwhile in the very same way is left out, and what was only laid out anew
    gives way. Raises :class:`ChangeConflict` with all paths where the two cannot both be kept: overlapping edits, a
    deleted or moved file that changed or is gone, a created or moved-to path that is taken.
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


def _touching(replacements: Iterable[_Replacement]) -> Iterator[list[_Replacement]]:
    """Sorted replacements in groups that overlap or touch."""
    group: list[_Replacement] = []
    reached = -1
    for each in replacements:
        if group and each[0] > reached:
            yield group
            group = []
        group.append(each)
        reached = max(reached, each[1]) if len(group) > 1 else each[1]
    if group:
        yield group


def _without_moved_imports(
    lines: Sequence[bytes], mine: set[_Replacement], others: set[_Replacement]
) -> set[_Replacement]:
    """What happened meanwhile, but for imports that we take out and that were only put in another place."""
    gone = [line for start, end, new in mine & others if not new for line in lines[start:end]]
    gone = [line for line in gone if line.startswith(_IMPORTS)]
    left: set[_Replacement] = set()
    for start, end, new in others:
        put = new.splitlines(keepends=True) if start == end else []
        moved = [line for line in gone if line in put]
        for line in moved:
            put.remove(line)
            gone.remove(line)
        if not moved:
            left.add((start, end, new))
        elif put:
            left.add((start, end, b"".join(put)))
    return left


def _first_said(lines: Sequence[bytes], order: range, changed: Container[int]) -> bytes:
    """The first line in this order that is not blank, nothing if it was changed."""
    at = next((at for at in order if lines[at].strip()), None)
    return b"" if at is None or at in changed else lines[at]


def _replaced(lines: Sequence[bytes], start: int, end: int, replacements: Iterable[_Replacement]) -> bytes:
    """The lines ``start`` to ``end`` with some of them replaced."""
    pieces: list[bytes] = []
    at = start
    for first, last, new in replacements:
        pieces += [*lines[at:first], new]
        at = last
    return b"".join([*pieces, *lines[at:end]])


def _replacements(before: Text, after: Text) -> list[_Replacement]:
    """(first line, line after the last, what stands there in ``after``) of every difference."""
    lines = split_lines(after)
    return [
        (hunk.start, hunk.end, b"".join(lines[hunk.new_start : hunk.new_end]))
        for hunk in line_hunks(split_lines(before), lines)
    ]


def _as_edits(text: Text, replacements: Iterable[_Replacement]) -> tuple[TextEdit, ...]:
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
    merged = merge(before, before.apply(edit.edits), now, layout_yields=True)
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
