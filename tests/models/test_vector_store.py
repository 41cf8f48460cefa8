"""Which vectors are kept, for how long, and what a damaged store does."""

from __future__ import annotations

from pathlib import Path

from sightline.base.database import open_cache
from sightline.base.memory_system import ManualClock
from sightline.models.vector_store import SCHEMA, VERSION, VectorStore, single, vector_key


def store_at(folder: Path, clock: ManualClock, **fields: int) -> VectorStore:
    connection = open_cache(str(folder / "vectors.sqlite3"), version=VERSION, schema=SCHEMA)
    return VectorStore(connection, clock, **fields)


def test_vectors_are_there_after_a_restart_as_they_were(tmp_path: Path) -> None:
    clock, key = ManualClock(), vector_key("ollama m", "a text")
    store = store_at(tmp_path, clock)
    assert store.get([key]) == {}
    store.put({key: single([0.1, 2.0])})
    store.close()
    again = store_at(tmp_path, clock)
    assert again.get([key, key]) == {key: single([0.1, 2.0])}
    again.close()


def test_each_model_has_its_own() -> None:
    keys = {vector_key(maker, text) for maker in ("one", "other") for text in ("a", "b", "")}
    assert len(keys) == 6
    assert vector_key("ab", "c") != vector_key("a", "bc")
    vector_key("m", "\ud800")


def test_those_not_used_for_longest_are_forgotten(tmp_path: Path) -> None:
    clock = ManualClock()
    store = store_at(tmp_path, clock, most_bytes=80)
    keys = [vector_key("m", str(number)) for number in range(12)]
    for key in keys[:10]:
        store.put({key: single([1.0, 2.0])})
        clock.seconds += 1
    assert len(store.get([keys[0]])) == 1  # it counts as used now
    clock.seconds += 1
    for key in keys[10:]:
        store.put({key: single([1.0, 2.0])})
    there = [number for number, key in enumerate(keys) if store.get([key])]
    assert there == [0, *range(3, 12)]
    store.close()


def test_a_store_that_fails_knows_nothing(tmp_path: Path) -> None:
    store = store_at(tmp_path, ManualClock())
    store.close()
    store.put({b"k": single([1.0])})
    assert store.get([b"k"]) == {}
