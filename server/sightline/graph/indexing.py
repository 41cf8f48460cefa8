"""The first indexing of a workspace, step by step: what the store knows, what must be parsed, one segment of it all.

Plain functions for ``LiveGraph``; nothing here is published to readers.
"""

from __future__ import annotations

import asyncio
import contextlib
from array import array
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.graph.codec import CODEC_VERSION, PackedFacts
from sightline.graph.facts_blob import facts_blob
from sightline.graph.frames import IMPORTS
from sightline.graph.index import FileIndex
from sightline.graph.layouts import Layouts
from sightline.graph.parse import EXTRACTOR_VERSION
from sightline.graph.path_answers import PathAnswers
from sightline.graph.pool import FileAnswer, FileRequest, Receive, WorkerPool, WorkersUnavailable
from sightline.graph.resolve import Resolver
from sightline.graph.segments import NO_EDGES, EdgesBuilder, facts_segment
from sightline.graph.skim import UNREAD, skim_blob, skim_rows
from sightline.graph.state import FileTable, GraphState
from sightline.graph.store import FactsRow, GraphStore, StatRow, StoredState
from sightline.languages.registry import language_named, language_of
from sightline.workspace.files import read_source
from sightline.workspace.known import sorted_paths
from sightline.workspace.scan import ScannedFile, ScanResult

#: Called with (what is being read, files done, files in all).
Progress = Callable[[str, int, int], None]
READING_IMPORTS, READING_DEFINITIONS = "Reading imports", "Reading definitions"

#: What stored facts must have been made by.
EXTRACTOR = f"{EXTRACTOR_VERSION}.{CODEC_VERSION}"

#: No more files than this are parsed in this process: starting a worker takes about as long.
FEW_FILES = 16
#: So are this many, if they hold no more bytes together: starting workers takes as long, and as much CPU again.
LITTLE_FILES, LITTLE_BYTES = 200, 640 << 10
#: Fewer files than this to parse take no longer than a skim and the edges of all files.
WORTH_SKIMMING = 500
#: A file modified this shortly before it was read may change again within the clock's grain (seconds).
RACY_SECONDS = 2.0


def unwatched(*progress: object) -> None:
    """Progress nobody watches."""


@dataclass(slots=True)
class Collected:
    """Facts by path while they come in. ``facts`` and ``reasons`` share no path; ``stored`` counts adopted ones."""

    facts: dict[WorkspacePath, PackedFacts] = field(default_factory=dict[WorkspacePath, PackedFacts])
    reasons: dict[WorkspacePath, str] = field(default_factory=dict[WorkspacePath, str])
    stored: int = 0


def taken_from_store(
    scan: ScanResult, held: list[StoredState], collected: Collected
) -> tuple[list[WorkspacePath], bytes, int]:
    """Adopts what the store has for a scan: the paths that are left to parse, the saved segment, how many there are."""
    stored = held.pop()
    files = [file for file in scan.files if language_of(file.path) is not None]
    collected.reasons.update((file.path, file.reason) for file in scan.skipped if language_of(file.path) is not None)
    rest = take_stored(files, stored, collected)
    return [file.path for file in rest], stored.segment, len(files)


def take_stored(files: Iterable[ScannedFile], stored: StoredState, collected: Collected) -> list[ScannedFile]:
    """Adopts facts of files that look unchanged; returns the others."""
    rest: list[ScannedFile] = []
    for file in files:
        language = language_of(file.path)
        row = stored.stats.get((file.path.root, file.path.relative))
        if language is None:
            continue
        known = row is not None and row.size == file.size and row.mtime_ns == file.mtime_ns
        blob = stored.blobs.get((row.digest, language.name)) if row is not None and known else None
        facts = whole(blob) if blob is not None else None
        if facts is not None:
            collected.facts[file.path] = facts
            collected.stored += 1
        else:
            rest.append(file)
    return rest


