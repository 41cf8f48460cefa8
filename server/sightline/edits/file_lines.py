"""The lines of one file with the indexes that location needs, and text edits made from line changes.

Line ends belong to the file: a new line takes the line end of its neighbourhood, and a missing final newline stays
missing. This file knows no reply and no format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from sightline.base.text import Span, Text, TextEdit
from sightline.edits.line_diff import line_hunks

_LINE_END = re.compile(rb"(\r\n|\n|\r)")
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]{2,}")

LineIndex = dict[bytes, list[int]]


@dataclass(frozen=True, slots=True)
class LineChange:
    """The lines ``first..end`` (half-open, zero-based) become ``new`` (without line ends)."""

    first: int
    end: int
    new: tuple[bytes, ...]


class FileLines:
    """The lines of a text: ``contents`` without line ends, ``ends`` (empty for a last line without one)."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.contents, self.ends = _split(text.data)

    def __len__(self) -> int:
        return len(self.contents)

    @property
    def has_final_newline(self) -> bool:
        """Whether the last line ends in a line end; true for an empty text."""
        return not self.ends or bool(self.ends[-1])

    @cached_property
    def starts(self) -> list[int]:
        """Byte offset of every line, and of the end of the text."""
        widths = (len(content) + len(end) for content, end in zip(self.contents, self.ends, strict=True))
        return [0, *accumulate(widths)]

    @cached_property
    def stripped(self) -> list[bytes]:
        """The lines without spaces and tabs at either end."""
        return [line.strip(b" \t") for line in self.contents]

    @cached_property
    def exact_index(self) -> LineIndex:
        """Line numbers by content."""
        return _index(self.contents)

    @cached_property
    def stripped_index(self) -> LineIndex:
        """Line numbers by stripped content."""
        return _index(self.stripped)

    @cached_property
    def word_index(self) -> LineIndex:
        """Line numbers by word, for the search of the nearest lines."""
        result: LineIndex = {}
        for number, line in enumerate(self.contents):
            for word in set(words_of(line)):
                result.setdefault(word, []).append(number)
        return result

    def edits(self, changes: Iterable[LineChange]) -> tuple[TextEdit, ...]:
        """Text edits for ``changes``, which do not overlap. Changes that touch become one edit."""
        return tuple(self._edit(change) for change in _touching_merged(changes))

    def edits_to(self, wanted: Sequence[bytes]) -> tuple[TextEdit, ...]:
        """Small edits that turn the lines of this text into ``wanted``."""
        hunks = line_hunks(self.contents, wanted)
        return self.edits(LineChange(h.old_start, h.old_end, tuple(wanted[h.new_start : h.new_end])) for h in hunks)

    def _edit(self, change: LineChange) -> TextEdit:
        start, end = self.starts[change.first], self.starts[change.end]
        new = b"".join(line + self._end_for(change, index) for index, line in enumerate(change.new))
        if change.end == len(self) and not self.has_final_newline:
            if change.new:
                new = new[: -len(self._end_for(change, len(change.new) - 1))]
                if change.first == change.end:
                    new = self._end_for(change, 0) + new
            elif change.first > 0:
                start -= len(self.ends[change.first - 1])
        return TextEdit(Span(start, end), new)

    def _end_for(self, change: LineChange, index: int) -> bytes:
        """Line end for a new line: that of the line it takes the place of, or of the nearest line that has one."""
        at = change.first + index
        if at < change.end and self.ends[at]:
            return self.ends[at]
        before = self.ends[max(change.first - 1, 0) : change.end][::-1]
        return next((end for end in (*before, *self.ends[change.end : change.end + 1], *self.ends[:1]) if end), b"\n")


def split_lines(text: str) -> list[bytes]:
    """The lines of a reply's text as UTF-8, without line ends: ``"a\\n"`` and ``"a"`` are one line, ``""`` is none."""
    return _split(Text.of(text).data)[0]


def words_of(line: bytes) -> list[bytes]:
    """Identifier-like words of three and more characters."""
    return _WORD.findall(line)


def _split(data: bytes) -> tuple[list[bytes], list[bytes]]:
    if b"\r" in data:
        pieces = _LINE_END.split(data)
        contents, ends = pieces[0::2], [*pieces[1::2], b""]
    else:
        contents = data.split(b"\n")
        ends = [b"\n"] * (len(contents) - 1) + [b""]
    if not contents[-1]:
        contents.pop()
        ends.pop()
    return contents, ends


def _index(lines: list[bytes]) -> LineIndex:
    result: LineIndex = {}
    for number, line in enumerate(lines):
        result.setdefault(line, []).append(number)
    return result


def _touching_merged(changes: Iterable[LineChange]) -> list[LineChange]:
    result: list[LineChange] = []
    for change in sorted(changes, key=lambda change: (change.first, change.end)):
        if result and result[-1].end == change.first:
            result[-1] = LineChange(result[-1].first, change.end, result[-1].new + change.new)
        else:
            result.append(change)
    return result
