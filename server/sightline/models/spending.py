"""Limits on money: an estimate before each request, and a refusal where it would pass what the user allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import ParamSpec

from sightline.base.database import DatabaseError
from sightline.base.system import Clock
from sightline.models.accounting import REPAIRED, Ledger, RequestRecord
from sightline.models.messages import ModelError, ModelFailure, ModelRequest, ModelResponse, Usage
from sightline.models.policy import ModelPolicy, runs_locally

P = ParamSpec("P")

_log = logging.getLogger(__name__)

_DAY = 86_400.0
#: The verdict of a request that the user cancelled.
CANCELLED = "cancelled"
#: The verdict of one that was answered by a reply from before.
CACHED = "cached"
#: Tokens of output that an estimate counts with where no limit on them is known.
_UNTOLD_OUTPUT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLimits:
    """US dollars; ``None`` is no limit. A day is the last 24 hours."""

    per_turn: float | None = None
    per_day: float | None = None


class Account:
    """Writes down what one model is asked in one turn, and holds it to the limits."""

    def __init__(
        self, ledger: Ledger, policy: ModelPolicy, limits: SpendingLimits, clock: Clock, *, turn: str, task: str
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._limits = limits
        self._clock = clock
        self._turn = turn
        self._task = task

    async def before(self, request: ModelRequest) -> None:
        """Raises ``ModelError`` (``SPENDING_LIMIT``) where ``request`` could cost more than is left.

        A request whose price is not known is let through, as its cost cannot be: statistics count it as unknown.
        """
        if self._limits.per_turn is None and self._limits.per_day is None:
            return
        cost = self.estimate(request)
        if not cost:
            return
        now = self._clock.now()
        try:
            in_turn = await asyncio.to_thread(self._ledger.spent, turn=self._turn)
            in_day = await asyncio.to_thread(self._ledger.spent, since=now - _DAY)
        except DatabaseError as error:
            raise ModelError(
                ModelFailure.SPENDING_LIMIT,
                f"What was spent cannot be read ({error}), so that no limit can be held. Nothing was sent.",
                hint="Look whether the disk is full, or take the limits of [spending] out of your settings.",
            ) from error
        _hold(cost, in_turn.dollars, self._limits.per_turn, "turn")
        _hold(cost, in_day.dollars, self._limits.per_day, "day")

    def estimate(self, request: ModelRequest) -> float | None:
        """US dollars at most, by the list of models: a full prompt, kept for what goes on from it, and all the output
        that may come, or a usual reply where nothing limits the output.

        ``None`` where the price is not known; 0 for a model of the user's own machines.
        """
        if runs_locally(self._policy):
            return 0.0
        prices = self._policy.profile.facts.prices
        output = _UNTOLD_OUTPUT if request.max_output_tokens is None else request.max_output_tokens
        prompt = request.prompt_tokens or 0
        # Writing a prompt cache costs more than reading; only services that say so have such a price.
        written = prompt if request.stable_messages else 0
        usage = Usage(prompt_tokens=prompt, cache_written_tokens=written, output_tokens=output)
        return prices.cost(usage) if prices else None

    def unheld(self, request: ModelRequest) -> str:
        """What to tell of limits that cannot hold for ``request``, since its price is not known; "" where they do."""
        if (self._limits.per_turn is None and self._limits.per_day is None) or self.estimate(request) is not None:
            return ""
        return (
            f"What {self._name} costs is not known, so the limits of [spending] do not hold for it. Give its prices in "
            "[catalogue.models]."
        )

    async def answered(self, response: ModelResponse) -> None:
        """Writes down a request that was answered."""
        prices = self._policy.profile.facts.prices
        cost = 0.0 if runs_locally(self._policy) else prices.cost(response.usage) if prices else None
        await self._write(
            RequestRecord(
                turn=self._turn,
                task=self._task,
                model=self._name,
                served_model=response.served_model,
                usage=response.usage,
                first_token_seconds=response.first_token_seconds,
                total_seconds=response.total_seconds,
                cost=cost,
                waited=response.waited,
            )
        )

    async def reused(self, response: ModelResponse) -> None:
        """Writes down a reply that was given before: it took nothing and cost nothing."""
        record = RequestRecord(
            turn=self._turn, task=self._task, model=self._name, served_model=response.served_model, verdict=CACHED
        )
        await self._write(record)

    async def failed(
        self, failure: str, seconds: float, *, waited: float | None = None, estimated_tokens: int | None = None
    ) -> None:
        """Writes down a request that failed after ``seconds`` or was cancelled; replies before it were sent back.

        ``waited`` is that of ``ModelError``, ``estimated_tokens`` our count of the prompt.
        """
        await self.judged(REPAIRED)
        record = RequestRecord(
            turn=self._turn,
            task=self._task,
            model=self._name,
            total_seconds=seconds,
            verdict=failure,
            waited=waited,
            estimated_tokens=estimated_tokens,
        )
        await self._write(record)

    async def judged(self, verdict: str) -> None:
        """Writes down what came of the turn."""
        await self._kept(self._ledger.judge, self._turn, verdict)

    @property
    def _name(self) -> str:
        return f"{self._policy.kind}:{self._policy.name}"

    async def _write(self, record: RequestRecord) -> None:
        await self._kept(self._ledger.record, record)

    @staticmethod
    async def _kept(write: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        """Writes in a thread. A record that fails is no reason to lose a reply that was paid for."""
        try:
            await asyncio.to_thread(write, *arguments, **named)
        except DatabaseError as error:
            _log.warning("What a model was asked is not written down: %s", error)


async def accounted(
    account: Account, request: ModelRequest, work: Coroutine[None, None, ModelResponse], clock: Clock
) -> ModelResponse:
    """``work``, which answers ``request``: not begun where it could pass a limit, written down however it ends."""
    try:
        await account.before(request)
    except BaseException:
        work.close()
        raise
    begun = clock.monotonic()
    try:
        response = await work
    except ModelError as error:
        seconds = clock.monotonic() - begun
        await account.failed(error.failure.value, seconds, waited=error.waited, estimated_tokens=request.prompt_tokens)
        raise
    except asyncio.CancelledError:
        # The task is ending: the row is written by a thread of its own.
        await asyncio.shield(account.failed(CANCELLED, clock.monotonic() - begun))
        raise
    await account.answered(response)
    return response


def _hold(cost: float, spent: float, limit: float | None, what: str) -> None:
    if limit is None or spent + cost <= limit:
        return
    raise ModelError(
        ModelFailure.SPENDING_LIMIT,
        f"This request may cost up to ${cost:.4f}; ${spent:.4f} of the ${limit:.2f} for a {what} are spent. "
        "Nothing was sent.",
        hint=f"Raise spending.per_{what} in your settings, lower context.budget or model.max_output_tokens, or choose "
        "another model.",
    )
