"""The hunks of a diff of one file, located and turned into text edits. No fuzz.

A hunk belongs where its line number says if its old lines are there, else where they are once. Lines are git's (they
end at ``\\n``) and equal byte for byte; where no place is, line ends may differ (a model's diff of a CRLF file), and
the file keeps its own. A hunk without old lines shows nothing to check: it is believed only if the diff names the very
text (``index`` line) or the file is empty.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from sightline.base.text import Span, Text, TextEdit
from sightline.edits.apply_blocks import TextOutcome
from sightline.edits.file_lines import FileLines, LineChange
from sightline.edits.line_diff import line_hunks, raw_lines
from sightline.edits.nearest import nearest_lines, shown
from sightline.edits.proposal import DiffHunk, FileDiff, Located, Unmatched
from sightline.workspace.files import SourceFile

_WORD = re.compile(rb"\w{2,}")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A hunk in its place: the bytes it covers and the edits within them."""

    covers: Span
    edits: tuple[TextEdit, ...]
    how: Located


def apply_hunks(file: SourceFile, diff: FileDiff) -> TextOutcome:
    """Text edits for all hunks of ``diff`` in ``file``."""
    side = _Side(file, diff.blob)
    placed: list[_Placed] = []
    unmatched: list[Unmatched] = []
    for hunk in diff.hunks:
        found = side.place(hunk)
        if isinstance(found, _Placed):
            if any(_conflict(found, other) for other in placed):
                found = "The hunk overlaps another one."
            else:
                placed.append(found)
        if isinstance(found, str) and not side.is_done(hunk):
            nearest = side.nearest(hunk)
            unmatched.append(Unmatched(path=diff.old, reason=found, line=hunk.line, nearest=nearest))
    edits = sorted((edit for hunk in placed for edit in hunk.edits), key=lambda edit: (edit.span.start, edit.span.end))
    if any(left.span.end > right.span.start for left, right in pairwise(edits)):
        unmatched.append(Unmatched(path=diff.old, reason="Hunks of the diff overlap.", line=diff.line))
        edits = []
    how = Located.OFFSET if any(hunk.how is Located.OFFSET for hunk in placed) else Located.EXACT
    return TextOutcome(edits=tuple(edits), how=how, unmatched=tuple(unmatched))


def text_of_hunks(hunks: Sequence[DiffHunk]) -> str | None:
    """The text of a new file; ``None`` when a hunk has old lines, so that the file is not new."""
    if any(hunk.old for hunk in hunks):
        return None
    return "".join(line for hunk in hunks for line in hunk.new)


class _Side:
    """The old side: the file's lines as git counts them, and by content alone."""

    def __init__(self, file: SourceFile, blob: str) -> None:
        self.file = file
        self.blob = blob
        self.raw = raw_lines(file.text.data)
        self.starts = [0, *accumulate(len(line) for line in self.raw)]
        self.lines = FileLines(file.text)

    def place(self, hunk: DiffHunk) -> _Placed | str:
        """The hunk in its place, or why it has none."""
        old, new = self._encoded(hunk.old), self._encoded(hunk.new)
        if not old:
            return self._insertion(hunk, new)
        exact = _places(self.raw, old)
        if exact:
            chosen = _choose(exact, hunk)
            return chosen if isinstance(chosen, str) else self._exact(chosen, old, new, hunk)
        loose_old, loose_new = [_bare(line) for line in old], [_bare(line) for line in new]
        loose = _places(self.lines.contents, loose_old)
        chosen = _choose(loose, hunk) if loose else "The old lines of the hunk are not in the file."
        return chosen if isinstance(chosen, str) else self._loose(chosen, loose_old, loose_new, hunk)

    def is_done(self, hunk: DiffHunk) -> bool:
        """Whether the new lines stand in the file already, at one place, with enough text to tell."""
        old, new = self._encoded(hunk.old), self._encoded(hunk.new)
        added = [line for line in new if line not in old and _WORD.search(line)]
        kept = [line for line in new if _WORD.search(line)]
        enough = bool(added) or len(kept) > 1
        return enough and not _places(self.raw, old) and len(_places(self.raw, new)) == 1

    def nearest(self, hunk: DiffHunk) -> str:
        """The nearest lines of the file, for repair."""
        place = nearest_lines(self.lines, [_bare(line) for line in self._encoded(hunk.old)])
        return shown(self.lines, place) if place else ""

    def _encoded(self, lines: Sequence[str]) -> list[bytes]:
        if self.file.bom and lines and lines[0].startswith(_BOM):
            lines = (lines[0].removeprefix(_BOM), *lines[1:])
        return [Text.of(line).data for line in lines if line]

    def _insertion(self, hunk: DiffHunk, new: list[bytes]) -> _Placed | str:
        start = hunk.start or 0
        verified = bool(self.blob) and _git_blob(self.file.bytes_on_disk).startswith(self.blob)
        if self.raw and not (verified and start <= len(self.raw)):
            return "A hunk without context cannot be checked: make the diff with context lines."
        at = self.starts[min(start, len(self.raw))]
        return _Placed(covers=Span(at, at), edits=(TextEdit(Span(at, at), b"".join(new)),), how=Located.EXACT)

    def _exact(self, first: int, old: list[bytes], new: list[bytes], hunk: DiffHunk) -> _Placed | str:
        end = first + len(old)
        if end < len(self.raw) and new and not new[-1].endswith(b"\n"):
            return "The hunk ends the file, but the file goes on."
        edits = tuple(
            TextEdit(
                Span(self.starts[first + part.old_start], self.starts[first + part.old_end]),
                b"".join(new[part.new_start : part.new_end]),
            )
            for part in line_hunks(old, new)
        )
        return _Placed(covers=Span(self.starts[first], self.starts[end]), edits=edits, how=_how(first, hunk))

    def _loose(self, first: int, old: list[bytes], new: list[bytes], hunk: DiffHunk) -> _Placed:
        changes = (
            LineChange(first + part.old_start, first + part.old_end, tuple(new[part.new_start : part.new_end]))
            for part in line_hunks(old, new)
        )
        covers = Span(self.lines.starts[first], self.lines.starts[first + len(old)])
        return _Placed(covers=covers, edits=self.lines.edits(changes), how=_how(first, hunk))


def _places(lines: list[bytes], wanted: list[bytes]) -> list[int]:
    if not wanted:
        return []
    size = len(wanted)
    return [at for at, line in enumerate(lines) if line == wanted[0] and lines[at : at + size] == wanted]


def _choose(places: list[int], hunk: DiffHunk) -> int | str:
    if hunk.start is not None and hunk.start - 1 in places:
        return hunk.start - 1
    if len(places) == 1:
        return places[0]
    numbers = ", ".join(str(place + 1) for place in places[:5])
    return f"The old lines of the hunk are not where it says, and elsewhere more than once, at lines {numbers}."


def _how(first: int, hunk: DiffHunk) -> Located:
    return Located.EXACT if hunk.start == first + 1 else Located.OFFSET


def _conflict(left: _Placed, right: _Placed) -> bool:
    return _within(left.edits, right) or _within(right.edits, left)


def _within(edits: Sequence[TextEdit], other: _Placed) -> bool:
    same = {edit.span for edit in other.edits}
    return any(edit.span.overlaps(other.covers) or edit.span in same for edit in edits)


def _bare(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _git_blob(data: bytes) -> str:
    """Object name of a blob in a SHA-1 repository (gitformat-pack(5), "Object types")."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
