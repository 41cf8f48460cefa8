"""The pool of parsing processes, as seen from the event loop.

Files go out in chunks and come back one by one. A worker that dies or overruns takes its chunk with it; the files it
had not answered are sent again one at a time, and the one that kills a worker twice alone is reported as unparsed. What
a file may take is counted in CPU time: on a busy machine every file takes long. This file knows nothing of what is in a
blob.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from sightline.base.system import ChildProcess, Processes
from sightline.graph.frames import FACTS, FrameReader, pack_frame

#: Files per request: large enough to keep a worker busy, small enough to spread the last ones.
CHUNK_FILES = 32
#: The same for files that are only skimmed: these take about a tenth of the time.
SKIMMED_CHUNK = 256
#: A worker ends itself when one file takes more CPU time (seconds of user and system time together).
CPU_SECONDS_PER_FILE = 20.0
#: A worker that says nothing for this long (seconds of wall time) is stuck in the system: a network file that never
#: comes. It is far from what a file takes on a machine that is busy with thirty other things.
STUCK_SECONDS = 300.0
#: A worker that has not said "ready" by then cannot be used (a cold disk and a busy machine included).
SECONDS_TO_START = 60.0
#: Workers nobody needed for this long are ended: each holds some 30 MB.
IDLE_SECONDS = 15.0


class WorkersUnavailable(Exception):
    """No worker could be started here; the caller parses by itself."""


class FileRequest(NamedTuple):
    """A file to parse: its absolute path and its language's name."""

    path: str
    language: str


class FileAnswer(NamedTuple):
    """What became of one request. ``blob`` is empty when ``reason`` says why there are no facts.

    ``size`` and ``mtime_ns`` are those of the file that was read.
    """

    digest: str
    blob: bytes
    size: int
    mtime_ns: int
    reason: str


#: A worker that lives on without its parent ends this much later (seconds) than the parent would have ended it.
_GRACE = 5.0

_TIMEOUT, _CRASHED = "timeout", "crashed"
#: Reasons that lie in the worker as much as in the file: the same text may have its facts another time.
GIVEN_UP = frozenset((_TIMEOUT, _CRASHED))

Receive = Callable[[int, FileAnswer], None]
_Chunk = list[tuple[int, FileRequest]]


class WorkerPool:
    """Starts workers when there is work and ends them when there has been none for a while."""

    def __init__(
        self,
        processes: Processes,
        *,
        workers: int | None = None,
        cpu_seconds: float = CPU_SECONDS_PER_FILE,
        stuck_seconds: float = STUCK_SECONDS,
    ) -> None:
        self._processes = processes
        self._limits = (cpu_seconds, stuck_seconds)
        self._size = workers or max(1, min(8, os.cpu_count() or 1))
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._release: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Processes that run now."""
        return tuple(sorted(worker.process.pid for worker in (*self._idle, *self._busy)))

    async def parse(
        self, requests: Sequence[FileRequest], receive: Receive, *, roots: Sequence[str], task: str = FACTS
    ) -> None:
        """Parses ``requests``; calls ``receive(index, answer)`` once for each, in no particular order.

        With the task ``"imports"``, files are only skimmed: blobs are those of ``skim.py``. A file whose real path lies
        in none of ``roots`` (real paths themselves) is refused as ``outside_root``. Cancelling ends the workers in
        flight. Raises :class:`WorkersUnavailable` when none can be started; answers received before that stay valid.
        """
        if self._release:
            self._release.cancel()
        numbered = list(enumerate(requests))
        size = CHUNK_FILES if task == FACTS else SKIMMED_CHUNK
        chunks: deque[_Chunk] = deque(numbered[at : at + size] for at in range(0, len(numbered), size))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._size, len(chunks))):
                    group.create_task(self._run(_Job(task, roots, chunks, receive)))
        except ExceptionGroup as errors:
            # Not `except*`: Python before 3.11.4 hands on what is raised there inside a group, even when it is alone.
            unavailable, others = errors.split(WorkersUnavailable)
            if unavailable is None or others is not None:
                raise
            raise WorkersUnavailable(str(unavailable.exceptions[0])) from errors
        finally:
            loop = asyncio.get_running_loop()
            self._release = loop.call_later(IDLE_SECONDS, self._end_idle)

    async def close(self) -> None:
        """Ends every worker."""
        if self._release:
            self._release.cancel()
        self._end_idle()
        await asyncio.gather(*self._closing)

    def _end_idle(self) -> None:
        for worker in self._idle:
            task = asyncio.get_running_loop().create_task(worker.process.stop())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        self._idle.clear()

    async def _run(self, job: _Job) -> None:
        """One worker's share of the queue. Singles made of a broken chunk go to its end."""
        while job.chunks:
            worker = await self._take()
            chunk: _Chunk = []
            try:
                while job.chunks:
                    chunk = job.chunks.popleft()
                    await self._serve(worker, chunk, job)
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                job.chunks.extend(_survivors(chunk, error, job))
                await self._discard(worker)
            except BaseException:
                await asyncio.shield(self._discard(worker))
                raise
            else:
                self._busy.discard(worker)
                self._idle.append(worker)

    async def _serve(self, worker: _Worker, chunk: _Chunk, job: _Job) -> None:
        """Sends a chunk and hands on its answers, which are taken out of ``chunk`` as they come."""
        waiting = dict(chunk)
        order = [index for index, _ in chunk]
        files = [(request.path, request.language) for _, request in chunk]
        await worker.process.send(pack_frame((job.task, job.roots, files)))
        while waiting:
            async with asyncio.timeout(self._limits[1]):
                messages = await _messages(worker)
            for message in messages:
                at, digest, blob, size, mtime_ns, reason = cast("tuple[int, str, bytes, int, int, str]", message)
                index = order[at]
                del waiting[index]
                chunk[:] = waiting.items()
                job.receive(index, FileAnswer(digest, blob, size, mtime_ns, reason))

    async def _take(self) -> _Worker:
        worker = self._idle.pop() if self._idle else await _start(self._processes, *self._limits)
        self._busy.add(worker)
        return worker

    async def _discard(self, worker: _Worker) -> None:
        self._busy.discard(worker)
        await worker.process.stop()


