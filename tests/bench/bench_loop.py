#!/usr/bin/env python3
"""How long the server's event loop makes others wait: a ping every 5 ms from another process, whatever goes on.

    python tests/bench/bench_loop.py PATH            one code base
    python tests/bench/bench_loop.py --repositories DIR

A machine has noise of its own: an idle asyncio process is pinged at the same moments, and the server counts the CPU
time of its longest callback, which other processes do not lengthen. Adoption of a keystroke is measured here.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from loop.adoption import adoption_times
from loop.corpus import DENSE, ORDINARY, dense_text, environment, prepare, wide_tree
from loop.pinging import Session, serving, spread

RESULTS = Path(__file__).resolve().parent / "results"
SEED = 11
KEYSTROKES = 80
SWITCHED = 2_000
WIDE = 100_000
QUIET = 1.0
LAYOUTS = ("[tool.pyright]\nextraPaths = ['tests']\n", "[tool.pyright]\nextraPaths = ['docs']\n")
Figures = dict[str, Any]


def main() -> int:
    """Measures one code base; answers 1 when there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", type=Path, help="a code base")
    parser.add_argument("--repositories", type=Path, help="folder of code bases, of which django is taken")
    parser.add_argument("--only", default="", help="runs the sessions whose name holds this; writes no result")
    options = parser.parse_args()
    path = (options.path or _known(options.repositories)).resolve()
    gc.disable()  # the collector of this process would lengthen what it measures
    figures = asyncio.run(_measure(path, options.only))
    if not options.only:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "loop.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _known(folder: Path | None) -> Path:
    if folder is not None and (folder / "django").is_dir():
        return folder / "django"
    return Path(__file__).resolve().parents[2] / "server"


async def _measure(path: Path, only: str) -> Figures:
    sessions = {"cold": _cold, "warm": _warm, "wide": _wide}
    phases: Figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = await asyncio.to_thread(prepare, path, folder)
        if not only or "wide" in only:
            await asyncio.to_thread(wide_tree, folder, WIDE)
        for session, run in sessions.items():
            if not only or session in only:
                phases |= await run(root if session != "wide" else folder / "wide", folder)
        adoption = {} if only else await adoption_times({2_000: dense_text(2_000), 50_000: dense_text(50_000)})
    for lines, figures in adoption.items():
        print(f"adopted, {lines}: {figures}", flush=True)
    return {
        "corpus": path.name,
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load at the end": round(os.getloadavg()[0], 1),
        "unit": "ms",
        "phases": phases,
        "adopted": adoption,
    }


class Phases:
    """Figures of one session's phases; those of the server's own log come when it has ended."""

    def __init__(self, session: Session, log: Path) -> None:
        self.figures: Figures = {}
        self._session = session
        self._log = log
        self._spans: dict[str, tuple[float, float]] = {}

    async def run(self, name: str, work: Callable[[Session], Awaitable[object]]) -> None:
        """Measures ``work`` until everything is answered again."""
        began = time.monotonic()
        await work(self._session)
        self._spans[name] = (began, time.monotonic())
        await asyncio.sleep(QUIET)

    def finish(self) -> Figures:
        """All figures, printed too."""
        rows = [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]
        for name, (since, until) in self._spans.items():
            inside = [row for row in rows if since <= row[1] <= until]
            kept = max((row for row in inside if row[0] == "kept"), key=lambda row: row[2], default=None)
            slow = max((row for row in inside if row[0] == "callback"), key=lambda row: row[3], default=None)
            self.figures[name] = {
                "seconds": round(until - since, 2),
                "ping": spread(self._session.trips, since, until),
                "idle process": spread(self._session.echoes, since, until),
                "longest callback (CPU)": _longest(inside, "callback", 3),
                "longest collection (CPU)": _longest(inside, "collection", 3),
                "latest timer": _longest(inside, "late", 2),
                "in": slow[4] if slow else "",
                "threads when it was kept longest": kept[4] if kept else "",
            }
            print(f"{name}: {self.figures[name]}", flush=True)
        return self.figures


def _longest(rows: list[list[Any]], kind: str, column: int) -> float:
    return round(1_000 * max((row[column] for row in rows if row[0] == kind), default=0.0), 1)


