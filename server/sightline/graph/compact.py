"""Moves hot files into segments, and many segments into one, while readers and typing go on.

The work reads an old state and is laid under the present one: a file that changed meanwhile stays as it is now.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass, replace

from sightline.graph.codec import PackedFacts
from sightline.graph.indexing import owned
from sightline.graph.segments import FileEdges, Segment, SegmentFile, build_segment
from sightline.graph.state import MOST_SEGMENTS, GraphState, HotFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """A new segment made of ``files`` of an older state, ``None`` for those that were gone.

    ``whole``: it replaces all segments; else it lies over them.
    """

    segment: Segment
    files: Mapping[int, HotFile | None]
    whole: bool


def compacted(state: GraphState, kept_hot: Collection[int]) -> Generator[None, None, Compacted]:
    """Packs hot files other than ``kept_hot``, and all segments too when there are many; see ``slices.py``."""
    moved = {file: hot for file, hot in state.hot.items() if file not in kept_hot}
    files: list[SegmentFile] = []
    for file, hot in moved.items():
        if hot is not None:
            packed = hot.packed or (hot.index.packed() if hot.index else None)
            files.append(SegmentFile(file, packed, hot.edges))
        yield
    whole = len(state.segments) >= MOST_SEGMENTS
    if whole:
        files += yield from _segment_files(state)
    segment = yield from build_segment(files)
    return Compacted(segment=segment, files=moved, whole=whole)


def _segment_files(state: GraphState) -> Generator[None, None, list[SegmentFile]]:
    """Files that segments hold, hidden ones left out; what each wanted is gathered from the postings."""
    wanted: dict[int, list[int]] = {}
    for number, segment in enumerate(state.segments, start=1):
        postings = segment.wanted
        for at, key in enumerate(postings.keys):
            for file in postings.values[postings.offsets[at] : postings.offsets[at + 1]]:
                if state.owner[file] == number:
                    wanted.setdefault(file, []).append(key)
            if at % 500 == 0:
                yield
    files: list[SegmentFile] = []
    for file, number in enumerate(state.owner):
        if number and file not in state.hot:
            segment = state.segments[number - 1]
            row = segment.row(file)
            edges = FileEdges(segment.edges(row), tuple(wanted.get(file, ())))
            blob = segment.blobs[row]
            files.append(SegmentFile(file, PackedFacts(blob) if blob else None, edges))
            yield
    # Hot files that stay hot keep hiding what lies below them; nothing of theirs is needed here.
    return files


def merged_into(state: GraphState, packed: Compacted) -> GraphState:
    """``state`` with the new segment under it."""
    unchanged = {file for file, hot in packed.files.items() if file in state.hot and state.hot[file] is hot}
    hot = {file: each for file, each in state.hot.items() if file not in unchanged}
    table = state.table
    number = 1 if packed.whole else len(state.segments) + 1
    owner = array("B") if packed.whole else owned(state.owner, len(table), unchanged, 0)
    owner = owned(owner, len(table), packed.segment.files, number)
    reasons = dict(state.reasons)
    for file in unchanged:
        entry = packed.files[file]
        reasons.pop(file, None)
        if entry is not None and entry.reason:
            reasons[file] = entry.reason
    segments = (packed.segment,) if packed.whole else (*state.segments, packed.segment)
    return replace(state, segments=segments, owner=owner, hot=hot, reasons=reasons)
