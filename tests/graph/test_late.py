"""Documents that take the event loop too long are followed beside it; until then the graph shows them as they were."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.graph import advance, extract_text, live, slices
from sightline.graph.documents import READ_AT_ONCE, STEPS_AT_ONCE
from sightline.graph.live import SMALL_WORKSPACE, LiveGraph
from sightline.workspace.files import WorkspaceView
from sightline.workspace.live import LiveWorkspace
from support.graphs import ROOT, path

#: Short, and tens of thousands of steps for the parsers of some languages.
UNLUCKY = "<!--" * 300
LONG = "".join(f"def function_{number}():\n    return {number}\n" for number in range(READ_AT_ONCE // 30))
FILES = {
    "long.py": LONG,
    "inner/tool.py": "def use(): ...\n",
    "app.py": "import tool\n\ntool.use()\n",
    **{f"many/module_{number}.py": "" for number in range(SMALL_WORKSPACE)},
}


@pytest.fixture
async def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[tuple[LiveWorkspace, LiveGraph]]:
    monkeypatch.setattr(slices, "SLICE_SECONDS", 60.0)  # however slow the machine is
    system = memory_system({f"{ROOT}/{name}": text for name, text in FILES.items()})
    workspace, graph = LiveWorkspace(system, (ROOT,)), LiveGraph(system, str(tmp_path / "graph.sqlite"), workers=1)
    await graph.build(await workspace.scan(), workspace.view)
    yield workspace, graph
    await graph.close()


def _open(workspace: LiveWorkspace, graph: LiveGraph, name: str, text: Text) -> None:
    change = workspace.open_document(path(name), text, 1)
    graph.update(workspace.view, change)


def _names(graph: LiveGraph, name: str) -> set[str]:
    return {symbol.definition.name for symbol in graph.view.symbols(path(name))}


async def test_a_long_document_is_shown_as_it_was_until_it_is_read(opened: tuple[LiveWorkspace, LiveGraph]) -> None:
    workspace, graph = opened
    new = Text.of(f"{LONG}def typed():\n    return 1\n")
    _open(workspace, graph, "long.py", new)
    assert "typed" not in _names(graph, "long.py")
    assert "typed" not in str(graph.view.workspace.read(path("long.py")).text)
    await graph.caught_up()
    assert "typed" in _names(graph, "long.py")
    assert graph.view.workspace.read(path("long.py")).text == new


async def test_short_documents_do_not_wait_for_long_ones(opened: tuple[LiveWorkspace, LiveGraph]) -> None:
    workspace, graph = opened
    _open(workspace, graph, "long.py", Text.of(f"{LONG}x = 1\n"))
    _open(workspace, graph, "app.py", Text.of("def typed(): ...\n"))
    assert _names(graph, "app.py") == {"typed"}
    assert "x" not in _names(graph, "long.py")
    await graph.caught_up()
    assert "x" in _names(graph, "long.py")
    assert _names(graph, "app.py") == {"typed"}


async def test_a_layout_that_is_typed_is_followed_beside_the_loop(opened: tuple[LiveWorkspace, LiveGraph]) -> None:
    workspace, graph = opened
    layout = Text.of("[tool.pyright]\nextraPaths = ['inner']\n")
    _open(workspace, graph, "pyproject.toml", layout)
    _open(workspace, graph, "app.py", Text.of("import tool\n# typed\n"))
    assert graph.view.dependencies(path("app.py")) == ()
    await graph.caught_up()
    assert [edge.target for edge in graph.view.dependencies(path("app.py"))] == [path("inner/tool.py")]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Counter[bool]:
    """How many hundred steps parsers took, by whether it was on the event loop."""
    counted: Counter[bool] = Counter()
    loop, progress = threading.get_ident(), extract_text._Progress  # pyright: ignore[reportPrivateUsage]

    class Counted(progress):
        def __call__(self, offset: int, _has_error: object) -> bool:
            counted[threading.get_ident() == loop] += 1
            return super().__call__(offset, _has_error)

    monkeypatch.setattr(extract_text, "_Progress", Counted)
    return counted


@pytest.mark.parametrize("name", ["typed.go", "typed.py", "Typed.java"])
async def test_a_short_text_that_takes_the_parser_long_is_read_beside_the_loop(
    opened: tuple[LiveWorkspace, LiveGraph], steps: Counter[bool], name: str
) -> None:
    workspace, graph = opened
    _open(workspace, graph, name, Text.of(UNLUCKY))
    for version in range(2, 5):
        change = workspace.change_document(path(name), Text.of(UNLUCKY + " " * version), version)
        graph.update(workspace.view, change)
    assert steps[True] == STEPS_AT_ONCE + 1, "it was given up, and not tried again with each key"
    await graph.caught_up()
    graph.settle()
    await graph.caught_up()
    assert steps[False] > 4 * STEPS_AT_ONCE, "the text is none that takes long: choose another"
    assert steps[True] <= 2 * (STEPS_AT_ONCE + 1)
    assert graph.view.workspace.read(path(name)).text == Text.of(UNLUCKY + " " * 4)


@pytest.mark.parametrize("name", ["typed.rb", "typed.go", "typed.kt", "typed.cs"])
async def test_recovery_from_errors_ends_beside_the_loop_too(
    opened: tuple[LiveWorkspace, LiveGraph], steps: Counter[bool], name: str
) -> None:
    """Of 6 KB that Ruby's grammar recovers from after a million questions, it is given up."""
    workspace, graph = opened
    _open(workspace, graph, name, Text.of("<!--\n" * 1_200))
    await graph.caught_up()
    assert steps[True] + steps[False] < 25_000 + STEPS_AT_ONCE
    if name == "typed.rb":
        assert dict(graph.view.unparsed())[path(name)] == "too_broken"


