"""Server-sent events out of bytes, however they are cut. Knows the format, not what the events say.

Follows "9.2.6 Interpreting an event stream" of the HTML standard, with one departure: an event that the end of the
stream leaves without its empty line is given all the same (servers leave the last line end off). Times to reconnect
are ignored, since a model's reply cannot be resumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sightline.transport.errors import AnswerTooLarge

_LINE_END = re.compile(rb"[\r\n]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSentEvent:
    """One event. ``name`` is "message" where the server gives none; lines of ``data`` are joined by ``\\n``."""

    name: str
    data: str


class EventParser:
    """Turns chunks of bytes into events. One parser for one stream.

    ``limit`` bounds the bytes of one event (a line without end among them): :class:`AnswerTooLarge` past it.
    """

    def __init__(self, *, limit: int = 4 << 20) -> None:
        self._limit = limit
        self._line = bytearray()  # the line that has not ended yet
        self._after_return = False  # the last byte was CR: a LF that follows belongs to it
        self._first_line = True
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> tuple[ServerSentEvent, ...]:
        """The events that ``chunk`` completes."""
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        events: list[ServerSentEvent] = []
        start = 0
        while match := _LINE_END.search(chunk, start):
            self._hold(chunk[start : match.start()])
            line = bytes(self._line)
            self._line.clear()
            start = match.end()
            if chunk[match.start()] == 0x0D:
                self._after_return = start == len(chunk)
                start += chunk[start : start + 1] == b"\n"
            if event := self._take(line):
                events.append(event)
        self._hold(chunk[start:])
        return tuple(events)

    def end(self) -> tuple[ServerSentEvent, ...]:
        """The event that the end of the stream completes, if there is one."""
        event = self._take(bytes(self._line)) if self._line else None
        self._line.clear()
        event = event or self._take(b"")
        return (event,) if event else ()

    def _hold(self, data: bytes) -> None:
        if self._size + len(self._line) + len(data) > self._limit:
            raise AnswerTooLarge(f"The server sent an event of more than {self._limit} bytes.", self._limit)
        self._line += data

    def _take(self, line: bytes) -> ServerSentEvent | None:
        if self._first_line:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            self._first_line = False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._size += len(value) + 1
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data, self._size = "", [], 0
        if not data:
            return None
        # Lines are cut at bytes that no UTF-8 character contains, so a character is always whole here.
        return ServerSentEvent(name=name, data=b"\n".join(data).decode("utf-8", "replace"))


class EventData:
    """Like :class:`EventParser`, for streams of which only the data of the events matters."""

    def __init__(self) -> None:
        self._parser = EventParser()

    def feed(self, chunk: bytes) -> list[str]:
        """The data of the events that ``chunk`` completes."""
        return [event.data for event in self._parser.feed(chunk)]

    def end(self) -> list[str]:
        """The data of the event that the end of the stream completes, if there is one."""
        return [event.data for event in self._parser.end()]
