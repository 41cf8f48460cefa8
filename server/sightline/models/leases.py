"""The queue for a local server that all windows of a user share: who may ask it now, and how much it takes.

Kept in a small database, since processes know nothing of each other. A place is a lease: it is renewed while its
process lives, and ends by itself when that stops. Nothing here is waited for on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sightline.base.database import Connection, DatabaseError
from sightline.base.process_life import ProcessMark, is_gone, this_process
from sightline.base.system import Clock
from sightline.models.lease_keeper import LeaseKeeper, quietly
from sightline.models.residency import SharedHoldings
from sightline.transport.gate import Level, Outcome, Place, QueueFull

_log = logging.getLogger(__name__)

VERSION = 2
SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server TEXT NOT NULL,
    space TEXT NOT NULL,
    process INTEGER NOT NULL,
    started REAL NOT NULL,
    granted INTEGER NOT NULL,
    expires REAL NOT NULL
);
CREATE INDEX place_server ON place (server, id);
CREATE TABLE level (server TEXT PRIMARY KEY, allowed INTEGER NOT NULL, fine INTEGER NOT NULL, changed REAL NOT NULL)
WITHOUT ROWID;
CREATE TABLE held (server TEXT NOT NULL, instance TEXT NOT NULL, used REAL NOT NULL, PRIMARY KEY (server, instance))
WITHOUT ROWID;
CREATE TABLE client (
    server TEXT NOT NULL,
    space TEXT NOT NULL,
    process INTEGER NOT NULL,
    started REAL NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (server, space, process)
) WITHOUT ROWID;
CREATE TABLE flight (
    request BLOB PRIMARY KEY,
    space TEXT NOT NULL,
    process INTEGER NOT NULL,
    started REAL NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;
"""
#: Seconds that a lease lasts unless it is renewed.
LASTS = 30.0
#: Seconds between two looks of one that waits: the first, and the longest.
FIRST_LOOK, LONGEST_LOOK = 0.02, 0.25
#: Seconds after which nobody remembers that a server had too much to do.
FORGOTTEN = 600.0
#: Seconds after which a window that cannot be looked at, and has asked nothing, counts as gone.
SILENT = 3600.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Standing:
    """Whether a place is granted, and whether no other process has one."""

    granted: bool
    alone: bool


