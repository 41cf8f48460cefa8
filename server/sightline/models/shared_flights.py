"""Which requests are on their way in any window of the user, so that a second window waits for the first one's reply.

A claim is a lease: who asks renews it, and it ends with its process. Nothing here knows what is asked.
"""

from __future__ import annotations

import asyncio
import logging

from sightline.base.database import DatabaseError
from sightline.models.lease_keeper import LeaseKeeper
from sightline.models.leases import LeaseBook

_log = logging.getLogger(__name__)


class SharedFlights:
    """The claims of this process among those of all. Use it from one event loop."""

    def __init__(self, book: LeaseBook) -> None:
        self._book = book
        self._claimed: set[bytes] = set()
        self._keeper = LeaseKeeper()

    async def claim(self, request: bytes) -> bool:
        """Whether ``request`` is this window's to ask now. It is where nothing can be shared."""
        claiming = asyncio.ensure_future(asyncio.to_thread(self._book.claim, request))
        try:
            claimed = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The thread goes on: what it claims is given back when it is done.
            claiming.add_done_callback(lambda done: self._abandoned(done, request))
            raise
        except DatabaseError as error:
            _log.warning("Whether another window asks the same cannot be read: %s", error)
            return True
        if claimed:
            self._claimed.add(request)
            self._keeper.renew(self._renewed)
        return claimed

    def give_back(self, request: bytes) -> None:
        """Tells that ``request`` is no longer asked, in the background. One that was not claimed is no error."""
        if request in self._claimed:
            self._claimed.discard(request)
            self._keeper.later(self._book.unclaim, request)

    async def close(self) -> None:
        """Waits until what was claimed is given back. May be called twice. The book is not closed."""
        await self._keeper.close()

    def _abandoned(self, done: asyncio.Future[bool], request: bytes) -> None:
        if not done.cancelled() and done.exception() is None and done.result():
            self._keeper.later(self._book.unclaim, request)

    def _renewed(self) -> bool:
        claimed = tuple(self._claimed)
        if claimed:
            self._book.keep_claims(claimed)
        return bool(claimed)
