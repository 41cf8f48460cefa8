"""Opens SQLite databases: the only file that imports ``sqlite3``.

Two kinds are never mixed: a *cache* may be dropped at any time and is rebuilt when its version differs or it is
damaged; a *precious* database only moves forward through its migrations and is never dropped.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sqlite3
import time
from collections.abc import Generator, Sequence

from sightline.base.errors import SightlineError

Connection = sqlite3.Connection
DatabaseError = sqlite3.Error
#: Not damage: the database is locked, the disk is full, the place is read-only.
DatabaseUnavailable = sqlite3.OperationalError


_log = logging.getLogger(__name__)

#: File systems of other machines, as Linux calls them: write-ahead logging needs memory that all processes share.
_NETWORK = frozenset((
    "9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gfs2", "lustre", "ncpfs", "nfs", "nfs4",
    "ocfs2", "smb3", "smbfs",
))  # fmt: skip

#: Between attempts to switch to write-ahead logging, which takes another process milliseconds (seconds; 0.25 in all).
_PAUSES = tuple(0.001 * 2**power for power in range(8))

#: Spaces and the like in the table of mounts.
_OCTAL = re.compile(r"\\([0-7]{3})")

#: What helps where a precious database cannot be used.
_HINT = (
    "Make room on the disk, or set SIGHTLINE_CACHE_DIR, which moves all that Sightline keeps, to a folder that can be "
    "written."
)

#: One for a file of another version, one for losing against a process that makes it too, one for both.
_ATTEMPTS = 3


def open_cache(path: str, *, version: int, schema: str) -> Connection:
    """A droppable database at ``path`` with ``schema`` (SQL script) applied.

    A file of another ``version``, or one that SQLite calls damaged, is deleted and made anew. Where the place cannot be
    written or locked (read-only home, full disk, a network file system without locks) an in-memory database is
    returned, and a warning logged: a cache is never a reason to fail.
    """
    problem = "it could not be made"
    for attempt in range(_ATTEMPTS):
        try:
            connection = _open_cache(path, version, schema)
        except sqlite3.OperationalError as error:
            problem = str(error)
            # Another process may have made it in the same moment: look again.
            if attempt == _ATTEMPTS - 1:
                break
        except sqlite3.DatabaseError:
            _delete(path)
        else:
            if connection is not None:
                return connection
            _delete(path)
    _log.warning(
        "The cache %s cannot be used (%s). It is kept in memory, and the next start will be a cold one. "
        "Set SIGHTLINE_CACHE_DIR to a folder that can be written.",
        path,
        problem,
    )
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    _create(memory, version, schema)
    return memory


def _open_cache(path: str, version: int, schema: str) -> Connection | None:
    """The cache at ``path``, made if there is none; ``None`` for one of another version."""
    connection = _connect(path)
    try:
        # In one transaction: what another process makes in between would look like a file of another version.
        connection.execute("BEGIN")
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        connection.execute("COMMIT")
        if found == version:
            return connection
        if found == 0 and tables == 0:
            _create(connection, version, schema)
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def drop_cache(path: str) -> None:
    """Removes a cache that turned out to be damaged. Its connection must be closed."""
    _delete(path)


def open_in_memory(schema: str) -> Connection:
    """A database that lives as long as its connection, with ``schema``. Raises as SQLite does."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    try:
        connection.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection


def open_precious(path: str, *, migrations: Sequence[str]) -> Connection:
    """A database that is kept: ``migrations[n]`` takes it from version n to n+1, each in one transaction.

    Raises :class:`SightlineError` (kind ``database``) when it cannot be opened or was written by a newer release.
    """
    try:
        try:
            return _open_precious(path, migrations)
        except sqlite3.OperationalError:
            # Another process may have migrated it in the same moment: look once more.
            return _open_precious(path, migrations)
    except sqlite3.Error as error:
        raise SightlineError(
            f"{path} cannot be opened: {error}.",
            hint=f"{_HINT} Or move the file away.",
            kind="database",
        ) from error


@contextlib.contextmanager
def translated(name: str) -> Generator[None]:
    """Raises :class:`SightlineError` (kind ``database``) for what a precious database (its ``name``) raises."""
    try:
        yield
    except sqlite3.Error as error:
        raise SightlineError(f"{name} cannot be used: {error}.", hint=_HINT, kind="database") from error


def _open_precious(path: str, migrations: Sequence[str]) -> Connection:
    connection = _connect(path)
    try:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > len(migrations):
            raise SightlineError(
                f"{path} was written by a newer Sightline.", hint="Upgrade Sightline.", kind="database"
            )
        for number, script in enumerate(migrations[found:], start=found + 1):
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version={number};\nCOMMIT;")
        connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: str) -> Connection:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        # Made here and not by SQLite, so that others cannot read it; its journals take over the mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
    connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
    try:
        if lies_on_network(path):
            connection.execute("PRAGMA journal_mode=TRUNCATE")
        else:
            _journal_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def lies_on_network(path: str, mounts: str = "/proc/self/mounts") -> bool:
    """Whether ``path`` lies on another machine, where that can be told (Linux: ``mounts`` lists what is mounted)."""
    real = os.path.realpath(path)
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            rows = [line.split(" ") for line in file]
    except OSError:
        return False
    best, kind = "", ""
    for row in rows:
        if len(row) < 3:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), row[1])
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):  # what is mounted last hides what was there
            best, kind = point, row[2]
    return kind in _NETWORK


def _journal_ahead(connection: Connection) -> None:
    """Switches to write-ahead logging. While another process does the same, SQLite gives up at once: we do not."""
    for pause in (*_PAUSES, None):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            return


def _create(connection: Connection, version: int, schema: str) -> None:
    connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nPRAGMA user_version={version};\nCOMMIT;")


def _delete(path: str) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            os.unlink(path + suffix)
