"""LM Studio as a state machine: models loaded by name, one loaded just in time, and prompts cut in the middle.

After its REST API documentation (v1, 0.4; v0 before) and "Idle TTL and Auto-Evict". One token is four characters. Its
clock is a number that the test moves.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from support.chat import delta, finish
from support.loopback import Exchange, LoopbackServer, Route, loopback_server

BYTES_PER_TOKEN = 1000


@dataclass(kw_only=True)
class Model:
    size: int = 1_000_000
    trained: int = 131_072
    usual: int = 4096  # the window it is loaded with unless another is asked for


@dataclass(kw_only=True)
class Instance:
    model: str
    window: int
    just_in_time: bool = False
    expires: float | None = None


@dataclass(kw_only=True)
class FakeLMStudio:
    server: LoopbackServer
    models: dict[str, Model]
    newer: bool = True  # 0.4: /api/v1 is there
    token: str = ""
    memory: int = 100_000_000
    words: int = 2  # how many it answers with
    now: float = 0.0
    instances: dict[str, Instance] = field(default_factory=dict[str, Instance])
    loads: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    read: list[int] = field(default_factory=list[int])  # tokens of each prompt that were left

    def expire(self) -> None:
        kept = {name: row for name, row in self.instances.items() if row.expires is None or row.expires > self.now}
        self.instances = kept

    def put(self, key: str, window: int, *, just_in_time: bool = False) -> str | None:
        """Loads an instance; ``None`` where memory does not suffice."""
        used = sum(self.models[row.model].size + row.window * BYTES_PER_TOKEN for row in self.instances.values())
        if used + self.models[key].size + window * BYTES_PER_TOKEN > self.memory:
            return None
        number = sum(row.model == key for row in self.instances.values())
        name = key if key not in self.instances else f"{key}:{number + 1}"
        self.instances[name] = Instance(model=key, window=window, just_in_time=just_in_time)
        self.loads.append((name, window))
        return name

    async def listed(self, exchange: Exchange) -> None:
        rows: list[dict[str, Any]] = []
        for key, model in self.models.items():
            held = [
                {"id": name, "config": {"context_length": row.window, "parallel": 4}}
                for name, row in self.instances.items()
                if row.model == key
            ]
            known = {"type": "llm", "publisher": "x", "display_name": key, "format": "gguf", "key": key}
            sizes = {"size_bytes": model.size, "max_context_length": model.trained}
            rows.append({**known, **sizes, "loaded_instances": held})
        await exchange.answer(200, {"models": rows})

    async def listed_before(self, exchange: Exchange) -> None:
        rows: list[dict[str, Any]] = []
        for key, model in self.models.items():
            held = self.instances.get(key)
            row = {"id": key, "object": "model", "type": "llm", "max_context_length": model.trained}
            state = {"state": "loaded", "loaded_context_length": held.window} if held else {"state": "not-loaded"}
            rows.append({**row, **state})
        await exchange.answer(200, {"object": "list", "data": rows})

    async def listed_for_all(self, exchange: Exchange) -> None:
        await exchange.answer(200, {"object": "list", "data": [{"id": key, "object": "model"} for key in self.models]})

    async def load(self, exchange: Exchange) -> None:
        body = exchange.json
        if body["model"] not in self.models:
            error = {"type": "model_not_found", "message": f"Cannot find model {body['model']}"}
            return await exchange.answer(404, {"error": error})
        window = body.get("context_length") or self.models[body["model"]].usual
        name = self.put(body["model"], window)
        if name is None:
            error = {"type": "internal_error", "message": "Failed to load model: insufficient system resources."}
            return await exchange.answer(500, {"error": error})
        echo = {"load_config": {"context_length": window}} if body.get("echo_load_config") else {}
        done = {"type": "llm", "instance_id": name, "load_time_seconds": 1.5, "status": "loaded"}
        return await exchange.answer(200, {**done, **echo})

    async def unload(self, exchange: Exchange) -> None:
        name = exchange.json["instance_id"]
        if self.instances.pop(name, None) is None:
            error = {"type": "model_not_found", "message": f"No instance {name}"}
            return await exchange.answer(404, {"error": error})
        return await exchange.answer(200, {"instance_id": name})

    async def chat(self, exchange: Exchange) -> None:
        body = exchange.json
        name = body["model"] if body["model"] in self.instances else self.just_in_time(body)
        if name is None:
            error = {"type": "invalid_request_error", "code": "model_not_found", "message": "No such model"}
            return await exchange.answer(404, {"error": error})
        held = self.instances[name]
        tokens = sum(4 + len(row["content"]) // 4 for row in body["messages"])
        read = tokens if tokens < held.window else held.window // 2  # the middle of it is gone, without a word
        self.read.append(read)
        most = min(body.get("max_tokens") or self.words, held.window - read)
        await exchange.begin_stream()
        for _ in range(min(self.words, most)):
            await exchange.send(delta(content="word "))
        reason = "stop" if self.words <= most else "length"
        return await exchange.send(finish(reason, prompt=read, output=min(self.words, most)))

    def just_in_time(self, body: dict[str, Any]) -> str | None:
        """Loads what was asked for, in the place of what was loaded so before."""
        key = body["model"]
        if key not in self.models:
            return None
        self.instances = {name: row for name, row in self.instances.items() if not row.just_in_time}
        name = self.put(key, self.models[key].usual, just_in_time=True)
        if name is not None:
            self.instances[name].expires = self.now + body.get("ttl", 3600)
        return name


@asynccontextmanager
async def fake_lm_studio() -> AsyncGenerator[FakeLMStudio]:
    """A running one with two models, neither of them loaded."""
    async with loopback_server() as server:
        fake = FakeLMStudio(server=server, models={"vendor/big": Model(), "small": Model()})

        def route(answer: Route, *, newer: bool | None = None) -> Route:
            async def answered(exchange: Exchange) -> None:
                fake.expire()
                if newer is not None and newer is not fake.newer:
                    return await exchange.answer(404, {"error": "Unexpected endpoint or method."})
                if fake.token and exchange.headers.get("authorization") != f"Bearer {fake.token}":
                    return await exchange.answer(
                        401, {"error": {"type": "authentication_error", "message": "no token"}}
                    )
                return await answer(exchange)

            return answered

        server.routes |= {
            "GET /api/v1/models": route(fake.listed, newer=True),
            "POST /api/v1/models/load": route(fake.load, newer=True),
            "POST /api/v1/models/unload": route(fake.unload, newer=True),
            "GET /api/v0/models": route(fake.listed_before),
            "GET /v1/models": route(fake.listed_for_all),
            "POST /v1/chat/completions": route(fake.chat),
        }
        yield fake
