"""What a graph answers between the import skim and the end of the first parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet
from sightline.base.memory_system import memory_system
from sightline.base.text import Text
from sightline.graph import live as live_module
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.live import LiveWorkspace
from support.graphs import ROOT, fresh_graph, path

_FILES = {
    "pkg/__init__.py": "from .a import f\n",
    "pkg/a.py": "import pkg.b\n\ndef f(): return pkg.b.g()\n",
    "pkg/b.py": "def g(): pass\n",
    "far/c.py": "from pkg import a, b\nimport os\n",
    "web/a.ts": "import { b } from './b'\nexport * from './c'\n",
    "web/b.ts": "export const b = 1\n",
    "web/c.ts": "export const c = import('./b')\n",
    "core/a.c": '#include "a.h"\n#include <include/b.h>\n',
    "core/a.h": "int a;\n",
    "core/include/b.h": "int b;\n",
}


@pytest.fixture(autouse=True)
def always_skims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "WORTH_SKIMMING", 1)


async def _states(folder: Path, opened: dict[str, str]) -> tuple[list[tuple[str, int, int, GraphView]], GraphView]:
    """Every call of the progress with the view at that moment, and the view at the end."""
    system = memory_system({f"{ROOT}/{name}": text for name, text in _FILES.items()})
    workspace = LiveWorkspace(system, (ROOT,))
    scan = await workspace.scan()
    for name, text in opened.items():
        workspace.open_document(path(name), Text.of(text), 1)
    graph = LiveGraph(system, str(folder / "graph.sqlite"))
    told: list[tuple[str, int, int, GraphView]] = []
    try:
        await graph.build(
            scan, workspace.view, lambda reading, done, total: told.append((reading, done, total, graph.view))
        )
        return told, graph.view
    finally:
        await graph.close()


def _edges(view: GraphView) -> set[tuple[str, str]]:
    return {(edge.source.relative, edge.target.relative) for edge in view.edges()}


async def test_edges_are_there_before_the_first_definition(tmp_path: Path) -> None:
    told, final = await _states(tmp_path, {})
    stages = list(dict.fromkeys(stage for stage, *_ in told))
    assert stages == ["Reading imports", "Reading definitions"]
    stage, done, total, early = next(each for each in told if each[0] == "Reading definitions")
    assert (stage, done, total) == ("Reading definitions", 0, len(_FILES))
    assert _edges(early) == _edges(final) == _edges(fresh_graph(final.workspace))
    assert ("far/c.py", "pkg/b.py") in _edges(early)
    assert not any(early.symbols(each) for each in early.paths())
    assert [edge.line for edge in early.importers(path("pkg/b.py"))] == [1, 1]


async def test_the_coverage_says_that_definitions_are_not_read(tmp_path: Path) -> None:
    told, final = await _states(tmp_path, {})
    early = next(view for stage, _, _, view in told if stage == "Reading definitions")
    assert early.coverage().unread == early.coverage().unparsed == len(_FILES)
    assert not early.coverage().complete
    assert final.coverage().unread == 0
    assert final.coverage().complete


async def test_what_is_near_to_an_open_document_is_parsed_first(tmp_path: Path) -> None:
    told, final = await _states(tmp_path, {"pkg/a.py": _FILES["pkg/a.py"] + "\nx = 1\n"})
    early = next(view for stage, _, _, view in told if stage == "Reading definitions")
    read = {each.relative for each in early.paths() if early.facts(each) is not None}
    assert read == {"pkg/__init__.py", "pkg/a.py", "pkg/b.py", "far/c.py"}
    assert early.coverage().unread == len(_FILES) - len(read)
    (g,) = early.lookup("pkg/b.py::g")
    assert [place.path.relative for place in early.references(g).places] == ["pkg/a.py"]
    assert final.coverage().unread == 0


async def test_a_fork_of_an_early_view_keeps_the_edges_it_has(tmp_path: Path) -> None:
    told, _ = await _states(tmp_path, {})
    early = next(view for stage, _, _, view in told if stage == "Reading definitions")
    text = early.workspace.read(path("pkg/b.py")).text

    gone = early.fork(ChangeSet(base={path("pkg/b.py"): text.digest}, deletes=(path("pkg/b.py"),)))
    assert ("far/c.py", "pkg/a.py") in _edges(gone)
