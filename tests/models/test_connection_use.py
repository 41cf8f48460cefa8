"""A connection is used for one reply after the other, which it can be where the end of each stream is read."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sightline.models.policy import ModelPolicy
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.transport.pool import Pool
from support.chat import reply
from support.chat_server import events


async def test_the_connection_of_a_reply_is_used_for_the_next(pool: Pool) -> None:
    """The end of a stream comes after ``[DONE]``."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        data = reply("x")
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
                writer.write(b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(data), data))
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(b"0\r\n\r\n")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        policy = ModelPolicy(kind="openai", name="tiny", base_url=f"http://127.0.0.1:{port}/v1")
        provider = OpenAICompatibleProvider(policy, pool)
        for _ in range(3):
            assert await events(provider)
        await pool.close()
    assert connections == 1
