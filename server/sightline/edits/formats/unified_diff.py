"""Unified diffs: what ``git diff`` prints, and what models write in its likeness.

New, deleted, renamed and copied files; ``a/`` and ``b/`` prefixes, git's mnemonic ones or none; quoted names. Counts in
hunk headers are believed when they fit; where they do not, a hunk reaches as far as its lines begin like hunk lines.
Positions are judged against the file in ``apply_diff.py``: there is no fuzz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sightline.edits.elision import elided_lines
from sightline.edits.formats.diff_hunks import read_hunk
from sightline.edits.formats.diff_names import GitNames, header_name, names_of_git_line, plain_names, unquoted
from sightline.edits.proposal import DiffHunk, DiffKind, FileDiff, ProposalProblem, ProposedEdit
from sightline.edits.reply import EditFormat, Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
Write the edits as one unified diff in a fence, as `git diff` prints it, with three lines of context around each change.

```diff
--- a/src/shop/cart.py
+++ b/src/shop/cart.py
@@ -10,4 +10,4 @@
 RATE = 0.19
-def total(items):
-    return sum(items)
+def total(items, rate):
+    return sum(items) * (1 + rate)
 LIMIT = 100
```

- Context and removed lines are copied from the file line by line, with their exact indentation.
- A new file has `--- /dev/null`, a deleted one `+++ /dev/null`.
- Never leave lines out of a hunk, and never write "..." for code that stays."""

_MORE_DIFF = re.compile(r"^(?:@@ |[+-][^\s+-])")
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_PLAIN_NEXT = re.compile(r"^\+\+\+ \S")
_EXTENDED = re.compile(
    r"^(?P<key>old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|similarity index|dissimilarity index|index) (?P<value>.*)$"
)
_BINARY = re.compile(r"^(?:GIT binary patch|Binary files .* differ)\s*$")
_SPECIAL_MODES = {"120000": "a symbolic link", "160000": "a submodule"}


@dataclass(slots=True)
class _Headers:
    """What the lines before the first hunk say."""

    git: GitNames | None = None
    old: str = ""
    new: str = ""
    extended: dict[str, str] = field(default_factory=dict[str, str])
    binary: bool = False


def parse(reply: Reply) -> Parsed:
    """All files of all unified diffs in a model's reply; added lines that stand for code left out are problems."""
    parsed = read_diff(reply, by_model=True)
    edits: list[ProposedEdit] = []
    problems = list(parsed.problems)
    for edit in parsed.edits:
        found = list(_elisions(edit)) if isinstance(edit, FileDiff) else []
        problems += found
        edits += [] if found else [replace(edit, tolerant=True) if isinstance(edit, FileDiff) else edit]
    return replace(parsed, edits=tuple(edits), problems=tuple(problems))


def read_diff(reply: Reply, *, by_model: bool = False) -> Parsed:
    """All files of all unified diffs in a text, taken at their word.

    A diff ``by_model`` in a fence reaches to the end of the fence, and one whose fence stays open was cut short.
    """
    edits: list[FileDiff] = []
    problems: list[ProposalProblem] = []
    used: set[int] = set()
    fence: Fence | None = None
    number = 0
    while number < len(reply.raw):
        line = reply.lines[number]
        if line.startswith("@@@ "):
            problems.append(ProposalProblem(line=number + 1, message="A combined diff of a merge cannot be applied."))
            used.add(number)
        if not _begins(reply.lines, number):
            opened = fence_of(line, number)
            fence = opened if fence is None else (None if fence.closed_by(line) else fence)
            number += 1
            continue
        stop = _end_of_fence(reply.lines, number, fence) if by_model and fence is not None else None
        known = len(edits)
        end = _read_file(reply, number, edits, problems, stop)
        if stop is not None and (doubt := _doubt(reply.lines, stop)):
            problems.append(ProposalProblem(line=number + 1, message=doubt))
            del edits[known:]
        used |= set(range(number, end))
        if fence is not None:
            used.add(fence.line)
            if end < len(reply.lines) and fence.closed_by(reply.lines[end]):
                used.add(end)
        number = end
    return Parsed(edits=tuple(edits), problems=tuple(problems), used=frozenset(used))


FORMAT = EditFormat(name="diff", parse=parse, instructions=INSTRUCTIONS)


def _elisions(diff: FileDiff) -> Iterator[ProposalProblem]:
    for hunk in diff.hunks:
        if elided := elided_lines("".join(hunk.new), path=diff.new, known="".join(hunk.old)):
            message = f"A hunk leaves code out ({elided[0].strip()!r}): write all lines."
            yield ProposalProblem(line=hunk.line, message=message)


def _begins(lines: tuple[str, ...], number: int) -> bool:
    line = lines[number]
    if line.startswith("diff --git "):
        return True
    return line.startswith("--- ") and number + 1 < len(lines) and _PLAIN_NEXT.match(lines[number + 1]) is not None


def _end_of_fence(lines: tuple[str, ...], number: int, fence: Fence) -> int:
    """The line that closes the fence around a diff; in the diff itself a fence has a mark in front."""
    begins = range(number, len(lines))
    return next((at for at in begins if lines[at][:1] in ("`", "~") and fence.closed_by(lines[at])), len(lines))