@asynccontextmanager
async def _phases(root: Path, folder: Path, figures: Figures) -> AsyncGenerator[Phases]:
    log = folder / "server.log"
    async with serving(root, log, environment(folder)) as session:
        phases = Phases(session, log)
        yield phases
    figures |= phases.finish()


async def _cold(root: Path, folder: Path) -> Figures:
    figures: Figures = {}
    async with _phases(root, folder, figures) as phases:
        await phases.run("cold index", lambda session: session.ready())
        await phases.run("a question asked cold", _ask("context", "make the session cookie last longer"))
        await phases.run("an edit tried and checked", _ask("implement", "rename the first group"))
        await phases.run("typing, 2,000 lines", _typing(root / ORDINARY, pause=0.05))
        await phases.run("typing, 50,000 lines", _typing(root / DENSE, pause=0.1))
        await phases.run("a layout typed", _typing_layouts(root / "pyproject.toml"))
        await phases.run("2,000 files switched", _switch(root))
        await phases.run("an edit of 50,000 lines tried", _ask("implement", "rename the first group, the dense one"))
    return figures


async def _warm(root: Path, folder: Path) -> Figures:
    figures: Figures = {}
    async with _phases(root, folder, figures) as phases:
        await phases.run("warm start", lambda session: session.ready())
    return figures


async def _wide(root: Path, folder: Path) -> Figures:
    figures: Figures = {}
    async with _phases(root, folder, figures) as phases:
        await phases.run("scan and index of 100,000 files", lambda session: session.ready())
        await phases.run("rescan of 100,000 files", _rescan(root))
    return figures


def _ask(command: str, text: str) -> Callable[[Session], Awaitable[object]]:
    return lambda session: session.command("sightline.run", {"command": command, "text": text})


def _typing(path: Path, *, pause: float) -> Callable[[Session], Awaitable[object]]:
    """Single characters at the end of lines drawn by a seed, each taken back."""

    async def run(session: Session) -> None:
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        _open(session, path, text)
        draw = random.Random(SEED)
        version = 1
        for _ in range(KEYSTROKES // 2):
            line = draw.randrange(len(lines) - 1)
            start, new = {"line": line, "character": len(lines[line])}, draw.choice((" ", "x", "()"))
            end = {"line": line, "character": len(lines[line]) + len(new)}
            for range_, typed in (({"start": start, "end": start}, new), ({"start": start, "end": end}, "")):
                version += 1
                _change(session, path, version, {"range": range_, "text": typed})
                await asyncio.sleep(pause)
        _close(session, path)
        await session.quiet(QUIET)

    return run


def _typing_layouts(path: Path) -> Callable[[Session], Awaitable[object]]:
    async def run(session: Session) -> None:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        _open(session, path, text)
        for version in range(2, 8):
            _change(session, path, version, {"text": f"{text}\n{LAYOUTS[version % 2]}"})
            await asyncio.sleep(0.3)
        _close(session, path)
        await session.quiet(QUIET)

    return run


def _switch(root: Path) -> Callable[[Session], Awaitable[object]]:
    """As git does it: many files are others at once, and the editor tells of all of them."""

    async def run(session: Session) -> None:
        chosen = sorted(path for path in root.rglob("*.py") if path.name != DENSE)[:SWITCHED]

        def write() -> None:
            for path in chosen:
                with path.open("ab") as file:
                    file.write(b"\n\ndef from_the_other_branch():\n    return 1\n")

        await asyncio.to_thread(write)
        changes = [{"uri": path.as_uri(), "type": 2} for path in chosen]
        session.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await session.quiet(QUIET)

    return run


def _rescan(root: Path) -> Callable[[Session], Awaitable[object]]:
    async def run(session: Session) -> None:
        rules = root / ".gitignore"
        rules.write_text("*.nothing\n", encoding="utf-8")  # new rules mean a look at everything
        session.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rules.as_uri(), "type": 1}]})
        await session.quiet(QUIET)

    return run


def _open(session: Session, path: Path, text: str) -> None:
    item = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
    session.notify("textDocument/didOpen", {"textDocument": item})


def _change(session: Session, path: Path, version: int, change: object) -> None:
    identifier = {"uri": path.as_uri(), "version": version}
    session.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})


def _close(session: Session, path: Path) -> None:
    session.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})


if __name__ == "__main__":
    sys.exit(main())
