"""Parsing processes that are none: they answer in this process, and die or hang when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from sightline.base.memory_system import ScriptedProcesses
from sightline.base.system import ChildProcess
from sightline.graph.frames import FrameReader, pack_frame
from sightline.graph.worker import answer_in_this_process

_Request = tuple[str, tuple[str, ...], Sequence[tuple[str, str]]]


class FakeWorker:
    """A worker that takes as many seconds for a file as ``act`` says of its path, and dies over it for ``None``."""

    pid = 1

    def __init__(self, act: Callable[[str], float | None]) -> None:
        self._act = act
        self._waiting: list[tuple[int, tuple[tuple[str, ...], str, str, str]]] = []
        self._reader = FrameReader()
        self._begun = False

    async def send(self, data: bytes) -> None:
        for task, roots, files in cast("list[_Request]", self._reader.feed(data)):
            self._waiting += [(at, (roots, path, language, task)) for at, (path, language) in enumerate(files)]

    async def receive(self) -> bytes:
        if not self._begun:
            self._begun = True
            return pack_frame("ready")
        at, file = self._waiting.pop(0)
        seconds = self._act(file[1])
        if seconds is None:
            return b""
        await asyncio.sleep(seconds)
        return pack_frame((at, *answer_in_this_process(*file)))

    async def stop(self) -> None:
        self._waiting.clear()


@dataclass
class FakeWorkers(ScriptedProcesses):
    """A machine whose workers are fakes, all of which ``act`` alike."""

    act: Callable[[str], float | None] = field(default=lambda _: 0.0)

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:
        del directory
        self.started.append(tuple(arguments))
        return FakeWorker(self.act)
