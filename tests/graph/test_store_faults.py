"""The cache in a bad world: killed while it writes, on a full disk, shared by two servers, or nowhere to be kept."""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sightline.base.database import open_cache
from sightline.graph import store as store_module
from sightline.graph.store import FactsRow, GraphStore, StatRow
from support import store_writer
from support.patience import PATIENCE
from support.store_writer import ROOT, blob_of
from support.trees import write_tree

MOMENTS = 30


async def _state(path: Path) -> tuple[int, int]:
    """Checks that what is there belongs together; how many files and how many facts there are."""
    store = GraphStore(str(path))
    state = await store.load([ROOT], "1")
    await store.close()
    for (digest, _), blob in state.blobs.items():
        assert blob == blob_of(digest)
    for row in state.stats.values():
        assert (row.digest, "python") in state.blobs, "rows of one batch are written together"
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return len(state.stats), len(state.blobs)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer forks")
def test_killed_at_any_moment_it_is_whole(tmp_path: Path) -> None:
    choose = random.Random(5)
    path = tmp_path / "graph.sqlite"
    environment = {**os.environ, "PYTHONPATH": str(Path(store_writer.__file__).parents[1])}
    writer = subprocess.Popen(
        (sys.executable, store_writer.__file__), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip
    assert writer.stdin is not None
    assert writer.stdout is not None
    found: list[tuple[int, int]] = []
    with writer:
        for _ in range(MOMENTS):
            print(path, file=writer.stdin, flush=True)
            child = int(writer.stdout.readline())
            deadline = time.monotonic() + PATIENCE
            while not path.exists() and time.monotonic() < deadline:
                select.select([], [], [], 0.001)
            select.select([], [], [], choose.random() * 0.2)
            os.kill(child, signal.SIGKILL)
            print(file=writer.stdin, flush=True)
            assert writer.stdout.readline().strip() == "0"
            found.append(asyncio.run(_state(path)))
        writer.stdin.close()
    assert writer.returncode == 0
    assert max(found) > (100, 100), "the writer must have come to write"


class _SmallDisk:
    """Opens caches that cannot grow beyond some pages of 4 kB."""

    def __init__(self, pages: int) -> None:
        self.pages = pages

    def __call__(self, path: str, *, version: int, schema: str) -> sqlite3.Connection:
        connection = open_cache(path, version=version, schema=schema)
        connection.execute(f"PRAGMA max_page_count={self.pages}")
        return connection


def _rows(numbers: range) -> tuple[list[StatRow], list[FactsRow]]:
    digests = [f"d{number}" for number in numbers]
    return (
        [StatRow(ROOT, f"{digest}.py", 1, 1, digest) for digest in digests],
        [FactsRow(digest, "python", "1", blob_of(digest)) for digest in digests],
    )


async def test_a_full_disk_loses_only_what_did_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "graph.sqlite"
    disk = _SmallDisk(100)
    monkeypatch.setattr(store_module, "open_cache", disk)
    store = GraphStore(str(path))
    for start in range(0, 1_000, 50):
        store.put(*_rows(range(start, start + 50)))
        await store.flush()
    assert 0 < len((await store.load([ROOT], "1")).stats) < 1_000
    assert caplog.text.count("cannot be written") == 1, "said once"
    await store.close()
    disk.pages = 10_000  # somebody made room
    store = GraphStore(str(path))
    store.put(*_rows(range(2_000, 2_100)))
    await store.close()
    files, facts = await _state(path)
    assert files >= 100
    assert facts >= 100


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder))
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if mounted.returncode:
        pytest.skip(f"a tmpfs can only be mounted by root: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(("umount", str(folder)), check=True)


async def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    path = tiny_disk / "graph.sqlite"
    store = GraphStore(str(path))
    for start in range(0, 1_000, 50):
        store.put(*_rows(range(start, start + 50)))
        await store.flush()
    await store.close()
    files, _ = await _state(path)
    assert files < 1_000
    (tiny_disk / "rest").write_bytes(b"")
    full = GraphStore(str(tiny_disk / "another" / "graph.sqlite"))
    full.put(*_rows(range(10)))
    await full.close()


async def test_another_schema_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.sqlite"
    store = GraphStore(str(path))
    store.put(*_rows(range(10)))
    await store.close()
    monkeypatch.setattr(store_module, "SCHEMA_VERSION", store_module.SCHEMA_VERSION + 1)
    again = GraphStore(str(path))
    assert (await again.load([ROOT], "1")).stats == {}
    again.put(*_rows(range(3)))
    await again.close()
    assert (await _state(path)) == (3, 3)


async def test_a_store_that_another_process_holds_costs_only_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network file system whose locks are never given: SQLite says "locked" to every write."""
    path = tmp_path / "graph.sqlite"
    store = GraphStore(str(path))
    store.put(*_rows(range(10)))
    await store.close()

    def impatient(path: str, *, version: int, schema: str) -> sqlite3.Connection:
        connection = open_cache(path, version=version, schema=schema)
        connection.execute("PRAGMA busy_timeout=1")
        return connection

    monkeypatch.setattr(store_module, "open_cache", impatient)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    other = GraphStore(str(path))
    other.put(*_rows(range(10, 20)))
    assert len((await other.load([ROOT], "1")).stats) == 10
    await other.close()
    holder.execute("COMMIT")
    holder.close()


def _module(number: int) -> str:
    after = number + 1
    return f"from pkg.m{after} import f{after}\ndef f{number}(): f{after}()\n"


FILES = {
    **{f"pkg/m{number}.py": _module(number) for number in range(60)},
    "pkg/m60.py": "def f60(): pass\n",
    "pkg/__init__.py": "",
}


def _start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SIGHTLINE_CACHE_DIR": str(home / "cache")}
    command = (sys.executable, "-P", "-m", "sightline", *arguments)
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _answers(*processes: subprocess.Popen[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for process in processes:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        found.append(json.loads(out))
    return found


def test_two_processes_index_and_answer_at_the_same_time(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", FILES)
    ask = ("graph", "impact", "f60", "--root", root, "--json")
    left, right = _answers(_start(tmp_path, *ask), _start(tmp_path, *ask))
    assert left == right
    assert {row["path"] for row in left["impacted"]} == {f"pkg/m{number}.py" for number in range(55, 60)}
    (again,) = _answers(_start(tmp_path, "index", "--root", root, "--json"))
    assert again["files"] == len(FILES)


def test_where_nothing_can_be_kept_it_works_and_says_so(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", FILES)
    (tmp_path / "cache").write_text("no folder")
    process = _start(tmp_path, "index", "--root", root, "--json")
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert json.loads(out)["files"] == len(FILES)
    assert "kept in memory" in errors
