"""The state machine of the live graph: whatever happens to a workspace, the graph equals one built from nothing."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pprint import pformat
from typing import Any, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import SourceUnavailable
from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import LiveWorkspace, WorkspaceChange
from support.graphs import ROOT, fresh_graph
from support.live_worlds import PYTHON, World

names = st.runner().flatmap(lambda machine: st.sampled_from(machine.world.names))
folders = st.runner().flatmap(lambda machine: st.sampled_from(machine.world.folders))
texts = st.runner().flatmap(lambda machine: texts_of(machine.world))
small_texts = st.runner().flatmap(lambda machine: st.sampled_from((*machine.world.lines, "\n", " ", ")", "")))
#: What a branch, or the time without a server, makes of some files: their text, or ``None`` where they are gone.
branches = st.runner().flatmap(
    lambda machine: st.dictionaries(st.sampled_from(machine.world.names), st.none() | texts_of(machine.world))
)
#: No text, half a character, and what only stands in binary files.
RAW = (b"", b"f\xc3", b"a\0b", b"\xef\xbb\xbf", b"\r\n\r")
ROOTS = ((ROOT,), (ROOT, f"{ROOT}/sub"), (f"{ROOT}/sub", ROOT), (f"{ROOT}/sub",), ("/other", ROOT))


def texts_of(world: World) -> st.SearchStrategy[str]:
    """A few lines of a world, one after the other."""
    return st.lists(st.sampled_from(world.lines), max_size=6).map(lambda lines: "\n".join(lines) + "\n")


def exported(graph: GraphView) -> dict[str, Any]:
    """Everything a graph answers, in a form that can be compared."""
    return {
        "layouts": graph.layouts.by_root,
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


class LiveStates(RuleBasedStateMachine):
    """One workspace in memory and its graph; after every step, the graph is compared with one made from nothing."""

    world = PYTHON

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.system = memory_system({})
        assert isinstance(self.system.files, MemoryFiles)
        self.disk = self.system.files
        self.roots: tuple[str, ...] = (ROOT,)
        self.workspace = LiveWorkspace(self.system, self.roots)
        self.version = 0
        self.steps: list[str] = []
        self.folder = tempfile.mkdtemp()
        self.graph: LiveGraph

    @initialize(files=st.dictionaries(names, texts, max_size=6))
    def build(self, files: dict[str, str]) -> None:
        for root in {root for roots in ROOTS for root in roots}:
            self.disk.write(f"{root}/keep.txt", b"so that the root exists")
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
        path = self._path(name)
        if path is not None:
            self.steps.append(f"type {name} {text!r}")
            self.version += 1
            self._update(self.workspace.change_document(path, Text.of(text), self.version))

    @rule(name=names, insert=small_texts, place=st.floats(0, 1), cut=st.integers(0, 9))
    def type_a_little(self, name: str, insert: str, place: float, cut: int) -> None:
        path = self._path(name)
        file = self.workspace.view.overlay.get(path) if path is not None else None
        if file is not None:
            text = str(file.text)
            at = int(place * len(text))
            self.type_text(name, text[:at] + insert + text[at + cut :])

    @rule(name=names)
    def close_document(self, name: str) -> None:
        path = self._path(name)
        if path is not None:
            self.steps.append(f"close {name}")
            self._update(self.workspace.close_document(path))

    @rule(name=names)
    def save(self, name: str) -> None:
        path = self._path(name)
        file = self.workspace.view.overlay.get(path) if path is not None else None
        if file is not None:
            self.steps.append(f"save {name}")
            self.disk.write(f"{ROOT}/{name}", file.bytes_on_disk)
            self._refresh(name)

    @rule(name=names, text=texts)
    def write_on_disk(self, name: str, text: str) -> None:
        self.steps.append(f"write {name} {text!r}")
        self.disk.write(f"{ROOT}/{name}", text.encode())
        self._refresh(name)

    @rule(name=names, data=st.sampled_from(RAW))
    def write_what_is_no_text(self, name: str, data: bytes) -> None:
        self.steps.append(f"write {name} {data!r}")
        self.disk.write(f"{ROOT}/{name}", data)
        self._refresh(name)

    @rule(names=st.lists(names | folders, min_size=1, max_size=2))
    def ignore(self, names: list[str]) -> None:
        self.steps.append(f"ignore {names}")
        self.disk.write(f"{ROOT}/.gitignore", "".join(f"{each}\n" for each in names).encode())
        self._refresh(".gitignore")

    @rule(name=names)
    def delete_on_disk(self, name: str) -> None:
        if f"{ROOT}/{name}" in self.disk.contents:
            self.steps.append(f"delete {name}")
            self.disk.remove(f"{ROOT}/{name}")
            self._refresh(name)

    @rule(old=names, new=names)
    def rename_on_disk(self, old: str, new: str) -> None:
        if old != new and f"{ROOT}/{old}" in self.disk.contents:
            self.steps.append(f"rename {old} {new}")
            self.disk.rename(f"{ROOT}/{old}", f"{ROOT}/{new}")
            self._refresh(old, new)

    @rule(old=folders, new=folders, told=st.booleans())
    def rename_folder(self, old: str, new: str, told: bool) -> None:
        """``told``: the editor names every file; else only the two folders."""
        inside = self._inside(old)
        if inside and not f"{new}/".startswith(f"{old}/"):
            self.steps.append(f"rename folder {old} {new} {told=}")
            moved = [f"{new}/{name[len(old) + 1 :]}" for name in inside]
            for name, there in zip(inside, moved, strict=True):
                self.disk.rename(f"{ROOT}/{name}", f"{ROOT}/{there}")
            self._refresh(*self._told(old, inside, told), *self._told(new, moved, told))

    @rule(folder=folders, told=st.booleans())
    def delete_folder(self, folder: str, told: bool) -> None:
        inside = self._inside(folder)
        if inside:
            self.steps.append(f"delete folder {folder} {told=}")
            for name in inside:
                self.disk.remove(f"{ROOT}/{name}")
            self._refresh(*self._told(folder, inside, told))

    @rule(branch=branches, told=st.booleans())
    def check_out(self, branch: dict[str, str | None], told: bool) -> None:
        """Another branch of git; ``told``: the editor names every file, else the whole disk is looked at."""
        self.steps.append(f"check out {branch!r} {told=}")
        self._put(branch)
        if told:
            self._refresh(*branch)
        else:
            self.loop.run_until_complete(self._rescanned())

    @rule(roots=st.sampled_from(ROOTS))
    def set_roots(self, roots: tuple[str, ...]) -> None:
        self.steps.append(f"roots {roots}")
        self.roots = roots
        self.loop.run_until_complete(self._rooted())

    @rule()
    def build_again(self) -> None:
        self.steps.append("build again")
        self.loop.run_until_complete(self._build_again())

    async def _build_again(self) -> None:
        await self.graph.build(await self.workspace.scan(), self.workspace.view)

    @rule(changed=branches)
    def restart(self, changed: dict[str, str | None]) -> None:
        """A new process finds the store of the old one, and files that changed in between."""
        self.steps.append(f"restart {changed!r}")
        self.loop.run_until_complete(self.graph.close())
        self._put(changed)
        self.workspace = self._reopened()
        self.loop.run_until_complete(self._build())

    @rule(data=st.data())
    def fork(self, data: st.DataObject) -> None:
        """What is tried is as if it were typed, and so is what is tried on top of it."""
        before = exported(self.graph.view)
        forked, steps = self.graph.view, list(self.steps)
        for _ in range(2):
            changes = data.draw(self._changes(forked.workspace))
            steps.append(f"fork {changes!r}")
            expected = fresh_graph(forked.workspace.fork(changes))
            forked = forked.fork(changes)
            check_same(exported(forked), exported(expected), steps)
        check_same(exported(self.graph.view), before, steps)

    @rule(events=st.lists(st.tuples(st.sampled_from(("type", "close", "write")), names, texts, st.integers(0, 30))))
    def at_the_same_time(self, events: list[tuple[str, str, str, int]]) -> None:
        """Things that happen while the graph is still busy with the ones before."""
        self.steps.append(f"at the same time {events!r}")
        self.loop.run_until_complete(self._burst(events))

    async def _burst(self, events: list[tuple[str, str, str, int]]) -> None:
        refreshes: list[asyncio.Task[None]] = []
        for kind, name, text, turns in events:
            path = self._path(name)
            if kind == "write":
                self.disk.write(f"{ROOT}/{name}", text.encode())
                refreshes.append(self.loop.create_task(self._refreshed(name)))
            elif path is not None and kind == "type":
                self.version += 1
                change = self.workspace.change_document(path, Text.of(text), self.version)
                self.graph.update(self.workspace.view, change)
            elif path is not None:
                change = self.workspace.close_document(path)
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
        expected = exported(self.loop.run_until_complete(self._fresh()))
        check_same(exported(self.graph.view), expected, self.steps)
        self.loop.run_until_complete(self.graph.packed())
        check_same(exported(self.graph.view), expected, [*self.steps, "packed"])
        assert self.graph.view.revision == self.workspace.view.revision

    async def _fresh(self) -> GraphView:
        """The graph of a new process that finds no store."""
        workspace = self._reopened()
        await workspace.scan()
        return fresh_graph(workspace.view)

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

    def _path(self, name: str) -> WorkspacePath | None:
        """Where the file is, under the innermost root; ``None`` outside all of them."""
        return self.workspace.path_of(f"{ROOT}/{name}")

    def _inside(self, folder: str) -> list[str]:
        prefix = f"{ROOT}/{folder}/"
        names = [each[len(ROOT) + 1 :] for each in self.disk.contents if each.startswith(prefix)]
        return [each for each in names if not each.endswith("keep.txt")]

    def _told(self, folder: str, inside: list[str], told: bool) -> list[str]:
        """What the editor names: of a folder that is a root of the workspace, its files anyway."""
        return inside if told or self._path(folder) is None else [folder]

    def _put(self, branch: dict[str, str | None]) -> None:
        for name, text in branch.items():
            if text is not None:
                self.disk.write(f"{ROOT}/{name}", text.encode())
            elif f"{ROOT}/{name}" in self.disk.contents:
                self.disk.remove(f"{ROOT}/{name}")

    def _reopened(self) -> LiveWorkspace:
        """The workspace of a new process, which the editor tells of the open documents."""
        workspace = LiveWorkspace(self.system, self.roots)
        for each, file in self.workspace.view.overlay.items():
            if file is not None:
                workspace.open_document(each, file.text, file.version or 0)
        return workspace

    def _update(self, change: WorkspaceChange) -> None:
        async def update() -> None:
            self.graph.update(self.workspace.view, change)

        self.loop.run_until_complete(update())

    def _refresh(self, *changed: str) -> None:
        self.loop.run_until_complete(self._refreshed(*changed))

    async def _refreshed(self, *changed: str) -> None:
        paths = [path for name in changed if (path := self._path(name)) is not None]
        await self._follow(await self.workspace.refresh(paths))

    async def _rescanned(self) -> None:
        await self._follow(await self.workspace.rescan())

    async def _rooted(self) -> None:
        await self._follow(await self.workspace.set_roots(self.roots))

    async def _follow(self, change: WorkspaceChange) -> None:
        await self.graph.refresh(self.workspace.view, change)

    def _changes(self, view: WorkspaceView) -> st.SearchStrategy[ChangeSet]:
        """A change set that fits ``view``: edits, creations, deletions and renames of different files."""
        kinds = st.sampled_from(("edit", "create", "delete", "rename", "leave"))
        rows = st.tuples(*(st.tuples(kinds, texts_of(self.world), st.floats(0, 1)) for _ in self.world.names))
        return rows.map(lambda chosen: self._change_set(view, chosen))

    def _change_set(self, view: WorkspaceView, rows: tuple[tuple[str, str, float], ...]) -> ChangeSet:
        edits: list[FileEdit] = []
        creates: list[FileCreate] = []
        deletes: list[WorkspacePath] = []
        renames: list[FileRename] = []
        base: dict[Any, str] = {}
        for name, (kind, text, place) in zip(self.world.names, rows, strict=True):
            here, there = self._path(name), self._path(f"moved/{name}")
            if here is None or here in view.skipped:
                continue
            if kind == "create" and not view.exists(here):
                creates.append(FileCreate(path=here, text=Text.of(text)))
            if kind in ("create", "leave") or not view.exists(here):
                continue
            try:
                old = view.read(here)
            except SourceUnavailable:
                continue
            base[here] = old.digest
            if kind == "edit":
                at = int(place * len(old.text))
                edits.append(FileEdit(path=here, edits=(TextEdit(Span(at, at), text.encode()),)))
            elif kind == "delete":
                deletes.append(here)
            elif there is not None and not view.exists(there):
                renames.append(FileRename(old=here, new=there))
        return ChangeSet(
            base=base, edits=tuple(edits), creates=tuple(creates), deletes=tuple(deletes), renames=tuple(renames)
        )
