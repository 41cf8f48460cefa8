"""The JSON of Anthropic's Messages API, as far as it is written and read here: everything else in it is ignored.

Written after the types of anthropic-sdk-python 2.12.0 (``message_create_params``, ``raw_message_stream_event``,
``model_info``), read on 2026-11-22.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from sightline.base.text import encodable
from sightline.models.messages import Finish, Message, ModelRequest, Usage
from sightline.models.tokens import count_messages
from sightline.models.wire import WireValue

#: The version of the API that this file speaks (header ``anthropic-version``).
VERSION = "2023-06-01"

#: Stop reasons by Anthropic's names; any other is ``Finish.OTHER``.
STOP_REASONS = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.WINDOW,
    "pause_turn": Finish.PAUSED,
    "refusal": Finish.REFUSAL,
}

_EPHEMERAL = {"type": "ephemeral"}


class _OutputDetails(WireValue):
    thinking_tokens: int | None = None


class WireUsage(WireValue):
    """Tokens, cumulative: a later event repeats some of an earlier one's and leaves out the rest."""

    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None

    def after(self, earlier: WireUsage) -> WireUsage:
        """The same with what only ``earlier`` told."""
        told = {name: value for name in WireUsage.model_fields if (value := getattr(self, name)) is not None}
        return earlier.model_copy(update=told)

    def as_usage(self) -> Usage:
        """The same in our words: Anthropic counts what was cached apart from ``input_tokens``."""
        details = self.output_tokens_details
        cached, written = self.cache_read_input_tokens, self.cache_creation_input_tokens
        return Usage(
            prompt_tokens=None if self.input_tokens is None else self.input_tokens + (cached or 0) + (written or 0),
            cached_tokens=cached,
            cache_written_tokens=written,
            output_tokens=self.output_tokens,
            reasoning_tokens=details.thinking_tokens if details else None,
        )


class WireBlock(WireValue):
    """A block of content, or a piece of one. Blocks of other types (tools, signatures) hold neither text."""

    type: str
    text: str = ""
    thinking: str = ""


class WireMessage(WireValue):
    """The message at the beginning of a stream, or a whole answer that was not streamed."""

    model: str = ""
    content: tuple[WireBlock, ...] = ()
    stop_reason: str | None = None
    usage: WireUsage = WireUsage()


class _StopDelta(WireValue):
    stop_reason: str | None = None


class MessageStart(WireValue):
    """The first event of a stream."""

    type: Literal["message_start"]
    message: WireMessage


class BlockStart(WireValue):
    """A block begins; servers that copy this API sometimes send its first text here."""

    type: Literal["content_block_start"]
    content_block: WireBlock


class BlockDelta(WireValue):
    """The next piece of a block."""

    type: Literal["content_block_delta"]
    delta: WireBlock


class MessageDelta(WireValue):
    """Why the message ends, and its tokens."""

    type: Literal["message_delta"]
    delta: _StopDelta = _StopDelta()
    usage: WireUsage = WireUsage()


class WireModel(WireValue):
    """A row of ``/v1/models``: limits in tokens."""

    id: str
    max_input_tokens: int | None = None
    max_tokens: int | None = None


def request_body(request: ModelRequest, *, most_output: int, cache_minimum: int, as_whole: bool = False) -> bytes:
    """The JSON of a streamed request of at most ``most_output`` tokens, which this API wants to be told.

    The end of the stable messages is marked for caching where they are at least ``cache_minimum`` tokens (fewer are
    never cached): at their last block, or the request ``as_whole`` where all of it is stable and the server knows that.
    """
    whole = as_whole and request.stable_messages >= len(request.messages)
    body = prompt(request, cache_minimum=None if whole else cache_minimum)
    if whole and count_messages(request.messages) >= cache_minimum:
        body["cache_control"] = _EPHEMERAL
    body |= {"max_tokens": most_output, "stream": True}
    sampling = {
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
        "top_k": request.sampling.top_k,
    }
    body |= {name: value for name, value in sampling.items() if value is not None}
    return encoded(body)


def prompt(request: ModelRequest, *, cache_minimum: int | None = None) -> dict[str, Any]:
    """The part of the JSON that is read by the model; marked for caching unless ``cache_minimum`` is ``None``."""
    leading = 0
    while leading < len(request.messages) and request.messages[leading].role == "system":
        leading += 1
    last_stable = min(request.stable_messages, len(request.messages)) - 1
    if cache_minimum is None or count_messages(request.messages[: last_stable + 1]) < cache_minimum:
        last_stable = -1
    blocks = [_block(message, marked=number == last_stable) for number, message in enumerate(request.messages)]
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            # Only the beginning of a prompt can be a system prompt here; a later one is the user's word.
            {"role": "assistant" if message.role == "assistant" else "user", "content": [block]}
            for message, block in zip(request.messages[leading:], blocks[leading:], strict=True)
        ],
    }
    if leading:
        body["system"] = blocks[:leading]
    return body


def encoded(body: dict[str, Any]) -> bytes:
    """The JSON of a request."""
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def _block(message: Message, *, marked: bool) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": encodable(message.content)}
    return {**block, "cache_control": _EPHEMERAL} if marked else block
