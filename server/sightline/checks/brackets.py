"""Where a list in brackets ends, in the text of any language with strings between quotes."""

from __future__ import annotations

import re

#: Brackets, and the strings that may hold some.
_BRACKETS = re.compile(rb"[()\[\]{}]|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_LONGEST = 20_000


def end_of_list(data: bytes, start: int) -> int:
    """The offset behind the bracket that closes the first one after ``start``, or where the search was given up."""
    depth = 0
    for token in _BRACKETS.finditer(data, start, start + _LONGEST):
        depth += (token[0] in b"([{") - (token[0] in b")]}")
        if depth <= 0 and token[0] in b")]}":
            return token.end()
    return min(start + _LONGEST, len(data))