class LeaseBook:
    """The database. Every method blocks: call it in a thread. Safe in several."""

    def __init__(self, connection: Connection, clock: Clock, process: ProcessMark | None = None) -> None:
        self._connection = connection
        self._clock = clock
        self._process = process or this_process()
        self._lock = threading.Lock()

    def enter(self, server: str, most: int) -> tuple[int, _Standing]:
        """Takes the last place of the queue, and goes on if there is room. Gives the place's number."""
        mark = self._process
        with self._writing():
            cursor = self._connection.execute(
                "INSERT INTO place (server, space, process, started, granted, expires) VALUES (?, ?, ?, ?, 0, ?)",
                (server, mark.space, mark.number, mark.started, self._clock.now() + LASTS),
            )
            place = cursor.lastrowid or 0
            return place, self._looked(place, server, most)

    def look(self, place: int, server: str, most: int) -> _Standing:
        """Whether it is this place's turn now."""
        with self._writing():
            return self._looked(place, server, most)

    def leave(self, place: int, server: str, outcome: Outcome, most: int) -> None:
        """Gives a place back, and remembers what its request says of how much the server takes."""
        with self._writing():
            self._connection.execute("DELETE FROM place WHERE id = ?", (place,))
            level = self._level(server, most)
            after = level.after(outcome, most)
            if after != level:
                self._connection.execute(
                    "INSERT OR REPLACE INTO level (server, allowed, fine, changed) VALUES (?, ?, ?, ?)",
                    (server, after.allowed, after.fine, self._clock.now()),
                )

    def renew(self, places: Mapping[int, tuple[str, bool]]) -> None:
        """Keeps ``places`` (server and whether granted, by number) alive; one that was given away is taken again.

        They are read when the database is held: one that is given back before that is not taken again.
        """
        mark, expires = self._process, self._clock.now() + LASTS
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO place (id, server, space, process, started, granted, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (number, server, mark.space, mark.number, mark.started, int(granted), expires)
                    for number, (server, granted) in tuple(places.items())
                ],
            )

    def hold(self, server: str, instance: str) -> None:
        """Remembers that a window had ``instance`` loaded, or used it just now."""
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO held (server, instance, used) VALUES (?, ?, ?)",
                (server, instance, self._clock.now()),
            )

    def drop(self, server: str, instance: str) -> None:
        """Forgets an instance that was unloaded."""
        with self._writing():
            self._connection.execute("DELETE FROM held WHERE server = ? AND instance = ?", (server, instance))

    def kept(self) -> Mapping[tuple[str, str], float]:
        """What windows had loaded, by server and instance: seconds without a request. Only looks."""
        with self._lock:
            rows = self._connection.execute("SELECT server, instance, used FROM held").fetchall()
        now = self._clock.now()
        return {(server, instance): max(0.0, now - used) for server, instance, used in rows}

    def held(self, server: str) -> SharedHoldings:
        """What windows had loaded at ``server``, and whether others than this one ask it. This one does from now on."""
        mark = self._process
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO client (server, space, process, started, since) VALUES (?, ?, ?, ?, ?)",
                (server, mark.space, mark.number, mark.started, self._clock.now()),
            )
            self._sweep(server)
            now = self._clock.now()
            rows = self._connection.execute("SELECT instance, used FROM held WHERE server = ?", (server,)).fetchall()
            clients = self._connection.execute(
                "SELECT space, process, started FROM client WHERE server = ?", (server,)
            ).fetchall()
            asking = self._connection.execute(
                "SELECT space, process, started FROM place WHERE server = ? AND granted", (server,)
            ).fetchall()
        own = (mark.space, mark.number, mark.started)
        return SharedHoldings(
            idle={instance: max(0.0, now - used) for instance, used in rows},
            others=any(tuple(row) != own for row in clients),
            asking=any(tuple(row) != own for row in asking),
        )

    def claim(self, request: bytes) -> bool:
        """Whether it is this process that asks ``request`` now, since no other that lives does."""
        mark, now = self._process, self._clock.now()
        with self._writing():
            self._connection.execute("DELETE FROM flight WHERE expires < ?", (now,))
            row = self._connection.execute(
                "SELECT space, process, started FROM flight WHERE request = ?", (request,)
            ).fetchone()
            if row is not None and not is_gone(ProcessMark(space=row[0], number=row[1], started=row[2])):
                return False
            self._connection.execute(
                "INSERT OR REPLACE INTO flight (request, space, process, started, expires) VALUES (?, ?, ?, ?, ?)",
                (request, mark.space, mark.number, mark.started, now + LASTS),
            )
            return True

    def keep_claims(self, requests: Collection[bytes]) -> None:
        """Keeps what this process claimed alive. What was given away meanwhile stays so: then two ask the same."""
        mark, expires = self._process, self._clock.now() + LASTS
        with self._writing():
            self._connection.executemany(
                "UPDATE flight SET expires = ? WHERE request = ? AND space = ? AND process = ? AND started = ?",
                [(expires, request, mark.space, mark.number, mark.started) for request in tuple(requests)],
            )

    def unclaim(self, request: bytes) -> None:
        """Tells that this process asks ``request`` no longer."""
        mark = self._process
        with self._writing():
            self._connection.execute(
                "DELETE FROM flight WHERE request = ? AND space = ? AND process = ? AND started = ?",
                (request, mark.space, mark.number, mark.started),
            )

    def close(self) -> None:
        """Forgets that this process asks any server, and closes the database. May be called twice."""
        mark = self._process
        with self._lock, suppress(DatabaseError):
            self._connection.execute(
                "DELETE FROM client WHERE space = ? AND process = ? AND started = ?",
                (mark.space, mark.number, mark.started),
            )
        with self._lock:
            self._connection.close()

    def _looked(self, place: int, server: str, most: int) -> _Standing:
        self._sweep(server)
        rows = self._connection.execute(
            "SELECT id, granted, space, process, started FROM place WHERE server = ? ORDER BY id", (server,)
        ).fetchall()
        mine = (self._process.space, self._process.number, self._process.started)
        others = any(tuple(row[2:]) != mine for row in rows)
        # First come, first served: those before it that wait will have the places that are free now.
        before = sum(1 for row in rows if row[0] != place and (row[1] or row[0] < place))
        granted = before < self._level(server, most).allowed
        if granted:
            self._connection.execute("UPDATE place SET granted = 1 WHERE id = ?", (place,))
        return _Standing(granted, not others)

    def _sweep(self, server: str) -> None:
        """Frees the places of processes that are gone, and of those that have not been heard of."""
        self._connection.execute("DELETE FROM place WHERE expires < ?", (self._clock.now(),))
        self._connection.execute("DELETE FROM client WHERE since < ?", (self._clock.now() - SILENT,))
        found = self._connection.execute(
            "SELECT space, process, started FROM place WHERE server = ? "
            "UNION SELECT space, process, started FROM client WHERE server = ?",
            (server, server),
        ).fetchall()
        for space, number, started in found:
            mark = ProcessMark(space=space, number=number, started=started)
            if mark != self._process and is_gone(mark):
                self._connection.execute("DELETE FROM place WHERE space = ? AND process = ?", (space, number))
                self._connection.execute("DELETE FROM client WHERE space = ? AND process = ?", (space, number))

    def _level(self, server: str, most: int) -> Level:
        row = self._connection.execute(
            "SELECT allowed, fine FROM level WHERE server = ? AND changed > ?",
            (server, self._clock.now() - FORGOTTEN),
        ).fetchone()
        return Level(allowed=min(row[0], most), fine=row[1]) if row else Level(allowed=most)

    @contextmanager
    def _writing(self) -> Generator[None, None, None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


class SharedModels:
    """What all windows had loaded at one server; see ``residency.Sharing``."""

    def __init__(self, book: LeaseBook, server: str) -> None:
        self._book = book
        self._server = server

    async def held(self) -> SharedHoldings:
        try:
            return await asyncio.to_thread(self._book.held, self._server)
        except DatabaseError as error:
            _log.warning("What other windows had loaded cannot be read: %s", error)
            return SharedHoldings()

    async def hold(self, instance: str) -> None:
        await quietly(self._book.hold, self._server, instance)

    async def drop(self, instance: str) -> None:
        await quietly(self._book.drop, self._server, instance)


class SharedPlaces:
    """The places of this process among those of all. Use it from one event loop; ``close`` gives up what is left."""

    def __init__(self, open_book: Callable[[], LeaseBook], *, sleep: Sleep = asyncio.sleep) -> None:
        """``open_book`` blocks; it is called in a thread when the first place is taken."""
        self._open = open_book
        self._sleep = sleep
        self._book: asyncio.Future[LeaseBook] | None = None
        self._held: dict[int, tuple[str, bool]] = {}
        self._keeper = LeaseKeeper()

    async def take(self, where: str, most: int, seconds: float) -> Place | None:
        """A place at ``where``; ``None`` where nothing can be shared. Raises :class:`QueueFull` after ``seconds``."""
        try:
            return await self._taken(where, most, seconds)
        except DatabaseError as error:
            _log.warning("The queue for %s is not shared with other windows: %s", where, error)
            return None

    async def close(self) -> None:
        """Waits until all places are given back, and closes the database. May be called twice."""
        await self._keeper.close()
        if self._book is not None:
            book, self._book = await self._book, None
            await asyncio.to_thread(book.close)

    async def _taken(self, where: str, most: int, seconds: float) -> Place:
        if self._book is None:
            self._book = asyncio.ensure_future(asyncio.to_thread(self._open))
        book = await asyncio.shield(self._book)
        entering = asyncio.ensure_future(asyncio.to_thread(book.enter, where, most))
        try:
            number, standing = await asyncio.shield(entering)
        except asyncio.CancelledError:
            # The thread goes on: what it takes is given back when it is done.
            entering.add_done_callback(lambda done: self._abandoned(book, done, where, most))
            raise
        self._held[number] = (where, standing.granted)
        self._keeper.renew(lambda: self._renewed(book))
        first = standing
        try:
            async with asyncio.timeout(seconds):
                pause = FIRST_LOOK
                while not standing.granted:
                    await self._sleep(pause)
                    pause = min(pause * 1.5, LONGEST_LOOK)
                    standing = await asyncio.to_thread(book.look, number, where, most)
        except BaseException as error:
            self._leave(book, number, where, Outcome.ABANDONED, most)
            if isinstance(error, TimeoutError):
                told = f"{where} was busy with requests of other windows for {seconds:.0f} s."
                raise QueueFull(told, seconds) from error
            raise
        self._held[number] = (where, True)
        return Place(
            alone=first.granted and first.alone,
            give_back=lambda outcome: self._leave(book, number, where, outcome, most),
        )

    def _abandoned(self, book: LeaseBook, done: asyncio.Future[tuple[int, _Standing]], where: str, most: int) -> None:
        if not done.cancelled() and done.exception() is None:
            self._leave(book, done.result()[0], where, Outcome.ABANDONED, most)

    def _leave(self, book: LeaseBook, number: int, where: str, outcome: Outcome, most: int) -> None:
        """Gives a place back in the background: whoever asked has its reply already."""
        self._held.pop(number, None)
        self._keeper.later(book.leave, number, where, outcome, most)

    def _renewed(self, book: LeaseBook) -> bool:
        if self._held:
            book.renew(self._held)
        return bool(self._held)
