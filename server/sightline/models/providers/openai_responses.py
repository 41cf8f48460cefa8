"""OpenAI's Responses API, which some of its models are served by alone.

A variant of the chat completions provider: lists and windows are the same, the request and its reply are not. Nothing
is stored at the server, and it is told not to cut what does not fit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from sightline.models.messages import ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.providers.http_api import EVENT_STREAM, HttpApi
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.responses_reply import ResponsesReplyReader
from sightline.models.responses_wire import request_body
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep


class OpenAIResponsesProvider:
    """One server with one key. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it."""

    def __init__(
        self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool = False, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._policy = policy
        self._api = HttpApi(policy, pool, owns_pool=owns_pool, api="OpenAI's Responses API", sleep=sleep)
        self._lists = OpenAICompatibleProvider(policy, pool, sleep=sleep)

    def __repr__(self) -> str:
        return f"OpenAIResponsesProvider({self.name!r}, {self._api.where!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        reader = ResponsesReplyReader(self._api.speaker(request.model))
        url = self._api.request_url("/responses")
        body = request_body(request)
        return self._api.reply(url, body, reader, EVENT_STREAM, request=request, names=self.models)

    async def models(self) -> tuple[ModelInfo, ...]:
        return await self._lists.models()

    async def window_report(self, model: str) -> WindowReport:
        return await self._lists.window_report(model)

    async def window(self, model: str) -> int | None:
        return await self._lists.window(model)

    async def close(self) -> None:
        await self._api.close()
