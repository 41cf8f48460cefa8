"""Server-sent events out of bytes, however they are cut. Knows the format, not what the events say.

Follows "9.2.6 Interpreting an event stream" of the HTML standard, with one departure: an event that the end of the
stream leaves without its empty line is given all the same (servers leave the last line end off). Times to reconnect
are ignored, since a model's reply cannot be resumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sightline.transport.errors import AnswerTooLarge

_LINE_END = re.compile(rb"[\r\n]")
#: Bytes of the largest event that is read.
LARGEST_EVENT = 4 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSentEvent:
    """One event. ``name`` is "message" where the server gives none; lines of ``data`` are joined by ``\\n``."""

    name: str
    data: str


_Event = TypeVar("_Event")


class _Parser(Generic[_Event]):
    """What both parsers do; ``make`` makes an event of its name and the bytes of its data."""

    def __init__(self, make: Callable[[str, bytes], _Event], limit: int) -> None:
        self._make = make
        self._limit = limit
        self._line = bytearray()  # the line that has not ended yet
        self._after_return = False  # the last byte was CR: a LF that follows belongs to it
        self._first_line = True
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[_Event]:
        """The events that ``chunk`` completes."""
        quick = not (self._after_return or self._first_line or b"\r" in chunk)
        if quick and self._size + len(self._line) + len(chunk) <= self._limit:
            return self._quick(chunk)
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        events: list[_Event] = []
        start = 0
        while match := _LINE_END.search(chunk, start):
            self._hold(chunk[start : match.start()])
            line = bytes(self._line)
            self._line.clear()
            start = match.end()
            if chunk[match.start()] == 0x0D:
                self._after_return = start == len(chunk)
                start += chunk[start : start + 1] == b"\n"
            if self._take(line):
                events.append(self._dispatch())
        self._hold(chunk[start:])
        return events

    def end(self) -> list[_Event]:
        """The event that the end of the stream completes, if there is one."""
        if self._line:
            self._take(bytes(self._line))
            self._line.clear()
        return [self._dispatch()] if self._take(b"") else []

    def _quick(self, chunk: bytes) -> list[_Event]:
        """The same for what nearly every chunk is: lines that end in LF, and too few bytes to pass the limit."""
        events: list[_Event] = []
        lines = chunk.split(b"\n")
        if self._line and len(lines) > 1:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        self._line += lines.pop()
        for line in lines:
            if line[:6] == b"data: ":
                self._size += len(line) - 5
                self._data.append(line[6:])
            elif line:
                self._take(line)
            elif self._data:
                events.append(self._dispatch())
            else:
                self._name = ""
        return events

    def _hold(self, data: bytes) -> None:
        if self._size + len(self._line) + len(data) > self._limit:
            raise AnswerTooLarge(f"The server sent an event of more than {self._limit} bytes.", self._limit)
        self._line += data

    def _take(self, line: bytes) -> bool:
        """Takes one line; true where an event is whole with it."""
        if self._first_line:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            self._first_line = False
        if not line:
            self._name = self._name if self._data else ""
            return bool(self._data)
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._size += len(value) + 1
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return False

    def _dispatch(self) -> _Event:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        return self._make(name, data[0] if len(data) == 1 else b"\n".join(data))


# Lines are cut at bytes that no UTF-8 character contains, so a character is always whole where data is decoded.


class EventParser(_Parser[ServerSentEvent]):
    """Turns chunks of bytes into events. One parser for one stream.

    ``limit`` bounds the bytes of one event (a line without end among them): :class:`AnswerTooLarge` past it.
    """

    def __init__(self, *, limit: int = LARGEST_EVENT) -> None:
        super().__init__(_event, limit)


class EventData(_Parser[str]):
    """Like :class:`EventParser`, for streams of which only the data of the events matters."""

    def __init__(self, *, limit: int = LARGEST_EVENT) -> None:
        super().__init__(_data, limit)

    def feed(self, chunk: bytes) -> list[str]:
        """The data of the events that ``chunk`` completes."""
        if chunk[:6] == b"data: " and chunk[-2:] == b"\n\n" and b"\r" not in chunk and self._is_between(len(chunk)):
            # Whole events of one line each, as nearly every chunk holds: what a token costs is decided here.
            events = chunk[6:-2].decode("utf-8", "replace").split("\n\ndata: ")
            if chunk.count(b"\n") == 2 * len(events):
                return events
        return super().feed(chunk)

    def _is_between(self, size: int) -> bool:
        """Whether nothing is held of an event that has begun, and ``size`` bytes cannot pass the limit."""
        held = self._line or self._data or self._name or self._after_return or self._first_line
        return not held and size <= self._limit


def _event(name: str, data: bytes) -> ServerSentEvent:
    return ServerSentEvent(name=name or "message", data=data.decode("utf-8", "replace"))


def _data(_: str, data: bytes) -> str:
    return data.decode("utf-8", "replace")
