"""What a view is made of: the table of files, segments laid over one another, and the hot files over them.

Everything here is addressed by file id and immutable once published, the append-only file table apart. This file knows
no language and no workspace.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from threading import Lock

from sightline.base.paths import WorkspacePath
from sightline.graph.codec import PackedFacts, name_key
from sightline.graph.index import FileIndex
from sightline.graph.segments import NO_EDGES, FileEdge, FileEdges, Segment, path_key
from sightline.graph.unread import BASE, FOR_ALL, UNREAD

#: More segments than this are merged into one.
MOST_SEGMENTS = 6
#: Files or keys looked at between two pauses.
_PAUSE_EVERY = 500


class FileTable:
    """Ids of paths; append-only and shared by all views and forks, whichever thread makes them."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, int]] = {}
        self._paths: list[WorkspacePath] = []
        self._folders: dict[tuple[str, str], array[int]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._paths)

    def id_of(self, path: WorkspacePath) -> int | None:
        """The id of a path that has one."""
        return self.find(path.root, path.relative)

    def find(self, root: str, relative: str) -> int | None:
        """The id of a path given in two parts."""
        ids = self._ids.get(root)
        return None if ids is None else ids.get(relative)

    def path_of(self, file: int) -> WorkspacePath:
        """The path of an id."""
        return self._paths[file]

    def in_folder(self, root: str, folder: str) -> tuple[int, ...]:
        """Ids of all paths directly in a folder, files that are gone among them. Ascending."""
        return tuple(self._folders.get((root, folder), ()))

    def add(self, path: WorkspacePath) -> int:
        """The id of a path, given on first sight."""
        found = self.find(path.root, path.relative)
        if found is not None:
            return found
        with self._lock:
            ids = self._ids.setdefault(path.root, {})
            if path.relative not in ids:
                self._paths.append(path)
                ids[path.relative] = len(self._paths) - 1
                folder = (path.root, path.relative.rpartition("/")[0])
                # An array: a list would hold an object of 32 bytes for every number.
                self._folders.setdefault(folder, array("I")).append(len(self._paths) - 1)
            return ids[path.relative]


class HotFile:
    """One file that lies over the segments: its facts (or why it has none) and its resolved imports."""

    __slots__ = ("_names", "edges", "index", "packed", "reason")

    def __init__(
        self, index: FileIndex | None, edges: FileEdges, *, packed: PackedFacts | None = None, reason: str = ""
    ) -> None:
        self.index = index
        self.packed = packed
        self.edges = edges
        self.reason = reason
        self._names: tuple[array[int], array[int]] | None = None  # sorted: sets would take twenty times the memory

    def with_edges(self, edges: FileEdges) -> HotFile:
        """The same facts with other edges."""
        other = HotFile(self.index, edges, packed=self.packed, reason=self.reason)
        other._names = self._names
        return other

    def defines(self, key: int) -> bool:
        """Whether a name with this key may be defined in the file."""
        return _holds(self._keys()[0], key)

    def references(self, key: int) -> bool:
        """Whether a name with this key may be used in the file."""
        return _holds(self._keys()[1], key)

    def _keys(self) -> tuple[array[int], array[int]]:
        if self._names is None:
            self._names = self._compute_keys()
        return self._names

    def _compute_keys(self) -> tuple[array[int], array[int]]:
        if self.packed is not None:
            return self.packed.defined_keys, self.packed.referenced_keys
        if self.index is None:
            return array("I"), array("I")
        strings = self.index.strings
        referenced = {name_key(strings[at]) for at in set(self.index.columns[0])}
        referenced.update(map(name_key, self.index.marked))
        defined = {name_key(row.name) for row in self.index.definitions}
        return array("I", sorted(defined)), array("I", sorted(referenced))


