#!/usr/bin/env python3
"""What the graph costs on a real code base: indexing against the raw parse, warm start, references, memory, keystrokes.

    python tests/bench/bench_graph.py PATH            one code base
    python tests/bench/bench_graph.py --repositories DIR

Every figure comes from a process of its own, all of one run on one machine: only the ratios travel. CPU seconds count
the workers. The floor is reading and parsing the same files with tree-sitter and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import marshal
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from tree_sitter import Language, Parser, Query, QueryCursor, QueryError, Tree

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Span, Text, TextEdit
from sightline.graph.answers import Symbol
from sightline.graph.index_report import IndexReport
from sightline.graph.live import LiveGraph
from sightline.languages.registry import LANGUAGES, language_of
from sightline.languages.spec import LanguageSpec
from sightline.workspace.live import LiveWorkspace

RESULTS = Path(__file__).resolve().parent / "results"
SEED = 7
SYMBOLS = 50
FIRST_PAGE = 200
KEYSTROKES = 200
Figures = dict[str, Any]


def main() -> int:
    """Measures each code base; answers 1 when there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", type=Path, help="a code base")
    parser.add_argument("--repositories", type=Path, help="folder of code bases")
    parser.add_argument("--stage", choices=sorted(STAGES), help=argparse.SUPPRESS)
    parser.add_argument("--store", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(STAGES[options.stage](str(options.path), options.store)))
        return 0
    paths = [options.path] if options.path else _known(options.repositories)
    figures = {path.name: measure(path.resolve()) for path in paths}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "graph.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures else 1


def _known(folder: Path | None) -> list[Path]:
    own = Path(__file__).resolve().parents[2] / "server"
    found = [folder / name for name in ("django", "flask", "typeorm")] if folder else []
    return [path for path in found if path.is_dir()] or [own]


def measure(path: Path) -> Figures:
    """All figures of one code base, printed as they come."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/graph.sqlite"
        stages = ("floor", "names", "cold", "warm", "references", "keystrokes")
        figures = {stage: _in_process_of_its_own(stage, path, store) for stage in stages}
    floor, names, cold, warm = (figures[stage]["cpu"] for stage in ("floor", "names", "cold", "warm"))
    figures["ratios"] = {
        "names alone / floor (CPU)": round(names / floor, 2),
        "cold / floor (CPU)": round(cold / floor, 2),
        "warm / cold (CPU)": round(warm / cold, 3),
    }
    print(f"{path.name}: {figures['cold']['files']} files, {figures['floor']['megabytes']} MB")
    for stage, values in figures.items():
        print(f"  {stage:<11}" + "  ".join(f"{name} {value}" for name, value in values.items()), flush=True)
    return figures


def _in_process_of_its_own(stage: str, path: Path, store: str) -> Figures:
    command = [sys.executable, __file__, str(path), "--stage", stage, "--store", store]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _cpu() -> float:
    """CPU seconds of this process and of the children that ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def _resident() -> float:
    return psutil.Process().memory_info().rss / 1e6


def _floor(path: str, _store: str) -> Figures:
    sizes: list[int] = []
    figures = _parsing(path, lambda _spec, data, _tree: sizes.append(len(data)))
    return {**figures, "files": len(sizes), "megabytes": round(sum(sizes) / 1e6, 1)}


def _names(path: str, _store: str) -> Figures:
    """The least that any index does: the floor, and the set of names of each file by one query, packed. Nothing else.

    Below it no index in Python can come, whatever it leaves for later: no import is resolved and nothing is stored.
    """
    queries = {spec.name: _identifiers(spec.grammar()) for spec in LANGUAGES}
    sizes: list[int] = []

    def pack(spec: LanguageSpec, data: bytes, tree: Tree) -> None:
        found = QueryCursor(queries[spec.name]).captures(tree.root_node).get("name", [])
        sizes.append(len(marshal.dumps(sorted({data[node.start_byte : node.end_byte] for node in found}))))

    return {**_parsing(path, pack), "bytes": sum(sizes)}


def _parsing(path: str, work: Callable[[LanguageSpec, bytes, Tree], None]) -> Figures:
    """Seconds to read and parse every file, and to do ``work`` with each."""
    paths = asyncio.run(_scanned(path))
    parsers = {spec.name: Parser(spec.grammar()) for spec in map(language_of, paths) if spec is not None}
    began, wall = time.process_time(), time.perf_counter()
    for each in paths:
        spec = language_of(each)
        assert spec is not None
        data = Path(each.absolute).read_bytes()
        work(spec, data, parsers[spec.name].parse(data))
    return {"cpu": round(time.process_time() - began, 3), "wall": round(time.perf_counter() - wall, 3)}


def _identifiers(grammar: Language) -> Query:
    """The names of a language, by what its grammar calls them; nothing where it calls them otherwise."""
    for kind in ("identifier", "name", "word"):
        with contextlib.suppress(QueryError):
            return Query(grammar, f"({kind}) @name")
    return Query(grammar, "")


