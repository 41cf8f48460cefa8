"""How many requests one server is asked at once, who waits, and when it is left alone. Knows no HTTP and no model.

A gate is a queue (first come, first served), a limit that falls when the server shows that it is too much and rises
again, and a circuit breaker: after ``failures`` in a row nothing is sent for ``open_seconds``; then one request is let
through, and its outcome decides.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sightline.transport.errors import TransportError

#: Requests in a row that go well before the limit rises by one.
_STEADY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """At most ``concurrent`` requests are under way; at most ``waiting`` others wait, each ``queue_seconds`` at most.

    ``failures`` in a row open the circuit for ``open_seconds``. ``shared``: other processes of the user may ask the
    same server, and they all together are held to ``concurrent``. ``here``: it runs on this machine, so that this
    machine's memory counts.
    """

    concurrent: int = 2
    queue_seconds: float = 120.0
    waiting: int = 1_000
    failures: int = 5
    open_seconds: float = 5.0
    shared: bool = False
    here: bool = False


#: For public services: many may be asked at once, and one that fails is not asked for a minute. The values of
#: ``GatePolicy`` itself are those for servers on this machine and in private networks, which a person may just be
#: starting.
PUBLIC_GATE = GatePolicy(concurrent=10, open_seconds=60.0)


class QueueFull(TransportError):
    """Too many wait already, or the wait was too long; ``seconds`` is how long was waited."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class CircuitOpen(TransportError):
    """The server failed too often in a row; it is asked again in ``seconds``."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Outcome(StrEnum):
    """How a request went, as far as the server's health goes: a refusal for our own mistake is ``FINE``."""

    FINE = "fine"
    BUSY = "busy"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much a server is asked at once: ``allowed``, and how many requests in a row went well since that changed."""

    allowed: int
    fine: int = 0

    def after(self, outcome: Outcome, most: int) -> Level:
        """The level after one more request: half after one that was too much, one more after ten that went well."""
        if outcome is Outcome.ABANDONED:
            return self
        if outcome is not Outcome.FINE:
            return Level(allowed=max(1, self.allowed // 2))
        if self.allowed >= most:
            return self if not self.fine else Level(allowed=most)
        if self.fine + 1 >= _STEADY:
            return Level(allowed=self.allowed + 1)
        return Level(allowed=self.allowed, fine=self.fine + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at a server that several processes ask. ``alone``: none of the others asks it. Given back once."""

    alone: bool
    give_back: Callable[[Outcome], None]


class Places(Protocol):
    """The places at servers that several processes ask."""

    async def take(self, where: str, most: int, seconds: float) -> Place | None:
        """A place at ``where``, where all together have ``most``; ``None`` where it is not shared after all.

        Raises :class:`QueueFull` after ``seconds``.
        """
        ...


class Turn:
    """One request that was let through. ``outcome`` is set by who makes it; a cancelled one stays abandoned.

    ``alone`` says that no other was under way when it was let through, nor that it had to wait for one.
    """

    __slots__ = ("alone", "outcome")

    def __init__(self, *, alone: bool) -> None:
        self.alone = alone
        self.outcome = Outcome.ABANDONED


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """For people: requests under way and waiting, the limit now, and seconds until an open circuit is tried (or 0).

    ``shared``: other processes count for the limit too.
    """

    active: int
    waiting: int
    limit: int
    failures: int
    open_seconds: float
    shared: bool = False


