"""The one change of indentation that turns the lines of a block into those of a file, for the lines it brings.

A prefix added or removed, or tabs for a fixed number of spaces and back. This file finds no places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

#: Turns a line of the block into a line of the file; ``None`` for a line that the change does not fit.
Reindent = Callable[[bytes], bytes | None]

#: Spaces that one tab may stand for.
_WIDTHS = (2, 3, 4, 8)


@dataclass(frozen=True, slots=True)
class TabChange:
    """Tabs for ``width`` spaces each, or spaces for tabs: what one block of a reply needs, all others need too."""

    width: int
    to_tabs: bool

    def __call__(self, line: bytes) -> bytes | None:
        """``line`` with its indentation changed; ``None`` when it does not fit."""
        return to_tabs(self.width, line) if self.to_tabs else to_spaces(self.width, line)

    def suits(self, lines: Iterable[bytes]) -> bool:
        """Whether ``lines`` of a file are indented with what this change brings, and with nothing else."""
        marks = {line[:1] for line in lines if line[:1] in (b" ", b"\t") and line.strip(b" \t")}
        return marks == {b"\t" if self.to_tabs else b" "}

    def wherever_it_fits(self, line: bytes) -> bytes:
        """``line`` changed, or as it is."""
        changed = self(line) if line.strip(b" \t") else None
        return line if changed is None else changed


def unchanged(line: bytes) -> bytes | None:
    """The change of indentation that is none."""
    return line


def kept_as_in_file(pairs: Iterable[tuple[bytes, bytes]]) -> Reindent:
    """No change of indentation, but lines of the left side that come back are those of the right one."""
    known = dict(pairs)
    return lambda line: known.get(line, line)


def shift_between(pairs: Iterable[tuple[bytes, bytes]]) -> Reindent | None:
    """The change that turns the left line's indentation into the right one's, for all pairs; ``None`` if none does.

    Blank lines say nothing. Without any other line nothing changes.
    """
    indents = [(indent_of(left), indent_of(right)) for left, right in pairs if left.strip(b" \t")]
    if not indents:
        return unchanged
    return next((shift for shift in _shifts(indents) if all(shift(left) == right for left, right in indents)), None)


def indent_of(line: bytes) -> bytes:
    """The spaces and tabs that ``line`` begins with."""
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _shifts(pairs: Sequence[tuple[bytes, bytes]]) -> Iterator[Reindent]:
    left, right = pairs[0]
    if right.endswith(left):
        prefix = right[: len(right) - len(left)]
        yield lambda line: prefix + line
    if left.endswith(right):
        surplus = left[: len(left) - len(right)]
        yield lambda line: line[len(surplus) :] if line.startswith(surplus) else None
    for left, right in pairs:
        spaces, tabs = sorted((left, right), key=lambda indent: b"\t" in indent)
        if spaces and tabs and not spaces.strip(b" ") and not tabs.strip(b"\t") and len(spaces) % len(tabs) == 0:
            width = len(spaces) // len(tabs)
            if width in _WIDTHS:
                yield TabChange(width, to_tabs=tabs == right)
            return


def to_tabs(width: int, line: bytes) -> bytes | None:
    """``line`` with one tab for every ``width`` spaces of its indentation."""
    indent = indent_of(line)
    if b"\t" in indent or len(indent) % width:
        return None
    return b"\t" * (len(indent) // width) + line[len(indent) :]


def to_spaces(width: int, line: bytes) -> bytes | None:
    """``line`` with ``width`` spaces for every tab of its indentation."""
    indent = indent_of(line)
    if b" " in indent:
        return None
    return b" " * (width * len(indent)) + line[len(indent) :]
