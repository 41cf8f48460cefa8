"""Reads the JSON that a server sends into the values of its API, with errors that say where one is wrong."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from sightline.models.failures import Speaker, not_the_protocol
from sightline.models.wire import WireValue

_Value = TypeVar("_Value", bound=WireValue)


def event_json(data: str, speaker: Speaker) -> Any:
    """The JSON of one event of a stream. Raises ``ModelError``."""
    try:
        return from_json(data)
    except ValueError:
        pass  # It is the quicker of the two, and refuses lone surrogates.
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise not_the_protocol(speaker, "sent an event that is not JSON") from None


def read_value(kind: type[_Value], value: Any, speaker: Speaker, what: str) -> _Value:
    """``value`` as a ``kind``. Raises ``ModelError``: the server sent something that is not ``what``, and where."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        # The values are left out: they are the model's words.
        where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise not_the_protocol(speaker, f"sent an event that is not {what} ({where or 'not an object'})") from None
