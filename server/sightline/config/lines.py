"""Where in a TOML text a setting stands. For messages: a text that is not TOML gives what can be told."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, cast

Place = tuple[str, ...]


def line_of(text: str, place: Sequence[str]) -> int:
    """One-based line of the setting at ``place`` (section, key, and keys within); of what is nearest around it if it
    has no line of its own, and 0 when nothing of it is there.
    """
    lines = _lines(text)
    for length in range(len(place), 0, -1):
        if found := lines.get(tuple(place[:length])):
            return found
    return 0


def line_with(text: str, first: int, words: str) -> int:
    """The first line from ``first`` on that holds ``words``, of a setting over several lines; else ``first``."""
    lines = text.splitlines()
    return next((at for at in range(max(first, 1), len(lines) + 1) if words in lines[at - 1]), first)


def _lines(text: str) -> dict[Place, int]:
    """The line of each table and key; of one that is there twice the first."""
    found: dict[Place, int] = {}
    table: Place = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quote:
            quote = "" if quote in line else quote
            continue
        stripped = line.strip()
        if stripped.startswith("["):
            table = _keys(f"{stripped.split('#')[0].strip()}\n") or table
            places = [table[:length] for length in range(1, len(table) + 1)]
        else:
            left, _, right = _parts(stripped)
            keys = _keys(f"{left} = 0\n") if left else ()
            places = [table + keys[:length] for length in range(1, len(keys) + 1)]
            quote = next((mark for mark in ('"""', "'''") if right.count(mark) == 1), "")
        for place in places:
            found.setdefault(place, number)
    return found


def _parts(line: str) -> tuple[str, str, str]:
    """A line at its first ``=`` that is not in a quoted key."""
    inside = ""
    for at, character in enumerate(line):
        if character in "\"'" and not inside:
            inside = character
        elif character == inside:
            inside = ""
        elif character == "=" and not inside:
            return line[:at].strip(), "=", line[at + 1 :]
    return "", "", line


def _keys(text: str) -> Place:
    """The keys, outermost first, of a TOML text of one header or one line; empty for anything else."""
    try:
        value: Any = tomllib.loads(text)
    except ValueError:
        return ()
    keys: list[str] = []
    while isinstance(value, dict) and value:
        ((key, value),) = cast("dict[str, Any]", value).items()
        keys.append(key)
    return tuple(keys)
