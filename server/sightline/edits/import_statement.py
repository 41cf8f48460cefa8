"""What inserting an import has in common in all languages: the wanted import, and places in sorted lists.

Pure: texts and facts in, text edits out. What an import is called and from where it comes is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sightline.base.text import Span, Text, TextEdit
from sightline.graph.facts import Import


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedImport:
    """``name`` of ``module`` (written with ``level`` leading dots in Python), to be bound as ``bound``.

    ``name`` is "" for the module itself and ``default`` for a default export. ``type_only``: where the file keeps its
    imports for type checkers apart, it belongs there. ``one_each``: statements import one name each (isort's
    ``force_single_line``). ``example``: imports of a file beside, whose style holds where the file itself shows none.
    """

    module: str
    name: str
    bound: str
    level: int = 0
    type_only: bool = False
    one_each: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One import statement of whole lines. ``rows`` are its facts (``import a, b`` has two)."""

    rows: tuple[Import, ...]
    first_line: int
    last_line: int

    @property
    def row(self) -> Import:
        """The first of its facts."""
        return self.rows[0]


def statements_of(text: Text, imports: Iterable[Import]) -> tuple[Statement, ...]:
    """The statements behind ``imports``, in source order; those that share a line with other code are left out."""
    found: dict[int, list[Import]] = {}
    for row in sorted(imports, key=lambda each: each.span.start):
        found.setdefault(text.line_of(row.span.start), []).append(row)
    made: list[Statement] = []
    for first, rows in found.items():
        last = text.line_of(max(row.span.end for row in rows))
        if not made or first > made[-1].last_line:
            made.append(Statement(rows=tuple(rows), first_line=first, last_line=last))
    return tuple(made)


def newline_of(text: Text) -> str:
    """The line end that the text uses."""
    first = text.data.partition(b"\n")[0]
    return "\r\n" if first.endswith(b"\r") else "\n"


def insertion_place(existing: Sequence[str], wanted: str, keys: Sequence[Callable[[str], Any]]) -> int:
    """Where ``wanted`` goes among ``existing``: by the first of ``keys`` under which they are sorted, else at the end.

    A list of one name is sorted under every key.
    """
    for key in keys:
        order = [key(name) for name in existing]
        if all(left <= right for left, right in pairwise(order)):
            return sum(each <= key(wanted) for each in order)
    return len(existing)


def inserted(at: int, new: str) -> TextEdit:
    """An edit that only inserts."""
    return TextEdit(Span(at, at), new.encode())


def below(text: Text, statement: Statement, lines: str) -> TextEdit:
    """An edit that inserts whole lines below a statement, also where the text ends without a line end."""
    start = line_start(text, statement.last_line + 1)
    if statement.last_line + 1 >= text.line_count:
        return inserted(start, newline_of(text) + lines.rstrip("\r\n"))
    return inserted(start, lines)


def line_start(text: Text, line: int) -> int:
    """Byte offset of a line; of the end of the text for a line that does not exist."""
    return text.line_starts[line] if line < len(text.line_starts) else len(text.data)


def indentation_at(text: Text, offset: int) -> str:
    """The white space at the beginning of the line of ``offset``."""
    line = text.line_text(text.line_of(offset))
    return line[: len(line) - len(line.lstrip())]


def longest_line(text: Text, statements: Iterable[Statement], usual: int) -> int:
    """How long an import may become (characters): ``usual``, or as long as the longest there is."""
    lines = (line for each in statements for line in range(each.first_line, each.last_line + 1))
    return max((usual, *(len(text.line_text(line).partition("#")[0].rstrip()) for line in lines)))