def _holds(keys: array[int], key: int) -> bool:
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphState:
    """Segments and hot files of one revision. ``owner[file]`` is one more than the number of the segment that counts.

    A hot file hides segments; ``None`` there hides a file altogether. ``reasons`` tells why a file in a segment has an
    empty blob.
    """

    table: FileTable
    segments: tuple[Segment, ...] = ()
    owner: array[int] = field(default_factory=lambda: array("B"))
    hot: Mapping[int, HotFile | None] = field(default_factory=dict[int, "HotFile | None"])
    reasons: Mapping[int, str] = field(default_factory=dict[int, str])

    def exists(self, file: int) -> bool:
        """Whether the file is part of the graph, with facts or without."""
        if file in self.hot:
            return self.hot[file] is not None
        return file < len(self.owner) and self.owner[file] > 0

    def has(self, root: str, relative: str) -> bool:
        """Whether a path given in two parts is part of the graph."""
        file = self.table.find(root, relative)
        return file is not None and self.exists(file)

    def files(self) -> Iterator[int]:
        """All files, ascending except that hot ones come last."""
        for file, number in enumerate(self.owner):
            if number and file not in self.hot:
                yield file
        for file, hot in self.hot.items():
            if hot is not None:
                yield file

    def without_facts(self) -> Iterator[tuple[int, str]]:
        """Files that have no facts, and why."""
        for file, reason in self.reasons.items():
            if self.owner[file] and file not in self.hot:
                yield file, reason
        for file, hot in self.hot.items():
            if hot is not None and hot.reason:
                yield file, hot.reason

    def packed(self, file: int) -> PackedFacts | None:
        """Undecoded facts of a file that has them."""
        if file in self.hot:
            hot = self.hot[file]
            return hot.packed if hot else None
        blob = self.blob(file)
        return PackedFacts(blob) if blob else None

    def blob(self, file: int) -> bytes:
        """What a segment keeps of a file, always the same object; empty for a hot file and for one without facts."""
        if file in self.hot or not self.exists(file):
            return b""
        segment = self.segments[self.owner[file] - 1]
        return segment.blobs[segment.row(file)]

    def index(self, file: int) -> FileIndex | None:
        """Facts of a file that has them, through no cache."""
        hot = self.hot.get(file)
        if hot is not None and hot.index is not None:
            return hot.index
        packed = self.packed(file)
        return FileIndex(packed) if packed else None

    def hot_file(self, file: int) -> HotFile | None:
        """A file as one that lies over the segments, wherever it lies; ``None`` for a file that is not there."""
        if file in self.hot:
            return self.hot[file]
        if not self.exists(file):
            return None
        return HotFile(None, NO_EDGES, packed=self.packed(file), reason=self.reason(file))

    def reason(self, file: int) -> str:
        """Why a file has no facts; empty for one that has."""
        if file in self.hot:
            hot = self.hot[file]
            return hot.reason if hot else ""
        return self.reasons.get(file, "")

    def edges(self, file: int) -> tuple[FileEdge, ...]:
        """Resolved imports of a file."""
        if file in self.hot:
            hot = self.hot[file]
            return hot.edges.edges if hot else ()
        if not self.exists(file):
            return ()
        segment = self.segments[self.owner[file] - 1]
        return segment.edges(segment.row(file))

    def targets(self, file: int) -> Sequence[int]:
        """The files that imports of a file lead to, one for each edge: what walks over thousands of files need."""
        if file in self.hot:
            hot = self.hot[file]
            return [edge.target for edge in hot.edges.edges] if hot else ()
        if not self.exists(file):
            return ()
        segment = self.segments[self.owner[file] - 1]
        return segment.targets(segment.row(file))

    def edge_count(self) -> int:
        """Number of file edges."""
        count = sum(len(hot.edges.edges) for hot in self.hot.values() if hot is not None)
        for number, segment in enumerate(self.segments, start=1):
            offsets = segment.edge_offsets
            for row, file in enumerate(segment.files):
                if self.owner[file] == number and file not in self.hot:
                    count += offsets[row + 1] - offsets[row]
        return count

    def defining(self, name: str) -> list[int]:
        """Files that may define ``name``: keys are compared, not names. Ascending."""
        key = name_key(name)
        found = [file for file, hot in self.hot.items() if hot is not None and hot.defines(key)]
        return self._under(found, lambda segment: segment.defined.get(key))

    def referencing(self, name: str) -> list[int]:
        """Files that may use ``name``: keys are compared, not names. Ascending."""
        key = name_key(name)
        found = [file for file, hot in self.hot.items() if hot is not None and hot.references(key)]
        return self._under(found, lambda segment: segment.referenced.get(key))

    def using(self, names: Iterable[str], among: AbstractSet[int]) -> Generator[None, None, set[int]]:
        """Those of the files ``among`` that may use one of ``names``; a generator, see ``slices.py``.

        Keys are compared, not names. Unlike :meth:`referencing`, it asks no hot file that is not ``among`` them.
        """
        found: set[int] = set()
        hot = [(file, each) for file in among if (each := self.hot.get(file)) is not None]
        for key in map(name_key, names):
            for number, (file, each) in enumerate(hot):
                if each.references(key):
                    found.add(file)
                if number % _PAUSE_EVERY == 0:
                    yield
            found.update(among & set(self._under([], lambda segment, key=key: segment.referenced.get(key))))
            yield
        return found

    def unread(self, name: str) -> list[int]:
        """Files in which ``name`` stands in a part that could not be read. Ascending."""
        return self.referencing(UNREAD + name)

    def inheriting(self, name: str) -> list[int]:
        """Files in which ``name`` is a base of a class, or is given another name that may be one. Ascending."""
        return self.referencing(BASE + name)

    def declaring_for_all(self) -> list[int]:
        """Files that may declare something for files which do not import them. Ascending."""
        return self.referencing(FOR_ALL)

    def importers(self, file: int) -> list[int]:
        """Files with an edge to ``file``. Ascending."""
        found = [
            each
            for each, hot in self.hot.items()
            if hot is not None and any(edge.target == file for edge in hot.edges.edges)
        ]
        return self._under(found, lambda segment: segment.importers.get(file))

    def wanting(self, path: WorkspacePath) -> list[int]:
        """Files whose imports may resolve differently when ``path`` appears or goes. Ascending."""
        return self.wanting_key(path_key(path.root, path.relative))

    def wanting_key(self, key: int) -> list[int]:
        """Files that wait for a key among those they want. Ascending."""
        found = [file for file, hot in self.hot.items() if hot is not None and key in hot.edges.wanted]
        return self._under(found, lambda segment: segment.wanted.get(key))

    def wanting_any(self, keys: AbstractSet[int]) -> Generator[None, None, set[int]]:
        """Files that wait for any of ``keys``; a generator, see ``slices.py``.

        Looks at each hot file once: when thousands of files come at once, thousands of files are hot.
        """
        found: set[int] = set()
        for number, (file, hot) in enumerate(self.hot.items() if keys else ()):
            if hot is not None and not keys.isdisjoint(hot.edges.wanted):
                found.add(file)
            if number % _PAUSE_EVERY == 0:
                yield
        for number, key in enumerate(keys):
            found.update(self._under([], lambda segment, key=key: segment.wanted.get(key)))
            if number % _PAUSE_EVERY == 0:
                yield
        return found

    def with_hot(self, changes: Mapping[int, HotFile | None]) -> GraphState:
        """This state with ``changes`` laid over it."""
        return replace(self, hot={**self.hot, **changes})

    def changed_from(self, before: GraphState) -> set[int] | None:
        """Files that may differ from the state that this one was made of; ``None`` where any may."""
        if self.segments is not before.segments:
            return None
        kept = self.hot.keys() & before.hot.keys()
        return (self.hot.keys() ^ before.hot.keys()) | {file for file in kept if self.hot[file] is not before.hot[file]}

    def has_same_files(self, before: GraphState) -> bool:
        """Whether the same files exist as in the state that this one was made of."""
        changed = self.changed_from(before)
        return changed is not None and all(self.exists(file) == before.exists(file) for file in changed)

    def _under(self, found: list[int], select: Callable[[Segment], Sequence[int]]) -> list[int]:
        owner, hot = self.owner, self.hot
        for number, segment in enumerate(self.segments, start=1):
            found += [file for file in select(segment) if owner[file] == number and file not in hot]
        found.sort()
        return found
