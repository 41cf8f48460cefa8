"""``FileTerms``: the words of one file by chunk, as a few packed arrays. A pure function of text, facts and path.

This file knows no other file and no scores.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sightline.base.text import Text
from sightline.context.chunks import Chunk, chunks_of
from sightline.context.tokens import terms_of_word, words
from sightline.graph.raw_facts import DefinitionRow

#: More chunks than this are not looked at, higher counts are not told apart: BM25 saturates far below.
MAXIMUM_CHUNKS = 0xFFFF
MAXIMUM_COUNT = 0xFF
_CHUNK_SHIFT, _TERM_SHIFT = 8, 24

#: What one occurrence in a chunk's text counts, in its own name, and in the names of what encloses it (halves).
IN_TEXT, OWN_NAME, OUTER_NAME = 2, 4, 2

#: A text is read for words up to here (bytes); what follows in so large a file is data.
MAXIMUM_TEXT = 512 << 10


@dataclass(frozen=True, slots=True)
class FileTerms:
    """Terms of one text.

    ``entries`` is sorted; each packs a term (32 bits), the number of a chunk with it (16) and how often it stands there
    in halves (8, saturated; names count more, see :data:`OWN_NAME`). ``lengths`` holds the number of terms of every
    chunk, ``bounds`` the chunks themselves (see :meth:`chunk`).
    """

    digest: str
    bounds: array[int]
    lengths: array[int]
    entries: array[int]
    length: int

    @property
    def chunk_count(self) -> int:
        """Number of chunks."""
        return len(self.lengths)

    def chunk(self, number: int) -> Chunk:
        """One chunk of the file."""
        first, last, definition, head = self.bounds[4 * number : 4 * number + 4]
        return Chunk(first=first, last=last, definition=definition, head=bool(head))

    def chunk_counts(self, term: int) -> Iterator[tuple[int, int]]:
        """(chunk number, count in halves) of every chunk with ``term``."""
        entries = self.entries
        begin = bisect_left(entries, term << _TERM_SHIFT)
        for entry in entries[begin : bisect_left(entries, (term + 1) << _TERM_SHIFT, begin)]:
            yield entry >> _CHUNK_SHIFT & MAXIMUM_CHUNKS, entry & MAXIMUM_COUNT

    def file_counts(self) -> Iterator[tuple[int, int]]:
        """(term, occurrences in the whole text) of every term, ascending."""
        term, halves = -1, 0
        for entry in self.entries:
            if entry >> _TERM_SHIFT != term:
                if halves:
                    yield term, (halves + 1) // IN_TEXT
                term, halves = entry >> _TERM_SHIFT, 0
            halves += entry & MAXIMUM_COUNT
        if halves:
            yield term, (halves + 1) // IN_TEXT


def file_terms(text: Text, definitions: Sequence[DefinitionRow]) -> FileTerms:
    """Reads the words of a file."""
    chunks = chunks_of(text, definitions)[:MAXIMUM_CHUNKS]
    entries: list[int] = []
    lengths = array("I")
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
    return FileTerms(
        digest=text.digest,
        bounds=array("i", (value for c in chunks for value in (c.first, c.last, c.definition, c.head))),
        lengths=lengths,
        entries=array("Q", entries),
        length=sum(lengths),
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
    if span.start >= MAXIMUM_TEXT:
        return {}
    counts: dict[int, int] = {}
    found = Counter(words(text.data[span.start : min(span.end, MAXIMUM_TEXT)].decode("utf-8", "replace")))
    for word, times in found.items():
        for term in terms_of_word(word):
            counts[term] = counts.get(term, 0) + IN_TEXT * times
    return counts


def _add_names(counts: dict[int, int], chunk: Chunk, definitions: Sequence[DefinitionRow]) -> None:
    """Adds what the names of a chunk's definition and of those around it count."""
    index, weight = chunk.definition, OWN_NAME if chunk.head else OUTER_NAME
    while index >= 0:
        for term in terms_of_word(definitions[index].name):
            counts[term] = counts.get(term, 0) + weight
        index, weight = definitions[index].parent, OUTER_NAME
