"""How many requests one server is asked at once, who waits, and when it is left alone. Knows no HTTP and no model.

A gate is a queue (first come, first served), a limit that falls when the server shows that it is too much and rises
again, and a circuit breaker: after ``failures`` in a row nothing is sent for ``open_seconds``; then one request is let
through, and its outcome decides.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from sightline.transport.errors import TransportError

#: Requests in a row that go well before the limit rises by one.
_STEADY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """At most ``concurrent`` requests are under way; at most ``waiting`` others wait, each ``queue_seconds`` at most.

    ``failures`` in a row open the circuit for ``open_seconds``.
    """

    concurrent: int = 2
    queue_seconds: float = 120.0
    waiting: int = 1_000
    failures: int = 5
    open_seconds: float = 5.0


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
    """For people: requests under way and waiting, the limit now, and seconds until an open circuit is tried (or 0)."""

    active: int
    waiting: int
    limit: int
    failures: int
    open_seconds: float


class Gate:
    """The gate of one server. Use it from one event loop."""

    def __init__(self, where: str, policy: GatePolicy) -> None:
        self._where = where
        self._policy = policy
        self._limit = policy.concurrent
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._fine = 0
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
            failures=self._failures,
            open_seconds=max(0.0, self._left()),
        )

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Turn, None]:
        """Waits for a place. Raises :class:`QueueFull` or :class:`CircuitOpen`; cancelling gives the place up."""
        waited = await self._enter()
        probe = self._opened is not None
        self._probing |= probe
        turn = Turn(alone=not waited and self._active == 1)
        try:
            yield turn
        finally:
            self._leave(turn.outcome, probe=probe)

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
            self._fine += 1
            if self._fine >= _STEADY and self._limit < self._policy.concurrent:
                self._limit, self._fine = self._limit + 1, 0
        elif outcome is not Outcome.ABANDONED:
            self._fine = 0
            self._limit = max(1, self._limit // 2)
            self._failures += outcome is Outcome.FAILED
            if self._failures >= self._policy.failures:
                self._opened = asyncio.get_running_loop().time()
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


class Gates:
    """The gates of all servers, made as they are asked for."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    def at(self, where: str, policy: GatePolicy) -> Gate:
        """The gate of the server at ``where`` (scheme, host and port). The first policy it is asked with holds."""
        if where not in self._gates:
            self._gates[where] = Gate(where, policy)
        return self._gates[where]

    def states(self) -> dict[str, GateState]:
        """The state of each gate, by the server's address."""
        return {where: gate.state for where, gate in self._gates.items()}
