"""Any server of the chat completions API: OpenAI's own, Ollama, LM Studio, llama.cpp, vLLM and their like.

The base URL is used as it is written, with ``/chat/completions`` and ``/models`` added. What differs between servers
is data: ``servers.py`` for windows, ``wire.py`` for names in the JSON, ``failures.py`` for what refusals mean.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, cast
from urllib.parse import urlsplit

from sightline.models.failures import Speaker, not_the_protocol, redirected, refusal, unreached
from sightline.models.messages import ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.probe import ServerProbe
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.reply import ReplyReader
from sightline.models.servers import (
    FLAVOURS,
    OTHER_SERVER,
    ServerFlavour,
    is_private_host,
    listed_models,
    recognise,
    window_of,
)
from sightline.models.wire import WireError, error_in, request_body
from sightline.transport.errors import TransportError
from sightline.transport.policy import HttpRequest, Limits
from sightline.transport.pool import HttpAnswer, HttpResponse, Pool, address
from sightline.transport.retry import Sleep, retry_after, stream_with_retries
from sightline.transport.sse import EventParser

#: Hosts (or ends of hosts) that call the limit on output tokens something else than ``max_tokens``.
OUTPUT_LIMIT_NAMES = {
    "api.openai.com": "max_completion_tokens",
    ".openai.azure.com": "max_completion_tokens",
}
_LARGEST_ERROR = 64 << 10
_LARGEST_ANSWER = 32 << 20
_LISTED_IN_HINT = 8


class OpenAICompatibleProvider:
    """One server with one key. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it."""

    def __init__(
        self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool = False, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._policy = policy
        self._pool = pool
        self._owns_pool = owns_pool
        self._sleep = sleep
        self._base = policy.base_url.rstrip("/")
        self._host = urlsplit(self._base).hostname or ""
        self._output_limit = next(
            (name for end, name in OUTPUT_LIMIT_NAMES.items() if self._host.endswith(end)), "max_tokens"
        )
        self._flavour = next((flavour for flavour in FLAVOURS if flavour.name == policy.kind), None)
        self._public_windows: dict[str, WindowReport] = {}

    def __repr__(self) -> str:
        return f"OpenAICompatibleProvider({self.name!r}, {self._where()!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        speaker = self._speaker(request.model)
        sent = self._chat_request(request)
        try:
            async with stream_with_retries(self._pool, sent, self._policy.retries, sleep=self._sleep) as response:
                await self._accepted(response, speaker)
                reader = ReplyReader(speaker)
                if response.media_type == "application/json":
                    for event in reader.take_json(_json(await response.read(_LARGEST_ANSWER), speaker)):
                        yield event
                else:
                    parser = EventParser()
                    while not reader.done:
                        chunk = await response.chunk()
                        for event in parser.feed(chunk) if chunk else parser.end():
                            for piece in reader.take(event.data):
                                response.content_has_begun()
                                yield piece
                        if not chunk:
                            break
                for event in reader.finished():
                    yield event
        except TransportError as error:
            raise unreached(speaker, error) from error

    async def models(self) -> tuple[ModelInfo, ...]:
        speaker = self._speaker(self._policy.name)
        answer = await self._list(speaker)
        # Together sends the bare list.
        data = cast("dict[str, Any]", answer if isinstance(answer, dict) else {"data": answer})
        if not isinstance(data.get("data"), list):
            raise not_the_protocol(speaker, "gave no list of models")
        flavour = await self._known_flavour()
        return listed_models(data, (await flavour.loaded(self._probe()) or {}) if flavour else {})

    async def window_report(self, model: str) -> WindowReport:
        report = await self._server_window(model)
        own = self._policy.window
        if own is not None and (report.tokens is None or own < report.tokens):
            return WindowReport(tokens=own, source="your settings")
        return report

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def close(self) -> None:
        if self._owns_pool:
            await self._pool.close()

    def _speaker(self, model: str) -> Speaker:
        return Speaker(where=self._where(), model=model, key=self._policy.api_key)

    def _where(self) -> str:
        try:
            return address(self._base)
        except TransportError:
            return "the model server"

    def _headers(self) -> dict[str, str]:
        key = self._policy.api_key.reveal()
        if not key:
            return {"user-agent": "sightline"}
        if not (key.isascii() and key.isprintable()):
            raise ModelError(
                ModelFailure.AUTHENTICATION,
                "The key holds characters that no key has.",
                hint="Copy the key again, without quotes and line ends.",
            )
        return {"user-agent": "sightline", "authorization": f"Bearer {key}"}

    def _chat_request(self, request: ModelRequest) -> HttpRequest:
        accepted = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
        return HttpRequest(
            method="POST",
            url=f"{self._base}/chat/completions",
            headers={**self._headers(), **accepted},
            body=request_body(request, self._output_limit),
            limits=self._policy.limits,
        )

    def _probe(self) -> ServerProbe:
        return ServerProbe(pool=self._pool, base_url=self._base, headers=self._headers())

    async def _accepted(self, response: HttpResponse, speaker: Speaker) -> None:
        """Raises ``ModelError`` unless the answer is a reply in one of the two forms."""
        if 300 <= response.status < 400:
            raise redirected(speaker, response.status)
        if response.status != 200:
            body = await response.read_head(_LARGEST_ERROR)
            error = _refused(HttpAnswer(status=response.status, headers=response.headers, body=body), speaker)
            raise await self._with_names(error) if error.failure is ModelFailure.NOT_FOUND else error
        if response.media_type not in ("text/event-stream", "application/json"):
            kind = response.media_type or "nothing that says what it is"
            raise not_the_protocol(speaker, f"answered with {kind} and not with a chat completion")

    async def _with_names(self, error: ModelError) -> ModelError:
        """``NOT_FOUND`` means a wrong model or a wrong address: whether the list of models is there tells which."""
        try:
            names = [model.name for model in await self.models()]
        except ModelError:
            hint = "Nor is there a list of models: check the base URL; it usually ends in /v1."
            return ModelError(ModelFailure.NOT_FOUND, error.message, hint=hint)
        more = f" and {len(names) - _LISTED_IN_HINT} more" if len(names) > _LISTED_IN_HINT else ""
        offered = f"It offers: {', '.join(names[:_LISTED_IN_HINT])}{more}." if names else "It offers no model at all."
        return ModelError(ModelFailure.NOT_FOUND, error.message, hint=offered)

    async def _list(self, speaker: Speaker) -> Any:
        limits = Limits(connect=self._policy.limits.connect, first_byte=30.0, between_bytes=30.0)
        request = HttpRequest(method="GET", url=f"{self._base}/models", headers=self._headers(), limits=limits)
        try:
            answer = await self._pool.fetch(request, limit=_LARGEST_ANSWER)
        except TransportError as error:
            raise unreached(speaker, error) from error
        if 300 <= answer.status < 400:
            raise redirected(speaker, answer.status)
        if answer.status != 200:
            raise _refused(answer, speaker)
        return _json(answer.body, speaker)

    async def _known_flavour(self) -> ServerFlavour | None:
        """The kind of server, asked once; ``None`` while nobody answers there."""
        if self._flavour is None and not is_private_host(self._host):
            self._flavour = OTHER_SERVER
        if self._flavour is None:
            probe = self._probe()
            self._flavour = await recognise(probe)
            if self._flavour is None and await probe.at_base("/models") is not None:
                self._flavour = OTHER_SERVER
        return self._flavour

    async def _server_window(self, model: str) -> WindowReport:
        if model in self._public_windows:
            return self._public_windows[model]
        try:
            flavour = await self._known_flavour()
            report = await window_of(flavour, self._probe(), model) if flavour else WindowReport()
        except ModelError:
            return WindowReport()  # A key that cannot be sent: the request itself will say so.
        if flavour is OTHER_SERVER and not is_private_host(self._host):
            # A public service does not load and unload models, and its list may be a megabyte.
            self._public_windows[model] = report
        return report


def _refused(answer: HttpAnswer, speaker: Speaker) -> ModelError:
    try:
        error = error_in(json.loads(answer.body))
    except ValueError:
        error = None
    return refusal(speaker, answer.status, error or WireError(), retry_after=retry_after(answer.headers))


def _json(body: bytes, speaker: Speaker) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise not_the_protocol(speaker, "sent an answer that is not JSON") from None
