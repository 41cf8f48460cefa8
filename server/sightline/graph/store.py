"""The graph's cache on disk: facts by content digest, and the digest each file had when it was last seen.

Droppable at any time: a damaged or unwritable database costs a cold start and nothing else. One thread does all
reading and writing, in batches, so that the event loop never waits for a disk. Only bytes and digests lie here: this
file knows neither what facts mean nor which files exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from zlib import compressobj, decompress
from zlib import error as CompressionError  # noqa: N812  the module has one error, named so

from sightline.base.database import (
    Connection,
    DatabaseError,
    DatabaseUnavailable,
    drop_cache,
    open_cache,
)
from sightline.base.text import digest_of

_log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE stat (
    root TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL, language TEXT NOT NULL, extractor TEXT NOT NULL, blob BLOB NOT NULL,
    UNIQUE (digest, language, extractor)
);
CREATE TABLE segment (id INTEGER PRIMARY KEY CHECK (id = 0), extractor TEXT NOT NULL, data BLOB NOT NULL);
"""
SCHEMA_VERSION = 2

#: Facts that no known file has are kept for a switch back to another branch: the newest of them, as many as this
#: multiple of those in use (or this many where few are), and no more than so many bytes.
UNUSED_FACTOR = 2
LEAST_UNUSED = 5_000
UNUSED_BYTES = 512 << 20
#: Facts written between two looks at how many are unused: a server that runs for weeks sees many branches.
_WRITTEN_BETWEEN_TRIMS = 20_000
_ROWS_A_BATCH = 500
_ROWS_A_READ = 1_000

_T = TypeVar("_T")


class StatRow(NamedTuple):
    """What a file looked like when its text had ``digest``."""

    root: str
    path: str
    size: int
    mtime_ns: int
    digest: str


class FactsRow(NamedTuple):
    """One facts blob. ``extractor`` names the versions of the extractor and of the codec that made it."""

    digest: str
    language: str
    extractor: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class StoredState:
    """Everything a start needs: stat rows by (root, path), blobs by (digest, language), the saved segment if any."""

    stats: dict[tuple[str, str], StatRow]
    blobs: dict[tuple[str, str], bytes]
    segment: bytes = b""


