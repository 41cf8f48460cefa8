"""The cache: what was put is found again, and no state of the disk is worse than a cold start."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from sightline.graph.store import FactsRow, GraphStore, StatRow, store_path

ROW = StatRow("/root", "a.py", 10, 123, "d1")
FACTS = FactsRow("d1", "python", "1", b"blob")


async def _loaded(path: Path, extractor: str = "1") -> tuple[list[StatRow], dict[tuple[str, str], bytes]]:
    store = GraphStore(str(path))
    state = await store.load(["/root"], extractor)
    await store.close()
    return sorted(state.stats.values()), state.blobs


async def _filled(path: Path, stats: list[StatRow], facts: list[FactsRow]) -> None:
    store = GraphStore(str(path))
    store.put(stats, facts)
    await store.close()


async def test_rows_come_back_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "graph.sqlite"
    other = StatRow("/elsewhere", "b.py", 1, 2, "d2")
    await _filled(path, [ROW, other], [FACTS, FactsRow("d2", "python", "1", b"two")])
    stats, blobs = await _loaded(path)
    assert stats == [ROW]
    assert blobs["d1", "python"] == b"blob"


async def test_facts_of_another_extractor_are_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    await _filled(path, [ROW], [FACTS])
    assert (await _loaded(path, "2"))[1] == {}


async def test_many_rows_are_written_without_a_flush(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    store = GraphStore(str(path))
    for number in range(1_200):
        store.put([StatRow("/root", f"{number}.py", 1, 1, f"{number}")], [FactsRow(f"{number}", "python", "1", b"x")])
    await store.close()
    await store.close()
    store.put([ROW])
    stats, blobs = await _loaded(path)
    assert (len(stats), len(blobs)) == (1_200, 1_200)


async def test_a_file_that_is_no_database_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    path.write_bytes(b"this is not a database" * 1_000)
    await _filled(path, [ROW], [FACTS])
    assert (await _loaded(path))[0] == [ROW]


async def test_damage_inside_a_database_is_a_cold_start(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    many = [FactsRow(f"{n}", "python", "1", bytes(3_000)) for n in range(200)]
    await _filled(path, [StatRow("/root", f"{n}.py", 1, 1, f"{n}") for n in range(200)], many)
    data = bytearray(path.read_bytes())
    assert len(data) > 100_000
    data[8_192:-8_192] = b"\xff" * (len(data) - 16_384)
    path.write_bytes(data)
    stats, blobs = await _loaded(path)
    assert len(stats) < 200 or len(blobs) < 200
    await _filled(path, [ROW], [FACTS])
    stats, blobs = await _loaded(path)
    assert (stats, blobs) == ([ROW], {("d1", "python"): b"blob"})


async def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = GraphStore(str(tmp_path / "file" / "graph.sqlite"))
    store.put([ROW], [FACTS])
    await store.flush()
    assert list((await store.load(["/root"], "1")).stats.values()) == [ROW]
    await store.close()


async def test_two_processes_share_one_database(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    stores = [GraphStore(str(path)) for _ in range(2)]
    for number in range(300):
        stores[number % 2].put([StatRow("/root", f"{number}.py", 1, 1, f"{number}")])
        if number % 50 == 0:
            await asyncio.gather(*(store.flush() for store in stores))
    for store in stores:
        await store.close()
    assert len((await _loaded(path))[0]) == 300


async def _ten_of_which_one_is_used(path: Path, size: int = 1) -> list[tuple[str, str]]:
    """The keys of the facts that are left of ten, after nine of the files are gone."""
    store = GraphStore(str(path))
    store.put(
        [StatRow("/root", f"{n}.py", 1, 1, f"{n}") for n in range(10)],
        [FactsRow(f"{n}", "python", "1", bytes(size)) for n in range(10)],
    )
    await store.prune(lambda root, path: (root, path) == ("/root", "9.py"), "1")
    assert list((await store.load(["/root"], "1")).stats) == [("/root", "9.py")]
    kept = await store.blobs([(f"{n}", "python") for n in range(10)], "1")
    await store.close()
    return sorted(kept)


async def test_pruning_forgets_unknown_files_and_old_unused_facts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.graph.store.LEAST_UNUSED", 0)
    kept = await _ten_of_which_one_is_used(tmp_path / "graph.sqlite")
    assert kept == [("7", "python"), ("8", "python"), ("9", "python")]


async def test_a_few_unused_facts_stay_for_a_switch_back(tmp_path: Path) -> None:
    assert len(await _ten_of_which_one_is_used(tmp_path / "graph.sqlite")) == 10


async def test_unused_facts_have_a_bound_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.graph.store.UNUSED_BYTES", 4_000)
    kept = await _ten_of_which_one_is_used(tmp_path / "graph.sqlite", size=1_000)
    assert [digest for digest, _ in kept] == ["5", "6", "7", "8", "9"]


async def test_facts_of_an_older_extractor_go_before_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.graph.store.LEAST_UNUSED", 0)
    monkeypatch.setattr("sightline.graph.store.UNUSED_FACTOR", 0)
    path = tmp_path / "graph.sqlite"
    await _filled(path, [ROW], [FACTS, FACTS._replace(extractor="2")])
    store = GraphStore(str(path))
    await store.prune(lambda root, path: (root, path) == ("/root", "a.py"), "2")
    assert not await store.holds("1")
    assert await store.holds("2")
    await store.close()


async def test_a_store_that_is_never_pruned_trims_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.graph.store.LEAST_UNUSED", 100)
    monkeypatch.setattr("sightline.graph.store._WRITTEN_BETWEEN_TRIMS", 600)
    store = GraphStore(str(tmp_path / "graph.sqlite"))
    for number in range(5_000):
        store.put([ROW._replace(digest=f"{number}")], [FactsRow(f"{number}", "python", "1", b"x")])
    kept = await store.blobs([(f"{number}", "python") for number in range(5_000)], "1")
    assert ("4999", "python") in kept
    assert 100 <= len(kept) <= 1_000
    await store.close()


async def test_an_open_transaction_of_a_killed_process_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "graph.sqlite"
    await _filled(path, [ROW], [FACTS])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM stat")
    connection.close()
    assert (await _loaded(path))[0] == [ROW]


def test_the_place_depends_on_the_roots_and_not_on_their_order() -> None:
    assert store_path("/cache", ["/a", "/b"]) == store_path("/cache/", ["/b", "/a"])
    assert store_path("/cache", ["/a"]) != store_path("/cache", ["/b"])
