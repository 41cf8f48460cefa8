"""The texts an edit touches, before and after, and which lines of one are lines of the other.

Every check compares through this file, so that a problem that only moved is not called new. It knows no language.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import PositionEncoding, Span, Text
from sightline.checks.brackets import called_around
from sightline.checks.check import CheckInput
from sightline.workspace.files import WorkspaceView

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

#: Above this product of changed line counts the lines between the common head and tail all count as new.
_MAXIMUM_DIFF = 4_000_000
#: Changed places of one file around which calls are looked for.
_MOST_PLACES = 400


class TouchedFile:
    """One file of an edit. ``old`` and ``new`` are its paths before and after, ``None`` where it does not exist.

    ``before`` and ``after`` are ``None`` likewise, and where the file cannot be read as text.
    """

    def __init__(
        self, old: WorkspacePath | None, new: WorkspacePath | None, before: Text | None, after: Text | None
    ) -> None:
        self.old, self.new = old, new
        self.before, self.after = before, after

    def __repr__(self) -> str:
        return f"TouchedFile({self.old} -> {self.new})"

    @property
    def path(self) -> WorkspacePath:
        """Where a person finds the file: its path after the edit, or the one it had."""
        path = self.new or self.old
        assert path is not None, "a touched file has a path"
        return path

    def old_offset(self, offset: int) -> int | None:
        """Offset in ``before`` of a byte of ``after``; ``None`` on a line that is new or changed."""
        if self.before is None or self.after is None:
            return None
        line = self.after.line_of(offset)
        old = self._lines.get(line)
        return None if old is None else self.before.line_starts[old] + offset - self.after.line_starts[line]

    def is_new(self, span: Span) -> bool:
        """Whether a span of ``after`` touches a line that is new or changed."""
        if self.before is None or self.after is None:
            return True
        starts, ends = self._new_parts
        at = bisect_right(starts, max(span.start, span.end - 1)) - 1
        return at >= 0 and span.start < ends[at]

    @property
    def new_parts(self) -> list[Span]:
        """The parts of ``after`` that :meth:`is_new`: its new and changed lines, those beside one another as one."""
        if self.after is None:
            return []
        whole = len(self.after.data) + 1  # the end of the text belongs to the last line
        return [Span(0, whole)] if self.before is None else list(map(Span, *self._new_parts))

    @cached_property
    def called_around(self) -> frozenset[int]:
        """Offsets in ``after`` where names end whose arguments, on later lines, the edit changed or took away."""
        if self.before is None or self.after is None:
            return frozenset()
        cuts = (
            self.after.line_starts[line]
            for line in range(1, self.after.line_count)
            if line in self._lines and self._lines.get(line - 1, self._lines[line] - 1) != self._lines[line] - 1
        )
        places = [*(part.start for part in self.new_parts), *cuts][:_MOST_PLACES]
        return frozenset(end for place in places for end in called_around(self.after.data, place))

    @cached_property
    def _new_parts(self) -> tuple[list[int], list[int]]:
        """Where lines of ``after`` that are new or changed begin and end, those beside one another as one part."""
        assert self.after is not None
        starts: list[int] = []
        ends: list[int] = []
        lines = [*self.after.line_starts, len(self.after.data) + 1]  # the end of the text belongs to the last line
        for line, (start, end) in enumerate(pairwise(lines)):
            if line in self._lines:
                continue
            if ends and ends[-1] == start:
                ends[-1] = end
            else:
                starts.append(start)
                ends.append(end)
        return starts, ends

    @cached_property
    def line_shifts(self) -> dict[int, int]:
        """Zero-based line of ``before`` that is also in ``after`` → how far its bytes moved."""
        if self.before is None or self.after is None:
            return {}
        old, new = self.before.line_starts, self.after.line_starts
        return {before: new[after] - old[before] for after, before in self._lines.items()}

    @cached_property
    def _lines(self) -> dict[int, int]:
        """Zero-based line of ``after`` → the same line of ``before``."""
        assert self.before is not None and self.after is not None
        return same_lines(_lines_of(self.before), _lines_of(self.after))


def compared_files(given: CheckInput) -> tuple[TouchedFile, ...]:
    """The files of an edit, sorted by the path they have after it."""
    moved = {rename.new: rename.old for rename in given.changes.renames}
    rows: list[TouchedFile] = []
    for new in given.changes.paths_after:
        old = moved.get(new, new)
        before = read_text(given.before.workspace, old)
        rows.append(TouchedFile(old if before else None, new, before, read_text(given.after.workspace, new)))
    rows += (TouchedFile(old, None, read_text(given.before.workspace, old), None) for old in given.changes.deletes)
    return tuple(sorted(rows, key=lambda row: row.path))


def read_text(view: WorkspaceView, path: WorkspacePath) -> Text | None:
    """Text of a file in a view; ``None`` for what cannot be read as text."""
    try:
        return view.read(path).text
    except SightlineError:
        return None


def line_and_column(text: Text, offset: int) -> tuple[int, int]:
    """One-based line and column of a byte offset; the column counts characters."""
    position = text.position(offset, PositionEncoding.UTF32)
    return position.line + 1, position.character + 1


def new_ones(before: Iterable[_K], after: Iterable[tuple[_K, _V]]) -> list[_V]:
    """Values of ``after`` whose key occurs more often there than in ``before``: the last ones of each key."""
    left = Counter(before)
    found: list[_V] = []
    for key, value in after:
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(value)
    return found


def same_lines(before: list[bytes], after: list[bytes]) -> dict[int, int]:
    """Which line of ``after`` is which line of ``before``, in order, as a line-by-line comparison sees it."""
    head = 0
    limit = min(len(before), len(after))
    while head < limit and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < limit - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    result = {line: line for line in range(head)}
    shift = len(before) - len(after)
    result |= {line: line + shift for line in range(len(after) - tail, len(after))}
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    if 0 < len(middle_before) * len(middle_after) <= _MAXIMUM_DIFF:
        matcher = SequenceMatcher(None, middle_before, middle_after, autojunk=False)
        for block in matcher.get_matching_blocks():
            result |= {head + block.b + step: head + block.a + step for step in range(block.size)}
    return result


def _lines_of(text: Text) -> list[bytes]:
    lines = text.data.splitlines()
    return lines if len(lines) == text.line_count else [*lines, b""]
