"""A model's reply as numbered lines, with the reasoning taken out. It knows no format."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from sightline.edits.proposal import ProposalProblem, ProposedEdit

_TAG = r"(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"
_REASONING_OPENS = re.compile(rf"^\s*(?:<{_TAG}>|<\|begin_of_thought\|>)", re.IGNORECASE)
_REASONING_ENDS = re.compile(rf"(?:</{_TAG}>|<\|end_of_thought\|>)", re.IGNORECASE)
_BLOCK_OPENS = re.compile(r"^\s*(?:<{5,9}\s*(?:SEARCH|ORIGINAL)|-{5,9}\s*SEARCH)\b")
_BLOCK_ENDS = re.compile(r"^\s*(?:>{5,9}\s*(?:REPLACE|UPDATED)|\+{5,9}\s*REPLACE)\b")
_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")


@dataclass(frozen=True, slots=True)
class Reply:
    """The lines of a reply without line ends; ``raw`` are the same lines with the ``\\r`` of a ``\\r\\n``.

    Lines that are taken out (reasoning, or read by a format already) become empty, so that numbers stay true.
    """

    lines: tuple[str, ...]
    raw: tuple[str, ...]

    def without(self, used: Collection[int]) -> Reply:
        """This reply with the zero-based lines ``used`` emptied."""
        if not used:
            return self
        return replace(
            self,
            lines=tuple("" if number in used else line for number, line in enumerate(self.lines)),
            raw=tuple("" if number in used else line for number, line in enumerate(self.raw)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one format found in a reply; ``used`` are the zero-based lines it read or complains of."""

    edits: tuple[ProposedEdit, ...] = ()
    problems: tuple[ProposalProblem, ...] = ()
    used: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFormat:
    """One way in which models write edits. ``parse`` is total: it never raises, whatever the reply holds.

    ``instructions`` is the text that asks a model for this format; the part on deleting and renaming is common to all.
    """

    name: str
    parse: Callable[[Reply], Parsed]
    instructions: str


@dataclass(frozen=True, slots=True)
class Fence:
    """An opening fence. ``indent`` is its indentation in characters, ``mark`` the run of backticks or tildes."""

    line: int
    indent: int
    mark: str
    info: str

    def closed_by(self, line: str) -> bool:
        """Whether ``line`` closes this fence (CommonMark 4.5: same character, at least as long, no info string)."""
        other = fence_of(line, 0)
        return other is not None and not other.info and self.is_like(other)

    def is_like(self, other: Fence) -> bool:
        """Whether ``other`` has the same character, is at least as long and not indented deeper."""
        same = other.mark[0] == self.mark[0] and len(other.mark) >= len(self.mark)
        return same and other.indent <= self.indent + 3


def read_reply(text: str) -> tuple[Reply, tuple[ProposalProblem, ...]]:
    """The reply with its reasoning emptied; a reply that ends inside its reasoning is a problem."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    raw = text.removeprefix("\ufeff").split("\n")
    lines = [line.removesuffix("\r") for line in raw]
    cut, problems = _cut_reasoning(lines)
    for number, rest in cut.items():
        lines[number] = raw[number] = rest
    return Reply(tuple(lines), tuple(raw)), problems


def fence_of(line: str, number: int) -> Fence | None:
    """The fence that ``line`` is, opening or closing."""
    match = _FENCE.match(line)
    if match is None:
        return None
    return Fence(number, len(match["indent"].expandtabs(4)), match["mark"], match["info"].strip())


def _cut_reasoning(lines: list[str]) -> tuple[dict[int, str], tuple[ProposalProblem, ...]]:
    """New texts of the lines that hold reasoning. Tags inside a fence or a block are content, not reasoning."""
    cut = _orphan_end(lines)
    number = len(cut)
    fence: Fence | None = None
    in_block = False
    while number < len(lines):
        line = lines[number]
        if in_block:
            in_block = not _BLOCK_ENDS.match(line)
        elif _BLOCK_OPENS.match(line):
            in_block = True
        elif fence is not None:
            fence = None if fence.closed_by(line) else fence
        elif (opened := fence_of(line, number)) is not None:
            fence = opened
        elif _REASONING_OPENS.match(line):
            end = next((at for at in range(number, len(lines)) if _REASONING_ENDS.search(lines[at])), None)
            if end is None:
                cut |= dict.fromkeys(range(number, len(lines)), "")
                return cut, (ProposalProblem(line=number + 1, message="The reply ends inside the model's reasoning."),)
            cut |= dict.fromkeys(range(number, end), "")
            cut[end] = _after_tag(lines[end])
            number = end
        number += 1
    return cut, ()


def _orphan_end(lines: list[str]) -> dict[int, str]:
    """Reasoning whose opening tag was part of the prompt: everything up to a closing tag that begins a line."""
    fence: Fence | None = None
    in_block = False
    for number, line in enumerate(lines):
        if in_block:
            in_block = not _BLOCK_ENDS.match(line)
        elif _BLOCK_OPENS.match(line):
            in_block = True
        elif fence is not None:
            fence = None if fence.closed_by(line) else fence
        elif (opened := fence_of(line, number)) is not None:
            fence = opened
        elif _REASONING_OPENS.match(line):
            return {}
        elif _REASONING_ENDS.match(line.strip()):
            return dict.fromkeys(range(number), "") | {number: _after_tag(line)}
    return {}


def _after_tag(line: str) -> str:
    match = _REASONING_ENDS.search(line)
    return line[match.end() :].lstrip() if match else ""
