"""``sightline serve`` that watches its own event loop: ``python monitored_server.py LOG serve …``.

Every callback over two milliseconds goes into ``LOG`` as a JSON line, with its wall time and the CPU time of the loop's
own thread (which a loaded machine does not lengthen), and so do garbage collections, and a timer of 5 ms that came
late. Times are seconds of the monotonic clock, which all processes of one machine share.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from sightline.cli.main import main as command_line

#: What took less is not worth a line (seconds).
SHORTEST = 0.002
#: The stack of a callback that runs longer than this is looked at (seconds).
LOOKED_AT = 0.010
TICK = 0.005


class Watch:
    """The rows of the log: ``(kind, began, wall, cpu, where)``."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float, float, str]] = []
        self._since = 0.0
        self._where = ""
        self._thread = threading.get_ident()
        self._collection: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> None:
        """Watches from now on."""
        run, run_forever = asyncio.Handle._run, asyncio.BaseEventLoop.run_forever
        watch = self

        def watched_run(self: asyncio.Handle) -> None:
            watch._where = ""
            cpu = time.thread_time()
            watch._since = began = time.monotonic()
            try:
                run(self)
            finally:
                watch._since = 0.0
                watch._note("callback", began, time.thread_time() - cpu, watch._where)

        def watched_run_forever(self: asyncio.BaseEventLoop) -> None:
            watch._tick(self, self.time())
            run_forever(self)

        asyncio.Handle._run = watched_run
        asyncio.BaseEventLoop.run_forever = watched_run_forever
        gc.callbacks.append(self._collected)
        threading.Thread(target=self._look_for_ever, daemon=True).start()

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        """What comes late on the loop was held up by something, threads that keep the interpreter included."""
        self._note("late", due, 0.0, "")
        loop.call_at(loop.time() + TICK, self._tick, loop, loop.time() + TICK)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._collection = (time.monotonic(), time.thread_time())
        else:
            began, cpu = self._collection
            self._note("collection", began, time.thread_time() - cpu, f"generation {info['generation']}")

    def _note(self, kind: str, began: float, cpu: float, where: str) -> None:
        wall = time.monotonic() - began
        if wall > SHORTEST:
            self.rows.append((kind, began, wall, cpu, where))

    def _look_for_ever(self) -> None:
        own = threading.get_ident()
        while True:
            began = time.monotonic()
            time.sleep(LOOKED_AT / 2)
            late = time.monotonic() - began > 3 * LOOKED_AT
            since = self._since
            long = since and not self._where and time.monotonic() - since > LOOKED_AT
            if not (late or long):
                continue
            frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  Python has no other way
            if late:  # whoever kept the interpreter from this thread has hardly moved on since
                told = " | ".join(_stack(frame) for thread, frame in frames.items() if thread != own)
                self.rows.append(("kept", began, time.monotonic() - began, 0.0, told))
            if long:
                self._where = _stack(frames.get(self._thread))


def _stack(frame: FrameType | None) -> str:
    """The innermost functions of a thread."""
    stack = traceback.extract_stack(frame, limit=12)
    return " > ".join(f"{each.filename.rsplit('/', 1)[-1]}:{each.name}:{each.lineno}" for each in stack[-6:])


def main() -> int:
    """Serves, and writes the log when the session has ended."""
    watch = Watch()
    watch.begin()
    code: Any = 0
    try:
        command_line(sys.argv[2:])
    except SystemExit as end:
        code = end.code
    finally:
        Path(sys.argv[1]).write_text("".join(json.dumps(row) + "\n" for row in watch.rows), encoding="utf-8")
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
