"""One reply of OpenAI's Responses API, event by event. Pure: JSON texts in, our events out."""

from __future__ import annotations

from typing import Any, TypeVar

from sightline.models.failures import Speaker, cut_off, no_reply, not_the_protocol, stream_error
from sightline.models.messages import Finish, Finished, ReasoningDelta, StreamEvent, TextDelta, Usage
from sightline.models.responses_wire import INCOMPLETE_REASONS, WireEvent, WireResponse
from sightline.models.wire import WireError, WireValue, error_in
from sightline.models.wire_reading import event_json, read_value

_REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
_LAST = ("response.completed", "response.incomplete", "response.failed")

_Value = TypeVar("_Value", bound=WireValue)


class ResponsesReplyReader:
    """Reads the data of one stream. ``done`` tells that the server said so; ``finished`` must be asked in any case."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._finish: Finish | None = None
        self._usage = Usage()
        self._model = ""
        self._begun = False
        self._texts = 0
        self._refused = False
        self.done = False

    def take(self, data: str) -> list[StreamEvent]:
        """The events in the data of one server-sent event. Raises ``ModelError``."""
        value = event_json(data, self._speaker)
        if (text := _plain_text(value)) is not None:
            self._begun = True
            self._texts += 1
            return [TextDelta(text=text)]
        event = self._read(WireEvent, value) if _has_type(value) else None
        if event is None:
            # Gateways put the errors of other APIs into this stream.
            raise stream_error(self._speaker, error) if (error := error_in(value)) else self._no_event()
        self._begun = True
        if event.type == "error":
            error = error_in(value) or WireError(message=event.message or "", code=event.code, param=event.param)
            raise stream_error(self._speaker, error)
        if event.type in _LAST:
            return self._end(event.response or WireResponse(), event.type.removeprefix("response."))
        return self._delta(event.type, event.delta or "")

    def take_json(self, value: Any) -> list[StreamEvent]:
        """The events in a whole answer that was not streamed. Raises ``ModelError``."""
        response = self._read(WireResponse, value)
        if response.error is None and (error := error_in(value)):
            raise stream_error(self._speaker, error)
        if response.status is None:
            raise not_the_protocol(self._speaker, "sent an answer that is not of the Responses API (status)")
        self._begun = True
        return self._end(response, response.status)

    def finished(self) -> list[StreamEvent]:
        """``Finished``. Raises ``ModelError`` for a reply without an end, or none at all."""
        if not self._begun:
            raise no_reply(self._speaker)
        if self._finish is None:
            raise cut_off(self._speaker)
        finish = Finish.REFUSAL if self._refused else self._finish
        return [Finished(finish=finish, usage=self._usage, model=self._model)]

    def _delta(self, kind: str, text: str) -> list[StreamEvent]:
        if not text:
            return []
        if kind in _REASONING:
            return [ReasoningDelta(text=text)]
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            self._refused |= kind == "response.refusal.delta"
            self._texts += 1
            return [TextDelta(text=text)]
        return []  # Progress, tools and what will be added.

    def _end(self, response: WireResponse, status: str) -> list[StreamEvent]:
        self.done = True
        self._model = response.model
        if response.usage:
            self._usage = response.usage.as_usage()
        if status == "failed" or response.error:
            raise stream_error(self._speaker, response.error or WireError())
        reason = response.incomplete_details.reason if response.incomplete_details else None
        if status == "incomplete" or reason:
            self._finish = INCOMPLETE_REASONS.get(reason or "", Finish.OTHER)
        else:
            self._finish = Finish.STOP if status == "completed" else Finish.OTHER
        if self._texts:
            return []
        # Nothing was streamed: the texts are in the last event alone.
        kinds = {"output_text": "response.output_text.delta", "refusal": "response.refusal.delta"}
        found = [(kinds.get(part.type, _REASONING[0]), part.refusal or part.text) for part in response.parts]
        return [event for kind, text in found for event in self._delta(kind, text)]

    def _no_event(self) -> Exception:
        return not_the_protocol(self._speaker, "sent an event that is not of the Responses API")

    def _read(self, kind: type[_Value], value: Any) -> _Value:
        return read_value(kind, value, self._speaker, "of the Responses API")


def _plain_text(value: Any) -> str | None:
    """The new text of an event that holds it, as nearly all do; ``None`` for any other, which is read with care."""
    try:
        text = value["delta"] if value["type"] == "response.output_text.delta" else None
    except (KeyError, TypeError):
        return None
    return text if type(text) is str and text else None


def _has_type(value: Any) -> bool:
    return isinstance(value, dict) and "type" in value
