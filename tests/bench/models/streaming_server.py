#!/usr/bin/env python3
"""A model server as a process of its own: streams as many tokens as the path asks for, so that its work is not counted.

    POST /TOKENS/EVENTS/v1/chat/completions   TOKENS tokens, EVENTS of them in one chunk of the transfer
    GET  anything                             a list of one model

Every chunk is sent at once and stays a chunk for whoever reads it (RFC 9112, 7.1). Prints its port when it listens.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"cache-control: no-cache\r\nconnection: keep-alive\r\n\r\n"
)


def _event(**fields: Any) -> bytes:
    value = {"id": "chatcmpl-9fJ2", "object": "chat.completion.chunk", "created": 1760000000, "model": "tiny", **fields}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


@cache
def _reply(tokens: int, together: int) -> bytes:
    texts = (" model", " answers", ",", "\n", "    return", " value", "(", "name", ")", " é")
    events = [
        _event(choices=[{"index": 0, "delta": {"content": texts[at % len(texts)]}, "finish_reason": None}])
        for at in range(tokens)
    ]
    events.append(_event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    events.append(_event(choices=[], usage={"prompt_tokens": 8, "completion_tokens": tokens}))
    events.append(b"data: [DONE]\n\n")
    chunks = [b"".join(events[at : at + together]) for at in range(0, len(events), together)]
    return _HEAD + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split("\r\n", 1)[0].split(" ")
            length = next((line for line in head.lower().split("\r\n") if line.startswith("content-length:")), ":0")
            await reader.readexactly(int(length.partition(":")[2]))
            if method == "POST":
                tokens, together = path.split("/")[1:3]
                writer.write(_reply(int(tokens), int(together)))
            else:
                body = json.dumps({"object": "list", "data": [{"id": "tiny"}]}).encode()
                head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
                writer.write(head + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
