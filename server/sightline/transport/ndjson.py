"""Lines of JSON (NDJSON) out of bytes, however they are cut. Knows the format, not what the lines say."""

from __future__ import annotations

from sightline.transport.errors import AnswerTooLarge


class LineParser:
    """Turns chunks of bytes into lines. One parser for one stream; empty lines are left out.

    ``limit`` bounds the bytes of one line: :class:`AnswerTooLarge` past it.
    """

    def __init__(self, *, limit: int = 4 << 20) -> None:
        self._limit = limit
        self._parts: list[bytes] = []  # of the line that has not ended yet
        self._size = 0

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that ``chunk`` completes. No character is ever cut: its bytes hold no line end."""
        *ended, rest = chunk.split(b"\n")
        lines: list[str] = []
        for part in ended:
            if self._parts or len(part) > self._limit:
                self._hold(part)
                lines += self.end()
            elif line := part.decode("utf-8", "replace").strip():
                lines.append(line)
        self._hold(rest)
        return lines

    def end(self) -> list[str]:
        """The line that the end of the stream completes, if there is one."""
        line = b"".join(self._parts).decode("utf-8", "replace").strip()
        self._parts.clear()
        self._size = 0
        return [line] if line else []

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            raise AnswerTooLarge(f"The server sent a line of more than {self._limit} bytes.", self._limit)
        self._parts.append(part)
