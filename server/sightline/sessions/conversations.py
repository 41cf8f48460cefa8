"""``ConversationStore``: conversations of a workspace on disk, bounded, so that they can go on after a restart.

What is kept is what a model was sent and what it answered: secrets were taken out of both before, and are once more
here. Of files only the lines that were shown are in it. The database is readable by its user only; what is deleted is
overwritten.

All methods are quick and may be called from any thread. They raise :class:`SightlineError` of kind ``database`` when
the disk fails.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Any

from sightline.base.database import Connection, DatabaseError, open_precious, translated
from sightline.base.errors import PathOutsideRoot
from sightline.base.redact import redact
from sightline.base.system import System
from sightline.base.text import encodable
from sightline.models.messages import Message
from sightline.prompts.conversation import Conversation, PastTurn
from sightline.sessions.conversation_json import dump_changes, dump_conversation, load_changes, load_conversation
from sightline.sessions.recall import SaidTurn

_MIGRATIONS = (
    """
    CREATE TABLE conversation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        used REAL NOT NULL,
        size INTEGER NOT NULL,
        content BLOB NOT NULL
    );
    CREATE TABLE turn (
        conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        turn TEXT NOT NULL,
        made REAL NOT NULL,
        task_type TEXT NOT NULL,
        task TEXT NOT NULL,
        reply TEXT NOT NULL,
        verdict TEXT NOT NULL,
        changes TEXT NOT NULL,
        PRIMARY KEY (conversation, number)
    ) WITHOUT ROWID;
    """,
)
_PRUNE_OLD = "DELETE FROM conversation WHERE used < ?"
_PRUNE_MANY = """
    DELETE FROM conversation WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS together FROM conversation
            WINDOW newest AS (ORDER BY used DESC, id DESC)
        ) WHERE place > 1 AND (place > ? OR together > ?)
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationLimits:
    """What is kept: ``most`` conversations, used within ``seconds``, of ``size`` bytes together or one alone."""

    seconds: float = 30 * 24 * 3600
    most: int = 200
    size: int = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedConversation:
    """A conversation in a list: when it was ``used`` last (Unix time), how many ``turns`` it has, its first task."""

    name: str
    used: float
    turns: int
    task: str


DEFAULT_LIMITS = ConversationLimits()


