"""The forms in which a piece of a file can be shown, the fullest first. Decides nothing about which pieces are shown.

Whole where its share of the budget allows; else its signature and the lines inside it that matter (what is pointed at,
then the rarest words of the task); for what the request names, at the least one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sightline.context.access import qualified_name
from sightline.context.candidates import Candidate, Tier, name_of
from sightline.context.excerpt import excerpt
from sightline.context.render import Form, Shown, shown_text
from sightline.context.slices import Slice
from sightline.context.source import SourceLines

#: A piece is whole up to the first share of the budget; a larger one is cut around what matters, to the second.
POINTED_WHOLE, POINTED_CUT = 0.6, 0.6
NAMED_WHOLE, NAMED_CUT = 0.6, 0.3
RANKED_WHOLE, RANKED_CUT = 0.3, 0.15

#: A piece cut to fewer lines than this tells nobody anything; one that the request names may be cut to fewer.
FEWEST_LINES, FEWEST_NAMED_LINES = 8, 4

#: Lines are not alike: where the first guess at how many fit is too many, these shares of it are tried.
SHRINKING = (1.0, 0.7, 0.45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Slices that show one piece together; ``heads`` says whether the classes around it are shown with it."""

    slices: tuple[Slice, ...]
    heads: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Makes the forms of pieces. ``count`` gives the tokens of a text."""

    count: Callable[[str], int]
    terms: dict[int, float]

    def ways(self, source: SourceLines, candidate: Candidate, budget: int, room: int) -> Iterator[Way]:
        """The ways to show a piece in ``room`` tokens of a ``budget``, the fullest first."""
        chunk = candidate.chunk
        most_whole, most_cut = _shares(candidate)
        whole = self.count(shown_text(source, Shown(first=chunk.first, last=chunk.last)))
        if whole <= min(budget * most_whole, room):
            yield Way(slices=(self.full(source, candidate, chunk.first, chunk.last),))
        elif whole > budget * most_whole or candidate.named:
            yield from self._cut(source, candidate, min(budget * most_cut, room), whole)
        if candidate.named:
            yield from self._least(source, candidate)

    def full(self, source: SourceLines, candidate: Candidate, first: int, last: int) -> Slice:
        """Lines of a piece as they stand."""
        name, kind = name_of(source.definitions, candidate.chunk)
        piece = self._slice(source, name, kind, first, last, Form.FULL, candidate.reasons)
        return replace(piece, chain=candidate.chain)

    def signature(self, source: SourceLines, index: int, reasons: tuple[str, ...]) -> Slice:
        """The signature of a definition."""
        name = qualified_name(source.definitions, index)
        first, last = source.signature(index)
        return self._slice(source, name, source.definitions[index].kind, first, last, Form.SIGNATURE, reasons)

    def outline(self, source: SourceLines, index: int) -> Slice:
        """The name of a definition, which stands for its lines."""
        name = qualified_name(source.definitions, index)
        first, last = source.lines_of(index)
        return Slice(
            path=source.path,
            name=name,
            kind=source.definitions[index].kind,
            first=first,
            last=last,
            form=Form.OUTLINE,
            tokens=self.count(f", {name}"),
            reasons=("its lines are left out of a file that fits the task",),
            digest=source.text.digest,
            version=source.version,
        )

    def least_line(self, source: SourceLines, candidate: Candidate) -> int:
        """The one line that stands for a piece where there is room for no other."""
        chunk = candidate.chunk
        if candidate.lines:
            return candidate.lines[0]
        has_definition = chunk.head and 0 <= chunk.definition < len(source.definitions)
        return source.name_line(chunk.definition) if has_definition else chunk.first

    def _cut(self, source: SourceLines, candidate: Candidate, room: float, whole: int) -> Iterator[Way]:
        chunk = candidate.chunk
        guess = chunk.lines * room / max(whole, 1)
        fewest = FEWEST_NAMED_LINES if candidate.named else FEWEST_LINES
        tried: set[int] = set()
        for share in SHRINKING:
            most = min(int(guess * share * 0.9), chunk.lines - 1)
            if most < fewest or most in tried:
                continue
            tried.add(most)
            ranges = excerpt(
                source.lines,
                chunk.first,
                chunk.last,
                head=_head(source, candidate),
                pointed=candidate.lines,
                terms=self.terms,
                most=most,
            )
            yield Way(slices=tuple(self._part(source, candidate, first, last) for first, last in ranges))

    def _part(self, source: SourceLines, candidate: Candidate, first: int, last: int) -> Slice:
        chunk = candidate.chunk
        why = f"part of lines {chunk.first}-{chunk.last}, too large to be whole here"
        return self.full(source, replace(candidate, reasons=(*candidate.reasons, why)), first, last)

    def _least(self, source: SourceLines, candidate: Candidate) -> Iterator[Way]:
        chunk = candidate.chunk
        if 0 <= chunk.definition < len(source.definitions) and (chunk.head or not candidate.lines):
            signature = self.signature(source, chunk.definition, (*candidate.reasons, "no room for its lines"))
            signature = replace(signature, chain=candidate.chain)
            yield Way(slices=(signature,))
            yield Way(slices=(signature,), heads=False)
        line = self.least_line(source, candidate)
        piece = self.full(source, candidate, line, line)
        yield Way(slices=(replace(piece, reasons=(*piece.reasons, "no room for more than one line")),), heads=False)

    def _slice(  # noqa: PLR0913, PLR0917  the one place that fills in a slice
        self, source: SourceLines, name: str, kind: str, first: int, last: int, form: Form, reasons: tuple[str, ...]
    ) -> Slice:
        tokens = self.count(shown_text(source, Shown(first=first, last=last)))
        return Slice(
            path=source.path,
            name=name,
            kind=kind,
            first=first,
            last=last,
            form=form,
            tokens=tokens,
            reasons=reasons,
            digest=source.text.digest,
            version=source.version,
        )


def _shares(candidate: Candidate) -> tuple[float, float]:
    if candidate.tier is Tier.POINTED:
        return POINTED_WHOLE, POINTED_CUT
    return (NAMED_WHOLE, NAMED_CUT) if candidate.named else (RANKED_WHOLE, RANKED_CUT)


def _head(source: SourceLines, candidate: Candidate) -> Sequence[int]:
    """The lines by which a piece is recognised, the one with its name first."""
    chunk = candidate.chunk
    if not chunk.head or not 0 <= chunk.definition < len(source.definitions):
        return (chunk.first,)
    first, last = source.signature(chunk.definition)
    name = source.name_line(chunk.definition)
    return (name, *(line for line in range(first, last + 1) if line != name))
