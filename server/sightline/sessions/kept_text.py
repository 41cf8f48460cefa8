"""What the journal keeps of a text that was edited: the lines around each edit, or all of it where that is not more.

A one-line edit of a long file is to cost about as much as that line, and still be merged with what is typed later. So
when the file says something else by then, the kept lines are looked for in it: where they would lie if nothing changed
on one side of them, where they stand as a whole, else between lines that occur once in both. What lies outside of them
is taken as it is now, for nothing of the edit touches it. Nothing is guessed: lines that are not found are a conflict.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sightline.base.line_hunks import longest_rising, split_lines
from sightline.base.text import Span, Text, TextEdit, digest_of

#: Lines kept on either side of an edit: enough that some of them occur nowhere else.
_AROUND = 30
#: Of the kept lines that are not blank, so many must be found for the place to be the same.
_ENOUGH = 1 / 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a text: ``start`` is the offset of the first in bytes, ``line`` its number (zero-based)."""

    start: int
    line: int
    data: bytes

    @property
    def end(self) -> int:
        """Offset behind the last line."""
        return self.start + len(self.data)


@dataclass(frozen=True, slots=True)
class _Found:
    """Lines ``start``..``end`` of the present text are, but for changes, lines ``first``..``last`` of a piece."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """Parts of a text of ``size`` bytes and ``lines`` lines. ``gaps`` are digests of what lies before, between and
    behind the pieces, one more than there are of them.
    """

    digest: str
    size: int
    lines: int
    pieces: tuple[Piece, ...]
    gaps: tuple[str, ...]

    @classmethod
    def whole(cls, text: Text) -> KeptText:
        """All of a text."""
        return _kept(text, (Piece(0, 0, text.data),))

    @classmethod
    def around(cls, text: Text, spans: Iterable[Span]) -> KeptText:
        """The lines around ``spans``, or all of ``text`` if that is less than twice as much."""
        pieces: list[Piece] = []
        for first, last in _together(_lines_around(text, spans)):
            found = text.lines_span(first, last)
            pieces.append(Piece(found.start, first, text.data[found.start : found.end]))
        if 2 * sum(len(piece.data) for piece in pieces) >= len(text):
            return cls.whole(text)
        return _kept(text, tuple(pieces))

    @property
    def text(self) -> Text | None:
        """The whole text, if that is what was kept."""
        return Text(self.pieces[0].data) if len(self.pieces) == 1 and len(self.pieces[0].data) == self.size else None

    def piece(self, span: Span) -> Piece:
        """The piece that holds a span. Raises ``KeyError``."""
        for piece in self.pieces:
            if piece.start <= span.start and span.end <= piece.end:
                return piece
        raise KeyError(f"bytes {span.start} to {span.end} were not kept")

    def edited(self, edits: Iterable[TextEdit], digest: str) -> KeptText:
        """What is kept of the text that ``edits`` of the pieces make of this one, of which ``digest`` is told."""
        left = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
        pieces: list[Piece] = []
        shift = lines = 0
        for piece in self.pieces:
            inner = [edit for edit in left if piece.start <= edit.span.start and edit.span.end <= piece.end]
            moved = (TextEdit(_moved(edit.span, -piece.start), edit.new) for edit in inner)
            text = Text(piece.data)
            after = text.apply(tuple(moved))
            pieces.append(Piece(piece.start + shift, piece.line + lines, after.data))
            shift += len(after) - len(text)
            lines += after.line_count - text.line_count
        return KeptText(
            digest=digest, size=self.size + shift, lines=self.lines + lines, pieces=tuple(pieces), gaps=self.gaps
        )

    def fitted(self, edits: Sequence[TextEdit], now: Text) -> tuple[Text, tuple[TextEdit, ...]] | None:
        """``edits`` of this text as edits of one that differs from ``now`` only in pieces; ``None`` for no place."""
        whole = self.text
        if whole is not None:
            return whole, tuple(edits)
        wanted = {self.pieces.index(self.piece(edit.span)) for edit in edits}
        lines = split_lines(now)
        found = self._places(lines, wanted)
        if not all(self._holds(edit.span, found) for edit in edits):
            return None
        parts: list[bytes] = []
        shifts: dict[int, int] = {}
        at = size = 0
        for number, place in sorted(found.items()):
            piece = self.pieces[number]
            starts = [*Text(piece.data).line_starts, len(piece.data)]
            kept = piece.data[starts[place.first] : starts[place.last]]
            before = b"".join(lines[at : place.start])
            size += len(before)
            shifts[number] = size - piece.start - starts[place.first]
            parts += [before, kept]
            size += len(kept)
            at = place.end
        text = Text(b"".join([*parts, *lines[at:]]))
        moved = (
            TextEdit(_moved(edit.span, shifts[self.pieces.index(self.piece(edit.span))]), edit.new) for edit in edits
        )
        return text, tuple(moved)

    def known(self, now: Text | None) -> Text:
        """Lines that this text surely had: its pieces, and what stands between them in ``now`` as it did then."""
        whole = self.text
        if whole is not None:
            return whole
        pieces = [piece.data for piece in self.pieces]
        if now is None:
            return Text(b"\n".join(pieces))
        lines = split_lines(now)
        found = self._places(lines, range(len(self.pieces)))
        ends = [0, *(found[number].end if number in found else -1 for number in range(len(self.pieces)))]
        starts = [*(found[number].start if number in found else -1 for number in range(len(self.pieces))), len(lines)]
        gaps = (b"".join(lines[end:start]) for end, start in zip(ends, starts, strict=True) if min(end, start) >= 0)
        return Text(b"\n".join([*pieces, *(gap for gap in gaps if digest_of(gap) in self.gaps)]))

    def _holds(self, span: Span, found: dict[int, _Found]) -> bool:
        """Whether all lines of a span have a place."""
        piece = self.piece(span)
        place = found.get(self.pieces.index(piece))
        if place is None:
            return False
        text = Text(piece.data)
        first, last = text.line_of(span.start - piece.start), text.line_of(span.end - piece.start)
        opens = place.first == 0 and piece.start == 0
        closes = place.last == len(split_lines(text)) and piece.end == self.size
        return (opens or place.first < first) and (closes or last < place.last)

    def _places(self, lines: Sequence[bytes], wanted: Iterable[int]) -> dict[int, _Found]:
        """Where pieces lie in the lines of the present text, in their order; those that are not found left out."""
        found: dict[int, _Found] = {}
        at = behind = 0
        for number in sorted(wanted):
            piece = self.pieces[number]
            kept = split_lines(Text(piece.data))
            hints = (at + piece.line - behind, len(lines) - (self.lines - piece.line))
            place = _place(kept, lines, at, hints)
            if place is not None:
                found[number] = place
                at, behind = place.end, piece.line + place.last
        return found

    def dump(self) -> bytes:
        """As bytes for the database: a line of JSON, then the pieces."""
        head = {
            "size": self.size, "lines": self.lines, "gaps": self.gaps,
            "pieces": [[piece.start, piece.line, len(piece.data)] for piece in self.pieces],
        }  # fmt: skip
        data = b"".join(piece.data for piece in self.pieces)
        return zlib.compress(json.dumps(head, separators=(",", ":")).encode() + b"\n" + data)

    @classmethod
    def load(cls, dumped: bytes, digest: str) -> KeptText:
        """What :meth:`dump` wrote of the text with this digest. Raises ``ValueError`` for anything else."""
        try:
            head, _, data = zlib.decompress(dumped).partition(b"\n")
            told = json.loads(head)
            pieces: list[Piece] = []
            at = 0
            for start, line, length in told["pieces"]:
                pieces.append(Piece(int(start), int(line), data[at : at + length]))
                at += length
            gaps = tuple(map(str, told["gaps"]))
            size, lines = int(told["size"]), int(told["lines"])
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError(f"not a kept text: {error}") from error
        if at != len(data):
            raise ValueError("a kept text was cut off")
        return cls(digest=digest, size=size, lines=lines, pieces=tuple(pieces), gaps=gaps)


def _kept(text: Text, pieces: tuple[Piece, ...]) -> KeptText:
    ends = [0, *(piece.end for piece in pieces)]
    starts = [*(piece.start for piece in pieces), len(text)]
    gaps = tuple(digest_of(text.data[end:start]) for end, start in zip(ends, starts, strict=True))
    return KeptText(digest=text.digest, size=len(text), lines=len(split_lines(text)), pieces=pieces, gaps=gaps)


def _lines_around(text: Text, spans: Iterable[Span]) -> list[tuple[int, int]]:
    last = text.line_count - 1
    around = ((text.line_of(span.start) - _AROUND, text.line_of(span.end) + _AROUND) for span in spans)
    return sorted((max(first, 0), min(end, last)) for first, end in around)


def _together(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sorted ranges, both ends inclusive, with those that overlap or touch as one."""
    open_range: tuple[int, int] | None = None
    for first, last in ranges:
        if open_range is not None and first <= open_range[1] + 1:
            open_range = open_range[0], max(open_range[1], last)
            continue
        if open_range is not None:
            yield open_range
        open_range = first, last
    if open_range is not None:
        yield open_range


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _place(kept: list[bytes], lines: Sequence[bytes], at: int, hints: Sequence[int]) -> _Found | None:
    """Where ``kept`` lies in ``lines[at:]``; ``hints`` are where it begins if nothing changed on one side of it."""
    for start in hints:
        if start >= at and list(lines[start : start + len(kept)]) == kept:
            return _Found(start, start + len(kept), 0, len(kept))
    for key in (_as_it_is, _without_layout):  # what a formatter laid out anew is still the same place
        found = _between_anchors(list(map(key, kept)), list(map(key, lines[at:])))
        if found is not None:
            return _Found(found.start + at, found.end + at, found.first, found.last)
    return None


def _as_it_is(line: bytes) -> bytes:
    return line


def _without_layout(line: bytes) -> bytes:
    return b"".join(line.split()).replace(b"'", b'"')


def _between_anchors(kept: list[bytes], lines: list[bytes]) -> _Found | None:
    """From the first to the last line that occurs once on both sides, and what is equal beyond them."""
    counts, present = Counter(kept), Counter(lines)
    places = {line: number for number, line in enumerate(lines) if present[line] == 1}
    pairs = [(number, places[line]) for number, line in enumerate(kept) if counts[line] == 1 and line in places]
    anchors = longest_rising([pair for pair in pairs if kept[pair[0]].strip()])
    if not anchors:
        return None
    (first, start), (last, end) = anchors[0], anchors[-1]
    while first and start and kept[first - 1] == lines[start - 1]:
        first, start = first - 1, start - 1
    while last + 1 < len(kept) and end + 1 < len(lines) and kept[last + 1] == lines[end + 1]:
        last, end = last + 1, end + 1
    there = Counter(lines[start : end + 1])
    said = [line for line in kept if line.strip()]
    same = sum((Counter(said) & there).values())
    return _Found(start, end + 1, first, last + 1) if same >= _ENOUGH * len(said) else None