async def test_a_text_that_cannot_be_read_is_not_tried_again_while_it_stays(
    opened: tuple[LiveWorkspace, LiveGraph], steps: Counter[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, graph = opened
    monkeypatch.setattr(extract_text, "_MOST_STALLS", 10)
    _open(workspace, graph, "typed.go", Text.of(UNLUCKY))
    await graph.caught_up()
    assert dict(graph.view.unparsed())[path("typed.go")] == "too_broken"
    before = dict(steps)
    await graph.build(await workspace.scan(), workspace.view)
    assert dict(steps) == before
    assert dict(graph.view.unparsed())[path("typed.go")] == "too_broken"


async def test_a_sound_text_is_read_on_the_loop_at_once(
    opened: tuple[LiveWorkspace, LiveGraph], steps: Counter[bool]
) -> None:
    workspace, graph = opened
    _open(workspace, graph, "app.py", Text.of(LONG[:READ_AT_ONCE]))
    assert "function_700" in _names(graph, "app.py")
    assert steps[True] > 0 and not steps[False]


async def test_files_that_change_together_are_looked_at_in_slices(
    opened: tuple[LiveWorkspace, LiveGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, graph = opened
    looked: list[int] = []  # how many files in each turn of the loop
    belongs = live.belongs

    def counted(view: WorkspaceView, where: WorkspacePath) -> bool:
        looked[-1] += 1
        return belongs(view, where)

    async def turns() -> None:
        while True:
            looked.append(0)
            await asyncio.sleep(0)

    monkeypatch.setattr(live, "belongs", counted)
    monkeypatch.setattr(advance, "belongs", counted)
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0.0)
    changed = tuple(path(name) for name in FILES if name.startswith("many/"))
    for each in changed:
        workspace.view.system.files.write(each.absolute, b"def switched(): ...\n")
    counting = asyncio.create_task(turns())
    await asyncio.sleep(0)
    change = await workspace.refresh(changed)
    assert len(change.changed) == len(changed)
    await graph.refresh(workspace.view, change)
    counting.cancel()
    assert _names(graph, "many/module_1.py") == {"switched"}
    assert sum(looked) >= 2 * len(changed)
    assert max(looked) <= 4
