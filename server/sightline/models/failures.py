"""Says what a server's refusal or a broken connection means, and what to do next.

Decided by status codes, error types and transport errors, never by English text: servers reword that. What the server
said in its own words is passed on to the person, in one line and without secrets.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.redact import REDACTED, redact
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import Secret
from sightline.models.wire import WireError
from sightline.transport.errors import (
    AnswerTooLarge,
    BadAddress,
    ConnectFailed,
    ConnectFailure,
    TimeoutPhase,
    TransportError,
    TransportTimeout,
)
from sightline.transport.gate import CircuitOpen, QueueFull

_WINDOW_WORDS = {"context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"}
#: What vLLM calls the parameter that is too large when a prompt does not fit (its type says only "BadRequestError").
_WINDOW_PARAMETER = "input_tokens"
_NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_error"}
_QUOTA_WORDS = {*_NO_CREDIT, "rate_limit_exceeded"}
#: What servers call it where they have a word for it at all; Ollama and llama.cpp have none (see ``shortage.py``).
_MEMORY_WORDS = {"out_of_memory", "out_of_memory_error", "OutOfMemoryError", "insufficient_memory"}
_LASTING = {
    ModelFailure.OUT_OF_MEMORY,
    ModelFailure.AUTHENTICATION,
    ModelFailure.NOT_FOUND,
    ModelFailure.WINDOW_EXCEEDED,
    ModelFailure.BAD_REQUEST,
}

_BY_STATUS = {
    401: ModelFailure.AUTHENTICATION,
    402: ModelFailure.RATE_LIMITED,
    403: ModelFailure.AUTHENTICATION,
    404: ModelFailure.NOT_FOUND,
    408: ModelFailure.TIMEOUT,
    413: ModelFailure.WINDOW_EXCEEDED,
    429: ModelFailure.RATE_LIMITED,
    503: ModelFailure.OVERLOADED,
    504: ModelFailure.TIMEOUT,
    507: ModelFailure.OUT_OF_MEMORY,
    529: ModelFailure.OVERLOADED,
}
_BY_WORD = {
    "invalid_api_key": ModelFailure.AUTHENTICATION,
    "authentication_error": ModelFailure.AUTHENTICATION,
    "permission_error": ModelFailure.AUTHENTICATION,
    "model_not_found": ModelFailure.NOT_FOUND,
    "not_found_error": ModelFailure.NOT_FOUND,
    "rate_limit_error": ModelFailure.RATE_LIMITED,
    "unavailable_error": ModelFailure.LOADING,  # llama.cpp, of chats while it loads a model
    "overloaded_error": ModelFailure.OVERLOADED,
    "timeout_error": ModelFailure.TIMEOUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Whom we speak to and as whom: what messages name and what they must not show. ``api`` is what we speak."""

    where: str
    model: str
    key: Secret
    api: str = "an OpenAI-compatible API"

    def clean(self, text: str) -> str:
        """A server's words in one line of at most 300 characters, without the key and other secrets."""
        if self.key:
            text = text.replace(self.key.reveal(), REDACTED)
        line = redact(" ".join(text.split()))
        return line if len(line) <= 300 else line[:299] + "…"


def failure_of(status: int, error: WireError) -> ModelFailure:
    """What a refusal with this status means; words for programs in the error outrank the status."""
    words = error.words
    if words & _WINDOW_WORDS or error.param == _WINDOW_PARAMETER:
        return ModelFailure.WINDOW_EXCEEDED
    if words & _MEMORY_WORDS:
        return ModelFailure.OUT_OF_MEMORY
    if words & _QUOTA_WORDS:
        return ModelFailure.RATE_LIMITED
    for word in sorted(words & _BY_WORD.keys()):
        return _BY_WORD[word]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ModelFailure.SERVER if status >= 500 else ModelFailure.BAD_REQUEST


def is_lasting(status: int, error: WireError) -> bool:
    """Whether asking again cannot mend a refusal: no such model, no room in the window, no right, no credit."""
    return failure_of(status, error) in _LASTING or bool(error.words & _NO_CREDIT)


