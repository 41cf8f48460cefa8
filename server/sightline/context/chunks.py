"""Cuts a file into the pieces that are ranked and shown: whole definitions, class heads, and code between them.

Every line with content belongs to exactly one chunk; a line of nothing but closing brackets has none. Functions and
methods are never cut here (nested functions stay inside their outer one) and take the comment right above them along;
what lies between definitions is a chunk in its own right, because option tables, import
blocks and export lists are what many tasks change. This file knows no scores and no languages: it works on facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sightline.base.text import Text
from sightline.context.sections import LONGEST, sections
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import DefinitionRow

#: Code between definitions is cut at a blank line once it is this long (lines).
BLOCK_LINES = 40

#: Kinds whose members are pieces of their own.
CONTAINERS = frozenset(
    {
        DefinitionKind.CLASS,
        DefinitionKind.INTERFACE,
        DefinitionKind.NAMESPACE,
        DefinitionKind.ENUM,
        DefinitionKind.EXTENSION,
    }
)
_BODIES = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD})

#: A line of a comment, in the spellings of C and of scripts; ``#private`` is none.
_COMMENT = re.compile(r"\s*(?://|/\*|\*(?:\s|/|$)|#(?:[\s:!]|$))")

#: White space and closing brackets.
_FILLER = b" \t\r\n\f\v})];,"

#: A variable or type of at least this many lines (a table, an interface literal) is a chunk of its own.
TABLE_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Lines ``first``..``last`` (one-based, inclusive). ``definition`` is an index into the file's facts, or -1.

    A chunk with a definition is the whole of it (a function, a method, a table) or, for a class, one piece of what
    its members leave over; ``head`` marks the piece with the class line itself. A section of a chunk is a chunk too:
    the one ``part`` (from 0) of so many ``parts``; the head is in the first.
    """

    first: int
    last: int
    definition: int = -1
    head: bool = False
    part: int = 0
    parts: int = 1

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.last - self.first + 1


def chunks_of(text: Text, definitions: Sequence[DefinitionRow]) -> tuple[Chunk, ...]:
    """The chunks of a file in order; without definitions, blocks of lines."""
    return tuple(_cut(_Cut(text, definitions, _children(definitions)), 1, content_lines(text), -1))


def sections_of(text: Text, chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """The chunks, each long one as its sections."""
    for chunk in chunks:
        if chunk.lines <= LONGEST:
            yield chunk
            continue
        lines = [text.line_text(line - 1) for line in range(chunk.first, chunk.last + 1)]
        ranges = tuple(sections(lines, chunk.first, chunk.last))
        for part, (first, last) in enumerate(ranges):
            head = chunk.head and not part
            yield replace(chunk, first=first, last=last, head=head, part=part, parts=len(ranges))


def has_content(line: str) -> bool:
    """Whether a line is more than white space and closing brackets."""
    return bool(line.encode("utf-8", "replace").strip(_FILLER))


def content_lines(text: Text) -> int:
    """Number of lines, the empty one after a final line end not counted; at least 1."""
    empty_end = text.line_count > 1 and text.line_starts[-1] == len(text)
    return text.line_count - 1 if empty_end else text.line_count


@dataclass(frozen=True, slots=True)
class _Cut:
    text: Text
    definitions: Sequence[DefinitionRow]
    children: dict[int, list[int]]

    def lines_of(self, index: int, lowest: int) -> tuple[int, int]:
        """First and last line of a definition, with the comment right above it as far as line ``lowest``."""
        row = self.definitions[index]
        first, last = self.text.line_of(row.start) + 1, self.text.line_of(max(row.end - 1, row.start)) + 1
        while first > lowest and _COMMENT.match(self.text.line_text(first - 2)):
            first -= 1
        return first, last


def _children(definitions: Sequence[DefinitionRow]) -> dict[int, list[int]]:
    """Definitions that are pieces of their own, under the nearest container that they stand in (or -1)."""
    children: dict[int, list[int]] = {}
    for index, row in enumerate(definitions):
        if row.kind == DefinitionKind.EXTENSION and row.body_start >= row.end:
            continue  # no text of its own: it stands for a type of another file that a method here names
        holder = _holder(definitions, row)
        if holder < 0 or definitions[holder].kind in CONTAINERS:
            children.setdefault(holder, []).append(index)
    for group in children.values():
        group.sort(key=lambda index: (definitions[index].start, definitions[index].end))
    return children


def _holder(definitions: Sequence[DefinitionRow], row: DefinitionRow) -> int:
    """The nearest owner in whose text a definition stands: methods of Go stand beside their type."""
    holder = row.parent
    while holder >= 0 and not (definitions[holder].start <= row.start and row.end <= definitions[holder].end):
        holder = definitions[holder].parent
    return holder


def _cut(cut: _Cut, first: int, last: int, owner: int) -> Iterator[Chunk]:
    """Chunks of the lines ``first``..``last``, which belong to the container ``owner`` (-1: the module)."""
    at = first
    for index in cut.children.get(owner, ()):
        start, end = cut.lines_of(index, at)
        if start < at or end > last or not _stands_alone(cut.definitions[index], start, end):
            continue
        yield from _between(cut, at, start - 1, owner, first)
        if cut.children.get(index) and cut.definitions[index].kind in CONTAINERS:
            yield from _cut(cut, start, end, index)
        else:
            yield Chunk(first=start, last=end, definition=index, head=True)
        at = end + 1
    yield from _between(cut, at, last, owner, first)


def _stands_alone(definition: DefinitionRow, start: int, end: int) -> bool:
    if definition.kind in _BODIES or definition.kind in CONTAINERS:
        return end > start
    return end - start + 1 >= TABLE_LINES


def _between(cut: _Cut, first: int, last: int, owner: int, owner_first: int) -> Iterator[Chunk]:
    for chunk in _blocks(cut.text, first, last, owner):
        yield Chunk(
            first=chunk.first, last=chunk.last, definition=owner, head=owner >= 0 and chunk.first == owner_first
        )


def _blocks(text: Text, first: int, last: int, owner: int) -> Iterator[Chunk]:
    """Blocks of at most about ``BLOCK_LINES`` lines, cut at blank lines where there are any; no blank ends."""
    data, starts = text.data, text.line_starts
    start = end = 0
    for line in range(first, last + 1):
        blank = not data[starts[line - 1] : starts[line] if line < len(starts) else None].strip(_FILLER)
        if start and ((blank and line - start >= BLOCK_LINES) or line - start >= 2 * BLOCK_LINES):
            yield Chunk(first=start, last=end, definition=owner)
            start = 0
        if not blank:
            start, end = start or line, line
    if start:
        yield Chunk(first=start, last=end, definition=owner)
