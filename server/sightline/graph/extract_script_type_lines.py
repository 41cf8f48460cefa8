"""Types of TypeScript on one line: comments go, and a line break that ends a member becomes a semicolon.

Source: the TypeScript handbook ("Object Types"): members are ended by semicolons, commas or line breaks. A line break
ends none where the member goes on behind it, or where what stands before it asks for more.
"""

from __future__ import annotations

import re
from typing import Final

from sightline.graph.extract_text import plain

_STRING = rb"\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'|`[^`]*`"
_COMMENT = re.compile(rb"(%s)|//[^\r\n]*|/\*.*?\*/" % _STRING, re.DOTALL)
#: Strings, arrows, brackets and line breaks; what lies between them is copied.
_PART = re.compile(rb"%s|=>|[{}()\[\]<>]|[\r\n]\s*" % _STRING)
_OPENING: Final = {b"{": b"}", b"(": b")", b"[": b"]", b"<": b">"}
_ASKS_FOR_MORE = re.compile(
    rb"(?:[{(\[<,;:|&?=]|=>|\b(?:extends|keyof|typeof|readonly|infer|in|is|asserts|unique))\s*$"
)
#: Bytes before a line break that are looked at.
_LOOK_BACK = 80
_GOES_ON = re.compile(rb"[|&?:=,;.)\]}>]|(?:extends|is)\b")


def type_line(text: bytes) -> str:
    """A type as it is written, on one line."""
    if b"//" in text or b"/*" in text:
        text = _COMMENT.sub(lambda found: found[1] or b" ", text)
    if b"{" in text and (b"\n" in text or b"\r" in text):
        text = _with_semicolons(text)
    return plain(text)


def _with_semicolons(text: bytes) -> bytes:
    written: list[bytes] = []
    open_until: list[bytes] = []
    at = 0
    for found in _PART.finditer(text):
        part = found.group()
        written += (text[at : found.start()], part)
        at = found.end()
        if part in _OPENING:
            open_until.append(_OPENING[part])
        elif open_until and part == open_until[-1]:
            open_until.pop()
        elif part.isspace() and open_until[-1:] == [b"}"]:
            before = text[max(found.start() - _LOOK_BACK, 0) : found.start()]
            if not _ASKS_FOR_MORE.search(before) and not _GOES_ON.match(text, at):
                written[-2:] = (written[-2].rstrip(), b"; ")
    return b"".join((*written, text[at:]))
