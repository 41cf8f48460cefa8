"""Completion: what belongs to the best pieces by the graph and by past commits, as further evidence.

The best pieces are the *anchors*. A relation of kind ``k`` to an anchor is the evidence ``near_k``: how good the anchor
is, times how sure the relation. What changed together with an anchor in the past is ``with_file`` and
``with_definition``. Nothing else spreads: scores that flow over all edges from the start make the first file wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.context.access import definitions_of
from sightline.context.board import Board, Piece, in_order, leads_to
from sightline.context.candidates import Tier
from sightline.context.history.index import Companion, Definition
from sightline.context.relations.registry import relations_of
from sightline.context.relations.relation import Relation, RelationKind, anchor_of

#: Companions by history that enter without any word of the task: at least so regular, and so many.
LEAST_COMPANION, MOST_COMPANIONS = 0.05, 20

#: What a relation counts for the other sections of the definition it leads to.
OTHER_SECTIONS = 0.7

#: Of a definition of more sections, only the one that a relation leads to enters: which of the others is meant?
MOST_SECTIONS = 8

#: How good an anchor counts at most.
MOST_STRENGTH = 0.5

#: Evidence of the pieces that an anchor is related to.
NEAR = "near_"
#: Ends the name of such evidence where the relation leads out of the anchor's file.
BEYOND = "_beyond"


def find_anchors(board: Board) -> list[Piece]:
    """The best definitions and blocks, at most ``limits.anchors``: the best section of each."""
    best: dict[tuple[WorkspacePath, int], Piece] = {}
    for piece in in_order(board.pieces.values()):
        best.setdefault((piece.path, piece.number - piece.chunk.part), piece)
        if len(best) == board.request.limits.anchors:
            break
    return list(best.values())


def complete(board: Board, anchors: Iterable[Piece], counted: Iterable[str]) -> None:
    """Adds what is related to the anchors, new pieces among them, with the reason of each.

    ``counted`` are the names of the evidence that counts: other relations are not asked for.
    """
    anchors, names = list(anchors), {name.removesuffix(BEYOND) for name in counted}
    kinds = [kind for kind in RelationKind if NEAR + kind.value in names]
    for anchor in anchors:
        whole = board.whole(anchor)
        chunk = replace(anchor.chunk, first=whole[0].chunk.first, last=whole[-1].chunk.last, head=whole[0].chunk.head)
        try:
            found = relations_of(board.view, anchor_of(board.view, anchor.path, chunk), kinds=kinds)
        except SightlineError:
            continue
        own = {id(piece) for piece in whole}
        for relation in found:
            if board.admits(relation.path):
                _add_relation(board, anchor, relation, own)
    _add_companions(board, anchors)


def _add_relation(board: Board, anchor: Piece, relation: Relation, own: set[int]) -> None:
    value = _strength(anchor) * relation.weight
    name = NEAR + relation.kind.value + (BEYOND if relation.path != anchor.path else "")
    for hit in board.pieces_at(relation.path, relation.line, relation.line):
        board.file(relation.path)
        whole = board.whole(hit) if hit.chunk.parts <= MOST_SECTIONS else [hit]
        for piece in whole if id(hit) not in own else ():
            share = 1.0 if piece is hit else OTHER_SECTIONS
            piece.links[name] = max(piece.links.get(name, 0.0), share * value)
            if piece is hit:
                _explain(piece, anchor, relation.reason)
                if piece.tier is not Tier.POINTED:
                    piece.lines.append(relation.line)
            else:
                _explain(piece, anchor, f"belongs to what {relation.reason}")


def _add_companions(board: Board, anchors: Iterable[Piece]) -> None:
    """What changed together with the anchors."""
    files: dict[WorkspacePath, float] = {}
    definitions: dict[Definition, float] = {}
    pieces: dict[Definition | WorkspacePath, Piece] = {}
    for anchor in anchors:
        strength = _strength(anchor)
        files[anchor.path] = max(files.get(anchor.path, 0.0), strength)
        pieces.setdefault(anchor.path, anchor)
        rows = definitions_of(board.view, anchor.path)
        if 0 <= anchor.chunk.definition < len(rows):
            definition = Definition(anchor.path, rows[anchor.chunk.definition].name)
            definitions[definition] = max(definitions.get(definition, 0.0), strength)
            pieces.setdefault(definition, anchor)
    together = board.history.changed_with(files, definitions)
    best = sorted(together.files.items(), key=lambda entry: (-entry[1].score, entry[0]))
    entering = {path for path, companion in best[:MOST_COMPANIONS] if companion.score >= LEAST_COMPANION}
    for path, companion in best:
        if path in board.files or (path in entering and board.admits(path)):
            board.file(path).links["with_file"] = companion.score
    for path, found in together.definitions.items():
        for name, companion in found.items() if path in board.files else ():
            if companion.score >= LEAST_COMPANION:
                _add_companion(board, Definition(path, name), companion, pieces[companion.anchor])


def _add_companion(board: Board, definition: Definition, companion: Companion, anchor: Piece) -> None:
    known = companion.anchor
    name = known.name if isinstance(known, Definition) else known.relative
    for piece in _pieces_of(board, definition.path, definition.name):
        piece.links["with_definition"] = max(piece.links.get("with_definition", 0.0), companion.score)
        _explain(piece, anchor, f"changed together with `{name}` in {companion.commit}")


def _pieces_of(board: Board, path: WorkspacePath, name: str) -> list[Piece]:
    """All sections of what a file defines by a bare name, where it is a piece of its own."""
    text = board.text(path)
    if text is None:
        return []
    rows = definitions_of(board.view, path)
    found: list[Piece] = []
    for number, row in enumerate(rows):
        if row.name == name and row.name_end <= len(text):
            line = text.line_of(row.name_start) + 1
            heads = [each for each in board.pieces_at(path, line, line) if each.chunk.definition == number]
            found += [
                piece
                for head in heads
                for piece in (board.whole(head) if head.chunk.parts <= MOST_SECTIONS else [head])
            ]
    return found


def _explain(piece: Piece, anchor: Piece, reason: str) -> None:
    if piece is not anchor and reason not in piece.reasons:
        if not leads_to(anchor, piece):  # anchors are related to one another
            piece.via = piece.via or (anchor, reason)
        piece.reasons.append(reason)


def _strength(anchor: Piece) -> float:
    """How good an anchor is, as far as weights were learned for it: nobody pointed in the cases."""
    return MOST_STRENGTH if anchor.tier is Tier.POINTED else min(anchor.score, MOST_STRENGTH)
