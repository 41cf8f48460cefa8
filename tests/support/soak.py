"""Thousands of requests to model servers that fail in every way, and what must be left of them: nothing.

One in ten meets a fault, of each kind in turn, over four APIs. Every request has its own question and the server
answers each with its own number, so that a reply that was lost, given twice or given to another is seen.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sightline.base.database import open_cache, open_precious
from sightline.base.memory_system import memory_system
from sightline.base.real_clock import RealClock
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.cache import SCHEMA, VERSION, CachePolicy, ReplyCache, key_of
from sightline.models.client import EventListener, complete
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, ModelResponse, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.presets import ApiName
from sightline.models.provider import Provider
from sightline.models.registry import PROVIDERS, open_provider
from sightline.models.replies import Replies
from sightline.models.spending import Account, SpendingLimits, accounted
from sightline.transport.gate import GatePolicy
from sightline.transport.policy import Limits, RetryPolicy
from sightline.transport.pool import Pool
from support.loopback import Exchange, LoopbackServer, Route
from support.voices import STOP, VOICES, Voice

APIS: tuple[ApiName, ...] = ("chat", "messages", "responses", "ollama")
CANCELLED = "cancelled"
#: What the server does to a request, and what is to come of it: "" for a reply all the same.
FAULTS: dict[str, ModelFailure | str] = {
    "500 then fine": "",
    "429 then fine": "",
    "503 then fine": "",
    "400": ModelFailure.BAD_REQUEST,
    "error in the stream": ModelFailure.SERVER,
    "malformed": ModelFailure.PROTOCOL,
    "a huge line": ModelFailure.PROTOCOL,
    "no end": ModelFailure.PROTOCOL,
    "reset": ModelFailure.SERVER,
    "silence": ModelFailure.TIMEOUT,
    "nothing": ModelFailure.EMPTY_REPLY,
    "another kind": ModelFailure.PROTOCOL,
    "cancelled": CANCELLED,
}
_NAMES = tuple(FAULTS)


def fault_of(number: int) -> str:
    """The fault that request ``number`` meets, "" for none."""
    return _NAMES[number // 10 % len(_NAMES)] if number % 10 == 7 else ""


def wanted(number: int) -> str:
    """What is to come of request ``number``: the value of a failure, ``cancelled``, or its own answer."""
    fault = FAULTS[fault_of(number)] if fault_of(number) else ""
    return str(fault) or f"answer {number}."


def abort(exchange: Exchange) -> None:
    """Resets the connection: what was not read is lost, and no end is told."""
    raw: socket.socket = exchange.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.writer.transport.abort()


class _Unkept(list[Exchange]):
    """Exchanges that are forgotten: thousands of them would be the growth that is looked for."""

    def append(self, object: Exchange, /) -> None:  # noqa: A002  the name that ``list`` gives it
        pass


@dataclass
class Servers:
    """Four APIs at one address. ``whole`` counts the whole replies that were sent, ``met`` the faults, by request."""

    server: LoopbackServer
    whole: Counter[int] = field(default_factory=Counter[int])
    met: Counter[int] = field(default_factory=Counter[int])

    def __post_init__(self) -> None:
        self.server.exchanges = _Unkept()
        for api in APIS:
            voice = VOICES[api]
            prefix = f"/{api}{voice.prefix}"
            for path in voice.lists:
                listed = f"/{api}{path}"
                self.server.routes[f"GET {listed.partition('?')[0]}"] = _giving({**voice.listing(["tiny"])})
            for path, status in voice.status.items():
                self.server.routes[f"GET /{api}{path}"] = _giving({**status})
            self.server.routes[f"POST {prefix}{voice.path}"] = self._route(voice)

    def _route(self, voice: Voice) -> Route:
        async def route(exchange: Exchange) -> None:
            asked = exchange.body.partition(b"question <")[2].partition(b">")[0]
            if not asked:  # the model is to be loaded
                return await exchange.answer(200, {"model": "tiny", "done": True, "done_reason": "load"})
            number = int(asked)
            fault = fault_of(number)
            if fault and not (FAULTS[fault] == "" and self.met[number]):
                self.met[number] += 1
                return await _faulty(exchange, voice, fault)
            await exchange.begin(200, content_type=voice.media_type, connection="close")
            await exchange.send(voice.begin + voice.comment)
            for text in ("answer ", str(number)):
                await exchange.send(voice.text(text))
            await exchange.send(voice.text(".") + voice.end(STOP, 20))
            self.whole[number] += 1
            return None

        return route


def _giving(body: dict[str, object]) -> Route:
    return lambda exchange: exchange.answer(200, body)


async def _faulty(exchange: Exchange, voice: Voice, fault: str) -> None:
    refusals = {"500 then fine": 500, "429 then fine": 429, "503 then fine": 503, "400": 400}
    if fault in refusals:
        return await exchange.answer(refusals[fault], {**voice.refusal("", "not now")}, retry_after="0")
    if fault == "another kind":
        return await exchange.answer(200, "<html>Welcome</html>", content_type="text/html")
    await exchange.begin(200, content_type=voice.media_type, connection="close")
    data = b"data: " if voice.media_type == "text/event-stream" else b""
    ends = {
        "error in the stream": voice.failure("server_error", "broken"),
        "malformed": data + b"{not json\n\n",
        "a huge line": data + b"x" * (5 << 20),
    }
    if fault != "nothing":
        await exchange.send(voice.begin + voice.text("half"))
    await exchange.send(ends.get(fault, b""))
    if fault == "reset":
        abort(exchange)
    elif fault in ("silence", "cancelled"):
        await exchange.end_of_file()
    return None


@dataclass
class Door:
    """What a request passes on its way to a server, as tasks ask: replies from before and one for many, the account,
    the check of the prompt, retries, the gate. All in ``folder``, which other processes may share."""

    folder: Path
    root: str
    silence: float = 5.0
    pool: Pool = field(default_factory=Pool)
    providers: list[tuple[ModelPolicy, Provider]] = field(default_factory=list[tuple[ModelPolicy, Provider]])

    async def open(self) -> None:
        """Opens providers and databases."""
        self.clock = RealClock()
        self.ledger = Ledger(open_precious(f"{self.folder}/usage.sqlite3", migrations=MIGRATIONS), self.clock)
        connection = open_cache(f"{self.folder}/replies.sqlite3", version=VERSION, schema=SCHEMA)
        self.replies = Replies(ReplyCache(connection, CachePolicy(similar=False), self.clock))
        for api in APIS:
            kind = next(name for name, preset in PROVIDERS.items() if preset.api == api)
            policy = ModelPolicy(
                kind=kind,
                name="tiny",
                base_url=f"{self.root}/{api}{VOICES[api].prefix}",
                retries=RetryPolicy(tries=3, first_wait=0.001),
                limits=Limits(connect=60, first_byte=60, between_bytes=self.silence),
                # One in ten fails, of a hundred at once many in a row: that is not a server to be left alone here.
                gate=GatePolicy(concurrent=25, failures=1_000_000, queue_seconds=600),
            )
            self.providers.append((policy, await open_provider(policy, memory_system(), pool=self.pool)))

    async def ask(self, number: int) -> str:
        """What comes of request ``number``."""
        policy, provider = self.providers[(number + number // 10) % len(self.providers)]  # every fault over every API
        text = f"question <{number}>"
        request = ModelRequest(model="tiny", messages=(Message(role="user", content=text),), prompt_tokens=20)
        account = Account(self.ledger, policy, SpendingLimits(), self.clock, turn=str(number), task="ask")
        begun = asyncio.Event()

        async def start(hear: EventListener) -> ModelResponse:
            work = complete(provider, request, clock=self.clock, listener=hear)
            return await accounted(account, request, work, self.clock)

        def listen(_: StreamEvent) -> None:
            begun.set()

        key = key_of(policy, request, task="ask", question=text)
        asking = asyncio.ensure_future(self.replies.ask(key, start, listen))
        if fault_of(number) == "cancelled":
            await begun.wait()
            asking.cancel()
        try:
            return (await asking).response.text
        except ModelError as error:
            return error.failure.value
        except asyncio.CancelledError:
            return CANCELLED

    async def close(self) -> None:
        """Closes all of it."""
        self.replies.close()
        self.ledger.close()
        await self.pool.close()


async def at_a_time(door: Door, numbers: Iterable[int], most: int, seen: Callable[[int, str], None]) -> None:
    """Asks all of ``numbers``, ``most`` at a time, and tells what comes of each."""
    left = iter(numbers)

    async def work() -> None:
        for number in left:
            seen(number, await door.ask(number))

    async with asyncio.TaskGroup() as group:
        for _ in range(most):
            group.create_task(work())


def left_over(door: Door, server: LoopbackServer, before: set[asyncio.Task[object]]) -> list[str]:
    """What is left of requests that have all ended, and should not be."""
    states = door.pool.gates.states().items()
    held = [f"{where}: {state}" for where, state in states if state.active or state.waiting]
    tasks = [repr(task) for task in asyncio.all_tasks() - before if not task.done()]
    counts = {"requests on their way": door.replies.under_way, "connections at the server": server.open}
    return [*held, *tasks, *(f"{count} {what}" for what, count in counts.items() if count)]