def refusal(speaker: Speaker, status: int | None, error: WireError, *, retry_after: float | None = None) -> ModelError:
    """The error for an answer with a status of 400 or more, or for an error that came with no status at all."""
    failure = failure_of(status or 500, error)
    said = speaker.clean(error.message)
    asks = failure is ModelFailure.AUTHENTICATION and not speaker.key
    told = f" (status {status})" if status else ""
    template = _ASKS_FOR_KEY if asks else _MESSAGES[failure]
    message = template.format(where=speaker.where, model=speaker.model, told=told)
    if failure is ModelFailure.WINDOW_EXCEEDED and error.n_ctx and error.n_prompt_tokens:
        message = f"The prompt is {error.n_prompt_tokens:,} tokens and the model's window holds {error.n_ctx:,}."
        said = ""
    if said:
        message += f" It says: {said}" if said.endswith((".", "!", "?")) else f" It says: {said}."
    return ModelError(failure, message, hint=_hint(failure, speaker, error, retry_after))


def stream_error(speaker: Speaker, error: WireError) -> ModelError:
    """The error for an error event in a stream that began well: the status is in the event, if anywhere."""
    return refusal(speaker, error.status, error)


def redirected(speaker: Speaker, status: int) -> ModelError:
    """The error for an answer that sends us elsewhere. Following it could carry key and code to another host."""
    return ModelError(
        ModelFailure.PROTOCOL,
        f"{speaker.where} answers with a redirect (status {status}), and redirects are not followed.",
        hint="Set the base URL to the address it leads to, if you trust that.",
    )


def not_the_protocol(speaker: Speaker, what: str) -> ModelError:
    """The error for an answer that is not what the API says."""
    return ModelError(
        ModelFailure.PROTOCOL,
        f"{speaker.where} {what}.",
        hint=f"Check that the base URL is that of {speaker.api}; it usually ends in /v1.",
    )


def no_reply(speaker: Speaker) -> ModelError:
    """The error for a stream that was accepted and ended without an event."""
    return ModelError(
        ModelFailure.EMPTY_REPLY,
        f"{speaker.where} accepted the request and then sent no reply.",
        hint="Look into the model server's log, then try again.",
    )


def cut_off(speaker: Speaker) -> ModelError:
    """The error for a reply without an end. What came of it is not used."""
    return ModelError(
        ModelFailure.PROTOCOL,
        f"The reply from {speaker.where} ended in the middle.",
        hint="Try again; if it happens every time, look into the model server's log.",
    )


def unreached(speaker: Speaker, error: TransportError) -> ModelError:
    """The error for what the transport could not do."""
    if isinstance(error, ConnectFailed):
        return ModelError(ModelFailure.UNREACHABLE, error.message, hint=_CONNECT_HINTS[error.reason])
    if isinstance(error, TransportTimeout):
        return ModelError(ModelFailure.TIMEOUT, error.message, hint=_TIMEOUT_HINTS[error.phase])
    if isinstance(error, BadAddress):
        hint = "Set the base URL (SIGHTLINE_BASE_URL or model.base_url) to one like http://127.0.0.1:8080/v1."
        return ModelError(ModelFailure.NOT_CONFIGURED, f"The base URL cannot be used. {error.message}", hint=hint)
    if isinstance(error, AnswerTooLarge):
        return not_the_protocol(speaker, f"sent more than fits one event ({error.limit:,} bytes)")
    if isinstance(error, CircuitOpen):
        hint = f"It is tried again in {error.seconds:.0f} s. Look whether the model server runs, and into its log."
        return ModelError(ModelFailure.CIRCUIT_OPEN, error.message, hint=hint)
    if isinstance(error, QueueFull):
        return ModelError(ModelFailure.QUEUE_FULL, error.message, hint=_QUEUE_HINT)
    hint = "The model server closed the connection: look into its log, then try again."
    return ModelError(ModelFailure.SERVER, error.message, hint=hint)


