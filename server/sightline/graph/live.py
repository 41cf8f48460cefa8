"""``LiveGraph``: the one writer of graph views. It builds the first, and follows every change of the workspace.

Used on the event loop only, and never holds it long: closed files are parsed by workers, large documents in a thread,
resolving and merging run in slices, and what comes of them is published in one step. An edit that arrives in between
is never lost: it is laid over what was computed for an older state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Generator, Iterable
from typing import TypeVar

from sightline.base.heap import give_back, share_one_heap
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.graph.advance import Changes, advance, belongs, changed_existence, closed_files, parsed_changes
from sightline.graph.compact import compacted, merged_into
from sightline.graph.documents import OpenDocuments
from sightline.graph.index import IndexCache
from sightline.graph.index_report import IndexReport, Stopwatch, index_report
from sightline.graph.indexing import (
    EXTRACTOR,
    READING_DEFINITIONS,
    READING_IMPORTS,
    WORTH_SKIMMING,
    Collected,
    Parsing,
    Progress,
    first_state,
    taken_from_store,
    unwatched,
)
from sightline.graph.late import LateDocuments, later
from sightline.graph.layouts import Layouts, build_layouts, layouts_after, stale_roots
from sightline.graph.nearness import nearest_first
from sightline.graph.path_answers import PathAnswers
from sightline.graph.pool import WorkerPool
from sightline.graph.recall import recalled
from sightline.graph.saved import MOST_CHANGED, adopted, pack_segment
from sightline.graph.second_tries import SecondTries
from sightline.graph.segments import NO_EDGES
from sightline.graph.slices import at_once, finished, in_one_slice, in_slices
from sightline.graph.state import FileTable, GraphState, HotFile
from sightline.graph.store import GraphStore
from sightline.graph.upkeep import after_building, before_building
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import WorkspaceChange
from sightline.workspace.scan import ScanResult

__all__ = ["IndexReport", "LiveGraph", "Progress"]

#: More hot files than this are packed into a segment of their own, off the path of keystrokes.
MOST_HOT = 300
#: The layout of a workspace with no more files than this is built at once; reading it takes a few milliseconds.
SMALL_WORKSPACE = 100

_T = TypeVar("_T")


class LiveGraph:
    """The graph of a workspace, kept up to date. ``view`` is the present snapshot."""

    def __init__(self, system: System, store_path: str, *, workers: int | None = None) -> None:
        """``store_path``: file of the cache database. ``workers``: parsing processes, one per core if ``None``."""
        share_one_heap()  # before threads of ours allocate
        self._system = system
        self._parsing = Parsing(
            system=system, pool=WorkerPool(system.processes, workers=workers or None), store=GraphStore(store_path)
        )
        self._documents = OpenDocuments()
        self.second_tries = SecondTries(self._parsing, self._adopt_given_up)
        self._lock = asyncio.Lock()
        self._packing: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._late = LateDocuments()
        self._updated: set[WorkspacePath] = set()  # since the last build began
        self._since: set[WorkspacePath] = set()  # since the state that is being followed
        empty = WorkspaceView(revision=0, roots=(), system=system, known=frozenset(), overlay={})
        self._newest = empty
        #: Set once edges of all files are known, while definitions may still be read. It stays set.
        self.skimmed = asyncio.Event()
        self.view = GraphView(empty, GraphState(table=FileTable()), build_layouts(empty), IndexCache())

    async def build(
        self, scan: ScanResult, view: WorkspaceView, progress: Progress | None = None, *, scan_seconds: float = 0.0
    ) -> IndexReport:
        """Indexes everything the scan found and publishes it; open documents are there from the first moment.

        May be cancelled at any time: the view then stays what it was. ``scan_seconds`` is only passed on.
        """
        async with self._lock:
            report = await self._build(scan, view, progress or unwatched, scan_seconds)
        self.second_tries.begin(self.view)
        return report

    def update(self, view: WorkspaceView, change: WorkspaceChange) -> None:
        """Follows a change of open documents, at once if that does not hold the loop; else see :meth:`caught_up`.

        Files that were closed are read from disk here.
        """
        self._newest = later(view, self._newest)
        paths = (*change.changed, *change.removed)
        self._updated.update(paths)
        self._wait_for([path for path in paths if path in self._late])
        self._update([path for path in paths if path not in self._late])
        self._documents.reparse_when_quiet(self.view.workspace, self._settle)

    async def refresh(self, view: WorkspaceView, change: WorkspaceChange) -> None:
        """Follows a change of closed files, thousands of them if need be; workers parse them."""
        async with self._lock:
            self._newest = later(view, self._newest)
            collected = Collected()
            closed = await self._sliced(closed_files(view, change.changed))
            unread = [path for path in closed if path in view.skipped]
            collected.reasons.update((path, view.skipped[path]) for path in unread)
            rest = await recalled(
                self._system, self._parsing.store, [path for path in closed if path not in view.skipped], collected
            )
            await self._parsing.parse(rest, collected, unwatched)
            paths = (*change.changed, *change.removed)
            # An open document is among them when a rule or a root made it one of the workspace's files, or none.
            late = [path for path in paths if path in self._late or path in view.overlay]
            self._wait_for(late)
            rest = [path for path in paths if path not in self._late]
            await self._follow(rest, lambda latest: self._closed_changes(latest, rest, collected))
        self.second_tries.begin(self.view, paths)

    async def caught_up(self) -> None:
        """Waits until the graph holds every document as it is now."""
        while self._catching_up is not None and not self._catching_up.done():
            await asyncio.wait([self._catching_up])

    def settle(self) -> None:
        """Parses every open document with errors whole now, which otherwise happens once typing pauses.

        For long ones, that takes until :meth:`caught_up`.
        """
        for path in tuple(self.view.workspace.overlay):
            self._settle(path)

    async def packed(self) -> None:
        """Waits until no hot files are being moved into segments."""
        while self._packing is not None and not self._packing.done():
            await asyncio.wait([self._packing])

    async def close(self) -> None:
        """Ends workers and background work, writes what is queued, closes the store. May be called twice."""
        self._documents.close()
        await self.second_tries.close()
        for task in (self._packing, self._catching_up):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self._parsing.pool.close()
        await self._parsing.store.close()

    async def _build(
        self, scan: ScanResult, view: WorkspaceView, progress: Progress, scan_seconds: float
    ) -> IndexReport:
        clock = Stopwatch(self._system.clock.monotonic)
        before_building()
        self._updated.clear()
        self._newest = later(view, self._newest)
        layouts = await asyncio.to_thread(build_layouts, view)
        self._publish_open(layouts)
        collected, by_paths = Collected(), PathAnswers()
        # In a list, so that the thread frees it: that takes as long as reading it.
        stored = [await self._parsing.store.load(scan.roots or view.roots, EXTRACTOR)]
        rest, saved, total = await asyncio.to_thread(taken_from_store, scan, stored, collected)
        rest = await recalled(self._system, self._parsing.store, rest, collected)
        clock.lap("store")
        if len(rest) >= max(WORTH_SKIMMING, MOST_CHANGED * total):
            rest = await self._skim(rest, layouts, collected, progress, by_paths)
            clock.lap("skim")
        taken = total - len(rest)
        progress(READING_DEFINITIONS, taken, total)
        await self._parsing.parse(rest, collected, lambda done: progress(READING_DEFINITIONS, taken + done, total))
        clock.lap("parse")
        base, layouts = await self._base(view, layouts, collected, saved, by_paths)
        await self._replace(base, layouts)
        self.skimmed.set()
        clock.lap("resolve")
        await self._parsing.store.prune(self.view.state.has, EXTRACTOR)
        clock.lap("store")
        after_building()
        report = await asyncio.to_thread(index_report, clock, scan_seconds, collected, self.view)
        del collected, by_paths
        await asyncio.to_thread(give_back)
        return report

    async def _adopt_given_up(self, paths: Collection[WorkspacePath], collected: Collected) -> None:
        """Takes over facts of files that had none, unless something else is known of them by now."""
        async with self._lock:
            missing = set(self.view.given_up())
            found = [path for path in paths if path in missing and path in collected.facts]
            await self._follow(found, lambda latest: self._closed_changes(latest, found, collected))

    async def _skim(
        self,
        rest: list[WorkspacePath],
        layouts: Layouts,
        collected: Collected,
        progress: Progress,
        by_paths: PathAnswers,
    ) -> list[WorkspacePath]:
        """Publishes the edges that a skim of ``rest`` finds, and parses what is near to open documents.

        Returns what is left to parse. All of it is replaced when every file is parsed.
        """
        progress(READING_IMPORTS, 0, len(rest))
        skimmed = await self._parsing.skim(rest, lambda done: progress(READING_IMPORTS, done, len(rest)))
        state = await self._sliced(first_state(self.view.state.table, layouts, collected, skimmed, by_paths))
        await self._replace(state, layouts)
        self.skimmed.set()
        near, far = nearest_first(rest, self.view)
        if near:
            await self._parsing.parse(near, collected, unwatched)
            await self._follow(near, lambda latest: self._closed_changes(latest, near, collected))
        return far

    async def _base(
        self, view: WorkspaceView, layouts: Layouts, collected: Collected, saved: bytes, by_paths: PathAnswers
    ) -> tuple[GraphState, Layouts]:
        """The state of all closed files: the saved one with what changed laid over it, or one made anew and saved."""
        adoption = await asyncio.to_thread(adopted, saved, layouts, collected) if saved else None
        if adoption is not None:
            return await self._sliced(advance(adoption.state, layouts, view, adoption.changes, adoption.touched))
        state = await self._sliced(first_state(self.view.state.table, layouts, collected, by_paths=by_paths))
        pieces = await asyncio.to_thread(pack_segment, state.segments[0], state.table, layouts)
        if pieces:
            self._parsing.store.put_segment(EXTRACTOR, pieces)
        return state, layouts

    def _publish_open(self, layouts: Layouts) -> None:
        """Open documents are in the graph before anything else is, long ones apart."""
        view = self._newest
        opened = tuple(path for path in view.overlay if path not in self._late)
        changes, late = self._documents.changes(view, self.view.state.table, opened)
        self._wait_for(late)
        shown = self._late.behind(view)
        touched = [path for path in opened if path not in late]
        state, layouts = at_once(advance(self.view.state, layouts, shown, changes, touched, layouts))
        self._publish(shown, state, layouts)

    async def _replace(self, base: GraphState, layouts: Layouts) -> None:
        """Puts ``base`` under the documents that are open by now."""
        while True:
            before = self.view
            shown = self._late.behind(self._newest)
            closed = [path for path in self._updated if path not in shown.overlay and path not in self._late]
            paths = (*shown.overlay, *closed)
            hot = dict(parsed_changes(shown, base.table, closed)) | self._documents.current(shown, base.table)
            next_layouts = await self._layouts_after(base, layouts, shown, hot, paths)
            state, after = await self._sliced(advance(base, layouts, shown, hot, paths, next_layouts))
            if self.view is before:
                self._publish(self._late.behind(self._newest), state, after)
                return

    def _update(self, paths: list[WorkspacePath]) -> None:
        """Follows changes of documents that do not wait; those that take too long wait from now on."""
        before, table = self.view, self.view.state.table
        changes, late = self._documents.changes(self._newest, table, paths)
        self._wait_for(late)
        shown = self._late.behind(self._newest)
        rest = [path for path in paths if path not in late]
        came_or_went = at_once(changed_existence(before.state, changes, rest))
        work = advance(before.state, before.layouts, shown, changes, rest)
        result = None
        if len(shown.known) <= SMALL_WORKSPACE:
            result = at_once(work)
        elif not at_once(stale_roots(before.layouts, shown, rest, came_or_went)):
            result = in_one_slice(work, self._system.clock.monotonic)
        if result is None:
            self._wait_for(rest)
        else:
            self._since.update(rest)
            self._publish(shown, *result)

    def _wait_for(self, paths: Collection[WorkspacePath]) -> None:
        """``paths`` changed, and are followed beside the loop."""
        if not paths:
            return
        self._late.hold(paths, self.view.workspace)
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.get_running_loop().create_task(self._catch_up(), name="sightline-catch-up")

    async def _catch_up(self) -> None:
        while self._late:
            async with self._lock:
                paths, newest = self._late.begin(), self._newest
                changes: dict[int, HotFile | None] = {}
                for path in paths:
                    changes |= await self._read(newest, path)
                await self._follow(paths, lambda _, changes=changes: finished(changes), newest)
            self._documents.reparse_when_quiet(self.view.workspace, self._settle)

    async def _read(self, view: WorkspaceView, path: WorkspacePath) -> dict[int, HotFile | None]:
        """What a path that waits is in ``view``, read beside the loop."""
        source = view.overlay.get(path)
        if language_of(path) is None:
            return {}
        if source is not None and belongs(view, path):
            return {self.view.state.table.add(path): await self._documents.read(path, source.text)}
        self._documents.forget(path)
        collected = Collected()
        if belongs(view, path) and path in view.skipped:
            collected.reasons[path] = view.skipped[path]
        elif belongs(view, path):
            await self._parsing.parse([path], collected, unwatched)
        return at_once(self._closed_changes(view, (path,), collected))

    async def _follow(
        self,
        paths: Collection[WorkspacePath],
        changes_in: Callable[[WorkspaceView], Generator[None, None, Changes]],
        waited: WorkspaceView | None = None,
    ) -> None:
        """Lays changes of ``paths`` over the present state; what is typed meanwhile is laid over them.

        ``waited`` is the view in which paths that waited were read.
        """
        self._since.clear()
        before = self.view
        latest = waited or self._newest
        changes = await self._sliced(changes_in(latest))
        layouts = await self._layouts_after(before.state, before.layouts, latest, changes, paths)
        state, layouts = await self._sliced(advance(before.state, before.layouts, latest, changes, paths, layouts))
        while self.view is not before:
            before, since = self.view, tuple(self._since)
            self._since.clear()
            files = [state.table.add(path) for path in since if language_of(path) is not None]
            typed = {file: before.state.hot_file(file) for file in files}
            shown = self._late.behind(self._newest)
            after = await self._layouts_after(state, layouts, shown, typed, since)
            state, layouts = await self._sliced(advance(state, layouts, shown, typed, since, after))
        if waited is not None:
            self._late.finish(paths, waited)
        self._publish(self._late.behind(self._newest), state, layouts)

    async def _layouts_after(
        self,
        state: GraphState,
        layouts: Layouts,
        view: WorkspaceView,
        changes: Changes,
        paths: Collection[WorkspacePath],
    ) -> Layouts:
        came_or_went = await self._sliced(changed_existence(state, changes, paths))
        if not await self._sliced(stale_roots(layouts, view, paths, came_or_went)):
            return layouts
        return await asyncio.to_thread(layouts_after, layouts, view, paths, came_or_went)

    def _closed_changes(
        self, view: WorkspaceView, paths: Iterable[WorkspacePath], collected: Collected
    ) -> Generator[None, None, dict[int, HotFile | None]]:
        """What is known of ``paths`` as hot files; a document opened meanwhile is left as it is. See ``slices.py``."""
        table = self.view.state.table
        changes: dict[int, HotFile | None] = {}
        for path in paths:
            yield
            if language_of(path) is None:
                continue
            facts = collected.facts.get(path)
            if not belongs(view, path):
                self._documents.forget(path)
                changes[table.add(path)] = None
            elif path in view.overlay:
                continue
            elif facts is not None:
                changes[table.add(path)] = HotFile(None, NO_EDGES, packed=facts)
            elif path in collected.reasons:
                changes[table.add(path)] = HotFile(None, NO_EDGES, reason=collected.reasons[path])
            else:
                changes |= parsed_changes(view, table, (path,))
        return changes

    def _settle(self, path: WorkspacePath) -> None:
        """A document with syntax errors has been quiet for a while: parse it whole."""
        if path not in self._late and self._documents.distrust_if_stale(self.view.workspace, path):
            self._update([path])

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
