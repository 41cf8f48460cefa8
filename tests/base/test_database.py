"""Caches that may be dropped at any time, and databases that never are."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sightline.base.database import Connection, drop_cache, lies_on_network, open_cache, open_precious
from sightline.base.errors import SightlineError

SCHEMA = "CREATE TABLE thing (name TEXT); CREATE INDEX thing_name ON thing (name);"
FIRST, SECOND = "CREATE TABLE one (a);", "ALTER TABLE one ADD COLUMN b; INSERT INTO one VALUES (1, 2);"


def add(connection: Connection, name: str) -> None:
    connection.execute("INSERT INTO thing VALUES (?)", (name,))


def names(path: str, version: int = 1) -> list[str]:
    with closing(open_cache(path, version=version, schema=SCHEMA)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM thing")]


def test_a_cache_is_kept_while_its_version_is_the_same(tmp_path: Path) -> None:
    path = f"{tmp_path}/deep/cache.sqlite3"
    with closing(open_cache(path, version=1, schema=SCHEMA)) as connection:
        add(connection, "kept")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert names(path) == ["kept"]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert names(path, version=2) == []
    assert names(path, version=1) == []


@pytest.mark.parametrize("damage", ["garbage", "empty", "tail", "foreign"])
def test_a_damaged_cache_is_made_anew(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite3"
    with closing(open_cache(str(path), version=1, schema=SCHEMA)) as connection:
        add(connection, "lost")
    if damage == "garbage":
        path.write_bytes(b"not a database at all" * 100)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "tail":
        path.write_bytes(path.read_bytes()[:100])
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as foreign:
            foreign.execute("CREATE TABLE somebody_elses (a)")
    assert names(str(path)) == []
    with closing(open_cache(str(path), version=1, schema=SCHEMA)) as connection:
        add(connection, "new")
    assert names(str(path)) == ["new"]


def test_a_cache_that_cannot_be_written_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with closing(open_cache(f"{tmp_path}/file/cache.sqlite3", version=1, schema=SCHEMA)) as connection:
        add(connection, "for now")
    (tmp_path / "folder.sqlite3").mkdir()
    with closing(open_cache(f"{tmp_path}/folder.sqlite3", version=1, schema=SCHEMA)) as connection:
        add(connection, "for now")
    assert (tmp_path / "folder.sqlite3").is_dir()


def test_a_dropped_cache_leaves_nothing(tmp_path: Path) -> None:
    path = f"{tmp_path}/cache.sqlite3"
    open_cache(path, version=1, schema=SCHEMA).close()
    drop_cache(path)
    assert os.listdir(tmp_path) == []


def test_many_may_make_the_same_cache_at_once(tmp_path: Path) -> None:
    path = f"{tmp_path}/cache.sqlite3"
    barrier = threading.Barrier(6)

    def make(number: int) -> None:
        barrier.wait()
        with closing(open_cache(path, version=1, schema=SCHEMA)) as connection:
            add(connection, str(number))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(path)) == [str(number) for number in range(6)], "nobody was left with a cache of its own"


def test_a_cache_made_between_two_looks_is_taken_for_no_other_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{tmp_path}/cache.sqlite3"
    connect = sqlite3.connect

    def make() -> None:
        with closing(open_cache(path, version=1, schema=SCHEMA)) as connection:
            add(connection, "another's")

    waiting = [make]

    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *given: object) -> sqlite3.Cursor:
            if "count(*)" in sql and waiting:
                waiting.pop()()
            return super().execute(sql, *given)  # pyright: ignore[reportArgumentType]  what was given is handed on

    def slow(*given: Any, **named: Any) -> sqlite3.Connection:
        return connect(*given, **named, factory=Slow)

    monkeypatch.setattr(sqlite3, "connect", slow)
    with closing(open_cache(path, version=1, schema=SCHEMA)) as connection:
        add(connection, "mine")
    assert names(path) == ["another's", "mine"]


def test_a_precious_database_moves_forward_and_keeps_everything(tmp_path: Path) -> None:
    path = f"{tmp_path}/deep/precious.sqlite3"
    with closing(open_precious(path, migrations=[FIRST])) as connection:
        connection.execute("INSERT INTO one VALUES ('kept')")
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "every commit is flushed"
    with closing(open_precious(path, migrations=[FIRST, SECOND])) as connection:
        assert connection.execute("SELECT a, b FROM one").fetchall() == [("kept", None), (1, 2)]
    with closing(open_precious(path, migrations=[FIRST, SECOND])) as connection:
        assert connection.execute("SELECT count(*) FROM one").fetchone() == (2,), "a migration runs once"
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    path = f"{tmp_path}/precious.sqlite3"
    open_precious(path, migrations=[FIRST]).close()
    with pytest.raises(SightlineError) as caught:
        open_precious(path, migrations=[FIRST, "INSERT INTO one VALUES (1); INSERT INTO nothing VALUES (1);"])
    assert caught.value.kind == "database"
    with closing(open_precious(path, migrations=[FIRST])) as connection:
        assert connection.execute("SELECT count(*) FROM one").fetchone() == (0,)


def test_a_newer_or_damaged_precious_database_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "precious.sqlite3"
    open_precious(str(path), migrations=[FIRST, SECOND]).close()
    with pytest.raises(SightlineError, match="newer"):
        open_precious(str(path), migrations=[FIRST])
    garbage = b"not a database at all" * 100
    path.write_bytes(garbage)
    with pytest.raises(SightlineError) as caught:
        open_precious(str(path), migrations=[FIRST])
    assert (caught.value.kind, bool(caught.value.hint)) == ("database", True)
    assert path.read_bytes() == garbage


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SightlineError) as caught:
        open_precious(f"{tmp_path}/file/precious.sqlite3", migrations=[FIRST])
    assert caught.value.kind == "database"


MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//box/share /mnt/my\\040share cifs rw 0 0
damaged
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/var/x", False),
        ("/home/u/.cache/x", True),
        ("/home/local/x", False),
        ("/homes/x", False),
        ("/mnt/my share/x", True),
    ],
)
def test_file_systems_of_other_machines_are_known(path: str, network: bool, tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert lies_on_network(path, str(tmp_path / "mounts")) is network
    assert not lies_on_network(path, str(tmp_path / "missing"))


class _Everything:
    """Holds every kind of file system."""

    def __contains__(self, kind: object) -> bool:
        return True


def test_on_a_network_nothing_is_logged_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.base.database._NETWORK", _Everything())
    connection = open_cache(str(tmp_path / "c.sqlite"), version=1, schema="CREATE TABLE t (x);")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
    connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    assert sorted(path.name for path in tmp_path.iterdir() if path.stat().st_size) == ["c.sqlite"]


def test_that_a_cache_lives_in_memory_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    open_cache(str(tmp_path / "file" / "c.sqlite"), version=1, schema="CREATE TABLE t (x);").close()
    assert "kept in memory" in caplog.text
    assert "SIGHTLINE_CACHE_DIR" in caplog.text
