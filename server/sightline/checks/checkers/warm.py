"""Type checkers that are kept between checks: started by the first question, stopped when nobody asks any more.

What they answered about the text before an edit holds for every further edit of the same snapshot, so that the rounds
of a repair ask only about what is new.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.checks.checkers.checker import CheckerSession, Found, Problems, Shown, Start, TypeChecker
from sightline.checks.checkers.conversation import ProgramGone
from sightline.checks.programs import ProgramUnavailable
from sightline.graph.view import GraphView

#: A checker that nobody asked for so long is stopped (seconds).
IDLE = 600.0
#: One that ended by itself so often in so many seconds is not started again until they have passed.
_MOST_ENDS, _ENDS_WITHIN = 3, 600.0
#: The part of the time left that goes to the text before: it is judged first, and then most is read for the first time.
_SHARE_BEFORE = 0.65
#: One that took too long so often in a row is started anew.
_MOST_LATE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of an edit. ``pairs`` are the files to judge by their paths before (``None``: a new one) and after."""

    before: Shown
    after: Shown
    pairs: tuple[tuple[WorkspacePath | None, WorkspacePath], ...]


class WarmCheckers:
    """The checkers at work. Used from one event loop."""

    def __init__(self, system: System, *, idle: float = IDLE) -> None:
        self._system = system
        self._idle = idle
        self._held: dict[tuple[str, str, str, str], _Held] = {}

    async def problems(
        self, checker: TypeChecker, start: Start, view: GraphView, sides: Sides
    ) -> tuple[Problems, Problems]:
        """What ``checker`` says of both sides of an edit of ``view``: of what it judged within the policy's seconds.

        Raises :class:`ProgramUnavailable` when it cannot be started, ends, or judges no file.
        """
        key = (checker.name, start.root, start.program, start.python)
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = _Held(checker, start, self._idle)
        return await held.asked(start, view, sides)

    def disk_changed(self, paths: Iterable[WorkspacePath]) -> None:
        """Files were made, changed or removed on disk: the checkers hear of it before the next question."""
        changed = tuple(paths)
        for held in self._held.values():
            held.disk_changed(changed)

    async def close(self) -> None:
        """Ends all of them. Leaves no process; a question that is being asked is answered by ``ProgramUnavailable``."""
        for held in [*self._held.values()]:
            await held.close()
        self._held.clear()


class _Held:
    """One checker on one workspace folder."""

    def __init__(self, checker: TypeChecker, start: Start, idle: float) -> None:
        self._checker = checker
        self._root = start.root
        self._clock = start.system.clock
        self._idle = idle
        self._lock = asyncio.Lock()
        self._session: CheckerSession | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._changed: set[WorkspacePath] = set()
        self._stale = False
        self._closed = False
        self._ends: deque[float] = deque(maxlen=_MOST_ENDS)
        self._late = 0
        self._view: weakref.ref[GraphView] | None = None
        self._known: Found = {}

    def disk_changed(self, paths: Iterable[WorkspacePath]) -> None:
        if self._session is None:
            return
        for path in paths:
            if path.root == self._root:
                self._changed.add(path)
                self._stale |= any(fnmatchcase(path.name, name) for name in self._checker.configuration)

    async def asked(self, start: Start, view: GraphView, sides: Sides) -> tuple[Problems, Problems]:
        seconds = start.policy.seconds
        were: Found = {}
        found: Found = {}
        self._rest()
        try:
            async with asyncio.timeout(seconds) as limit, self._lock:
                until = limit.when() or 0.0
                await self._answer(start, view, sides, (were, found), until)
        except TimeoutError:
            pass
        finally:
            self._rest()
            if not self._closed:
                self._timer = asyncio.get_running_loop().call_later(self._idle, self._idled)
        if not found and sides.after.judged:
            await self._was_late()
            raise ProgramUnavailable(f"{self._checker.name} took longer than {seconds:g} s")
        self._late = 0
        return were, found

    async def _was_late(self) -> None:
        self._late += 1
        if self._late >= _MOST_LATE:
            self._late = 0
            await self._stop()

    async def close(self) -> None:
        self._closed = True
        self._rest()
        await self._stop()
        if self._stopping is not None:
            await asyncio.wait({self._stopping})

    async def _answer(
        self, start: Start, view: GraphView, sides: Sides, answers: tuple[Found, Found], until: float
    ) -> None:
        """Asks, adding to the answers on both sides; a checker that ends meanwhile is started anew once."""
        for last in (False, True):
            try:
                session = await self._ready(start)
                await self._before(session, view, sides.before, until)
                were, found = answers
                were.update(self._known)
                judged = tuple(new for old, new in sides.pairs if old is None or old in were)
                if judged:
                    await session.problems(Shown(texts=sides.after.texts, judged=judged), found)
            except ProgramGone:
                if self._closed:
                    raise
                self._ends.append(self._clock.monotonic())
                await self._stop()
                if last:
                    raise
            else:
                return

    async def _ready(self, start: Start) -> CheckerSession:
        """The session, started if there is none, and told of what changed on disk."""
        if self._session is not None and (self._stale or not self._session.alive):
            await self._stop()
        if self._session is None:
            now = self._clock.monotonic()
            if len(self._ends) == _MOST_ENDS and now - self._ends[0] < _ENDS_WITHIN:
                raise ProgramUnavailable(
                    f"{self._checker.name} ended unexpectedly {_MOST_ENDS} times in {_ENDS_WITHIN / 60:g} minutes, "
                    "so it is not started again for now"
                )
            if self._closed:
                raise ProgramUnavailable(f"{self._checker.name} was stopped")
            self._session = await self._checker.start(start)
        if self._changed:
            changed, self._changed = self._changed, set()
            await self._session.disk_changed(sorted(changed))
        return self._session

    async def _before(self, session: CheckerSession, view: GraphView, shown: Shown, until: float) -> None:
        """What the text before says, of as many files as can be judged in a part of the time that is left."""
        if self._view is None or self._view() is not view:
            self._view, self._known = weakref.ref(view), {}
        unknown = tuple(path for path in shown.judged if path not in self._known)
        if unknown:
            now = asyncio.get_running_loop().time()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(now + (until - now) * _SHARE_BEFORE):
                    await session.problems(Shown(texts=shown.texts, judged=unknown), self._known)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _idled(self) -> None:
        self._timer = None
        if not self._lock.locked():
            self._stopping = asyncio.get_running_loop().create_task(self._stop())

    async def _stop(self) -> None:
        session, self._session = self._session, None
        self._changed.clear()
        self._stale = False
        self._view, self._known = None, {}
        if session is not None:
            await session.stop()
