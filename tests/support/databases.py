"""Everything the server keeps must open again, however it ended."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sightline.base.system import real_system
from sightline.sessions.journal import EditJournal


def opens_again(folder: Path) -> int:
    """Every database must be whole, and the journal must open. Answers how many there are."""
    databases = [path for path in folder.rglob("*") if path.suffix in (".sqlite", ".sqlite3")]
    for path in databases:
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
        connection.close()
    for path in folder.rglob("edits.sqlite3"):
        journal = EditJournal(real_system(), str(path.parent))
        assert all(journal.inverse(entry.id) is not None for entry in journal.entries())
        journal.close()
    return len(databases)
