"""How soon the graph holds the facts of a keystroke, and how long the loop is held for it; measured in this process."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Span, Text
from sightline.graph.live import LiveGraph
from sightline.workspace.live import LiveWorkspace

SEED = 7
KEYSTROKES = 60


async def adoption_times(texts: Mapping[int, str]) -> dict[str, dict[str, float]]:
    """Figures in milliseconds by number of lines: until adopted, and until the loop had its next turn."""
    figures: dict[str, dict[str, float]] = {}
    for lines, text in texts.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve() / "work"
            root.mkdir()
            (root / "module.py").write_text(text, encoding="utf-8")
            figures[f"{lines:,} lines"] = await _type(root, Text.of(text), f"{folder}/graph.sqlite")
    return figures


async def _type(root: Path, text: Text, store: str) -> dict[str, float]:
    system = real_system()
    workspace, graph = LiveWorkspace(system, (str(root),)), LiveGraph(system, store)
    await graph.build(await workspace.scan(), workspace.view)
    path = WorkspacePath(str(root), "module.py")
    change = workspace.open_document(path, text, 1)
    graph.update(workspace.view, change)
    await graph.caught_up()
    draw = random.Random(SEED)
    adopted: list[float] = []
    held: list[float] = []
    version = 1
    for _ in range(KEYSTROKES // 2):
        at = text.line_span(draw.randrange(text.line_count)).end
        new = draw.choice((b" ", b"x", b"()"))
        after = text.replaced(Span(at, at), new)
        for typed in (after, after.replaced(Span(at, at + len(new)), b"")):
            version += 1
            began = time.monotonic()
            change = workspace.change_document(path, typed, version)
            graph.update(workspace.view, change)
            await asyncio.sleep(0)
            held.append(time.monotonic() - began)
            await graph.caught_up()
            adopted.append(time.monotonic() - began)
            facts = graph.view.state.index(graph.view.state.table.add(path))
            assert facts is not None and facts.digest == typed.digest, "what is adopted are the facts of this text"
    await graph.close()
    return {**_spread("adopted", adopted), **_spread("first turn", held)}


def _spread(name: str, times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles([1_000 * each for each in times], n=20)
    return {
        f"{name} p50": round(cuts[9], 1),
        f"{name} p95": round(cuts[-1], 1),
        f"{name} max": round(1_000 * max(times), 1),
    }
