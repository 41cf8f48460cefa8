"""llama.cpp's ``llama-server``: chat by the completions API, and what only its own addresses tell.

With one model it tells the window of a slot, how many slots there are and how many tokens a prompt is. In router mode
(started without a model) it also loads and unloads models by name. Every question to a router says ``autoload=false``,
so that none of them loads a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from urllib.parse import quote

from sightline.models.messages import ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.provider import LoadedModel, WindowReport
from sightline.models.providers.native import NativeAddresses
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.servers import LLAMA_CPP, rows, told_window
from sightline.models.wire import sent_messages
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep

_NO_LOADING = "autoload=false"
#: Seconds between two looks at a model that a router is loading.
_LOOK_AGAIN = 0.5


class Health(StrEnum):
    """What ``/health`` says."""

    READY = "ready"
    LOADING = "loading"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """How many requests the server answers at once, and how many of those places are taken (``None``: not told)."""

    total: int
    busy: int | None = None


class LlamaCppProvider(OpenAICompatibleProvider):
    """One ``llama-server``."""

    def __init__(
        self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool = False, sleep: Sleep = asyncio.sleep
    ) -> None:
        super().__init__(policy, pool, owns_pool=owns_pool, sleep=sleep)
        self._own = NativeAddresses(self._api, policy)
        self._pause = sleep

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        """See ``Provider``. While the model is being loaded the server refuses: then it is asked again once it is."""
        begun = False
        try:
            async with aclosing(super().stream(request)) as events:
                async for event in events:
                    begun = True
                    yield event
        except ModelError as error:
            if begun or error.failure is not ModelFailure.LOADING or not await self._ready():
                raise
        else:
            return
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event

    async def window_report(self, model: str) -> WindowReport:
        report = await super().window_report(model)
        if report.tokens is not None or not await self.is_router():
            return report
        properties = _table(await self._own.told(f"/props?model={quote(model, safe='')}&{_NO_LOADING}"))
        window = _window_in(properties)
        return report if window is None else WindowReport(tokens=window, source=LLAMA_CPP.source, hint=LLAMA_CPP.larger)

    async def count_tokens(self, request: ModelRequest) -> int | None:
        """Tokens of the prompt by the model's own template and vocabulary; see ``TokenCounting``."""
        try:
            asked: dict[str, Any] = {"model": request.model, "messages": sent_messages(request)}
            templated = await self._own.post(f"/apply-template?{_NO_LOADING}", asked, request.model)
            prompt: Any = _table(templated).get("prompt")
            if not isinstance(prompt, str):
                return None
            # As the server reads a chat: markers in the text count as markers, and the beginning is marked.
            asked = {"model": request.model, "content": prompt, "add_special": True, "parse_special": True}
            tokens: Any = _table(await self._own.post(f"/tokenize?{_NO_LOADING}", asked, request.model)).get("tokens")
        except ModelError:
            return None
        return len(cast("list[Any]", tokens)) if isinstance(tokens, list) else None

    async def slots(self, model: str) -> Slots | None:
        """The server's slots for ``model``; ``None`` where it does not tell. Never raises and never loads a model."""
        named = f"model={quote(model, safe='')}&{_NO_LOADING}"
        properties, listed = await asyncio.gather(self._own.told(f"/props?{named}"), self._own.told(f"/slots?{named}"))
        total: Any = _table(properties).get("total_slots")
        if isinstance(listed, list) and listed:
            states = [_table(row).get("is_processing") for row in cast("list[Any]", listed)]
            return Slots(total=len(states), busy=sum(state is True for state in states))
        return Slots(total=total) if isinstance(total, int) and total > 0 else None

    async def health(self) -> Health:
        """Whether it can answer. Never raises."""
        try:
            await self._own.get("/health")
        except ModelError as error:
            return Health.LOADING if error.failure is ModelFailure.LOADING else Health.UNKNOWN
        return Health.READY

    async def _ready(self) -> bool:
        """Waits until a model that is being loaded is there, for as long as a first byte is waited for."""
        waited = 0.0
        while waited <= self._policy.limits.first_byte:
            health = await self.health()
            if health is not Health.LOADING:
                return health is Health.READY
            await self._pause(_LOOK_AGAIN)
            waited += _LOOK_AGAIN
        return False

    async def is_router(self) -> bool:
        """Whether it holds many models by name. Never raises."""
        return _table(await self._own.told(f"/props?{_NO_LOADING}")).get("role") == "router"

    async def holds(self, model: str) -> bool:  # noqa: ARG002  a router holds whatever it is asked for
        return await self.is_router()

    async def loaded(self) -> tuple[LoadedModel, ...]:
        return tuple(
            LoadedModel(name=name, instance=name, window=told_window(row), size=_size(row))
            for row in rows(await self._own.get("/v1/models"), "data")
            if isinstance(name := row.get("id"), str) and _state(row) in ("loaded", "")
        )

    async def load(self, model: str, *, window: int | None = None, keep_seconds: float | None = None) -> LoadedModel:  # noqa: ARG002  its command line says both
        """Has a router load ``model``. A server with one model has loaded it, and nobody can change the window."""
        held = await self._held(model)
        if held is None and await self.is_router():
            await self._own.post("/models/load", {"model": model}, model)
            held = await self._arrived(model)
        return held or LoadedModel(name=model, instance=model, window=await self.window(model))

    async def unload(self, model: LoadedModel) -> None:
        """Has a router unload ``model``. A server with one model keeps it."""
        if await self.is_router() and await self._held(model.name):
            await self._own.post("/models/unload", {"model": model.name}, model.name)

    async def _held(self, model: str) -> LoadedModel | None:
        return next((row for row in await self.loaded() if row.name == model), None)

    async def _arrived(self, model: str) -> LoadedModel:
        """Waits for a model that is being loaded, for as long as a first byte is waited for."""
        waited = 0.0
        while waited <= self._policy.limits.first_byte:
            listed = rows(await self._own.get("/v1/models"), "data")
            row = next((row for row in listed if row.get("id") == model), None)
            if row is None or _table(row.get("status")).get("failed") is True:
                break
            if _state(row) == "loaded":
                return LoadedModel(name=model, instance=model, window=told_window(row), size=_size(row))
            await self._pause(_LOOK_AGAIN)
            waited += _LOOK_AGAIN
        raise ModelError(
            ModelFailure.LOAD_FAILED,
            f"{self._api.where} could not load {model!r}.",
            hint="Mostly there is too little memory: unload other models, choose a smaller one, or start llama-server "
            "with a smaller --ctx-size. Its log says more.",
        )


def _table(data: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}


def _window_in(properties: Mapping[str, Any]) -> int | None:
    window: Any = _table(properties.get("default_generation_settings")).get("n_ctx")
    return window if isinstance(window, int) and window > 0 else None


def _state(row: Mapping[str, Any]) -> str:
    """``loaded``, ``unloaded``… of a router's model, "" for the model of a server that holds one."""
    state: Any = _table(row.get("status")).get("value", "")
    return state if isinstance(state, str) else ""


def _size(row: Mapping[str, Any]) -> int | None:
    size: Any = _table(row.get("meta")).get("size")
    return size if isinstance(size, int) and size > 0 else None
