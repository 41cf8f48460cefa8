"""Writes to a graph store until it is killed: ``python store_writer.py``.

Reads a path a line from standard input, forks a child (before it has any thread) that puts rows there for ever, and
answers its process id. An empty line ends the last child. Facts of a digest are a function of it (:func:`blob_of`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import NoReturn

from sightline.graph.store import FactsRow, GraphStore, StatRow

ROOT = "/root"
FILES = 400
KNOWN = frozenset(f"{each}.py" for each in range(FILES))


def blob_of(digest: str) -> bytes:
    """What the store must hold for a digest."""
    return digest.encode() * 300


async def _write(path: str) -> NoReturn:
    store = GraphStore(path)
    number = os.getpid() * 1_000_000
    while True:
        number += 1
        digest = f"d{number}"
        store.put(
            [StatRow(ROOT, f"{number % FILES}.py", 1, number, digest)],
            [FactsRow(digest, "python", "1", blob_of(digest))],
        )
        if number % 250 == 0:
            await store.flush()
        if number % 2_000 == 0:
            await store.prune(lambda root, path: root == ROOT and path in KNOWN, "1")


def main() -> None:
    """Serves until the end of its input."""
    child = 0
    for line in sys.stdin:
        if child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            child = 0
        if line.strip():
            child = os.fork()
            if child == 0:
                asyncio.run(_write(line.strip()))
        print(child, flush=True)


if __name__ == "__main__":
    main()
