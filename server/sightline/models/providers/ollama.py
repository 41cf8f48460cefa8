"""Ollama by its own API, so that it neither cuts a prompt nor forgets the beginning of it.

A change of ``num_ctx`` or ``shift`` makes Ollama load the model again, which takes seconds to minutes. So the window
that a model is loaded with is asked for again as long as the prompt has room in it, and every request says the same of
``shift``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from sightline.base.machine_memory import ReadMemory, read_memory
from sightline.models.embedding_wire import ollama_body, ollama_vectors
from sightline.models.failures import not_the_protocol
from sightline.models.fitting import ESTIMATE_MARGIN, LARGEST_UNASKED, prompt_size, rounded_window, window_for
from sightline.models.messages import ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.ollama_wire import (
    WHOLE_COUNTS_SINCE,
    OllamaReader,
    chat_body,
    embeds_only,
    load_body,
    loaded_models,
    remote_host,
    same_model,
    trained_window,
    unload_body,
    version_of,
)
from sightline.models.policy import ModelPolicy
from sightline.models.provider import LoadedModel, ModelInfo, Vectors, WindowReport
from sightline.models.providers.http_api import HttpApi, StreamFormat
from sightline.models.providers.native import NativeAddresses
from sightline.models.servers import OLLAMA, rows
from sightline.models.shortage import not_loaded
from sightline.transport.ndjson import LineParser
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep

LINES = StreamFormat(media_type="application/x-ndjson", framing=LineParser)
#: Tokens of the window that is asked of servers too old to tell theirs.
WINDOW_UNTOLD = 8_192
#: Seconds that a model stays at least once it is loaded: to load one for no time is how Ollama is told to unload it.
_LEAST_KEEP = 60.0
_LARGER = "Set model.window to the tokens you want: Ollama is then asked to load the model so. Or lower context.budget."


class OllamaProvider:
    """One Ollama. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it.

    The base URL may end in ``/v1`` or not: the API beside it is used.
    """

    def __init__(
        self,
        policy: ModelPolicy,
        pool: Pool,
        *,
        owns_pool: bool = False,
        sleep: Sleep = asyncio.sleep,
        memory: ReadMemory = read_memory,
    ) -> None:
        self._policy = policy
        self._memory = memory
        self._api = HttpApi(policy, pool, owns_pool=owns_pool, sleep=sleep)
        self._own = NativeAddresses(self._api, policy)
        self._shown: dict[str, Any] = {}
        self._version: tuple[int, ...] = ()
        self._asked: dict[str, int] = {}  # windows asked of a server that does not tell them

    def __repr__(self) -> str:
        return f"OllamaProvider({self._api.where!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        num_ctx = await self._window_for(request)
        body = chat_body(request, num_ctx=num_ctx, keep_seconds=self._policy.keep_seconds)
        reader = OllamaReader(self._api.speaker(request.model), whole_counts=await self._counts_whole_prompts())
        url = f"{self._own.root}/api/chat"
        reply = self._api.reply(url, body, reader, LINES, request=request, names=self.models)
        try:
            async with aclosing(reply) as events:
                async for event in events:
                    yield event
        except ModelError as error:
            raise await self._judged(error, request) from None

    async def models(self) -> tuple[ModelInfo, ...]:
        listed, running = await asyncio.gather(self._own.get("/api/tags"), self._own.told("/api/ps"))
        if not isinstance(listed, dict) or not isinstance(cast("dict[str, Any]", listed).get("models"), list):
            raise not_the_protocol(self._api.speaker(self._policy.name), "gave no list of models")
        windows = {model.name: model.window for model in loaded_models(running)}
        names = [row.get("model") or row.get("name") for row in rows(listed, "models")]
        return tuple(ModelInfo(name=name, window=windows.get(name)) for name in names if isinstance(name, str))

    async def window_report(self, model: str) -> WindowReport:
        loaded, largest = await asyncio.gather(self._found(model), self._largest(model))
        own = self._policy.window
        tokens = loaded.window if loaded else None
        if tokens is None:
            return WindowReport(largest=largest, hint=_LARGER)
        if own is not None and own < tokens:
            return WindowReport(tokens=own, source="your settings", largest=largest)
        return WindowReport(tokens=tokens, source=OLLAMA.source, hint=_LARGER, largest=largest)

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def holds(self, model: str) -> bool:
        return not await self.is_remote(model)

    async def loaded(self) -> tuple[LoadedModel, ...]:
        return loaded_models(await self._own.get("/api/ps"))

    async def load(self, model: str, *, window: int | None = None, keep_seconds: float | None = None) -> LoadedModel:
        held = await self._found(model)
        num_ctx = window
        if held and held.window and held.window >= (window or 0):
            num_ctx = held.window
        elif window is not None:
            num_ctx = min(window, trained_window(await self._show(model)) or window)
        keep = self._policy.keep_seconds if keep_seconds is None else keep_seconds
        keep = keep if keep is None else max(keep, _LEAST_KEEP)
        path, body = "/api/chat", load_body(model, num_ctx=num_ctx, keep_seconds=keep)
        if embeds_only(await self._show(model)):
            path, body = "/api/embed", ollama_body(model, (), num_ctx=num_ctx, keep_seconds=keep)
        try:
            await self._own.post(path, body, model)
        except ModelError as error:
            if error.failure is not ModelFailure.SERVER:
                raise
            raise await not_loaded(error, self._policy, model, await self._weights(model), read=self._memory) from None
        return await self._found(model) or LoadedModel(name=model, instance=model)

    async def unload(self, model: LoadedModel) -> None:
        name = model.instance or model.name
        path, body = "/api/chat", unload_body(name)
        if embeds_only(await self._show(name)):
            path, body = "/api/embed", ollama_body(name, (), keep_seconds=0)
        try:
            await self._own.post(path, body, model.name)
        except ModelError as error:
            if error.failure is not ModelFailure.NOT_FOUND:
                raise

    async def embed(self, model: str, texts: tuple[str, ...]) -> Vectors:
        held = await self._found(model)
        body = ollama_body(
            model, texts, num_ctx=held.window if held else None, keep_seconds=self._policy.keep_seconds
        )  # Another window would load it again.
        answer = await self._api.answer(f"{self._own.root}/api/embed", body, model=model)
        return ollama_vectors(answer, len(texts), self._api.speaker(model))

    async def is_remote(self, model: str) -> bool:
        """Whether this Ollama hands ``model`` on to another host. ``False`` where it does not say so."""
        return bool(remote_host(await self._show(model)))

    async def close(self) -> None:
        await self._api.close()

    async def _window_for(self, request: ModelRequest) -> int | None:
        """The ``num_ctx`` to ask for: the loaded one where it has room, for that costs nothing."""
        model = request.model
        if await self.is_remote(model):
            return None
        needed = window_for(request)
        loaded = await self._found(model)
        if loaded is None:
            try:
                loaded = await self.load(model, window=self._policy.window or request.window)
            except ModelError as error:
                if error.failure in (ModelFailure.LOAD_FAILED, ModelFailure.OUT_OF_MEMORY):
                    raise
                return self._policy.window or request.window  # The chat meets the same, is retried, and says more.
        held = loaded.window
        if held is not None and held >= needed:
            return held
        largest = await self._largest(model) or max(self._policy.window or 0, rounded_window(needed))
        if held is not None:
            return max(held, min(self._policy.window or rounded_window(needed), largest))
        asked = max(self._asked.get(model, 0), min(max(rounded_window(needed), WINDOW_UNTOLD), largest))
        self._asked[model] = asked
        return asked

    async def _largest(self, model: str) -> int | None:
        """The largest window that may be asked for; ``None`` where the model does not say what it was trained for."""
        trained = trained_window(await self._show(model))
        own = self._policy.window
        if own is not None:
            return min(own, trained or own)
        return trained and min(trained, LARGEST_UNASKED)

    async def _found(self, model: str) -> LoadedModel | None:
        running = loaded_models(await self._own.told("/api/ps"))
        return next((row for row in running if same_model(row.name, model)), None)

    async def _show(self, model: str) -> Any:
        if model not in self._shown:
            try:
                shown = await self._own.post("/api/show", {"model": model}, model)
            except ModelError:
                return None  # Asked again the next time; the request itself will say what is wrong.
            self._shown[model] = shown
        return self._shown[model]

    async def _weights(self, model: str) -> int | None:
        """Bytes of the model's file; ``None`` where the server does not say."""
        for row in rows(await self._own.told("/api/tags"), "models"):
            name, size = row.get("model") or row.get("name"), row.get("size")
            if isinstance(name, str) and same_model(name, model):
                return size if isinstance(size, int) else None
        return None

    async def _counts_whole_prompts(self) -> bool:
        if not self._version:
            self._version = version_of(await self._own.told("/api/version"))
        return not self._version or self._version >= WHOLE_COUNTS_SINCE

    async def _judged(self, error: ModelError, request: ModelRequest) -> ModelError:
        """Ollama refuses a prompt over the window with status 400 and an English sentence. Numbers tell, not words."""
        if error.failure is not ModelFailure.BAD_REQUEST:
            return error
        loaded = await self._found(request.model)
        prompt = prompt_size(request)
        if loaded is None or loaded.window is None or prompt * ESTIMATE_MARGIN < loaded.window:
            return error
        return ModelError(
            ModelFailure.WINDOW_EXCEEDED,
            f"The prompt is about {prompt:,} tokens and the model's window holds {loaded.window:,}. {error.message}",
            hint=_LARGER,
        )
