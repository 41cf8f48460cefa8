"""Reranking: orders the best pieces anew by how alike they are to the task in meaning, as vectors of some model say.

What a piece gains or loses is its likeness above or below the mean of all that were compared, in log-odds: where the
vectors cannot tell pieces apart, nothing changes. What the user points at keeps its place. This file asks no model; the
likenesses come from outside, and the same ones give the same order.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sightline.context.candidates import Candidate, Gate, Ranking, Reranking, Tier
from sightline.context.render import Shown, shown_text
from sightline.context.source import SourceLines, source_lines
from sightline.graph.view import GraphView

#: Pieces that are compared: a prompt of 8,000 tokens holds about so many.
MOST_PIECES = 60
#: Characters of a piece, and of a task, that are compared: models for embeddings read few hundred tokens.
MOST_CHARACTERS = 1_200
#: What a likeness 1 above the mean adds to the log-odds; ``docs/explanation/ranking.md`` says how it was chosen.
WEIGHT = 6.0

_LEAST_ODDS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """``values``: the likeness of each text to the task, -1..1, in their order; none where ``problem`` says why."""

    values: tuple[float, ...] = ()
    model: str = ""
    where: str = ""
    problem: str = ""


#: Compares texts with a task; never raises but for cancellation. Arguments: the task, the texts, the turn it is for.
Compare = Callable[[str, Sequence[str], str], Awaitable[Compared]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """The text of one candidate of a ranking, as it may be sent: ``number`` is its place among the pieces."""

    number: int
    text: str


def comparable(view: GraphView, ranking: Ranking, gate: Gate) -> tuple[Comparable, ...]:
    """The best pieces as they may be sent: nothing of refused files, and no secrets."""
    sources: dict[object, SourceLines | None] = {}
    found: list[Comparable] = []
    for number, candidate in enumerate(ranking.pieces):
        if len(found) == MOST_PIECES:
            break
        if candidate.tier is not Tier.RANKED:
            continue
        if candidate.path not in sources:
            sources[candidate.path] = source_lines(view, candidate.path, gate)
        source = sources[candidate.path]
        if source is not None:
            code = shown_text(source, Shown(first=candidate.chunk.first, last=candidate.chunk.last))
            found.append(Comparable(number=number, text=cut(f"{candidate.path.relative}\n{code}")))
    return tuple(found)


def cut(text: str) -> str:
    """As much of a text as is compared, in whole lines where it has any."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: text.rfind("\n", 0, MOST_CHARACTERS) + 1] or text[:MOST_CHARACTERS]


def reranked(ranking: Ranking, pieces: Sequence[Comparable], compared: Compared) -> Ranking:
    """``ranking`` with the compared ``pieces`` ordered anew, or as it was, with the reason why."""
    said = Reranking(model=compared.model, where=compared.where, pieces=len(pieces), problem=compared.problem)
    if compared.problem or not pieces:
        return replace(ranking, reranking=replace(said, pieces=0))
    mean = math.fsum(compared.values) / len(pieces)
    rows = list(ranking.pieces)
    for piece, likeness in zip(pieces, compared.values, strict=True):
        rows[piece.number] = _moved(rows[piece.number], likeness, mean)
    places = sorted(piece.number for piece in pieces)
    best_first = sorted(places, key=lambda place: (-rows[place].worth, place))
    moved = {place: rows[chosen] for place, chosen in zip(places, best_first, strict=True)}
    return replace(ranking, pieces=tuple(moved.get(place, row) for place, row in enumerate(rows)), reranking=said)


def _moved(candidate: Candidate, likeness: float, mean: float) -> Candidate:
    odds = max(candidate.score / max(1 - candidate.score, _LEAST_ODDS), _LEAST_ODDS)
    odds *= math.exp(WEIGHT * (likeness - mean))
    score = odds / (1 + odds)
    reason = f"{'similar' if likeness >= mean else 'less similar'} in meaning: {likeness:.2f}"
    worth = candidate.worth * score / candidate.score if candidate.score else candidate.worth
    return replace(candidate, score=score, worth=worth, reasons=(*candidate.reasons, reason))
