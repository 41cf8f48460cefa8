"""Work that is undone leaves nothing behind: a server runs for weeks."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.text import Text
from sightline.context.candidates import Gate
from sightline.context.lexical import LexicalIndex
from sightline.context.source import source_lines
from sightline.context.tokens import terms_of_word
from sightline.graph.live import LiveGraph
from sightline.workspace.live import LiveWorkspace
from support.graphs import ROOT, path

FILES = {
    "tool.py": "def use(value):\n    return value.items()\n",
    "app.py": "import tool\n\n\ndef run(value):\n    return tool.use(value)\n",
}
WORK = "".join(f"\ndef function_{number}(value):\n    return value.member_{number}()\n" for number in range(50))

Opened = tuple[LiveWorkspace, LiveGraph]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncGenerator[Opened]:
    system = memory_system({f"{ROOT}/{name}": text for name, text in FILES.items()})
    workspace, graph = LiveWorkspace(system, (ROOT,)), LiveGraph(system, str(tmp_path / "graph.sqlite"), workers=1)
    await graph.build(await workspace.scan(), workspace.view)
    yield workspace, graph
    await graph.close()


async def _save(opened: Opened, name: str, text: str) -> None:
    workspace, graph = opened
    workspace.view.system.files.write(f"{ROOT}/{name}", text.encode())
    change = await workspace.refresh((path(name),))
    await graph.refresh(workspace.view, change)


async def test_of_a_file_that_is_saved_again_and_again_one_text_is_kept(opened: Opened) -> None:
    graph = opened[1]
    for number in range(10):
        await _save(opened, "tool.py", f"def use_{number}():\n    return {number}\n")
        assert [symbol.definition.name for symbol in graph.view.symbols(path("tool.py"))] == [f"use_{number}"]
    assert len(graph.view.cache) <= len(FILES)


async def _typed(opened: Opened, day: int) -> None:
    """Names that nobody ever used are typed, saved, asked for, shown, and deleted again."""
    workspace, graph = opened
    new, text = WORK.replace("_", f"_{day}_"), FILES["app.py"]
    graph.update(workspace.view, workspace.open_document(path("app.py"), Text.of(text), 1))
    for version, at in enumerate(range(0, len(new), 397), start=2):
        change = workspace.change_document(path("app.py"), Text.of(text + new[:at]), version)
        graph.update(workspace.view, change)
    graph.update(workspace.view, workspace.close_document(path("app.py")))
    await _save(opened, "app.py", text + new)
    for name in ("use", f"function_{day}_3"):
        for symbol in graph.view.lookup(name):
            graph.view.references(symbol)
    source_lines(graph.view, path("app.py"), Gate(graph.view.workspace, lambda _: None))
    await _save(opened, "app.py", text)
    await graph.caught_up()


async def _fewest_blocks(work: Callable[[int], Awaitable[None]], days: range) -> int:
    """What Python's allocator had handed out on the day when it was least: caches fill and are emptied."""
    fewest = sys.maxsize
    for day in days:
        await work(day)
        terms_of_word.cache_clear()  # of some thousand words, and never more
        gc.collect()
        fewest = min(fewest, sys.getallocatedblocks())
    return fewest


async def _assert_steady(work: Callable[[int], Awaitable[None]], days: int) -> None:
    await _fewest_blocks(work, range(days // 2))
    before = await _fewest_blocks(work, range(days, 2 * days))
    after = await _fewest_blocks(work, range(2 * days, 3 * days))
    # The rows that wait to be written to the store are three a day; what was typed is a hundred names.
    assert after - before < 10 * days


async def test_a_day_of_work_that_is_deleted_again_leaves_nothing(opened: Opened) -> None:
    await _assert_steady(lambda day: _typed(opened, day), 12)


async def test_words_that_are_deleted_again_leave_nothing(opened: Opened) -> None:
    index, text = LexicalIndex(), FILES["app.py"]

    async def follow(day: int) -> None:
        for saved in (text + WORK.replace("_", f"_{day}_"), text):
            await _save(opened, "app.py", saved)
            index.follow(opened[1].view)

    await _assert_steady(follow, 40)
