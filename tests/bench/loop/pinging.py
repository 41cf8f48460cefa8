"""A client that talks to a server process, and pings it and an echo process side by side, every 5 ms or less often."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

EVERY = 0.005
HERE = Path(__file__).resolve().parent
_LIMIT = 1 << 26

#: (sent at, round trip), in seconds of the monotonic clock.
Trip = tuple[float, float]


@dataclass
class Session:
    """A server process that was greeted, and what its pings took."""

    process: Process
    trips: list[Trip] = field(default_factory=list[Trip])
    echoes: list[Trip] = field(default_factory=list[Trip])
    states: list[str] = field(default_factory=list[str])
    _waiting: dict[int, tuple[float, asyncio.Future[Any] | None]] = field(
        default_factory=dict[int, "tuple[float, asyncio.Future[Any] | None]"]
    )
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def notify(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._send({"method": method, "params": params})

    async def request(self, method: str, params: object) -> Any:
        """Sends a request and waits for its answer. Raises ``RuntimeError`` for an error."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._ask(method, params, answer)
        return await answer

    async def command(self, name: str, arguments: object = None) -> Any:
        """Runs a command of the server."""
        given: list[object] = [] if arguments is None else [arguments]
        return await self.request("workspace/executeCommand", {"command": name, "arguments": given})

    async def ready(self) -> None:
        """Waits until the index is there."""
        while not self.states or self.states[-1] not in ("ready", "failed"):
            self._changed.clear()
            await self._changed.wait()

    async def quiet(self, seconds: float) -> None:
        """Waits until the server's revision stays what it was for so long."""
        before = -1
        while True:
            revision = (await self.command("sightline.status"))["revision"]
            await asyncio.sleep(seconds)
            if revision == before:
                return
            before = revision

    def ping(self) -> None:
        """Asks for the status; only the time of the answer counts."""
        self._ask("workspace/executeCommand", {"command": "sightline.status"}, None)

    def _ask(self, method: str, params: object, answer: asyncio.Future[Any] | None) -> None:
        number = next(self._numbers)
        self._waiting[number] = (time.monotonic(), answer)
        self._send({"id": number, "method": method, "params": params})

    def _send(self, message: Mapping[str, object]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def listen(self) -> None:
        """Reads answers until the server is gone."""
        assert self.process.stdout is not None
        with suppress(asyncio.IncompleteReadError):
            while True:
                head = await self.process.stdout.readuntil(b"\r\n\r\n")
                body = await self.process.stdout.readexactly(int(head.split(b":")[1].split(b"\r\n")[0]))
                self._receive(time.monotonic(), json.loads(body))

    def _receive(self, now: float, message: dict[str, Any]) -> None:
        if "method" in message:
            if "id" in message:  # progress, registrations: whatever the server wants, it gets
                self._send({"id": message["id"], "result": None})
            if message["method"] == "sightline/statusChanged":
                self.states.append(message["params"]["state"])
                self._changed.set()
            return
        sent, answer = self._waiting.pop(message["id"])
        if answer is None:
            self.trips.append((sent, now - sent))
        elif "error" in message:
            answer.set_exception(RuntimeError(message["error"]["message"]))
        else:
            answer.set_result(message["result"])


@asynccontextmanager
async def serving(
    root: Path, log: Path, environment: Mapping[str, str], *, server: str = "monitored_server.py", every: float = EVERY
) -> AsyncGenerator[Session]:
    """A session on ``root``: greeted, pinged from the first moment, ended in order. ``log``: see the ``server``."""
    own = Path(__file__).with_name(server)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(own), str(log), "serve", stdin=PIPE, stdout=PIPE, env=dict(environment), limit=_LIMIT
    )
    session = Session(process)
    echo = await asyncio.create_subprocess_exec(sys.executable, str(HERE / "echo.py"), stdin=PIPE, stdout=PIPE)
    tasks = [asyncio.create_task(session.listen())]
    capabilities = {
        "window": {"workDoneProgress": True},
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
        "general": {"positionEncodings": ["utf-8"]},
    }
    folders = [{"uri": root.as_uri(), "name": root.name}]
    try:
        await session.request(
            "initialize",
            {"processId": None, "rootUri": None, "capabilities": capabilities, "workspaceFolders": folders},
        )
        tasks += [asyncio.create_task(_hear(session, echo)), asyncio.create_task(_ping(session, echo, every))]
        session.notify("initialized", {})
        yield session
        tasks.pop().cancel()
        await session.request("shutdown", None)
        session.notify("exit", None)
        await process.wait()
    finally:
        for task in tasks:
            task.cancel()
        for each in (process, echo):
            if each.returncode is None:
                each.kill()
                await each.wait()


async def _ping(session: Session, echo: Process, every: float) -> None:
    assert echo.stdin is not None
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        session.ping()
        echo.stdin.write(b"%.9f\n" % time.monotonic())
        due = max(due + every, loop.time())
        await asyncio.sleep(due - loop.time())


async def _hear(session: Session, echo: Process) -> None:
    assert echo.stdout is not None
    while line := await echo.stdout.readline():
        sent = float(line)
        session.echoes.append((sent, time.monotonic() - sent))


def spread(trips: list[Trip], since: float, until: float) -> dict[str, float]:
    """Median, 99th percentile and maximum of the trips that began then, in milliseconds."""
    times = [1_000 * trip for sent, trip in trips if since <= sent <= until]
    if len(times) < 2:
        return {}
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(statistics.median(times), 1), "p99": round(cuts[-1], 1), "max": round(max(times), 1)}
