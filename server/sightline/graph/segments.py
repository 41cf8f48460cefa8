"""Immutable postings over many files: who defines a name, who uses it, who imports whom, who wanted which path.

Everything lies in a few int arrays, so that a hundred thousand files cost a handful of objects. Names and paths appear
as 32-bit keys only: two may share a key, so whoever follows one compares the real name again. This file knows no
syntax, no paths and no order of segments; ``view.py`` lays them over one another.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import NamedTuple
from zlib import crc32

from sightline.graph.codec import PackedFacts
from sightline.graph.columns import integers

_SHARDS = 64
_SHARD_SHIFT = 64 - 6
_PAUSE_EVERY = 2_000
_SHORT_BYTES, _MOST_SHORT = 2, 0xFFFF


@cache
def _root_key(root: str) -> int:
    return crc32(f"{root}\0".encode("utf-8", "replace"))


def path_key(root: str, relative: str) -> int:
    """The 32-bit key under which importers wait for a path."""
    return crc32(relative.encode("utf-8", "replace"), _root_key(root))


class FileEdge(NamedTuple):
    """One resolved import: the target's file id, the zero-based line, and codes of kind and confidence."""

    target: int
    line: int
    code: int


@dataclass(frozen=True, slots=True)
class FileEdges:
    """All resolved imports of one file, and the keys of everything whose coming or going would change them, once."""

    edges: tuple[FileEdge, ...] = ()
    wanted: tuple[int, ...] = ()


NO_EDGES = FileEdges()


class Postings:
    """Key → file ids, as sorted keys, offsets and values (compressed sparse rows).

    Values take two bytes each where all are that small: in every workspace of fewer than 65,536 files.
    """

    __slots__ = ("keys", "offsets", "values")

    def __init__(self, keys: array[int], offsets: array[int], values: array[int]) -> None:
        self.keys = keys
        self.offsets = offsets
        self.values = values

    @property
    def parts(self) -> tuple[array[int], array[int], array[int]]:
        """The three arrays, of whose bytes :meth:`of_bytes` makes the same postings."""
        return self.keys, self.offsets, self.values

    @classmethod
    def of_bytes(cls, parts: Sequence[memoryview], files: int) -> Postings:
        """Postings of the bytes of :attr:`parts`.

        Raises ``ValueError`` unless they fit and all values are below ``files``.
        """
        keys, offsets = (integers("I", part) for part in parts[:2])
        is_short = bool(offsets) and len(parts[2]) == _SHORT_BYTES * offsets[-1]
        values = integers("H" if is_short else "I", parts[2])
        if len(offsets) != len(keys) + 1 or offsets[-1] != len(values) or max(values, default=0) >= max(files, 1):
            raise ValueError("the postings do not fit")
        return cls(keys, offsets, values)

    def get(self, key: int) -> Sequence[int]:
        """Values of ``key``, in the order they were added."""
        at = bisect_left(self.keys, key)
        if at == len(self.keys) or self.keys[at] != key:
            return ()
        return self.values[self.offsets[at] : self.offsets[at + 1]]


_NO_POSTINGS = Postings(array("I"), array("I", [0]), array("I"))


