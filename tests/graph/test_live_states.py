"""Whatever happens to a small workspace, the graph equals one built from nothing."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pprint import pformat
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.graph import compact as compact_module
from sightline.graph import documents as documents_module
from sightline.graph import live as live_module
from sightline.graph import slices as slices_module
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import LiveWorkspace, WorkspaceChange
from support.graphs import ROOT, fresh_graph, path
from support.live_worlds import GO, JVM, LOADED, NAMESPACES, PYTHON, RUST, C, World

names = st.runner().flatmap(lambda machine: st.sampled_from(machine.world.names))
texts = st.runner().flatmap(lambda machine: texts_of(machine.world))
small_texts = st.runner().flatmap(lambda machine: st.sampled_from((*machine.world.lines, "\n", " ", ")", "")))


def texts_of(world: World) -> st.SearchStrategy[str]:
    """A few lines of a world, one after the other."""
    return st.lists(st.sampled_from(world.lines), max_size=6).map(lambda lines: "\n".join(lines) + "\n")


def exported(graph: GraphView) -> dict[str, Any]:
    """Everything a graph answers, in a form that can be compared."""
    return {
        "paths": graph.paths(),
        "unparsed": graph.unparsed(),
        "edges": list(graph.edges()),
        "importers": {each: graph.importers(each) for each in graph.paths()},
        "unresolved": {each: graph.unresolved_imports(each) for each in graph.paths()},
        "facts": {each: graph.facts(each) for each in graph.paths()},
        "references": {
            symbol.identifier: _answer(graph, symbol) for each in graph.paths() for symbol in graph.symbols(each)
        },
        "names": {
            name: (graph.files_defining(name), graph.files_referencing(name))
            for name in ("f", "A", "go", "b", "F", "Do")
        },
    }


def _answer(graph: GraphView, symbol: Any) -> Any:
    answer = graph.references(symbol)
    return answer.places, answer.coverage


def check_same(found: dict[str, Any], expected: dict[str, Any], steps: list[str]) -> None:
    """Fails with every difference and every step: what happens once in a thousand runs must tell all it knows."""
    told: list[str] = []
    for part, right in expected.items():
        left = found[part]
        rights = cast("dict[Any, Any]", right) if isinstance(right, dict) else {"": right}
        lefts = cast("dict[Any, Any]", left) if isinstance(left, dict) else {"": left}
        told += [
            f"{part} of {key!r}:\n  {pformat(lefts.get(key))}\n  expected\n  {pformat(rights.get(key))}"
            for key in dict.fromkeys((*lefts, *rights))
            if lefts.get(key) != rights.get(key)
        ]
    if told:
        pytest.fail("\n".join((*told, "after", *steps)), pytrace=False)


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Segments and merging happen after a handful of edits instead of hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_module, "MOST_HOT", 2)
        patch.setattr(compact_module, "MOST_SEGMENTS", 2)
        yield


class LiveStates(RuleBasedStateMachine):
    world = PYTHON

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.system = memory_system({})
        self.disk = self.system.files
        assert isinstance(self.disk, MemoryFiles)
        self.workspace = LiveWorkspace(self.system, (ROOT,))
        self.version = 0
        self.steps: list[str] = []
        self.folder = tempfile.mkdtemp()
        self.graph: LiveGraph

    @initialize(files=st.dictionaries(names, texts, max_size=4))
    def build(self, files: dict[str, str]) -> None:
        self.disk.write(f"{ROOT}/keep.txt", b"so that the root exists")
        for name, text in files.items():
            self.disk.write(f"{ROOT}/{name}", text.encode())
        self.steps.append(f"build {files!r}")
        self.loop.run_until_complete(self._build())

    async def _build(self) -> None:
        self.graph = LiveGraph(self.system, f"{self.folder}/graph.sqlite")
        scan = await self.workspace.scan()
        await self.graph.build(scan, self.workspace.view)

    @rule(name=names, text=texts)
    def type_text(self, name: str, text: str) -> None:
        self.steps.append(f"type {name} {text!r}")
        self.version += 1
        change = self.workspace.change_document(path(name), Text.of(text), self.version)
        self._update(change)

    @rule(name=names, insert=small_texts, place=st.floats(0, 1), cut=st.integers(0, 9))
    def type_a_little(self, name: str, insert: str, place: float, cut: int) -> None:
        file = self.workspace.view.overlay.get(path(name))
        if file is not None:
            text = str(file.text)
            at = int(place * len(text))
            self.type_text(name, text[:at] + insert + text[at + cut :])

    @rule(name=names)
    def close_document(self, name: str) -> None:
        self.steps.append(f"close {name}")
        self._update(self.workspace.close_document(path(name)))

    @rule(name=names, text=texts)
    def write_on_disk(self, name: str, text: str) -> None:
        self.steps.append(f"write {name} {text!r}")
        self.disk.write(f"{ROOT}/{name}", text.encode())
        self._refresh(name)

    @rule(name=names)
    def delete_on_disk(self, name: str) -> None:
        if f"{ROOT}/{name}" in self._contents():
            self.steps.append(f"delete {name}")
            self.disk.remove(f"{ROOT}/{name}")
            self._refresh(name)

    @rule(old=names, new=names)
    def rename_on_disk(self, old: str, new: str) -> None:
        if old != new and f"{ROOT}/{old}" in self._contents():
            self.steps.append(f"rename {old} {new}")
            self.disk.rename(f"{ROOT}/{old}", f"{ROOT}/{new}")
            self._refresh(old, new)

    @rule()
    def build_again(self) -> None:
        self.steps.append("build again")
        self.loop.run_until_complete(self._build_again())

    async def _build_again(self) -> None:
        await self.graph.build(await self.workspace.scan(), self.workspace.view)

    @rule(changed=st.dictionaries(names, st.none() | texts, max_size=3))
    def restart(self, changed: dict[str, str | None]) -> None:
        """A new process finds the store of the old one, and files that changed in between."""
        self.steps.append(f"restart {changed!r}")
        self.loop.run_until_complete(self.graph.close())
        for name, text in changed.items():
            if text is not None:
                self.disk.write(f"{ROOT}/{name}", text.encode())
            elif f"{ROOT}/{name}" in self._contents():
                self.disk.remove(f"{ROOT}/{name}")
        opened = {each: file for each, file in self.workspace.view.overlay.items() if file is not None}
        self.workspace = LiveWorkspace(self.system, (ROOT,))
        for each, file in opened.items():
            self.workspace.open_document(each, file.text, file.version or 0)
        self.loop.run_until_complete(self._build())

    @rule(data=st.data())
    def fork(self, data: st.DataObject) -> None:
        changes = data.draw(_changes(self.world, self.workspace.view))
        before = exported(self.graph.view)
        forked = self.graph.view.fork(changes)
        steps = [*self.steps, f"fork {changes!r}"]
        check_same(exported(forked), exported(fresh_graph(self.workspace.view.fork(changes))), steps)
        check_same(exported(self.graph.view), before, steps)

    @rule(events=st.lists(st.tuples(st.sampled_from(("type", "close", "write")), names, texts, st.integers(0, 30))))
    def at_the_same_time(self, events: list[tuple[str, str, str, int]]) -> None:
        """Things that happen while the graph is still busy with the ones before."""
        self.steps.append(f"at the same time {events!r}")
        self.loop.run_until_complete(self._burst(events))

    async def _burst(self, events: list[tuple[str, str, str, int]]) -> None:
        refreshes: list[asyncio.Task[None]] = []
        for kind, name, text, turns in events:
            if kind == "write":
                self.disk.write(f"{ROOT}/{name}", text.encode())
                refreshes.append(self.loop.create_task(self._refreshed(name)))
            elif kind == "type":
                self.version += 1
                change = self.workspace.change_document(path(name), Text.of(text), self.version)
                self.graph.update(self.workspace.view, change)
            else:
                change = self.workspace.close_document(path(name))
                self.graph.update(self.workspace.view, change)
            for _ in range(turns):
                await asyncio.sleep(0)
                self._facts_are_of_the_texts()
        await asyncio.gather(*refreshes)

    def _facts_are_of_the_texts(self) -> None:
        view = self.graph.view
        for each, file in view.workspace.overlay.items():
            facts = view.facts(each)
            if file is not None and facts is not None:
                assert facts.digest == file.digest, f"the facts of {each} are those of another text"

    @invariant()
    def equals_a_fresh_graph(self) -> None:
        self.loop.run_until_complete(self._quiet())
        expected = exported(fresh_graph(self.workspace.view))
        check_same(exported(self.graph.view), expected, self.steps)
        self.loop.run_until_complete(self.graph.packed())
        check_same(exported(self.graph.view), expected, [*self.steps, "packed"])
        assert self.graph.view.revision == self.workspace.view.revision

    async def _quiet(self) -> None:
        await self.graph.caught_up()
        self.graph.settle()
        await self.graph.caught_up()

    def teardown(self) -> None:
        if hasattr(self, "graph"):
            self.loop.run_until_complete(self.graph.close())
        shutil.rmtree(self.folder)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def _contents(self) -> dict[str, bytes]:
        assert isinstance(self.disk, MemoryFiles)
        return self.disk.contents

    def _update(self, change: WorkspaceChange) -> None:
        async def update() -> None:
            self.graph.update(self.workspace.view, change)

        self.loop.run_until_complete(update())

    def _refresh(self, *changed: str) -> None:
        self.loop.run_until_complete(self._refreshed(*changed))

    async def _refreshed(self, *changed: str) -> None:
        change = await self.workspace.refresh([path(name) for name in changed])
        await self.graph.refresh(self.workspace.view, change)


def _changes(world: World, view: WorkspaceView) -> st.SearchStrategy[ChangeSet]:
    """A change set that fits ``view``: edits, creations, deletions and renames of different files."""
    kinds = st.sampled_from(("edit", "create", "delete", "rename", "leave"))
    rows = st.tuples(*(st.tuples(kinds, texts_of(world), st.floats(0, 1)) for _ in world.names))
    return rows.map(lambda chosen: _change_set(world, view, chosen))


def _change_set(world: World, view: WorkspaceView, rows: tuple[tuple[str, str, float], ...]) -> ChangeSet:
    edits: list[FileEdit] = []
    creates: list[FileCreate] = []
    deletes: list[WorkspacePath] = []
    renames: list[FileRename] = []
    base: dict[Any, str] = {}
    for name, (kind, text, place) in zip(world.names, rows, strict=True):
        here = path(name)
        if kind == "create" and not view.exists(here):
            creates.append(FileCreate(path=here, text=Text.of(text)))
        if kind in ("create", "leave") or not view.exists(here):
            continue
        base[here] = view.read(here).digest
        if kind == "edit":
            at = int(place * len(view.read(here).text))
            edits.append(FileEdit(path=here, edits=(TextEdit(Span(at, at), text.encode()),)))
        elif kind == "delete":
            deletes.append(here)
        else:
            renames.append(FileRename(old=here, new=path(f"moved/{name}")))
    return ChangeSet(
        base=base, edits=tuple(edits), creates=tuple(creates), deletes=tuple(deletes), renames=tuple(renames)
    )


class LateStates(LiveStates):
    """The same when nothing is ever short enough to be done on the event loop."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(documents_module, "READ_AT_ONCE", -1)
        self.patch.setattr(documents_module, "SPLICED_AT_ONCE", -1)
        self.patch.setattr(live_module, "SMALL_WORKSPACE", -1)
        self.patch.setattr(slices_module, "SLICE_SECONDS", 0)
        super().__init__()

    def teardown(self) -> None:
        super().teardown()
        self.patch.undo()


LiveStates.TestCase.settings = settings(max_examples=100, stateful_step_count=12, deadline=None)
LateStates.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestLiveStates = LiveStates.TestCase
TestLateStates = LateStates.TestCase


def _in_world(name: str, world: World) -> Any:
    """The machine over another world, as a test case."""
    machine = cast("type[LiveStates]", type(f"{name}States", (LiveStates,), {"world": world}))
    # Always the same examples, and no shrinking: a difference comes with all its steps anyway.
    machine.TestCase.settings = settings(
        max_examples=30, stateful_step_count=12, deadline=None, derandomize=True, phases=(Phase.generate,)
    )
    return machine.TestCase


TestGoStates = _in_world("Go", GO)
TestJvmStates = _in_world("Jvm", JVM)
TestRustStates = _in_world("Rust", RUST)
TestCStates = _in_world("C", C)
TestNamespacesStates = _in_world("Namespaces", NAMESPACES)
TestLoadedStates = _in_world("Loaded", LOADED)
