"""What the user points at: the selection, names in the task, lines of stack traces, open files and folders.

What is pointed at comes first whatever its score, in the order in which it was pointed at; what is only implied is
evidence among others.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from sightline.base.paths import WorkspacePath
from sightline.context.board import Board, Piece
from sightline.context.candidates import Tier
from sightline.context.resolve import NamedSymbol, Resolved

#: What pointing at a file adds to its score; words alone give at most about 2.5.
NAMED_FILE, IMPLIED_FILE, FOCUS_FILE, NAMED_FOLDER, OPEN_FILE = 3.0, 0.8, 3.0, 0.8, 0.15
#: A definition the task names adds this to its file, divided by the root of how many bear the name.
NAMED_SYMBOL, IMPLIED_SYMBOL = 1.2, 0.6

#: Files of a named folder that enter without any word of the task.
MOST_OF_FOLDER = 20

#: A section that begins or ends so many lines from what is pointed at is shown with it.
NEAR_LINES = 2

#: More definitions of one name than this do not come first: the name alone does not say which is meant.
MOST_POINTED = 3


def point_at_files(board: Board, resolved: Resolved) -> None:
    """Files and folders: named, in focus, open."""
    request = board.request
    _add_to_files(board, resolved.files, NAMED_FILE, "named in the task as `{}`", pointed=True)
    _add_to_files(board, resolved.implied_files, IMPLIED_FILE, "named in the task as `{}`")
    if request.focus is not None:
        _add_to_files(board, {request.focus[0]: ""}, FOCUS_FILE, "holds the cursor or selection", pointed=True)
    _add_to_files(board, dict.fromkeys(request.open_files, ""), OPEN_FILE, "open in the editor")
    for folder in resolved.folders:
        found = [path for path in board.files if path.relative.startswith(folder)]
        inside = dict.fromkeys((*found, *board.index.files_under(folder)[:MOST_OF_FOLDER]), folder)
        _add_to_files(board, inside, NAMED_FOLDER, "lies in `{}`, named in the task")


def point_at_pieces(board: Board, resolved: Resolved) -> None:
    """Pieces: the selection, definitions that are named, places of traces."""
    _point_at_focus(board)
    for named in resolved.symbols:
        _point_at_symbol(board, named)
    _point_at_places(board, resolved)


def name_files(board: Board, paths: Iterable[WorkspacePath]) -> None:
    """Lets the best piece of a file that the user named stand for it; the first one if no word fits any."""
    for path in paths:
        terms = board.terms_of(path) if board.admits(path) else None
        if terms is None or not terms.chunk_count:
            continue
        own = [piece for piece in board.pieces.values() if piece.path == path]
        best = min(own, key=lambda piece: (piece.tier, -piece.score, piece.chunk.first), default=None)
        piece = best or board.piece(path, 0, terms)
        piece.named = True
        piece.score = piece.score or 1e-6
        if not piece.reasons:
            piece.reasons.append("begins a file that is named in the task")


def _add_to_files(
    board: Board, paths: dict[WorkspacePath, str], score: float, reason: str, *, pointed: bool = False
) -> None:
    for path, written in paths.items():
        if board.admits(path):
            file = board.file(path)
            file.score += score
            file.pointed = file.pointed or pointed
            file.reasons.append(reason.format(written))


def _point_at_focus(board: Board) -> None:
    path, span = board.request.focus or (None, None)
    if path is None or span is None or not board.admits(path):
        return
    text = board.text(path)
    if text is None:
        return
    first, last = text.line_of(span.start) + 1, text.line_of(max(span.end - 1, span.start)) + 1
    for piece in _around(board, path, first, last):
        _point(board, piece, "holds the cursor or selection", range(max(first, piece.chunk.first), last + 1))


def _point_at_symbol(board: Board, named: NamedSymbol) -> None:
    symbol = named.symbol
    text = board.text(symbol.path) if board.admits(symbol.path) else None
    if text is None:
        return
    line = text.line_of(symbol.definition.name_span.start) + 1
    weight = board.weight(symbol.path)
    reason = f"defines `{symbol.qualified_name}`, named in the task"
    file = board.file(symbol.path)
    file.score += (NAMED_SYMBOL if named.explicit else IMPLIED_SYMBOL) * sqrt(named.share) * weight
    file.reasons.append(reason)
    few = named.share * MOST_POINTED >= 1
    file.pointed = file.pointed or (named.explicit and few)
    name = "whole_named" if named.explicit else "whole_implied"
    for hit in board.pieces_at(symbol.path, line, line):
        for piece in board.whole(hit):
            piece.links[name] = max(piece.links.get(name, 0.0), weight * sqrt(named.share))
            if named.explicit and few:
                _point(board, piece, reason, () if hit.chunk.head else (line,), like=hit)
            else:
                piece.named = piece.named or (few and piece is hit)
                piece.reasons.insert(0, reason)


def _point_at_places(board: Board, resolved: Resolved) -> None:
    for place in resolved.places:
        if not board.admits(place.path):
            continue
        reason = f"line {place.line} stands in the task"
        file = board.file(place.path)
        file.score += NAMED_SYMBOL
        file.pointed = True
        file.reasons.append(reason)
        for piece in _around(board, place.path, place.line, place.line):
            _point(board, piece, reason, (place.line,))


def _around(board: Board, path: WorkspacePath, first: int, last: int) -> list[Piece]:
    """The pieces of some lines, and the sections right beside them that begin or end close by."""
    found = board.pieces_at(path, first, last)
    beside = {id(piece) for each in found for piece in board.whole(each)}
    near = board.pieces_at(path, first - NEAR_LINES, last + NEAR_LINES)
    return found + [piece for piece in near if id(piece) in beside and piece not in found]


def _point(board: Board, piece: Piece, reason: str, lines: Iterable[int], like: Piece | None = None) -> None:
    """Points at a piece; one that stands for ``like`` comes with it, the best of them first."""
    if piece.tier is not Tier.POINTED:
        piece.tier = Tier.POINTED
        others = sum(other.tier is Tier.POINTED for other in board.pieces.values())
        piece.order = others if like is None or like is piece else like.order
        piece.named = like is None or like is piece
    piece.reasons.insert(0, reason)
    piece.lines.extend(line for line in lines if piece.chunk.first <= line <= piece.chunk.last)
