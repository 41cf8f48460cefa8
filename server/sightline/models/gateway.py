"""The one door by which tasks ask models: it chooses who answers, asks, and goes on to the next where that can help.

For each request: route, privacy, a prompt that fits the model, money, a reply from before or one request for all who
ask the same, the server's queue and breaker, the reply and its verification, the record. Each is a module of its own.

Another model is asked only where it can help, and only while nothing of a reply was seen: a server that cannot be
reached or has too much to do, a model that is gone or has no room for the prompt. Never for a key that is refused, a
limit on money, privacy, or a request that the user ended.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import TYPE_CHECKING

from sightline.base.system import System
from sightline.models.accounting import Ledger
from sightline.models.cache import key_of
from sightline.models.calibration import Calibration
from sightline.models.client import EventListener, complete
from sightline.models.leases import LeaseBook
from sightline.models.local_servers import LocalServers
from sightline.models.members import Member, ModelSet, where_of
from sightline.models.messages import (
    Message,
    ModelError,
    ModelFailure,
    ModelRequest,
    ModelResponse,
    TextDelta,
    Usage,
)
from sightline.models.parameters import Wanted
from sightline.models.policy import ModelPolicy, request_for
from sightline.models.privacy import refuse_handing_on
from sightline.models.provider import Provider
from sightline.models.questions import About, Answered, Given, Heard, Hearing, Question, Target
from sightline.models.registry import open_provider, pool_for
from sightline.models.replies import Replies, Waiting
from sightline.models.room import room_of
from sightline.models.routing import Asked, Candidate, Record, Routable, Route, Why, choose_route, lightened
from sightline.models.serving import Hearing as ServedHearing
from sightline.models.serving import Serving
from sightline.models.spending import Account, accounted
from sightline.models.tokens import TokenCounter

if TYPE_CHECKING:
    from sightline.transport.gate import GateState
    from sightline.transport.pool import Pool

#: Failures of one model that another need not have. A server may be at work on what timed out: only time is lost.
HELPED = frozenset(
    {
        ModelFailure.UNREACHABLE,
        ModelFailure.TIMEOUT,
        ModelFailure.CIRCUIT_OPEN,
        ModelFailure.QUEUE_FULL,
        ModelFailure.OVERLOADED,
        ModelFailure.RATE_LIMITED,
        ModelFailure.SERVER,
        ModelFailure.WINDOW_EXCEEDED,
        ModelFailure.OUTPUT_LIMIT,
        ModelFailure.NOT_FOUND,
        ModelFailure.LOADING,
        ModelFailure.LOAD_FAILED,
        ModelFailure.OUT_OF_MEMORY,
    }
)
#: Seconds for which a failure counts against a fallback, and for which its replies are remembered.
_LATELY, _LEARNED = 300.0, 30 * 86_400.0
#: Conversations whose model is remembered.
_CONVERSATIONS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStores:
    """What is kept of requests: what they were, the replies for a while, and who asks which server now.

    ``None`` where that cannot be.
    """

    ledger: Ledger | None = None
    replies: Replies | None = None
    leases: LeaseBook | None = None

    def close(self) -> None:
        """Closes all of them."""
        if self.ledger is not None:
            self.ledger.close()
        if self.replies is not None:
            self.replies.close()
        if self.leases is not None:
            self.leases.close()


class Gateway:
    """The models of one engine: opened when they are first asked. Use it from one event loop."""

    def __init__(
        self,
        system: System,
        stores: Callable[[], ModelStores],
        calibration: Calibration | None = None,
        local: LocalServers | None = None,
    ) -> None:
        """``local`` sees that a model is there, who else asks its server, and how long it is waited for.

        It is the caller's to close, before this.
        """
        self.system = system
        self.calibration = calibration
        self._open_stores = stores
        self._local = local
        self._serving: Serving | None = None
        self._stores: asyncio.Future[ModelStores] | None = None
        self._providers: dict[str, Provider] = {}
        self._pool: Pool | None = None
        self._opening = asyncio.Lock()
        self._conversations: OrderedDict[str, tuple[str, bool]] = OrderedDict()
        self._told: set[str] = set()
        self.last: Answered | None = None

    async def turn(self, models: ModelSet, asked: Asked, about: About) -> TurnModels:
        """Who may answer one turn. Raises as :func:`sightline.models.routing.choose_route`."""
        sticky, private = self._conversations.get(about.conversation, ("", False))
        asked = replace(asked, sticky=asked.sticky or sticky, private=asked.private or private)
        stores = await self.stores()
        routables = {name: member.routable() for name, member in models.members.items()}
        records = await self._records(models, stores.ledger)
        route = await asyncio.to_thread(choose_route, asked, models.routing, routables, records)
        route = await self._lightened(route, models, routables)
        return TurnModels(self, models, route, stores, about)

    async def stores(self) -> ModelStores:
        """What is kept of requests, opened when it is first needed."""
        if self._stores is None:
            self._stores = asyncio.ensure_future(asyncio.to_thread(self._open_stores))
        return await asyncio.shield(self._stores)

    async def provider(self, member: Member) -> Provider:
        """The way to ``member``. Raises what is wrong with its settings."""
        if member.policy is None:
            assert member.error is not None, "a member has a policy or an error"
            raise member.error
        async with self._opening:
            if member.name not in self._providers:
                if self._pool is None:
                    # One for all: what asks the same server shares its queue and its breaker.
                    self._pool = await asyncio.to_thread(pool_for, member.policy)
                    if self._pool is not None and self._local is not None:
                        self._local.attach(self._pool, (await self.stores()).leases)
                self._providers[member.name] = await open_provider(member.policy, self.system, pool=self._pool)
            return self._providers[member.name]

    async def serving(self) -> Serving | None:
        """What sees that models are there, made when it is first needed."""
        if self._serving is None and self._local is not None:
            self._serving = self._local.serving((await self.stores()).ledger)
        return self._serving

    def gates(self) -> Mapping[str, GateState]:
        """The queue and the breaker of each server that was asked, by its address."""
        return self._pool.gates.states() if self._pool is not None else {}

    def is_news(self, sentence: str) -> bool:
        """Whether ``sentence`` was not told yet."""
        new = sentence not in self._told
        self._told.add(sentence)
        return new

    def holds(self, conversation: str, name: str, *, private: bool) -> None:
        """Remembers which model a conversation is with."""
        if not conversation:
            return
        self._conversations.setdefault(conversation, (name, private))
        self._conversations.move_to_end(conversation)
        if len(self._conversations) > _CONVERSATIONS:
            self._conversations.popitem(last=False)

    async def settled(self) -> None:
        """Waits until other windows know of what is no longer asked here. Before the local servers are closed."""
        if self._stores is not None and (replies := (await self._stores).replies) is not None:
            await replies.settled()

    def held(self, conversation: str) -> tuple[str, bool]:
        """Which model a conversation is with ("" for none), and whether it is one of private models so far."""
        return self._conversations.get(conversation, ("", False))

    async def close(self) -> None:
        """Closes connections and the record. May be called twice."""
        await self.settled()
        providers, self._providers = self._providers, {}
        for provider in providers.values():
            await provider.close()
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        if self._stores is not None:
            stores, self._stores = await self._stores, None
            await asyncio.to_thread(stores.close)

    async def _lightened(self, route: Route, models: ModelSet, routables: Mapping[str, Routable]) -> Route:
        """``route``, with a lighter model first while memory is short and the heavier one is not loaded anyway."""
        member = models.members[route.candidates[0].name]
        serving, policy = await self.serving(), member.policy
        if serving is None or policy is None or not policy.gate.here or lightened(route, routables, "") is route:
            return route
        provider, need = await self.provider(member), routables[member.name].need or 0.0
        short, room = await serving.pressed(policy), None
        if not short and ((room := await serving.room(provider, policy)) is None or need <= room):
            return route
        if await serving.holds(provider, policy):
            return route  # What is loaded costs nothing more; another one would.
        short = short or f"{member.name} needs about {need:.0f} GB and {room or 0:.0f} GB are free"
        return lightened(route, routables, short, room)

    async def _records(self, models: ModelSet, ledger: Ledger | None) -> Mapping[str, Record]:
        """How the fallbacks did before, where that can change their order."""
        if ledger is None or len(models.routing.fallback) < 2:
            return {}
        now = self.system.clock.now()
        found = await asyncio.to_thread(ledger.outcomes, lately=now - _LATELY, since=now - _LEARNED)
        by_name: dict[str, Record] = {}
        for name, member in models.members.items():
            if member.policy is not None and (row := found.get(f"{member.policy.kind}:{member.policy.name}")):
                by_name[name] = Record(failed=row.failed, judged=row.judged, success=row.success)
        return by_name


class TurnModels:
    """The models of one turn. What answered first answers the rest of it, for as long as it can."""

    def __init__(self, gateway: Gateway, models: ModelSet, route: Route, stores: ModelStores, about: About) -> None:
        self._gateway = gateway
        self._models = models
        self._route = route
        self._stores = stores
        self._about = about
        self._number = 0
        self._passed: list[Candidate] = []
        self.answered: Answered | None = None

    @property
    def private(self) -> bool:
        """Whether private models alone are asked what this turn is about, but for the user's leave."""
        return self._route.private

    async def ask(self, question: Question, hearing: Hearing) -> Given:
        """The reply of the first model that can answer. Raises ``ModelError``, and ``SightlineError`` of settings."""
        candidates = self._route.candidates
        first: ModelError | None = None
        while True:
            heard = Heard(hearing.event)
            candidate = candidates[self._number]
            try:
                given = await self._asked(candidate, question, replace(hearing, event=heard))
            except ModelError as error:
                first = first or error
                last = self._number + 1 >= len(candidates)
                if error.failure not in HELPED or heard.anything or last:
                    raise self._failed(first, error, candidate) from None
                self._passed.append(Candidate(name=candidate.name, reason=error.message))
                self._number += 1
                after = candidates[self._number]
                hearing.told(f"{candidate.name}: {error.message} {after.name} is asked instead ({after.reason}).")
                continue
            self.answered = self._gateway.last = given.answered
            self._gateway.holds(self._about.conversation, candidate.name, private=self._route.private)
            return given

    async def judged(self, verdict: str) -> None:
        """Writes down what came of the turn."""
        name = self._route.candidates[self._number].name
        policy = self._models.members[name].policy
        if policy is not None and (account := self._account(policy)) is not None:
            await account.judged(verdict)

    def _account(self, policy: ModelPolicy) -> Account | None:
        if self._stores.ledger is None:
            return None
        clock = self._gateway.system.clock
        return Account(
            self._stores.ledger, policy, self._models.spending, clock, turn=self._about.turn, task=self._about.task
        )

    async def _asked(self, candidate: Candidate, question: Question, hearing: Hearing) -> Given:
        member = self._models.members[candidate.name]
        provider = await self._gateway.provider(member)
        policy = member.policy
        assert policy is not None, "a member without a policy has no provider"
        await self._keep_private(policy, provider)
        room, assumed = await room_of(provider, policy)
        if assumed and self._gateway.is_news(assumed):
            hearing.told(assumed)
        calibration = self._gateway.calibration
        counter = await asyncio.to_thread(calibration.counter, policy) if calibration is not None else TokenCounter()
        messages, tokens = await question.fit(Target(policy=policy, room=room, number=self._number, counter=counter))
        wanted = replace(question.wanted, expected_tokens=max(question.wanted.expected_tokens, question.expects()))
        request = await self._request(policy, messages, tokens, wanted, hearing)
        account = self._account(policy)
        replies = self._stores.replies if question.reusable else None
        if replies is None:
            hearing.begun()
            response = await self._completed(provider, policy, request, account, hearing)
            return Given(response=response, answered=self._answer(policy, candidate))

        async def start(hear: EventListener) -> ModelResponse:
            hearing.begun()
            return await self._completed(provider, policy, request, account, replace(hearing, event=hear))

        key = key_of(policy, request, task=question.wanted.task_type, question=question.words)
        waiting = Waiting(seconds=policy.gate.queue_seconds, told=hearing.told)
        reply = await replies.ask(key, start, hearing.event, fresh=question.fresh, waiting=waiting)
        answered = self._answer(policy, candidate)
        if reply.cached is None:
            return Given(response=reply.response, answered=answered)
        if account is not None:
            await account.reused(reply.response)
        if isawaitable(waiting := hearing.event(TextDelta(text=reply.response.text))):
            await waiting
        alike = " to nearly the same question" if reply.cached.alike else ""
        age = f"{reply.cached.age_seconds:.0f} s" if reply.cached.age_seconds >= 1 else "a moment"
        reused = f"This is the reply of {age} ago{alike}; add --fresh to ask the model anew."
        return Given(response=replace(reply.response, usage=Usage()), answered=answered, reused=reused)

    async def _keep_private(self, policy: ModelPolicy, provider: Provider) -> None:
        """A server of one's own that hands the model on to a cloud is that cloud, whatever its address says."""
        route, never = self._route, self._models.routing.cloud == "never"
        chosen = self._number == 0 and route.why in (Why.PRIMARY, Why.NAMED) and not never
        if not chosen and route.stays:
            await refuse_handing_on(policy, provider)

    async def _request(
        self, policy: ModelPolicy, messages: tuple[Message, ...], tokens: int, wanted: Wanted, hearing: Hearing
    ) -> ModelRequest:
        calibration, margin = self._gateway.calibration, None
        if calibration is not None:
            tokens, margin = await asyncio.to_thread(calibration.count, policy, messages)
        request = request_for(policy, messages, wanted, prompt_tokens=tokens, prompt_margin=margin)
        serving = await self._gateway.serving()
        short = await serving.pressed(policy) if serving is not None else ""
        if not short:
            return request
        less = request_for(policy, messages, wanted, prompt_tokens=tokens, prompt_margin=margin, pressed=True)
        if less.max_output_tokens != request.max_output_tokens:
            hearing.told(f"The reply may have {less.max_output_tokens:,} tokens: {short}.")
        return less

    async def _completed(
        self,
        provider: Provider,
        policy: ModelPolicy,
        request: ModelRequest,
        account: Account | None,
        hearing: Hearing,
    ) -> ModelResponse:
        clock, calibration = self._gateway.system.clock, self._gateway.calibration
        if account and (unheld := account.unheld(request)) and self._gateway.is_news(unheld):
            hearing.told(unheld)
        serving = await self._gateway.serving()
        if serving is None:
            work = complete(provider, request, clock=clock, listener=hearing.event, window=policy.window)
        else:
            heard = ServedHearing(listener=hearing.event, warn=hearing.told)
            work = serving.complete(provider, policy, request, clock=clock, hearing=heard)
        response = await (accounted(account, request, work, clock) if account else work)
        if calibration is not None and request.prompt_tokens is not None:
            reported = response.usage.prompt_tokens
            await asyncio.to_thread(calibration.observe, policy, estimated=request.prompt_tokens, reported=reported)
        return response

    def _answer(self, policy: ModelPolicy, candidate: Candidate) -> Answered:
        return Answered(
            name=candidate.name,
            model=f"{policy.kind}:{policy.name}",
            where=where_of(policy),
            reason=candidate.reason,
            why=self._route.why,
            passed=tuple(self._passed),
            left_out=self._route.left_out,
        )

    def _failed(self, first: ModelError, error: ModelError, candidate: Candidate) -> ModelError:
        """The failure of the model that was asked first, with what became of the others."""
        others = [f"{each.name}: {each.reason}" for each in self._passed[1:]]
        if first is not error:
            others.append(f"{candidate.name}: {error.message}")
        left_out = [f"{each.name} was not asked: {each.reason}." for each in self._route.left_out]
        if error.failure not in HELPED or not (others or left_out):
            left_out = []
        if not others and not left_out:
            return error
        more = f" Nor could others answer. {' '.join(others)}" if others else ""
        hint = " ".join(part for part in (first.hint, *left_out) if part)
        return ModelError(first.failure, f"{first.message}{more}", hint=hint)
