"""Keeps the leases of this process alive while it has any, and gives them back in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec

from sightline.base.database import DatabaseError

_log = logging.getLogger(__name__)

#: Seconds between two renewals: a third of what a lease lasts.
RENEWED = 10.0

Given = ParamSpec("Given")


class LeaseKeeper:
    """What both kinds of leases need beside their database. Use it from one event loop."""

    def __init__(self) -> None:
        self._renewing: asyncio.Task[None] | None = None
        self._later: set[asyncio.Task[None]] = set()

    def renew(self, renewed: Callable[[], bool]) -> None:
        """Calls ``renewed`` in a thread every :data:`RENEWED` seconds for as long as it says that there are leases."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.ensure_future(self._renew(renewed))

    def later(self, work: Callable[Given, None], *arguments: Given.args, **named: Given.kwargs) -> None:
        """Does ``work`` in a thread; nobody but :meth:`close` waits for it. See :func:`quietly`."""
        task = asyncio.ensure_future(quietly(work, *arguments, **named))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def close(self) -> None:
        """Renews no longer, and waits for what is done in the background. May be called twice, and used again."""
        if self._renewing is not None:
            self._renewing.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def _renew(self, renewed: Callable[[], bool]) -> None:
        there = True
        while there:
            await asyncio.sleep(RENEWED)
            try:
                there = await asyncio.to_thread(renewed)
            except DatabaseError as error:
                _log.warning(_FAILED, error)


async def quietly(work: Callable[Given, None], *arguments: Given.args, **named: Given.kwargs) -> None:
    """Does ``work`` in a thread. A database that fails is told in the log alone."""
    try:
        await asyncio.to_thread(work, *arguments, **named)
    except DatabaseError as error:
        _log.warning(_FAILED, error)


_FAILED = "What is shared with other windows cannot be written: %s"
