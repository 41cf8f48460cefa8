"""Takes imports out of real files and asks for them back: how often is the first offer what the code base wrote?

Usage: ``python tests/bench/bench_imports.py REPOSITORY [COUNT] [SEED]``. One import of a workspace module is removed
from the top of each of COUNT random files (a fork of the graph, nothing is written); then the choices for the name are
compared with what was removed. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Span, Text, TextEdit
from sightline.edits.missing_import import import_change, import_choices
from sightline.graph.exporters import exports_imported
from sightline.graph.facts import Import
from sightline.graph.live import LiveGraph
from sightline.graph.unbound import is_bound_at_top
from sightline.graph.view import GraphView
from sightline.workspace.live import LiveWorkspace

_ALIAS = re.compile(rb"\s+as\s+[\w$]+")
_TYPE = re.compile(rb"type\s+$")
_COMMA_AFTER = re.compile(rb"[ \t]*,[ \t]*(?:#[^\n]*)?")
_COMMA_BEFORE = re.compile(rb",\s*$")


async def open_view(root: Path, store: Path) -> GraphView:
    """The graph of a code base."""
    system = real_system()
    workspace = LiveWorkspace(system, [str(root.resolve())])
    graph = LiveGraph(system, str(store / "graph.db"), workers=1)
    scan = await workspace.scan()
    await graph.build(scan, workspace.view)
    view = graph.view
    await graph.close()
    return view


def without(text: Text, row: Import, at: int) -> TextEdit:
    """Takes one name out of a statement; the whole statement if it has no other."""
    data = text.data
    if len(row.names) == 1:
        return TextEdit(text.lines_span(text.line_of(row.span.start), text.line_of(row.span.end)), b"")
    start, end = row.names[at].span.start, row.names[at].span.end
    if alias := _ALIAS.match(data, end):
        end = alias.end()
    if marked := _TYPE.search(data, row.span.start, start):
        start = marked.start()
    after = _COMMA_AFTER.match(data, end)
    line = text.line_starts[text.line_of(start)]
    if after is not None and after.end() <= row.span.end:
        end = after.end()
        if not data[line:start].strip() and data[end : end + 1] in (b"\n", b"\r"):
            start, end = line, data.index(b"\n", end) + 1
    elif before := _COMMA_BEFORE.search(data, row.span.start, start):
        start = before.start()
    return TextEdit(Span(start, end), b"")


def candidates(view: GraphView, path: WorkspacePath) -> list[tuple[Import, int, str]]:
    """Names imported at the top of a file: statement, number of the name, what it is bound as."""
    facts = view.facts(path)
    found: list[tuple[Import, int, str]] = []
    for row in facts.imports if facts else ():
        if row.enclosing >= 0 or row.dynamic or row.reexport or (row.guarded and not row.type_only):
            continue
        for at, name in enumerate(row.names):
            if name.name != "*" and (name.name or name.alias):
                found.append((row, at, name.alias if name.name else name.alias.partition(".")[0]))
    return found


def judge(view: GraphView, path: WorkspacePath, chosen: tuple[Import, int, str], counts: Counter[str]) -> float | None:
    """Seconds that the choices took; ``None`` if this import leads out of the workspace or is bound twice."""
    row, at, bound = chosen
    truth = exports_imported(view, path, row.span.start, bound)
    text = view.workspace.read(path).text
    changes = ChangeSet(base={path: text.digest}, edits=(FileEdit(path=path, edits=(without(text, row, at),)),))
    cut = view.fork(changes)
    index = cut.index(path)
    if truth is None or truth.path == path or index is None or is_bound_at_top(index, bound):
        return None
    began = time.perf_counter()
    choices = import_choices(cut, path, bound)
    seconds = time.perf_counter() - began
    offered = [choice.exporter.export for choice in choices]
    counts["imports"] += 1
    counts["first"] += offered[:1] == [truth]
    counts["first three"] += truth in offered[:3]
    if offered[:1] == [truth]:
        after = cut.workspace.fork(import_change(cut, path, choices[0])).read(path).text
        spelling = choices[0].spelling
        counts["first, module written alike"] += (spelling.module, spelling.level) == (row.module, row.level)
        counts["first, file the same but for empty lines"] += _lines(after) == _lines(text)
    return seconds


def _lines(text: Text) -> list[str]:
    return [line for line in str(text).splitlines() if line.strip()]


async def main(root: Path, count: int, seed: int) -> None:
    """Measures one code base."""
    with tempfile.TemporaryDirectory() as store:
        view = await open_view(root, Path(store))
    rng = random.Random(seed)
    paths = list(view.paths())
    rng.shuffle(paths)
    counts: Counter[str] = Counter()
    seconds: list[float] = []
    for path in paths:
        if counts["imports"] >= count:
            break
        chances = candidates(view, path)
        rng.shuffle(chances)
        for chosen in chances:
            took = judge(view, path, chosen, counts)
            if took is not None:
                seconds.append(took)
                break
    seconds.sort()
    middle = {f"milliseconds, {name}": round(seconds[int(len(seconds) * part)] * 1000) for name, part in PARTS}
    print(json.dumps({"repository": root.name, "seed": seed, **counts, **middle}))


PARTS = (("median", 0.5), ("95 of 100", 0.95))

if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(Path(given[0]), int((given[1:] or ["100"])[0]), int((given[2:] or ["1"])[0])))
