"""Bytes in, bytes out: the frames of the base protocol, private standard streams, and a writer that never waits.

A frame is a header with ``Content-Length`` and a body of that many bytes (LSP 3.17, "Base Protocol"). This file knows
no JSON and no messages. One thread reads and one writes, so that neither a silent nor a stalled client holds up the
event loop; both are daemons, so that neither holds up the end of the process.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Frames with larger bodies (bytes) end the connection: they are garbage or an attack.
MAXIMUM_BODY = 256 << 20
#: From this many waiting bytes on, frames that a client can do without are dropped.
CROWDED = 4 << 20
#: With this many waiting bytes the client is taken to be gone.
OVERFULL = 64 << 20

_HEADER_END = b"\r\n\r\n"
_MAXIMUM_HEADER = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A connection. ``read(n)`` gives up to n bytes and ``b""`` at its end; ``write`` writes everything or raises."""

    read: Callable[[int], bytes]
    write: Callable[[bytes], None]
    close: Callable[[], None]


class FrameError(Exception):
    """Bytes that are no frame of the base protocol. There is no way to find the next frame after them."""


def read_frames(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The bodies that arrive, until the end of the stream. Raises :class:`FrameError`."""
    waiting = bytearray()
    while True:
        header_end = waiting.find(_HEADER_END)
        if header_end < 0:
            if len(waiting) > _MAXIMUM_HEADER:
                raise FrameError("the header does not end")
            if not _fill(waiting, read):
                return
            continue
        length = _content_length(bytes(waiting[:header_end]))
        start = header_end + len(_HEADER_END)
        while len(waiting) < start + length:
            if not _fill(waiting, read):
                return
        yield bytes(waiting[start : start + length])
        del waiting[: start + length]


def frame(body: bytes) -> bytes:
    """``body`` with its header."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def private_standard_streams() -> Channel:
    """Takes standard input and output for the protocol alone.

    Descriptor 0 then reads from nothing and 1 writes to standard error, so that neither a ``print`` of some library
    nor a child process can reach the wire.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  exists there only

        for descriptor in (incoming, outgoing):
            msvcrt.setmode(descriptor, os.O_BINARY)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # some clients start their servers without a standard error
        os.dup2(null, 1)
    os.close(null)
    return descriptor_channel(incoming, outgoing)


def descriptor_channel(incoming: int, outgoing: int) -> Channel:
    """A channel over two open descriptors."""

    def close() -> None:
        for descriptor in {incoming, outgoing}:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    return Channel(read=lambda size: os.read(incoming, size), write=lambda data: write_all(outgoing, data), close=close)


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of ``data``, however many calls it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def listen_on_loopback(port: int) -> socket.socket:
    """A listener for one client of this machine; port 0 lets the system choose. For debugging only."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1)
    return listener


def accept_one(listener: socket.socket) -> Channel:
    """Waits for the client and stops listening: a second one could only disturb the first."""
    with listener:
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close() -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return Channel(read=connection.recv, write=connection.sendall, close=close)


class BoundedWriter:
    """Frames on their way to the client, written by one thread in the order they were put.

    ``lost`` is called once, from whatever thread notices, when the client no longer takes them.
    """

    def __init__(self, write: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        self.dropped = 0
        self._write = write
        self._lost = lost
        self._changed = threading.Condition()
        self._frames: deque[bytes] = deque()
        self._waiting = 0  # bytes not yet handed to the system, the ones being written included
        self._ended = False
        threading.Thread(target=self._run, name="sightline-writer", daemon=True).start()

    def put(self, data: bytes) -> None:
        """Sends a frame that must arrive. Never waits."""
        with self._changed:
            if self._ended:
                return
            if self._waiting + len(data) <= OVERFULL:
                self._append(data)
                return
            self._ended = True
        self._lost(f"the client left {self._waiting >> 20} MB unread")

    def put_if_room(self, data: bytes) -> None:
        """Sends a frame that a slow client can do without: a log line, a progress report, a piece of a stream."""
        with self._changed:
            if self._ended or self._waiting > CROWDED:
                self.dropped += 1
            else:
                self._append(data)

    def flush(self, seconds: float) -> bool:
        """Waits until everything is written; ``False`` if that took longer than ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended or not self._waiting, seconds) and not self._waiting

    def _append(self, data: bytes) -> None:
        self._frames.append(data)
        self._waiting += len(data)
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._frames))
                batch = b"".join(self._frames)
                self._frames.clear()
            try:
                self._write(batch)
            except (OSError, ValueError) as error:
                with self._changed:
                    first, self._ended = not self._ended, True
                    self._changed.notify_all()
                if first:
                    self._lost(f"the client cannot be written to: {error}")
                return
            with self._changed:
                self._waiting -= len(batch)
                self._changed.notify_all()


def _fill(waiting: bytearray, read: Callable[[int], bytes]) -> bool:
    try:
        data = read(1 << 16)
    except (OSError, ValueError):
        return False
    waiting += data
    return bool(data)


def _content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length > MAXIMUM_BODY:
                raise FrameError(f"a message of {length} bytes")
            return length
    raise FrameError("no Content-Length in the header")
