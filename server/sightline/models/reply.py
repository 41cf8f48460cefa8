"""One reply of the chat completions API, event by event. Pure: JSON texts in, our events out."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from sightline.models.failures import Speaker, cut_off, no_reply, not_the_protocol, stream_error
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

_DONE = "[DONE]"


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
        if data.strip() == _DONE:
            self.done = True
            return []
        return self.take_json(self._parsed(data))

    def take_json(self, value: Any) -> list[StreamEvent]:
        """The events in one JSON value: a chunk, or a whole answer that was not streamed. Raises ``ModelError``."""
        if error := error_in(value):
            raise stream_error(self._speaker, error)
        try:
            chunk = WireChunk.model_validate(value)
        except ValidationError as error:
            # The values are left out: they are the model's words.
            where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
            what = f"sent an event that is not a chat completion ({where or 'not an object'})"
            raise not_the_protocol(self._speaker, what) from None
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

    def _parsed(self, data: str) -> Any:
        try:
            return json.loads(data)
        except ValueError:
            raise not_the_protocol(self._speaker, "sent an event that is not JSON") from None

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
