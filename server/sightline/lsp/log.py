"""The log of a session: to standard error, and to the editor's output view. Secrets are taken out on the way.

A record that the editor was sent is not written to standard error as well: editors show that in the same view, and each
line would stand there twice.

The way to the editor is our own and cannot feed itself: only loggers below ``sightline`` take it, never pygls' (which
logs every message it sends, and at INFO the initialize parameters with their keys).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from lsprotocol import types

from sightline.base.redact import redact
from sightline.lsp.options import LogLevel
from sightline.lsp.streams import BoundedWriter, write_all

Send = Callable[[types.MessageType, str], None]

_LEVELS: dict[LogLevel, int] = {
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
_OURS = "sightline"
#: Marks a record that the editor has (an attribute of the record).
_TOLD = "told_to_editor"
#: ``extra`` of a record that must be on standard error too: it tells that the editor can no longer be reached.
EDITOR_IS_GONE = {"editor_is_gone": True}
#: Longer records are cut (characters): a log is read by people.
_MOST = 8_000


class RedactingFormatter(logging.Formatter):
    """Formats a record with its traceback, cuts it, and takes out what looks like a secret."""

    def format(self, record: logging.LogRecord) -> str:
        """The line to write."""
        # Cut last: a secret that the cut halves has its shape no more.
        return redact(super().format(record)[: 2 * _MOST])[:_MOST]


class EditorHandler(logging.Handler):
    """Sends records to the editor, from whatever thread they come. ``alone``: standard error is spared them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send, *, alone: bool = True) -> None:
        super().__init__()
        self.alone = alone
        self.setFormatter(RedactingFormatter("%(name)s: %(message)s"))
        self._loop = loop
        self._home = threading.get_ident()
        self._send = send
        self._sending = False

    def emit(self, record: logging.LogRecord) -> None:
        """Sends one record; a record made by sending one is dropped."""
        if self._loop.is_closed():
            return
        if self.alone and not hasattr(record, "editor_is_gone"):
            setattr(record, _TOLD, True)
        kind, line = _kind(record.levelno), self.format(record)
        if threading.get_ident() != self._home:
            self._loop.call_soon_threadsafe(self._deliver, kind, line)
        elif not self._sending:
            self._deliver(kind, line)

    def _deliver(self, kind: types.MessageType, line: str) -> None:
        self._sending = True
        try:
            self._send(kind, line)
        finally:
            self._sending = False


class StreamHandler(logging.Handler):
    """Writes records through a bounded writer: a client that never reads our standard error must not stop us."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._writer = BoundedWriter(write, lambda _: None)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record, unless the editor has it or megabytes are waiting already."""
        if hasattr(record, _TOLD):
            return
        self._writer.put_if_room(self.format(record).encode("utf-8", errors="replace") + b"\n")

    def flush(self) -> None:
        """Gives the last records a moment."""
        self._writer.flush(0.5)


def log_to_standard_error(level: LogLevel) -> logging.Handler:
    """Sets up the log of this process. Answers the handler, for a caller that wants to take it away again."""
    handler = StreamHandler(lambda data: write_all(2, data))
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger(_OURS).setLevel(_LEVELS[level])
    for name in ("pygls", "cattrs", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def log_to_editor(send: Send, level: LogLevel, *, alone: bool = True) -> EditorHandler:
    """From now on, our records from ``level`` on go to the editor, ``alone`` or beside standard error.

    Call on the event loop.
    """
    handler = EditorHandler(asyncio.get_running_loop(), send, alone=alone)
    handler.setLevel(_LEVELS[level])
    logging.getLogger(_OURS).addHandler(handler)
    return handler


def set_trace(handler: logging.Handler, trace: types.TraceValue, level: LogLevel) -> None:
    """``$/setTrace``: ``off`` means ``level``, ``messages`` everything told at INFO, ``verbose`` everything."""
    traced = {types.TraceValue.Messages: logging.INFO, types.TraceValue.Verbose: logging.DEBUG}
    wanted = min(traced.get(trace, _LEVELS[level]), _LEVELS[level])
    handler.setLevel(wanted)
    logging.getLogger(_OURS).setLevel(min(wanted, _LEVELS[level]))


def end_log(handler: logging.Handler) -> None:
    """Takes a handler away again."""
    handler.flush()
    for name in (None, _OURS):
        logging.getLogger(name).removeHandler(handler)


def _kind(level: int) -> types.MessageType:
    if level >= logging.ERROR:
        return types.MessageType.Error
    if level >= logging.WARNING:
        return types.MessageType.Warning
    return types.MessageType.Info if level >= logging.INFO else types.MessageType.Log
