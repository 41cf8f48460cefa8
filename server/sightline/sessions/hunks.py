"""The single changes of an applied edit, numbered so that a person can take back some of them.

A hunk is one contiguous replacement in a file, or a file that was created, deleted or moved. They are numbered from 1,
by path and then from top to bottom, the same each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.sessions.kept_text import KeptText, Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One change that was made. ``path`` is that of the file now, or of the one that is gone.

    ``line`` (from 1) is where it stands in the text after the edit, ``removed`` and ``added`` what stood there before
    and after; all of it is text of the file. For a whole file only the kind is told.
    """

    number: int
    path: WorkspacePath
    kind: Literal["edit", "create", "delete", "rename"]
    line: int = 1
    removed: str = ""
    added: str = ""


def hunks_of(inverse: ChangeSet, after: Mapping[WorkspacePath, KeptText]) -> tuple[Hunk, ...]:
    """The hunks of the edit that ``inverse`` takes back; ``after`` is kept of the texts its edits are meant for."""
    found: list[Hunk] = []
    for number, (path, part) in enumerate(_parts(inverse), 1):
        if isinstance(part, TextEdit):
            line, removed, added = _whole_lines(after[path].piece(part.span), part)
            found.append(Hunk(number=number, path=path, kind="edit", line=line, removed=removed, added=added))
        else:
            found.append(Hunk(number=number, path=path, kind=part))
    return tuple(found)


def only_hunks(inverse: ChangeSet, numbers: Collection[int]) -> ChangeSet:
    """The part of ``inverse`` that takes back the hunks of these numbers. Raises :class:`UsageError` for others."""
    parts = _parts(inverse)
    if unknown := [number for number in numbers if not 1 <= number <= len(parts)]:
        raise UsageError(
            f"There is no hunk {unknown[0]}: the edit has {len(parts)}.",
            hint="`sightline history TURN` numbers them.",
            kind="no_such_hunk",
        )
    chosen = [parts[number - 1] for number in sorted(set(numbers))]
    edits: dict[WorkspacePath, list[TextEdit]] = {}
    for path, part in chosen:
        if isinstance(part, TextEdit):
            edits.setdefault(path, []).append(part)
    whole = {(path, part) for path, part in chosen if isinstance(part, str)}
    renames = tuple(rename for rename in inverse.renames if (rename.old, "rename") in whole)
    deletes = tuple(path for path in inverse.deletes if (path, "create") in whole)
    touched = {*edits, *deletes, *(rename.old for rename in renames)}
    return ChangeSet(
        base={path: digest for path, digest in inverse.base.items() if path in touched},
        edits=tuple(FileEdit(path=path, edits=tuple(found)) for path, found in edits.items()),
        creates=tuple(create for create in inverse.creates if (create.path, "delete") in whole),
        deletes=deletes,
        renames=renames,
    )


_Whole = Literal["create", "delete", "rename"]


def _parts(inverse: ChangeSet) -> list[tuple[WorkspacePath, TextEdit | _Whole]]:
    """Everything the inverse does, in order; whole files by the word for what was done to them."""
    whole: list[tuple[WorkspacePath, TextEdit | _Whole]] = [
        *((rename.old, "rename") for rename in inverse.renames),
        *((path, "create") for path in inverse.deletes),
        *((create.path, "delete") for create in inverse.creates),
    ]
    edits = [(edit.path, one) for edit in inverse.edits for one in edit.edits]
    return sorted(
        [*whole, *edits], key=lambda part: (part[0], part[1].span.start if isinstance(part[1], TextEdit) else -1)
    )


def _whole_lines(piece: Piece, inverse: TextEdit) -> tuple[int, str, str]:
    """Line in the text after, and the whole lines there before and after."""
    after = Text(piece.data)
    span, data = Span(inverse.span.start - piece.start, inverse.span.end - piece.start), piece.data
    first = after.line_of(span.start)
    start, end = after.line_starts[first], span.end
    lines = start == span.start and all(
        not part or part.endswith(b"\n") or end == len(data) for part in (data[span.start : span.end], inverse.new)
    )
    if not lines:
        newline = data.find(b"\n", end)
        end = len(data) if newline < 0 else newline + 1
    removed = data[start : span.start] + inverse.new + data[span.end : end]
    return piece.line + first + 1, removed.decode("utf-8", "replace"), data[start:end].decode("utf-8", "replace")
