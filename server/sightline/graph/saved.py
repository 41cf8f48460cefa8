"""A segment as bytes, so that the next start need not resolve imports nor sort postings again.

Postings and edges are saved, facts are not: they are found by digest. What was saved holds for the same layouts only;
files that changed since lie over it as hot files, and importers of what came or went are resolved anew.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import accumulate, pairwise
from typing import Any, cast
from zlib import crc32

import msgpack

from sightline.base.paths import WorkspacePath
from sightline.base.text import digest_of
from sightline.graph.codec import PackedFacts
from sightline.graph.columns import integers
from sightline.graph.indexing import Collected, owned
from sightline.graph.layouts import Layouts
from sightline.graph.segments import NO_EDGES, Postings, Segment
from sightline.graph.state import FileTable, GraphState, HotFile

#: Raised whenever the bytes below change, or imports lead elsewhere.
SAVED_VERSION = 4
#: A segment of which more than this part has changed is not worth adopting.
MOST_CHANGED = 0.2
#: Fewer changed files than this never stand against it.
FEW_CHANGED = 100

_NUMBER = struct.Struct("<I")
_ARRAYS = (
    ("defined", "referenced", "importers", "wanted"),
    ("edge_offsets", "edge_targets", "edge_lines", "edge_codes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A state made of a saved segment, and what has to be laid over it."""

    state: GraphState
    changes: dict[int, HotFile | None]
    touched: tuple[WorkspacePath, ...]


def pack_segment(segment: Segment, table: FileTable, layouts: Layouts) -> tuple[bytes | memoryview, ...]:
    """The bytes of a segment in pieces; none if it lacks files of the table, so that ids could not be kept.

    Most pieces are the segment's own memory: a copy of it was what a start with 60,000 files needed most memory for.
    """
    if len(segment.files) != len(table):
        return ()
    paths = [table.path_of(file) for file in range(len(table))]
    roots = sorted({path.root for path in paths})
    postings, arrays = _ARRAYS
    parts = [part for name in postings for part in cast("Postings", getattr(segment, name)).parts]
    parts += [getattr(segment, name) for name in arrays]
    pieces = [memoryview(part).cast("B") for part in parts]
    values = (
        SAVED_VERSION,
        layouts_key(layouts),
        roots,
        [roots.index(path.root) for path in paths],
        [path.relative for path in paths],
        [PackedFacts(blob).digest if blob else "" for blob in segment.blobs],
        list(map(len, pieces)),
    )
    pack = cast("Callable[..., bytes]", msgpack.packb)  # pyright: ignore[reportUnknownMemberType]  msgpack has no types
    head = pack(values, unicode_errors="surrogatepass")
    size = _NUMBER.pack(len(head))
    checksum = crc32(head, crc32(size))
    for piece in pieces:
        checksum = crc32(piece, checksum)
    return _NUMBER.pack(checksum), size, head, *pieces


def adopted(data: bytes, layouts: Layouts, collected: Collected) -> Adopted | None:
    """The saved state with the differences to what was collected; ``None`` if it does not fit or differs too much."""
    try:
        return _adopted(data, layouts, collected)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None  # written by somebody else, or damaged: what is saved is only ever a shortcut


def _adopted(data: bytes, layouts: Layouts, collected: Collected) -> Adopted | None:
    view = memoryview(data)
    at = 2 * _NUMBER.size
    if len(data) < at or _NUMBER.unpack_from(data)[0] != crc32(view[_NUMBER.size :]):
        return None  # a flipped bit in the postings would hide a use from everybody
    (size,) = _NUMBER.unpack_from(data, _NUMBER.size)
    unpack = cast("Callable[..., Any]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    version, key, roots, owners, relatives, digests, sizes = unpack(view[at : at + size], use_list=False)
    if version != SAVED_VERSION or key != layouts_key(layouts) or not len(owners) == len(relatives) == len(digests):
        return None
    ends = list(accumulate(cast("Sequence[int]", sizes), initial=at + size))
    if ends[-1] != len(data):
        return None
    pieces = [view[start:end] for start, end in pairwise(ends)]
    table = FileTable()
    blobs: list[bytes] = []
    changed: list[WorkspacePath] = []
    facts = collected.facts
    for owner, relative, digest in zip(owners, relatives, digests, strict=True):
        path = WorkspacePath(roots[owner], relative)
        table.add(path)
        found = facts.get(path)
        same = found is not None and found.digest == digest
        blobs.append(found.blob if same and found is not None else b"")
        if not same:
            changed.append(path)
    known = len(table)
    changed += [path for path in (*facts, *collected.reasons) if table.id_of(path) is None]
    if len(table) != len(relatives) or len(changed) > max(FEW_CHANGED, MOST_CHANGED * known):
        return None
    state = GraphState(
        table=table,
        segments=(_segment(known, tuple(blobs), pieces),),
        owner=owned(array("B"), known, range(known), 1),
    )
    return Adopted(
        state=state, changes={table.add(path): _hot(path, collected) for path in changed}, touched=tuple(changed)
    )


def _hot(path: WorkspacePath, collected: Collected) -> HotFile | None:
    packed = collected.facts.get(path)
    if packed is not None:
        return HotFile(None, NO_EDGES, packed=packed)
    reason = collected.reasons.get(path)
    return HotFile(None, NO_EDGES, reason=reason) if reason else None


def _segment(count: int, blobs: tuple[bytes, ...], pieces: Sequence[memoryview]) -> Segment:
    split = 3 * len(_ARRAYS[0])
    defined, referenced, importers, wanted = (
        Postings.of_bytes(pieces[at : at + 3], count) for at in range(0, split, 3)
    )
    offsets, targets, lines = (integers("I", data) for data in pieces[split:-1])
    codes = integers("B", pieces[-1])
    if len(offsets) != count + 1 or not len(targets) == len(lines) == len(codes) == offsets[-1]:
        raise ValueError("the edges do not fit")
    if max(targets, default=0) >= max(count, 1):
        raise ValueError("an edge leads to no file")
    return Segment(
        files=array("I", range(count)),
        blobs=blobs,
        defined=defined,
        referenced=referenced,
        importers=importers,
        wanted=wanted,
        edge_offsets=offsets,
        edge_targets=targets,
        edge_lines=lines,
        edge_codes=codes,
    )


def layouts_key(layouts: Layouts) -> str:
    """A digest of everything in the layouts that can redirect an import; the same in every process."""
    return digest_of(
        repr([(root, _plain(each.families), _plain(each.links)) for root, each in _sorted(layouts)]).encode()
    )


def _sorted(layouts: Layouts) -> list[tuple[str, Any]]:
    return sorted(layouts.by_root.items())


def _plain(value: object) -> object:
    """``value`` as tuples in an order of their own: sets and dictionaries have none that lasts."""
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(_plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return tuple(sorted((str(key), _plain(each)) for key, each in cast("dict[object, object]", value).items()))
    if isinstance(value, frozenset | set):
        return tuple(sorted(str(each) for each in cast("frozenset[object]", value)))
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in cast("Sequence[object]", value))
    return value
