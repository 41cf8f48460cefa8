"""Compares code with a task by the vectors of the user's model for embeddings, within a time; never fails a task."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from sightline.base.errors import SightlineError
from sightline.context.reranking import Compare, Compared
from sightline.engine.model import Models
from sightline.models.vector_store import Vector, VectorStore, single, vector_key

#: Texts of one request: what has come is kept when time runs out, and nothing is parsed on the loop for long.
BATCH = 16
#: Cosines are rounded to so many digits: sums of the same numbers may differ in the last between machines.
_DIGITS = 6


@dataclass(slots=True)
class Similarities:
    """The comparisons of one engine. ``seconds``: how long one may take; ``open_store`` blocks, and is called once."""

    models: Models
    open_store: Callable[[], VectorStore]
    seconds: float
    _store: asyncio.Future[VectorStore] | None = None

    def compare(self, *, private: bool) -> Compare:
        """Compares for a task that private models alone are asked, or any."""

        async def compared(task: str, texts: Sequence[str], turn: str) -> Compared:
            return await self._in_time(_Question(task, tuple(texts), turn, private)) if texts else Compared()

        return compared

    async def close(self) -> None:
        """Closes the store."""
        if self._store is not None:
            opening, self._store = self._store, None
            await asyncio.to_thread((await opening).close)

    async def _in_time(self, question: _Question) -> Compared:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._compared(question)
        except TimeoutError:
            why = f"there was no answer within {self.seconds:g} seconds (context.rerank_seconds)"
        except SightlineError as error:
            why = error.message.rstrip(".")
        return Compared(problem=f"Code was not compared with the task in meaning: {why}.")

    async def _compared(self, question: _Question) -> Compared:
        store, maker = await self._opened(), self.models.embedder()
        decides = maker.decides if maker else ""
        texts = {vector_key(decides, text): text for text in (question.task, *question.texts)}
        known = await asyncio.to_thread(store.get, [*texts])
        vectors = known | await self._made(
            store, {key: text for key, text in texts.items() if key not in known}, question
        )
        if len({len(vector) for vector in vectors.values()}) > 1:  # another model goes by the name of the one before
            vectors = await self._made(store, texts, question)
        task, *others = (vectors[vector_key(decides, text)] for text in (question.task, *question.texts))
        values = await asyncio.to_thread(likenesses, task, others)
        return Compared(values=values, model=maker.model if maker else "", where=maker.where if maker else "")

    async def _made(self, store: VectorStore, texts: Mapping[bytes, str], question: _Question) -> dict[bytes, Vector]:
        """The vectors of ``texts`` by their keys, made now and kept."""
        made: dict[bytes, Vector] = {}
        keys = [*texts]
        for at in range(0, len(keys), BATCH):
            part = keys[at : at + BATCH]
            found = await self.models.embed([texts[key] for key in part], question.turn, private=question.private)
            new = {key: single(row) for key, row in zip(part, found.rows, strict=True)}
            made |= new
            await asyncio.to_thread(store.put, new)
        return made

    async def _opened(self) -> VectorStore:
        if self._store is None:
            self._store = asyncio.ensure_future(asyncio.to_thread(self.open_store))
        return await asyncio.shield(self._store)


class _Question(NamedTuple):
    task: str
    texts: tuple[str, ...]
    turn: str
    private: bool


def likenesses(task: Vector, vectors: Sequence[Vector]) -> tuple[float, ...]:
    """The cosine of the angle between ``task`` and each of ``vectors``, -1..1; 0 where it has none."""
    return tuple(_likeness(task, vector) for vector in vectors)


def _likeness(one: Vector, other: Vector) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    found = sum(map(mul, one, other)) / lengths if lengths else 0.0
    return round(min(max(found, -1.0), 1.0), _DIGITS) if math.isfinite(found) else 0.0
