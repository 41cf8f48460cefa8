"""Values as models write them, made into what was meant: JSON with mistakes, booleans in words, numbers in quotes.

Total: whatever a model says, every function here gives a value or ``None``, and none follows a value that contains
itself or is nested without end. What is read here decides nothing by itself: callers still check it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import json_repair
from pydantic import BaseModel, ValidationError

#: Deeper is cut off (``None``), and so is what comes after this many values in all.
DEEPEST, MOST_VALUES = 64, 20_000
#: Longer replies are no parameters.
LONGEST_TEXT = 1 << 20

_TRUE = frozenset({"true", "yes", "y", "on", "1", "t", "enabled"})
_FALSE = frozenset({"false", "no", "n", "off", "0", "f", "disabled"})
_NOTHING = frozenset({"", "none", "null", "nil", "undefined", "n/a"})

Model = TypeVar("Model", bound=BaseModel)


def boolean(value: object) -> bool | None:
    """``True ``, ``yes``, ``1``… as what they mean; ``None`` for anything that does not say."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    if not isinstance(value, str):
        return None
    word = value.strip().strip("\"'`.").strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def number(value: object) -> float | int | None:
    """A finite number, from a number or its text (``" 1,000 "``, ``"0.5"``); ``None`` for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().strip("\"'`").replace(",", "").replace("_", "")
        if len(text) > 40:
            return None
        try:
            value = int(text) if text.lstrip("+-").isascii() and text.lstrip("+-").isdigit() else float(text)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None


def nothing(value: object) -> bool:
    """Whether ``value`` says that there is none."""
    return value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def plain(value: object) -> Any:
    """``value`` as plain JSON values, whatever it is: within bounds of depth and number, and without a cycle.

    Keys become texts, tuples and sets lists; what JSON cannot hold, and what lies beyond the bounds, becomes ``None``.
    """
    return _Plain().of(value, 0)


def parsed(text: str) -> Any:
    """The JSON in ``text``, mended where it has mistakes; ``None`` where nothing of the kind is there.

    Mended are fences, words around the value, single quotes, missing or trailing commas, comments and a missing end.
    """
    if len(text) > LONGEST_TEXT:
        return None
    try:
        return plain(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if text.count("{") + text.count("[") > MOST_VALUES or not ("{" in text or "[" in text):
        return None
    try:
        return plain(json_repair.loads(text)) or None
    except (ValueError, RecursionError):
        return None


def fitted(model: type[Model], value: object) -> Model | None:
    """``value`` (a text is parsed first) as ``model``, its fields read as they were meant; ``None`` if it does not fit.

    Only a field of that very type is read as a boolean or number, and fields that the model does not have are dropped.
    """
    data: Any = parsed(value) if isinstance(value, str) else plain(value)
    if not isinstance(data, dict):
        return None
    table = {str(key).strip(): entry for key, entry in cast("dict[str, Any]", data).items()}
    meant = {name: _meant(field.annotation, table[name]) for name, field in model.model_fields.items() if name in table}
    try:
        return model.model_validate(meant)
    except ValidationError:
        return None


def _meant(wanted: object, value: Any) -> Any:
    if wanted is bool:
        read = boolean(value)
    elif wanted is int or wanted is float:
        read = number(value)
        read = int(read) if wanted is int and isinstance(read, float) and read.is_integer() else read
    else:
        return value
    return value if read is None else read


class _Plain:
    """One walk over a value. Counts what it made, and knows what it is inside of."""

    def __init__(self) -> None:
        self._made = 0
        self._around: set[int] = set()

    def of(self, value: object, depth: int) -> Any:
        self._made += 1
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int | float):
            return value if isinstance(value, int) or math.isfinite(value) else None
        if depth >= DEEPEST or id(value) in self._around or self._made > MOST_VALUES:
            return None
        self._around.add(id(value))
        try:
            return self._container(value, depth + 1)
        finally:
            self._around.discard(id(value))

    def _container(self, value: object, depth: int) -> Any:
        if isinstance(value, Mapping):
            items = list(cast("Mapping[Any, Any]", value).items())[: self._left()]
            return {key if isinstance(key, str) else repr(key): self.of(entry, depth) for key, entry in items}
        if isinstance(value, list | tuple | set | frozenset):
            entries = list(cast("list[Any]", value))[: self._left()]
            return [self.of(entry, depth) for entry in entries]
        return None

    def _left(self) -> int:
        return max(0, MOST_VALUES - self._made)
