"""``ContextPack``: what of a ranking fits a budget, rendered, with what was left out.

The budget is a promise: it holds for every file's block, for their sum and for the text as a whole, by the counter that
is handed in. The same request on the same view gives the same bytes. This file ranks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.access import qualified_name
from sightline.context.candidates import Candidate, Gate, Permission, Ranking, Tier, name_of
from sightline.context.exact import ExactCount, pack_exactly
from sightline.context.forms import POINTED_WHOLE, Forms, Way
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.ranges import Lines, without
from sightline.context.rank import rank
from sightline.context.render import Form, Named, Shown, render_block, shown_ranges, shown_text
from sightline.context.request import ContextRequest
from sightline.context.slices import ContextPack, Dropped, ShownFile, Slice
from sightline.context.source import SourceLines, source_lines
from sightline.graph.facts import DefinitionKind
from sightline.graph.view import GraphView

__all__ = ["ContextPack", "CountTokens", "Dropped", "Slice", "build_context", "pack_ranking"]

#: Tokens of a text of some kind, see ``models/tokens.py``. One kind serves for everything here, because blocks of
#: several languages are added up; it is the one that overestimates code, so that the promise errs on the safe side.
CountTokens = Callable[[str, str], int]
KIND = "other"

#: Lists of the names that are left out may take so much of the budget, in so many files.
OUTLINE_SHARE, OUTLINED_FILES = 0.08, 4

#: Less probable pieces are left out though there is room, and so are those of less than this part of the best: at 4,000
#: tokens they hold no changed line of the development cases, at 8,000 less than 1 % of them.
LEAST_PROBABILITY, LEAST_OF_BEST = 0.002, 0.02

#: Pieces that do not fit one after another before the budget counts as spent.
PATIENCE = 40

#: Named pieces that room is kept for.
MOST_PROMISED = 24

#: What is listed as dropped.
MOST_DROPPED = 50

_FUNCTIONS = frozenset({DefinitionKind.FUNCTION.value, DefinitionKind.METHOD.value})
_OUTLINED = _FUNCTIONS | {
    kind.value for kind in (DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE, DefinitionKind.ENUM)
}


def build_context(
    view: GraphView,
    request: ContextRequest,
    index: LexicalIndex,
    count_tokens: CountTokens | ExactCount,
    permitted: Permission,
    history: HistoryIndex = NO_HISTORY,
) -> ContextPack:
    """The context for ``request``. Brings ``index`` up to ``view`` first, which takes long only for a new workspace.

    The budget holds as ``count_tokens`` counts; of an :class:`ExactCount`, as the model's own vocabulary does.
    ``permitted`` gives the reason why a path must not be shown, ``None`` when it may; no other path enters by any way.
    Runs in any thread, never raises for bad source.
    """
    index.follow(view)
    request = replace(
        request, task=redact(request.task), diagnostics=tuple(redact(sentence) for sentence in request.diagnostics)
    )
    gate = Gate(view.workspace, permitted)
    ranking = rank(view, request, index, gate, history)
    if not isinstance(count_tokens, ExactCount):
        return pack_ranking(view, ranking, request, count_tokens, gate)
    return pack_exactly(lambda count: pack_ranking(view, ranking, request, count, gate), count_tokens, request.budget)


def pack_ranking(
    view: GraphView, ranking: Ranking, request: ContextRequest, count_tokens: CountTokens, gate: Gate
) -> ContextPack:
    """What of ``ranking`` fits ``request.budget``."""
    packing = _Packing(view, ranking, request, count_tokens, gate)
    most = round(request.budget * (1 - OUTLINE_SHARE))
    _promise(packing, request.budget)
    _add_pieces(packing, most if packing.cost_of_promises({}) <= most else request.budget)
    _add_outlines(packing)
    _add_pieces(packing, request.budget)
    _shrink_to_fit(packing)
    return _finished(packing)


@dataclass(slots=True)
class _Block:
    """What is shown of one file so far. ``text`` is that of these pieces and names, once it was made."""

    source: SourceLines
    pieces: list[Slice] = field(default_factory=list[Slice])
    names: list[Slice] = field(default_factory=list[Slice])
    tokens: int = 0
    text: str | None = None


@dataclass(slots=True)
class _Packing:
    view: GraphView
    ranking: Ranking
    request: ContextRequest
    count_tokens: CountTokens
    gate: Gate
    blocks: dict[WorkspacePath, _Block] = field(default_factory=dict[WorkspacePath, _Block])
    sources: dict[WorkspacePath, SourceLines | None] = field(default_factory=dict[WorkspacePath, SourceLines | None])
    taken: set[int] = field(default_factory=set[int])
    order: list[tuple[WorkspacePath, tuple[Slice, ...]]] = field(
        default_factory=list[tuple[WorkspacePath, tuple[Slice, ...]]]
    )

    promised: dict[int, Slice] = field(default_factory=dict[int, Slice])
    names: dict[tuple[WorkspacePath, str], int | None] = field(
        default_factory=dict[tuple[WorkspacePath, str], int | None]
    )
    sections: dict[tuple[WorkspacePath, int], int] = field(default_factory=dict[tuple[WorkspacePath, int], int])

    def cost_of_promises(self, blocks: Mapping[WorkspacePath, _Block]) -> int:
        """Tokens that the promised lines would add to ``blocks``."""
        cost = 0
        for path in dict.fromkeys(piece.path for piece in self.promised.values()):
            block = blocks.get(path)
            source = block.source if block else self.source(path)
            if source is not None:
                pieces = [piece for piece in self.promised.values() if piece.path == path]
                grown = _Block(source, [*(block.pieces if block else ()), *pieces], block.names if block else [])
                cost += max(self.count(self.text_of(grown)) - (block.tokens if block else 0), 0)
        return cost

    def called(self, source: SourceLines, name: str) -> int | None:
        """The last definition of a file with this qualified name."""
        key, rows = (source.path, name), source.definitions
        if key not in self.names:
            # To make the names of all definitions takes longer than all else about a piece.
            likely = (index for index in range(len(rows) - 1, -1, -1) if name.endswith(rows[index].name))
            self.names[key] = next((index for index in likely if qualified_name(rows, index) == name), None)
        return self.names[key]

    @property
    def least_score(self) -> float:
        """Below this a piece is padding, unless the request names it."""
        best = max((each.score for each in self.ranking.pieces if each.tier is Tier.RANKED), default=0.0)
        return min(LEAST_PROBABILITY, LEAST_OF_BEST * best)

    def sections_of(self, candidate: Candidate) -> int:
        """Tokens of the sections that are taken of what a candidate is a section of."""
        return self.sections.get((candidate.path, candidate.chunk.definition), 0) if candidate.chunk.parts > 1 else 0

    def note_section(self, candidate: Candidate, source: SourceLines) -> None:
        """Remembers that a piece was taken."""
        chunk, key = candidate.chunk, (candidate.path, candidate.chunk.definition)
        if chunk.parts > 1:
            tokens = self.count(shown_text(source, Shown(first=chunk.first, last=chunk.last)))
            self.sections[key] = self.sections.get(key, 0) + tokens

    @property
    def forms(self) -> Forms:
        return Forms(count=self.count, terms=self.ranking.terms)

    @property
    def used(self) -> int:
        return sum(block.tokens for block in self.blocks.values())

    def count(self, text: str) -> int:
        return self.count_tokens(text, KIND) if text else 0

    def source(self, path: WorkspacePath) -> SourceLines | None:
        if path not in self.sources:
            self.sources[path] = source_lines(self.view, path, self.gate)
        return self.sources[path]

    def shown_path(self, path: WorkspacePath) -> str:
        return path.relative if self.request.root or len(self.view.workspace.roots) == 1 else path.absolute

    def text_of(self, block: _Block) -> str:
        if block.text is None:
            shown = [Shown(first=piece.first, last=piece.last) for piece in block.pieces]
            names = [Named(name=piece.name, first=piece.first) for piece in block.names]
            path = self.shown_path(block.source.path)
            block.text = render_block(block.source, path, shown, names, self.known(block))
        return block.text

    def known(self, block: _Block) -> Sequence[Lines]:
        return self.request.known.get(block.source.path, ())


def _add_pieces(packing: _Packing, budget: int) -> None:
    misses, least = 0, packing.least_score
    for number, candidate in enumerate(packing.ranking.pieces):
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


def _promise(packing: _Packing, budget: int) -> None:
    """Keeps room for one line of each piece that the request names, in their order, as far as the budget goes."""
    for number, candidate in enumerate(packing.ranking.pieces):
        source = packing.source(candidate.path) if candidate.named else None
        if source is not None and len(packing.promised) < MOST_PROMISED:
            line = packing.forms.least_line(source, candidate)
            packing.promised[number] = packing.forms.full(source, candidate, line, line)
            if packing.cost_of_promises({}) > budget:
                del packing.promised[number]


def _add(packing: _Packing, source: SourceLines, way: Way, budget: int) -> bool:
    """Adds slices, and the heads of what encloses them, if the budget allows."""
    path = source.path
    block = packing.blocks.get(path) or _Block(source)
    added = [*(_heads(packing, source, block, way.slices) if way.heads else ()), *way.slices]
    names = [name for name in block.names if not _covered(name.first, added)]
    pieces = [piece for piece in block.pieces if not _repeated(piece, added)]
    grown = _Block(source, [*pieces, *added], names)
    grown.tokens = packing.count(packing.text_of(grown))
    used = packing.used - block.tokens + grown.tokens
    if used > budget or used + packing.cost_of_promises({**packing.blocks, path: grown}) > budget:
        return False
    packing.blocks[path] = grown
    packing.order.append((path, tuple(added)))
    return True


def _heads(packing: _Packing, source: SourceLines, block: _Block, slices: Sequence[Slice]) -> list[Slice]:
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


def _add_outlines(packing: _Packing) -> None:
    """Lists the names left out of the best files, as far as a small share of the budget goes."""
    room = min(round(packing.request.budget * OUTLINE_SHARE), packing.request.budget - packing.used)
    for file in packing.ranking.files[:OUTLINED_FILES]:
        source = packing.source(file.path)
        if source is None or file.path in packing.request.known:
            continue
        block = packing.blocks.get(file.path) or _Block(source)
        names = _names_left_out(packing, source, block)
        for listed in (names, [piece for piece in names if "." not in piece.name]):
            grown = _Block(source, block.pieces, listed)
            grown.tokens = packing.count(packing.text_of(grown))
            cost = grown.tokens - block.tokens
            if listed and cost <= room:
                room -= cost
                packing.blocks[file.path] = grown
                packing.order.append((file.path, tuple(listed)))
                break


def _names_left_out(packing: _Packing, source: SourceLines, block: _Block) -> list[Slice]:
    """Definitions of the module and of its classes that no piece of ``block`` shows."""
    names: list[Slice] = []
    for index, definition in enumerate(source.definitions):
        if definition.kind not in _OUTLINED:
            continue
        kinds = [definition.kind, *(source.definitions[container].kind for container in source.containers(index))]
        if not _OUTLINED.issuperset(kinds) or _FUNCTIONS.intersection(kinds[1:]):
            continue
        if not _covered(source.lines_of(index)[0], block.pieces):
            names.append(packing.forms.outline(source, index))
    return names


def _repeated(piece: Slice, added: Sequence[Slice]) -> bool:
    """Whether a signature is shown as a part of what comes now."""
    return piece.form is Form.SIGNATURE and any(
        other.form is Form.FULL and other.first <= piece.first and piece.last <= other.last for other in added
    )


def _covered(line: int, pieces: Sequence[Slice]) -> bool:
    return any(piece.first <= line <= piece.last for piece in pieces)


def _shrink_to_fit(packing: _Packing) -> None:
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


def _finished(packing: _Packing) -> ContextPack:
    text = "".join(packing.text_of(block) for block in packing.blocks.values())
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
        shown=tuple(_shown(block) for block in packing.blocks.values()),
    )


def _focus(packing: _Packing) -> tuple[str, int, int] | None:
    path, span = packing.request.focus or (None, None)
    source = packing.source(path) if path is not None else None
    if source is None or span is None:
        return None
    first = source.text.line_of(span.start) + 1
    last = source.text.line_of(max(span.end - 1, span.start)) + 1
    return packing.shown_path(source.path), first, last


def _in_order(packing: _Packing, block: _Block) -> Iterator[Slice]:
    """Pieces as they were found worth showing, without what is known of them; names last."""
    known = packing.known(block)
    for piece in block.pieces:
        parts = without([(piece.first, piece.last)], known)
        if parts == ((piece.first, piece.last),):
            yield piece
            continue
        for first, last in parts:
            tokens = packing.count(shown_text(block.source, Shown(first=first, last=last)))
            yield replace(piece, first=first, last=last, tokens=tokens)
    yield from block.names


def _shown(block: _Block) -> ShownFile:
    pieces = [Shown(first=piece.first, last=piece.last) for piece in block.pieces]
    source = block.source
    ranges = tuple(shown_ranges(source, pieces)) if pieces else ()
    return ShownFile(path=source.path, digest=source.text.digest, lines=source.lines, ranges=ranges)


def _dropped(packing: _Packing) -> tuple[Dropped, ...]:
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
