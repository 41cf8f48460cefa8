"""One reply of the chat completions API, event by event. Pure: JSON texts in, our events out."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from sightline.models.failures import Speaker, cut_off, no_reply, stream_error
from sightline.models.messages import (
    Finish,
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.reasoning import ReasoningSplitter
from sightline.models.wire import FINISH_REASONS, WireChunk, WireDelta, error_in
from sightline.models.wire_reading import event_json, read_value

_DONE = "[DONE]"


def _plain_text(value: Any) -> str | None:
    """The text of a chunk that holds nothing else, as nearly all do; ``None`` for any other, which is read with care.

    This is what a token costs: it looks at what would change the meaning and checks no more than it uses.
    """
    try:
        [choice] = value["choices"]
        delta = choice["delta"]
        text = delta["content"]
        whole = (
            type(text) is str
            and not (choice.get("finish_reason") or choice.get("index"))
            and (
                len(delta) == 1
                or not (delta.get("refusal") or delta.get("reasoning") or delta.get("reasoning_content"))
            )
            and not (value.get("usage") or value.get("timings") or value.get("error"))
            and type(value.get("model", "")) is str
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return text if whole else None


class ReplyReader:
    """Reads the data of one stream. ``done`` tells that the server said so; ``finished`` must be asked in any case."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._splitter = ReasoningSplitter()
        self._finish: Finish | None = None
        self._usage = Usage()
        self._counted = False  # by what the API itself calls usage, which outranks what servers tell beside it
        self._model = ""
        self._refused = False
        self._chunks = 0
        self.done = False

    def take(self, data: str) -> list[StreamEvent]:
        """The events in the data of one server-sent event. Raises ``ModelError``."""
        try:
            value = from_json(data)
        except ValueError:
            if data.strip() == _DONE:
                self.done = True
                return []
            value = event_json(data, self._speaker)
        if self._splitter.replying and (text := _plain_text(value)) is not None:
            self._chunks += 1
            self._model = value.get("model") or self._model
            return [TextDelta(text=text)] if text else []
        return self.take_json(value)

    def take_json(self, value: Any) -> list[StreamEvent]:
        """The events in one JSON value: a chunk, or a whole answer that was not streamed. Raises ``ModelError``."""
        if error := error_in(value):
            raise stream_error(self._speaker, error)
        chunk = read_value(WireChunk, value, self._speaker, "a chat completion")
        self._chunks += 1
        if chunk.usage:
            self._usage, self._counted = chunk.usage.as_usage(), True
        elif chunk.timings and not self._counted:
            self._usage = chunk.timings.as_usage()
        self._model = chunk.model or self._model
        events: list[StreamEvent] = []
        for choice in chunk.choices:
            if choice.index == 0:
                events += self._delta(choice.delta or choice.message or WireDelta())
                if choice.finish_reason:
                    self._finish = FINISH_REASONS.get(choice.finish_reason, Finish.OTHER)
        return events

    def finished(self) -> list[StreamEvent]:
        """What is left at the end of the stream, ``Finished`` last. Raises ``ModelError`` for a reply without end."""
        if not self._chunks:
            raise no_reply(self._speaker)
        if self._finish is None and not self.done:
            raise cut_off(self._speaker)
        finish = Finish.REFUSAL if self._refused else self._finish or Finish.OTHER
        return [*self._splitter.end(), Finished(finish=finish, usage=self._usage, model=self._model)]

    def _delta(self, delta: WireDelta) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        if delta.thought:
            events.append(ReasoningDelta(text=delta.thought))
        if delta.content:
            events += self._splitter.feed(delta.content)
        if delta.refusal:
            self._refused = True
            events.append(TextDelta(text=delta.refusal))
        return events
