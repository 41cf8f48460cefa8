"""Groups the single changes of an edit: what was asked for, what a repair added, and what may break something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate

from sightline.base.changes import ChangeSet
from sightline.base.merge import line_edits
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.checks.check import Finding
from sightline.engine.prepared import EditMark, FileAfter

#: Places by path.
Places = Mapping[WorkspacePath, tuple[Span, ...]]

_NONE = EditMark()


def marks_of(
    changes: ChangeSet,
    files: Iterable[FileAfter],
    base: Mapping[WorkspacePath, Text],
    requested: Places,
    doubted: Iterable[Finding],
) -> dict[WorkspacePath, tuple[EditMark, ...]]:
    """The marks of all text edits, of files that have any.

    ``requested`` are places in ``base`` that were asked for; what stands elsewhere in these files is ripple.
    ``doubted`` are possible findings: an edit that stands where one points is in doubt, or all edits of that file, or
    all there are.
    """
    before = {file.old or file.path: file.before for file in files}
    after = {rename.old: rename.new for rename in changes.renames}
    doubts = _doubts(changes, before, after, tuple(doubted))
    found: dict[WorkspacePath, tuple[EditMark, ...]] = {}
    for edit in changes.edits:
        now, then = before[edit.path], base.get(edit.path)
        asked = _moved(requested[edit.path], then, now) if edit.path in requested and then and now else None
        marks = tuple(
            EditMark(
                ripple=asked is not None and not any(_touch(one.span, span) for span in asked),
                doubt="; ".join(doubts.get((edit.path, at), {})),
            )
            for at, one in enumerate(edit.edits)
        )
        if any(mark != _NONE for mark in marks):
            found[edit.path] = marks
    return found


def file_doubts(changes: ChangeSet, doubted: Iterable[Finding]) -> dict[WorkspacePath, str]:
    """What may break, by the files that are made, deleted or moved and to which a possible finding points."""
    whole = {*(create.path for create in changes.creates), *changes.deletes}
    whole |= {path for rename in changes.renames for path in (rename.old, rename.new)}
    return {path: _told(finding) for finding in doubted for path, _ in _places(finding) if path in whole}


def _doubts(
    changes: ChangeSet,
    before: Mapping[WorkspacePath, Text | None],
    after: Mapping[WorkspacePath, WorkspacePath],
    doubted: tuple[Finding, ...],
) -> dict[tuple[WorkspacePath, int], dict[str, None]]:
    """Sentences by text edit (file and number), each once."""
    lines = {
        after.get(edit.path, edit.path): (edit.path, _lines_after(edit.edits, text))
        for edit in changes.edits
        if (text := before[edit.path]) is not None
    }
    all_edits = [(path, at) for path, ranges in lines.values() for at in range(len(ranges))]
    whole = file_doubts(changes, doubted)
    found: dict[tuple[WorkspacePath, int], dict[str, None]] = defaultdict(dict)
    for finding in doubted:
        meant: set[tuple[WorkspacePath, int]] = set()
        for path, line in _places(finding):
            origin, ranges = lines.get(path, (path, ()))
            hit = [at for at, there in enumerate(ranges) if line in there]
            meant |= {(origin, at) for at in hit or range(len(ranges))}
        if not meant and not any(path in whole for path, _ in _places(finding)):
            meant = {(path, at) for path, at in all_edits if str(path) in finding.message} or set(all_edits)
        for key in sorted(meant):
            found[key][_told(finding)] = None
    return found


def _told(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}: {finding.message}"


def _places(finding: Finding) -> list[tuple[WorkspacePath, int]]:
    return [(finding.path, finding.line), *((place.path, place.line) for place in finding.related)]


def _lines_after(edits: tuple[TextEdit, ...], before: Text) -> list[range]:
    """Lines (one-based) that each edit leaves in the text after all of them, and one on either side of a deletion."""
    order = sorted(range(len(edits)), key=lambda at: edits[at].span)
    shifts = [0, *accumulate(edits[at].new.count(b"\n") - _breaks(before, edits[at].span) for at in order)]
    found = [range(0)] * len(edits)
    for at, shift in zip(order, shifts, strict=False):
        first = before.line_of(edits[at].span.start) + 1 + shift
        found[at] = range(first if edits[at].new else first - 1, first + edits[at].new.count(b"\n") + 1)
    return found


def _breaks(text: Text, span: Span) -> int:
    return text.data.count(b"\n", span.start, span.end)


def _moved(spans: tuple[Span, ...], then: Text, now: Text) -> list[Span]:
    """Places of the text ``then`` in the text ``now``; what was typed meanwhile lies beside them."""
    if then == now:
        return list(spans)
    typed = line_edits(then, now)

    def shifted(offset: int) -> int:
        return offset + sum(len(edit.new) - len(edit.span) for edit in typed if edit.span.end <= offset)

    return [Span(shifted(span.start), shifted(span.end)) for span in spans]


def _touch(left: Span, right: Span) -> bool:
    return left.start <= right.end and right.start <= left.end
