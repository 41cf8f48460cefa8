"""Which files and which pieces of them a task needs, best first, each with its reasons.

Order of evidence: what the user points at (selection, names, stack traces), then words, then the graph around the best
pieces. Scores are comparable within one answer only. Nothing here renders or counts tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import definitions_of, symbol_at
from sightline.context.candidates import Candidate, Gate, RankedFile, Ranking, Step, Tier, name_of
from sightline.context.chunks import Chunk
from sightline.context.file_terms import FileTerms
from sightline.context.generated import says_generated
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import find_mentions
from sightline.context.neighbours import Neighbour, find_neighbours
from sightline.context.request import ContextRequest
from sightline.context.resolve import NamedSymbol, Resolved, resolve_mentions
from sightline.context.signals import ASIDE_WEIGHT, ChunkScores, path_weight, score_chunks, weigh_terms
from sightline.graph.view import GraphView

#: What each kind of evidence adds to a file's score; words alone give at most about 2.5.
NAMED_FILE, IMPLIED_FILE, FOCUS_FILE, NAMED_FOLDER, OPEN_FILE = 3.0, 0.8, 3.0, 0.8, 0.15
#: A definition the task names adds this to its piece and its file, divided by the root of how many bear the name.
NAMED_SYMBOL, IMPLIED_SYMBOL = 1.2, 0.6
#: A file's share in the score of its pieces.
FILE_SHARE = 0.25
#: What an edge of the graph adds to a piece, as a share of its anchor's score.
NEIGHBOUR_SHARE = 0.2

#: Edges put a file into the ranking and order what words leave equal; to let them outvote words made the first file
#: wrong in 4 of 66 tasks more (contextbench, development half).
LIFT_BY_NEIGHBOURS = 0.02

#: Files of a named folder that enter without any word of the task.
MOST_OF_FOLDER = 20

#: Reasons given for a file; its pieces have their own.
MOST_REASONS = 4

#: More definitions of one name than this do not come first: the name alone does not say which is meant.
MOST_POINTED = 3


@dataclass(slots=True)
class _Piece:
    path: WorkspacePath
    chunk: Chunk
    score: float
    reasons: list[str] = field(default_factory=list[str])
    lines: list[int] = field(default_factory=list[int])
    tier: Tier = Tier.RANKED
    order: int = 0
    named: bool = False
    #: The piece that the graph ties this one to, and how.
    via: tuple[_Piece, str] | None = None


@dataclass(slots=True)
class _File:
    path: WorkspacePath
    score: float
    reasons: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class _Board:
    """Everything found so far for one question."""

    view: GraphView
    index: LexicalIndex
    request: ContextRequest
    gate: Gate
    history: HistoryIndex
    files: dict[WorkspacePath, _File] = field(default_factory=dict[WorkspacePath, _File])
    pieces: dict[tuple[WorkspacePath, int], _Piece] = field(default_factory=dict[tuple[WorkspacePath, int], _Piece])
    terms: dict[WorkspacePath, FileTerms | None] = field(default_factory=dict[WorkspacePath, FileTerms | None])
    weights: dict[WorkspacePath, float] = field(default_factory=dict[WorkspacePath, float])

    def weight(self, path: WorkspacePath) -> float:
        """What a file counts by its name, and by what its first lines say of who made it."""
        if path not in self.weights:
            named = path_weight(path.relative, self.request.task_type)
            self.weights[path] = min(named, ASIDE_WEIGHT) if says_generated(self.view, path) else named
        return self.weights[path]

    def file(self, path: WorkspacePath) -> _File:
        if path not in self.files:
            self.files[path] = _File(path, 0.0)
        return self.files[path]

    def terms_of(self, path: WorkspacePath) -> FileTerms | None:
        if path not in self.terms:
            self.terms[path] = self.index.terms_of(self.view, path)
        return self.terms[path]

    def piece(self, path: WorkspacePath, chunk: Chunk) -> _Piece:
        key = (path, chunk.first)
        if key not in self.pieces:
            self.pieces[key] = _Piece(path, chunk, 0.0)
        return self.pieces[key]

    def pieces_at(self, path: WorkspacePath, first: int, last: int) -> list[_Piece]:
        """The pieces that hold the one-based lines ``first``..``last``."""
        terms = self.terms_of(path)
        chunks = map(terms.chunk, range(terms.chunk_count)) if terms else ()
        return [self.piece(path, chunk) for chunk in chunks if chunk.first <= last and first <= chunk.last]

    def admits(self, path: WorkspacePath) -> bool:
        root = self.request.root
        return (not root or path.root == root) and self.gate.admits(path)


def rank(
    view: GraphView, request: ContextRequest, index: LexicalIndex, gate: Gate, history: HistoryIndex = NO_HISTORY
) -> Ranking:
    """The ranking of one request. Refused paths appear in ``Ranking.refused`` and nowhere else."""
    board = _Board(view, index, request, gate, history)
    weights, spelled = weigh_terms(request)
    roots = (request.root,) if request.root else view.workspace.roots
    named = "\n".join((request.task, *request.diagnostics))
    resolved = resolve_mentions(view, index, find_mentions(named, request.mentions), roots)
    pointed = (*resolved.files, *(place.path for place in resolved.places), *((request.focus or ())[:1]))
    refused = {path: reason for path in pointed if (reason := gate.real_reason(path)) is not None}

    _score_files(board, weights, resolved)
    _score_pieces(board, weights, spelled)
    _point_at_focus(board)
    _point_at_symbols(board, resolved.symbols)
    _point_at_places(board, resolved)
    _add_neighbours(board)
    _name_files(board, resolved.files)
    return Ranking(
        files=_ranked_files(board),
        pieces=_ordered_pieces(board),
        terms=weights,
        refused=tuple(sorted(refused.items())),
    )


def _score_files(board: _Board, weights: dict[int, float], resolved: Resolved) -> None:
    request = board.request
    best, admitted = 0.0, 0
    most = max(request.limits.ranked_files, request.limits.scored_files)
    for path, score in board.index.best(weights, lambda path: path_weight(path.relative, request.task_type)):
        if admitted == most:
            break
        if request.root and path.root != request.root:
            continue
        best = best or score
        if board.gate.admits(path):
            said = board.weight(path) / path_weight(path.relative, request.task_type)
            board.file(path).score += score / best * said
            admitted += 1
    _add_to_files(board, resolved.files, NAMED_FILE, "named in the task as `{}`")
    _add_to_files(board, resolved.implied_files, IMPLIED_FILE, "named in the task as `{}`")
    if request.focus is not None:
        _add_to_files(board, {request.focus[0]: ""}, FOCUS_FILE, "holds the cursor or selection")
    _add_to_files(board, dict.fromkeys(request.open_files, ""), OPEN_FILE, "open in the editor")
    for folder in resolved.folders:
        found = [path for path in board.files if path.relative.startswith(folder)]
        inside = dict.fromkeys((*found, *board.index.files_under(folder)[:MOST_OF_FOLDER]), folder)
        _add_to_files(board, inside, NAMED_FOLDER, "lies in `{}`, named in the task")


def _add_to_files(board: _Board, paths: dict[WorkspacePath, str], score: float, reason: str) -> None:
    for path, written in paths.items():
        if board.admits(path):
            file = board.file(path)
            file.score += score
            file.reasons.append(reason.format(written))


def _score_pieces(board: _Board, weights: dict[int, float], spelled: dict[int, str]) -> None:
    """Scores the pieces of the best files, and lets good pieces lift their file."""
    order = sorted(board.files.values(), key=lambda file: (-file.score, file.path))
    scored: list[tuple[WorkspacePath, FileTerms]] = []
    for file in order[: board.request.limits.scored_files]:
        terms = board.terms_of(file.path)
        if terms is not None:
            scored.append((file.path, terms))
    results = score_chunks(scored, weights)
    for result in results:
        weight = board.weight(result.path)
        result.scores = [score * weight for score in result.scores]
    best = max((max(result.scores, default=0.0) for result in results), default=0.0) or 1.0
    for result in results:
        _lift_file(board, result, best)
    found = [
        (score / best + FILE_SHARE * board.files[result.path].score, result, number)
        for result in results
        for number, score in enumerate(result.scores)
    ]
    found.sort(key=lambda entry: (-entry[0], entry[1].path, entry[2]))
    for score, result, number in found[: board.request.limits.pieces]:
        piece = board.piece(result.path, result.terms.chunk(number))
        piece.score = score
        words = result.best_words(number, spelled)
        found_words = ", ".join(f"“{word}”" for word in words)
        piece.reasons.append(f"speaks of {found_words}" if words else "stands in a file that fits the task")


def _lift_file(board: _Board, result: ChunkScores, best: float) -> None:
    first, second, third = (*sorted(result.scores, reverse=True)[:3], 0.0, 0.0, 0.0)[:3]
    board.files[result.path].score += first / best + 0.25 * (second + third) / best


def _point_at_focus(board: _Board) -> None:
    path, span = board.request.focus or (None, None)
    if path is None or span is None or not board.admits(path):
        return
    text = _text_of(board.view, path)
    if text is None:
        return
    first, last = text.line_of(span.start) + 1, text.line_of(max(span.end - 1, span.start)) + 1
    for piece in board.pieces_at(path, first, last):
        _point(board, piece, "holds the cursor or selection", range(max(first, piece.chunk.first), last + 1))


def _point_at_symbols(board: _Board, symbols: Iterable[NamedSymbol]) -> None:
    for named in symbols:
        symbol = named.symbol
        text = _text_of(board.view, symbol.path) if board.admits(symbol.path) else None
        if text is None:
            continue
        line = text.line_of(symbol.definition.name_span.start) + 1
        added = (NAMED_SYMBOL if named.explicit else IMPLIED_SYMBOL) * sqrt(named.share)
        added *= board.weight(symbol.path)
        reason = f"defines `{symbol.qualified_name}`, named in the task"
        file = board.file(symbol.path)
        file.score += added
        file.reasons.append(reason)
        for piece in board.pieces_at(symbol.path, line, line):
            piece.score += added + (0 if piece.reasons else FILE_SHARE * file.score)
            few = named.share * MOST_POINTED >= 1
            if named.explicit and few:
                _point(board, piece, reason, () if piece.chunk.head else (line,))
            else:
                piece.named = piece.named or few
                piece.reasons.insert(0, reason)


def _point_at_places(board: _Board, resolved: Resolved) -> None:
    for place in resolved.places:
        if not board.admits(place.path):
            continue
        reason = f"line {place.line} stands in the task"
        file = board.file(place.path)
        file.score += NAMED_SYMBOL
        file.reasons.append(reason)
        for piece in board.pieces_at(place.path, place.line, place.line):
            _point(board, piece, reason, (place.line,))


def _name_files(board: _Board, paths: Iterable[WorkspacePath]) -> None:
    """Lets the best piece of a file that the user named stand for it; the first one if no word fits any."""
    for path in paths:
        terms = board.terms_of(path) if board.admits(path) else None
        if terms is None or not terms.chunk_count:
            continue
        own = [piece for piece in board.pieces.values() if piece.path == path]
        best = min(own, key=lambda piece: (piece.tier, -piece.score, piece.chunk.first), default=None)
        piece = best or board.piece(path, terms.chunk(0))
        piece.named = True
        piece.score = piece.score or FILE_SHARE * board.file(path).score
        if not piece.reasons:
            piece.reasons.append("begins a file that is named in the task")


def _point(board: _Board, piece: _Piece, reason: str, lines: Iterable[int]) -> None:
    if piece.tier is not Tier.POINTED:
        piece.tier = Tier.POINTED
        piece.order = sum(other.tier is Tier.POINTED for other in board.pieces.values())
    piece.score = max(piece.score, 1.0)
    piece.reasons.insert(0, reason)
    piece.lines.extend(line for line in lines if piece.chunk.first <= line <= piece.chunk.last)


def _add_neighbours(board: _Board) -> None:
    """Adds what the graph knows around the best definitions: callers, callees, tests."""
    anchors = [piece for piece in _in_order(board) if piece.chunk.definition >= 0][: board.request.limits.anchors]
    for anchor in anchors:
        symbol = symbol_at(board.view, anchor.path, anchor.chunk.definition)
        if symbol is None:
            continue
        for neighbour in find_neighbours(board.view, symbol, board.request):
            _add_neighbour(board, anchor, neighbour)


def _add_neighbour(board: _Board, anchor: _Piece, neighbour: Neighbour) -> None:
    if not board.admits(neighbour.path):
        return
    share = anchor.score * NEIGHBOUR_SHARE * neighbour.weight
    share *= board.weight(neighbour.path)
    for piece in board.pieces_at(neighbour.path, neighbour.line, neighbour.line):
        if piece is anchor or neighbour.reason in piece.reasons:
            continue
        if not _leads_to(anchor, piece):  # anchors are neighbours of one another
            piece.via = piece.via or (anchor, neighbour.reason)
        piece.score += share
        piece.reasons.append(neighbour.reason)
        piece.lines.append(neighbour.line)
        board.file(neighbour.path).score += share * LIFT_BY_NEIGHBOURS


def _in_order(board: _Board) -> list[_Piece]:
    return sorted(
        board.pieces.values(),
        key=lambda piece: (piece.tier, piece.order, -piece.score, piece.path, piece.chunk.first),
    )


def _ordered_pieces(board: _Board) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            path=piece.path,
            chunk=piece.chunk,
            tier=piece.tier,
            score=piece.score,
            reasons=tuple(dict.fromkeys(piece.reasons)),
            lines=tuple(sorted(set(piece.lines))),
            named=piece.named or piece.tier is Tier.POINTED,
            chain=_chain(board, piece),
        )
        for piece in _in_order(board)
        if piece.score > 0
    )


def _leads_to(piece: _Piece, end: _Piece) -> bool:
    """Whether ``end`` brought ``piece`` in, or is itself what the user points at: then no way leads to it."""
    at: _Piece | None = piece
    while at is not None and at is not end:
        at = at.via[0] if at.via else None
    return at is end or end.tier is Tier.POINTED


def _chain(board: _Board, piece: _Piece) -> tuple[Step, ...]:
    """From a piece that the graph ties to others, to what was found without it; empty for the latter."""
    steps: list[Step] = []
    at: _Piece | None = piece if piece.via else None
    while at is not None:
        before, reason = at.via or (None, next(iter(at.reasons), ""))
        name, _ = name_of(definitions_of(board.view, at.path), at.chunk)
        steps.append(Step(path=at.path, name=name, line=at.chunk.first, reason=reason))
        at = before
    return tuple(steps)


def _ranked_files(board: _Board) -> tuple[RankedFile, ...]:
    for piece in _in_order(board):
        file = board.file(piece.path)
        new = [reason for reason in piece.reasons if reason not in file.reasons]
        file.reasons.extend(new[: max(MOST_REASONS - len(file.reasons), 0)])
    files = sorted(board.files.values(), key=lambda file: (-file.score, file.path))
    return tuple(
        RankedFile(path=file.path, score=round(file.score, 4), reasons=tuple(dict.fromkeys(file.reasons)))
        for file in files[: board.request.limits.ranked_files]
    )


def _text_of(view: GraphView, path: WorkspacePath) -> Text | None:
    try:
        return view.workspace.read(path).text
    except SightlineError:
        return None
