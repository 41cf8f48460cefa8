"""Vectors in the JSON that servers answer with: OpenAI's form and Ollama's. Checked, since they are others' words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, cast

from sightline.models.failures import Speaker, not_the_protocol
from sightline.models.provider import Vectors
from sightline.models.servers import rows


def openai_body(model: str, texts: tuple[str, ...]) -> bytes:
    """A request of ``/embeddings``. Floats are asked for: some servers would send base64."""
    return json.dumps({"model": model, "input": list(texts), "encoding_format": "float"}).encode("ascii")


def openai_vectors(answer: Any, count: int, speaker: Speaker) -> Vectors:
    """The vectors of an answer to :func:`openai_body`, by the places it gives them. Raises ``ModelError``."""
    listed = rows(answer, "data")
    by_place: dict[int, Any] = {}
    for number, row in enumerate(listed):
        place = row.get("index", number)
        if isinstance(place, int):
            by_place[place] = row.get("embedding")
    told = _table(_table(answer).get("usage")).get("prompt_tokens")
    return _checked([by_place.get(number) for number in range(count)], count, told, speaker)


def ollama_body(
    model: str, texts: tuple[str, ...], *, num_ctx: int | None = None, keep_seconds: float | None = None
) -> bytes:
    """A request of ``/api/embed`` that cuts no text. Without texts it loads the model, or lets go of it (0 seconds)."""
    body: dict[str, Any] = {"model": model, "input": list(texts), "truncate": False}
    if num_ctx is not None:
        body["options"] = {"num_ctx": num_ctx}
    if keep_seconds is not None:
        body["keep_alive"] = round(keep_seconds)
    return json.dumps(body).encode("ascii")


def ollama_vectors(answer: Any, count: int, speaker: Speaker) -> Vectors:
    """The vectors of an answer to :func:`ollama_body`. Raises ``ModelError``."""
    return _checked(_table(answer).get("embeddings"), count, _table(answer).get("prompt_eval_count"), speaker)


def _table(found: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _checked(found: Any, count: int, tokens: Any, speaker: Speaker) -> Vectors:
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    read = tuple(_vector(each) for each in listed)
    if len(read) != count or len({len(row) for row in read}) > 1 or not all(read):
        raise not_the_protocol(speaker, "gave other vectors than it was asked for")
    return Vectors(rows=read, tokens=tokens if isinstance(tokens, int) and tokens > 0 else None)


def _vector(found: Any) -> tuple[float, ...]:
    """The numbers of one vector; none where something else is among them."""
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    numbers = tuple(float(each) for each in listed if isinstance(each, int | float) and not isinstance(each, bool))
    return numbers if len(numbers) == len(listed) and all(map(math.isfinite, numbers)) else ()
