"""Vectors of texts that were made before, so that code which did not change is sent once.

Kept on disk for all windows of this user. Neither texts nor paths are in it: a text is known by its digest together
with what made its vector. Numbers are kept in single precision.
"""

from __future__ import annotations

import logging
import threading
from array import array
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b

from sightline.base.database import Connection, DatabaseError
from sightline.base.system import Clock

VERSION = 1
SCHEMA = """
CREATE TABLE vector (
    text BLOB PRIMARY KEY,
    numbers BLOB NOT NULL,
    used REAL NOT NULL,
    size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX vector_used ON vector (used, text, size);
"""
#: Bytes of vectors that are kept, those used last: some 16,000 of 1,024 numbers.
MOST_BYTES = 64 << 20
#: Whether there are too many is looked at after each such part of them was added: the bound is exceeded by as much.
_PARTS = 32
_FORGET = """
DELETE FROM vector WHERE text IN (
    SELECT text FROM (SELECT text, sum(size) OVER (ORDER BY used DESC, text) AS total FROM vector) WHERE total > ?
)
"""

_log = logging.getLogger(__name__)

Vector = Sequence[float]


def vector_key(maker: str, text: str) -> bytes:
    """What the vector of ``text`` by ``maker`` (server, model and all else that decides it) is known by."""
    made = blake2b(digest_size=20)
    for part in (maker, text):
        data = part.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.digest()


def single(numbers: Iterable[float]) -> Vector:
    """A vector as it is kept: one that was just made counts the same as when it is read back."""
    return array("f", numbers)


class VectorStore:
    """The vectors in one database (``open_cache`` with :data:`SCHEMA`). Safe in several threads; its methods block.

    A database that fails (disk full, damaged) knows nothing, and is never an error.
    """

    def __init__(self, connection: Connection, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._connection = connection
        self._clock = clock
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        #: Bytes that this process put since it last looked how many there are.
        self._added = most_bytes

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vector]:
        """The vectors that are there."""
        found: dict[bytes, Vector] = {}
        now = self._clock.now()
        with self._lock, _forgiving():
            for key in dict.fromkeys(keys):
                row = self._connection.execute("SELECT numbers FROM vector WHERE text = ?", (key,)).fetchone()
                if row is not None:
                    found[key] = _read(row[0])
            self._connection.executemany("UPDATE vector SET used = ? WHERE text = ?", [(now, key) for key in found])
        return found

    def put(self, vectors: Mapping[bytes, Vector]) -> None:
        """Keeps vectors, and forgets those that were not used for longest where there are too many."""
        now = self._clock.now()
        rows = [(key, array("f", numbers).tobytes(), now) for key, numbers in vectors.items()]
        with self._lock, _forgiving():
            self._connection.executemany(
                "INSERT OR REPLACE INTO vector (text, numbers, used, size) VALUES (?, ?, ?, ?)",
                [(key, numbers, used, len(numbers)) for key, numbers, used in rows],
            )
            self._added += sum(len(numbers) for _, numbers, _ in rows)
            if self._added > self._most_bytes // _PARTS:
                self._connection.execute(_FORGET, (self._most_bytes,))
                self._added = 0

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()


def _read(data: bytes) -> Vector:
    """Raises ``ValueError`` for what something else wrote."""
    numbers = array("f")
    numbers.frombytes(data)
    return numbers


@contextmanager
def _forgiving() -> Generator[None]:
    try:
        yield
    except (DatabaseError, ValueError, TypeError) as error:  # damaged, full, locked; or a row of another shape
        _log.warning("The cache of vectors cannot be used: %s", error)