class GraphStore:
    """One database and the thread that owns it. All methods are called on the event loop and none blocks it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sightline-graph-store")
        self._connection: Connection | None = None
        self._stats: list[StatRow] = []
        self._facts: list[FactsRow] = []
        self._told = False
        self._written = 0  # facts since the last trim; of the store's thread
        self._closed = False

    async def load(self, roots: Sequence[str], extractor: str) -> StoredState:
        """All stat rows of ``roots`` and the blobs made by ``extractor`` for the digests in them.

        Damage found while reading empties the database; an empty state is then the answer.
        """
        return await self._run(lambda: self._load(roots, extractor))

    async def blobs(self, keys: Sequence[tuple[str, str]], extractor: str) -> dict[tuple[str, str], bytes]:
        """The stored blobs among the (digest, language) ``keys``, those put just now among them."""
        self._submit()
        return await self._run(lambda: self._blobs(keys, extractor))

    async def holds(self, extractor: str) -> bool:
        """Whether there are any facts made by ``extractor``."""
        self._submit()
        return await self._run(lambda: self._holds(extractor))

    def put(self, stats: Sequence[StatRow] = (), facts: Sequence[FactsRow] = ()) -> None:
        """Queues rows; they are written in batches by the store's thread. Never raises and never waits."""
        if self._closed:
            return
        self._stats += stats
        self._facts += facts
        if len(self._stats) + len(self._facts) >= _ROWS_A_BATCH:
            self._submit()

    def put_segment(self, extractor: str, pieces: Sequence[bytes | memoryview]) -> None:
        """Queues the segment that the next start may adopt, in pieces; the one before is replaced."""
        if not self._closed:
            self._submit()
            self._thread.submit(self._write_segment, extractor, pieces)

    async def flush(self) -> None:
        """Waits until everything queued so far is on its way to disk."""
        self._submit()
        await self._run(lambda: None)

    async def prune(self, is_known: Callable[[str, str], bool], extractor: str) -> None:
        """Forgets stat rows of files that are not known (by root and path), and facts too long unused.

        ``is_known`` is asked in the store's thread: a list of all files would be made and dropped when the graph takes
        the most memory. Facts that another than ``extractor`` made count as unused.
        """
        self._submit()
        await self._run(lambda: self._prune(is_known, extractor))

    async def close(self) -> None:
        """Writes what is queued and closes the database. A second call does nothing."""
        if self._closed:
            return
        self._submit()
        self._closed = True
        await self._run(self._disconnect)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _submit(self) -> None:
        stats, facts = self._stats, self._facts
        self._stats, self._facts = [], []
        if stats or facts:
            self._thread.submit(self._write, stats, facts)

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = open_cache(self._path, version=SCHEMA_VERSION, schema=SCHEMA)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DatabaseError):
                self._connection.close()
            self._connection = None

    def _start_over(self, error: DatabaseError) -> None:
        """After damage the file goes; after a full disk or a lock it stays, and only this batch is lost."""
        self._disconnect()
        if not isinstance(error, DatabaseUnavailable):
            drop_cache(self._path)
        elif not self._told:
            self._told = True
            _log.warning("The cache %s cannot be written (%s): the next start will parse again.", self._path, error)

    def _load(self, roots: Sequence[str], extractor: str) -> StoredState:
        try:
            connection = self._open()
            stats = {
                (row.root, row.path): row
                for root in roots
                for row in map(StatRow._make, _rows(connection, _READ_STATS, (root,)))
            }
            blobs = {
                (digest, language): blob for digest, language, blob in _rows(connection, _READ_FACTS, (extractor,))
            }
            found = next(_rows(connection, "SELECT data FROM segment WHERE extractor = ?", (extractor,)), (b"",))
            segment = decompressed(found[0])
        except DatabaseError as error:
            self._start_over(error)
            return StoredState(stats={}, blobs={})
        return StoredState(stats=stats, blobs=blobs, segment=segment)

    def _blobs(self, keys: Sequence[tuple[str, str]], extractor: str) -> dict[tuple[str, str], bytes]:
        found: dict[tuple[str, str], bytes] = {}
        try:
            connection = self._open()
            for digest, language in keys:
                for (blob,) in _rows(connection, _READ_BLOB, (digest, language, extractor)):
                    found[digest, language] = blob
        except DatabaseError as error:
            self._start_over(error)
        return found

    def _holds(self, extractor: str) -> bool:
        try:
            return bool(next(_rows(self._open(), _READ_ANY, (extractor,)))[0])
        except DatabaseError as error:
            self._start_over(error)
        return False

    def _write(self, stats: Sequence[StatRow], facts: Sequence[FactsRow]) -> None:
        try:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO stat VALUES (?, ?, ?, ?, ?)", stats)
            connection.executemany(
                "INSERT OR REPLACE INTO facts (digest, language, extractor, blob) VALUES (?, ?, ?, ?)", facts
            )
            self._written += len(facts)
            if facts and self._written > _WRITTEN_BETWEEN_TRIMS:
                self._trim(connection, facts[-1].extractor)
            connection.execute("COMMIT")
        except DatabaseError as error:
            self._start_over(error)

    def _trim(self, connection: Connection, extractor: str) -> None:
        """Forgets the unused facts that are too many."""
        self._written = 0
        (used,) = next(_rows(connection, "SELECT count(DISTINCT digest) FROM stat", ()))
        most = max(used * UNUSED_FACTOR, LEAST_UNUSED)
        connection.execute(_DELETE_UNUSED, {"extractor": extractor, "most": most, "bytes": UNUSED_BYTES})

    def _write_segment(self, extractor: str, pieces: Sequence[bytes | memoryview]) -> None:
        packer = compressobj(1)
        data = b"".join((*map(packer.compress, pieces), packer.flush()))
        try:
            connection = self._open()
            connection.execute("INSERT OR REPLACE INTO segment VALUES (0, ?, ?)", (extractor, data))
        except DatabaseError as error:
            self._start_over(error)

    def _prune(self, is_known: Callable[[str, str], bool], extractor: str) -> None:
        try:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            stored = _rows(connection, "SELECT root, path FROM stat", ())
            gone = [(root, path) for root, path in stored if not is_known(root, path)]
            connection.executemany("DELETE FROM stat WHERE root = ? AND path = ?", gone)
            self._trim(connection, extractor)
            connection.execute("COMMIT")
            # SQLite keeps some megabytes of pages that nobody will ask for again.
            connection.execute("PRAGMA shrink_memory")
        except DatabaseError as error:
            self._start_over(error)


_READ_STATS = "SELECT root, path, size, mtime_ns, digest FROM stat WHERE root = ?"
_READ_FACTS = """
SELECT digest, language, blob FROM facts WHERE extractor = ? AND digest IN (SELECT digest FROM stat) ORDER BY id
"""
_READ_BLOB = "SELECT blob FROM facts WHERE digest = ? AND language = ? AND extractor = ?"
_READ_ANY = "SELECT EXISTS (SELECT 1 FROM facts WHERE extractor = ?)"
#: The newest unused facts stay. The length of a blob is read without the blob.
_DELETE_UNUSED = """
DELETE FROM facts WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER newest AS place, sum(length(blob)) OVER newest AS total FROM facts
        WHERE extractor <> :extractor OR digest NOT IN (SELECT digest FROM stat) WINDOW newest AS (ORDER BY id DESC)
    ) WHERE place > :most OR total > :bytes
)
"""


def _rows(connection: Connection, query: str, parameters: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
    """Rows in batches: the thread gives up the interpreter between two, so that the event loop gets its turns."""
    cursor = connection.execute(query, parameters)
    while rows := cursor.fetchmany(_ROWS_A_READ):
        yield from rows


def decompressed(data: bytes) -> bytes:
    """Unpacks a saved segment; no bytes for anything else."""
    try:
        return decompress(data) if data else b""
    except CompressionError:
        return b""


def store_path(cache_directory: str, roots: Sequence[str]) -> str:
    """Where the cache of a set of workspace roots lies."""
    key = digest_of("\0".join(sorted(roots)).encode("utf-8", "replace"))[:16]
    return f"{cache_directory.rstrip('/')}/graph-{key}.sqlite"
