"""Any server of the chat completions API: OpenAI's own, Ollama, LM Studio, llama.cpp, vLLM and their like.

The base URL is used as it is written, with ``/chat/completions`` and ``/models`` added. What differs between servers
is data: ``servers.py`` for windows, ``wire.py`` for names in the JSON, ``failures.py`` for what refusals mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

from sightline.models.embedding_wire import openai_body, openai_vectors
from sightline.models.failures import not_the_protocol
from sightline.models.locality import is_private_host
from sightline.models.messages import ModelError, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelInfo, Vectors, WindowReport
from sightline.models.providers.http_api import EVENT_STREAM, HttpApi
from sightline.models.reply import ReplyReader
from sightline.models.servers import (
    FLAVOURS,
    OTHER_SERVER,
    ServerFlavour,
    listed_models,
    recognise,
    window_of,
)
from sightline.models.wire import request_body
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep


class OpenAICompatibleProvider:
    """One server with one key. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it."""

    def __init__(
        self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool = False, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._policy = policy
        self._api = HttpApi(policy, pool, owns_pool=owns_pool, sleep=sleep)
        self._names = policy.profile.parameters
        self._flavour = next((flavour for flavour in FLAVOURS if flavour.name == policy.kind), None)
        self._public_windows: dict[str, WindowReport] = {}

    def __repr__(self) -> str:
        return f"OpenAICompatibleProvider({self.name!r}, {self._api.where!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        reader = ReplyReader(self._api.speaker(request.model))
        url = self._api.request_url("/chat/completions")
        return self._api.reply(url, self._body(request), reader, EVENT_STREAM, request=request, names=self.models)

    async def embed(self, model: str, texts: tuple[str, ...]) -> Vectors:
        answer = await self._api.answer(self._api.url("/embeddings"), openai_body(model, texts), model=model)
        return openai_vectors(answer, len(texts), self._api.speaker(model))

    async def models(self) -> tuple[ModelInfo, ...]:
        answer = await self._api.json("/models", model=self._policy.name)
        # Together sends the bare list.
        data = cast("dict[str, Any]", answer if isinstance(answer, dict) else {"data": answer})
        if not isinstance(data.get("data"), list):
            raise not_the_protocol(self._api.speaker(self._policy.name), "gave no list of models")
        flavour = await self._known_flavour()
        return listed_models(data, (await flavour.loaded(self._api.probe()) or {}) if flavour else {})

    async def window_report(self, model: str) -> WindowReport:
        report = await self._server_window(model)
        if report.tokens is None:
            report = self._policy.listed_window(model) or report
        return report.within(self._policy.window)

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def close(self) -> None:
        await self._api.close()

    def _body(self, request: ModelRequest) -> bytes:
        """The JSON of a request."""
        return request_body(request, self._policy.output_limit, self._names)

    async def _known_flavour(self) -> ServerFlavour | None:
        """The kind of server, asked once; ``None`` while nobody answers there."""
        if self._flavour is None and not is_private_host(self._api.host):
            self._flavour = OTHER_SERVER
        if self._flavour is None:
            probe = self._api.probe()
            self._flavour = await recognise(probe)
            if self._flavour is None and await probe.at_base("/models") is not None:
                self._flavour = OTHER_SERVER
        return self._flavour

    async def _server_window(self, model: str) -> WindowReport:
        if model in self._public_windows:
            return self._public_windows[model]
        try:
            flavour = await self._known_flavour()
            report = await window_of(flavour, self._api.probe(), model) if flavour else WindowReport()
        except ModelError:
            return WindowReport()  # A key that cannot be sent: the request itself will say so.
        if flavour is OTHER_SERVER and not is_private_host(self._api.host):
            # A public service does not load and unload models, and its list may be a megabyte.
            self._public_windows[model] = report
        return report