def whole(blob: bytes) -> PackedFacts | None:
    """The facts in a blob, ``None`` unless it is what :func:`~sightline.graph.codec.encode` wrote."""
    try:
        return PackedFacts(blob)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsing:
    """What parsing needs: the machine, the workers and the store that keeps what comes back."""

    system: System
    pool: WorkerPool
    store: GraphStore

    async def parse(self, paths: Sequence[WorkspacePath], collected: Collected, done: Callable[[int], None]) -> None:
        """Parses closed files from disk into ``collected``; calls ``done`` with the number of files finished."""
        answered: set[int] = set()

        def receive(index: int, answer: FileAnswer) -> None:
            answered.add(index)
            self._take(paths[index], answer, collected)
            done(len(answered))

        try:
            if len(paths) <= FEW_FILES or await asyncio.to_thread(self._is_little, paths):
                raise WorkersUnavailable
            roots = [self.system.files.real_path(root) for root in {path.root for path in paths}]
            await self.pool.parse([_request(path) for path in paths], receive, roots=roots)
        except WorkersUnavailable:
            rest = [index for index in range(len(paths)) if index not in answered]
            await self._parse_here(paths, rest, receive)

    async def parse_apart(self, paths: Sequence[WorkspacePath], collected: Collected) -> None:
        """The same for files of which one may take the process along with it: in workers or not at all."""

        def receive(index: int, answer: FileAnswer) -> None:
            self._take(paths[index], answer, collected)

        roots = [self.system.files.real_path(root) for root in {path.root for path in paths}]
        with contextlib.suppress(WorkersUnavailable):
            await self.pool.parse([_request(path) for path in paths], receive, roots=roots)

    def _is_little(self, paths: Sequence[WorkspacePath]) -> bool:
        if len(paths) > LITTLE_FILES:
            return False
        left = LITTLE_BYTES
        for path in paths:
            with contextlib.suppress(OSError):  # whoever reads it will say so
                left -= self.system.files.stat(path.absolute).size
        return left >= 0

    async def skim(self, paths: Sequence[WorkspacePath], done: Callable[[int], None]) -> dict[WorkspacePath, bytes]:
        """Imports of closed files as a skim finds them (see ``skim.py``), no bytes for those that cannot be read."""
        found: dict[WorkspacePath, bytes] = {}

        def receive(index: int, answer: FileAnswer) -> None:
            found[paths[index]] = answer.blob
            done(len(found))

        roots = [self.system.files.real_path(root) for root in {path.root for path in paths}]
        try:
            await self.pool.parse([_request(path) for path in paths], receive, roots=roots, task=IMPORTS)
        except WorkersUnavailable:
            for index, path in enumerate(paths):
                if path not in found:
                    receive(index, await asyncio.to_thread(skim_from_disk, self.system, path))
        return found

    async def _parse_here(self, paths: Sequence[WorkspacePath], indexes: Iterable[int], receive: Receive) -> None:
        for index in indexes:
            receive(index, await asyncio.to_thread(parse_from_disk, self.system, paths[index]))

    def _take(self, path: WorkspacePath, answer: FileAnswer, collected: Collected) -> None:
        language = language_of(path)
        assert language is not None, "only files of known languages are parsed"
        packed = whole(answer.blob) if answer.blob else None
        if packed is None:
            collected.reasons[path] = answer.reason or "damaged"
            return
        collected.facts[path] = packed
        settled = answer.mtime_ns < (self.system.clock.now() - RACY_SECONDS) * 1e9
        row = StatRow(path.root, path.relative, answer.size, answer.mtime_ns, answer.digest)
        facts = FactsRow(answer.digest, language.name, EXTRACTOR, answer.blob)
        self.store.put([row] if settled else [], [facts])


def _request(path: WorkspacePath) -> FileRequest:
    language = language_of(path)
    assert language is not None, "only files of known languages are parsed"
    return FileRequest(path.absolute, language.name)


def parse_from_disk(system: System, path: WorkspacePath) -> FileAnswer:
    """What a worker would answer, computed in this process."""
    request = _request(path)
    try:
        found = system.files.stat(path.absolute)
        source = read_source(system, path)
    except OSError:
        return FileAnswer("", b"", 0, 0, "unreadable")
    except SightlineError as error:
        return FileAnswer("", b"", 0, 0, error.kind)
    blob, reason = facts_blob(source, language_named(request.language))
    return FileAnswer(source.digest, blob, found.size, found.mtime_ns, reason)


def skim_from_disk(system: System, path: WorkspacePath) -> FileAnswer:
    """As :func:`parse_from_disk`, but only the imports."""
    try:
        source = read_source(system, path)
    except (OSError, SightlineError):
        return FileAnswer("", b"", 0, 0, "unreadable")
    return FileAnswer("", skim_blob(source.text.data, language_named(_request(path).language)), 0, 0, "")


def first_state(
    table: FileTable,
    layouts: Layouts,
    collected: Collected,
    skimmed: Mapping[WorkspacePath, bytes] = MappingProxyType({}),
    by_paths: PathAnswers | None = None,
) -> Generator[None, None, GraphState]:
    """One segment of all that was collected; a generator, see ``slices.py``.

    Files that were only ``skimmed`` have edges but no facts, for the reason ``UNREAD``. ``by_paths`` hands answers on
    from the state of the skim to the one of facts.
    """
    # Every file needs its id, and every name its files, before the first import is resolved.
    facts: dict[int, PackedFacts | None] = {}
    imports: dict[int, bytes] = {}
    for path in sorted_paths((*collected.facts, *collected.reasons, *skimmed)):
        file = table.add(path)
        facts[file] = collected.facts.get(path)
        if path in skimmed:
            imports[file] = skimmed[path]
        yield
    segment = yield from facts_segment(sorted(facts.items(), key=_file_of))
    state = GraphState(
        table=table,
        segments=(segment,),
        owner=owned(array("B"), len(table), segment.files, 1),
        reasons={table.add(path): reason for path, reason in collected.reasons.items()}
        | dict.fromkeys(imports, UNREAD),
    )
    if by_paths is not None:
        by_paths.keep_for(segment.files, layouts)
    resolver = Resolver(state, layouts, by_paths)
    edges = EdgesBuilder()
    for file in segment.files:
        packed = facts[file]
        found = NO_EDGES
        if packed is not None:
            found = yield from resolver.edges(file, FileIndex(packed))
        # Unpacked one by one: the rows of all files at once leave holes of a third of the graph's memory.
        elif rows := skim_rows(imports.get(file, b"")):
            found = yield from resolver.skimmed_edges(file, rows)
        edges.add(file, found)
        yield
    return replace(state, segments=((yield from edges.finish(segment)),))


def _file_of(row: tuple[int, PackedFacts | None]) -> int:
    return row[0]


def owned(owner: array[int], size: int, files: Iterable[int], number: int) -> array[int]:
    """A copy of ``owner`` with room for ``size`` files in which ``files`` belong to segment ``number``."""
    after = array("B", owner)
    after.frombytes(bytes(max(0, size - len(after))))
    for file in files:
        after[file] = number
    return after
