"""What is known so far while one question is answered: files and pieces with their evidence. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import definitions_of
from sightline.context.candidates import Gate, Step, Tier, name_of
from sightline.context.chunks import Chunk
from sightline.context.file_terms import FileTerms
from sightline.context.generated import says_generated
from sightline.context.history.index import HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.request import ContextRequest
from sightline.context.signals import ASIDE_WEIGHT, path_weight
from sightline.graph.view import GraphView

#: Evidence by name; see ``evidence.py`` for the names. What is not there is 0.
Evidence = dict[str, float]


@dataclass(slots=True)
class Piece:
    """A section of a file. ``number`` is its place in the file's terms, ``score`` comparable within one answer."""

    path: WorkspacePath
    chunk: Chunk
    number: int
    score: float = 0.0
    reasons: list[str] = field(default_factory=list[str])
    lines: list[int] = field(default_factory=list[int])
    tier: Tier = Tier.RANKED
    order: int = 0
    named: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    #: Evidence that its own text does not give: who names it, what it belongs to.
    links: Evidence = field(default_factory=Evidence)
    #: The piece that the graph ties this one to, and how.
    via: tuple[Piece, str] | None = None


@dataclass(slots=True)
class File:
    """A file of the answer. ``pointed``: the user points at it, or at something in it."""

    path: WorkspacePath
    score: float = 0.0
    pointed: bool = False
    reasons: list[str] = field(default_factory=list[str])
    evidence: Evidence = field(default_factory=Evidence)
    links: Evidence = field(default_factory=Evidence)


@dataclass(slots=True)
class Board:
    """Everything found so far for one question."""

    view: GraphView
    index: LexicalIndex
    request: ContextRequest
    gate: Gate
    history: HistoryIndex
    files: dict[WorkspacePath, File] = field(default_factory=dict[WorkspacePath, File])
    pieces: dict[tuple[WorkspacePath, int], Piece] = field(default_factory=dict[tuple[WorkspacePath, int], Piece])
    terms: dict[WorkspacePath, FileTerms | None] = field(default_factory=dict[WorkspacePath, FileTerms | None])
    weights: dict[WorkspacePath, float] = field(default_factory=dict[WorkspacePath, float])
    texts: dict[WorkspacePath, Text | None] = field(default_factory=dict[WorkspacePath, Text | None])

    def weight(self, path: WorkspacePath) -> float:
        """What a file counts by its name, and by what its first lines say of who made it."""
        if path not in self.weights:
            named = path_weight(path.relative, self.request.task_type)
            self.weights[path] = min(named, ASIDE_WEIGHT) if says_generated(self.view, path) else named
        return self.weights[path]

    def text(self, path: WorkspacePath) -> Text | None:
        """The text of a file; ``None`` for one that cannot be read."""
        if path not in self.texts:
            try:
                self.texts[path] = self.view.workspace.read(path).text
            except SightlineError:
                self.texts[path] = None
        return self.texts[path]

    def file(self, path: WorkspacePath) -> File:
        """The entry of a file, made if need be."""
        if path not in self.files:
            self.files[path] = File(path)
        return self.files[path]

    def terms_of(self, path: WorkspacePath) -> FileTerms | None:
        """The words of a file by piece; ``None`` for one that cannot be read."""
        if path not in self.terms:
            self.terms[path] = self.index.terms_of(self.view, path)
        return self.terms[path]

    def piece(self, path: WorkspacePath, number: int, terms: FileTerms) -> Piece:
        """The entry of a piece, made if need be."""
        key = (path, number)
        if key not in self.pieces:
            self.pieces[key] = Piece(path, terms.chunk(number), number)
        return self.pieces[key]

    def pieces_at(self, path: WorkspacePath, first: int, last: int) -> list[Piece]:
        """The pieces that hold the one-based lines ``first``..``last``."""
        terms = self.terms_of(path)
        return [self.piece(path, number, terms) for number in terms.chunks_at(first, last)] if terms else []

    def whole(self, piece: Piece) -> list[Piece]:
        """All sections of the definition that a piece is a section of."""
        terms = self.terms_of(piece.path) if piece.chunk.parts > 1 else None
        if terms is None:
            return [piece]
        begin = piece.number - piece.chunk.part
        return [self.piece(piece.path, number, terms) for number in range(begin, begin + piece.chunk.parts)]

    def admits(self, path: WorkspacePath) -> bool:
        """Whether a file may be in the answer."""
        root = self.request.root
        return (not root or path.root == root) and self.gate.admits(path)


def in_order(pieces: Iterable[Piece]) -> list[Piece]:
    """What is pointed at as it was pointed at, then the best first."""
    return sorted(pieces, key=lambda piece: (piece.tier, piece.order, -piece.score, piece.path, piece.chunk.first))


def chain(board: Board, piece: Piece) -> tuple[Step, ...]:
    """From a piece that the graph ties to others, to what was found without it; empty for the latter."""
    return tuple(_steps(board, piece)) if piece.via else ()


def leads_to(piece: Piece, end: Piece) -> bool:
    """Whether ``end`` brought ``piece`` in, or is itself what the user points at: then no way leads to it."""
    at: Piece | None = piece
    while at is not None and at is not end:
        at = at.via[0] if at.via else None
    return at is end or end.tier is Tier.POINTED


def _steps(board: Board, piece: Piece) -> Iterator[Step]:
    at: Piece | None = piece
    while at is not None:
        before, reason = at.via or (None, next(iter(at.reasons), ""))
        name, _ = name_of(definitions_of(board.view, at.path), at.chunk)
        yield Step(path=at.path, name=name, line=at.chunk.first, reason=reason)
        at = before