class PostingsBuilder:
    """Collects postings as pairs in one array: a list for every key would take ten times the memory.

    :meth:`finish` packs them and is a generator so that it can run in slices.
    """

    __slots__ = ("_largest", "_pairs")

    def __init__(self) -> None:
        self._pairs = array("Q")
        self._largest = 0

    def add(self, keys: Iterable[int], value: int) -> None:
        """Adds ``value`` under every key. Both are below 2**32."""
        self._largest = max(self._largest, value)
        self._pairs.extend([key << 32 | value for key in keys])

    def finish(self) -> Generator[None, None, Postings]:
        """The postings. Pairs are sorted shard by shard, since one sort of a million would hold the loop too long."""
        shards = [array("Q") for _ in range(_SHARDS)]
        for at in range(0, len(self._pairs), _PAUSE_EVERY):
            for pair in self._pairs[at : at + _PAUSE_EVERY]:
                shards[pair >> _SHARD_SHIFT].append(pair)
            yield
        self._pairs = array("Q")
        keys, offsets, values = array("I"), array("I", [0]), array("H" if self._largest <= _MOST_SHORT else "I")
        for number, shard in enumerate(shards):
            pairs = sorted(shard)
            shards[number] = array("Q")
            values.extend([pair & 0xFFFFFFFF for pair in pairs])
            counts = Counter([pair >> 32 for pair in pairs])
            keys.extend(counts)
            offsets.extend(accumulate(counts.values(), initial=offsets.pop()))
            yield
        return Postings(keys, offsets, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Facts, postings and file edges of a set of files. ``files`` is sorted; rows of the other arrays follow it."""

    files: array[int]
    blobs: tuple[bytes, ...]
    defined: Postings
    referenced: Postings
    importers: Postings  # target file id → importing file ids
    wanted: Postings  # path key → importing file ids
    edge_offsets: array[int]
    edge_targets: array[int]
    edge_lines: array[int]
    edge_codes: array[int]

    def row(self, file: int) -> int:
        """Row of a file id, or -1."""
        at = bisect_left(self.files, file)
        return at if at < len(self.files) and self.files[at] == file else -1

    def facts(self, row: int) -> PackedFacts:
        """Facts at a row, undecoded."""
        return PackedFacts(self.blobs[row])

    def targets(self, row: int) -> Sequence[int]:
        """Targets of the file edges at a row."""
        return self.edge_targets[self.edge_offsets[row] : self.edge_offsets[row + 1]]

    def edges(self, row: int) -> tuple[FileEdge, ...]:
        """File edges at a row."""
        start, end = self.edge_offsets[row], self.edge_offsets[row + 1]
        return tuple(
            FileEdge(self.edge_targets[at], self.edge_lines[at], self.edge_codes[at]) for at in range(start, end)
        )


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """What a segment is made of: one file's id, facts (``None`` for a file without) and resolved imports."""

    file: int
    packed: PackedFacts | None
    edges: FileEdges


def build_segment(files: Iterable[SegmentFile]) -> Generator[None, None, Segment]:
    """Packs ``files`` into a segment; a generator, see ``slices.py``."""
    entries = sorted(files, key=lambda each: each.file)
    segment = yield from facts_segment((each.file, each.packed) for each in entries)
    return (yield from with_edges(segment, (each.edges for each in entries)))


def facts_segment(files: Iterable[tuple[int, PackedFacts | None]]) -> Generator[None, None, Segment]:
    """A segment of facts by ascending file id, without edges; a generator, see ``slices.py``."""
    defined, referenced = PostingsBuilder(), PostingsBuilder()
    ids = array("I")
    blobs: list[bytes] = []
    for file, facts in files:
        ids.append(file)
        blobs.append(facts.blob if facts else b"")
        if facts is not None:
            defined.add(facts.defined_keys, file)
            referenced.add(facts.referenced_keys, file)
        yield
    return Segment(
        files=ids,
        blobs=tuple(blobs),
        defined=(yield from defined.finish()),
        referenced=(yield from referenced.finish()),
        importers=_NO_POSTINGS,
        wanted=_NO_POSTINGS,
        edge_offsets=array("I", bytes(array("I").itemsize * (len(ids) + 1))),
        edge_targets=array("I"),
        edge_lines=array("I"),
        edge_codes=array("B"),
    )


def with_edges(segment: Segment, edges: Iterable[FileEdges]) -> Generator[None, None, Segment]:
    """``segment`` with the resolved imports of its files, in their order; a generator, see ``slices.py``."""
    packed = EdgesBuilder()
    for file, entry in zip(segment.files, edges, strict=True):
        packed.add(file, entry)
        yield
    return (yield from packed.finish(segment))


class EdgesBuilder:
    """Packs the resolved imports of files as they come: as objects, all of them would take more than their facts."""

    __slots__ = ("_codes", "_importers", "_lines", "_offsets", "_targets", "_wanted")

    def __init__(self) -> None:
        self._importers, self._wanted = PostingsBuilder(), PostingsBuilder()
        self._offsets, self._targets, self._lines, self._codes = array("I", [0]), array("I"), array("I"), array("B")

    def add(self, file: int, entry: FileEdges) -> None:
        """Adds the imports of the next file of the segment."""
        self._wanted.add(entry.wanted, file)
        self._importers.add({edge.target for edge in entry.edges}, file)
        for edge in entry.edges:
            self._targets.append(edge.target)
            self._lines.append(edge.line)
            self._codes.append(edge.code)
        self._offsets.append(len(self._targets))

    def finish(self, segment: Segment) -> Generator[None, None, Segment]:
        """``segment`` with what was added, in the order of its files; a generator, see ``slices.py``."""
        return replace(
            segment,
            importers=(yield from self._importers.finish()),
            wanted=(yield from self._wanted.finish()),
            edge_offsets=self._offsets,
            edge_targets=self._targets,
            edge_lines=self._lines,
            edge_codes=self._codes,
        )
