"""One model server's HTTP API as one user sees it: addresses, headers, refusals and streamed replies.

What every provider that speaks HTTP shares. What differs between APIs comes in as values: how a key is shown, how the
stream is cut into events, and what reads them. Knows no API.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from sightline.models.failures import Speaker, is_lasting, not_the_protocol, redirected, refusal, unreached
from sightline.models.messages import Finished, ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.probe import ServerProbe
from sightline.models.provider import ModelInfo
from sightline.models.wire import WireError, error_in
from sightline.transport.errors import TimeoutPhase, TransportError, TransportTimeout
from sightline.transport.gate import Outcome, Turn
from sightline.transport.policy import HttpRequest, Limits, Patience
from sightline.transport.pool import HttpAnswer, HttpResponse, Pool, address
from sightline.transport.retry import LARGEST_REFUSAL, Sleep, retry_after, stream_with_retries
from sightline.transport.sse import EventData

LARGEST_ANSWER = 32 << 20
_LISTED_IN_HINT = 8
#: How long the end of a stream is waited for once the server has said that nothing more comes: it is there already,
#: unless a server does not end its streams, whose connection is then closed and not used again.
_END_SECONDS = 0.05

#: ``Provider.models`` of the provider that asks.
ListModels = Callable[[], Awaitable[tuple[ModelInfo, ...]]]


class StreamReader(Protocol):
    """Reads the reply of one request out of the data of its events."""

    @property
    def done(self) -> bool:
        """Whether the server said that nothing more comes."""
        ...

    def take(self, data: str) -> Iterable[StreamEvent]:
        """The events in the data of one event of the stream. Raises ``ModelError``."""
        ...

    def take_json(self, value: Any) -> Iterable[StreamEvent]:
        """The events in a whole answer that was not streamed. Raises ``ModelError``."""
        ...

    def finished(self) -> Iterable[StreamEvent]:
        """What is left at the end, ``Finished`` last. Raises ``ModelError`` for a reply without an end."""
        ...


class Framing(Protocol):
    """Cuts the bytes of a stream into the data of its events."""

    def feed(self, chunk: bytes) -> Iterable[str]:
        """The data of the events that ``chunk`` completes."""
        ...

    def end(self) -> Iterable[str]:
        """The data of the event that the end of the stream completes, if there is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How an API streams: the media type of a stream and what cuts it into events."""

    media_type: str
    framing: Callable[[], Framing]


EVENT_STREAM = StreamFormat(media_type="text/event-stream", framing=EventData)


class HttpApi:
    """One server with one key. The pool is the caller's unless ``owns_pool`` says that ``close`` ends it.

    ``api`` names what is spoken, for people; ``headers`` go with every request.
    """

    def __init__(
        self,
        policy: ModelPolicy,
        pool: Pool,
        *,
        owns_pool: bool = False,
        api: str = "an OpenAI-compatible API",
        headers: Mapping[str, str] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._policy = policy
        self._pool = pool
        self._owns_pool = owns_pool
        self._api = api
        self._more_headers = dict(headers or {})
        self._sleep = sleep
        self.base = policy.base_url.rstrip("/")
        self.host = urlsplit(self.base).hostname or ""

    @property
    def where(self) -> str:
        """The server's address for people."""
        try:
            return address(self.base)
        except TransportError:
            return "the model server"

    def speaker(self, model: str) -> Speaker:
        """Whom messages about ``model`` name."""
        return Speaker(where=self.where, model=model, key=self._policy.api_key, api=self._api)

    def headers(self) -> dict[str, str]:
        """The headers of every request. Raises ``ModelError`` for a key that cannot be sent."""
        own = {name: value.reveal() for name, value in self._policy.headers.items()}
        named = {"user-agent": "sightline", **self._more_headers, **own}
        key = self._policy.api_key.reveal()
        if not key:
            return named
        if not (key.isascii() and key.isprintable()):
            raise ModelError(
                ModelFailure.AUTHENTICATION,
                "The key holds characters that no key has.",
                hint="Copy the key again, without quotes and line ends.",
            )
        if self._policy.key_header == "bearer":
            return {**named, "authorization": f"Bearer {key}"}
        return {**named, self._policy.key_header: key}

    def probe(self) -> ServerProbe:
        """Reads small answers from this server. Raises ``ModelError`` for a key that cannot be sent."""
        return ServerProbe(pool=self._pool, base_url=self.base, headers=self.headers())

    def url(self, path: str) -> str:
        """The address of ``path`` under the base URL."""
        return f"{self.base}{path}"

    def request_url(self, path: str) -> str:
        """Where requests go: under the base URL at ``path``, unless the user named another."""
        return self.url(self._policy.path or path)

    async def reply(
        self,
        url: str,
        body: bytes,
        reader: StreamReader,
        stream: StreamFormat,
        *,
        request: ModelRequest,
        names: ListModels | None = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """Posts ``body``, which is ``request``, and gives what ``reader`` finds in the answer. Raises ``ModelError``.

        ``names`` lists the server's models (``Provider.models``): asked when the server says that there is no such
        model. The ``patience`` of ``request`` stands in for the limits of the policy. Closing the generator closes the
        socket at once.
        """
        speaker = self.speaker(request.model)
        accepted = {"content-type": "application/json", "accept": f"{stream.media_type}, application/json"}
        sent = HttpRequest(method="POST", url=url, headers={**self.headers(), **accepted}, body=body)
        patience = request.patience or Patience(idle=self._policy.limits, busy=self._policy.limits)
        timer = _Timer()
        try:
            async with self._pool.gates.at(self.where, self._policy.gate).turn() as turn:
                sent = replace(sent, limits=patience.idle if turn.alone else patience.busy)
                timer.start(measured=patience.measured and turn.alone)
                with _judging(turn):
                    async with self._asking(sent) as response:
                        await self._accepted(response, speaker, stream.media_type, names)
                        if response.media_type != stream.media_type:
                            # Some servers and proxies do not stream whatever they are asked.
                            for event in reader.take_json(json_of(await response.read(LARGEST_ANSWER), speaker)):
                                yield event
                        else:
                            framing = stream.framing()
                            chunk = b"-"
                            while chunk and not reader.done:
                                chunk = await response.chunk()
                                for data in framing.feed(chunk) if chunk else framing.end():
                                    for event in reader.take(data):
                                        if not timer.ended:
                                            timer.end()
                                            response.content_has_begun()
                                        yield event
                        for event in reader.finished():
                            yield timer.told(event)
                        await response.finish(_END_SECONDS)
        except TransportError as error:
            raise timer.stopped(error, unreached(speaker, error)) from error

    async def answer(self, url: str, body: bytes, *, model: str) -> Any:
        """Posts ``body`` and gives the JSON that answers it, which is not streamed: by the server's queue and breaker,
        and with retries. Raises ``ModelError``.
        """
        speaker = self.speaker(model)
        headers = {**self.headers(), "content-type": "application/json", "accept": "application/json"}
        sent = HttpRequest(method="POST", url=url, headers=headers, body=body, limits=self._policy.limits)
        try:
            async with self._pool.gates.at(self.where, self._policy.gate).turn() as turn:
                with _judging(turn):
                    async with self._asking(sent) as response:
                        await _accepted(response, speaker, "application/json")
                        return json_of(await response.read(LARGEST_ANSWER), speaker)
        except TransportError as error:
            raise unreached(speaker, error) from error

    def _asking(self, sent: HttpRequest) -> AbstractAsyncContextManager[HttpResponse]:
        return stream_with_retries(self._pool, sent, self._policy.retries, permanent=is_permanent, sleep=self._sleep)

    async def _accepted(
        self, response: HttpResponse, speaker: Speaker, media_type: str, names: ListModels | None
    ) -> None:
        """Raises ``ModelError`` unless the answer is a reply in one of the two forms."""
        try:
            await _accepted(response, speaker, media_type)
        except ModelError as error:
            if names is None or error.failure is not ModelFailure.NOT_FOUND:
                raise
            raise await _with_names(error, names) from None

    async def json(self, path: str, *, model: str, limit: int = LARGEST_ANSWER) -> Any:
        """The JSON at ``path`` under the base URL. Raises ``ModelError``."""
        limits = Limits(connect=self._policy.limits.connect, first_byte=30.0, between_bytes=30.0)
        request = HttpRequest(method="GET", url=self.url(path), headers=self.headers(), limits=limits)
        return await self.fetched(request, model=model, limit=limit)

    async def fetched(self, request: HttpRequest, *, model: str, limit: int = LARGEST_ANSWER) -> Any:
        """The JSON that answers ``request``. Raises ``ModelError`` for a refusal and for anything that is not JSON."""
        speaker = self.speaker(model)
        try:
            answer = await self._pool.fetch(request, limit=limit)
        except TransportError as error:
            raise unreached(speaker, error) from error
        if 300 <= answer.status < 400:
            raise redirected(speaker, answer.status)
        if answer.status != 200:
            raise refused(answer, speaker)
        return json_of(answer.body, speaker)

    async def close(self) -> None:
        """Closes the connections, where they are this provider's own. May be called twice."""
        if self._owns_pool:
            await self._pool.close()


class _Timer:
    """How long the first token of a reply was waited for, where that is worth keeping."""

    def __init__(self) -> None:
        self.ended = False
        self._begun: float | None = None
        self._waited: float | None = None

    def start(self, *, measured: bool) -> None:
        """The request is sent now."""
        self._begun = asyncio.get_running_loop().time() if measured else None

    def end(self) -> None:
        """The first token is here."""
        self.ended = True
        if self._begun is not None:
            self._waited = asyncio.get_running_loop().time() - self._begun

    def told(self, event: StreamEvent) -> StreamEvent:
        """``event`` again, the last one of a stream with what was measured."""
        return replace(event, waited=self._waited) if isinstance(event, Finished) else event

    def stopped(self, error: TransportError, failure: ModelError) -> ModelError:
        """``failure`` again, with how long was waited where the first token never came."""
        if self._begun is not None and isinstance(error, TransportTimeout) and error.phase is TimeoutPhase.FIRST_BYTE:
            failure.waited = error.seconds
        return failure


#: What says that a server has too much to do, and what that something is wrong with it. Anything else is our mistake.
_OUTCOMES = {
    ModelFailure.OVERLOADED: Outcome.BUSY,
    ModelFailure.RATE_LIMITED: Outcome.BUSY,
    ModelFailure.OUT_OF_MEMORY: Outcome.BUSY,
    ModelFailure.SERVER: Outcome.FAILED,
    ModelFailure.TIMEOUT: Outcome.FAILED,
    ModelFailure.LOADING: Outcome.ABANDONED,  # it says nothing of how much the server can do
}


@contextmanager
def _judging(turn: Turn) -> Generator[None, None, None]:
    """Sets how a request went. One that is cancelled or closed says nothing about the server."""
    try:
        yield
        turn.outcome = Outcome.FINE
    except ModelError as error:
        turn.outcome = _OUTCOMES.get(error.failure, Outcome.FINE)
        raise
    except TransportError:
        turn.outcome = Outcome.FAILED
        raise


async def _accepted(response: HttpResponse, speaker: Speaker, media_type: str) -> None:
    if 300 <= response.status < 400:
        raise redirected(speaker, response.status)
    if response.status != 200:
        body = await response.read_head(LARGEST_REFUSAL)
        raise refused(HttpAnswer(status=response.status, headers=response.headers, body=body), speaker)
    if response.media_type not in (media_type, "application/json"):
        kind = response.media_type or "nothing that says what it is"
        raise not_the_protocol(speaker, f"answered with {kind} and not with a reply of a model")


async def _with_names(error: ModelError, names: ListModels) -> ModelError:
    """``NOT_FOUND`` means a wrong model or a wrong address: whether the list of models is there tells which."""
    try:
        models = await names()
    except ModelError:
        hint = "Nor is there a list of models: check the base URL; it usually ends in /v1."
        return ModelError(ModelFailure.NOT_FOUND, error.message, hint=hint)
    listed = [model.name for model in models]
    more = f" and {len(listed) - _LISTED_IN_HINT} more" if len(listed) > _LISTED_IN_HINT else ""
    offered = f"It offers: {', '.join(listed[:_LISTED_IN_HINT])}{more}." if listed else "It offers no model at all."
    return ModelError(ModelFailure.NOT_FOUND, error.message, hint=offered)


def refused(answer: HttpAnswer, speaker: Speaker) -> ModelError:
    """The error for an answer with a status that is no success."""
    try:
        error = error_in(json.loads(answer.body))
    except (ValueError, RecursionError):
        error = None
    return refusal(speaker, answer.status, error or WireError(), retry_after=retry_after(answer.headers))


def is_permanent(status: int, body: bytes) -> bool:
    """Whether asking again cannot mend a refusal: no such model, no room, no credit, no right."""
    try:
        error = error_in(json.loads(body))
    except (ValueError, RecursionError):
        error = None
    return is_lasting(status, error or WireError())


def json_of(body: bytes, speaker: Speaker) -> Any:
    """The JSON in ``body``. Raises ``ModelError``."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise not_the_protocol(speaker, "sent an answer that is not JSON") from None
