"""Bytes of the chat completions API, as servers send them."""

from __future__ import annotations

import json
from typing import Any


def event(value: Any) -> bytes:
    """One server-sent event with JSON data."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(**fields: Any) -> bytes:
    """One chunk with a delta of these fields."""
    return event({"model": "served", "choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def finish(reason: str = "stop", *, prompt: int | None = None, output: int = 1) -> bytes:
    """The end of a stream: finish reason, usage where ``prompt`` is given, ``[DONE]``."""
    data = event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if prompt is not None:
        data += event({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": output}})
    return data + b"data: [DONE]\n\n"


def reply(*texts: str, reason: str = "stop", prompt: int | None = None) -> bytes:
    """A whole stream."""
    return b"".join(delta(content=text) for text in texts) + finish(reason, prompt=prompt)
