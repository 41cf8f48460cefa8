"""What holds for every test: no network but this machine's own loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Machines are noisy: speed is measured in tests/bench, never by a deadline. CI tries the same examples every time, so
# that a red run can be run again; at home they are drawn anew.
settings.register_profile(
    "sightline",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("sightline")


class NetworkBlocked(RuntimeError):
    """A test tried to leave this machine."""


_LOOPBACK_NAMES = ("localhost", "ip6-localhost", "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in _LOOPBACK_NAMES


def _check(address: Any) -> None:
    # Paths and numbers are the addresses of sockets that cannot leave the machine.
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):  # pyright: ignore[reportUnknownArgumentType]  an address is what the caller passed
        raise NetworkBlocked(f"a test tried to connect to {address!r}; serve it on 127.0.0.1 or use a fake transport")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Connecting to, sending to or looking up anything but this machine raises :class:`NetworkBlocked`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket.socket, "sendto", _guarded_send(socket.socket.sendto))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        _check(address)
        return connect(self, address)

    return guarded


def _guarded_send(send: Callable[..., int]) -> Callable[..., int]:
    def guarded(self: socket.socket, *arguments: Any) -> int:
        _check(arguments[-1])
        return send(self, *arguments)

    return guarded


def _guarded_lookup(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_loopback(str(name)):
            raise NetworkBlocked(f"a test tried to look up {name!r}")
        return look_up(host, *arguments, **named)

    return guarded
