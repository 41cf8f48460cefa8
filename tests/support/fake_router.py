"""llama.cpp's router mode as a state machine: models by name that load, take their time, fail and unload.

After tools/server/README.md of llama.cpp, "Using multiple models". A question that names a model loads it, unless it
says ``autoload=false``.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.chat import reply
from support.loopback import Exchange, LoopbackServer, loopback_server


@dataclass
class RouterModel:
    """``looks`` is how many looks at the list it takes to load; ``broken`` never comes up."""

    window: int = 4096
    looks: int = 0
    broken: bool = False
    state: str = "unloaded"


@dataclass
class FakeRouter:
    server: LoopbackServer
    models: dict[str, RouterModel] = field(
        default_factory=lambda: {"a/b:Q4": RouterModel(), "big": RouterModel(looks=2), "bad": RouterModel(broken=True)}
    )
    loads: list[str] = field(default_factory=list[str])

    def touch(self, name: str | None, query: str) -> RouterModel | None:
        """The model a request names, loaded if the request may do so."""
        model = self.models.get(name or "")
        if model and model.state == "unloaded" and parse_qs(query).get("autoload") != ["false"]:
            self.loads.append(name or "")
            model.state = "loaded"
        return model

    async def listed(self, exchange: Exchange) -> None:
        rows: list[dict[str, Any]] = []
        for name, model in self.models.items():
            if model.state == "loading" and not model.broken:
                model.looks -= 1
                model.state = "loading" if model.looks > 0 else "loaded"
            failed = {"failed": True, "exit_code": 1} if model.state == "loading" and model.broken else {}
            meta = {"meta": {"n_ctx": model.window, "size": 1000}} if model.state == "loaded" else {}
            state = "unloaded" if failed else model.state
            rows.append({"id": name, "object": "model", "status": {"value": state, **failed}, **meta})
        await exchange.answer(200, {"object": "list", "data": rows})

    async def props(self, exchange: Exchange) -> None:
        query = urlsplit(exchange.path).query
        name = parse_qs(query).get("model", [None])[0]
        if name is None:
            return await exchange.answer(200, {"role": "router", "default_generation_settings": None})
        model = self.touch(name, query)
        if model is None or model.state != "loaded":
            error = {"code": 400, "message": "model is not loaded", "type": "invalid_request_error"}
            return await exchange.answer(400, {"error": error})
        settings: dict[str, Any] = {"n_ctx": model.window, "params": {}}
        return await exchange.answer(200, {"default_generation_settings": settings, "total_slots": 4})

    async def load(self, exchange: Exchange) -> None:
        name = exchange.json["model"]
        if name not in self.models:
            error = {"code": 404, "message": "model not found", "type": "not_found_error"}
            return await exchange.answer(404, {"error": error})
        self.loads.append(name)
        self.models[name].state = "loading"
        return await exchange.answer(200, {"success": True})

    async def unload(self, exchange: Exchange) -> None:
        self.models[exchange.json["model"]].state = "unloaded"
        await exchange.answer(200, {"success": True})

    async def counted(self, exchange: Exchange) -> None:
        query = urlsplit(exchange.path).query
        model = self.touch(exchange.json.get("model"), query)
        if model is None or model.state != "loaded":
            return await exchange.answer(400, {"error": {"message": "model is not loaded"}})
        if "messages" in exchange.json:
            texts = [f"<{row['role']}>{row['content']}" for row in exchange.json["messages"]]
            return await exchange.answer(200, {"prompt": "".join(texts)})
        return await exchange.answer(200, {"tokens": list(exchange.json["content"].encode())})

    async def chat(self, exchange: Exchange) -> None:
        self.touch(exchange.json["model"], "")
        await exchange.begin_stream()
        await exchange.send(reply("Hello", prompt=20))


@asynccontextmanager
async def fake_router() -> AsyncGenerator[FakeRouter]:
    """A running router with three models, none of them loaded."""
    async with loopback_server() as server:
        fake = FakeRouter(server)
        server.routes |= {
            "GET /v1/models": fake.listed,
            "GET /props": fake.props,
            "POST /models/load": fake.load,
            "POST /models/unload": fake.unload,
            "POST /apply-template": fake.counted,
            "POST /tokenize": fake.counted,
            "POST /v1/chat/completions": fake.chat,
        }
        yield fake
