"""What every provider can do. A provider is one file in ``providers/`` and one line in ``registry.py``."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from sightline.models.messages import ModelRequest, StreamEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model a server offers; ``window`` is the loaded context window in tokens, ``None`` where it is not told."""

    name: str
    window: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowReport:
    """What is known of a model's context window.

    ``tokens`` is ``None`` where it is not known; ``source`` says who told it; ``hint`` says how to make it larger or
    how to make it known.
    """

    tokens: int | None = None
    source: str = ""
    hint: str = ""


class Provider(Protocol):
    """A way to a model server."""

    @property
    def name(self) -> str:
        """Name for people: ``scripted``, ``openai``…"""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        """Streams the reply: any number of deltas, then exactly one ``Finished``.

        Raises ``ModelError``. Closing the generator (or cancelling the task that awaits it) closes the socket at
        once; a caller that stops early must close it (``contextlib.aclosing``), since leaving a loop does not.
        """
        ...

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models the server offers; never loads one. Raises ``ModelError``."""
        ...

    async def window_report(self, model: str) -> WindowReport:
        """The context window that the server holds for ``model`` right now, and who says so.

        Never loads a model, and never raises: a server that cannot be asked makes the window unknown.
        """
        ...

    async def window(self, model: str) -> int | None:
        """``window_report(model).tokens``."""
        ...

    async def close(self) -> None:
        """Closes every connection. May be called twice."""
        ...
