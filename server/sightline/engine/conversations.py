"""The conversations of one engine: loaded when a turn goes on with one, kept when it has ended.

Turns of one conversation wait for one another. Where the disk fails, or the user wants nothing kept, conversations live
as long as the engine: that is no reason to lose a turn.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

from sightline.base.errors import SightlineError
from sightline.models.gateway import Gateway
from sightline.prompts.conversation import Conversation
from sightline.sessions.conversations import ConversationStore, ListedConversation, without_secrets

T = TypeVar("T")

_log = logging.getLogger(__name__)

#: Conversations that live in memory where none are kept.
_MOST_IN_MEMORY = 50


class Conversations:
    """All conversations of a workspace. Used from one event loop; the disk is asked in threads."""

    def __init__(self, open_store: Callable[[], ConversationStore], *, keep: bool) -> None:
        self._open_store = open_store
        self._keep = keep
        self._store: ConversationStore | None = None
        self._opening = threading.Lock()
        self._in_memory: OrderedDict[str, Conversation] = OrderedDict()
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[Conversation]:
        """The conversation of this name, a new one if there is none, for one turn of it. "" is a new one always."""
        if not name:
            yield Conversation(name="")
            return
        lock, waiting = self._turns.get(name, (asyncio.Lock(), 0))
        self._turns[name] = lock, waiting + 1
        try:
            async with lock:
                yield await self.load(name) or Conversation(name=name)
        finally:
            _, waiting = self._turns.pop(name)
            if waiting > 1:
                self._turns[name] = lock, waiting - 1

    async def load(self, name: str) -> Conversation | None:
        """The conversation of this name, ``None`` if there is none."""
        return self._in_memory.get(name) or (await self._asked(lambda store: store.load(name)) if self._keep else None)

    async def keep(self, conversation: Conversation, gateway: Gateway) -> None:
        """Keeps what a turn made of its conversation, and which model holds it."""
        model, private = gateway.held(conversation.name)
        kept = without_secrets(replace(conversation, model=model, private=private))
        if self._keep and await self._asked(lambda store: store.save(kept) or True):
            self._in_memory.pop(kept.name, None)
            return
        self._in_memory[kept.name] = kept
        self._in_memory.move_to_end(kept.name)
        if len(self._in_memory) > _MOST_IN_MEMORY:
            self._in_memory.popitem(last=False)

    async def listed(self, limit: int = 1000) -> tuple[ListedConversation, ...]:
        """Those on disk, the one that was used last first. Raises :class:`SightlineError` when the disk fails."""
        return await asyncio.to_thread(lambda: self._opened().listed(limit))

    async def delete(self, name: str) -> bool:
        """Deletes one; whether there was one. Raises as :meth:`listed`."""
        had = self._in_memory.pop(name, None) is not None
        return await asyncio.to_thread(lambda: self._opened().delete(name)) or had

    async def delete_all(self) -> int:
        """Deletes all of them; how many were on disk. Raises as :meth:`listed`."""
        self._in_memory.clear()
        return await asyncio.to_thread(lambda: self._opened().delete_all())

    def close(self) -> None:
        """Closes the store, if it was opened. May be called twice."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    async def _asked(self, question: Callable[[ConversationStore], T]) -> T | None:
        """The store's answer; ``None`` where the disk fails."""
        try:
            return await asyncio.to_thread(lambda: question(self._opened()))
        except SightlineError as error:
            _log.warning("Conversations are not kept on disk: %s", error)
            return None

    def _opened(self) -> ConversationStore:
        with self._opening:
            if self._store is None:
                self._store = self._open_store()
            return self._store
