"""``LiveGraph``: the one writer of graph views. It builds the first, and follows every change of the workspace.

Used on the event loop only, and never holds it long: closed files are parsed by workers, resolving and merging run in
slices, and what comes of them is published in one step. An edit that arrives in between is never lost: what was
computed for an older state is computed again.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.graph.advance import Changes, advance, belongs, parsed_changes
from sightline.graph.compact import compacted, merged_into
from sightline.graph.documents import OpenDocuments
from sightline.graph.index import IndexCache
from sightline.graph.indexing import (
    EXTRACTOR,
    Collected,
    IndexReport,
    Parsing,
    Progress,
    count_facts,
    first_state,
    take_stored,
)
from sightline.graph.layouts import Layouts, build_layouts
from sightline.graph.pool import WorkerPool
from sightline.graph.saved import adopted, pack_segment
from sightline.graph.segments import NO_EDGES
from sightline.graph.slices import at_once, in_slices
from sightline.graph.state import FileTable, GraphState, HotFile
from sightline.graph.store import GraphStore
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import WorkspaceChange
from sightline.workspace.scan import ScanResult

__all__ = ["IndexReport", "LiveGraph", "Progress"]

#: More hot files than this are packed into a segment of their own, off the path of keystrokes.
MOST_HOT = 300
_TRIES_BESIDE_TYPING = 5
#: Allocations between two collections; a search for references took 40 % less time than with 700.
GARBAGE_THRESHOLD = 50_000

_T = TypeVar("_T")


class LiveGraph:
    """The graph of a workspace, kept up to date. ``view`` is the present snapshot."""

    def __init__(self, system: System, store_path: str, *, workers: int | None = None) -> None:
        """``store_path``: file of the cache database. ``workers``: parsing processes, one per core if ``None``."""
        self._system = system
        self._parsing = Parsing(
            system=system, pool=WorkerPool(system.processes, workers=workers or None), store=GraphStore(store_path)
        )
        self._documents = OpenDocuments()
        self._lock = asyncio.Lock()
        self._packing: asyncio.Task[None] | None = None
        self._updated: set[WorkspacePath] = set()  # since the last build began
        empty = WorkspaceView(revision=0, roots=(), system=system, known=frozenset(), overlay={})
        self.view = GraphView(empty, GraphState(table=FileTable()), build_layouts(empty), IndexCache())

    async def build(
        self, scan: ScanResult, view: WorkspaceView, progress: Progress | None = None, *, scan_seconds: float = 0.0
    ) -> IndexReport:
        """Indexes everything the scan found and publishes it; open documents are there from the first moment.

        May be cancelled at any time: the view then stays what it was. ``scan_seconds`` is only passed on.
        """
        async with self._lock:
            return await self._build(scan, view, progress or _silent, scan_seconds)

    def update(self, view: WorkspaceView, change: WorkspaceChange) -> None:
        """Follows a change of open documents at once. Files that were closed are read from disk here."""
        paths = (*change.changed, *change.removed)
        self._updated.update(paths)
        changes = self._documents.changes(view, self.view.state.table, paths)
        state, layouts = at_once(advance(self.view.state, self.view.layouts, view, changes, paths))
        self._publish(view, state, layouts)
        self._documents.reparse_when_quiet(view, self._settle)

    async def refresh(self, view: WorkspaceView, change: WorkspaceChange) -> None:
        """Follows a change of closed files, thousands of them if need be; workers parse them."""
        async with self._lock:
            collected = Collected()
            closed = [path for path in change.changed if belongs(view, path) and path not in view.overlay]
            unread = [path for path in closed if path in view.skipped]
            collected.reasons.update((path, view.skipped[path]) for path in unread)
            await self._parsing.parse([path for path in closed if path not in view.skipped], collected, _ignore)
            await self._commit(view, (*change.changed, *change.removed), collected)

    def settle(self) -> None:
        """Parses every open document with errors whole now, which otherwise happens once typing pauses."""
        for path in tuple(self.view.workspace.overlay):
            self._settle(path)

    async def packed(self) -> None:
        """Waits until no hot files are being moved into segments."""
        while self._packing is not None and not self._packing.done():
            await asyncio.wait([self._packing])

    async def close(self) -> None:
        """Ends workers and background work, writes what is queued, closes the store. May be called twice."""
        self._documents.close()
        if self._packing is not None:
            self._packing.cancel()
            await asyncio.gather(self._packing, return_exceptions=True)
        await self._parsing.pool.close()
        await self._parsing.store.close()

    async def _build(
        self, scan: ScanResult, view: WorkspaceView, progress: Progress, scan_seconds: float
    ) -> IndexReport:
        clock = _Stopwatch(self._system.clock.monotonic)
        self._updated.clear()
        self._publish_open(view)
        files = [file for file in scan.files if language_of(file.path) is not None]
        collected = Collected()
        collected.reasons.update(
            (file.path, file.reason) for file in scan.skipped if language_of(file.path) is not None
        )
        roots = scan.roots or view.roots
        stored = await self._parsing.store.load(roots, EXTRACTOR)
        rest = take_stored(files, stored, collected)
        saved = stored.segment
        del stored
        clock.lap("store")
        taken = len(files) - len(rest)
        progress(taken, len(files))
        paths = [file.path for file in rest]
        await self._parsing.parse(paths, collected, lambda done: progress(taken + done, len(files)))
        clock.lap("parse")
        layouts = build_layouts(view)
        base, layouts = await self._base(view, layouts, collected, saved)
        await self._replace(view, base, layouts)
        clock.lap("resolve")
        await self._parsing.store.prune([(file.path.root, file.path.relative) for file in scan.files])
        clock.lap("store")
        # What was loaded stays for good: a collection that walked through it would hold the loop for nothing. Answers
        # are built of thousands of small tuples, which Python's default would walk through every 700 allocations.
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD, 10, 10)
        return self._report(clock, scan_seconds, collected)

    async def _base(
        self, view: WorkspaceView, layouts: Layouts, collected: Collected, saved: bytes
    ) -> tuple[GraphState, Layouts]:
        """The state of all closed files: the saved one with what changed laid over it, or one made anew and saved."""
        adoption = adopted(saved, layouts, collected) if saved else None
        if adoption is not None:
            return await self._sliced(advance(adoption.state, layouts, view, adoption.changes, adoption.touched))
        state = await self._sliced(first_state(self.view.state.table, layouts, collected))
        data = pack_segment(state.segments[0], state.table, layouts)
        if data:
            self._parsing.store.put_segment(EXTRACTOR, data)
        return state, layouts

    def _publish_open(self, view: WorkspaceView) -> None:
        """Open documents are in the graph before anything else is."""
        changes = self._documents.changes(view, self.view.state.table, tuple(view.overlay))
        state, layouts = at_once(advance(self.view.state, build_layouts(view), view, changes, tuple(view.overlay)))
        self._publish(view, state, layouts)

    async def _replace(self, view: WorkspaceView, base: GraphState, layouts: Layouts) -> None:
        """Puts ``base`` under the documents that are open by now."""
        while True:
            before = self.view
            latest = _later(view, before.workspace)
            paths = (*latest.overlay, *self._updated)
            hot = dict(parsed_changes(latest, base.table, [path for path in paths if path not in latest.overlay]))
            hot |= self._documents.current(latest, base.table)
            state, after = await self._sliced(advance(base, layouts, latest, hot, paths))
            if self.view is before:
                self._publish(latest, state, after)
                return

    async def _commit(self, view: WorkspaceView, paths: tuple[WorkspacePath, ...], collected: Collected) -> None:
        for attempt in range(_TRIES_BESIDE_TYPING + 1):
            before = self.view
            latest = _later(view, before.workspace)
            changes = self._closed_changes(latest, paths, collected)
            work = advance(before.state, before.layouts, latest, changes, paths)
            if attempt == _TRIES_BESIDE_TYPING:
                state, layouts = at_once(work)
            else:
                state, layouts = await self._sliced(work)
            if self.view is before:
                self._publish(latest, state, layouts)
                return

    def _closed_changes(self, view: WorkspaceView, paths: Iterable[WorkspacePath], collected: Collected) -> Changes:
        """What is known of ``paths`` as hot files; a document opened meanwhile is left as it is."""
        table = self.view.state.table
        changes: dict[int, HotFile | None] = {}
        for path in paths:
            if language_of(path) is None or path in view.overlay:
                continue
            facts = collected.facts.get(path)
            if not belongs(view, path):
                changes[table.add(path)] = None
            elif facts is not None:
                changes[table.add(path)] = HotFile(None, NO_EDGES, packed=facts)
            elif path in collected.reasons:
                changes[table.add(path)] = HotFile(None, NO_EDGES, reason=collected.reasons[path])
            else:
                changes |= parsed_changes(view, table, (path,))
        return changes

    def _settle(self, path: WorkspacePath) -> None:
        """A document with syntax errors has been quiet for a while: parse it whole."""
        view = self.view.workspace
        changes = self._documents.reparsed(view, self.view.state.table, path)
        if changes:
            state, layouts = at_once(advance(self.view.state, self.view.layouts, view, changes, (path,)))
            self._publish(view, state, layouts)

    def _publish(self, workspace: WorkspaceView, state: GraphState, layouts: Layouts) -> None:
        self.view = GraphView(workspace, state, layouts, self.view.cache)
        if len(state.hot) > MOST_HOT + len(workspace.overlay) and (self._packing is None or self._packing.done()):
            self._packing = asyncio.get_running_loop().create_task(self._pack())

    async def _pack(self) -> None:
        """Moves hot files of closed documents into a segment; those that changed meanwhile stay hot."""
        before = self.view.state
        kept_hot = {before.table.add(path) for path in self.view.workspace.overlay}
        packed = await self._sliced(compacted(before, kept_hot))
        if self.view.state.segments is before.segments:
            self._publish(self.view.workspace, merged_into(self.view.state, packed), self.view.layouts)

    async def _sliced(self, work: Generator[None, None, _T]) -> _T:
        return await in_slices(work, self._system.clock.monotonic)

    def _report(self, clock: _Stopwatch, scan_seconds: float, collected: Collected) -> IndexReport:
        state = self.view.state
        # Closed files as they came in, open documents as they are now.
        closed = [facts for path, facts in collected.facts.items() if state.table.id_of(path) not in state.hot]
        opened = [hot.index or hot.packed for hot in state.hot.values() if hot is not None]
        counted = (*closed, *(facts for facts in opened if facts is not None))
        definitions, references, imports, languages = count_facts(counted)
        return IndexReport(
            cold=not collected.stored,
            files=sum(1 for _ in state.files()),
            definitions=definitions,
            references=references,
            imports=imports,
            edges=state.edge_count(),
            languages=languages,
            unparsed=self.view.unparsed(),
            seconds={"scan": scan_seconds, **clock.laps, "total": scan_seconds + clock.total},
        )


class _Stopwatch:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._start = self._last = now()
        self.laps: dict[str, float] = {"parse": 0.0, "resolve": 0.0, "store": 0.0}

    def lap(self, name: str) -> None:
        at = self._now()
        self.laps[name] += at - self._last
        self._last = at

    @property
    def total(self) -> float:
        return self._last - self._start


def _later(left: WorkspaceView, right: WorkspaceView) -> WorkspaceView:
    return left if left.revision >= right.revision else right


def _silent(done: int, total: int) -> None:
    """Progress nobody watches."""


def _ignore(done: int) -> None:
    """Progress nobody watches."""
