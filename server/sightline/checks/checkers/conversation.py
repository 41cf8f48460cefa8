"""Requests to a program that stays, and its answers, in whatever order they come.

One task reads all the time, so that the program never waits for us; what it says when nobody asked is let go. An
answer nobody waits for any more (cancelled, too late) is known by its number and let go too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sightline.base.system import KeptProgram
from sightline.checks.checkers.messages import MessageReader, parsed
from sightline.checks.programs import ProgramUnavailable

#: Messages longer than this are read in a thread (bytes): 1 MB of JSON takes about 10 ms.
_LONG = 256 << 10


class ProgramGone(ProgramUnavailable):
    """The program ended, or said what is no message: it has to be started anew."""


class RequestRefused(Exception):
    """The program answered a request with an error; ``code`` is its number (0 if it gave none)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to request ``number``: a result, or the error it was refused with."""

    number: int
    result: Any = None
    error: RequestRefused | None = None


#: Says what a message is: the answer to a request, bytes to send back, or nothing of interest. May raise anything
#: that :data:`MISREAD` names for a message of another form.
Reading = Callable[[dict[str, Any]], Answer | bytes | None]

MISREAD = (ValueError, KeyError, TypeError, AttributeError, OverflowError)


class Conversation:
    """One program that answers. ``name`` is how people call it. Use from one event loop."""

    def __init__(self, name: str, program: KeptProgram, reading: Reading) -> None:
        self._name = name
        self._program = program
        self._read = reading
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = 0
        self._gone: ProgramGone | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._gone is None

    async def request(self, encode: Callable[[int], bytes], give_up: Callable[[int], bytes] | None = None) -> Any:
        """The result of a request with a number of its own; ``give_up`` says that nobody waits any longer.

        Raises :class:`RequestRefused`, and :class:`ProgramGone` when no answer will come.
        """
        self._numbers += 1
        number = self._numbers
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._gone is None:
            self._waiting[number] = answer
        try:
            await self.send(encode(number))
            return await answer
        except asyncio.CancelledError:
            if give_up is not None and self.alive:
                self._send_later(give_up(number))
            raise
        finally:
            self._waiting.pop(number, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # looked at: one that came while ``send`` failed must not be called lost

    async def send(self, data: bytes) -> None:
        """Sends bytes. Raises :class:`ProgramGone`."""
        if self._gone is not None:
            raise self._gone
        try:
            await self._program.send(data)
        except OSError:
            # What it said last tells more than a broken pipe.
            await asyncio.wait({self._listening})
            raise self._gone or ProgramGone(f"{self._name} ended unexpectedly") from None

    async def stop(self) -> None:
        """Kills the program and whatever it started. May be called twice."""
        self._end(ProgramGone(f"{self._name} was stopped"))
        for task in (self._listening, *self._sending):
            task.cancel()
        await asyncio.wait({self._listening, *self._sending})
        await self._program.stop()

    def _send_later(self, data: bytes) -> None:
        """Sends without waiting: who reads must not wait until the program reads."""

        async def sending() -> None:
            with suppress(OSError):
                await self._program.send(data)

        task = asyncio.get_running_loop().create_task(sending())
        self._sending.add(task)  # the loop alone would let it be collected
        task.add_done_callback(self._sending.discard)

    async def _listen(self) -> None:
        why = ""
        try:
            reader = MessageReader()
            while data := await self._program.receive():
                for body in reader.feed(data):
                    await self._take(body)
        except MISREAD:
            why = f"{self._name} gave an answer that is not understood"
        except OSError as error:
            why = f"{self._name} ended unexpectedly: {error.strerror or error}"
        await self._program.stop()
        if not why:
            complaint = self._program.complaint
            why = f"{self._name} ended unexpectedly{f': {complaint}' if complaint else ''}"
        self._end(ProgramGone(why))

    async def _take(self, body: bytes) -> None:
        message = await asyncio.to_thread(parsed, body) if len(body) > _LONG else parsed(body)
        taken = self._read(message)
        if isinstance(taken, bytes):
            self._send_later(taken)
        elif taken is not None:
            answer = self._waiting.pop(taken.number, None)
            if answer is None or answer.done():
                return
            if taken.error is not None:
                answer.set_exception(taken.error)
            else:
                answer.set_result(taken.result)

    def _end(self, why: ProgramGone) -> None:
        if self._gone is None:
            self._gone = why
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._gone)
        self._waiting.clear()
