"""Addresses and positions of the protocol on plain strings: an account of its own, nothing of the server's."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

_LINE_END = re.compile(r"\r\n|\r|\n")


def uri_of(path: Path) -> str:
    """Address of a file."""
    return "file://" + quote(str(path))


def path_of(uri: str) -> Path:
    """File of an address."""
    return Path(unquote(urlsplit(uri).path))


def units(text: str, encoding: str) -> int:
    """Length of ``text`` in the units of a position encoding."""
    match encoding:
        case "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        case "utf-16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case _:
            return len(text)


def position_at(text: str, index: int, encoding: str) -> types.Position:
    """Protocol position of a string index."""
    ends = [match.end() for match in _LINE_END.finditer(text) if match.end() <= index]
    start = ends[-1] if ends else 0
    return types.Position(line=len(ends), character=units(text[start:index], encoding))


def index_at(text: str, position: types.Position, encoding: str) -> int:
    """String index of a protocol position."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    if position.line >= len(starts):
        return len(text)
    index, end = starts[position.line], len(text)
    if match := _LINE_END.search(text, index):
        end = match.start()
    while index < end and units(text[starts[position.line] : index + 1], encoding) <= position.character:
        index += 1
    return index
