"""What the template of a component uses: expressions, components, and names that the template itself binds."""

from __future__ import annotations

import re

from sightline.languages.markup import Tag
from sightline.languages.prepared import NamedUse

_IDENTIFIER = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"
IDENTIFIER = re.compile(_IDENTIFIER)
_CHAIN = re.compile(_IDENTIFIER + rb"(?:\." + _IDENTIFIER + rb")*")
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#39);")
_ENTITIES = {b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&#39;": b"'"}
_TOKEN = re.compile(
    rb"[()\[\]{}]|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`|['\"`]|//[^\n]*\n|//|/\*.*?\*/",
    re.DOTALL,
)
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
_PATTERN_NAME = re.compile(rb"(?<![\w$.])(" + _IDENTIFIER + rb")(?!\s*:(?!:))")
_ANNOTATION = re.compile(rb"\??:\s*[^,)]+")
#: Tags that never stand for a component, whatever is imported (HTML living standard; SVG's are named in lower case).
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
NATIVE = _VOID | frozenset(
    b"""a abbr address article aside audio b bdi bdo blockquote body button canvas caption circle cite code colgroup
    data datalist dd del details dfn dialog div dl dt ellipse em fieldset figcaption figure footer form g h1 h2 h3 h4
    h5 h6 head header hgroup html i iframe image ins kbd label legend li line main map mark mask menu meter nav noscript
    object ol optgroup option output p path pattern picture polygon polyline pre progress q rect rp rt ruby s samp
    script search section select slot small span stop strong style sub summary sup svg symbol table tbody td template
    text textarea tfoot th thead time title tr tspan u ul use var video component transition teleport suspense
    """.split()
)


#: Elements that one closing tag may end; what is nested deeper is broken.
_DEEPEST = 500


class TemplateUses:
    """Collects what a template uses. ``uses`` is a blank text of the same length, filled with statements."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.uses = bytearray(blank(data, 0, len(data)))
        self.named: list[NamedUse] = []
        self.guessed: list[NamedUse] = []
        self.locals: list[tuple[int, int, frozenset[bytes]]] = []
        self._open: list[tuple[bytes, int, frozenset[bytes]]] = []

    def expression(self, start: int, end: int, *, value: bool = True) -> None:
        """An expression with at least one byte of markup on each side; ``value``: no statement, even if it looks so."""
        text = self.data[start:end]
        if b"&" in text:
            text = _ENTITY.sub(lambda found: _ENTITIES[found.group()].ljust(len(found.group())), text)
        if not text.strip() or start < 1 or end >= len(self.data):
            return
        if not _is_sound(text):
            for found in _CHAIN.finditer(text):
                self._put(start + found.start(), found.group(), value=False)
        else:
            self._put(start, text, value=value)

    def _put(self, start: int, text: bytes, *, value: bool) -> None:
        end = start + len(text)
        self.uses[start:end] = text
        self.uses[start - 1 : start] = b"(" if value else b";"
        if value and start >= 2 and self.uses[start - 2] != 0x29:
            self.uses[start - 2 : start - 1] = b";"
        if end < len(self.uses):
            self.uses[end : end + 1] = b")" if value else b";"
        if value and end + 1 < len(self.uses):
            self.uses[end + 1 : end + 2] = b";"

    def use(self, name: bytes, start: int, *, called: bool = False) -> None:
        """A dotted name that stands at ``start`` as it is."""
        receiver = b""
        parts = name.split(b".")
        if not all(IDENTIFIER.fullmatch(part) for part in parts):
            return
        for part in parts:
            last = part is parts[-1]
            self.named.append((part, receiver, start, called and last, len(part)))
            receiver = receiver + b"." + part if receiver else part
            start += len(part) + 1

    def guess(self, name: bytes, start: int, *, called: bool = False, spelled: bytes = b"") -> None:
        """A name that stands at ``start``, perhaps spelled with dashes; a use only if the code binds it."""
        if IDENTIFIER.fullmatch(name):
            self.guessed.append((name, b"", start, called, len(spelled or name)))

    def opened(self, tag: Tag, bound: frozenset[bytes]) -> None:
        """An element begins that binds names inside itself."""
        if tag.alone or tag.name.lower() in _VOID:
            self._close(tag.start, tag.end, bound)
        else:
            self._open.append((tag.name, tag.start, bound))

    def closed(self, name: bytes, end: int) -> None:
        """An element, or a block, ends at ``end``, and with it what was left open inside."""
        last = len(self._open) - 1
        near = range(last, max(last - _DEEPEST, -1), -1)
        depth = next((at for at in near if self._open[at][0] == name), -1)
        while depth >= 0 and len(self._open) > depth:
            _, start, bound = self._open.pop()
            self._close(start, end, bound)

    def block(self, name: bytes, start: int, bound: frozenset[bytes]) -> None:
        """A block that binds names begins."""
        self._open.append((name, start, bound))

    def finish(self) -> None:
        """What is still open ends with the text."""
        while self._open:
            _, start, bound = self._open.pop()
            self._close(start, len(self.data), bound)

    def _close(self, start: int, end: int, bound: frozenset[bytes]) -> None:
        if bound:
            self.locals.append((start, end, bound))


def blank(data: bytes, start: int, end: int) -> bytes:
    """Spaces in place of all bytes but line ends."""
    return re.sub(rb"[^\r\n]", b" ", data[start:end])


def pattern_names(text: bytes) -> frozenset[bytes]:
    """The names that a pattern (``{ row, $index: i }``, ``(item, index)``) binds, and perhaps some of its defaults."""
    if b"{" not in text:
        text = _ANNOTATION.sub(b"", text)
    return frozenset(found.group(1) for found in _PATTERN_NAME.finditer(text))


def _is_sound(text: bytes) -> bool:
    """Whether brackets and quotes close, so that the expression cannot disturb others."""
    stack: list[bytes] = []
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token in (b"(", b"[", b"{"):
            stack.append(token)
        elif token in _PAIRS:
            if not stack or stack.pop() != _PAIRS[token]:
                return False
        elif token in (b"'", b'"', b"`", b"//"):
            return False
    return not stack
