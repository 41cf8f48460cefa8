"""Files over which workers died are tried again once there is time."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Text
from sightline.graph import indexing
from sightline.graph.live import LiveGraph
from sightline.graph.second_tries import MOST_TRIES
from sightline.workspace.live import LiveWorkspace, WorkspaceChange
from support.fake_workers import FakeWorkers

#: How often the pool itself tries a file that is the last of its chunk.
_IN_ONE_GO = 2


class World:
    """A workspace of two files; over ``b.py`` as many workers die as ``deaths`` says."""

    def __init__(self, folder: Path) -> None:
        self.deaths = Counter({"b.py": _IN_ONE_GO})
        self.asked = Counter[str]()
        (folder / "a.py").write_text("from b import use\n")
        (folder / "b.py").write_text("def use(): ...\n")
        self.root = str(folder)
        system = replace(real_system(), processes=FakeWorkers(act=self._act))
        self.workspace = LiveWorkspace(system, (self.root,))
        self.graph = LiveGraph(system, str(folder.parent / "graph.sqlite"), workers=1)

    def path(self, name: str) -> WorkspacePath:
        return WorkspacePath(self.root, name)

    async def build(self) -> None:
        await self.graph.build(await self.workspace.scan(), self.workspace.view)

    async def refresh(self) -> None:
        await self.graph.refresh(self.workspace.view, WorkspaceChange(revision=self.workspace.view.revision))
        await self.graph.second_tries.done()

    def _act(self, path: str) -> float | None:
        name = Path(path).name
        self.asked[name] += 1
        self.deaths[name] -= 1
        return None if self.deaths[name] >= 0 else 0.0


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[World]:
    monkeypatch.setattr(indexing, "FEW_FILES", 0)
    monkeypatch.setattr(indexing, "LITTLE_FILES", 0)
    (tmp_path / "root").mkdir()
    world = World(tmp_path / "root")
    yield world
    await world.graph.close()


async def test_what_was_the_machines_fault_is_read_soon_after(world: World) -> None:
    await world.build()
    assert world.graph.view.given_up() == (world.path("b.py"),)
    await world.graph.second_tries.done()
    assert world.graph.view.given_up() == ()
    assert [symbol.definition.name for symbol in world.graph.view.symbols(world.path("b.py"))] == ["use"]
    assert [edge.target for edge in world.graph.view.dependencies(world.path("a.py"))] == [world.path("b.py")]


async def test_what_kills_every_worker_is_tried_a_few_times_only(world: World) -> None:
    world.deaths["b.py"] = 1000
    await world.build()
    for _ in range(5):
        await world.refresh()
    assert world.graph.view.given_up() == (world.path("b.py"),)
    assert world.asked["b.py"] == _IN_ONE_GO * (1 + MOST_TRIES)


async def test_an_open_document_is_left_alone(world: World) -> None:
    await world.build()
    change = world.workspace.open_document(world.path("b.py"), Text.of("def typed(): ...\n"), 1)
    world.graph.update(world.workspace.view, change)
    await world.graph.second_tries.done()
    assert [symbol.definition.name for symbol in world.graph.view.symbols(world.path("b.py"))] == ["typed"]
