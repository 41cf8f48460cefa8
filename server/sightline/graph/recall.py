"""Facts of texts that were parsed before: a branch switched back to, a file touched or copied, a change taken back.

Facts are a pure function of a text, its language and the extractor's version, so the store needs to know only the
digest of what a file says now. Reading and digesting a file costs a hundredth of parsing it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.graph.indexing import EXTRACTOR, RACY_SECONDS, Collected, whole
from sightline.graph.store import GraphStore, StatRow
from sightline.languages.registry import language_of
from sightline.workspace.files import read_source

#: Files read between two questions to the store. After one that finds nothing no more are asked.
FILES_A_QUESTION = 256


async def recalled(
    system: System, store: GraphStore, paths: Sequence[WorkspacePath], collected: Collected
) -> list[WorkspacePath]:
    """Adopts what the store has for the texts of closed files; returns the paths that are left to parse."""
    rest: list[WorkspacePath] = []
    if not paths or not await store.holds(EXTRACTOR):
        return list(paths)
    for start in range(0, len(paths), FILES_A_QUESTION):
        asked = paths[start : start + FILES_A_QUESTION]
        rows = await asyncio.to_thread(_digested, system, asked)
        keys = [(row.digest, _language(path)) for path, row in rows.items()]
        left = _adopt(system, store, asked, rows, await store.blobs(keys, EXTRACTOR), collected)
        rest += left
        if len(left) == len(asked):
            return [*rest, *paths[start + len(asked) :]]
    return rest


def _adopt(
    system: System,
    store: GraphStore,
    asked: Sequence[WorkspacePath],
    rows: dict[WorkspacePath, StatRow],
    blobs: dict[tuple[str, str], bytes],
    collected: Collected,
) -> list[WorkspacePath]:
    rest: list[WorkspacePath] = []
    settled: list[StatRow] = []
    newest = (system.clock.now() - RACY_SECONDS) * 1e9
    for path in asked:
        row = rows.get(path)
        blob = blobs.get((row.digest, _language(path))) if row is not None else None
        facts = whole(blob) if blob is not None else None
        if row is None or facts is None:
            rest.append(path)
            continue
        collected.facts[path] = facts
        collected.stored += 1
        if row.mtime_ns < newest:
            settled.append(row)
    store.put(settled)
    return rest


def _digested(system: System, paths: Sequence[WorkspacePath]) -> dict[WorkspacePath, StatRow]:
    """What files look like and say now; what cannot be read is left out, and left to the parser to say why."""
    found: dict[WorkspacePath, StatRow] = {}
    for path in paths:
        try:
            stat = system.files.stat(path.absolute)
            digest = read_source(system, path).digest
        except (OSError, SightlineError):
            continue
        found[path] = StatRow(path.root, path.relative, stat.size, stat.mtime_ns, digest)
    return found


def _language(path: WorkspacePath) -> str:
    language = language_of(path)
    assert language is not None, "only files of known languages are asked for"
    return language.name
