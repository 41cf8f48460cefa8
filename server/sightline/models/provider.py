"""What every provider can do. A provider is one file in ``providers/`` and one line in ``registry.py``."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

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
    how to make it known. ``largest`` is the window that a request may have the model loaded with, ``None`` where a
    request cannot change it.
    """

    tokens: int | None = None
    source: str = ""
    hint: str = ""
    largest: int | None = None

    @property
    def room(self) -> int | None:
        """Tokens of the largest prompt and reply together, ``None`` where nothing is known."""
        return max((tokens for tokens in (self.tokens, self.largest) if tokens), default=None)

    def within(self, own: int | None) -> WindowReport:
        """The same with the user's own limit in tokens, where that is the smaller or the only one."""
        if own is None or (self.tokens is not None and own >= self.tokens):
            return self
        return WindowReport(tokens=own, source="your settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model in a server's memory, as the server tells it. ``None`` stands for what it does not tell.

    ``instance`` is what it is unloaded by (LM Studio can hold a model twice). ``window`` is in tokens, of one slot.
    ``size`` and ``graphics_size`` are bytes: all of it, and what of that is on a graphics card. ``expires`` is when
    the server will unload it if nobody asks it anything.
    """

    name: str
    instance: str = ""
    window: int | None = None
    size: int | None = None
    graphics_size: int | None = None
    expires: datetime | None = None

    @property
    def spilled(self) -> float:
        """Share of the model, from 0 to 1, that a graphics card with part of it has no room for."""
        if not self.size or not self.graphics_size or self.graphics_size >= self.size:
            return 0.0
        return 1 - self.graphics_size / self.size


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


@runtime_checkable
class TokenCounting(Protocol):
    """A provider whose server counts tokens without answering."""

    async def count_tokens(self, request: ModelRequest) -> int | None:
        """Tokens of the whole prompt, the chat template included, as the server will read it.

        ``None`` where the server cannot count just now. Never loads a model, and never raises ``ModelError``.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Embeddings: one for each text, in their order, all of one length. ``tokens`` as the server counted them."""

    rows: tuple[tuple[float, ...], ...]
    tokens: int | None = None


@runtime_checkable
class Embedding(Provider, Protocol):
    """A provider whose server makes vectors of texts."""

    async def embed(self, model: str, texts: tuple[str, ...]) -> Vectors:
        """One vector for each text. A server that can be told so refuses a text over the window and cuts none.

        Raises ``ModelError``.
        """
        ...


@runtime_checkable
class HandingOn(Protocol):
    """A provider whose server may hand a model's requests on to another host."""

    async def is_remote(self, model: str) -> bool:
        """Whether it does; ``False`` where the server does not say so. Never raises ``ModelError``."""
        ...


@runtime_checkable
class ModelLoading(Protocol):
    """A provider whose server loads and unloads models when it is told to."""

    async def holds(self, model: str) -> bool:
        """Whether ``model`` is one that this server itself loads and unloads, by name. Never raises."""
        ...

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """What is in the server's memory now. Never loads a model. Raises ``ModelError``."""
        ...

    async def load(self, model: str, *, window: int | None = None, keep_seconds: float | None = None) -> LoadedModel:
        """Has the server hold ``model`` with a window of at least ``window`` tokens, and says what it holds then.

        A model that is loaded with enough is left as it is, with a new ``keep_seconds`` where the server has such a
        thing: how long it stays without a request (0: not at all), ``None`` for the server's own choice. Raises
        ``ModelError``.
        """
        ...

    async def unload(self, model: LoadedModel) -> None:
        """Has the server let go of ``model``; one that is gone already is no error. Raises ``ModelError``."""
        ...
