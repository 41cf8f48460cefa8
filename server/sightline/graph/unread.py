"""Names in the parts of a text that could not be read: whatever is said of them, they may be uses.

They are kept among the keys of the names a file uses, with a mark before them, so that the question "who might use it
unseen" costs no more than "who uses it".
"""

from __future__ import annotations

import re

from sightline.graph.raw_facts import RawFacts

#: Stands before a name that is written where a text could not be read; no name of a program begins so.
UNREAD = "\0"
#: Syntax errors of a file that are listed at most; after the last of them anything may follow.
MAXIMUM_PROBLEMS = 20

_WORD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


def unread_names(raw: RawFacts, data: bytes) -> frozenset[str]:
    """The words inside the syntax errors of a text, each marked; names of definitions are left out.

    Most of them are references as well, but in broken code a reference may have lost what it refers to: in
    ``from a import (b`` nothing imports.
    """
    spans = [(start, end) for kind, _, start, end in raw.problems if kind == "syntax"]
    if not spans:
        return frozenset()
    if len(spans) >= MAXIMUM_PROBLEMS:
        spans.append((spans[-1][0], len(data)))
    known = {row.name_start for row in raw.definitions}
    return frozenset(
        UNREAD + match.group().decode("utf-8", "replace")
        for start, end in spans
        for match in _WORD.finditer(data, start, end)
        if match.start() not in known
    )
