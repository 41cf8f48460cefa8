"""Which files and which pieces of them a task needs, best first, each with its reasons.

First come anchors: what the user points at (``pointing.py``), then what words, names and past commits speak for
(``evidence.py``). Around the best of them the graph and history complete the answer (``completion.py``). What all this
counts is learned (``scoring.py``). Scores are comparable within one answer only. Nothing here renders or counts tokens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import itemgetter

from sightline.base.paths import WorkspacePath
from sightline.context.board import Board, Piece, chain, in_order
from sightline.context.candidates import Candidate, Gate, RankedFile, Ranking, Tier
from sightline.context.completion import complete, find_anchors
from sightline.context.evidence import Gatherer
from sightline.context.file_terms import FileTerms
from sightline.context.history.index import NO_HISTORY, HistoryIndex, Resembling
from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import find_mentions
from sightline.context.pointing import name_files, point_at_files, point_at_pieces
from sightline.context.request import ContextRequest
from sightline.context.resolve import Resolved, resolve_mentions
from sightline.context.scoring import RankingModel, Weights, learned_model
from sightline.context.signals import ChunkScores, WordScores, path_weight, score_chunks, weigh_terms
from sightline.graph.view import GraphView

#: A file's share in the first guess at which of its pieces are worth a closer look.
FILE_SHARE = 0.25

#: Files that enter by past commits like the task alone.
MOST_RESEMBLING = 12

#: A piece is taken for at least so many tokens when its worth is set against its cost, and the cost counts with this
#: exponent: shorter pieces of the same probability first.
LEAST_COST, COST_EXPONENT = 30.0, 0.5
_BYTES_OF_TOKEN, _TOKENS_AROUND = 4.0, 8.0

#: Reasons given for a file; its pieces have their own.
MOST_REASONS = 4

#: The best pieces of a file that count for it.
_BEST_PIECES = 3


def rank(
    view: GraphView,
    request: ContextRequest,
    index: LexicalIndex,
    gate: Gate,
    history: HistoryIndex = NO_HISTORY,
    model: RankingModel | None = None,
) -> Ranking:
    """The ranking of one request. Refused paths appear in ``Ranking.refused`` and nowhere else."""
    model = model or learned_model()
    board = Board(view, index, request, gate, history)
    weights, _ = weigh_terms(request)
    resolved = _resolved(board)
    pointed = (*resolved.files, *(place.path for place in resolved.places), *((request.focus or ())[:1]))
    refused = {path: reason for path in pointed if (reason := gate.real_reason(path)) is not None}
    gatherer = find(board, resolved)
    weigh(board, model.words)
    complete(board, find_anchors(board), model.pieces.weights)
    gatherer.gather()
    weigh(board, model.pieces)
    name_files(board, resolved.files)
    weigh_files(board, model.files)
    return Ranking(
        files=_ranked_files(board),
        pieces=_ordered_pieces(board),
        terms=weights,
        refused=tuple(sorted(refused.items())),
    )


def find(board: Board, resolved: Resolved | None = None) -> Gatherer:
    """Finds files and pieces by what the user points at, by words and by past commits, and gathers their evidence."""
    resolved = resolved or _resolved(board)
    weights, spelled = weigh_terms(board.request)
    resembling = board.history.resembling(weights)
    _find_files(board, weights, resembling)
    point_at_files(board, resolved)
    words = _find_pieces(board, weights, spelled)
    best = max((file.score for file in board.files.values()), default=0.0) or 1.0
    resembling = board.history.resembling(weights, {path: file.score / best for path, file in board.files.items()})
    point_at_pieces(board, resolved)
    gatherer = Gatherer(board, words, resembling)
    gatherer.gather()
    return gatherer


def weigh(board: Board, weights: Weights) -> None:
    """Gives every piece its probability; what is pointed at is certain."""
    of_files = {path: weights.log_odds(file.evidence, file.links) for path, file in board.files.items()}
    for piece in board.pieces.values():
        probability = weights.probability(of_files[piece.path] + weights.log_odds(piece.evidence, piece.links))
        piece.score = 1.0 + probability if piece.tier is Tier.POINTED else probability


def probability_of(piece: Piece) -> float:
    """How probable a piece would be if nobody pointed at it."""
    return piece.score - 1.0 if piece.tier is Tier.POINTED else piece.score


def weigh_files(board: Board, weights: Weights) -> None:
    """Gives every file its probability; those that the user points at come first."""
    best: dict[WorkspacePath, list[float]] = {}
    for piece in board.pieces.values():
        best.setdefault(piece.path, []).append(probability_of(piece))
    for file in board.files.values():
        scores = sorted(best.get(file.path, ()), reverse=True)[:_BEST_PIECES]
        file.links["pieces_best"] = scores[0] if scores else 0.0
        file.links["pieces_sum"] = sum(scores)
        file.score = file.pointed + weights.probability(weights.log_odds(file.evidence, file.links))


def _resolved(board: Board) -> Resolved:
    request = board.request
    roots = (request.root,) if request.root else board.view.workspace.roots
    named = "\n".join((request.task, *request.diagnostics))
    return resolve_mentions(board.view, board.index, find_mentions(named, request.mentions), roots)


def _find_files(board: Board, weights: Mapping[int, float], resembling: Resembling) -> None:
    request = board.request
    best, admitted = 0.0, 0
    for path, score in board.index.best(weights, lambda path: path_weight(path.relative, request.task_type)):
        if admitted == request.limits.scored_files:
            break
        if request.root and path.root != request.root:
            continue
        best = best or score
        if board.gate.admits(path):
            said = board.weight(path) / path_weight(path.relative, request.task_type)
            board.file(path).score += score / best * said
            admitted += 1
    alike = sorted(resembling.files.items(), key=lambda entry: (-entry[1].total, entry[0]))
    for path, likeness in alike[:MOST_RESEMBLING]:
        if board.admits(path) and board.terms_of(path) is not None:
            board.file(path).reasons.append(f"changed in {likeness.commit}, which speaks of the same")


def _find_pieces(board: Board, weights: Mapping[int, float], spelled: Mapping[int, str]) -> WordScores:
    """Scores the pieces of the files by words, takes up the best, and lets good pieces lift their file."""
    scored: list[tuple[WorkspacePath, FileTerms]] = []
    for path in board.files:
        terms = board.terms_of(path)
        if terms is not None:
            scored.append((path, terms))
    words = score_chunks(scored, weights)
    counts = {path: board.weight(path) for path in words.files}
    best = max((max(each.scores, default=0.0) * counts[path] for path, each in words.files.items()), default=0.0) or 1.0
    values: list[tuple[ChunkScores, list[float]]] = []
    for path, result in words.files.items():
        count = counts[path]
        _lift_file(board, result, count, best)
        share = FILE_SHARE * board.file(path).score
        values.append((result, [score * count / best + share for score in result.scores]))
    for result, number in _best_of(values, board.request.limits.pieces):
        piece = board.piece(result.path, number, result.terms)
        best_words = result.best_words(number, spelled)
        quoted = ", ".join(f"“{word}”" for word in best_words)
        piece.reasons.append(f"speaks of {quoted}" if best_words else "stands in a file that fits the task")
    return words


def _best_of(values: Sequence[tuple[ChunkScores, list[float]]], most: int) -> list[tuple[ChunkScores, int]]:
    """The pieces with the highest values, best first. Only those that may be among them are put in order."""
    every = sorted(value for _, own in values for value in own)
    least = every[-most] if len(every) >= most > 0 else -math.inf
    found = [
        (-value, result.path, number, result)
        for result, own in values
        for number, value in enumerate(own)
        if value >= least
    ]
    found.sort(key=itemgetter(0, 1, 2))
    return [(result, number) for _, _, number, result in found[:most]]


def _lift_file(board: Board, result: ChunkScores, count: float, best: float) -> None:
    wholes = [score * count for score in result.whole_scores.values()]
    first, second, third = (*sorted(wholes, reverse=True)[:3], 0.0, 0.0, 0.0)[:3]
    board.file(result.path).score += first / best + 0.25 * (second + third) / best


def _ordered_pieces(board: Board) -> tuple[Candidate, ...]:
    """What is pointed at, then the most probable for its cost."""
    pieces = in_order(piece for piece in board.pieces.values() if piece.score > 0)
    worth = {id(piece): probability_of(piece) / _cost(board, piece) ** COST_EXPONENT for piece in pieces}
    pieces.sort(key=lambda piece: (piece.tier, piece.order, not piece.named, -worth[id(piece)]))
    return tuple(
        Candidate(
            path=piece.path,
            chunk=piece.chunk,
            tier=piece.tier,
            score=piece.score,
            reasons=tuple(dict.fromkeys(piece.reasons)) or ("stands in a file that fits the task",),
            lines=tuple(sorted(set(piece.lines))),
            named=piece.named,
            chain=chain(board, piece),
            worth=worth[id(piece)],
        )
        for piece in pieces
    )


def _cost(board: Board, piece: Piece) -> float:
    """About how many tokens a piece takes."""
    terms = board.terms_of(piece.path)
    size = terms.shape(piece.number).size if terms else 0
    return max(size / _BYTES_OF_TOKEN + _TOKENS_AROUND, LEAST_COST)


def _ranked_files(board: Board) -> tuple[RankedFile, ...]:
    for piece in in_order(board.pieces.values()):
        file = board.file(piece.path)
        new = [reason for reason in piece.reasons if reason not in file.reasons]
        file.reasons.extend(new[: max(MOST_REASONS - len(file.reasons), 0)])
    files = sorted(board.files.values(), key=lambda file: (-file.score, file.path))
    return tuple(
        RankedFile(path=file.path, score=round(file.score, 4), reasons=tuple(dict.fromkeys(file.reasons)))
        for file in files[: board.request.limits.ranked_files]
    )
