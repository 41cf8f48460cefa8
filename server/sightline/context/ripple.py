"""The code around given lines: for showing what an edit broke and what it conflicts with. Ranks nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.context.access import definitions_of
from sightline.context.candidates import Candidate, Gate, Permission, RankedFile, Ranking, Tier
from sightline.context.chunks import Chunk, chunks_of
from sightline.context.exact import CountTokens
from sightline.context.pack import ContextPack, pack_ranking
from sightline.context.request import ContextRequest
from sightline.graph.view import GraphView


@dataclass(frozen=True, slots=True, kw_only=True)
class RipplePlace:
    """A one-based line of a view that somebody must see, and why."""

    path: WorkspacePath
    line: int
    reason: str


def build_ripple(
    view: GraphView,
    places: tuple[RipplePlace, ...],
    budget: int,
    count_tokens: CountTokens,
    permitted: Permission,
) -> ContextPack:
    """The definitions around ``places``, in their order, under ``budget`` tokens; missing lines are skipped."""
    gate = Gate(view.workspace, permitted)
    pieces: dict[tuple[WorkspacePath, int], Candidate] = {}
    for place in places:
        chunk = _chunk_at(view, place) if gate.admits(place.path) else None
        if chunk is None:
            continue
        known = pieces.get((place.path, chunk.first))
        pieces[place.path, chunk.first] = Candidate(
            path=place.path,
            chunk=chunk,
            tier=Tier.POINTED,
            score=1.0,
            reasons=tuple(dict.fromkeys((*(known.reasons if known else ()), place.reason))),
            lines=(*(known.lines if known else ()), place.line),
            named=True,
        )
    files = {piece.path: RankedFile(path=piece.path, score=1.0, reasons=piece.reasons) for piece in pieces.values()}
    ranking = Ranking(files=tuple(files.values()), pieces=tuple(pieces.values()), terms={})
    return pack_ranking(view, ranking, ContextRequest(task="", budget=budget), count_tokens, gate)


def _chunk_at(view: GraphView, place: RipplePlace) -> Chunk | None:
    try:
        text = view.workspace.read(place.path).text
    except SightlineError:
        return None
    chunks = chunks_of(text, definitions_of(view, place.path))
    return next((chunk for chunk in chunks if chunk.first <= place.line <= chunk.last), None)
