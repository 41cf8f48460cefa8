"""Paths cut into their steps: what an expression begins with, then members, calls, elements and parameters.

The texts are those of receivers, bindings and aliases in facts; ``extract_script_paths.py`` says how they are written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sightline.graph.script_type_texts import closing

_SUFFIX = re.compile(r"\(\)|\[(\d*)\]|#(\d+)|\^")
_PLAIN = re.compile(r"[^.(\[#^]*")


class Step(NamedTuple):
    """``.`` and a name, ``()``, ``[]`` with a number (-1 for any element), or ``#`` with the number of a parameter.

    ``^``: what ``with`` binds of a call (Python).
    """

    kind: str
    name: str = ""
    number: int = -1


class Path(NamedTuple):
    """``first``: all that stands before the first dot; ``head``: the same without calls and elements of it."""

    first: str
    head: str
    steps: tuple[Step, ...]


@lru_cache(maxsize=16_384)
def path_of_text(text: str) -> Path:
    """The steps of a path. What cannot be read is part of the head, or of a name, which nothing then bears."""
    at = closing(text, 0) + 1 if text[:1] in ("(", "[", "{") else 0
    if not at:
        found = _PLAIN.match(text)
        at = found.end() if found is not None else 0
    head = text[:at]
    steps: list[Step] = []
    at = _suffixes(text, at, steps)
    rest = text[at:]
    if rest and not rest.startswith("."):  # something else, which is part of a name then
        cut = len(rest.partition(".")[0])
        head, rest, steps = text[: at + cut], rest[cut:], []
    first = text[: len(text) - len(rest)]
    for part in rest.split(".")[1:] if rest else ():
        found = _PLAIN.match(part)
        end = found.end() if found is not None else len(part)
        steps.append(Step(".", part[:end]))
        if _suffixes(part, end, steps) != len(part):
            steps[-1] = Step(".", part)
    return Path(first, head, tuple(steps))


def _suffixes(text: str, at: int, steps: list[Step]) -> int:
    while (found := _SUFFIX.match(text, at)) is not None:
        if found[0] in ("()", "^"):
            steps.append(Step(found[0]))
        elif found[0][0] == "[":
            steps.append(Step("[]", number=int(found[1]) if found[1] else -1))
        else:
            steps.append(Step("#", number=int(found[2])))
        at = found.end()
    return at
