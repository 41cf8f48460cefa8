"""The places of a file that edits choose from, the same for every language.

They come from the syntax tree of one file. Nothing of Sightline's graph is asked, so that nothing of it can favour the
places it finds easy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

FUNCTION, METHOD, CLASS, ATTRIBUTE, MEMBER, CONSTANT = "function", "method", "class", "attribute", "member", "constant"

_WORD = re.compile(rb"[A-Za-z_$][A-Za-z_0-9$]*")

#: Half-open range of bytes.
Range = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class ParameterSite:
    """One parameter that callers give: ``kind`` is ``plain``, ``optional`` (has a default) or ``other``."""

    name: str
    span: Range
    name_span: Range
    kind: str
    type_text: str = ""


@dataclass(frozen=True, kw_only=True)
class DefinitionSite:
    """A definition at the top of a file, or a member of one there (``owner``).

    ``span`` is what goes when the definition is deleted. ``parameter_list`` lies inside the parentheses; ``None`` for
    what is not called. ``parameters`` leaves out the receiver. ``export`` is the keyword that exports it, if there is
    one; ``member_place`` where a class or interface takes one more member.
    """

    kind: str
    name: str
    name_span: Range
    span: Range
    owner: str = ""
    parameters: tuple[ParameterSite, ...] = ()
    parameter_list: Range | None = None
    body: Range | None = None
    export: Range | None = None
    member_place: int | None = None
    demands: bool = False  # heirs must have what it declares: an interface, an abstract class
    decorated: bool = False
    bases: tuple[str, ...] = ()

    @property
    def qualified_name(self) -> str:
        """``Owner.name``."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def signature(self) -> tuple[object, ...]:
        """What callers see of it."""
        return self.kind, tuple((each.name, each.kind) for each in self.parameters), self.export is not None


@dataclass(frozen=True, kw_only=True)
class ImportSite:
    """One import: ``span`` the whole statement or line of a list, ``module`` the text of the module within it."""

    span: Range
    module: Range
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CallSite:
    """A call with its ``arguments``, all of them plain and by position."""

    name: str
    arguments: tuple[Range, ...]


@dataclass(kw_only=True)
class FileSites:
    """All places of one file."""

    path: str
    data: bytes
    definitions: list[DefinitionSite] = field(default_factory=list[DefinitionSite])
    imports: list[ImportSite] = field(default_factory=list[ImportSite])
    calls: list[CallSite] = field(default_factory=list[CallSite])
    names: list[Range] = field(default_factory=list[Range])  # identifiers in expressions
    brackets: list[int] = field(default_factory=list[int])  # closing brackets in code
    bodies: list[Range] = field(default_factory=list[Range])  # statements inside functions, by their lines

    def text(self, span: Range) -> str:
        """Source of a range."""
        return self.data[span[0] : span[1]].decode("utf-8", "replace")

    def replaced(self, *edits: tuple[int, int, bytes]) -> bytes:
        """The text with non-overlapping ``(start, end, new)`` edits applied."""
        data = self.data
        for start, end, new in sorted(edits, reverse=True):
            data = data[:start] + new + data[end:]
        return data

    def whole_lines(self, span: Range) -> Range:
        """The range widened to whole lines, the last line end included, where nothing else stands on them."""
        start = self.data.rfind(b"\n", 0, span[0]) + 1
        end = self.data.find(b"\n", span[1])
        end = len(self.data) if end < 0 else end + 1
        alone = not self.data[start : span[0]].strip() and not self.data[span[1] : end].strip(b" \t\r\n;,")
        return (start, end) if alone else span


def span_of(node: Node) -> Range:
    """Bytes of a node."""
    return node.start_byte, node.end_byte


def first_named(node: Node) -> Node | None:
    """The first named child, if there is one."""
    return node.named_child(0) if node.named_child_count else None


def text_of(node: Node | None) -> str:
    """Source of a node, empty for none."""
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def descendants(node: Node) -> Iterator[Node]:
    """The node and everything below it, in source order, without recursion."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(each.children)


def words_of(data: bytes) -> list[str]:
    """All words of a text, in order."""
    return [word.decode() for word in _WORD.findall(data)]
