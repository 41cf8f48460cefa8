"""Directives that belong to every format: ``DELETE FILE: path`` and ``RENAME FILE: old -> new``.

Each stands on a line of its own, in capitals, outside of any block; a fence that holds nothing else is allowed.
A directive in a sentence or in other spelling is prose: nothing is deleted by a guess.
"""

from __future__ import annotations

import re

from sightline.edits.path_lines import clean_path
from sightline.edits.proposal import DeleteFile, ProposalProblem, RenameFile
from sightline.edits.reply import Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
To delete or to move a file, write one of these on a line of its own:

DELETE FILE: src/shop/old.py
RENAME FILE: src/shop/tax.py -> src/shop/rates.py"""

_DECORATION = re.compile(r"^(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+)?(?P<body>.*)$")
_DELETE = re.compile(r"^DELETE FILE:\s*(?P<path>\S.*)?$")
_RENAME = re.compile(r"^RENAME FILE:\s*(?P<paths>\S.*)?$")
_ARROW = re.compile(r"\s+(?:->|=>|→|to)\s+|\s*→\s*")


def parse_directives(reply: Reply) -> Parsed:
    """All directives outside of fences, and those of fences that hold nothing else."""
    edits: list[DeleteFile | RenameFile] = []
    problems: list[ProposalProblem] = []
    used: set[int] = set()
    for number in _outside_fences(reply.lines):
        read = _directive(reply.lines[number], number + 1)
        if isinstance(read, ProposalProblem):
            problems.append(read)
        elif read is not None:
            edits.append(read)
        if read is not None:
            used.add(number)
    return Parsed(edits=tuple(edits), problems=tuple(problems), used=frozenset(used))


def _directive(line: str, number: int) -> DeleteFile | RenameFile | ProposalProblem | None:
    text = line.strip()
    if len(text) > 1000 or " FILE:" not in text:
        return None
    match = _DECORATION.match(text)
    body = (match["body"] if match else text).replace("**", "").strip()
    if body.startswith("`") and body.endswith("`"):
        body = body.strip("`").strip()
    if (delete := _DELETE.match(body)) is not None:
        path = clean_path(delete["path"] or "")
        return DeleteFile(path=path, line=number) if path else _unreadable("DELETE FILE: path", number)
    if (rename := _RENAME.match(body)) is not None:
        paths = [clean_path(path) for path in _ARROW.split(rename["paths"] or "")]
        if len(paths) == 2 and all(paths):
            return RenameFile(old=paths[0], new=paths[1], line=number)
        return _unreadable("RENAME FILE: old -> new", number)
    return None


def _unreadable(form: str, number: int) -> ProposalProblem:
    return ProposalProblem(line=number, message=f"A directive cannot be read; it has the form {form!r}.")


def _outside_fences(lines: tuple[str, ...]) -> list[int]:
    result: list[int] = []
    fence: Fence | None = None
    for number, line in enumerate(lines):
        if fence is None:
            fence = fence_of(line, number)
            if fence is None:
                result.append(number)
        elif fence.closed_by(line):
            inside = [at for at in range(fence.line + 1, number) if lines[at].strip()]
            if inside and all(_directive(lines[at], at) is not None for at in inside):
                result += inside
            fence = None
    return result
