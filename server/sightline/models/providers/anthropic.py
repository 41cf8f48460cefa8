"""Anthropic's Messages API: Anthropic itself, and servers that speak it too.

The base URL is used as it is written, with ``/messages``, ``/messages/count_tokens`` and ``/models`` added.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from pydantic import ValidationError

from sightline.models.anthropic_reply import AnthropicReplyReader
from sightline.models.anthropic_wire import VERSION, WireModel, encoded, prompt, request_body
from sightline.models.messages import ModelError, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.providers.http_api import EVENT_STREAM, HttpApi
from sightline.models.servers import rows
from sightline.transport.policy import HttpRequest, Limits
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep

#: What may be written at most where neither the user nor the server says: this API wants a number.
MOST_OUTPUT = 8_192
#: More than this is asked for only by the user's word: reasoning counts as output too.
USUAL_OUTPUT = 32_000
#: Tokens below which nothing is cached, for models the list does not know; a mark below it costs nothing.
CACHE_MINIMUM = 1_024
#: Models on one page of the list, the most there may be.
_PAGE = 1_000
_QUICK = Limits(connect=5.0, first_byte=15.0, between_bytes=15.0)


class AnthropicProvider:
    """One server with one key. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it."""

    def __init__(
        self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool = False, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._policy = policy
        self._api = HttpApi(
            policy,
            pool,
            owns_pool=owns_pool,
            api="Anthropic's Messages API",
            headers={"anthropic-version": VERSION},
            sleep=sleep,
        )
        self._listed: dict[str, WireModel] | None = None

    def __repr__(self) -> str:
        return f"AnthropicProvider({self.name!r}, {self._api.where!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        reader = AnthropicReplyReader(self._api.speaker(request.model))
        most = request.max_output_tokens or await self._most_output(request.model)
        profile = self._policy.profile_of(request.model)
        minimum = profile.facts.cache_minimum or CACHE_MINIMUM
        body = request_body(request, most_output=most, cache_minimum=minimum, as_whole=profile.marks_requests)
        url = self._api.request_url("/messages")
        reply = self._api.reply(url, body, reader, EVENT_STREAM, request=request, names=self.models)
        async with aclosing(reply) as events:
            async for event in events:
                yield event

    async def models(self) -> tuple[ModelInfo, ...]:
        answer = await self._api.json(f"/models?limit={_PAGE}", model=self._policy.name)
        return tuple(ModelInfo(name=model.id, window=model.max_input_tokens) for model in self._read(answer))

    async def window_report(self, model: str) -> WindowReport:
        known = (await self._known()).get(model)
        told = known.max_input_tokens if known else None
        own = self._policy.window
        if own is not None and (told is None or own < told):
            return WindowReport(tokens=own, source="your settings")
        if told is None:
            return self._policy.listed_window(model) or WindowReport()
        return WindowReport(tokens=told, source="the server's list of models")

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def count_tokens(self, request: ModelRequest) -> int | None:
        """Tokens of the prompt as the server counts them, ``None`` where it cannot be asked. Asks no model."""
        try:
            asked = HttpRequest(
                method="POST",
                url=self._api.url("/messages/count_tokens"),
                headers={**self._api.headers(), "content-type": "application/json"},
                body=encoded(prompt(request)),
                limits=_QUICK,
            )
            answer = await self._api.fetched(asked, model=request.model, limit=1 << 20)
        except ModelError:
            return None
        tokens: Any = cast("dict[str, Any]", answer).get("input_tokens") if isinstance(answer, dict) else None
        return tokens if isinstance(tokens, int) and tokens > 0 else None

    async def close(self) -> None:
        await self._api.close()

    async def _most_output(self, model: str) -> int:
        known = (await self._known()).get(model)
        most = (known.max_tokens if known else None) or self._policy.profile_of(model).facts.max_output_tokens
        return min(most, USUAL_OUTPUT) if most else MOST_OUTPUT

    async def _known(self) -> dict[str, WireModel]:
        """The server's models by name, asked once; empty while it cannot be asked."""
        if self._listed is None:
            try:
                answer = await self._api.json(f"/models?limit={_PAGE}", model=self._policy.name)
            except ModelError:
                return {}  # The request itself will say what is wrong.
            self._listed = {model.id: model for model in self._read(answer)}
        return self._listed

    def _read(self, answer: Any) -> list[WireModel]:
        models: list[WireModel] = []
        for row in rows(answer, "data"):
            try:
                models.append(WireModel.model_validate(row))
            except ValidationError:
                continue  # A row of a copy of this API that says something else under these names.
        return models
