"""``ContextPack``: what of a ranking fits a budget, rendered, with what was left out.

The budget is a promise: it holds for every file's block, for their sum and for the text as a whole, by the counter that
is handed in. The same request on the same view gives the same bytes. This file ranks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Example, Gate, Ranking, Tier, name_of
from sightline.context.exact import CountTokens
from sightline.context.forms import POINTED_WHOLE, Way
from sightline.context.packing import Block, Packing
from sightline.context.ranges import without
from sightline.context.render import Form, Shown, shown_ranges, shown_text
from sightline.context.request import ContextRequest
from sightline.context.shown_sites import example_shown, sites_shown, with_reasons
from sightline.context.sites_text import told
from sightline.context.slices import ContextPack, Dropped, ShownFile, Slice
from sightline.context.source import SourceLines
from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.view import GraphView

__all__ = ["ContextPack", "Dropped", "Slice", "pack_ranking"]

#: Lists of the names that are left out may take so much of the budget, in so many files.
OUTLINE_SHARE, OUTLINED_FILES = 0.08, 4

#: The places of a pattern task may take so much of the budget before other pieces, and what these leave.
SITES_SHARE = 0.6
#: An example of what is to be added may take so much.
EXAMPLE_SHARE = 0.1
#: Tokens of the sentences on either, and their share of the budget.
TOLD, TOLD_SHARE = 160, 0.1

#: Pieces that do not fit one after another before the budget counts as spent.
PATIENCE = 40

#: Named pieces that room is kept for.
MOST_PROMISED = 24

#: What is listed as dropped.
MOST_DROPPED = 50

_OUTLINED = FUNCTIONS | {
    kind.value for kind in (DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE, DefinitionKind.ENUM)
}


def pack_ranking(
    view: GraphView, ranking: Ranking, request: ContextRequest, count_tokens: CountTokens, gate: Gate
) -> ContextPack:
    """What of ``ranking`` fits ``request.budget``."""
    about = ranking.search.sites or ranking.example
    reserve = min(TOLD, round(request.budget * TOLD_SHARE)) if about else 0
    whole, request = request.budget, replace(request, budget=request.budget - reserve)
    packing = Packing(view, ranking, request, count_tokens, gate)
    most = round(request.budget * (1 - OUTLINE_SHARE))
    _promise(packing, request.budget)
    if about:
        _add_pieces(packing, most, pointed=True)
    _add_sites(packing, round(request.budget * SITES_SHARE))
    if ranking.example is not None:
        _add_example(packing, ranking.example)
    _add_pieces(packing, most if packing.cost_of_promises({}) <= most else request.budget)
    _add_outlines(packing)
    _add_pieces(packing, request.budget)
    _add_sites(packing, request.budget)
    _shrink_to_fit(packing)
    return _with_told(_finished(packing), reserve, whole, packing)


def _with_told(pack: ContextPack, room: int, budget: int, packing: Packing) -> ContextPack:
    """What is said of the pieces, within what was kept for it."""
    said = told(pack.sites, pack.example, room, packing.count)
    return replace(pack, told=said, tokens=pack.tokens + packing.count(said), budget=budget)


def _add_pieces(packing: Packing, budget: int, *, pointed: bool = False) -> None:
    """Adds pieces in their order; ``pointed``: those alone that the request points at."""
    misses, least = 0, packing.least_score
    for number, candidate in enumerate(packing.ranking.pieces):
        if pointed and candidate.tier is not Tier.POINTED:
            continue
        if candidate.score < least and not candidate.named:
            continue
        if number in packing.taken or (misses >= PATIENCE and not candidate.named):
            continue
        if (source := packing.source(candidate.path)) is None:
            continue
        if packing.sections_of(candidate) > budget * POINTED_WHOLE and budget < packing.request.budget:
            continue  # the rest of a giant comes after all else
        promised = packing.promised.pop(number, None)
        room = budget - packing.used - packing.cost_of_promises(packing.blocks)
        if any(_add(packing, source, way, budget) for way in packing.forms.ways(source, candidate, budget, room)):
            packing.taken.add(number)
            packing.note_section(candidate, source)
            misses = 0
        elif promised is None:
            misses += 1


def _add_sites(packing: Packing, budget: int) -> None:
    """Adds the places of a pattern task in their order, without what encloses them: the more of them the better."""
    misses = 0
    for number, place in enumerate(packing.ranking.search.places):
        source = packing.source(place.path)
        if number in packing.sites or source is None or misses >= PATIENCE:
            continue
        piece = packing.forms.full(source, place, place.chunk.first, place.chunk.last)
        block = packing.blocks.get(place.path)
        is_shown = block is not None and _is_repeated(piece, block.pieces)
        if is_shown or _add(packing, source, Way(slices=(piece,), heads=False), budget):
            packing.sites.add(number)
        else:
            misses += 1


def _add_example(packing: Packing, example: Example) -> None:
    """Adds an example whole, or not at all."""
    piece = example.piece
    source = packing.source(piece.path)
    if source is None:
        return
    whole = packing.forms.full(source, piece, piece.chunk.first, piece.chunk.last)
    if whole.tokens <= packing.request.budget * EXAMPLE_SHARE:
        _add(packing, source, Way(slices=(whole,)), packing.request.budget)


def _promise(packing: Packing, budget: int) -> None:
    """Keeps room for one line of each piece that the request names, in their order, as far as the budget goes."""
    for number, candidate in enumerate(packing.ranking.pieces):
        source = packing.source(candidate.path) if candidate.named else None
        if source is not None and len(packing.promised) < MOST_PROMISED:
            line = packing.forms.least_line(source, candidate)
            packing.promised[number] = packing.forms.full(source, candidate, line, line)
            if packing.cost_of_promises({}) > budget:
                del packing.promised[number]


def _add(packing: Packing, source: SourceLines, way: Way, budget: int) -> bool:
    """Adds slices, and the heads of what encloses them, if the budget allows."""
    path = source.path
    block = packing.blocks.get(path) or Block(source)
    added = [*(_heads(packing, source, block, way.slices) if way.heads else ()), *way.slices]
    names = [name for name in block.names if not _covered(name.first, added)]
    pieces = [piece for piece in block.pieces if not _is_repeated(piece, added)]
    grown = Block(source, [*pieces, *added], names)
    grown.tokens = packing.count(packing.text_of(grown))
    used = packing.used - block.tokens + grown.tokens
    if used > budget or used + packing.cost_of_promises({**packing.blocks, path: grown}) > budget:
        return False
    packing.blocks[path] = grown
    packing.order.append((path, tuple(added)))
    return True


def _heads(packing: Packing, source: SourceLines, block: Block, slices: Sequence[Slice]) -> list[Slice]:
    """Signatures of the definitions around ``slices``, and of what they are sections of, unless they are shown."""
    heads: list[Slice] = []
    for piece in slices:
        index = packing.called(source, piece.name)
        for container in (*source.containers(index), index) if index is not None else ():
            first, last = source.signature(container)
            shown = (*block.pieces, *heads, *slices)
            if not any(other.first <= first and last <= other.last for other in shown):
                heads.append(packing.forms.signature(source, container, (f"encloses `{piece.name}`",)))
    return heads


def _add_outlines(packing: Packing) -> None:
    """Lists the names left out of the best files, as far as a small share of the budget goes."""
    room = min(round(packing.request.budget * OUTLINE_SHARE), packing.request.budget - packing.used)
    for file in packing.ranking.files[:OUTLINED_FILES]:
        source = packing.source(file.path)
        if source is None or file.path in packing.request.known:
            continue
        block = packing.blocks.get(file.path) or Block(source)
        names = _names_left_out(packing, source, block)
        for listed in (names, [piece for piece in names if "." not in piece.name]):
            grown = Block(source, block.pieces, listed)
            grown.tokens = packing.count(packing.text_of(grown))
            cost = grown.tokens - block.tokens
            if listed and cost <= room:
                room -= cost
                packing.blocks[file.path] = grown
                packing.order.append((file.path, tuple(listed)))
                break


def _names_left_out(packing: Packing, source: SourceLines, block: Block) -> list[Slice]:
    """Definitions of the module and of its classes that no piece of ``block`` shows."""
    names: list[Slice] = []
    for index, definition in enumerate(source.definitions):
        if definition.kind not in _OUTLINED:
            continue
        kinds = [definition.kind, *(source.definitions[container].kind for container in source.containers(index))]
        if not _OUTLINED.issuperset(kinds) or FUNCTIONS.intersection(kinds[1:]):
            continue
        if not _covered(source.lines_of(index)[0], block.pieces):
            names.append(packing.forms.outline(source, index))
    return names


def _is_repeated(piece: Slice, added: Sequence[Slice]) -> bool:
    """Whether all lines of a piece are part of what comes now."""
    return any(other.form is Form.FULL and other.first <= piece.first and piece.last <= other.last for other in added)


def _covered(line: int, pieces: Sequence[Slice]) -> bool:
    return any(piece.first <= line <= piece.last for piece in pieces)


def _shrink_to_fit(packing: Packing) -> None:
    """Takes back the last additions while a counter that is not additive finds the whole text too large."""
    while packing.order:
        text = "".join(packing.text_of(block) for block in packing.blocks.values())
        if max(packing.used, packing.count(text)) <= packing.request.budget:
            return
        path, added = packing.order.pop()
        block = packing.blocks.get(path)
        if block is None:  # what was added last were names, in whose place pieces came that are gone already
            continue
        gone = {id(piece) for piece in added}
        block.pieces = [piece for piece in block.pieces if id(piece) not in gone]
        block.names = [piece for piece in block.names if id(piece) not in gone]
        block.text = None
        if block.pieces or block.names:
            block.tokens = packing.count(packing.text_of(block))
        else:
            del packing.blocks[path]


def _finished(packing: Packing) -> ContextPack:
    text = "".join(packing.text_of(block) for block in packing.blocks.values())
    shown = tuple(_shown(block) for block in packing.blocks.values())
    return ContextPack(
        slices=tuple(part for block in packing.blocks.values() for part in _in_order(packing, block)),
        tokens=max(packing.used, packing.count(text)) if text else 0,
        dropped=_dropped(packing),
        refused=packing.ranking.refused,
        ranking=packing.ranking.files,
        text=text,
        revision=packing.view.revision,
        budget=packing.request.budget,
        focus=_focus(packing),
        shown=shown,
        sites=sites_shown(packing.ranking.search, shown, packing.shown_path),
        example=example_shown(packing.ranking.example, shown, packing.shown_path),
        reranking=packing.ranking.reranking,
    )


def _focus(packing: Packing) -> tuple[str, int, int] | None:
    path, span = packing.request.focus or (None, None)
    source = packing.source(path) if path is not None else None
    if source is None or span is None:
        return None
    first = source.text.line_of(span.start) + 1
    last = source.text.line_of(max(span.end - 1, span.start)) + 1
    return packing.shown_path(source.path), first, last


def _in_order(packing: Packing, block: Block) -> Iterator[Slice]:
    """Pieces as they were found worth showing, without what is known of them; names last."""
    known, path = packing.known(block), block.source.path
    sites = [site for site in packing.ranking.search.sites if site.path == path]
    for piece in [with_reasons(piece, sites) for piece in block.pieces] if sites else block.pieces:
        parts = without([(piece.first, piece.last)], known)
        if parts == ((piece.first, piece.last),):
            yield piece
            continue
        for first, last in parts:
            tokens = packing.count(shown_text(block.source, Shown(first=first, last=last)))
            yield replace(piece, first=first, last=last, tokens=tokens)
    yield from block.names


def _shown(block: Block) -> ShownFile:
    pieces = [Shown(first=piece.first, last=piece.last) for piece in block.pieces]
    source = block.source
    ranges = tuple(shown_ranges(source, pieces)) if pieces else ()
    return ShownFile(path=source.path, digest=source.text.digest, lines=source.lines, ranges=ranges)


def _dropped(packing: Packing) -> tuple[Dropped, ...]:
    pieces = [piece for block in packing.blocks.values() for piece in block.pieces]
    shown: dict[WorkspacePath, list[int]] = {}
    for piece in pieces:
        if piece.form is Form.FULL:
            shown.setdefault(piece.path, []).append(piece.first)
    dropped, least = list[Dropped](), packing.least_score
    for candidate in packing.ranking.pieces:
        if len(dropped) == MOST_DROPPED:
            break
        source, chunk = packing.source(candidate.path), candidate.chunk
        if source is None or any(chunk.first <= first <= chunk.last for first in shown.get(candidate.path, ())):
            continue
        name, _ = name_of(source.definitions, chunk)
        dropped.append(
            Dropped(
                path=candidate.path,
                name=name,
                first=chunk.first,
                last=chunk.last,
                reason="does not fit the budget" if candidate.score >= least else "too little speaks for it",
            )
        )
    return tuple(dropped)
