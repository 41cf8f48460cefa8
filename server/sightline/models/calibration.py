"""What servers reported about the sizes of prompts, by model, kept between runs: a small file in the user's cache.

Holds ratios only, no text. Two processes that write at once keep the words of one: the next reports mend that.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sightline.base.system import FileSystem
from sightline.models.messages import Message
from sightline.models.policy import ModelPolicy
from sightline.models.tokens import TokenCounter
from sightline.models.vocabularies import vocabulary

#: Models that are remembered, those heard of last.
_MOST_MODELS = 200


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    factor: float = Field(ge=0.1, le=10)
    error: float = Field(ge=0, le=10)
    reports: int = Field(ge=1)


class Calibration:
    """The counters of all models. All methods may block for some milliseconds: not on the event loop."""

    def __init__(self, files: FileSystem, path: str) -> None:
        self._files = files
        self._path = path
        self._lock = threading.Lock()
        self._counters: dict[str, TokenCounter] | None = None

    def counter(self, policy: ModelPolicy) -> TokenCounter:
        """How tokens of the policy's model are counted by now."""
        exact = vocabulary(policy.profile.facts.tokenizer)
        with self._lock:
            known = self._known().get(_key(policy), TokenCounter())
        return replace(known, vocabulary=exact)

    def count(self, policy: ModelPolicy, messages: Iterable[Message]) -> tuple[int, float]:
        """Tokens of a whole prompt, and the share by which the count may be off."""
        counter = self.counter(policy)
        return counter.count_messages(messages), counter.margin

    def observe(self, policy: ModelPolicy, *, estimated: int, reported: int | None) -> None:
        """Learns from what a server reported for a whole prompt; ``None`` or 0 says nothing.

        ``estimated`` is what :meth:`count` said of it just before.
        """
        if not reported or not policy.host or vocabulary(policy.profile.facts.tokenizer):
            return
        with self._lock:
            counters = self._known()
            key = _key(policy)
            before = counters.get(key, TokenCounter())
            after = before.learned(estimated=estimated, reported=reported)
            if after is before:
                return
            counters.pop(key, None)
            counters[key] = after
            for oldest in list(counters)[:-_MOST_MODELS]:
                del counters[oldest]
            self._write(counters)

    def _known(self) -> dict[str, TokenCounter]:
        if self._counters is None:
            self._counters = self._read()
        return self._counters

    def _read(self) -> dict[str, TokenCounter]:
        """The counters in the file. A missing or damaged one holds none; a damaged row is left out."""
        try:
            data: Any = json.loads(self._files.read(self._path, 1 << 20))
        except (OSError, ValueError, RecursionError):
            return {}
        found: dict[str, TokenCounter] = {}
        for key, value in cast("dict[str, Any]", data).items() if isinstance(data, dict) else ():
            try:
                found[key] = TokenCounter(**_Row.model_validate(value).model_dump())
            except ValidationError:
                continue
        return found

    def _write(self, counters: dict[str, TokenCounter]) -> None:
        rows = {
            key: {"factor": round(counter.factor, 4), "error": round(counter.error, 4), "reports": counter.reports}
            for key, counter in counters.items()
        }
        try:
            self._files.write(self._path, json.dumps(rows, indent=1).encode("utf-8"), mode=0o600)
        except OSError:
            return  # A cache that cannot be written is no reason to fail: it is learned again.


def _key(policy: ModelPolicy) -> str:
    return f"{policy.kind}:{policy.name}@{policy.host}"
