"""``FileTerms``: the words of one file by chunk, packed into bytes. A pure function of text and facts.

This file knows no other file and no scores.
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Literal, NamedTuple

from sightline.base.text import Text
from sightline.context.chunks import Chunk, chunks_of, sections_of
from sightline.context.tokens import terms_of_word, words
from sightline.graph.raw_facts import DefinitionRow

#: Raised whenever what is packed, or what it is made of, changes: chunks, words, weights.
TERMS_VERSION = 4

#: More chunks than this are not looked at, higher counts are not told apart: BM25 saturates far below.
MAXIMUM_CHUNKS = 0xFFFF
MAXIMUM_COUNT = 0xFF
_CHUNK_SHIFT, _TERM_SHIFT = 8, 24

#: What one occurrence in a chunk's text counts, in its own name, and in the names of what encloses it (halves).
IN_TEXT, OWN_NAME, OUTER_NAME = 2, 4, 2

#: A text is read for words up to here (bytes); what follows in so large a file is data.
MAXIMUM_TEXT = 512 << 10

#: Words are looked for in so many bytes at a time: one search holds all threads up.
_WINDOW = 32 << 10

#: Chunks, terms, entries, terms in all; whether ends and chunk numbers take 2 bytes and 1 byte, or 4 and 2.
_HEADER = struct.Struct("<IIII??")
_CHUNK_FIELDS = 6
_LENGTH_FIELD, _SHAPE_FIELD = 4, 5

#: A chunk is the head of its definition (1 bit), the part of so many (15 bits each, saturated).
_MOST_PARTS = 0x7FFF
_PART_SHIFT, _PARTS_SHIFT = 1, 16
_TWO_PARTS = 2 << _PARTS_SHIFT

#: The shape of a chunk: the share of its lines that are comments (7 bits, percent), that import (7), its bytes (16).
_IMPORTS_SHIFT, _SIZE_SHIFT = 8, 16
_MOST_BYTES = 0xFFFF

_COMMENT = re.compile(r"\s*(?://|/\*|\*(?:\s|/|$)|#(?:[\s:!]|$))")
_IMPORT = re.compile(
    r"\s*(?:import\b|from\s+\S+\s+import\b|use\s|#\s*include\b|package\b|using\s|require\b|export\s*[{*]"
    r"|(?:const|var|let)\s[^=]*=\s*require\()"
)

_Code = Literal["B", "H", "I"]


class Shape(NamedTuple):
    """Shares of the lines of a chunk that are comments and that import, and its size in bytes (saturated)."""

    comments: float
    imports: float
    size: int


class FileTerms:
    """Terms of one text, in ``data``: tables of integers in this machine's order, see :func:`_packed`.

    ``digest`` is that of the text if the facts were made of the very same text, else empty. ``length`` is the number
    of terms in all chunks together. Raises ``ValueError`` for bytes of the wrong length.
    """

    __slots__ = ("_chunks", "_counts", "_ends", "_numbers", "_terms", "data", "digest", "length")

    def __init__(self, digest: str, data: bytes) -> None:
        try:
            chunks, terms, entries, self.length, narrow_ends, narrow_numbers = _HEADER.unpack_from(data)
        except struct.error as error:
            raise ValueError("no header") from error
        self.digest = digest
        self.data = data
        end_code: _Code = "H" if narrow_ends else "I"
        number_code: _Code = "B" if narrow_numbers else "H"
        sizes: tuple[tuple[_Code, int], ...] = (
            ("I", _CHUNK_FIELDS * chunks),
            ("I", terms),
            (end_code, terms),
            (number_code, entries),
            ("B", entries),
        )
        at = _HEADER.size
        views: list[memoryview[int]] = []
        for code, count in sizes:
            width = struct.calcsize(code)
            views.append(memoryview(data)[at : at + width * count].cast(code))
            at += width * count
        if at != len(data):
            raise ValueError("the tables do not fit")
        self._chunks, self._terms, self._ends, self._numbers, self._counts = views

    @property
    def chunk_count(self) -> int:
        """Number of chunks."""
        return len(self._chunks) // _CHUNK_FIELDS

    @property
    def lengths(self) -> list[int]:
        """Number of terms of every chunk."""
        return self._chunks[_LENGTH_FIELD::_CHUNK_FIELDS].tolist()

    @property
    def sections(self) -> dict[int, range]:
        """For every chunk that is a section, the numbers of all sections of what it is a section of."""
        found: dict[int, range] = {}
        for number, place in enumerate(self._chunks[3::_CHUNK_FIELDS].tolist()):
            if place >= _TWO_PARTS:
                first = number - (place >> _PART_SHIFT & _MOST_PARTS)
                found[number] = range(first, first + (place >> _PARTS_SHIFT))
        return found

    def chunk(self, number: int) -> Chunk:
        """One chunk of the file: a section of a long one."""
        at = _CHUNK_FIELDS * number
        first, last, definition, place = self._chunks[at : at + 4]
        return Chunk(
            first=first,
            last=last,
            definition=definition - 1,
            head=bool(place & 1),
            part=place >> _PART_SHIFT & _MOST_PARTS,
            parts=place >> _PARTS_SHIFT,
        )

    def chunks_at(self, first: int, last: int) -> range:
        """Numbers of the chunks that hold the one-based lines ``first``..``last``."""
        begin = bisect_left(self._chunks[1::_CHUNK_FIELDS], first)
        return range(begin, max(begin, bisect_right(self._chunks[0::_CHUNK_FIELDS], last)))

    def shape(self, number: int) -> Shape:
        """What the lines of a chunk are."""
        packed = self._chunks[_CHUNK_FIELDS * number + _SHAPE_FIELD]
        return Shape((packed & 0x7F) / 100, (packed >> _IMPORTS_SHIFT & 0x7F) / 100, packed >> _SIZE_SHIFT)

    def chunk_counts(self, term: int) -> list[tuple[int, int]]:
        """(chunk number, count in halves, saturated) of every chunk with ``term``."""
        at = bisect_left(self._terms, term)
        if at == len(self._terms) or self._terms[at] != term:
            return []
        begin, end = self._ends[at - 1] if at else 0, self._ends[at]
        return list(zip(self._numbers[begin:end].tolist(), self._counts[begin:end].tolist(), strict=True))

    def file_counts(self) -> Iterator[tuple[int, int]]:
        """(term, occurrences in the whole text) of every term, ascending."""
        begin = 0
        for term, end in zip(self._terms, self._ends, strict=True):
            yield term, (sum(self._counts[begin:end]) + 1) // IN_TEXT
            begin = end


def file_terms(text: Text, definitions: Sequence[DefinitionRow], *, settled: bool = True) -> FileTerms:
    """Reads the words of a file. ``settled``: the definitions are those of this very text."""
    chunks = tuple(islice(sections_of(text, chunks_of(text, definitions)), MAXIMUM_CHUNKS))
    entries: list[int] = []
    lengths: list[int] = []
    for number, chunk in enumerate(chunks):
        counts = _counts_in_text(text, chunk)
        lengths.append(sum(counts.values()) // IN_TEXT)
        _add_names(counts, chunk, definitions)
        place = number << _CHUNK_SHIFT
        entries += [
            term << _TERM_SHIFT | place | (count if count < MAXIMUM_COUNT else MAXIMUM_COUNT)
            for term, count in counts.items()
        ]
    entries.sort()
    shapes = [_shape(text, chunk) for chunk in chunks]
    return FileTerms(text.digest if settled else "", _packed(chunks, lengths, shapes, entries))


def _shape(text: Text, chunk: Chunk) -> int:
    span = text.lines_span(chunk.first - 1, chunk.last - 1)
    lines = text.data[span.start : min(span.end, span.start + _WINDOW)].decode("utf-8", "replace").split("\n")
    comments = 100 * sum(_COMMENT.match(line) is not None for line in lines) // chunk.lines
    imports = 100 * sum(_IMPORT.match(line) is not None for line in lines) // chunk.lines
    size = min(span.end - span.start, _MOST_BYTES)
    return min(comments, 100) | min(imports, 100) << _IMPORTS_SHIFT | size << _SIZE_SHIFT


def _packed(chunks: Sequence[Chunk], lengths: Sequence[int], shapes: Sequence[int], entries: Sequence[int]) -> bytes:
    """Chunks as (first, last, definition + 1, place in it, length, shape); terms and where the entries of each end.

    Then the entries, sorted; each packs a term (32 bits), the number of a chunk with it (16) and how often it stands
    there in halves (8, saturated; names count more, see :data:`OWN_NAME`).
    """
    rows = array("I")
    for chunk, length, shape in zip(chunks, lengths, shapes, strict=True):
        part, parts = min(chunk.part, _MOST_PARTS), min(chunk.parts, _MOST_PARTS)
        place = chunk.head | part << _PART_SHIFT | parts << _PARTS_SHIFT
        rows.extend((chunk.first, chunk.last, chunk.definition + 1, place, length, shape))
    of_terms = [entry >> _TERM_SHIFT for entry in entries]
    terms = array("I", dict.fromkeys(of_terms))
    ends = list(accumulate(Counter(of_terms).values()))
    narrow_ends, narrow_numbers = len(entries) <= 0xFFFF, len(chunks) <= 0x100
    return b"".join(
        (
            _HEADER.pack(len(chunks), len(terms), len(entries), sum(lengths), narrow_ends, narrow_numbers),
            rows.tobytes(),
            terms.tobytes(),
            array("H" if narrow_ends else "I", ends).tobytes(),
            array("B" if narrow_numbers else "H", [entry >> _CHUNK_SHIFT & 0xFFFF for entry in entries]).tobytes(),
            bytes([entry & MAXIMUM_COUNT for entry in entries]),
        )
    )


def path_terms(path: str) -> Counter[int]:
    """Terms of the folders and the name of a file; the extension says nothing."""
    stem = path.rpartition(".")[0] or path
    return Counter(term for word in words(stem) for term in terms_of_word(word))


def name_terms(definitions: Sequence[DefinitionRow]) -> Counter[int]:
    """Terms of the names that a file defines."""
    return Counter(term for row in definitions for term in terms_of_word(row.name))


def _counts_in_text(text: Text, chunk: Chunk) -> dict[int, int]:
    span = text.lines_span(chunk.first - 1, chunk.last - 1)
    counts: dict[int, int] = {}
    for part in _windows(text.data, span.start, min(span.end, MAXIMUM_TEXT)):
        found = Counter(words(part.decode("utf-8", "replace")))
        for word, times in found.items():
            for term in terms_of_word(word):
                counts[term] = counts.get(term, 0) + IN_TEXT * times
    return counts


def _windows(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The bytes in parts of about :data:`_WINDOW`, cut at the end of a line where there is one."""
    while end - start > _WINDOW:
        cut = data.rfind(b"\n", start, start + _WINDOW) + 1 or start + _WINDOW
        yield data[start:cut]
        start = cut
    if start < end:
        yield data[start:end]


def _add_names(counts: dict[int, int], chunk: Chunk, definitions: Sequence[DefinitionRow]) -> None:
    """Adds what the names of a chunk's definition and of those around it count."""
    index, weight = chunk.definition, OWN_NAME if chunk.head else OUTER_NAME
    while index >= 0:
        for term in terms_of_word(definitions[index].name):
            counts[term] = counts.get(term, 0) + weight
        index, weight = definitions[index].parent, OUTER_NAME
