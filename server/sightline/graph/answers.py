"""The values a graph query answers with: symbols, edges, places, and how complete the answer is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sightline.base.paths import WorkspacePath
from sightline.graph.facts import Definition, Reference


class Confidence(StrEnum):
    """How an edge is known."""

    EXACT = "exact"  # by the language's scope and import rules
    INFERRED = "inferred"  # by an annotation, a constructor call or a base class
    NAME_ONLY = "name_only"  # the name agrees and nothing contradicts it


class EdgeKind(StrEnum):
    """What an edge means. File edges are ``IMPORT``, ``REEXPORT``, ``PACKAGE`` and ``GENERATED`` only."""

    IMPORT = "import"
    REEXPORT = "reexport"
    PACKAGE = "package"  # uses a name of its own package or namespace, which needs no import
    GENERATED = "generated-from"  # a header says so; found where it is asked for, see generated.py
    CALL = "call"
    ATTRIBUTE = "attribute"
    INHERIT = "inherit"
    OVERRIDE = "override"
    DECORATE = "decorate"
    TYPE = "type"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A file edge: ``source`` imports ``target`` at the one-based ``line``."""

    source: WorkspacePath
    target: WorkspacePath
    kind: EdgeKind
    line: int
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A definition in a file of one view. ``qualified_name`` is dotted within the file."""

    path: WorkspacePath
    index: int
    qualified_name: str
    definition: Definition

    @property
    def identifier(self) -> str:
        """``path::qualified.name``, the spelling people and prompts use."""
        return f"{self.path}::{self.qualified_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A reference found for a symbol; ``line`` and ``column`` (in characters) are one-based."""

    path: WorkspacePath
    line: int
    column: int
    reference: Reference
    kind: EdgeKind
    confidence: Confidence
    enclosing: str  # qualified name of the definition around it, or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What stands before the dot of a reference: an ``instance`` of the class ``symbol``, or the definition itself.

    In ``super().x`` it is an instance of the class around, whose own members are passed over.
    """

    symbol: Symbol
    instance: bool
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How complete an answer is. ``complete`` is true only when nothing below could hide a use.

    ``unparsed``: files that could not be read in whole, ``unparsed_files`` the first of them, ``unread`` how many of
    them will be: of those the imports are known, the definitions not yet; ``dynamic``: places where a name is computed
    or a string names it; ``ambiguous``: references by name alone whose target stays open; ``cut``: a limit ended the
    search, ``unvisited``: files that may hold more of what was asked for and were not looked at for a limit's sake.
    """

    complete: bool
    unparsed: int = 0
    dynamic: int = 0
    ambiguous: int = 0
    cut: bool = False
    unparsed_files: tuple[WorkspacePath, ...] = field(default=(), compare=False)
    unread: int = 0
    unvisited: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencesAnswer:
    """All uses of a symbol at one revision, sorted by path and offset; when they are cut, the nearest, nearest first.

    Nearest is the file of the definition, then its folder, the files that import it, those that share folders with it.
    """

    symbol: Symbol
    places: tuple[Place, ...]
    coverage: Coverage
    revision: int
