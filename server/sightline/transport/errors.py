"""What can go wrong between us and a server. This file knows no model: rooms above say what it means to a person.

    TransportError
    ├── BadAddress          the address cannot be used at all
    ├── ConnectFailed       nobody was reached (refused, unknown name, certificate, proxy)
    ├── TransportTimeout    a limit of ``Limits`` ran out, and which
    ├── ConnectionBroken    the connection ended in the middle
    └── AnswerTooLarge      a bound on what one answer may hold was passed

A server's refusal (status 400 and up) is an answer, not an error of this tree.
"""

from __future__ import annotations

from enum import StrEnum

from sightline.base.errors import SightlineError


class TransportError(SightlineError):
    """Base of this tree. ``message`` names the address without credentials, and never a header or a body."""

    default_kind = "transport"


class BadAddress(TransportError):
    """An address without a host, or with a scheme other than ``http`` and ``https``."""


class ConnectFailure(StrEnum):
    """Why nobody was reached."""

    REFUSED = "refused"
    UNKNOWN_HOST = "unknown host"
    CERTIFICATE = "certificate"
    PROXY = "proxy"
    OTHER = "other"


class ConnectFailed(TransportError):
    """Nobody was reached; ``reason`` says why. Nothing of the request has left this machine."""

    def __init__(self, message: str, reason: ConnectFailure) -> None:
        super().__init__(message)
        self.reason = reason


class TimeoutPhase(StrEnum):
    """Which limit ran out."""

    CONNECT = "connect"
    FIRST_BYTE = "first byte"
    BETWEEN_BYTES = "between bytes"


class TransportTimeout(TransportError):
    """A limit ran out; ``phase`` says which, ``seconds`` how long was waited."""

    def __init__(self, message: str, phase: TimeoutPhase, seconds: float) -> None:
        super().__init__(message)
        self.phase = phase
        self.seconds = seconds


class ConnectionBroken(TransportError):
    """The connection ended before the answer did, or what came was not HTTP."""


class AnswerTooLarge(TransportError):
    """More bytes than the bound; ``limit`` is that bound in bytes."""

    def __init__(self, message: str, limit: int) -> None:
        super().__init__(message)
        self.limit = limit