class ConversationStore:
    """The conversations in one folder. Two processes may use it at the same time."""

    def __init__(self, system: System, directory: str, limits: ConversationLimits = DEFAULT_LIMITS) -> None:
        """Opens ``conversations.sqlite3`` in ``directory``, or makes it."""
        self._clock = system.clock
        self._limits = limits
        self._lock = threading.Lock()
        self._connection = open_precious(f"{directory.rstrip('/')}/conversations.sqlite3", migrations=_MIGRATIONS)
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.execute("PRAGMA secure_delete=ON")

    def close(self) -> None:
        """Closes the database. May be called twice."""
        with self._lock:
            self._connection.close()

    def load(self, name: str) -> Conversation | None:
        """The conversation of this name; ``None`` if there is none, or none that this release can read."""
        with self._transaction() as connection:
            self._forget_old(connection)
            found = connection.execute("SELECT id, content FROM conversation WHERE name = ?", (encodable(name),))
            if (row := found.fetchone()) is None:
                return None
            turns = connection.execute(_TURNS, (row[0],)).fetchall()
        try:
            return load_conversation(name, row[1], tuple(map(_turn, turns)))
        except (ValueError, TypeError, PathOutsideRoot):
            return None

    def save(self, conversation: Conversation) -> None:
        """Keeps a conversation as it is now; its turns may only have become more.

        Turns that another process kept meanwhile stay beside them. One that this release cannot read is set aside
        under another name, for the release that can.
        """
        kept = replace(without_secrets(conversation), name=encodable(conversation.name))
        now = self._clock.now()
        with self._transaction() as connection:
            had = _turns_kept(connection, kept.name)
            new = _after_common(had, [turn.turn for turn in kept.turns])
            if new < len(had):
                other = self._content(connection, kept.name)
                if other is None:
                    _set_aside(connection, kept.name)
                    had, new = [], 0
                elif other.private:  # its turns are told with these ones
                    kept = replace(kept, private=True)
            content = dump_conversation(kept)
            connection.execute(_SAVE, (kept.name, now, 0, content))
            (number,) = connection.execute("SELECT id FROM conversation WHERE name = ?", (kept.name,)).fetchone()
            rows = [
                (number, now, place, turn.turn, turn.task_type, turn.task, turn.reply, turn.verdict, changes)
                for place, turn in enumerate(kept.turns[new:], len(had))
                for changes in (dump_changes(turn.changes),)
            ]
            connection.executemany(_ADD_TURN, rows)
            connection.execute(_MEASURE, (number,))
            self._forget_old(connection)
            connection.execute(_PRUNE_MANY, (self._limits.most, self._limits.size))

    def listed(self, limit: int = 1000) -> tuple[ListedConversation, ...]:
        """The conversations, the one that was used last first."""
        with self._transaction() as connection:
            self._forget_old(connection)
            rows = connection.execute(_LISTED, (limit,)).fetchall()
        return tuple(
            ListedConversation(name=name, used=used, turns=turns, task=task) for name, used, turns, task in rows
        )

    def said(self, limit: int) -> tuple[SaidTurn, ...]:
        """The last turns of all conversations, the newest first."""
        with self._transaction() as connection:
            self._forget_old(connection)
            rows = connection.execute(_SAID, (limit,)).fetchall()
        return tuple(
            SaidTurn(conversation=name, turn=turn, made=made, task=task, reply=reply, verdict=verdict)
            for name, turn, made, task, reply, verdict in rows
        )

    def delete(self, name: str) -> bool:
        """Deletes a conversation; whether there was one."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM conversation WHERE name = ?", (encodable(name),)).rowcount > 0

    def delete_all(self) -> int:
        """Deletes all of them; how many there were."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM conversation").rowcount

    def _forget_old(self, connection: Connection) -> None:
        """Deletes what was not used for too long: whoever only reads must not find it either."""
        connection.execute(_PRUNE_OLD, (self._clock.now() - self._limits.seconds,))

    @staticmethod
    def _content(connection: Connection, name: str) -> Conversation | None:
        """What is kept of a conversation but its turns; ``None`` if this release cannot read it."""
        (content,) = connection.execute("SELECT content FROM conversation WHERE name = ?", (name,)).fetchone()
        try:
            return load_conversation(name, content, ())
        except ValueError:
            return None

    @contextlib.contextmanager
    def _transaction(self) -> Generator[Connection]:
        with self._lock, translated("The store of conversations"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                with contextlib.suppress(DatabaseError):
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def without_secrets(conversation: Conversation) -> Conversation:
    """``conversation`` as it is kept and sent on: what the user and the model said holds no secret."""
    return replace(
        conversation,
        messages=tuple(
            Message(role=message.role, content=redact(message.content)) if message.role == "assistant" else message
            for message in conversation.messages
        ),
        turns=tuple(
            replace(turn, task=encodable(redact(turn.task)), reply=encodable(redact(turn.reply)))
            for turn in conversation.turns
        ),
    )


def _turns_kept(connection: Connection, name: str) -> list[str]:
    """The names of the turns that are kept of a conversation, in order; empty if there is none."""
    return [turn for (turn,) in connection.execute(_KEPT, (name,))]


def _after_common(had: Sequence[str], turns: Sequence[str]) -> int:
    """How many turns two lists have in common from the beginning."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(had, turns, strict=False))
    return sum(1 for _ in pairs)


def _set_aside(connection: Connection, name: str) -> None:
    """Gives a conversation a name that no other has."""
    for number in count(1):
        other = f"{name} (unread {number})"
        if connection.execute(_RENAME, (other, name, other)).rowcount:
            return


def _turn(row: tuple[Any, ...]) -> PastTurn:
    turn, task_type, task, reply, verdict, changes = row
    return PastTurn(
        turn=turn, task_type=task_type, task=task, reply=reply, verdict=verdict, changes=load_changes(changes)
    )


_TURNS = "SELECT turn, task_type, task, reply, verdict, changes FROM turn WHERE conversation = ? ORDER BY number"
_KEPT = """
    SELECT turn FROM turn WHERE conversation = (SELECT id FROM conversation WHERE name = ?) ORDER BY number
"""
_RENAME = """
    UPDATE conversation SET name = ? WHERE name = ? AND NOT EXISTS (SELECT 1 FROM conversation WHERE name = ?)
"""
_ADD_TURN = """
    INSERT INTO turn (conversation, made, number, turn, task_type, task, reply, verdict, changes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
#: In bytes: of a text, ``length`` gives characters.
_MEASURE = """
    UPDATE conversation SET size = length(content) + (
        SELECT coalesce(sum(length(CAST(task || reply || changes AS BLOB))), 0) FROM turn WHERE conversation = id
    ) WHERE id = ?
"""
_SAVE = """
    INSERT INTO conversation (name, used, size, content) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET used = excluded.used, size = excluded.size, content = excluded.content
"""
_SAID = """
    SELECT name, turn, made, task, reply, verdict FROM turn JOIN conversation ON conversation.id = turn.conversation
    ORDER BY made DESC, conversation.id DESC, number DESC LIMIT ?
"""
_LISTED = """
    SELECT name, used, (SELECT count(*) FROM turn WHERE conversation = id),
        coalesce((SELECT task FROM turn WHERE conversation = id AND number = 0), '')
    FROM conversation ORDER BY used DESC, id DESC LIMIT ?
"""
