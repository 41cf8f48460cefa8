"""The JSON of chat completion streams as different servers write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sightline.models.failures import Speaker
from sightline.models.messages import (
    Finish,
    Finished,
    ModelError,
    ModelFailure,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.policy import Secret
from sightline.models.reply import ReplyReader

SPEAKER = Speaker(where="http://server", model="m", key=Secret("key-that-is-secret"))


def read(*values: Any) -> list[StreamEvent]:
    """Events of a stream of JSON values (or texts as they are)."""
    reader = ReplyReader(SPEAKER)
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return [event for text in texts for event in reader.take(text)] + reader.finished()


def fails(*values: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        read(*values)
    assert caught.value.hint
    return caught.value


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def end(reason: str | None = "stop") -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def test_the_way_openai_writes_it() -> None:
    usage = {
        "prompt_tokens": 412,
        "completion_tokens": 88,
        "prompt_tokens_details": {"cached_tokens": 400, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 64},
    }
    events = read(
        {"id": "x", "model": "gpt-4.1-2025", **delta(role="assistant", content="", refusal=None), "usage": None},
        delta(content="Hel"),
        delta(content="lo"),
        end(),
        {"choices": [], "usage": usage},
        "[DONE]",
    )
    expected = Usage(prompt_tokens=412, cached_tokens=400, output_tokens=88, reasoning_tokens=64)
    assert events == [
        TextDelta(text="Hel"),
        TextDelta(text="lo"),
        Finished(finish=Finish.STOP, usage=expected, model="gpt-4.1-2025"),
    ]


@pytest.mark.parametrize(
    "thought",
    [
        {"reasoning": "hm"},  # Ollama, OpenRouter
        {"reasoning_content": "hm"},  # llama.cpp, LM Studio, DeepSeek
        {"reasoning": "hm", "reasoning_content": "hm"},  # vLLM while it renames one to the other
        {"content": "<think>hm</think>"},
        {"content": "", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
    ],
)
def test_reasoning_under_all_its_names(thought: dict[str, Any]) -> None:
    *deltas, last = read(delta(**thought), delta(content="yes"), end(), "[DONE]")
    assert deltas == [ReasoningDelta(text="hm"), TextDelta(text="yes")]
    assert isinstance(last, Finished)


def test_tags_cut_between_deltas() -> None:
    *deltas, _ = read(*(delta(content=character) for character in "<think>hm</think>\nyes"), end(), "[DONE]")
    assert "".join(event.text for event in deltas if isinstance(event, ReasoningDelta)) == "hm"
    assert "".join(event.text for event in deltas if isinstance(event, TextDelta)) == "yes"


def test_text_that_was_held_back_comes_at_the_end() -> None:
    assert read(delta(content="<thi"), end(), "[DONE]")[0] == TextDelta(text="<thi")


def test_typed_parts_of_content() -> None:
    parts: Any = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "yes"}, {"type": "image"}]
    assert read(delta(content=parts), end(), "[DONE]")[0] == TextDelta(text="yes")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", Finish.STOP),
        ("length", Finish.LENGTH),
        ("content_filter", Finish.REFUSAL),
        ("tool_calls", Finish.OTHER),
        ("something new", Finish.OTHER),
        (None, Finish.OTHER),  # [DONE] without a reason: ended, but nobody says that it is whole
    ],
)
def test_finish_reasons(reason: str | None, finish: Finish) -> None:
    last = read(delta(content="x"), end(reason), "[DONE]")[-1]
    assert isinstance(last, Finished)
    assert last.finish is finish


def test_a_reason_without_done_is_an_end() -> None:
    assert isinstance(read(delta(content="x"), end())[-1], Finished)


def test_a_refusal_in_words_is_a_refusal() -> None:
    text, last = read(delta(refusal="I cannot."), end(), "[DONE]")
    assert text == TextDelta(text="I cannot.")
    assert isinstance(last, Finished)
    assert last.finish is Finish.REFUSAL


def test_other_choices_are_not_mixed_in() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}]}
    text, last = read(delta(content="x"), other, end(), "[DONE]")
    assert text == TextDelta(text="x")
    assert isinstance(last, Finished)
    assert last.finish is Finish.STOP


def test_an_answer_that_was_not_streamed() -> None:
    message = {"role": "assistant", "content": "yes", "reasoning_content": "hm"}
    whole = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}
    thought, text, last = read(whole)
    assert (thought, text) == (ReasoningDelta(text="hm"), TextDelta(text="yes"))
    assert isinstance(last, Finished)
    assert last.usage.prompt_tokens == 5


def test_nothing_at_all_is_an_empty_reply() -> None:
    assert fails().failure is ModelFailure.EMPTY_REPLY
    assert fails("[DONE]").failure is ModelFailure.EMPTY_REPLY


def test_a_reply_without_an_end_is_not_used() -> None:
    error = fails(delta(content="half an ed"))
    assert error.failure is ModelFailure.PROTOCOL
    assert "ended in the middle" in error.message


@pytest.mark.parametrize(
    "value",
    ["not json", "{", "[]", "3", '"text"', {"choices": 5}, {"choices": [{"delta": {"content": {"a": "SECRET"}}}]}],
)
def test_what_is_not_a_chat_completion(value: Any) -> None:
    error = fails(delta(content="x"), value)
    assert error.failure is ModelFailure.PROTOCOL
    assert "SECRET" not in str(error)


@pytest.mark.parametrize(
    ("value", "failure"),
    [
        ({"error": {"message": "Compute error."}, "message": "Compute error."}, ModelFailure.SERVER),  # LM Studio
        ({"error": "model crashed"}, ModelFailure.SERVER),  # Ollama
        ({"error": {"message": "x", "type": "BadRequestError", "code": 400}}, ModelFailure.BAD_REQUEST),  # vLLM
        ({"object": "error", "message": "x", "type": "BadRequestError", "code": 400}, ModelFailure.BAD_REQUEST),
        ({"error": {"code": 429, "message": "slow down"}, "choices": []}, ModelFailure.RATE_LIMITED),  # OpenRouter
        ({"error": {"code": "502", "message": "upstream"}}, ModelFailure.SERVER),
        ({"error": {"type": "exceed_context_size_error", "code": 400}}, ModelFailure.WINDOW_EXCEEDED),  # llama.cpp
        ({"error": {"code": "context_length_exceeded"}}, ModelFailure.WINDOW_EXCEEDED),
        ({"detail": "Not authenticated"}, ModelFailure.SERVER),
        ({"error": {"message": {"odd": 1}, "type": 5, "code": [], "param": {}}}, ModelFailure.SERVER),
    ],
)
def test_an_error_in_a_stream_that_began_well(value: dict[str, Any], failure: ModelFailure) -> None:
    assert fails(delta(content="x"), value).failure is failure


def test_an_error_that_is_null_is_none() -> None:
    assert isinstance(read({**delta(content="x"), "error": None}, end(), "[DONE]")[-1], Finished)
