"""Edits that quote a file as a model saw it, with its secrets hidden: placed in that text, with the secrets put back.

A model is shown ``[redacted]`` where a secret stands, and writes it again where it leaves the line alone. So its edits
are placed in the text it saw, and every placeholder gets back the value that it stands for. One that stands for nothing
known refuses the edit: the word would take the place of the secret.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from sightline.base.redact import REDACTED, redact
from sightline.base.text import Span, Text, TextEdit
from sightline.edits.apply_blocks import TextOutcome
from sightline.edits.apply_text import TextEditing, text_edits
from sightline.edits.indentation import TabChange
from sightline.edits.line_diff import raw_lines
from sightline.edits.proposal import FileDiff, ReplaceBlock, SymbolEdit, Unmatched, WholeFile
from sightline.workspace.files import SourceFile

_MARK = REDACTED.encode()
#: Bytes before a placeholder by which it is known again in a line that changed.
_CONTEXT = 10
_UNKNOWN = (
    f"{REDACTED} stands for a secret value of {{path}}, and which one cannot be told here: keep the lines that hold it "
    "as they are, or write the value yourself."
)


def edits_of_shown(file: SourceFile, edits: Sequence[TextEditing], tabs: TabChange | None = None) -> TextOutcome:
    """As :func:`sightline.edits.apply_text.text_edits`, for edits that may quote ``file`` with its secrets hidden."""
    if not any(REDACTED in piece for edit in edits for piece in _pieces(edit)):
        return text_edits(file, edits, tabs)
    shown = _shown(file.text)
    if shown is None or shown == file.text:
        return text_edits(file, edits, tabs)
    outcome = text_edits(replace(file, text=shown), edits, tabs)
    if outcome.unmatched:
        real = text_edits(file, edits, tabs)
        return outcome if real.unmatched else real
    hidden = _Hidden(raw_lines(file.text.data), raw_lines(shown.data))
    found = hidden.real_edits(outcome.edits)
    if any(edit is None for edit in found):
        reason = _UNKNOWN.format(path=file.path)
        return TextOutcome(unmatched=tuple(Unmatched(path=each.path, reason=reason, line=each.line) for each in edits))
    return replace(outcome, edits=tuple(edit for edit in found if edit is not None))


def _pieces(edit: TextEditing) -> Iterator[str]:
    match edit:
        case ReplaceBlock():
            yield edit.search
            yield edit.replace
        case WholeFile() | SymbolEdit():
            yield edit.text
        case FileDiff():
            if edit.tolerant:  # others are made from the file itself, not from what a model saw of it
                for hunk in edit.hunks:
                    yield from hunk.old
                    yield from hunk.new


def _shown(text: Text) -> Text | None:
    try:
        return Text.of(redact(text.data.decode("utf-8")))
    except UnicodeDecodeError:
        return None


@dataclass(slots=True)
class _Line:
    """A line with placeholders: the line as shown, and the values they stand for, those that are in use taken out."""

    shown: bytes
    values: list[bytes]


class _Hidden:
    """A file beside what is shown of it, line by line."""

    def __init__(self, real: list[bytes], shown: list[bytes]) -> None:
        assert len(real) == len(shown), "redaction keeps the line count"
        self._real, self._shown = real, shown
        self._real_starts = [0, *accumulate(map(len, real))]
        self._shown_starts = [0, *accumulate(map(len, shown))]
        self._alike: dict[bytes, list[int]] = {}
        for number, line in enumerate(shown):
            if _MARK in line:
                self._alike.setdefault(line.strip(), []).append(number)

    def real_edits(self, edits: Sequence[TextEdit]) -> list[TextEdit | None]:
        """The edits of the file that are ``edits`` of what is shown; ``None`` for one of which that cannot be told."""
        covered = [self._covered(edit.span) for edit in edits]
        gone = [self._line(number) for lines in covered for number in lines if _MARK in self._shown[number]]
        return [self._real_edit(edit, lines, gone) for edit, lines in zip(edits, covered, strict=True)]

    def _covered(self, span: Span) -> range:
        """The lines that a span touches."""
        (first, _), (last, _) = self._place(span.start), self._place(span.end)
        return range(first, last + (last < len(self._real) and span.end > self._shown_starts[last]))

    def _real_edit(self, edit: TextEdit, covered: range, gone: Sequence[_Line]) -> TextEdit | None:
        start, end = self._place(edit.span.start)[1], self._place(edit.span.end)[1]
        new = self._filled(raw_lines(edit.new), covered, gone)
        if start is None or end is None or new is None:
            return None
        return TextEdit(Span(start, end), new)

    def _place(self, offset: int) -> tuple[int, int | None]:
        """The line at an offset of what is shown, and that of the file; ``None`` in the midst of a changed line."""
        line = bisect_right(self._shown_starts, offset) - 1
        inside = offset - self._shown_starts[line]
        if not inside or line >= len(self._real) or self._real[line] == self._shown[line]:
            return line, self._real_starts[line] + inside
        ending = len(self._shown[line]) - inside
        if ending <= len(self._shown[line]) - len(self._shown[line].rstrip(b"\r\n")):
            return line, self._real_starts[line + 1] - ending
        return line, None

    def _filled(self, lines: list[bytes], covered: range, gone: Sequence[_Line]) -> bytes | None:
        """``lines``, which take the place of the lines ``covered``, with their placeholders filled.

        ``gone`` are the lines with placeholders that any edit takes away: one may come back elsewhere.
        """
        there = [self._line(number) for number in covered if _MARK in self._shown[number]]
        filled: list[bytes | None] = [None if _MARK in line else line for line in lines]
        unused: dict[bytes, list[_Line]] = {}
        for each in reversed(there):
            unused.setdefault(each.shown.strip(), []).append(each)
        for at, line in enumerate(lines):
            if filled[at] is None and (same := unused.get(line.strip())):
                taken = same.pop()
                filled[at] = _fill(line, taken.values)
                taken.values = []
        loose = [at for at, line in enumerate(filled) if line is None]
        nearby = _by_context(there or gone) if loose else {}
        wanted = sum(lines[at].count(_MARK) for at in loose)
        left = [value for each in there for value in each.values]
        for at in loose:
            count = lines[at].count(_MARK)
            if wanted == len(left):
                values: list[bytes] | None = left[:count]
                del left[:count]
                wanted -= count
            else:
                values = self._known(lines[at], nearby)
            if values is None:
                return None
            filled[at] = _fill(lines[at], values)
        return b"".join(line for line in filled if line is not None)

    def _line(self, number: int) -> _Line:
        return _Line(self._shown[number], _values(self._shown[number], self._real[number]))

    def _known(self, line: bytes, nearby: Mapping[bytes, set[bytes]]) -> list[bytes] | None:
        """The values of a line that only changed around them, or was moved from elsewhere in the file."""
        alike = self._alike.get(line.strip(), ())
        moved = {tuple(_values(self._shown[number], self._real[number])) for number in alike}
        if len(moved) == 1:
            return [*moved.pop()]
        values: list[bytes] = []
        for part in line.split(_MARK)[:-1]:
            found = nearby.get(part.lstrip()[-_CONTEXT:], ()) if part.strip() else ()
            if len(found) != 1:
                return None
            values.extend(found)
        return values


def _by_context(lines: Sequence[_Line]) -> dict[bytes, set[bytes]]:
    """The values of the placeholders of ``lines`` by the bytes before them: by the last one, the last two, …"""
    found: dict[bytes, set[bytes]] = {}
    for line in lines:
        for before, value in zip(line.shown.split(_MARK), line.values, strict=False):
            context = before.lstrip()[-_CONTEXT:]
            for length in range(1, len(context) + 1):
                found.setdefault(context[-length:], set()).add(value)
    return found


def _values(shown: bytes, real: bytes) -> list[bytes]:
    """What the placeholders of a line stand for, in order; a placeholder that is in the file stands for itself."""
    pattern = b"(.*?)".join(re.escape(part) for part in shown.split(_MARK))
    found = re.fullmatch(pattern, real, re.DOTALL)
    assert found is not None, "what is shown differs from the line in its secrets alone"
    return list(found.groups())


def _fill(line: bytes, values: Sequence[bytes]) -> bytes:
    """``line`` with its placeholders filled, in order."""
    parts = line.split(_MARK)
    return b"".join(piece for pair in zip(parts, [*values, b""], strict=True) for piece in pair)
