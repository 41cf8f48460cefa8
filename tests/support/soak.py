"""Thousands of requests to model servers that fail in every way, and what must be left of them: nothing.

One in ten meets a fault, of each kind in turn, over four APIs. Every request has its own question and the server
answers each with its own number, so that a reply that was lost, given twice or given to another is seen.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sightline.base.database import Connection, open_cache, open_precious
from sightline.base.memory_system import memory_system
from sightline.base.real_clock import RealClock
from sightline.models import leases
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.cache import SCHEMA, VERSION, CachePolicy, ReplyCache, key_of
from sightline.models.client import EventListener, complete
from sightline.models.leases import LeaseBook
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, ModelResponse, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.presets import ApiName
from sightline.models.provider import Provider
from sightline.models.registry import PROVIDERS, open_provider
from sightline.models.replies import Replies
from sightline.models.shared_flights import SharedFlights
from sightline.models.spending import Account, SpendingLimits, accounted
from sightline.transport.gate import GatePolicy, GateState
from sightline.transport.policy import Limits, RetryPolicy
from sightline.transport.pool import Pool
from support.loopback import Exchange, LoopbackServer, Route
from support.voices import STOP, VOICES, Voice

#: Requests that each server is asked at once.
AT_A_SERVER = 25
APIS: tuple[ApiName, ...] = ("chat", "messages", "responses", "ollama")
CANCELLED = "cancelled"
#: What the server does to a request, and what is to come of it: "" for a reply all the same.
FAULTS: dict[str, ModelFailure | str] = {
    "500 then fine": "",
    "429 then fine": "",
    "503 then fine": "",
    "503 for ever": ModelFailure.OVERLOADED,
    "404": ModelFailure.NOT_FOUND,
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
#: Faults that another model is asked for.
HELPED_BY_ANOTHER = ("503 for ever", "404")


def fault_of(number: int) -> str:
    """The fault that request ``number`` meets, "" for none."""
    return _NAMES[number // 10 % len(_NAMES)] if number % 10 == 7 else ""


def wanted(number: int, *, another: bool = False) -> str:
    """What is to come of request ``number``: the value of a failure, ``cancelled``, or its own answer.

    ``another``: there is a model to ask instead.
    """
    name = fault_of(number)
    fault = FAULTS[name] if name and not (another and name in HELPED_BY_ANOTHER) else ""
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
    """Four APIs at one address. ``whole`` counts the whole replies that were sent, ``met`` the faults, by request.

    ``most`` is how many requests for a reply were under way at once. ``sound``: it meets no faults.
    """

    server: LoopbackServer
    whole: Counter[int] = field(default_factory=Counter[int])
    met: Counter[int] = field(default_factory=Counter[int])
    sound: bool = False
    most: int = 0
    _now: int = 0

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
        reply = self._reply(voice)

        async def route(exchange: Exchange) -> None:
            self._now += 1
            self.most = max(self.most, self._now)
            try:
                await reply(exchange)
            finally:
                self._now -= 1

        return route

    def _reply(self, voice: Voice) -> Route:
        async def reply(exchange: Exchange) -> None:
            asked = exchange.body.partition(b"question <")[2].partition(b">")[0]
            if not asked:  # the model is to be loaded
                return await exchange.answer(200, {"model": "tiny", "done": True, "done_reason": "load"})
            number = int(asked)
            fault = "" if self.sound else fault_of(number)
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

        return reply


def _giving(body: dict[str, object]) -> Route:
    return lambda exchange: exchange.answer(200, body)


async def _faulty(exchange: Exchange, voice: Voice, fault: str) -> None:
    refusals = {"500 then fine": 500, "429 then fine": 429, "503 then fine": 503, "503 for ever": 503, "404": 404}
    refusals["400"] = 400
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


def policy_of(api: ApiName, root: str, silence: float, *, shared: bool = False) -> ModelPolicy:
    """The model of ``api`` at ``root``; ``shared``: all windows together are held to its queue."""
    return ModelPolicy(
        kind=next(name for name, preset in PROVIDERS.items() if preset.api == api),
        name="tiny",
        base_url=f"{root}/{api}{VOICES[api].prefix}",
        retries=RetryPolicy(tries=3, first_wait=0.001),
        limits=Limits(connect=60, first_byte=60, between_bytes=silence),
        # One in ten fails, of a hundred at once many in a row: that is not a server to be left alone here.
        gate=GatePolicy(concurrent=AT_A_SERVER, failures=1_000_000, queue_seconds=600, shared=shared),
    )


def open_leases(folder: Path) -> Connection:
    """The database that all windows of ``folder`` share."""
    return open_cache(f"{folder}/leases.sqlite3", version=leases.VERSION, schema=leases.SCHEMA)


async def outcome_of(asking: asyncio.Future[str], begun: asyncio.Event, *, cancelled: bool) -> str:
    """What comes of a request, which is cancelled once its reply has ``begun`` where that is its fault."""
    if cancelled:
        await begun.wait()
        asking.cancel()
    try:
        return await asking
    except ModelError as error:
        return error.failure.value
    except asyncio.CancelledError:
        return CANCELLED


class Asking(Protocol):
    """A way to the servers."""

    @property
    def under_way(self) -> int:
        """How many requests are on their way."""
        ...

    async def ask(self, number: int) -> str:
        """What comes of request ``number``."""
        ...

    def held(self) -> list[str]:
        """What is held of queues."""
        ...


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
        self.book = LeaseBook(open_leases(self.folder), self.clock)
        self.replies = Replies(ReplyCache(connection, CachePolicy(similar=False), self.clock), SharedFlights(self.book))
        for api in APIS:
            policy = policy_of(api, self.root, self.silence)
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

        async def asked() -> str:
            return (await self.replies.ask(key, start, listen)).response.text

        key = key_of(policy, request, task="ask", question=text)
        return await outcome_of(asyncio.ensure_future(asked()), begun, cancelled=fault_of(number) == "cancelled")

    @property
    def under_way(self) -> int:
        """How many requests are on their way."""
        return self.replies.under_way

    def held(self) -> list[str]:
        """What is held of queues."""
        return held_of(self.pool.gates.states())

    async def close(self) -> None:
        """Closes all of it."""
        await self.replies.settled()
        self.replies.close()
        self.book.close()
        self.ledger.close()
        await self.pool.close()


def held_of(states: Mapping[str, GateState]) -> list[str]:
    """Places in queues that are held."""
    return [f"{where}: {state}" for where, state in states.items() if state.active or state.waiting]


async def at_a_time(door: Asking, numbers: Iterable[int], most: int, seen: Callable[[int, str], None]) -> None:
    """Asks all of ``numbers``, ``most`` at a time, and tells what comes of each."""
    left = iter(numbers)

    async def work() -> None:
        for number in left:
            seen(number, await door.ask(number))

    async with asyncio.TaskGroup() as group:
        for _ in range(most):
            group.create_task(work())


def left_over(door: Asking, server: LoopbackServer, before: set[asyncio.Task[object]]) -> list[str]:
    """What is left of requests that have all ended, and should not be."""
    held = door.held()
    tasks = [repr(task) for task in asyncio.all_tasks() - before if not task.done()]
    counts = {"requests on their way": door.under_way, "connections at the server": server.open}
    return [*held, *tasks, *(f"{count} {what}" for what, count in counts.items() if count)]
