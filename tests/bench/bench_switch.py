#!/usr/bin/env python3
"""How long the graph takes to follow ``git checkout`` to a branch never seen, and back to one it has seen.

    python tests/bench/bench_switch.py PATH

Copies PATH, makes a second branch of it that differs in half of the files, and switches five times.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from loop.branches import MAIN, OTHER, Branches, two_branches

from sightline.base.system import real_system
from sightline.graph.live import LiveGraph
from sightline.workspace.live import LiveWorkspace


async def _measure(branches: Branches, store: Path) -> list[dict[str, object]]:
    system = real_system()
    workspace = LiveWorkspace(system, [str(branches.root)])
    graph = LiveGraph(system, str(store))
    await asyncio.sleep(2.5)  # past the time in which a stamp is not trusted, as after any checkout by hand
    report = await graph.build(await workspace.scan(), workspace.view)
    figures: list[dict[str, object]] = [{"what": "cold", "files": report.files, "seconds": report.seconds["total"]}]
    for number, branch in enumerate((OTHER, MAIN, OTHER, MAIN, OTHER)):
        branches.check_out(branch, set())
        started, cpu = time.perf_counter(), time.process_time()
        change = await workspace.rescan()
        looked = time.perf_counter()
        await graph.refresh(workspace.view, change)
        figures.append({
            "what": f"switch {number + 1}",
            "files": len(change.changed) + len(change.removed),
            "look": round(looked - started, 3),
            "graph": round(time.perf_counter() - looked, 3),
            "cpu": round(time.process_time() - cpu, 3),
        })  # fmt: skip
        await graph.packed()
        await asyncio.sleep(2.5)
    await graph.close()
    return figures


def main() -> int:
    """Prints one line of JSON per step."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "code"
        shutil.copytree(sys.argv[1], root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        for row in asyncio.run(_measure(two_branches(root), Path(folder) / "graph.sqlite")):
            print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
