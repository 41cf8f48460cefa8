"""The same soak through the one door by which tasks ask: fallbacks, leases, residency, time limits, the record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sightline.base.database import open_cache, open_precious
from sightline.base.machine_memory import MachineMemory
from sightline.base.memory_system import memory_system
from sightline.base.real_clock import RealClock
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.cache import SCHEMA, VERSION, CachePolicy, ReplyCache
from sightline.models.gateway import Gateway, ModelStores
from sightline.models.leases import LeaseBook
from sightline.models.local_servers import LocalServers
from sightline.models.members import Member, ModelSet
from sightline.models.messages import Message, StreamEvent
from sightline.models.parameters import Wanted
from sightline.models.questions import About, Hearing, Question, Target
from sightline.models.replies import Replies
from sightline.models.residency import ResidencyPolicy
from sightline.models.routing import Asked, Routing
from sightline.models.shared_flights import SharedFlights
from support.soak import APIS, fault_of, held_of, open_leases, outcome_of, policy_of

#: The model that is asked where another one failed, and how many conversations there are in turn.
SPARE, CONVERSATIONS = "spare", 1_500
_GIGABYTE = 1 << 30


def _memory() -> MachineMemory:
    return MachineMemory(total=64 * _GIGABYTE, available=32 * _GIGABYTE)


@dataclass
class GatewayDoor:
    """A window's models: one of each API at ``root``, and one at ``spare`` for what they cannot answer."""

    folder: Path
    root: str
    spare: str
    silence: float = 5.0
    passed: int = field(default=0, init=False)

    async def open(self) -> None:
        """Opens the door and its databases."""
        system = replace(memory_system(), clock=RealClock())
        self.ledger = Ledger(open_precious(f"{self.folder}/usage.sqlite3", migrations=MIGRATIONS), system.clock)
        book = LeaseBook(open_leases(self.folder), system.clock)
        connection = open_cache(f"{self.folder}/replies.sqlite3", version=VERSION, schema=SCHEMA)
        cache = ReplyCache(connection, CachePolicy(similar=False), system.clock)
        self.replies = Replies(cache, SharedFlights(book))
        stores = ModelStores(ledger=self.ledger, replies=self.replies, leases=book)
        self.local = LocalServers(ResidencyPolicy(), system.clock, stays=True, memory=_memory)
        self.gateway = Gateway(system, lambda: stores, None, self.local)
        members: Mapping[str, Member] = {
            **{api: Member(name=api, policy=policy_of(api, self.root, self.silence, shared=True)) for api in APIS},
            SPARE: Member(name=SPARE, policy=policy_of("chat", self.spare, self.silence, shared=True)),
        }
        self.models = ModelSet(members=members, routing=Routing(primary=APIS[0], fallback=(SPARE,)))

    @property
    def under_way(self) -> int:
        """How many requests are on their way."""
        return self.replies.under_way

    def held(self) -> list[str]:
        """What is held of queues."""
        return held_of(self.gateway.gates())

    async def ask(self, number: int) -> str:
        """What comes of request ``number``."""
        named = APIS[(number + number // 10) % len(APIS)]  # every fault over every API
        begun = asyncio.Event()
        asking = asyncio.ensure_future(self._asked(number, named, begun))
        return await outcome_of(asking, begun, cancelled=fault_of(number) == "cancelled")

    async def _asked(self, number: int, named: str, begun: asyncio.Event) -> str:
        text = f"question <{number}>"

        async def fit(_: Target) -> tuple[tuple[Message, ...], int]:
            return (Message(role="user", content=text),), 20

        def listen(_: StreamEvent) -> None:
            begun.set()

        about = About(turn=str(number), task="explain", conversation=f"conversation {number % CONVERSATIONS}")
        turn = await self.gateway.turn(self.models, Asked(role="chat", text=text, named=named), about)
        question = Question(wanted=Wanted(task_type="explain"), fit=fit, words=text, reusable=True)
        given = await turn.ask(question, Hearing(event=listen, begun=lambda: None, told=lambda _: None))
        self.passed += bool(given.answered.passed)
        return given.response.text

    async def close(self) -> None:
        """Closes all of it."""
        await self.gateway.settled()
        await self.local.close()
        await self.gateway.close()
