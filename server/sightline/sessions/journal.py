"""``EditJournal``: every applied edit with what takes it back, in a database that is kept.

An entry holds the change set, its inverse, and of each edited file the lines around what was edited (compressed), so
that an undo can be merged with what was typed since; digests say which texts they are of. Short files, and those of
which most was edited, are kept whole, each text once (``kept_text.py``). So an entry costs about as much as its edit,
however long the files are. It holds no copy of the workspace and no model's words. Text is kept as it was in the files;
the database is readable by its user only.

All methods are quick (one transaction, at most one flush to disk) and may be called from any thread. They raise
:class:`SightlineError` of kind ``database`` when the disk fails.
"""

from __future__ import annotations

import contextlib
import json
import threading
import zlib
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sightline.base.changes import ChangeSet, FileEdit, TextLookup
from sightline.base.database import Connection, DatabaseError, open_precious, translated
from sightline.base.errors import SightlineError, UsageError
from sightline.base.merge import rebase
from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.base.system import System
from sightline.base.text import Text, encodable
from sightline.checks.acceptance import AcceptedFinding
from sightline.sessions.change_json import dump_changes, load_changes
from sightline.sessions.hunks import Hunk, hunks_of, only_hunks
from sightline.sessions.kept_text import KeptText

_MIGRATIONS = (
    """
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        turn TEXT NOT NULL,
        label TEXT NOT NULL,
        made REAL NOT NULL,
        undone REAL,
        size INTEGER NOT NULL,
        forward BLOB NOT NULL,
        inverse BLOB NOT NULL
    );
    CREATE INDEX entry_turn ON entry (turn);
    CREATE TABLE text (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE entry_text (
        entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
        digest TEXT NOT NULL REFERENCES text (digest),
        PRIMARY KEY (entry, digest)
    ) WITHOUT ROWID;
    CREATE INDEX entry_text_digest ON entry_text (digest);
    """,
    """
    ALTER TABLE entry ADD COLUMN accepted TEXT NOT NULL DEFAULT '[]';
    """,
    # Entries from before this have the whole texts of all their files in ``text``, and go on to do so.
    """
    CREATE TABLE kept_text (
        entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
        edit INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (entry, edit)
    ) WITHOUT ROWID;
    """,
)

_ENTRIES = "SELECT id, turn, label, made, undone, accepted FROM entry"
_UNUSED_TEXTS = "DELETE FROM text WHERE digest NOT IN (SELECT digest FROM entry_text)"
_PRUNE_OLD = "DELETE FROM entry WHERE made < ?"
_PRUNE_LARGE = """
    DELETE FROM entry WHERE id < (SELECT max(id) FROM entry) AND id <= (
        SELECT max(id) FROM (SELECT id, sum(size) OVER (ORDER BY id DESC) AS together FROM entry) WHERE together > ?
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLimits:
    """What is kept: entries younger than ``seconds`` and together smaller than ``size`` bytes; the newest always."""

    seconds: float = 30 * 24 * 3600
    size: int = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One applied edit. ``made`` and ``undone`` are Unix time in seconds; ``undone`` is ``None`` while it stands.

    ``accepted`` are the findings that it was applied in spite of.
    """

    id: int
    turn: str
    label: str
    made: float
    undone: float | None
    accepted: tuple[AcceptedFinding, ...] = ()


DEFAULT_LIMITS = JournalLimits()


