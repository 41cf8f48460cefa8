"""What was parsed before is not parsed again: a branch switched back to, here and in a new process."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.graph import indexing, recall
from sightline.graph.indexing import parse_from_disk
from sightline.graph.live import LiveGraph
from sightline.graph.pool import FileAnswer
from sightline.workspace.files import SourceFile, read_source
from sightline.workspace.live import LiveWorkspace
from support.graphs import ROOT, fresh_graph, path
from support.live_states import check_same, exported

MAIN = {"a.py": "from b import f\nf()\n", "b.py": "def f(): pass\n", "c.py": "x = 1\n"}
BRANCH = {"a.py": "from b import g\ng()\n", "b.py": "def g(): pass\n", "c.py": "x = 1\n"}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files parsed from disk, in order."""
    names: list[str] = []

    def counted(system: System, file: WorkspacePath) -> FileAnswer:
        names.append(file.relative)
        return parse_from_disk(system, file)

    monkeypatch.setattr(indexing, "parse_from_disk", counted)
    return names


class _Server:
    """A workspace and its graph over files in memory; another server on the same files is another process."""

    def __init__(self, files: dict[str, str], folder: Path) -> None:
        system = memory_system({f"{ROOT}/{name}": text for name, text in files.items()})
        assert isinstance(system.files, MemoryFiles)
        self.disk = system.files
        self.workspace = LiveWorkspace(system, (ROOT,))
        self.graph = LiveGraph(system, str(folder / "graph.sqlite"), workers=1)

    async def start(self) -> None:
        await self.graph.build(await self.workspace.scan(), self.workspace.view)

    async def switch(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            self.disk.write(f"{ROOT}/{name}", text.encode())
        change = await self.workspace.rescan()
        await self.graph.refresh(self.workspace.view, change)
        check_same(exported(self.graph.view), exported(fresh_graph(self.workspace.view)), [])


async def test_a_branch_switched_back_to_is_not_parsed_again(tmp_path: Path, parsed: list[str]) -> None:
    server = _Server(MAIN, tmp_path)
    await server.start()
    for files in (BRANCH, MAIN, BRANCH, MAIN):
        await server.switch(files)
    await server.graph.close()
    assert sorted(parsed) == ["a.py", "a.py", "b.py", "b.py", "c.py"], "each text once"


async def test_nor_by_the_next_process(tmp_path: Path, parsed: list[str]) -> None:
    for files in (MAIN, BRANCH):
        server = _Server(files, tmp_path)
        await server.start()
        await server.graph.close()
    parsed.clear()
    again = _Server(MAIN, tmp_path)
    await again.start()
    check_same(exported(again.graph.view), exported(fresh_graph(again.workspace.view)), [])
    await again.graph.close()
    assert parsed == []


async def test_a_text_in_another_place_is_the_same_text(tmp_path: Path, parsed: list[str]) -> None:
    server = _Server(MAIN, tmp_path)
    await server.start()
    parsed.clear()
    await server.switch({"deep/moved.py": MAIN["b.py"]})
    await server.graph.close()
    assert path("deep/moved.py") in server.graph.view.paths()
    assert parsed == []


async def test_after_texts_that_nobody_knows_no_more_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "FILES_A_QUESTION", 2)
    server = _Server({f"m{number}.py": f"a{number} = 1\n" for number in range(10)}, tmp_path)
    await server.start()
    read: list[str] = []

    def noted(system: System, file: WorkspacePath) -> SourceFile:
        read.append(file.relative)
        return read_source(system, file)

    monkeypatch.setattr(recall, "read_source", noted)
    await server.switch({f"m{number}.py": f"b{number} = 1\n" for number in range(10)})
    await server.graph.close()
    assert read == ["m0.py", "m1.py"]
