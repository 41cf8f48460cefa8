"""How a connection may be made and how long it may take: plain values, read and made without an HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportPolicy:
    """What the user allows. Nothing else is looked at: not ``HTTP_PROXY``, not ``SSL_CERT_FILE``, not ``.netrc``.

    ``proxy`` is a proxy's URL and may hold its password. ``ca_file`` names a PEM file that is trusted *instead of* the
    usual authorities. ``client_certificate`` and ``client_key`` name PEM files with which we show who we are (the key
    may stand in the certificate's file). ``connections`` bounds what is open to one server at once; idle ones close
    after ``idle_seconds`` (below the 5 s after which llama.cpp and Node's servers close theirs, so that none is reused
    while it goes away).
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    connections: int = 10
    idle_seconds: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds. There is no limit on the whole: a stream that moves is never cut.

    ``connect`` bounds reaching the server. ``first_byte`` bounds every silence from sending until the reader says that
    content has begun (a model is loaded and the prompt is read in it), ``between_bytes`` every silence after that.
    """

    connect: float = 5.0
    first_byte: float = 600.0
    between_bytes: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one request is waited for.

    ``idle`` holds where the server has nothing else of ours to do when it is sent, ``busy`` where others are before or
    beside it. ``measured`` says that an idle server has the model ready, so that the time it takes is worth keeping.
    """

    idle: Limits = field(default_factory=Limits)
    busy: Limits = field(default_factory=Limits)
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a request is sent again: before the first byte of content only.

    ``tries`` counts the first one. Waits double from ``first_wait`` to at most ``longest_wait`` seconds; a server that
    asks for a longer one (``Retry-After``) is not waited for. The values here are those for servers on this machine
    and in private networks.
    """

    tries: int = 3
    first_wait: float = 1.0
    longest_wait: float = 8.0


#: For public services, which are asked by many.
PUBLIC_RETRIES = RetryPolicy(tries=5, first_wait=5.0, longest_wait=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request. Headers and body stay out of the ``repr``: they hold keys and code."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
