"""The markup of components: tags with attributes, comments, and what stands in braces. Never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_NAME = re.compile(rb"[^\s=>/\"'{][^\s=>/\"']*")
_BRACED_NAME = re.compile(rb"[^\s=>/\"'{]+")
_SPACE = re.compile(rb"\s*")
_EQUALS = re.compile(rb"\s*=\s*")
_BARE_VALUE = re.compile(rb"[^\s>]*")
_TAG = re.compile(rb"<(/?)([A-Za-z][^\s/>{]*)")
_CODE = re.compile(rb"[{}]|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/", re.DOTALL)

#: Bytes that one expression in braces may take, and how many may lack their end before the rest counts as broken.
_LONGEST = 1 << 15
_MOST_UNCLOSED = 20


class Attribute(NamedTuple):
    """``value``: its range without quotes or braces; ``None`` for none. ``quote``: what began it, 0 for nothing."""

    name: bytes
    start: int
    value: tuple[int, int] | None
    quote: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag ``start..end``; ``name_start`` is where its name begins."""

    start: int
    end: int
    name: bytes
    closing: bool
    alone: bool
    attributes: tuple[Attribute, ...]

    @property
    def name_start(self) -> int:
        """Where the name begins."""
        return self.start + (2 if self.closing else 1)

    def text(self, data: bytes, name: bytes) -> bytes:
        """The value of an attribute, empty if there is none."""
        found = next((each.value for each in self.attributes if each.name == name), None)
        return data[found[0] : found[1]] if found else b""

    def has(self, name: bytes) -> bool:
        """Whether there is an attribute of this name."""
        return any(each.name == name for each in self.attributes)


class Braced(NamedTuple):
    """Text in braces; ``start..end`` is what stands between them, ``width`` how many braces there are a side."""

    start: int
    end: int
    width: int


class Markup:
    """Reads markup. ``braces``: how an expression opens (``{{`` or ``{``)."""

    def __init__(self, data: bytes, braces: bytes) -> None:
        self.data = data
        self.braces = braces
        self._unclosed = 0
        self._mark = re.compile(rb"<!--|</?[A-Za-z]|" + re.escape(braces))

    def parts(self, start: int, end: int) -> Iterator[Tag | Braced]:
        """Tags and braced texts in order. What ``<script>`` and ``<style>`` hold is passed over."""
        at = start
        while (found := self._mark.search(self.data, at, end)) is not None:
            at = found.start()
            if found.group() == b"<!--":
                close = self.data.find(b"-->", at, end)
                at = end if close < 0 else close + 3
            elif found.group() == self.braces:
                inside = self.braced(at, end)
                at += len(self.braces)
                if inside is not None:
                    yield inside
                    at = inside.end + inside.width
            else:
                tag = self.tag(at, end)
                yield tag
                at = tag.end
                if tag.name in (b"script", b"style") and not tag.closing and not tag.alone:
                    at = self.content_end(tag, end)

    def content_end(self, tag: Tag, end: int) -> int:
        """Where what a tag holds as plain text ends: before its closing tag, or at ``end``."""
        found = re.compile(rb"</" + re.escape(tag.name) + rb"(?=[\s>])", re.IGNORECASE).search(self.data, tag.end, end)
        return found.start() if found else end

    def braced(self, at: int, end: int) -> Braced | None:
        """What stands in the braces that open at ``at``; ``None`` if they do not close."""
        width = len(self.braces)
        if self._unclosed >= _MOST_UNCLOSED:
            return None
        close = self.data.find(b"}}", at, end) if width == 2 else self._closing(at, min(end, at + _LONGEST))
        if close < 0:
            self._unclosed += 1
            return None
        return Braced(at + width, close, width)

    def _closing(self, at: int, end: int) -> int:
        depth = 0
        for found in _CODE.finditer(self.data, at, end):
            token = found.group()
            if token == b"{":
                depth += 1
            elif token == b"}":
                depth -= 1
                if depth == 0:
                    return found.start()
        return -1

    def tag(self, start: int, end: int) -> Tag:
        """The tag that opens at ``start``."""
        found = _TAG.match(self.data, start, end)
        assert found is not None, "a tag begins there"
        at = found.end()
        attributes: list[Attribute] = []
        alone = False
        while True:
            at = _space(self.data, at, end)
            byte = self.data[at : at + 1] if at < end else b""
            if byte in (b">", b""):
                at = min(at + 1, end)
                break
            before = at
            attribute, at = self._attribute(at, end)
            alone = attribute is None and byte == b"/"
            if attribute is not None:
                attributes.append(attribute)
            at = max(at, before + 1)
        return Tag(start, at, found.group(2), bool(found.group(1)), alone, tuple(attributes))

    def _attribute(self, at: int, end: int) -> tuple[Attribute | None, int]:
        data = self.data
        if self.braces == b"{" and data[at : at + 1] == b"{":
            inside = self.braced(at, end)
            return (Attribute(b"", at, inside[:2], 0x7B), inside.end + 1) if inside else (None, at + 1)
        name = (_BRACED_NAME if self.braces == b"{" else _NAME).match(data, at, end)
        if name is None:
            return None, at + 1
        equals = _EQUALS.match(data, name.end(), end)
        if equals is None:
            return Attribute(name.group(), at, None, 0), name.end()
        start = equals.end()
        quote = data[start] if start < end else 0
        if quote in b"\"'":
            close = data.find(data[start : start + 1], start + 1, end)
            close = end if close < 0 else close
            return Attribute(name.group(), at, (start + 1, close), quote), min(close + 1, end)
        if quote == 0x7B and self.braces == b"{":
            inside = self.braced(start, end)
            if inside is not None:
                return Attribute(name.group(), at, inside[:2], quote), inside.end + 1
        bare = _BARE_VALUE.match(data, start, end)
        stop = bare.end() if bare else start
        return Attribute(name.group(), at, (start, stop), 0), stop


def _space(data: bytes, at: int, end: int) -> int:
    found = _SPACE.match(data, at, end)
    return found.end() if found else at
