"""The JSON of OpenAI's Responses API, as far as it is written and read here: everything else in it is ignored.

Written after the types of openai-python 3.54.0 (``types/responses``), read on 2026-11-22.
"""

from __future__ import annotations

import json
from typing import Any

from sightline.models.messages import Finish, ModelRequest, Usage
from sightline.models.wire import WireError, WireValue, sent_messages

#: Why a response is incomplete, by OpenAI's names; any other is ``Finish.OTHER``.
INCOMPLETE_REASONS = {"max_output_tokens": Finish.LENGTH, "content_filter": Finish.REFUSAL}


class _InputDetails(WireValue):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(WireValue):
    reasoning_tokens: int | None = None


class WireUsage(WireValue):
    """Tokens as the server counts them."""

    input_tokens: int | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None

    def as_usage(self) -> Usage:
        """The same in our words."""
        read, wrote = self.input_tokens_details, self.output_tokens_details
        return Usage(
            prompt_tokens=self.input_tokens,
            cached_tokens=read.cached_tokens if read else None,
            cache_written_tokens=read.cache_write_tokens if read else None,
            output_tokens=self.output_tokens,
            reasoning_tokens=wrote.reasoning_tokens if wrote else None,
        )


class _Part(WireValue):
    type: str
    text: str = ""
    refusal: str = ""


class _Item(WireValue):
    type: str
    content: tuple[_Part, ...] | None = None
    summary: tuple[_Part, ...] | None = None


class _Incomplete(WireValue):
    reason: str | None = None


class WireResponse(WireValue):
    """A whole response: at the end of a stream, or an answer that was not streamed."""

    status: str | None = None
    model: str = ""
    output: tuple[_Item, ...] = ()
    usage: WireUsage | None = None
    error: WireError | None = None
    incomplete_details: _Incomplete | None = None

    @property
    def parts(self) -> list[_Part]:
        """The texts in it, in order."""
        return [part for item in self.output for part in (*(item.summary or ()), *(item.content or ()))]


class WireEvent(WireValue):
    """One event of the stream; which of its values there are depends on its type."""

    type: str
    delta: str | None = None
    response: WireResponse | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None


def request_body(request: ModelRequest) -> bytes:
    """The JSON of a streamed request that the server neither stores nor cuts to fit."""
    body: dict[str, Any] = {
        "model": request.model,
        "input": sent_messages(request),
        "stream": True,
        "store": False,
        "truncation": "disabled",
    }
    given = {
        "max_output_tokens": request.max_output_tokens,
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
    }
    body |= {name: value for name, value in given.items() if value is not None}
    return json.dumps(body, ensure_ascii=True).encode("ascii")
