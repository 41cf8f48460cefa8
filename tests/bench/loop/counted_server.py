"""``sightline serve`` that counts what it holds: ``python counted_server.py LOG serve …``.

Twice a second, a JSON line goes into ``LOG``: blocks that Python's allocator has handed out, tasks, timers and
asynchronous generators of the event loop. What the system knows of the process (memory, threads, descriptors,
children) others see from outside.
"""

from __future__ import annotations

import asyncio
import json
import sys

from sightline.cli.main import main as command_line

EVERY = 0.5


def watch(path: str) -> None:
    """Counts from the moment the loop runs."""
    run_forever = asyncio.BaseEventLoop.run_forever
    log = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115  open as long as the process lives

    def tick(loop: asyncio.BaseEventLoop) -> None:
        own = vars(loop)  # asyncio publishes neither its timers nor its generators
        timers = sum(not timer.cancelled() for timer in own["_scheduled"])
        row = (sys.getallocatedblocks(), len(asyncio.all_tasks(loop)), timers, len(own["_asyncgens"]))
        log.write(json.dumps(row) + "\n")
        loop.call_later(EVERY, tick, loop)

    def watched(self: asyncio.BaseEventLoop) -> None:
        self.call_soon(tick, self)
        run_forever(self)

    asyncio.BaseEventLoop.run_forever = watched


if __name__ == "__main__":
    watch(sys.argv[1])
    command_line(sys.argv[2:])
