"""How the servers of each API say the same things: what the conformance suite makes its servers speak.

A voice is pure: it gives bytes. Another API joins by a voice here and a line in ``VOICES``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.models.presets import ApiName
from support import chat

#: Finish reasons that every API can say.
STOP, LENGTH = "stop", "length"


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One API. ``begin``, ``text``, ``thought`` and ``end`` make a stream; ``end(reason, prompt tokens or None)``.

    ``failure(type, message)`` is an error event in the middle of a stream, ``refusal(type, message)`` the body of an
    error answer, ``listing(names)`` the list of models, at each of ``lists``; ``comment`` says nothing and keeps a
    connection alive. ``status`` is what it answers elsewhere while all is well; ``types`` says that errors name theirs.
    """

    path: str
    begin: bytes
    text: Callable[[str], bytes]
    thought: Callable[[str], bytes]
    end: Callable[[str, int | None], bytes]
    failure: Callable[[str, str], bytes]
    refusal: Callable[[str, str], Mapping[str, Any]]
    listing: Callable[[list[str]], Mapping[str, Any]]
    comment: bytes = b": keep-alive\n\n"
    media_type: str = "text/event-stream"
    prefix: str = "/v1"
    lists: tuple[str, ...] = ("/v1/models", "/v1/models?limit=1000")
    status: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    types: bool = True

    @property
    def route(self) -> str:
        """What a request for a reply is sent to."""
        return f"POST {self.prefix}{self.path}"

    def reply(self, *texts: str, reason: str = STOP, prompt: int | None = 20) -> bytes:
        """A whole stream."""
        return self.begin + b"".join(map(self.text, texts)) + self.end(reason, prompt)


def named_event(value: Mapping[str, Any]) -> bytes:
    """One server-sent event that is named after the type in its data, as Anthropic's and OpenAI's newer API send it."""
    return f"event: {value['type']}\n".encode() + b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _listing(names: list[str]) -> Mapping[str, Any]:
    return {"object": "list", "data": [{"id": name, "type": "model"} for name in names]}


def _chat_end(reason: str, prompt: int | None) -> bytes:
    return chat.finish(reason, prompt=prompt)


CHAT = Voice(
    path="/chat/completions",
    begin=chat.delta(role="assistant", content=""),
    text=lambda text: b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False).encode()
    + b"\n\n",
    thought=lambda text: chat.delta(reasoning_content=text),
    end=_chat_end,
    failure=lambda kind, message: chat.event({"error": {"type": kind, "message": message}}),
    refusal=lambda kind, message: {"error": {"type": kind, "message": message}},
    listing=_listing,
)  # fmt: skip


def _block_delta(**delta: str) -> bytes:
    return named_event({"type": "content_block_delta", "index": 0, "delta": delta})


def _messages_end(reason: str, prompt: int | None) -> bytes:
    reasons = {STOP: "end_turn", LENGTH: "max_tokens"}
    usage: dict[str, Any] = {"output_tokens": 1}
    if prompt is not None:
        # Told in three parts, the first of them at the beginning in the real service; later ones repeat it.
        usage |= {"input_tokens": prompt - 12, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 4}
    stop = {"stop_reason": reasons.get(reason, reason), "stop_sequence": None}
    return (
        named_event({"type": "content_block_stop", "index": 0})
        + named_event({"type": "message_delta", "delta": stop, "usage": usage})
        + named_event({"type": "message_stop"})
    )


MESSAGES = Voice(
    path="/messages",
    begin=named_event(
        {
            "type": "message_start",
            "message": {
                "id": "msg_1", "type": "message", "role": "assistant", "model": "served", "content": [],
                "stop_reason": None, "stop_sequence": None, "usage": {"output_tokens": 1},
            },
        }
    ) + named_event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    text=lambda text: _block_delta(type="text_delta", text=text),
    thought=lambda text: _block_delta(type="thinking_delta", thinking=text),
    end=_messages_end,
    failure=lambda kind, message: named_event({"type": "error", "error": {"type": kind, "message": message}}),
    refusal=lambda kind, message: {"type": "error", "error": {"type": kind, "message": message}},
    listing=_listing,
    comment=named_event({"type": "ping"}),
)  # fmt: skip


def _responses_delta(kind: str, text: str) -> bytes:
    return named_event({"type": f"response.{kind}.delta", "delta": text, "item_id": "i", "sequence_number": 2})


def _response(status: str, **fields: Any) -> Mapping[str, Any]:
    return {"id": "resp_1", "object": "response", "model": "served", "status": status, "output": [], **fields}


def _responses_end(reason: str, prompt: int | None) -> bytes:
    usage = None if prompt is None else {
        "input_tokens": prompt, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
        "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": prompt + 1,
    }  # fmt: skip
    if reason == STOP:
        return named_event({"type": "response.completed", "response": _response("completed", usage=usage)})
    reasons = {LENGTH: "max_output_tokens"}
    details = {"reason": reasons.get(reason, reason)}
    response = _response("incomplete", usage=usage, incomplete_details=details)
    return named_event({"type": "response.incomplete", "response": response})


RESPONSES = Voice(
    path="/responses",
    begin=named_event({"type": "response.created", "response": _response("in_progress"), "sequence_number": 0}),
    text=lambda text: _responses_delta("output_text", text),
    thought=lambda text: _responses_delta("reasoning_text", text),
    end=_responses_end,
    failure=lambda kind, message: named_event(
        {"type": "response.failed", "response": _response("failed", error={"code": kind, "message": message})}
    ),
    refusal=lambda kind, message: {"error": {"type": kind, "message": message, "code": None, "param": None}},
    listing=_listing,
)


def _line(**fields: Any) -> bytes:
    return json.dumps({"model": "served", "done": False, **fields}, ensure_ascii=False).encode() + b"\n"


def _message(content: str, thinking: str = "") -> bytes:
    return _line(message={"role": "assistant", "content": content, "thinking": thinking})


def _ollama_end(reason: str, prompt: int | None) -> bytes:
    counts = {"eval_count": 1} if prompt is None else {"eval_count": 1, "prompt_eval_count": prompt}
    return _line(message={"role": "assistant", "content": ""}, done=True, done_reason=reason, **counts)


OLLAMA = Voice(
    path="/api/chat",
    begin=_message(""),
    text=_message,
    thought=lambda text: _message("", text),
    end=_ollama_end,
    failure=lambda kind, message: json.dumps({"error": message}).encode() + b"\n",
    refusal=lambda kind, message: {"error": message},
    listing=lambda names: {"models": [{"name": name, "model": name} for name in names]},
    comment=b"\n",
    media_type="application/x-ndjson",
    prefix="",
    lists=("/api/tags",),
    status={"/api/ps": {"models": [{"name": "tiny:latest", "model": "tiny:latest", "context_length": 4096}]}},
    types=False,
)

VOICES: dict[ApiName, Voice] = {
    "chat": CHAT,
    "messages": MESSAGES,
    "responses": RESPONSES,
    "ollama": OLLAMA,
    "llamacpp": CHAT,
    "vllm": CHAT,
    "lmstudio": CHAT,
}