class EditJournal:
    """The journal in one folder. Two processes may use it at the same time."""

    def __init__(self, system: System, directory: str, limits: JournalLimits = DEFAULT_LIMITS) -> None:
        """Opens ``edits.sqlite3`` in ``directory``, or makes it."""
        self._clock = system.clock
        self._limits = limits
        self._lock = threading.Lock()
        self._connection = open_precious(f"{directory.rstrip('/')}/edits.sqlite3", migrations=_MIGRATIONS)
        self._connection.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Closes the database. May be called twice."""
        with self._lock:
            self._connection.close()

    def record(
        self,
        *,
        turn: str,
        label: str,
        changes: ChangeSet,
        before: TextLookup,
        accepted: tuple[AcceptedFinding, ...] = (),
    ) -> JournalEntry:
        """Keeps an edit that was applied. ``before`` gives the texts before it, of ``changes.paths_before``."""
        for path, digest in changes.base.items():
            assert before(path).digest == digest, f"{path} is not the text the edit was computed for"
        inverse = changes.inverse(before)
        after = changes.texts_after(before)
        kept = [_kept(edit, after[edit.path]) for edit in inverse.edits]
        packed = {text.digest: zlib.compress(text.data) for each in kept if (text := each.text) is not None}
        parts = {place: each.dump() for place, each in enumerate(kept) if each.text is None}
        forward_bytes, inverse_bytes = dump_changes(changes), dump_changes(inverse)
        size = len(forward_bytes) + len(inverse_bytes) + sum(map(len, (*packed.values(), *parts.values())))
        now = self._clock.now()
        label = encodable(redact(label))
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO entry (turn, label, made, size, forward, inverse, accepted) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (turn, label, now, size, forward_bytes, inverse_bytes, json.dumps([asdict(each) for each in accepted])),
            )
            number = cursor.lastrowid
            assert number is not None
            connection.executemany("INSERT OR IGNORE INTO text VALUES (?, ?)", packed.items())
            connection.executemany("INSERT INTO entry_text VALUES (?, ?)", [(number, digest) for digest in packed])
            rows = [(number, place, data) for place, data in parts.items()]
            connection.executemany("INSERT INTO kept_text VALUES (?, ?, ?)", rows)
            self._prune(connection, now)
        return JournalEntry(id=number, turn=turn, label=label, made=now, undone=None, accepted=accepted)

    def entries(self, limit: int = 1000) -> tuple[JournalEntry, ...]:
        """The newest entries, the newest first, undone ones too."""
        return self._entries("ORDER BY id DESC LIMIT ?", limit)

    def last(self) -> JournalEntry | None:
        """The newest entry that stands: what an undo takes back."""
        return next(iter(self._entries("WHERE undone IS NULL ORDER BY id DESC LIMIT 1")), None)

    def last_undone(self) -> JournalEntry | None:
        """The entry undone last, if nothing was recorded after it was: what a redo brings back."""
        return next(
            iter(
                self._entries(
                    "WHERE undone IS NOT NULL AND undone >= (SELECT coalesce(max(made), 0) FROM entry "
                    "WHERE undone IS NULL) ORDER BY undone DESC, id LIMIT 1"
                )
            ),
            None,
        )

    def find(self, turn: str, *, undone: bool = False) -> JournalEntry | None:
        """The newest entry of a turn that stands, or that is ``undone``."""
        clause = f"WHERE turn = ? AND undone IS {'NOT ' if undone else ''}NULL ORDER BY id DESC LIMIT 1"
        return next(iter(self._entries(clause, turn)), None)

    def hunks(self, entry: int) -> tuple[Hunk, ...]:
        """The single changes of an entry. Raises :class:`UsageError` of kind ``no_such_entry``."""
        _, inverse, after = self._load(entry)
        return hunks_of(inverse, after)

    def inverse(self, entry: int, current: TextLookup | None = None, hunks: Collection[int] = ()) -> ChangeSet:
        """The change set that takes an entry back, or only the hunks of these numbers.

        Without ``current`` it is meant for exactly the texts after the edit. With it, it is made ready for the present
        texts (a lookup that raises :class:`SightlineError` means that there is no file): merged with what changed
        since where the two are disjoint, :class:`ChangeConflict` with the paths otherwise. Raises :class:`UsageError`
        of kind ``no_such_entry``.
        """
        _, inverse, after = self._load(entry)
        if hunks:
            inverse = only_hunks(inverse, hunks)
        return inverse if current is None else _rebased(inverse, after, current)

    def forward(self, entry: int, current: TextLookup | None = None) -> ChangeSet:
        """The change set of an entry, for a redo; as :meth:`inverse`."""
        forward, inverse, after = self._load(entry)
        return forward if current is None else _rebased(forward, _before(forward, inverse, after), current)

    def leads_back_to(self, entry: int, current: TextLookup) -> dict[WorkspacePath, Text]:
        """Lines of the texts that the inverse of an entry brings back where nothing was typed since.

        Of files it does not remove, by their paths then. Of long files it has the lines around the edit, and of the
        others those of which the present texts (by the paths now) prove that they are still the same.
        """
        forward, inverse, after = self._load(entry)
        before = _before(forward, inverse, after)
        moved = {rename.old: rename.new for rename in inverse.renames}
        places = {moved.get(edit.path, edit.path): edit.path for edit in inverse.edits}
        known = {path: before[path].known(_text_or_none(now, current)) for path, now in places.items()}
        return known | {create.path: create.text for create in inverse.creates}

    def leads_to(self, entry: int, current: TextLookup) -> dict[WorkspacePath, Text]:
        """Lines of the texts that an entry leaves, of files that it edits or makes; as :meth:`leads_back_to`."""
        forward, _, after = self._load(entry)
        moved = {rename.old: rename.new for rename in forward.renames}
        places = {moved.get(edit.path, edit.path): edit.path for edit in forward.edits}
        known = {path: after[path].known(_text_or_none(now, current)) for path, now in places.items()}
        return known | {create.path: create.text for create in forward.creates}

    def mark_undone(self, entry: int) -> None:
        """Tells that an entry was taken back."""
        self._mark(entry, self._clock.now())

    def mark_redone(self, entry: int) -> None:
        """Tells that an undone entry stands again."""
        self._mark(entry, None)

    def remove(self, entry: int) -> None:
        """Forgets an entry whose edit was taken back before anybody relied on it."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM entry WHERE id = ?", (entry,))
            connection.execute(_UNUSED_TEXTS)

    def _mark(self, entry: int, undone: float | None) -> None:
        with self._transaction() as connection:
            if not connection.execute("UPDATE entry SET undone = ? WHERE id = ?", (undone, entry)).rowcount:
                raise _unknown(entry)

    def _entries(self, clause: str, *parameters: object) -> tuple[JournalEntry, ...]:
        rows = self._query(f"{_ENTRIES} {clause}", *parameters)
        return tuple(
            JournalEntry(
                id=number,
                turn=turn,
                label=label,
                made=made,
                undone=undone,
                accepted=tuple(AcceptedFinding(**each) for each in json.loads(accepted)),
            )
            for number, turn, label, made, undone, accepted in rows
        )

    def _load(self, entry: int) -> tuple[ChangeSet, ChangeSet, dict[WorkspacePath, KeptText]]:
        """Forward change, inverse change, and what is kept of the texts that the edits of the inverse are meant for."""
        rows = self._query("SELECT forward, inverse FROM entry WHERE id = ?", entry)
        if not rows:
            raise _unknown(entry)
        texts: dict[str, bytes] = dict(
            self._query("SELECT digest, data FROM text JOIN entry_text USING (digest) WHERE entry = ?", entry)
        )
        parts: dict[int, bytes] = dict(self._query("SELECT edit, data FROM kept_text WHERE entry = ?", entry))
        try:
            forward, inverse = load_changes(rows[0][0]), load_changes(rows[0][1])
            after: dict[WorkspacePath, KeptText] = {}
            for place, edit in enumerate(inverse.edits):
                digest = inverse.base[edit.path]
                part = parts.get(place)
                whole = Text(zlib.decompress(texts[digest])) if part is None else None
                after[edit.path] = KeptText.load(part or b"", digest) if whole is None else KeptText.whole(whole)
                for one in edit.edits:
                    after[edit.path].piece(one.span)
        except (ValueError, KeyError, zlib.error) as error:
            raise SightlineError(f"Entry {entry} of the edit journal is damaged: {error}.", kind="database") from error
        return forward, inverse, after

    def _prune(self, connection: Connection, now: float) -> None:
        connection.execute(_PRUNE_OLD, (now - self._limits.seconds,))
        connection.execute(_PRUNE_LARGE, (self._limits.size,))
        connection.execute(_UNUSED_TEXTS)

    def _query(self, statement: str, *parameters: object) -> list[Any]:
        with self._lock, translated("The edit journal"):
            return self._connection.execute(statement, parameters).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Generator[Connection]:
        with self._lock, translated("The edit journal"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(DatabaseError):  # some errors have rolled it back already
                    self._connection.execute("ROLLBACK")
                raise


def _kept(edit: FileEdit, after: Text | None) -> KeptText:
    assert after is not None, "an edited file is there"
    return KeptText.around(after, (one.span for one in edit.edits))


def _before(
    forward: ChangeSet, inverse: ChangeSet, after: Mapping[WorkspacePath, KeptText]
) -> dict[WorkspacePath, KeptText]:
    """What is kept of the texts before an entry, by their paths then."""
    moved = {rename.old: rename.new for rename in inverse.renames}
    edits = {moved.get(edit.path, edit.path): edit for edit in inverse.edits}
    return {path: after[edit.path].edited(edit.edits, forward.base[path]) for path, edit in edits.items()}


def _rebased(changes: ChangeSet, kept: Mapping[WorkspacePath, KeptText], current: TextLookup) -> ChangeSet:
    """``changes`` of the kept texts as they read for the present ones. Raises :class:`ChangeConflict`."""
    present = _present(changes, current)
    digests, texts = dict(changes.base), dict[WorkspacePath, Text]()
    edits: list[FileEdit] = []
    for edit in changes.edits:
        now = present[edit.path]
        changed = now is not None and now.digest != kept[edit.path].digest
        fitted = kept[edit.path].fitted(edit.edits, now) if now is not None and changed else None
        if fitted is not None:
            texts[edit.path] = fitted[0]
            digests[edit.path] = fitted[0].digest
        edits.append(edit if fitted is None else FileEdit(path=edit.path, edits=fitted[1]))
    return rebase(replace(changes, base=digests, edits=tuple(edits)), texts, present)


def _present(changes: ChangeSet, current: TextLookup) -> dict[WorkspacePath, Text | None]:
    """The present texts of all that a change set touches or makes."""
    arriving = (*(create.path for create in changes.creates), *(rename.new for rename in changes.renames))
    return {path: _text_or_none(path, current) for path in (*changes.paths_before, *arriving)}


def _text_or_none(path: WorkspacePath, current: Callable[[WorkspacePath], Text]) -> Text | None:
    try:
        return current(path)
    except SightlineError:
        return None


def _unknown(entry: int) -> UsageError:
    return UsageError(f"The edit journal has no entry {entry}.", hint="It may be too old.", kind="no_such_entry")
