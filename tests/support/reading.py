"""A reader of prompts: believes every word of a conversation, and says what each file then holds, line by line.

It knows nothing of how messages are made: it reads sections, fences, marks and sentences, as a model would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sightline.models.messages import Message

_HEAD = re.compile(r"### (\S+)\Z")
_FENCE = re.compile(r"(`{3,})\S*\Z")
_MARK = re.compile(r"⋮+ lines? (\d+)(?:-(\d+))?(?:, [\d, -]+)? (left out|shown above)")
_CHANGED = re.compile(r"`(\S+)` has changed\. ")
_GONE = re.compile(r"`(\S+)`: .*Nothing that is shown of it above holds any more\.")
_SUPERSEDED = re.compile(r"- lines? (\d+)(?:-(\d+))? (?:is|are) superseded ")
_MOVED = re.compile(r"- lines? (\d+)(?:-(\d+))? (?:is|are) now lines? (\d+)(?:-(\d+))?\Z")

#: Sections whose code counts as that of the files.
_CURRENT = ("# Workspace", "# Since then", "# Code you asked for")


class Reader:
    """What somebody who read some messages holds for true."""

    def __init__(self) -> None:
        self.files: dict[str, dict[int, str]] = {}

    def read(self, messages: Iterable[Message]) -> None:
        """Reads further messages."""
        for message in messages:
            if message.role == "user":
                self._read(message.content.split("\n"))

    def _read(self, lines: list[str]) -> None:
        current, at = False, 0
        changed = ""
        moves: dict[int, int] = {}
        gone: set[int] = set()
        while at < len(lines):
            line = lines[at]
            at += 1
            if line.startswith(("# ", "## ")):
                self._settle(changed, gone, moves)
                changed, gone, moves = "", set[int](), dict[int, int]()
                current = line in _CURRENT
            elif match := _GONE.match(line):
                self.files.pop(match[1], None)
            elif match := _CHANGED.match(line):
                self._settle(changed, gone, moves)
                changed, gone, moves = match[1], set[int](), dict[int, int]()
            elif changed and (match := _SUPERSEDED.match(line)):
                gone |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
            elif changed and (match := _MOVED.match(line)):
                first, last, start = int(match[1]), int(match[2] or match[1]), int(match[3])
                moves |= {number: start + number - first for number in range(first, last + 1)}
            elif current and (match := _HEAD.match(line)):
                self._settle(changed, gone, moves)
                changed, gone, moves = "", set[int](), dict[int, int]()
                at = self._block(match[1], lines, at)
        self._settle(changed, gone, moves)

    def _settle(self, path: str, gone: set[int], moves: dict[int, int]) -> None:
        if path:
            seen = self.files.get(path, {})
            self.files[path] = {moves.get(number, number): text for number, text in seen.items() if number not in gone}

    def _block(self, path: str, lines: list[str], at: int) -> int:
        fence = _FENCE.match(lines[at])
        if fence is None:
            return at  # one line about what is above
        number, at = 1, at + 1
        seen = self.files.setdefault(path, {})
        while lines[at] != fence[1]:
            if match := _MARK.match(lines[at]):
                number = int(match[2] or match[1]) + 1
            else:
                seen[number] = lines[at]
                number += 1
            at += 1
        return at + 1
