"""The values that go to and come from a model, whoever serves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sightline.base.errors import SightlineError
from sightline.transport.policy import Patience

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is chosen; ``None`` leaves a value out of the request, for the server to decide."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One request. Sizes are in tokens; ``None`` leaves a value to the server.

    ``prompt_tokens`` is our own count of the messages, off by a share of ``prompt_margin`` at most where that is known;
    it is compared with what the server says it read.
    ``stable_messages`` is how many of the first messages the next request of the conversation will begin with too:
    what a provider with prompt caching marks. ``window`` is the context window the model must be loaded with at
    least, for servers that load on request. ``patience`` is how long the reply is waited for, ``None`` for what the
    policy of the model says. ``reserve`` is how much of a window should stay free for the reply: with
    no limit on output, what replies to such a task usually need.
    """

    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int | None = None
    sampling: Sampling = Sampling()
    prompt_tokens: int | None = None
    prompt_margin: float | None = None
    stable_messages: int = 0
    window: int | None = None
    reserve: int | None = None
    patience: Patience | None = None


class Finish(StrEnum):
    """Why a reply ended. Only ``STOP`` is a whole reply.

    ``LENGTH`` is the limit on output: the reply can be asked to go on. ``WINDOW`` is a context window that is full:
    it cannot. ``PAUSED`` is a server that wants to be asked again with what it said so far.
    """

    STOP = "stop"
    LENGTH = "length"
    WINDOW = "window"
    PAUSED = "paused"
    REFUSAL = "refusal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the server counted them; ``None`` means that it did not say.

    ``prompt_tokens`` is the whole prompt, what came from a cache (``cached_tokens``) and what was written to one
    (``cache_written_tokens``) included, whichever way the server itself adds them up. ``output_tokens`` includes
    ``reasoning_tokens``. ``load_seconds`` is what loading the model took.
    """

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    cache_written_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    load_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """The next piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningDelta:
    """The next piece of the model's reasoning, kept apart from the reply and never parsed for edits."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last event of every stream that ended without an error. ``model`` is the server's own name for it.

    ``waited`` is how many seconds a server that had the model ready, and nothing else of ours to do, took to the first
    token; ``None`` where that is not known.
    """

    finish: Finish
    usage: Usage = Usage()
    model: str = ""
    waited: float | None = None


StreamEvent = TextDelta | ReasoningDelta | Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResponse:
    """A whole stream put together. Times are seconds from sending the request.

    ``model`` is the model that was asked for; ``served_model`` what the server says answered ("" if it does not say):
    LM Studio, for one, answers with whatever model is loaded. ``waited`` is that of ``Finished``.
    """

    text: str
    reasoning: str
    finish: Finish
    usage: Usage
    model: str
    first_token_seconds: float | None
    total_seconds: float
    served_model: str = ""
    waited: float | None = None


class ModelFailure(StrEnum):
    """What went wrong with a model, decided by status codes and error types, never by English text."""

    NOT_CONFIGURED = "model_not_configured"
    UNREACHABLE = "model_unreachable"
    AUTHENTICATION = "model_authentication"
    NOT_FOUND = "model_not_found"
    RATE_LIMITED = "model_rate_limited"
    OVERLOADED = "model_overloaded"
    TIMEOUT = "model_timeout"
    WINDOW_EXCEEDED = "model_window_exceeded"
    TRUNCATED_PROMPT = "model_truncated_prompt"
    EMPTY_REPLY = "model_empty_reply"
    LOAD_FAILED = "model_load_failed"
    LOADING = "model_loading"
    OUT_OF_MEMORY = "model_out_of_memory"
    OUTPUT_LIMIT = "model_output_limit"
    PROTOCOL = "model_protocol"
    SERVER = "model_server"
    BAD_REQUEST = "model_bad_request"
    QUEUE_FULL = "model_queue_full"
    CIRCUIT_OPEN = "model_circuit_open"
    SPENDING_LIMIT = "model_spending_limit"
    PRIVACY = "model_privacy"


class ModelError(SightlineError):
    """Anything a model server did or did not do. ``kind`` is a :class:`ModelFailure` value.

    ``waited`` is how many seconds an idle server with the model ready was waited for in vain, ``None`` otherwise.
    """

    def __init__(self, failure: ModelFailure, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, kind=failure.value)
        self.failure = failure
        self.waited: float | None = None
