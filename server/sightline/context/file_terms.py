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

#: Counts are kept up to this; BM25 saturates far below it.
MAXIMUM_BODY_COUNT = 63
MAXIMUM_NAME_COUNT = 15
MAXIMUM_PATH_COUNT = 3

#: What one occurrence in a chunk's text counts, in its own name, and in the names of what encloses it (halves).
IN_TEXT, OWN_NAME, OUTER_NAME = 2, 4, 2

#: A text is read for words up to here (bytes); what follows in so large a file is data.
MAXIMUM_TEXT = 512 << 10


@dataclass(frozen=True, slots=True)
class FileTerms:
    """Terms of one text. ``terms`` is sorted; the counts of ``terms[i]`` lie at ``starts[i]``..``starts[i + 1]``.

    ``where`` holds chunk numbers, ``counts`` how often the term stands in that chunk in halves (saturated; names
    count more, see :data:`OWN_NAME`), ``lengths`` the number of terms of every chunk, ``bounds`` the chunks
    themselves (see :meth:`chunk`). ``file_counts[i]`` packs how often ``terms[i]`` stands in
    the body, in defined names and in the path (see :func:`unpack_counts`).
    """

    digest: str
    bounds: array[int]
    lengths: array[int]
    terms: array[int]
    starts: array[int]
    where: array[int]
    counts: bytes
    file_counts: array[int]
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
        at = bisect_left(self.terms, term)
        if at == len(self.terms) or self.terms[at] != term:
            return
        for entry in range(self.starts[at], self.starts[at + 1]):
            yield self.where[entry], self.counts[entry]


def pack_counts(body: int, names: int, path: int) -> int:
    """Three saturated counts in 12 bits."""
    return min(body, MAXIMUM_BODY_COUNT) | min(names, MAXIMUM_NAME_COUNT) << 6 | min(path, MAXIMUM_PATH_COUNT) << 10


def unpack_counts(packed: int) -> tuple[int, int, int]:
    """Body, names and path counts of :func:`pack_counts`."""
    return packed & 63, packed >> 6 & 15, packed >> 10 & 3


def file_terms(path: str, text: Text, definitions: Sequence[DefinitionRow]) -> FileTerms:
    """Reads the words of a file. ``path`` is relative to its root."""
    chunks = chunks_of(text, definitions)
    by_chunk = [_chunk_counter(text, chunk) for chunk in chunks]
    in_names = _names_of_chunks(chunks, definitions)
    names = Counter(term for row in definitions for term in terms_of_word(row.name))
    in_path = path_terms(path)
    entries: dict[int, list[tuple[int, int]]] = {}
    for number, counter in enumerate(by_chunk):
        in_name = in_names[number]
        for term in counter.keys() | in_name.keys():
            entries.setdefault(term, []).append((number, IN_TEXT * counter[term] + in_name.get(term, 0)))
    for term in (*names, *in_path):
        entries.setdefault(term, [])
    terms = array("I", sorted(entries))
    starts, where, counts = array("I", (0,)), array("H"), bytearray()
    file_counts = array("H")
    for term in terms:
        total = 0
        for number, count in entries[term]:
            where.append(min(number, 0xFFFF))
            counts.append(min(count, 255))
            total += count
        starts.append(len(where))
        file_counts.append(pack_counts(total // IN_TEXT, names[term], in_path[term]))
    lengths = array("I", (counter.total() for counter in by_chunk))
    return FileTerms(
        digest=text.digest,
        bounds=array("i", (x for c in chunks for x in (c.first, c.last, c.definition, c.head))),
        lengths=lengths,
        terms=terms,
        starts=starts,
        where=where,
        counts=bytes(counts),
        file_counts=file_counts,
        length=sum(lengths),
    )


def path_terms(path: str) -> Counter[int]:
    """Terms of the folders and the name of a file; the extension says nothing."""
    stem = path.rpartition(".")[0] or path
    return Counter(term for word in words(stem) for term in terms_of_word(word))


def _names_of_chunks(chunks: tuple[Chunk, ...], definitions: Sequence[DefinitionRow]) -> list[dict[int, int]]:
    """For every chunk, what the names of its definition and of those around it add to its counts."""
    result: list[dict[int, int]] = []
    for chunk in chunks:
        added: dict[int, int] = {}
        index, weight = chunk.definition, OWN_NAME if chunk.head else OUTER_NAME
        while index >= 0:
            for term in terms_of_word(definitions[index].name):
                added[term] = added.get(term, 0) + weight
            index, weight = definitions[index].parent, OUTER_NAME
        result.append(added)
    return result


def _chunk_counter(text: Text, chunk: Chunk) -> Counter[int]:
    span = text.lines_span(chunk.first - 1, chunk.last - 1)
    if span.start >= MAXIMUM_TEXT:
        return Counter()
    counter: Counter[int] = Counter()
    found = Counter(words(text.data[span.start : min(span.end, MAXIMUM_TEXT)].decode("utf-8", "replace")))
    for word, count in found.items():
        for term in terms_of_word(word):
            counter[term] += count
    return counter
