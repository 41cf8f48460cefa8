"""Whole files: a fenced block with its path on the line above, in the info string of the fence, or in a comment on its
first line.

    src/shop/rates.py
    ```python
    RATE = 0.19
    ```

Only what cannot be anything else: a fence without a path is prose, and so are shell sessions, diffs and quotations with
line ranges. A file that holds fences of its own needs a longer outer fence; where the end cannot be told, it is a
problem. Whether the text may replace an existing file is decided where the file is known (``apply.py``).
"""

from __future__ import annotations

import re

from sightline.edits.elision import elided_lines
from sightline.edits.formats.blocks import is_block_start, read_block
from sightline.edits.path_lines import path_of_info, path_of_line
from sightline.edits.proposal import ProposalProblem, WholeFile
from sightline.edits.reply import EditFormat, Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
Write every file you change or create as a whole: its path on a line of its own, then all of its text in a fence.

src/shop/rates.py
```python
RATE = 0.19


def with_tax(net):
    return net * (1 + RATE)
```

- Write the complete file, first line to last. Never leave lines out, and never write "..." for code that stays.
- A file that holds ``` itself goes into a fence of four backticks.
- Put no path above a fence that is not a whole file."""

_NEVER = frozenset({"diff", "patch", "console", "output", "log", "terminal", "traceback", "shell-session", "pycon"})
_SHELL = frozenset({"bash", "sh", "shell", "zsh", "powershell", "fish"})
_SHELL_FILES = (".sh", ".bash", ".zsh", ".fish", ".ps1")
_DIFF = re.compile(r"^(?:diff --git |--- \S|@@ |\*\*\* (?:Begin Patch|Add File:|Update File:|Delete File:))")
_COMMENT = re.compile(r"^\s*(?:#(?!!)|//|--|;|/\*|<!--)\s*\S")
_DOCUMENTATION = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc")


def parse(reply: Reply) -> Parsed:
    """All whole files of a reply."""
    lines = reply.lines
    edits: list[WholeFile] = []
    problems: list[ProposalProblem] = []
    used: set[int] = set()
    number = first_free = 0
    while number < len(lines):
        if is_block_start(lines[number]):
            number = read_block(lines, number).end
            continue
        fence = fence_of(lines[number], number)
        if fence is None:
            number += 1
            continue
        path, path_line = _path_of(lines, fence, first_free)
        marker = ""
        if not path and (found := _path_in_comment(lines, fence)) is not None:
            path, marker = found
        if not path or _is_something_else(lines, fence, path):
            number = first_free = _after_prose(lines, fence)
            continue
        end, problem = _end_of(lines, fence, path)
        used |= {path_line, *range(fence.line, end + 1)}
        if problem:
            problems.append(ProposalProblem(line=fence.line + 1, message=problem))
        else:
            text = _text(lines[fence.line + 1 : end], fence)
            if marker:
                text = text[text.index("\n") + 1 :]
            elided = elided_lines(text, path=path)
            edits.append(WholeFile(path=path, text=text, line=fence.line + 1, elided=elided, marker=marker))
        number = first_free = end + 1
    return Parsed(edits=tuple(edits), problems=tuple(problems), used=frozenset(used & set(range(len(lines)))))


FORMAT = EditFormat(name="whole_file", parse=parse, instructions=INSTRUCTIONS)


def _path_of(lines: tuple[str, ...], fence: Fence, first: int) -> tuple[str, int]:
    if (path := path_of_info(fence.info)) is not None:
        return path, fence.line
    above = fence.line - 1
    if above >= first and not lines[above].strip():
        above -= 1
    path = path_of_line(lines[above]) if above >= first else None
    return (path, above) if path and len(fence.info.split()) <= 1 else ("", fence.line)


def _path_in_comment(lines: tuple[str, ...], fence: Fence) -> tuple[str, str] | None:
    """The path that a comment on the first line of the fence says, and that line.

    Only with its folder: many an example begins with the name of a file.
    """
    if fence.line + 1 >= len(lines):
        return None
    line = lines[fence.line + 1]
    path = path_of_line(line) if _COMMENT.match(line) else None
    return (path, line) if path is not None and "/" in path else None


def _is_something_else(lines: tuple[str, ...], fence: Fence, path: str) -> bool:
    language = (fence.info.split() or [""])[0].lower()
    if language in _NEVER or (language in _SHELL and not path.lower().endswith(_SHELL_FILES) and "." in path):
        return True
    content = [line for line in lines[fence.line + 1 : fence.line + 6] if line.strip()]
    if content and path_of_line(content[0]) is not None and not fence.closed_by(content[0]):
        content = content[1:]
    if not content:
        return False
    is_diff = _DIFF.match(content[0]) is not None and not path.lower().endswith((".diff", ".patch"))
    return is_block_start(content[0]) or (is_diff and not path.lower().endswith(_DOCUMENTATION))


def _after_prose(lines: tuple[str, ...], fence: Fence) -> int:
    number = fence.line + 1
    while number < len(lines):
        if is_block_start(lines[number]):
            number = read_block(lines, number).end
            continue
        if fence.closed_by(lines[number]):
            return number + 1
        number += 1
    return number


def _end_of(lines: tuple[str, ...], fence: Fence, path: str) -> tuple[int, str]:
    """The closing line of a file's fence, and why it cannot be trusted ("" if it can)."""
    depth = 0
    for number in range(fence.line + 1, len(lines)):
        line = lines[number]
        if is_block_start(line):
            return _after_prose(lines, fence) - 1, f"The text of {path} holds search/replace markers."
        other = fence_of(line, number)
        if other is None or not fence.is_like(other):
            continue
        if other.info:
            depth += 1
        elif depth:
            depth -= 1
        else:
            return number, _doubt(lines, number + 1, path)
    return len(lines) - 1, f"The reply ends inside {path}."


def _doubt(lines: tuple[str, ...], number: int, path: str) -> str:
    """Why the fence may have ended too early: what follows does not read as prose with fences of its own."""
    doubt = f"The end of {path} cannot be told from the fences inside it: put it into a fence of four backticks."
    documentation = path.lower().endswith(_DOCUMENTATION)
    open_fence: Fence | None = None
    while number < len(lines):
        line = lines[number]
        if open_fence is None and is_block_start(line):
            number = read_block(lines, number).end
            continue
        other = fence_of(line, number)
        if open_fence is not None:
            open_fence = None if open_fence.closed_by(line) else open_fence
        elif other is not None:
            if documentation and not other.info and _path_of(lines, other, 0) == ("", number):
                return doubt
            if _path_of(lines, other, 0)[0]:
                return ""
            open_fence = other
        number += 1
    return doubt if open_fence is not None else ""


def _text(lines: tuple[str, ...], fence: Fence) -> str:
    """The text of the fence; an indented fence takes up to its own indentation from every line (CommonMark 4.5)."""
    if fence.indent:
        lines = tuple(line[min(len(line) - len(line.lstrip(" ")), fence.indent) :] for line in lines)
    return "".join(line + "\n" for line in lines)
