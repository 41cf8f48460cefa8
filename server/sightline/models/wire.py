"""The JSON of the chat completions API, as far as it is read: everything else in it is ignored.

Written after the API reference of OpenAI and what Ollama, LM Studio, llama.cpp, vLLM, OpenRouter and Mistral send. A
value of a wrong type is an error here and a ``PROTOCOL`` failure above.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, field_validator

from sightline.base.text import encodable
from sightline.models.catalogue import Parameter
from sightline.models.messages import Finish, ModelRequest, Usage

#: Finish reasons by the names servers give them; any other is ``Finish.OTHER``.
FINISH_REASONS = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "content_filter": Finish.REFUSAL,
}


class WireValue(BaseModel):
    """A value of a server's JSON: what is not named in it is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class WireDelta(WireValue):
    """New text. ``reasoning`` (Ollama, OpenRouter, newer vLLM) and ``reasoning_content`` (llama.cpp, LM Studio,
    DeepSeek, older vLLM) are two names for one thing; a server that sends both sends the same twice.
    """

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None

    @field_validator("content", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Mistral sends a list of typed parts where others send a text; parts of other types are left out."""
        if not isinstance(value, list):
            return value
        parts = [cast("Mapping[str, Any]", part) for part in cast("list[Any]", value) if isinstance(part, dict)]
        return "".join(_text(part.get("text")) for part in parts if part.get("type") == "text")

    @property
    def thought(self) -> str:
        """The reasoning in this delta."""
        return self.reasoning_content or self.reasoning or ""


class WireChoice(WireValue):
    """One choice; ``message`` stands for ``delta`` in an answer that was not streamed."""

    index: int = 0
    delta: WireDelta | None = None
    message: WireDelta | None = None
    finish_reason: str | None = None


class _CachedTokens(WireValue):
    cached_tokens: int | None = None


class _ReasoningTokens(WireValue):
    reasoning_tokens: int | None = None


class WireUsage(WireValue):
    """Tokens as the server counts them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _CachedTokens | None = None
    completion_tokens_details: _ReasoningTokens | None = None

    def as_usage(self) -> Usage:
        """The same in our words."""
        prompt, output = self.prompt_tokens_details, self.completion_tokens_details
        return Usage(
            prompt_tokens=self.prompt_tokens,
            cached_tokens=prompt.cached_tokens if prompt else None,
            output_tokens=self.completion_tokens,
            reasoning_tokens=output.reasoning_tokens if output else None,
        )


class WireTimings(WireValue):
    """llama.cpp's own counts: ``prompt_n`` leaves out what was cached, which is ``cache_n``."""

    prompt_n: int | None = None
    cache_n: int | None = None
    predicted_n: int | None = None

    def as_usage(self) -> Usage:
        """The same in our words. Without ``cache_n``, which older servers leave out, the whole prompt is not known."""
        whole = None if self.prompt_n is None or self.cache_n is None else self.prompt_n + self.cache_n
        return Usage(prompt_tokens=whole or None, cached_tokens=self.cache_n, output_tokens=self.predicted_n)


class WireChunk(WireValue):
    """One event of the stream, or the whole answer where the server does not stream."""

    choices: tuple[WireChoice, ...] = ()
    usage: WireUsage | None = None
    timings: WireTimings | None = None
    model: str | None = None

    @field_validator("choices", mode="before")
    @classmethod
    def _no_choices(cls, value: Any) -> Any:
        return () if value is None else value


class WireError(WireValue):
    """What a server says went wrong: ``type`` and ``code`` are for programs, ``message`` is for people.

    ``n_ctx`` and ``n_prompt_tokens`` are llama.cpp's own, in tokens.
    """

    message: str = ""
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    n_ctx: int | None = None
    n_prompt_tokens: int | None = None

    @property
    def words(self) -> frozenset[str]:
        """``type`` and ``code`` where they are words."""
        return frozenset(word for word in (self.type, self.code) if isinstance(word, str))

    @property
    def status(self) -> int | None:
        """The status a server puts into ``code``; the only one there is for an error in the middle of a stream."""
        code = self.code
        if isinstance(code, str):
            code = int(code) if code.isascii() and code.isdecimal() else 0
        return code if code is not None and 400 <= code <= 599 else None


def error_in(data: Any) -> WireError | None:
    """The error that a JSON answer holds, ``None`` where it is not one.

    Shapes met: ``{"error": {…}}`` (most), ``{"error": "text"}`` (LM Studio, Ollama's own API), ``{"object": "error",
    "message": …}`` (older vLLM), ``{"detail": …}`` (FastAPI in front of a model).
    """
    if not isinstance(data, Mapping):
        return None
    table = cast("Mapping[str, Any]", data)
    error: Any = table.get("error")
    if error is None and "choices" not in table and (table.get("object") == "error" or "detail" in table):
        error = table.get("detail", table)
    if not error:
        return None
    if isinstance(error, Mapping):
        known = cast("Mapping[str, Any]", error)
        return WireError(
            message=_text(known.get("message")),
            type=_word(known.get("type")),
            code=known["code"] if isinstance(known.get("code"), str | int) else None,
            param=_word(known.get("param")),
            n_ctx=_number(known.get("n_ctx")),
            n_prompt_tokens=_number(known.get("n_prompt_tokens")),
        )
    return WireError(message=_text(error))


def request_body(request: ModelRequest, output_limit: str, names: Mapping[Parameter, str]) -> bytes:
    """The JSON of a streamed request. ``output_limit`` is the server's name for the limit on output tokens, ``names``
    are its names for the parameters of sampling: one without a name is not sent.
    """
    body: dict[str, Any] = {
        "model": request.model,
        "messages": sent_messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.max_output_tokens is not None:
        body[output_limit] = request.max_output_tokens
    for parameter, name in names.items():
        value: float | int | None = getattr(request.sampling, parameter)
        if value is not None:
            body[name] = value
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def sent_messages(request: ModelRequest) -> list[dict[str, str]]:
    """The messages as nearly every API wants them."""
    return [{"role": message.role, "content": encodable(message.content)} for message in request.messages]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if value else ""


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
