#!/usr/bin/env python3
"""What asking a model costs beside the model: CPU for each token and request, a reply from before, one for many.

    python tests/bench/models/bench_models.py

The server is a process of its own (``streaming_server.py``), so that only the client's CPU is counted. What it is
compared with, in the same run and taking turns: httpx, its lines and ``json.loads``, and nothing of what they say.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from sightline.base.database import open_cache
from sightline.base.memory_system import memory_system
from sightline.base.real_clock import RealClock
from sightline.models.cache import SCHEMA, VERSION, CacheKey, CachePolicy, ReplyCache, key_of
from sightline.models.client import EventListener, complete
from sightline.models.messages import Finish, Message, ModelRequest, ModelResponse, Usage
from sightline.models.policy import ModelPolicy
from sightline.models.registry import open_provider
from sightline.models.replies import Replies
from sightline.transport.pool import Pool

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "results" / "models.json"
ROUNDS = 15
TOKENS = 2_000
CACHED = 200
PROMPT = 100_000
Figures = dict[str, Any]


def main() -> int:
    """Measures, prints, and writes the summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="not used: this bench reads no code")
    parser.add_argument("--cached", type=Path, help=argparse.SUPPRESS)  # the fresh process of its own
    options = parser.parse_args()
    if options.cached is not None:
        print(json.dumps(asyncio.run(_read_cached(options.cached))))
        return 0
    figures = asyncio.run(_measure())
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


async def _measure() -> Figures:
    figures: Figures = {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }
    async with _server() as root, httpx.AsyncClient(trust_env=False) as client, _pool() as pool:
        kinds = {"one token a chunk": (TOKENS, 1), "20 tokens a chunk": (TOKENS, 20), "a request of one token": (1, 1)}
        for name, (tokens, together) in kinds.items():
            figures[name] = await _cost(f"{root}/{tokens}/{together}/v1", tokens, client, pool)
            print(f"{name}: {figures[name]}", flush=True)
        figures["identical at once"] = await _identical(root, pool)
        print(f"identical at once: {figures['identical at once']}", flush=True)
    figures["cached"] = await asyncio.to_thread(_cached)
    print(f"cached reply, prompt of {PROMPT:,} characters, fresh process: {figures['cached']}", flush=True)
    return figures


@asynccontextmanager
async def _server() -> AsyncGenerator[str]:
    command = [sys.executable, str(HERE / "streaming_server.py")]
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await server.stdout.readline())}"
    finally:
        server.kill()
        await server.wait()


def _pool() -> Pool:
    return Pool(transport=httpx.AsyncHTTPTransport(verify=False))


def _asked(text: str = "Hi") -> ModelRequest:
    return ModelRequest(model="tiny", messages=(Message(role="user", content=text),), prompt_tokens=8)


# CPU


async def _cost(base_url: str, tokens: int, client: httpx.AsyncClient, pool: Pool) -> Figures:
    """Microseconds of CPU for each token (or request of one), ours and theirs, and the median ratio of the rounds."""
    policy = ModelPolicy(kind="openai", name="tiny", base_url=base_url)
    provider, clock, request = await open_provider(policy, memory_system(), pool=pool), RealClock(), _asked()
    body = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "Hi"}], "stream": True}).encode()

    async def ours() -> None:
        if tokens > 1:
            assert (await complete(provider, request, clock=clock)).usage.output_tokens == tokens
            return
        # Without the question for the window, which is a request of its own.
        async with aclosing(provider.stream(request)) as events:
            async for _ in events:
                pass

    async def theirs() -> None:
        url, headers = f"{base_url}/chat/completions", {"content-type": "application/json"}
        async with client.stream("POST", url, content=body, headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:") and line != "data: [DONE]":
                    json.loads(line[5:])

    times = 10 if tokens > 1 else 150
    rounds = [(await _cpu(theirs, times), await _cpu(ours, times)) for _ in range(ROUNDS + 1)][1:]
    return {
        "microseconds": round(statistics.median(own for _, own in rounds) / times / tokens * 1e6, 1),
        "httpx_lines_json": round(statistics.median(plain for plain, _ in rounds) / times / tokens * 1e6, 1),
        "ratio": round(statistics.median(own / plain for plain, own in rounds), 2),
    }


async def _cpu(work: Callable[[], Awaitable[None]], times: int) -> float:
    gc.collect()
    gc.disable()
    begun = time.process_time()
    for _ in range(times):
        await work()
    spent = time.process_time() - begun
    gc.enable()
    return spent


# One request for many


async def _identical(root: str, pool: Pool) -> Figures:
    """A hundred who ask the same at once."""
    policy = ModelPolicy(kind="openai", name="tiny", base_url=f"{root}/{TOKENS}/1/v1")
    provider, request, clock = await open_provider(policy, memory_system(), pool=pool), _asked(), RealClock()
    asked = 0

    async def start(hear: EventListener) -> ModelResponse:
        nonlocal asked
        asked += 1
        return await complete(provider, request, clock=clock, listener=hear)

    with tempfile.TemporaryDirectory() as folder:
        replies = _replies(Path(folder))
        key = key_of(policy, request, task="ask", question="Hi")
        answered = await asyncio.gather(*(replies.ask(key, start, lambda _: None) for _ in range(100)))
        replies.close()
    assert len({reply.response.text for reply in answered}) == 1
    return {"asked": len(answered), "sent": asked}


# A reply from before


def _replies(folder: Path) -> Replies:
    connection = open_cache(f"{folder}/replies.sqlite3", version=VERSION, schema=SCHEMA)
    return Replies(ReplyCache(connection, CachePolicy(), RealClock()))


def _keyed(number: int) -> tuple[ModelPolicy, ModelRequest, str]:
    code = "".join(f"def value_{number}_{line}(self) -> int:\n    return {line} + é\n" for line in range(3_000))[
        :PROMPT
    ]
    question = f"What does value_{number}_7 answer?"
    return ModelPolicy(kind="openai", name="tiny", base_url="http://127.0.0.1:1/v1"), _asked(code + question), question


def _key(number: int) -> CacheKey:
    policy, request, question = _keyed(number)
    return key_of(policy, request, task="ask", question=question)


def _cached() -> Figures:
    reply = ModelResponse(
        text="It answers a number.\n" * 200, reasoning="", finish=Finish.STOP, usage=Usage(), model="tiny",
        first_token_seconds=1.0, total_seconds=2.0,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        connection = open_cache(f"{folder}/replies.sqlite3", version=VERSION, schema=SCHEMA)
        cache = ReplyCache(connection, CachePolicy(), RealClock())
        for number in range(CACHED):
            cache.put(_key(number), reply)
        cache.close()
        command = [sys.executable, __file__, "--cached", folder]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def _read_cached(folder: Path) -> Figures:
    """In a fresh process: from the request to its reply, digest of the prompt and thread included."""

    async def start(hear: EventListener) -> ModelResponse:
        raise AssertionError("the reply is not there")

    replies, times, spent = _replies(folder), list[float](), list[float]()
    for number in range(CACHED):
        policy, request, question = _keyed(number)
        begun, used = time.perf_counter(), time.process_time()
        key = key_of(policy, request, task="ask", question=question)
        found = await replies.ask(key, start, lambda _: None)
        times.append((time.perf_counter() - begun) * 1000)
        spent.append((time.process_time() - used) * 1000)
        assert found.cached is not None
    replies.close()
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "first_ms": round(times[0], 2),
        "cpu_p95_ms": round(statistics.quantiles(spent, n=20)[-1], 2),  # which other processes do not lengthen
    }


if __name__ == "__main__":
    sys.exit(main())