async def _scanned(path: str) -> list[WorkspacePath]:
    scan = await LiveWorkspace(real_system(), (path,)).scan()
    return [file.path for file in scan.files if language_of(file.path) is not None]


async def _built(path: str, store: str) -> tuple[LiveWorkspace, LiveGraph, IndexReport]:
    system = real_system()
    workspace, graph = LiveWorkspace(system, (path,)), LiveGraph(system, store)
    scan = await workspace.scan()
    return workspace, graph, await graph.build(scan, workspace.view)


def _index(path: str, store: str) -> Figures:
    async def run() -> Figures:
        cpu, wall, before = _cpu(), time.perf_counter(), _resident()
        _, graph, report = await _built(path, store)
        gc.collect()
        after = _resident()
        await graph.close()
        return {
            "cpu": round(_cpu() - cpu, 3),
            "wall": round(time.perf_counter() - wall, 3),
            "cold": report.cold,
            "files": report.files,
            "unparsed": len(report.unparsed),
            "definitions": report.definitions,
            "references": report.references,
            "edges": report.edges,
            "MB over start": round(after - before, 1),
            "MB per 1,000 files": round((after - before) * 1_000 / report.files, 2),
        }

    return asyncio.run(run())


def _references(path: str, store: str) -> Figures:
    async def run() -> Figures:
        _, graph, _ = await _built(path, store)
        view = graph.view
        draw = random.Random(SEED)
        paths = [each for each in view.paths() if not each.relative.startswith(("tests/", "test/"))]
        symbols: list[Symbol] = []
        while len(symbols) < SYMBOLS:
            found = view.symbols(draw.choice(paths))
            symbols += [draw.choice(found)] if found else []
        times = [_milliseconds(lambda symbol=symbol: view.references(symbol)) for symbol in symbols]
        held = _resident()
        await graph.close()
        _, fresh, _ = await _built(path, store)  # which remembers nothing of the answers
        view = fresh.view
        first = [_milliseconds(lambda symbol=symbol: view.references(symbol, limit=FIRST_PAGE)) for symbol in symbols]
        await fresh.close()
        page = {f"first {FIRST_PAGE} {name}": value for name, value in _spread(first).items()}
        return {**_spread(times), **page, "seed": SEED, "symbols": SYMBOLS, "MB at end": round(held, 1)}

    return asyncio.run(run())


def _keystrokes(path: str, store: str) -> Figures:
    """Typing in the file nearest to 2,000 lines, and forks of the same edit."""

    async def run() -> Figures:
        workspace, graph, _ = await _built(path, store)
        chosen, text = _two_thousand_lines(graph, workspace)
        opened = workspace.open_document(chosen, text, 1)
        graph.update(workspace.view, opened)
        await graph.caught_up()
        draw = random.Random(SEED)
        typed: list[float] = []
        shown: list[float] = []
        forked: list[float] = []
        version = 1
        for _ in range(KEYSTROKES // 2):
            line = text.line_span(draw.randrange(text.line_count))
            edit = TextEdit(Span(line.end, line.end), draw.choice((b" ", b"x", b"()")))
            changes = ChangeSet(base={chosen: text.digest}, edits=(FileEdit(path=chosen, edits=(edit,)),))
            forked.append(_milliseconds(lambda changes=changes: graph.view.fork(changes)))
            # Typed and taken back: edits that pile up would soon measure nothing but broken code.
            for after in (text.apply((edit,)), text):
                version += 1
                change = workspace.change_document(chosen, after, version)
                began = time.process_time()
                graph.update(workspace.view, change)
                typed.append((time.process_time() - began) * 1_000)
                # A long document is read in a thread: the call alone would measure that it was put off.
                await graph.caught_up()
                shown.append((time.process_time() - began) * 1_000)
        await graph.close()
        return {
            "file": str(chosen),
            "lines": text.line_count,
            **{f"update {name}": value for name, value in _spread(typed).items()},
            **{f"until shown {name}": value for name, value in _spread(shown).items()},
            **{f"fork {name}": value for name, value in _spread(forked).items()},
        }

    return asyncio.run(run())


def _two_thousand_lines(graph: LiveGraph, workspace: LiveWorkspace) -> tuple[WorkspacePath, Text]:
    texts = ((path, workspace.view.read(path).text) for path in graph.view.paths())
    return min(texts, key=lambda each: abs(each[1].line_count - 2_000))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1_000


def _spread(times: list[float]) -> Figures:
    """Median, 95th percentile and maximum in CPU milliseconds."""
    cuts = statistics.quantiles(times, n=20)
    return {"p50 ms": round(statistics.median(times), 2), "p95 ms": round(cuts[-1], 2), "max ms": round(max(times), 2)}


STAGES: dict[str, Callable[[str, str], Figures]] = {
    "floor": _floor,
    "names": _names,
    "cold": _index,
    "warm": _index,
    "references": _references,
    "keystrokes": _keystrokes,
}


if __name__ == "__main__":
    sys.exit(main())