class Gate:
    """The gate of one server. Use it from one event loop."""

    def __init__(self, where: str, policy: GatePolicy, surroundings: Surroundings | None = None) -> None:
        self._where = where
        self._policy = policy
        self._around = surroundings or Surroundings()
        self._level = Level(allowed=policy.concurrent)
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._failures = 0
        self._opened: float | None = None  # when the circuit opened, by the loop's clock
        self._probing = False

    @property
    def state(self) -> GateState:
        """What it holds now."""
        return GateState(
            active=self._active,
            waiting=len(self._waiting),
            limit=self._limit,
            shared=self._policy.shared and self._around.places is not None,
            failures=self._failures,
            open_seconds=max(0.0, self._left()),
        )

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Turn, None]:
        """Waits for a place. Raises :class:`QueueFull` or :class:`CircuitOpen`; cancelling gives the place up."""
        begun = asyncio.get_running_loop().time()
        waited = await self._enter()
        turn = Turn(alone=not waited and self._active == 1)
        place: Place | None = None
        probe = False
        try:
            if self._policy.shared and self._around.places is not None:
                left = max(0.0, self._policy.queue_seconds - (asyncio.get_running_loop().time() - begun))
                place = await self._around.places.take(self._where, self._most, left)
                turn.alone &= place is None or place.alone
            self._check_circuit()
            probe = self._opened is not None
            self._probing |= probe
            yield turn
        finally:
            if place is not None:
                place.give_back(turn.outcome)
            self._leave(turn.outcome, probe=probe)

    @property
    def _most(self) -> int:
        """How much may be asked at once whatever the server takes: little while this machine is short of memory."""
        pressed = self._policy.here and self._around.pressed()
        return 1 if pressed else self._policy.concurrent

    @property
    def _limit(self) -> int:
        return min(self._level.allowed, self._most)

    async def _enter(self) -> bool:
        """Takes a place; whether it had to be waited for."""
        self._check_circuit()
        if self._active < self._limit and not self._waiting:
            self._active += 1
            return False
        if len(self._waiting) >= self._policy.waiting:
            raise QueueFull(f"{len(self._waiting)} requests to {self._where} are waiting already.", 0.0)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        seconds = self._policy.queue_seconds
        try:
            async with asyncio.timeout(seconds):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._release()  # The place was given in the moment it was given up.
            elif place in self._waiting:
                self._waiting.remove(place)
            if isinstance(error, TimeoutError):
                raise QueueFull(f"{self._where} was busy with other requests for {seconds:g} s.", seconds) from error
            raise
        try:
            self._check_circuit()
        except CircuitOpen:
            self._release()
            raise
        return True

    def _leave(self, outcome: Outcome, *, probe: bool) -> None:
        if probe:
            self._probing = False
        if outcome is Outcome.FINE:
            self._failures, self._opened = 0, None
        elif outcome is not Outcome.ABANDONED:
            self._failures += outcome is Outcome.FAILED
            if self._failures >= self._policy.failures:
                self._opened = asyncio.get_running_loop().time()
        self._level = self._level.after(outcome, self._policy.concurrent)
        self._release()

    def _release(self) -> None:
        self._active -= 1
        while self._waiting and self._active < self._limit:
            place = self._waiting.popleft()
            if not place.done():
                self._active += 1
                place.set_result(None)

    def _check_circuit(self) -> None:
        left = self._left()
        if left > 0 or (self._opened is not None and self._probing):
            raise CircuitOpen(
                f"{self._where} failed {self._failures} times in a row and is left alone for now.", max(left, 1.0)
            )

    def _left(self) -> float:
        """Seconds until an open circuit is tried; 0 or less where it may be."""
        if self._opened is None:
            return 0.0
        return self._opened + self._policy.open_seconds - asyncio.get_running_loop().time()


def _never_pressed() -> bool:
    return False


@dataclass(slots=True)
class Surroundings:
    """What gates know of the machine: who else asks the same servers, and whether memory is short."""

    places: Places | None = None
    pressed: Callable[[], bool] = _never_pressed


class Gates:
    """The gates of all servers, made as they are asked for."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}
        self._around = Surroundings()

    def share(self, places: Places) -> None:
        """Has servers whose policy says so asked together with other processes from now on."""
        self._around.places = places

    def heed(self, pressed: Callable[[], bool]) -> None:
        """Has servers of this machine asked one thing at a time from now on while ``pressed()``."""
        self._around.pressed = pressed

    def at(self, where: str, policy: GatePolicy) -> Gate:
        """The gate of the server at ``where`` (scheme, host and port). The first policy it is asked with holds."""
        if where not in self._gates:
            self._gates[where] = Gate(where, policy, self._around)
        return self._gates[where]

    def states(self) -> dict[str, GateState]:
        """The state of each gate, by the server's address."""
        return {where: gate.state for where, gate in self._gates.items()}
