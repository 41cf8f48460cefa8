"""The state of packing one ranking: what is shown of each file so far, and what it costs. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.context.access import qualified_name
from sightline.context.candidates import Candidate, Gate, Ranking, Tier
from sightline.context.exact import CountTokens
from sightline.context.forms import Forms
from sightline.context.ranges import Lines
from sightline.context.render import Named, Shown, render_block, shown_text
from sightline.context.request import ContextRequest
from sightline.context.slices import Slice
from sightline.context.source import SourceLines, source_lines
from sightline.graph.view import GraphView

#: One kind of text (``models/tokens.py``) serves for everything here, because blocks of several languages are added up;
#: it is the one that overestimates code, so that the promise errs on the safe side.
KIND = "other"

#: Less probable pieces are left out though there is room, and so are those of less than this part of the best: at 4,000
#: tokens they hold no changed line of the development cases, at 8,000 less than 1 % of them.
LEAST_PROBABILITY, LEAST_OF_BEST = 0.002, 0.02


@dataclass(slots=True)
class Block:
    """What is shown of one file so far. ``text`` is that of these pieces and names, once it was made."""

    source: SourceLines
    pieces: list[Slice] = field(default_factory=list[Slice])
    names: list[Slice] = field(default_factory=list[Slice])
    tokens: int = 0
    text: str | None = None


@dataclass(slots=True)
class Packing:
    """What was taken so far of a ranking, by file."""

    view: GraphView
    ranking: Ranking
    request: ContextRequest
    count_tokens: CountTokens
    gate: Gate
    blocks: dict[WorkspacePath, Block] = field(default_factory=dict[WorkspacePath, Block])
    sources: dict[WorkspacePath, SourceLines | None] = field(default_factory=dict[WorkspacePath, SourceLines | None])
    taken: set[int] = field(default_factory=set[int])
    sites: set[int] = field(default_factory=set[int])
    order: list[tuple[WorkspacePath, tuple[Slice, ...]]] = field(
        default_factory=list[tuple[WorkspacePath, tuple[Slice, ...]]]
    )

    promised: dict[int, Slice] = field(default_factory=dict[int, Slice])
    names: dict[tuple[WorkspacePath, str], int | None] = field(
        default_factory=dict[tuple[WorkspacePath, str], int | None]
    )
    sections: dict[tuple[WorkspacePath, int], int] = field(default_factory=dict[tuple[WorkspacePath, int], int])

    def cost_of_promises(self, blocks: Mapping[WorkspacePath, Block]) -> int:
        """Tokens that the promised lines would add to ``blocks``."""
        cost = 0
        for path in dict.fromkeys(piece.path for piece in self.promised.values()):
            block = blocks.get(path)
            source = block.source if block else self.source(path)
            if source is not None:
                pieces = [piece for piece in self.promised.values() if piece.path == path]
                grown = Block(source, [*(block.pieces if block else ()), *pieces], block.names if block else [])
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

    def text_of(self, block: Block) -> str:
        if block.text is None:
            shown = [Shown(first=piece.first, last=piece.last) for piece in block.pieces]
            names = [Named(name=piece.name, first=piece.first) for piece in block.names]
            path = self.shown_path(block.source.path)
            block.text = render_block(block.source, path, shown, names, self.known(block))
        return block.text

    def known(self, block: Block) -> Sequence[Lines]:
        return self.request.known.get(block.source.path, ())
