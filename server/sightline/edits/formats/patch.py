"""The ``*** Begin Patch`` family, as coding agents write it: sections by file, hunks without line numbers.

    *** Begin Patch
    *** Update File: src/shop/cart.py
    @@ class Cart
    @@     def total(self):
             rate = 0.19
    -        return sum(self.items)
    +        return sum(self.items) * (1 + rate)
    *** End Patch

``Add File``, ``Delete File``, ``Update File`` with ``Move to``, several ``@@`` lines that lead to the place, and
``*** End of File``. A patch without its last line was cut short. Where hunks belong is decided in ``apply_diff.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sightline.edits.elision import elided_lines
from sightline.edits.path_lines import clean_path
from sightline.edits.proposal import (
    DeleteFile,
    DiffHunk,
    DiffKind,
    FileDiff,
    ProposalProblem,
    ProposedEdit,
    RenameFile,
)
from sightline.edits.reply import EditFormat, Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
Write the edits as one patch of this form:

*** Begin Patch
*** Update File: src/shop/cart.py
@@ class Cart
@@     def total(self):
         rate = 0.19
-        return sum(self.items)
+        return sum(self.items) * (1 + rate)
*** Add File: src/shop/rates.py
+RATE = 0.19
*** Delete File: src/shop/old.py
*** End Patch

- Begin every line of a hunk with a space (it stays), a minus (it goes) or a plus (it comes).
- Show three lines that stay above and below each change, copied from the file with their exact indentation.
- Where those are not the only place in the file, name the class and the function with @@ lines before them.
- To move a file, put `*** Move to: new/path` below its `*** Update File:` line.
- Never leave lines out of a hunk, and never write "..." for code that stays."""

_BEGIN = re.compile(r"^\s*\*\*\* Begin Patch\s*$")
_END = re.compile(r"^\s*\*\*\* End Patch\s*$")
_SECTION = re.compile(r"^\s*\*\*\* (?P<verb>Add|Update|Delete) File:\s*(?P<path>.*?)\s*$")
_MOVE = re.compile(r"^\s*\*\*\* Move to:\s*(?P<path>.*?)\s*$", re.IGNORECASE)
_END_OF_FILE = re.compile(r"^\s*\*\*\* End of File\s*$")
_HEADING = re.compile(r"^@@(?P<heading>.*?)(?:@@)?\s*$")
_NUMBERS = re.compile(r"^\s*-(?P<start>\d{1,9})(?:,\d{1,9})?\s+\+\d{1,9}(?:,\d{1,9})?\s*(?:@@)?(?P<heading>.*)$")


def parse(reply: Reply) -> Parsed:
    """All patches of a reply; a section outside of the two outer lines counts when the reply has none of them."""
    scan = _Scan()
    framed = any(_BEGIN.match(line) for line in reply.lines)
    number = 0
    fence: Fence | None = None
    while number < len(reply.lines):
        line = reply.lines[number]
        if _BEGIN.match(line) if framed else _SECTION.match(line):
            number = _read_patch(scan, reply, number, fence, framed=framed)
            continue
        opened = fence_of(line, number)
        if opened is not None:
            fence = opened if fence is None else (None if fence.closed_by(line) else fence)
        number += 1
    return Parsed(edits=tuple(scan.edits), problems=tuple(scan.problems), used=frozenset(scan.used))


FORMAT = EditFormat(name="patch", parse=parse, instructions=INSTRUCTIONS)


@dataclass(slots=True)
class _Scan:
    """What was read so far."""

    edits: list[ProposedEdit] = field(default_factory=list[ProposedEdit])
    problems: list[ProposalProblem] = field(default_factory=list[ProposalProblem])
    used: set[int] = field(default_factory=set[int])

    def complain(self, number: int, message: str) -> None:
        self.problems.append(ProposalProblem(line=number + 1, message=message))


@dataclass(slots=True)
class _Hunk:
    """A hunk as it grows."""

    line: int
    within: tuple[str, ...] = ()
    start: int | None = None
    old: list[str] = field(default_factory=list[str])
    new: list[str] = field(default_factory=list[str])
    at_end: bool = False

    def add(self, mark: str, text: str) -> None:
        """One line of the hunk with its mark."""
        if mark in " -":
            self.old.append(text + "\n")
        if mark in " +":
            self.new.append(text + "\n")

    def closed(self) -> DiffHunk:
        """The hunk; blank context lines at its end are those between it and what follows."""
        while len(self.old) > 1 and self.old[-1:] == self.new[-1:] == ["\n"] and not self.at_end:
            self.old.pop()
            self.new.pop()
        return DiffHunk(
            old=tuple(self.old),
            new=tuple(self.new),
            start=self.start,
            line=self.line + 1,
            within=self.within,
            at_end=self.at_end,
        )


