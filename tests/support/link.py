"""A test editor and a server session in one process, joined by two queues instead of pipes.

Messages are real frames of real JSON. With ``Link.hold`` they wait until the test lets them go one by one, so that any
order of events that two processes could show can be shown here, from a seed.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sightline.features.feature import Feature
from sightline.lsp.options import MakeEngine, ServerOptions
from sightline.lsp.server import session_over
from sightline.lsp.session import Session
from support.editor import Editor


@dataclass
class Direction:
    """One way: frames that wait, and who takes them."""

    take: Callable[[Any], None] = print
    frames: deque[bytes] = field(default_factory=deque[bytes])
    held: bool = False

    def put(self, data: bytes) -> None:
        """A frame sets out."""
        self.frames.append(data)
        if not self.held:
            asyncio.get_running_loop().call_soon(self.deliver)

    put_if_room = put
    write = put

    def deliver(self) -> bool:
        """The next frame arrives; ``False`` if there is none."""
        if not self.frames:
            return False
        self.take(json.loads(self.frames.popleft().partition(b"\r\n\r\n")[2]))
        return True

    def close(self) -> None:
        """pygls closes its writers; there is nothing to close here."""


@dataclass
class Link:
    """Both ways between an editor and a session."""

    session: Session
    to_server: Direction
    to_editor: Direction

    def hold(self) -> None:
        """From now on messages arrive only by :meth:`Direction.deliver`."""
        self.to_server.held = self.to_editor.held = True

    def release(self) -> None:
        """Everything that waits arrives, and what comes later at once."""
        self.to_server.held = self.to_editor.held = False
        while self.to_server.deliver() or self.to_editor.deliver():
            pass


@asynccontextmanager
async def linked(
    editor: Editor, make_engine: MakeEngine, features: Mapping[str, Feature], options: ServerOptions | None = None
) -> AsyncGenerator[Link]:
    """Joins ``editor`` to a new session."""
    to_editor, to_server = Direction(), Direction()
    protocol = editor.client.protocol

    def receive(message: Any) -> None:
        protocol.handle_message(_structured(protocol, message))

    to_editor.take = receive
    protocol.set_writer(to_server)
    async with session_over(to_editor, make_engine, options or ServerOptions(), features) as session:
        to_server.take = session.protocol.receive
        yield Link(session=session, to_server=to_server, to_editor=to_editor)


def _structured(protocol: Any, message: dict[str, Any]) -> Any:
    return protocol.structure_message(message)
