"""Ollama as a state machine: what is loaded, with which options, for how long, and what a prompt loses on the way.

After server/sched.go, server/prompt.go and llm/llama_server.go of Ollama in 2026, and for older versions what they did
otherwise: no ``truncate`` and ``shift`` before 0.12.6, no ``context_length`` in ``/api/ps`` before 0.10, and before
0.4 a ``prompt_eval_count`` without what was cached. One token is four characters of a rendered prompt. Its clock is a
number that the test moves.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from support.loopback import Exchange, LoopbackServer, loopback_server

BYTES_PER_TOKEN = 1000
FOREVER = 10.0**9
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Asked:
    """What a model was really asked: the messages that were left, and how many tokens they are."""

    messages: tuple[dict[str, str], ...]
    tokens: int


@dataclass(frozen=True)
class Said:
    """What it answers, a piece a token. ``breaks`` ends the stream with an error line after so many pieces."""

    pieces: tuple[str, ...] = ("Hello", " there")
    thinking: tuple[str, ...] = ()
    breaks: int | None = None


@dataclass(kw_only=True)
class Model:
    size: int = 1_000_000
    trained: int = 131_072
    remote_host: str = ""
    capability: str = "completion"
    num_ctx: int | None = None  # of its Modelfile


@dataclass(kw_only=True)
class Runner:
    """A loaded model. ``automatic`` says that nobody named its window."""

    options: dict[str, Any]
    num_ctx: int
    automatic: bool
    shift: bool
    expires: float
    cached: str = ""  # the prompt it read last
    keeps: float = 300.0


@dataclass(kw_only=True)
class FakeOllama:
    server: LoopbackServer
    models: dict[str, Model] = field(default_factory=dict[str, Model])
    version: tuple[int, int, int] = (0, 13, 0)
    memory: int = 50_000_000
    graphics_memory: int = 50_000_000
    most_loaded: int = 3
    default_num_ctx: int = 4096
    think: Callable[[Asked], Said] = lambda asked: Said()
    now: float = 0.0
    running: dict[str, Runner] = field(default_factory=dict[str, Runner])
    loads: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    asked: list[Asked] = field(default_factory=list[Asked])
    busy: bool = False  # its queue is full

    # What it holds

    def size(self, name: str, num_ctx: int) -> int:
        return self.models[name].size + num_ctx * BYTES_PER_TOKEN

    def used(self) -> int:
        return sum(self.size(name, runner.num_ctx) for name, runner in self.running.items())

    def expire(self) -> None:
        self.running = {name: runner for name, runner in self.running.items() if runner.expires > self.now}

    def schedule(self, name: str, body: dict[str, Any]) -> Runner:
        """The runner for a request; loads the model again when any option of loading differs."""
        options: dict[str, Any] = body.get("options") or {}
        asked: int | None = options.get("num_ctx") or self.models[name].num_ctx
        shift = body.get("shift", True) if self.version >= (0, 12, 6) else True
        num_ctx = min(asked or self.default_num_ctx, self.models[name].trained)
        others = {key: options.get(key) for key in ("num_batch", "num_gpu")}
        runner = self.running.get(name)
        if runner is not None:
            if runner.automatic and asked is None:
                num_ctx = runner.num_ctx
            if (runner.num_ctx, runner.options, runner.shift) != (num_ctx, others, shift):
                del self.running[name]
                runner = None
        if runner is None:
            runner = Runner(options=others, num_ctx=num_ctx, automatic=asked is None, shift=shift, expires=0.0)
            self.make_room(self.size(name, num_ctx))
            self.running[name] = runner
            self.loads.append((name, num_ctx))
        keep = _seconds(body["keep_alive"]) if "keep_alive" in body else runner.keeps
        runner.keeps = keep
        runner.expires = self.now + keep
        return runner

    def make_room(self, size: int) -> None:
        if size > self.memory:
            raise _Refusal(500, f"model requires more system memory ({size}) than is available ({self.memory})")
        while self.running and (self.used() + size > self.memory or len(self.running) >= self.most_loaded):
            del self.running[min(self.running, key=lambda name: self.running[name].expires)]

    # What a prompt loses

    def fitted(self, runner: Runner, messages: list[dict[str, str]], *, truncate: bool) -> Asked:
        kept = messages
        if truncate:
            for first in range(len(messages)):
                kept = [row for row in messages[:first] if row["role"] == "system"] + messages[first:]
                if tokens(rendered(kept)) <= runner.num_ctx:
                    break
        count = tokens(rendered(kept))
        if count > runner.num_ctx - 1:
            if not runner.shift:
                raise _Refusal(400, "the prompt is longer than the context length currently available to the model")
            count = runner.num_ctx - max(runner.num_ctx // 2, 1)
        return Asked(tuple(kept), count)

    # What it answers

    async def chat(self, exchange: Exchange) -> None:
        body = exchange.json
        name = self.known(body["model"])
        if self.busy:
            raise _Refusal(503, "server busy, please try again.  maximum pending requests exceeded")
        if self.models[name].capability == "embedding":
            raise _Refusal(400, f'"{name}" does not support chat')
        if self.models[name].remote_host:
            return await self.stream(exchange, body, None, Asked(tuple(body["messages"]), 10))
        if not body["messages"] and _seconds(body.get("keep_alive", 300)) == 0:
            self.running.pop(name, None)
            return await exchange.answer(200, _end(name, done_reason="unload"))
        runner = self.schedule(name, body)
        if not body["messages"]:
            return await exchange.answer(200, _end(name, done_reason="load"))
        truncate = body.get("truncate", True) if self.version >= (0, 12, 6) else True
        asked = self.fitted(runner, body["messages"], truncate=truncate)
        self.asked.append(asked)
        return await self.stream(exchange, body, runner, asked)

    async def stream(self, exchange: Exchange, body: dict[str, Any], runner: Runner | None, asked: Asked) -> None:
        name, said = body["model"], self.think(asked)
        counts = self.counts(runner, asked)
        options: dict[str, Any] = body.get("options") or {}
        limit: int | None = options.get("num_predict")
        room = runner.num_ctx - asked.tokens if runner and not runner.shift else None
        most = min((bound for bound in (limit, room) if bound is not None), default=None)
        given = said.pieces if most is None else said.pieces[:most]
        reason = "stop" if len(given) == len(said.pieces) else "length"
        await exchange.begin(200, content_type="application/x-ndjson", connection="close")
        for text in said.thinking:
            await exchange.send(_line(name, thinking=text))
        for number, text in enumerate(given):
            if number == said.breaks:
                return await exchange.send(json.dumps({"error": "an error was encountered while running"}).encode())
            await exchange.send(_line(name, content=text))
        end = _end(
            name, done_reason=reason, eval_count=len(said.thinking) + len(given), load_duration=5_000_000, **counts
        )
        await exchange.send(json.dumps(end).encode() + b"\n")
        if runner is not None and runner.expires <= self.now:
            self.running.pop(self.known(name), None)
        return None

    def counts(self, runner: Runner | None, asked: Asked) -> dict[str, int]:
        if runner is None:
            return {"prompt_eval_count": asked.tokens}
        text, read = rendered(list(asked.messages)), asked.tokens
        if self.version < (0, 4, 0) and runner.cached:
            pairs = enumerate(zip(text, runner.cached, strict=False))
            common = next((at for at, (one, other) in pairs if one != other), len(runner.cached))
            read -= tokens(text[: min(common, len(text))])
        runner.cached = text
        return {"prompt_eval_count": read} if read > 0 else {}

    async def ps(self, exchange: Exchange) -> None:
        rows: list[dict[str, Any]] = []
        free = self.graphics_memory
        for name, runner in self.running.items():
            size = self.size(name, runner.num_ctx)
            row: dict[str, Any] = {
                "name": name,
                "model": name,
                "size": size,
                "size_vram": min(size, free),
                "expires_at": (_BEGINNING + timedelta(seconds=runner.expires)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z"),
            }
            free -= row["size_vram"]
            rows.append({**row, "context_length": runner.num_ctx} if self.version >= (0, 10, 0) else row)
        await exchange.answer(200, {"models": rows})

    async def show(self, exchange: Exchange) -> None:
        name = self.known(exchange.json["model"])
        model = self.models[name]
        info = {"general.architecture": "llama", "llama.context_length": model.trained}
        remote = {"remote_host": model.remote_host, "remote_model": name} if model.remote_host else {}
        await exchange.answer(200, {"model_info": info, "capabilities": [model.capability], "details": {}, **remote})

    async def tags(self, exchange: Exchange) -> None:
        rows = [{"name": name, "model": name, "size": model.size} for name, model in self.models.items()]
        await exchange.answer(200, {"models": rows})

    async def embed(self, exchange: Exchange) -> None:
        body = exchange.json
        name = self.known(body["model"])
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        if not body.get("truncate", True) and any(tokens(text) > self.models[name].trained for text in texts):
            raise _Refusal(400, "the input length exceeds the context length")
        if not self.models[name].remote_host:
            self.schedule(name, body)
            if _seconds(body.get("keep_alive", 300)) == 0:
                del self.running[name]
        await exchange.answer(200, {"model": name, "embeddings": [[float(len(text)), 1.0] for text in texts]})

    async def told_version(self, exchange: Exchange) -> None:
        await exchange.answer(200, {"version": ".".join(map(str, self.version))})

    def known(self, name: str) -> str:
        for known in (name, f"{name}:latest"):
            if known in self.models:
                return known
        raise _Refusal(404, f"model '{name}' not found")


class _Refusal(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def rendered(messages: list[dict[str, str]]) -> str:
    """The chat template: sixteen characters (four tokens) around each message."""
    return "".join(f"<|{row['role'][:6]:6}|>      {row['content']}" for row in messages)


def tokens(text: str) -> int:
    return -(-len(text) // 4)


def _seconds(value: Any) -> float:
    if isinstance(value, int | float):
        return FOREVER if value < 0 else float(value)
    unit = next(unit for unit in _UNITS if str(value).endswith(unit))
    seconds = float(str(value).removesuffix(unit)) * _UNITS[unit]
    return FOREVER if seconds < 0 else seconds


def _line(model: str, **message: str) -> bytes:
    row = {"role": "assistant", "content": "", **message}
    return (
        json.dumps({"model": model, "created_at": _BEGINNING.isoformat(), "message": row, "done": False}).encode()
        + b"\n"
    )


def _end(model: str, **fields: Any) -> dict[str, Any]:
    return {
        "model": model,
        "created_at": _BEGINNING.isoformat(),
        "message": {"role": "assistant", "content": ""},
        "done": True,
        **fields,
    }


@asynccontextmanager
async def fake_ollama() -> AsyncGenerator[FakeOllama]:
    """A running one with the models ``tiny:latest`` and ``other:latest``."""
    async with loopback_server() as server:
        fake = FakeOllama(server=server, models={"tiny:latest": Model(), "other:latest": Model()})

        def route(answer: Callable[[Exchange], Any]) -> Callable[[Exchange], Any]:
            async def answered(exchange: Exchange) -> None:
                fake.expire()
                try:
                    await answer(exchange)
                except _Refusal as refusal:
                    await exchange.answer(refusal.status, {"error": str(refusal)})

            return answered

        for path, answer in {
            "POST /api/chat": fake.chat,
            "POST /api/show": fake.show,
            "POST /api/embed": fake.embed,
            "GET /api/ps": fake.ps,
            "GET /api/tags": fake.tags,
            "GET /api/version": fake.told_version,
        }.items():
            server.routes[path] = route(answer)
        yield fake