def _doubt(lines: tuple[str, ...], stop: int) -> str:
    """Why the line ``stop`` may not be where the diff ends: it is the end of the reply, or more of the diff follows."""
    if stop == len(lines):
        return "The reply ends inside a diff."
    rest = range(stop + 1, len(lines))
    behind = next((at for at in rest if _begins(lines, at)), len(lines))
    following = next((at for at in rest if fence_of(lines[at], at) is not None), None)
    # Before another fence, be it the end of ours or one in the file: behind the last one a list of prose may look so.
    more = following is not None and any(_MORE_DIFF.match(lines[at]) for at in range(stop + 1, following))
    headless = any(_HUNK.match(lines[at]) for at in range(stop + 1, behind))
    return "Fences inside the diff hide where it ends." if more or headless else ""


def _read_file(
    reply: Reply, start: int, edits: list[FileDiff], problems: list[ProposalProblem], stop: int | None
) -> int:
    """Reads one file of a diff; answers the line after it."""
    headers, number = _read_headers(reply.lines, start)
    # Only a diff that came with CRLF as a whole has it on its headers: then it belongs to the transport.
    body = reply.lines if reply.raw[start].endswith("\r") else reply.raw
    hunks: list[DiffHunk] = []
    unreadable: list[ProposalProblem] = []
    while (at := _next_hunk(body, number)) is not None:
        hunk, number, problem = read_hunk(body, at, stop)
        if problem:
            unreadable.append(ProposalProblem(line=hunk.line, message=problem))
        else:
            hunks.append(hunk)
    diff = _file_diff(headers, tuple(hunks), start + 1)
    if diff is None:
        unreadable.append(ProposalProblem(line=start + 1, message="A diff does not say which file it is for."))
    elif not hunks and not unreadable and headers.new and not headers.git:
        unreadable.append(ProposalProblem(line=start + 1, message=f"The diff of {diff.new} has no hunks."))
    if diff is not None and not unreadable:
        edits.append(diff)
    problems += unreadable
    return number


def _next_hunk(body: tuple[str, ...], number: int) -> int | None:
    """The header of the next hunk, when nothing but blank lines stands before it."""
    while number < len(body) and not body[number].strip():
        number += 1
    here = number < len(body) and body[number].startswith("@@") and not body[number].startswith("@@@")
    return number if here else None


def _read_headers(lines: tuple[str, ...], start: int) -> tuple[_Headers, int]:
    headers = _Headers()
    number = start
    if lines[number].startswith("diff --git "):
        headers.git = names_of_git_line(lines[number])
        number += 1
        while number < len(lines) and (match := _EXTENDED.match(lines[number])) is not None:
            headers.extended[match["key"]] = match["value"]
            number += 1
    if number < len(lines) and _BINARY.match(lines[number]):
        headers.binary = True
        number += 1
        while number < len(lines) and not _begins(lines, number) and fence_of(lines[number], number) is None:
            number += 1
    elif number + 1 < len(lines) and _begins(lines, number) and lines[number].startswith("--- "):
        headers.old, headers.new = header_name(lines[number]), header_name(lines[number + 1])
        number += 2
    return headers, number


def _file_diff(headers: _Headers, hunks: tuple[DiffHunk, ...], line: int) -> FileDiff | None:
    extended = headers.extended
    kind = DiffKind.MODIFY
    names = plain_names(headers.old, headers.new, headers.git)
    for verb, changed in (("rename", DiffKind.RENAME), ("copy", DiffKind.COPY)):
        if f"{verb} from" in extended and f"{verb} to" in extended:
            kind = changed
            names = unquoted(extended[f"{verb} from"]), unquoted(extended[f"{verb} to"])
    if "new file mode" in extended or headers.old == "/dev/null":
        kind = DiffKind.CREATE
    elif "deleted file mode" in extended or headers.new == "/dev/null":
        kind = DiffKind.DELETE
    if names is None or not all(names):
        return None
    diff = FileDiff(kind=kind, old=names[0], new=names[1], hunks=hunks, line=line)
    blobs = [*extended.get("index", "").partition(" ")[0].split(".."), ""]
    mode = extended.get("new file mode") or extended.get("new mode") or ""
    return replace(
        diff,
        blob=_blob(blobs[0]),
        new_blob=_blob(blobs[1]),
        mode=mode.strip(),
        refusal=_refusal(headers, diff),
    )


def _blob(name: str) -> str:
    return name if re.fullmatch(r"[0-9a-f]{4,64}", name) else ""


def _refusal(headers: _Headers, diff: FileDiff) -> str:
    if headers.binary:
        return "The diff of a binary file cannot be applied."
    modes = [value for key, value in headers.extended.items() if "mode" in key]
    modes.append(headers.extended.get("index", "").rpartition(" ")[2])
    for mode in modes:
        if special := _SPECIAL_MODES.get(mode.strip()):
            return f"{diff.path} is {special}, which is not edited."
    return ""
