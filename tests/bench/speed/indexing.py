#!/usr/bin/env python3
"""One cold or warm start of the graph, in this process and its workers: ``indexing.py ROOT STORE [SYMBOL …]``.

Prints one JSON object. CPU seconds count the workers; ``first`` is when edges of all files are known. Memory is what
the server and its workers hold together, looked at twice a second. The question is who uses each definition
called SYMBOL: the first page, then the answer as programs get it.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
import time
from typing import Any

import psutil

from sightline.base.system import real_system
from sightline.graph.live import LiveGraph
from sightline.graph.view import MOST_PLACES
from sightline.workspace.live import LiveWorkspace
from sightline.workspace.scan import ScanOptions

#: Places that the command line shows unless it is asked for more.
FIRST_PAGE = 200


def cpu() -> float:
    """CPU seconds of this process and its children, those that still run included."""
    ended = (resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in ended) + sum(_running())


def _running() -> list[float]:
    times: list[float] = []
    for child in psutil.Process().children(recursive=True):
        try:
            used = child.cpu_times()
        except psutil.Error:
            continue
        times.append(used.user + used.system)
    return times


class Memory(threading.Thread):
    """The most that this process and its workers held, in MB, each and together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.together = self.server = self.workers = 0.0

    def run(self) -> None:
        own = psutil.Process()
        while True:
            server, workers = own.memory_info().rss / 1e6, 0.0
            for child in own.children(recursive=True):
                try:
                    workers += child.memory_info().rss / 1e6
                except psutil.Error:
                    continue
            self.server, self.workers = max(self.server, server), max(self.workers, workers)
            self.together = max(self.together, server + workers)
            time.sleep(0.5)


async def measure(root: str, store: str, symbols: list[str]) -> dict[str, Any]:
    """The figures of one start."""
    memory = Memory()
    memory.start()
    system = real_system()
    cpu_before, wall_before = cpu(), time.perf_counter()
    workspace = LiveWorkspace(system, (root,), ScanOptions(maximum_files=1_000_000))
    scan = await workspace.scan()
    figures: dict[str, Any] = {"scan cpu": cpu() - cpu_before, "scan wall": time.perf_counter() - wall_before}
    graph = LiveGraph(system, store)

    async def first() -> None:
        await graph.skimmed.wait()
        figures["first cpu"], figures["first wall"] = cpu() - cpu_before, time.perf_counter() - wall_before
        figures["first edges"] = graph.view.state.edge_count()
        figures["first MB"] = psutil.Process().memory_info().rss / 1e6

    watching = asyncio.create_task(first())
    report = await graph.build(scan, workspace.view)
    await watching
    figures |= {
        "ready wall": time.perf_counter() - wall_before,
        "files": report.files,
        "unparsed": len(report.unparsed),
        "definitions": report.definitions,
        "references": report.references,
        "edges": report.edges,
        "cold": report.cold,
        "MB after": psutil.Process().memory_info().rss / 1e6,
    }
    asked: dict[int, list[float]] = {FIRST_PAGE: [], MOST_PLACES: []}
    for limit, times in asked.items():  # all first pages before any whole answer, which would leave them warm
        for name in symbols:
            places = 0
            for symbol in graph.view.lookup(name):
                began = time.process_time()
                places += len(graph.view.references(symbol, limit=limit).places)
                times.append(time.process_time() - began)
            figures[f"uses of {name}, at most {limit:,} each"] = places
    if symbols:
        figures["slowest first page cpu"] = max(asked[FIRST_PAGE])
        figures["slowest question cpu"] = max(asked[MOST_PLACES])
        figures["MB after questions"] = psutil.Process().memory_info().rss / 1e6
    await graph.close()
    figures |= {
        "cpu": cpu() - cpu_before,
        "MB most, together": memory.together,
        "MB most, server": memory.server,
        "MB most, workers": memory.workers,
        "store MB": os.path.getsize(store) / 1e6,
        "load": os.getloadavg()[0],
    }
    return figures


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    found = asyncio.run(measure(sys.argv[1], sys.argv[2], sys.argv[3:]))
    print(json.dumps({name: _rounded(value) for name, value in found.items()}))
