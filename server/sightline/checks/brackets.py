"""Where a list in brackets begins and ends, in the text of any language with strings between quotes."""

from __future__ import annotations

import re

#: Brackets, and the strings that may hold some.
_BRACKETS = re.compile(rb"[()\[\]{}]|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_LONGEST = 20_000
#: How far before a place the lists are looked for that it stands in.
_BEFORE = 4_000
#: A name, with type arguments perhaps, before the list of what it is called with.
_CALLED = re.compile(rb"([\w$]+)\s*(?:<[^<>()]*>)?(?:\?\.)?\s*$")


def end_of_list(data: bytes, start: int) -> int:
    """The offset behind the bracket that closes the first one after ``start``, or where the search was given up."""
    depth = 0
    for token in _BRACKETS.finditer(data, start, start + _LONGEST):
        depth += (token[0] in b"([{") - (token[0] in b")]}")
        if depth <= 0 and token[0] in b")]}":
            return token.end()
    return min(start + _LONGEST, len(data))


def called_around(data: bytes, at: int) -> list[int]:
    """Where the names end that are called with the lists of arguments around a place, the innermost first.

    Of a list within a block or a literal around the place nothing is said. Only a likeness: what stands in comments,
    or in strings of several lines, counts as well.
    """
    start = max(0, at - _BEFORE)
    opened: list[int] = []
    for token in _BRACKETS.finditer(data, start, at):
        if token[0] in b"([{":
            opened.append(token.start())
        elif token[0] in b")]}" and opened:
            opened.pop()
    found: list[int] = []
    while opened and data[opened[-1]] == ord("("):
        bracket = opened.pop()
        name = _CALLED.search(data, max(start, data.rfind(b"\n", 0, bracket) + 1), bracket)
        if name is not None:
            found.append(name.end(1))
    return found
