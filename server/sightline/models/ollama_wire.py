"""The JSON of Ollama's own API, as far as it is read and written. Pure; after Ollama's docs/api.md and api/types.go.

Why not its ``/v1``: that one has no ``truncate``, ``shift``, ``num_ctx`` or ``keep_alive``, so it cuts prompts silently
and loads every model with the window it likes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sightline.models.failures import Speaker, cut_off, no_reply, stream_error
from sightline.models.messages import (
    Finish,
    Finished,
    ModelRequest,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.provider import LoadedModel
from sightline.models.reasoning import ReasoningSplitter
from sightline.models.servers import rows
from sightline.models.wire import WireValue, error_in, sent_messages
from sightline.models.wire_reading import event_json, read_value

#: ``done_reason``; none at all is a runner that went away.
DONE_REASONS = {"stop": Finish.STOP, "length": Finish.LENGTH}
#: Before this version ``prompt_eval_count`` left out what was cached, so that it said nothing of the whole prompt.
WHOLE_COUNTS_SINCE = (0, 4, 0)
_NANOSECONDS = 1e9


class _Message(WireValue):
    content: str | None = None
    thinking: str | None = None


class _Chunk(WireValue):
    model: str = ""
    message: _Message = _Message()
    done: bool = False
    done_reason: str | None = None
    load_duration: int | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None


class OllamaReader:
    """Reads the lines of one reply. ``whole_counts`` says that the server counts cached tokens as read."""

    def __init__(self, speaker: Speaker, *, whole_counts: bool = True) -> None:
        self._speaker = speaker
        self._whole_counts = whole_counts
        self._splitter = ReasoningSplitter()
        self._last: _Chunk | None = None
        self._lines = 0
        self.done = False

    def take(self, data: str) -> list[StreamEvent]:
        """The events in one line. Raises ``ModelError``, for a line that tells of an error too."""
        value = event_json(data, self._speaker)
        if self._splitter.replying and (text := _plain_text(value)) is not None:
            self._lines += 1
            return [TextDelta(text=text)]
        return self.take_json(value)

    def take_json(self, value: Any) -> list[StreamEvent]:
        """The events in one JSON value: a line, or a whole answer that was not streamed. Raises ``ModelError``."""
        if error := error_in(value):
            raise stream_error(self._speaker, error)
        chunk = read_value(_Chunk, value, self._speaker, "a line of a chat")
        self._lines += 1
        if chunk.done:
            self._last = chunk
            self.done = True
        events: list[StreamEvent] = []
        if chunk.message.thinking:
            events.append(ReasoningDelta(text=chunk.message.thinking))
        if chunk.message.content:
            # Models whose template Ollama does not know think in the middle of the reply.
            events += self._splitter.feed(chunk.message.content)
        return events

    def finished(self) -> list[StreamEvent]:
        """What is left at the end, ``Finished`` last. Raises ``ModelError`` for a reply without an end."""
        if not self._lines:
            raise no_reply(self._speaker)
        last = self._last
        if last is None:
            raise cut_off(self._speaker)
        finish = DONE_REASONS.get(last.done_reason or "", Finish.OTHER)
        return [*self._splitter.end(), Finished(finish=finish, usage=self._usage(last), model=last.model)]

    def _usage(self, last: _Chunk) -> Usage:
        return Usage(
            prompt_tokens=(last.prompt_eval_count or None) if self._whole_counts else None,
            output_tokens=last.eval_count,
            load_seconds=None if last.load_duration is None else last.load_duration / _NANOSECONDS,
        )


def _plain_text(value: Any) -> str | None:
    """The text of a line that holds nothing else, as nearly all do; ``None`` for any other, which is read with care."""
    try:
        message = value["message"]
        text = message["content"]
        whole = type(text) is str and text and not (message.get("thinking") or value["done"] or value.get("error"))
    except (AttributeError, KeyError, TypeError):
        return None
    return text if whole else None


def embeds_only(shown: Any) -> bool:
    """Whether ``/api/show`` says that the model makes embeddings and no replies: chat requests for it are refused."""
    told = cast("Mapping[str, Any]", shown).get("capabilities") if isinstance(shown, Mapping) else None
    return isinstance(told, list) and "embedding" in told and "completion" not in told


def chat_body(request: ModelRequest, *, num_ctx: int | None, keep_seconds: float | None) -> bytes:
    """The JSON of a streamed request. Nothing is cut and nothing forgotten: ``truncate`` and ``shift`` are off."""
    sampling = request.sampling
    options: dict[str, Any] = {
        "num_ctx": num_ctx,
        "num_predict": request.max_output_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repeat_penalty": sampling.repetition_penalty,
    }
    body: dict[str, Any] = {
        "model": request.model,
        "messages": sent_messages(request),
        "stream": True,
        "truncate": False,
        "options": {name: value for name, value in options.items() if value is not None},
        **_common(keep_seconds),
    }
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def load_body(model: str, *, num_ctx: int | None, keep_seconds: float | None) -> bytes:
    """The JSON that loads ``model`` and asks it nothing. The same ``shift`` as a chat: another one reloads it."""
    options = {"num_ctx": num_ctx} if num_ctx is not None else {}
    return json.dumps(
        {"model": model, "messages": [], "stream": False, "options": options, **_common(keep_seconds)}
    ).encode("ascii")


def unload_body(model: str) -> bytes:
    """The JSON that unloads ``model``."""
    return json.dumps({"model": model, "messages": [], "stream": False, "keep_alive": 0}).encode("ascii")


def _common(keep_seconds: float | None) -> dict[str, Any]:
    # A negative number would keep it for ever.
    keep: dict[str, Any] = {} if keep_seconds is None else {"keep_alive": max(0, round(keep_seconds))}
    return {"shift": False, **keep}


def loaded_models(data: Any) -> tuple[LoadedModel, ...]:
    """The models of a ``/api/ps`` answer; empty for anything else."""
    found: list[LoadedModel] = []
    for row in rows(data, "models"):
        name: Any = row.get("model") or row.get("name")
        if isinstance(name, str) and name:
            found.append(
                LoadedModel(
                    name=name,
                    instance=name,
                    window=_positive(row.get("context_length")),
                    size=_positive(row.get("size")),
                    graphics_size=_whole(row.get("size_vram")),
                    expires=_moment(row.get("expires_at")),
                )
            )
    return tuple(found)


def trained_window(shown: Any) -> int | None:
    """The window a model was trained for, in tokens, from a ``/api/show`` answer: ``model_info`` names it by family."""
    info: Any = cast("Mapping[str, Any]", shown).get("model_info") if isinstance(shown, Mapping) else None
    if not isinstance(info, Mapping):
        return None
    table = cast("Mapping[str, Any]", info)
    return next((_positive(value) for key, value in table.items() if key.endswith(".context_length")), None)


def remote_host(shown: Any) -> str:
    """The host that really runs a model, from a ``/api/show`` answer; "" for a model of this server."""
    host: Any = cast("Mapping[str, Any]", shown).get("remote_host") if isinstance(shown, Mapping) else None
    return host if isinstance(host, str) else ""


def version_of(data: Any) -> tuple[int, ...]:
    """The numbers of a ``/api/version`` answer; empty where there are none."""
    text: Any = cast("Mapping[str, Any]", data).get("version") if isinstance(data, Mapping) else None
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", text) if isinstance(text, str) else None
    return tuple(int(number) for number in found.groups()) if found else ()


def same_model(one: str, other: str) -> bool:
    """Whether two names are one model: ``:latest`` is what a name without a tag means."""
    return one.removesuffix(":latest").casefold() == other.removesuffix(":latest").casefold()


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _positive(value: Any) -> int | None:
    return _whole(value) or None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    # Go writes nine digits of a second; Python reads six.
    text = re.sub(r"(\.\d{6})\d+", r"\1", value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
