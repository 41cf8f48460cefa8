"""Cuts one search/replace block at its markers.

The text of a block may itself hold lines that look like markers (headings underlined with ``=======``, merge conflicts,
a parser's own tests). Markers of the same length and indentation as the opening one come first; where several dividers
remain, every sensible reading is kept and the file decides. This file knows no paths beyond one after the marker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sightline.edits.path_lines import path_of_line

_OPENS = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark><{5,9}|-{5,9}(?=[ \t]*SEARCH\b))[ \t]*(?:SEARCH|ORIGINAL)\b:?(?P<rest>[^<>=]*)$"
)
_DIVIDES = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>={5,9})[ \t]*$")
_ENDS = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>>{5,9}|\+{5,9}(?=[ \t]*REPLACE\b))[ \t]*(?:(?:REPLACE|UPDATED|REPLACEMENT)\b.*)?$"
)
_NEAR = re.compile(r"(?i)(?:\blines?|@|\bL)\s*(\d{1,7})(?:\s*(?:-|–|to|\.\.)\s*L?(\d{1,7}))?")
_HEADER = re.compile(r"^\s*:(?P<which>start|end)_line:\s*(?P<number>\d{1,7})\s*$")
_RULE = re.compile(r"^\s*-{5,9}\s*$")
#: A block can be read in as many ways as it has dividers.
_MOST_DIVIDERS = 20
_DOCUMENTATION = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. ``end`` is the line after it; ``content`` its lines between the outer markers, without indentation.

    ``dividers`` index ``content``. With a ``problem`` the rest is meaningless.
    """

    end: int
    content: tuple[str, ...] = ()
    dividers: tuple[int, ...] = ()
    path: str = ""
    near: tuple[int, int] | None = None
    problem: str = ""

    def readings(self, path: str) -> tuple[tuple[str, str], ...]:
        """The ways to read the block as (search, replace).

        A divider-like line in the replacement must come from the search text or, in documentation, underline a title:
        otherwise it is a marker too many, and must not get into a file.
        """
        if len(self.dividers) == 1:
            return (self._cut(self.dividers[0]),)
        headings = path.lower().endswith(_DOCUMENTATION)
        result: list[tuple[str, str]] = []
        for at in self.dividers:
            before = sum(1 for other in self.dividers if other < at)
            after = [other for other in self.dividers if other > at]
            if len(after) <= before or (headings and all(self._underlines(other, at) for other in after)):
                result.append(self._cut(at))
        return tuple(result)

    def _cut(self, at: int) -> tuple[str, str]:
        return _joined(self.content[:at]), _joined(self.content[at + 1 :])

    def _underlines(self, line: int, divider: int) -> bool:
        title = self.content[line - 1].strip() if line - 1 > divider else ""
        return 0 < len(title) <= len(self.content[line].strip())


def is_block_start(line: str) -> bool:
    """Whether ``line`` opens a block."""
    return ("<<<<<" in line or "-----" in line) and _OPENS.match(line) is not None


def read_block(lines: tuple[str, ...], number: int) -> Block:
    """The block that opens at line ``number``."""
    opened = _OPENS.match(lines[number])
    assert opened is not None, "the caller looked for the opening marker"
    end = _end_of(lines, number, opened["indent"], len(opened["mark"]))
    if end is None:
        stop = next((at for at in range(number + 1, len(lines)) if is_block_start(lines[at])), len(lines))
        return Block(end=stop, problem="A search/replace block does not end with >>>>>>> REPLACE (a reply cut short?).")
    first, header = _header(lines, number + 1, end)
    dividers = _dividers(lines[first:end], opened["indent"], len(opened["mark"]))
    if not dividers:
        return Block(end=end + 1, problem="A search/replace block has no ======= line between its two parts.")
    if len(dividers) > _MOST_DIVIDERS:
        return Block(end=end + 1, problem="A search/replace block has too many ======= lines: use nine characters.")
    rest = opened["rest"].strip()
    near = _near(rest) or header
    return Block(
        end=end + 1,
        content=_dedented(lines[first:end], opened["indent"]),
        dividers=dividers,
        path="" if near and not header else path_of_line(rest) or "",
        near=near,
    )


def _end_of(lines: tuple[str, ...], number: int, indent: str, size: int) -> int | None:
    """The closing marker: one of the same indentation and length before the next such opening, else the next at all."""
    end = _next_end(lines, number, lambda match: match["indent"] == indent and len(match["mark"]) == size)
    return end if end is not None else _next_end(lines, number, lambda _: True)


def _next_end(lines: tuple[str, ...], number: int, is_meant: Callable[[re.Match[str]], bool]) -> int | None:
    """The next closing marker that is meant, if it comes before the next opening one."""
    for at in range(number + 1, len(lines)):
        if (match := _ENDS.match(lines[at])) is not None and is_meant(match):
            return at
        if (match := _OPENS.match(lines[at])) is not None and is_meant(match):
            return None
    return None


def _dividers(lines: tuple[str, ...], indent: str, size: int) -> tuple[int, ...]:
    found = [(at, match) for at, line in enumerate(lines) if (match := _DIVIDES.match(line)) is not None]
    level = [(at, match) for at, match in found if match["indent"] == indent] or found
    exact = [at for at, match in level if len(match["mark"]) == size]
    return tuple(exact or [at for at, _ in level])


def _header(lines: tuple[str, ...], first: int, end: int) -> tuple[int, tuple[int, int] | None]:
    """Skips ``:start_line:12``, ``:end_line:20`` and the rule of dashes that some models put after the marker."""
    numbers: dict[str, int] = {}
    at = first
    while at < end and (match := _HEADER.match(lines[at])) is not None:
        numbers[match["which"]] = int(match["number"])
        at += 1
    if not numbers:
        return first, None
    if at < end and _RULE.match(lines[at]):
        at += 1
    start = numbers.get("start", numbers.get("end", 1))
    return at, (start, max(start, numbers.get("end", start)))


def _near(rest: str) -> tuple[int, int] | None:
    match = _NEAR.search(rest)
    if match is None:
        return None
    first = int(match[1])
    return first, max(first, int(match[2] or first))


def _dedented(lines: tuple[str, ...], indent: str) -> tuple[str, ...]:
    if indent and all(line.startswith(indent) for line in lines if line.strip()):
        return tuple(line[len(indent) :] for line in lines)
    return lines


def _joined(lines: tuple[str, ...]) -> str:
    return "".join(line + "\n" for line in lines)