def _hint(failure: ModelFailure, speaker: Speaker, error: WireError, retry_after: float | None) -> str:
    if failure is ModelFailure.AUTHENTICATION and not speaker.key:
        return "No key was sent: set SIGHTLINE_API_KEY, or the key in your editor's secret store."
    if failure is ModelFailure.RATE_LIMITED and retry_after is not None:
        return f"Try again in {retry_after:g} s, as the server asks."
    if failure is ModelFailure.RATE_LIMITED and error.words & _NO_CREDIT:
        return "The account has no credit left: look at the provider's billing page."
    return _HINTS[failure]


_ASKS_FOR_KEY = "{where} asks for a key{told}."
_MESSAGES = {
    ModelFailure.AUTHENTICATION: "{where} refuses the key{told}.",
    ModelFailure.NOT_FOUND: "{where} has no model {model!r}, or no chat API at this path{told}.",
    ModelFailure.RATE_LIMITED: "{where} allows no more requests now{told}.",
    ModelFailure.OVERLOADED: "{where} is overloaded or still loading the model{told}.",
    ModelFailure.LOADING: "{where} is still loading {model!r}{told}.",
    ModelFailure.OUT_OF_MEMORY: "{where} has no memory for {model!r}{told}.",
    ModelFailure.TIMEOUT: "{where} gave up waiting for the model{told}.",
    ModelFailure.WINDOW_EXCEEDED: "The prompt does not fit the window of {model!r}{told}.",
    ModelFailure.SERVER: "{where} failed{told}.",
    ModelFailure.BAD_REQUEST: "{where} does not accept the request{told}.",
}
_HINTS = {
    ModelFailure.AUTHENTICATION: "Check the key (SIGHTLINE_API_KEY) and what it may be used for.",
    ModelFailure.NOT_FOUND: "Run `sightline models` to see which models are there.",
    ModelFailure.RATE_LIMITED: "Wait a little and try again.",
    ModelFailure.OVERLOADED: "Wait until the model is loaded, then try again.",
    ModelFailure.LOADING: "Wait until the model is loaded, then try again.",
    ModelFailure.OUT_OF_MEMORY: "Unload other models, choose a smaller model or quantisation, or set a smaller "
    "model.window. Asking again would not help, so it is not done.",
    ModelFailure.TIMEOUT: "Try again; a smaller context (context.budget) makes the first answer come sooner.",
    ModelFailure.WINDOW_EXCEEDED: "Lower context.budget or model.max_output_tokens, or load the model with a larger "
    "window.",
    ModelFailure.SERVER: "Look into the model server's log, then try again.",
    ModelFailure.BAD_REQUEST: "Check the model's name and the settings of [model]; the server's words say which.",
}
_QUEUE_HINT = (
    "Wait for the other requests, or cancel them. limits.queue_seconds says how long is waited, limits.concurrent how "
    "many go at once."
)
_CONNECT_HINTS = {
    ConnectFailure.REFUSED: "Is the model server running at this address? Start it, or set SIGHTLINE_BASE_URL.",
    ConnectFailure.UNKNOWN_HOST: "Check the host's name in the base URL, and the network.",
    ConnectFailure.CERTIFICATE: "Check that the server speaks https; for a company's own authority name its PEM file "
    "in the settings.",
    ConnectFailure.PROXY: "Check the proxy in your settings.",
    ConnectFailure.OTHER: "Check the address and the network.",
}
_TIMEOUT_HINTS = {
    TimeoutPhase.CONNECT: "Is the model server running at this address, and can it be reached from here? "
    "limits.connect_seconds says how long is waited.",
    TimeoutPhase.FIRST_BYTE: "The model may still be loading, or the prompt be too long for this machine: try again, "
    "or lower context.budget. limits.first_token_seconds says how long is waited; unset, what this model took before.",
    TimeoutPhase.BETWEEN_BYTES: "The reply stopped coming: look into the model server's log, then try again. "
    "limits.between_tokens_seconds says how long is waited.",
}
