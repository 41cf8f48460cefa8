"""One reply of Anthropic's Messages API, event by event. Pure: JSON texts in, our events out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sightline.models.anthropic_wire import (
    STOP_REASONS,
    BlockDelta,
    BlockStart,
    MessageDelta,
    MessageStart,
    WireBlock,
    WireMessage,
    WireUsage,
)
from sightline.models.failures import Speaker, cut_off, no_reply, not_the_protocol, stream_error
from sightline.models.messages import Finish, Finished, ReasoningDelta, StreamEvent, TextDelta
from sightline.models.wire import WireValue, error_in
from sightline.models.wire_reading import event_json, read_value

_Event = TypeVar("_Event", bound=WireValue)


class AnthropicReplyReader:
    """Reads the data of one stream. ``done`` tells that the server said so; ``finished`` must be asked in any case."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._finish: Finish | None = None
        self._usage = WireUsage()
        self._model = ""
        self._begun = False
        self.done = False

    def take(self, data: str) -> list[StreamEvent]:
        """The events in the data of one server-sent event. Raises ``ModelError``."""
        value = event_json(data, self._speaker)
        if (text := _plain_text(value)) is not None:
            return [TextDelta(text=text)]
        return self._event(value)

    def take_json(self, value: Any) -> list[StreamEvent]:
        """The events in a whole answer that was not streamed. Raises ``ModelError``."""
        if error := error_in(value):
            raise stream_error(self._speaker, error)
        message = self._read(WireMessage, value)
        self._begin(message)
        self._stop(message.stop_reason)
        self.done = True
        return [event for block in message.content for event in _pieces(block)]

    def finished(self) -> list[StreamEvent]:
        """``Finished``. Raises ``ModelError`` for a reply without an end, or none at all."""
        if not self._begun:
            raise no_reply(self._speaker)
        if self._finish is None:
            raise cut_off(self._speaker)
        return [Finished(finish=self._finish, usage=self._usage.as_usage(), model=self._model)]

    def _event(self, value: Any) -> list[StreamEvent]:
        if error := error_in(value):
            raise stream_error(self._speaker, error)
        kind = cast("Mapping[str, Any]", value).get("type") if isinstance(value, Mapping) else None
        match kind:
            case "message_start":
                self._begin(self._read(MessageStart, value).message)
            case "content_block_start":
                return _pieces(self._read(BlockStart, value).content_block)
            case "content_block_delta":
                return _pieces(self._read(BlockDelta, value).delta)
            case "message_delta":
                ended = self._read(MessageDelta, value)
                self._usage = ended.usage.after(self._usage)
                self._stop(ended.delta.stop_reason)
            case "message_stop":
                self.done = True
            case str():
                pass  # ``ping``, the end of a block, and what will be added: the API says to ignore those.
            case _:
                raise not_the_protocol(self._speaker, "sent an event without a type")
        return []

    def _begin(self, message: WireMessage) -> None:
        self._begun = True
        self._model = message.model
        self._usage = message.usage.after(self._usage)

    def _stop(self, reason: str | None) -> None:
        if reason:
            self._finish = STOP_REASONS.get(reason, Finish.OTHER)

    def _read(self, kind: type[_Event], value: Any) -> _Event:
        return read_value(kind, value, self._speaker, "of the Messages API")


def _plain_text(value: Any) -> str | None:
    """The new text of an event that holds it, as nearly all do; ``None`` for any other, which is read with care."""
    try:
        delta = value["delta"] if value["type"] == "content_block_delta" else None
        text = delta["text"] if delta and delta["type"] == "text_delta" else None
    except (KeyError, TypeError):
        return None
    return text if type(text) is str and text else None


def _pieces(block: WireBlock) -> list[StreamEvent]:
    pieces: list[StreamEvent] = []
    if block.type in ("thinking", "thinking_delta") and block.thinking:
        pieces.append(ReasoningDelta(text=block.thinking))
    elif block.type in ("text", "text_delta") and block.text:
        pieces.append(TextDelta(text=block.text))
    return pieces