@dataclass(frozen=True, slots=True)
class _Job:
    """``broke`` are files that a worker broke down over when it had no other."""

    task: str
    roots: Sequence[str]
    chunks: deque[_Chunk]
    receive: Receive
    broke: set[int] = field(default_factory=set[int])


class _Worker:
    __slots__ = ("process", "reader")

    def __init__(self, process: ChildProcess) -> None:
        self.process = process
        self.reader = FrameReader()


async def _start(processes: Processes, cpu_seconds: float, stuck_seconds: float) -> _Worker:
    # -P keeps the working directory off the import path: nothing of a workspace may ever be imported.
    program = (sys.executable, "-P", "-m", "sightline.graph.worker")
    arguments = (*program, str(os.getpid()), str(cpu_seconds), str(stuck_seconds + _GRACE))
    try:
        process = await processes.start(arguments, directory=os.path.dirname(sys.executable) or "/")
    except OSError as error:
        raise WorkersUnavailable(f"no worker can be started: {error}") from error
    worker = _Worker(process)
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            if await _messages(worker) != ["ready"]:
                raise EOFError
    except (EOFError, TimeoutError, ValueError) as error:
        await process.stop()
        raise WorkersUnavailable("a worker did not come up") from error
    except BaseException:
        await asyncio.shield(process.stop())
        raise
    return worker


async def _messages(worker: _Worker) -> list[object]:
    """The next whole messages. Raises ``EOFError`` when the worker is gone."""
    while True:
        data = await worker.process.receive()
        if not data:
            raise EOFError
        if messages := worker.reader.feed(data):
            return messages


def _survivors(chunk: _Chunk, error: Exception, job: _Job) -> Iterable[_Chunk]:
    """What is left of a chunk whose worker is gone, one by one.

    A file that was alone gets one more turn, for it may have been the machine: a worker killed to free memory. It is
    given up after that, and at once when the worker was stuck: that takes too long to see.
    """
    if len(chunk) != 1:
        return [[entry] for entry in chunk]
    ((index, _),) = chunk
    stuck = isinstance(error, TimeoutError)
    if not stuck and index not in job.broke:
        job.broke.add(index)
        return [chunk]
    job.receive(index, FileAnswer("", b"", 0, 0, _TIMEOUT if stuck else _CRASHED))
    return []
