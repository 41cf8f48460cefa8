"""A temporary folder of ours for programs that read files and cannot be handed texts: a copy of what they need.

Proposed texts are written into it, other files are copied with shared blocks or plainly, never as hard links: a
program that writes in place would hit the user's file. It is no sandbox, since programs see the rest of the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sightline.base.paths import confine
from sightline.base.system import System


@dataclass(frozen=True, slots=True)
class Shadow:
    """A folder that is gone afterwards. Paths are relative to it and never leave it; call it in threads."""

    folder: str
    _system: System

    def write(self, path: str, data: bytes) -> None:
        """Makes a file with a text. Raises ``OSError`` and ``PathOutsideRoot``."""
        self._system.files.write_new(self._inside(path), data, mode=0o600)

    def copy(self, path: str, source: str) -> None:
        """Makes a file that is a copy of ``source`` (absolute). Raises as :meth:`write`."""
        self._system.files.copy(source, self._inside(path))

    def _inside(self, path: str) -> str:
        return confine(self.folder, path).absolute


@asynccontextmanager
async def shadow(system: System) -> AsyncGenerator[Shadow]:
    """An empty :class:`Shadow`, removed whatever happens in it, cancelling included. Raises ``OSError``."""
    making = asyncio.ensure_future(asyncio.to_thread(system.files.temporary_folder))
    try:
        yield Shadow(await asyncio.shield(making), system)
    finally:
        cancelled = await _to_its_end(making)
        if making.exception() is None:
            removing = asyncio.ensure_future(asyncio.to_thread(system.files.remove_tree, making.result()))
            cancelled |= await _to_its_end(removing)
            removing.result()
        if cancelled:
            raise asyncio.CancelledError


async def _to_its_end(work: asyncio.Future[Any]) -> bool:
    """Waits until a thread has done its work, however often this task is cancelled; tells whether it was."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            cancelled = True
    return cancelled
