"""Reads one hunk of a unified diff. It knows no file names and no files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sightline.edits.proposal import DiffHunk

_HEADER = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_SIGNATURE = re.compile(r"^--\s*$")


@dataclass(slots=True)
class _Body:
    """The two sides of a hunk as they grow."""

    old: list[str] = field(default_factory=list[str])
    new: list[str] = field(default_factory=list[str])
    last: str = " "

    def add(self, line: str) -> None:
        kind, text = (line[0], line[1:] + "\n") if line else (" ", "\n")
        if kind == "\r":
            kind, text = " ", "\r\n"
        if kind == "\\":
            self._drop_newline()
            return
        if kind in " -":
            self.old.append(text)
        if kind in " +":
            self.new.append(text)
        self.last = kind

    def _drop_newline(self) -> None:
        for side, kinds in ((self.old, " -"), (self.new, " +")):
            if side and self.last in kinds:
                side[-1] = side[-1].removesuffix("\n")


def read_hunk(lines: Sequence[str], number: int, stop: int | None = None) -> tuple[DiffHunk, int, str]:
    """The hunk whose header is at ``number``, the line after it, and why it cannot be read ("" if it can).

    ``stop`` is the line that closes the fence around a model's diff. What stands before it belongs to the diff, so that
    a line without a mark is one that stays: some models leave the space out.
    """
    header = _HEADER.match(lines[number])
    counted = _by_counts(lines, number + 1, _count(header, 2), _count(header, 4)) if header else None
    body, end = counted if counted is not None else _by_prefix(lines, number + 1, stop)
    hunk = DiffHunk(
        old=tuple(body.old),
        new=tuple(body.new),
        start=int(header[1]) if header else None,
        line=number + 1,
        new_start=int(header[3]) if header else None,
    )
    if counted is None and header is not None and not any(lines[end:]) and _is_short(body, header):
        return hunk, end, "The diff ends inside a hunk."
    if not body.old and not body.new:
        return hunk, end, "A hunk of the diff is empty."
    misplaced = any(not line.endswith("\n") for side in (body.old, body.new) for line in side[:-1])
    return hunk, end, "A hunk goes on after the end of its file." if misplaced else ""


def _count(header: re.Match[str], group: int) -> int:
    return int(header[group]) if header[group] is not None else 1


def _is_short(body: _Body, header: re.Match[str]) -> bool:
    return len(body.old) < _count(header, 2) or len(body.new) < _count(header, 4)


def _by_counts(lines: Sequence[str], number: int, old: int, new: int) -> tuple[_Body, int] | None:
    """The body when the counts fit: as many lines as they say, and no line after them that looks like one more."""
    body = _Body()
    while len(body.old) < old or len(body.new) < new:
        if number >= len(lines) or not _is_body(lines[number]):
            return None
        body.add(lines[number])
        number += 1
    if number < len(lines) and lines[number].startswith("\\"):
        body.add(lines[number])
        number += 1
    goes_on = number < len(lines) and lines[number] != "" and _is_body(lines[number]) and not _ends_hunk(lines, number)
    if len(body.old) != old or len(body.new) != new or goes_on:
        return None
    return body, number


def _by_prefix(lines: Sequence[str], number: int, stop: int | None) -> tuple[_Body, int]:
    end = number
    for at in range(number, len(lines) if stop is None else stop):
        marked = _is_body(lines[at]) if stop is None else not lines[at].startswith(("@@", "diff --git "))
        if not marked or _ends_hunk(lines, at):
            break
        if lines[at].strip():
            end = at + 1
    body = _Body()
    for at in range(number, end):
        body.add(lines[at] if _is_body(lines[at]) else " " + lines[at])
    return body, end


def _is_body(line: str) -> bool:
    return line[:1] in ("", " ", "+", "-", "\\", "\r")


def _ends_hunk(lines: Sequence[str], number: int) -> bool:
    """Whether the line is the header of the next file or the signature below a mailed patch."""
    line = lines[number]
    is_header = line.startswith("--- ") and number + 1 < len(lines) and lines[number + 1].startswith("+++ ")
    return is_header or _SIGNATURE.match(line) is not None
