"""Cuts what a language server writes into messages: a header with a length, an empty line, and JSON of that length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

#: A longer message is noise (bytes): a text of the largest file that is read, and everything said of it, are shorter.
MAXIMUM_MESSAGE = 32 << 20
#: A longer header is noise (bytes).
_MAXIMUM_HEADER = 8 << 10

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")


class MessageReader:
    """Bytes in, whole messages out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are whole with ``data``. Raises ``ValueError`` for bytes that are no messages."""
        self._buffer += data
        while len(self._buffer) >= self._needed:
            header = _END.search(self._buffer, 0, _MAXIMUM_HEADER)
            if header is None:
                if len(self._buffer) >= _MAXIMUM_HEADER:
                    raise ValueError("a header without an end")
                return
            length = _LENGTH.search(self._buffer, 0, header.start())
            if length is None or int(length[1]) > MAXIMUM_MESSAGE:
                raise ValueError("a header without a length")
            end = header.end() + int(length[1])
            if len(self._buffer) < end:
                self._needed = end  # nothing is searched again until the rest has come
                return
            body = bytes(self._buffer[header.end() : end])
            del self._buffer[:end]
            self._needed = 0
            yield body


def framed(message: dict[str, Any]) -> bytes:
    """One message as a language server reads it."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def parsed(body: bytes) -> dict[str, Any]:
    """A body as an object. Raises ``ValueError`` for anything else."""
    try:
        message: object = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(message, dict):
        raise ValueError("no object")
    return cast("dict[str, Any]", message)
