"""What every provider can do. A provider is one file in ``providers/`` and one line in ``registry.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from sightline.models.messages import ModelRequest, StreamEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model a server offers; ``window`` is the loaded context window in tokens, ``None`` where it is not told."""

    name: str
    window: int | None = None


class Provider(Protocol):
    """A way to a model server."""

    @property
    def name(self) -> str:
        """Name for people: ``scripted``, ``openai``…"""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Streams the reply: any number of deltas, then exactly one ``Finished``.

        Raises ``ModelError``. Closing the iterator (or cancelling the task that awaits it) closes the socket at once.
        """
        ...

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models the server offers; never loads one. Raises ``ModelError``."""
        ...

    async def window(self, model: str) -> int | None:
        """The context window in tokens that the server holds for ``model`` right now, where it tells."""
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...