def _read_patch(scan: _Scan, reply: Reply, first: int, fence: Fence | None, *, framed: bool) -> int:
    """Reads one patch; answers the line after it."""
    lines = reply.lines
    end = next((at for at in range(first, len(lines)) if _END.match(lines[at])), None)
    if end is None and (framed or fence is None):
        scan.used |= set(range(first, len(lines)))
        scan.complain(first, "The patch does not end with *** End Patch (a reply cut short?).")
        return len(lines)
    if end is None and fence is not None:
        end = next((at for at in range(first, len(lines)) if fence.closed_by(lines[at])), None)
        if end is None:
            scan.used |= set(range(first, len(lines)))
            scan.complain(first, "The reply ends inside a patch.")
            return len(lines)
    assert end is not None, "both ways to end a patch were looked for"
    if fence is not None:
        scan.used.add(fence.line)
        closing = end if fence.closed_by(lines[end]) else end + 1
        if closing < len(lines) and fence.closed_by(lines[closing]):
            scan.used.add(closing)
    scan.used |= set(range(first, end + 1))
    number = first + 1 if _BEGIN.match(lines[first]) else first
    while number < end:
        section = _SECTION.match(lines[number])
        stop = next((at for at in range(number + 1, end) if _SECTION.match(lines[at])), end)
        if section is not None:
            _read_section(scan, reply, range(number, stop), section["verb"], clean_path(section["path"]))
        elif any(line.strip() for line in lines[number:stop]):
            scan.complain(number, "A line of the patch belongs to no file.")
        number = stop
    return end + 1


def _read_section(scan: _Scan, reply: Reply, at: range, verb: str, path: str) -> None:
    if not path:
        scan.complain(at.start, f"*** {verb} File: names no file.")
        return
    body = range(at.start + 1, at.stop)
    moved = next((match for number in body[:3] if (match := _MOVE.match(reply.lines[number]))), None)
    new_path = clean_path(moved["path"]) if moved else ""
    if moved is not None and not new_path:
        scan.complain(at.start, "*** Move to: names no file.")
        return
    line = at.start + 1
    if verb == "Delete":
        scan.edits.append(DeleteFile(path=path, line=line))
        return
    if verb == "Add":
        _read_new_file(scan, reply, body, path)
        return
    hunks = _read_hunks(scan, reply, [number for number in body if not _MOVE.match(reply.lines[number])], path)
    if hunks is None:
        return
    if not hunks and new_path:
        scan.edits.append(RenameFile(old=path, new=new_path, line=line))
    elif not hunks:
        scan.complain(at.start, f"The patch of {path} has no hunks.")
    else:
        kind = DiffKind.RENAME if new_path and new_path != path else DiffKind.MODIFY
        scan.edits.append(FileDiff(kind=kind, old=path, new=new_path or path, hunks=hunks, line=line, tolerant=True))


def _read_new_file(scan: _Scan, reply: Reply, body: range, path: str) -> None:
    """A new file: every line begins with a plus; blank lines between may have lost theirs."""
    lines = [reply.lines[number] for number in body if not _END_OF_FILE.match(reply.lines[number])]
    while lines and not lines[-1].strip():
        lines.pop()
    if wrong := next((line for line in lines if line.strip() and not line.startswith("+")), None):
        scan.complain(body.start, f"A line of the new file {path} does not begin with a plus: {wrong.strip()[:60]!r}.")
        return
    new = tuple(line.removeprefix("+") + "\n" for line in lines)
    if elided := elided_lines("".join(new), path=path):
        scan.complain(body.start, f"The new file {path} leaves code out ({elided[0].strip()!r}): write all lines.")
        return
    line = body.start
    hunks = (DiffHunk(old=(), new=new, start=0, line=line),) if new else ()
    scan.edits.append(FileDiff(kind=DiffKind.CREATE, old=path, new=path, hunks=hunks, line=line, tolerant=True))


def _read_hunks(scan: _Scan, reply: Reply, numbers: list[int], path: str) -> tuple[DiffHunk, ...] | None:
    """The hunks of an updated file; ``None`` after complaining of one of them."""
    hunks: list[_Hunk] = []
    for number in numbers:
        line = reply.lines[number]
        if line.startswith("@@"):
            _open_hunk(hunks, line, number)
        elif _END_OF_FILE.match(line):
            if hunks:
                hunks[-1].at_end = True
        elif line[:1] in ("+", "-", " ") or not line:
            if not hunks:
                hunks.append(_Hunk(number))
            hunks[-1].add(line[:1] or " ", line[1:])
        else:
            # Some models drop the space in front of a line that stays; whether it is there, the file tells.
            if not hunks:
                hunks.append(_Hunk(number))
            hunks[-1].add(" ", line)
    closed = [hunk.closed() for hunk in hunks if any(line.strip() for line in (*hunk.old, *hunk.new))]
    for hunk in closed:
        if elided := elided_lines("".join(hunk.new), path=path, known="".join(hunk.old)):
            scan.complain(hunk.line - 1, f"A hunk leaves code out ({elided[0].strip()!r}): write all lines.")
            return None
    return tuple(closed)


def _open_hunk(hunks: list[_Hunk], line: str, number: int) -> None:
    match = _HEADING.match(line)
    heading = match["heading"] if match else ""
    start: int | None = None
    if (numbers := _NUMBERS.match(heading)) is not None:
        start, heading = int(numbers["start"]), ""
    within = (heading,) if heading.strip(" .@") else ()
    if hunks and not hunks[-1].old and not hunks[-1].new:
        hunks[-1].within += within
        hunks[-1].start = start or hunks[-1].start
    else:
        hunks.append(_Hunk(number, within=within, start=start))
