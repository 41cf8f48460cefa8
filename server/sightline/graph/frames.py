"""Length-prefixed msgpack frames, the language between the server and its workers. It knows no pipes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import cast

import msgpack

_LENGTH = struct.Struct("<I")

#: What a worker is asked for: everything a text says, or only what it imports.
FACTS, IMPORTS = "facts", "imports"

#: A longer frame is noise, not a message (bytes).
MAXIMUM_FRAME = 64 << 20


def pack_frame(message: object) -> bytes:
    """One message as bytes."""
    # msgpack comes without types.
    pack = cast("Callable[..., bytes]", msgpack.packb)  # pyright: ignore[reportUnknownMemberType]  msgpack has no types
    body = pack(message, unicode_errors="surrogatepass")
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Cuts a stream of bytes into messages. Raises ``ValueError`` for bytes that are no frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[object]:
        """The messages that are whole with ``data``."""
        buffer = self._buffer
        buffer += data
        unpack = cast("Callable[..., object]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
        messages: list[object] = []
        at = 0
        while len(buffer) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, at)
            if length > MAXIMUM_FRAME:
                raise ValueError("not a frame")
            end = at + _LENGTH.size + length
            if end > len(buffer):
                break
            messages.append(
                unpack(bytes(buffer[at + _LENGTH.size : end]), use_list=False, unicode_errors="surrogatepass")
            )
            at = end
        del buffer[:at]
        return messages
