"""Keeps a :class:`~sightline.context.lexical.LexicalIndex` between two runs, as one blob in a droppable database.

Whatever is wrong with the file costs the reading of the workspace's words and nothing else. Called from threads.
"""

from __future__ import annotations

import contextlib
from zlib import compress, decompress
from zlib import error as CompressionError  # noqa: N812  the module has one error, named so

from sightline.base.database import Connection, DatabaseError, DatabaseUnavailable, drop_cache, open_cache

SCHEMA = "CREATE TABLE lexical (id INTEGER PRIMARY KEY CHECK (id = 0), version TEXT NOT NULL, data BLOB NOT NULL);"
SCHEMA_VERSION = 1


class LexicalStore:
    """One blob at ``path``. No method raises."""

    def __init__(self, path: str) -> None:
        self._path = path

    def load(self, version: str) -> bytes:
        """What was saved by the same ``version``, else no bytes."""
        try:
            with contextlib.closing(self._open()) as connection:
                row = connection.execute("SELECT data FROM lexical WHERE version = ?", (version,)).fetchone()
                return decompress(row[0]) if row is not None else b""
        except (DatabaseError, CompressionError, TypeError) as error:
            self._drop(error)
            return b""

    def save(self, version: str, data: bytes) -> None:
        """Replaces what was saved before."""
        try:
            with contextlib.closing(self._open()) as connection:
                connection.execute("INSERT OR REPLACE INTO lexical VALUES (0, ?, ?)", (version, compress(data, 1)))
        except DatabaseError as error:
            self._drop(error)

    def _open(self) -> Connection:
        return open_cache(self._path, version=SCHEMA_VERSION, schema=SCHEMA)

    def _drop(self, error: Exception) -> None:
        """After damage the file goes; after a full disk or a lock it stays."""
        if not isinstance(error, DatabaseUnavailable):
            drop_cache(self._path)
