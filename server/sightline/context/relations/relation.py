"""The values of this room: what relations there are, one of them, and the piece of code they start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.context.access import definitions_of, symbol_at
from sightline.context.chunks import CONTAINERS, Chunk
from sightline.graph.answers import Symbol
from sightline.graph.view import GraphView

#: Definitions of one piece (constants of a block, fields of a class) whose relations are looked up.
MOST_SYMBOLS = 6


class RelationKind(StrEnum):
    """What a place is to the anchor."""

    CALLEE = "callee"  # is called by it
    HELPER = "helper"  # is called by one of its callees
    CALLER = "caller"  # calls it, outside tests
    BASE = "base"  # is a class or an interface above it
    DERIVED = "derived"  # is a class right below it
    IMPLEMENTER = "implementer"  # is a class below an interface, or a member that does what its member declares
    OVERRIDE = "override"  # has its name in a class below
    OVERRIDDEN = "overridden"  # has its name in a class or an interface above
    TWIN = "twin"  # is the same thing for another platform, format, class or number of arguments
    PARALLEL = "parallel"  # has a name that differs in one word, or in "async"
    SIBLING = "sibling"  # stands in its file and uses much the same names
    FIELD = "field"  # reads or writes a rare field or constant that it reads or writes, or defines it
    COLLEAGUE = "colleague"  # calls something rare that it calls
    FELLOW = "fellow"  # names a rare type that it names
    KEYWORD = "keyword"  # gives a rare keyword argument that it gives or takes
    TYPE = "type"  # is a type that it names
    VALUE = "value"  # is a constant or a field that it reads or writes
    USER = "user"  # uses it in another way than by a call
    OWNER = "owner"  # is the class or impl that it is a member of
    MEMBER = "member"  # is a method of the class whose head it is
    IMPORT = "import"  # imports a name that it uses, in its file
    NEIGHBOUR = "neighbour"  # stands right before or after it
    GENERATED = "generated"  # is the file that its file was generated from, or one generated from it
    DOCUMENT = "document"  # names it in a code span of the documentation
    REGISTRATION = "registration"  # names it in a table or a statement of a module
    REEXPORT = "reexport"  # passes its name on to other files
    TEST = "test"  # is a test that uses it or is named after it
    TESTED = "tested"  # is the code that it, a test, is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A one-based line that has a relation to an anchor.

    ``weight`` is in 0..1 and comparable within one kind: how surely and how closely. ``reason`` is for people.
    """

    kind: RelationKind
    path: WorkspacePath
    line: int
    reason: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A piece of a file: bytes ``span`` of its ``text``, and what it defines.

    A function, a method or a table defines itself alone. The head of a class defines the class and its fields, other
    code of a class or a module the fields and constants in it (the first of them).
    """

    path: WorkspacePath
    span: Span
    symbols: tuple[Symbol, ...]
    text: Text = field(repr=False, compare=False)

    @property
    def symbol(self) -> Symbol | None:
        """What it defines first."""
        return self.symbols[0] if self.symbols else None


def anchor_of(view: GraphView, path: WorkspacePath, chunk: Chunk) -> Anchor:
    """The anchor that a chunk of a file is. Raises ``SightlineError`` for a file that cannot be read."""
    text = view.workspace.read(path).text
    span = _span(text, chunk)
    own = symbol_at(view, path, chunk.definition)
    if own is not None and (own.definition.kind not in CONTAINERS or _holds_all(own, span)):
        return Anchor(path=path, span=span, symbols=(own,), text=text)
    inside = (
        symbol_at(view, path, number)
        for number, row in enumerate(definitions_of(view, path))
        if row.parent == chunk.definition and span.start <= row.name_start and row.name_end <= span.end
    )
    first = (own,) if chunk.head else ()
    found = (each for each in (*first, *islice(inside, MOST_SYMBOLS)) if each is not None)
    return Anchor(path=path, span=span, symbols=tuple(islice(found, MOST_SYMBOLS)), text=text)


def _holds_all(symbol: Symbol, span: Span) -> bool:
    return span.start <= symbol.definition.span.start and symbol.definition.span.end <= span.end


def _span(text: Text, chunk: Chunk) -> Span:
    return text.lines_span(chunk.first - 1, chunk.last - 1)
