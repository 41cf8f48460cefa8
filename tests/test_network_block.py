"""The block on the network holds: see ``conftest.py``."""

from __future__ import annotations

import asyncio
import socket

import pytest

#: Documentation addresses (RFC 5737, RFC 3849): nothing answers there, should the block ever fail.
_OUTSIDE = [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.invalid", 80)]


@pytest.mark.parametrize("address", _OUTSIDE)
def test_sockets_do_not_leave_this_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as stream, pytest.raises(RuntimeError, match="a test tried"):
        stream.connect(address)
    with socket.socket(family) as stream, pytest.raises(RuntimeError, match="a test tried"):
        stream.connect_ex(address)
    with socket.socket(family, socket.SOCK_DGRAM) as datagram, pytest.raises(RuntimeError, match="a test tried"):
        datagram.sendto(b"x", address)


def test_names_are_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match="look up"):
        socket.getaddrinfo("example.invalid", 80)
    assert socket.getaddrinfo("localhost", 80)
    assert socket.getaddrinfo(None, 80)


async def test_the_event_loop_is_held_to_it() -> None:
    with pytest.raises(RuntimeError, match="a test tried"):
        await asyncio.open_connection("192.0.2.1", 80)


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
