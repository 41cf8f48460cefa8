"""What refusals and broken connections mean to a person."""

from __future__ import annotations

import pytest

from sightline.models.failures import Speaker, refusal, unreached
from sightline.models.messages import ModelFailure
from sightline.models.policy import Secret
from sightline.models.wire import WireError
from sightline.transport.errors import (
    AnswerTooLarge,
    BadAddress,
    ConnectFailed,
    ConnectFailure,
    ConnectionBroken,
    TimeoutPhase,
    TransportError,
    TransportTimeout,
)

KEY = "a-key-of-no-known-shape"
SPEAKER = Speaker(where="http://127.0.0.1:8080", model="tiny", key=Secret(KEY))


@pytest.mark.parametrize(
    ("status", "error", "failure"),
    [
        (400, WireError(), ModelFailure.BAD_REQUEST),
        (401, WireError(), ModelFailure.AUTHENTICATION),
        (402, WireError(), ModelFailure.RATE_LIMITED),
        (403, WireError(), ModelFailure.AUTHENTICATION),
        (404, WireError(), ModelFailure.NOT_FOUND),
        (405, WireError(), ModelFailure.BAD_REQUEST),
        (408, WireError(), ModelFailure.TIMEOUT),
        (413, WireError(), ModelFailure.WINDOW_EXCEEDED),
        (413, WireError(code="rate_limit_exceeded"), ModelFailure.RATE_LIMITED),  # Groq: tokens a minute
        (422, WireError(), ModelFailure.BAD_REQUEST),
        (429, WireError(), ModelFailure.RATE_LIMITED),
        (429, WireError(code="insufficient_quota"), ModelFailure.RATE_LIMITED),
        (500, WireError(), ModelFailure.SERVER),
        (500, WireError(type="exceed_context_size_error"), ModelFailure.WINDOW_EXCEEDED),  # older llama.cpp
        (400, WireError(code="context_length_exceeded"), ModelFailure.WINDOW_EXCEEDED),  # OpenAI
        (400, WireError(type="BadRequestError", param="input_tokens", code=400), ModelFailure.WINDOW_EXCEEDED),  # vLLM
        (400, WireError(type="invalid_request_error", code="model_not_found"), ModelFailure.NOT_FOUND),
        (400, WireError(message="context length exceeded, in English"), ModelFailure.BAD_REQUEST),
        (502, WireError(), ModelFailure.SERVER),
        (503, WireError(type="unavailable_error"), ModelFailure.LOADING),  # llama.cpp
        (507, WireError(), ModelFailure.OUT_OF_MEMORY),
        (500, WireError(type="out_of_memory"), ModelFailure.OUT_OF_MEMORY),
        (500, WireError(message="CUDA out of memory, in English"), ModelFailure.SERVER),
        (504, WireError(), ModelFailure.TIMEOUT),
        (529, WireError(), ModelFailure.OVERLOADED),
        (599, WireError(), ModelFailure.SERVER),
        (418, WireError(type="something_new", code="unheard_of"), ModelFailure.BAD_REQUEST),
    ],
)
def test_statuses_and_types_decide(status: int, error: WireError, failure: ModelFailure) -> None:
    got = refusal(SPEAKER, status, error)
    assert got.failure is failure
    assert got.message
    assert got.hint


def test_the_servers_words_are_passed_on_in_one_line() -> None:
    error = refusal(SPEAKER, 400, WireError(message="  no\n such   thing " + "x" * 900))
    assert "It says: no such thing xxx" in error.message
    assert "\n" not in error.message
    assert len(error.message) < 400


@pytest.mark.parametrize(("said", "told"), [("invalid x-api-key", "invalid x-api-key."), ("Try later!", "Try later!")])
def test_the_servers_words_end_before_the_hint_begins(said: str, told: str) -> None:
    error = refusal(SPEAKER, 401, WireError(message=said))
    assert str(error).endswith(f"It says: {told} {error.hint}")


@pytest.mark.parametrize("said", [f"Incorrect API key provided: {KEY}.", f"Bearer {KEY}", f"x={KEY}&y"])
def test_a_server_that_repeats_the_key_does_not_get_it_shown(said: str) -> None:
    error = refusal(SPEAKER, 401, WireError(message=said))
    assert KEY not in str(error)
    assert "[redacted]" in error.message
    other = refusal(Speaker(where="w", model="m", key=Secret("")), 401, WireError(message="sk-abcdefghijklmnopqrstu"))
    assert "sk-abc" not in str(other)


def test_a_key_that_was_not_sent_is_asked_for() -> None:
    error = refusal(Speaker(where="http://h", model="m", key=Secret("")), 401, WireError())
    assert "asks for a key" in error.message
    assert "SIGHTLINE_API_KEY" in error.hint
    assert "refuses the key" in refusal(SPEAKER, 403, WireError()).message


def test_a_window_is_told_with_both_figures() -> None:
    error = refusal(SPEAKER, 400, WireError(type="exceed_context_size_error", n_ctx=4096, n_prompt_tokens=5000))
    assert "5,000" in error.message
    assert "4,096" in error.message


def test_waiting_is_told_in_seconds() -> None:
    assert "20 s" in refusal(SPEAKER, 429, WireError(), retry_after=20.0).hint
    assert "credit" in refusal(SPEAKER, 429, WireError(code="insufficient_quota")).hint


@pytest.mark.parametrize(
    ("error", "failure", "hint"),
    [
        *(
            (ConnectFailed("Nobody at http://h.", reason), ModelFailure.UNREACHABLE, "")
            for reason in ConnectFailure
            if reason is not ConnectFailure.REFUSED
        ),
        (ConnectFailed("Nobody at http://h.", ConnectFailure.REFUSED), ModelFailure.UNREACHABLE, "running"),
        *((TransportTimeout("Slow.", phase, 1.0), ModelFailure.TIMEOUT, "") for phase in TimeoutPhase),
        (ConnectionBroken("Broke."), ModelFailure.SERVER, "log"),
        (AnswerTooLarge("Large.", 10), ModelFailure.PROTOCOL, "base URL"),
        (BadAddress("No URL."), ModelFailure.NOT_CONFIGURED, "SIGHTLINE_BASE_URL"),
    ],
)
def test_every_transport_error_has_a_meaning(error: TransportError, failure: ModelFailure, hint: str) -> None:
    got = unreached(SPEAKER, error)
    assert got.failure is failure
    assert got.hint
    assert hint in got.hint
