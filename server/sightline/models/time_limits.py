"""How long a model is waited for: until it is reached, until its first token, and between two tokens.

Only the second of these is ever less than what is set for all: where the server has the model ready and nothing else
to do, so that the time depends on the prompt alone, what it took before tells what it may take now. A model that is
being loaded, or one that others are before, is waited for with patience. Nothing limits a reply that moves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from sightline.base.database import DatabaseError
from sightline.models.accounting import Ledger, Wait
from sightline.models.fitting import prompt_size
from sightline.models.local_limits import billions
from sightline.models.messages import ModelRequest
from sightline.models.policy import ModelPolicy, runs_locally
from sightline.transport.policy import Limits, Patience

_log = logging.getLogger(__name__)

#: Waits from which on they alone decide.
ENOUGH = 20
#: The share of waits that a limit must have let pass, and what is added to that.
PERCENTILE = 0.95
MARGIN = 1.5
#: Tokens of a prompt from which on it counts as complex.
COMPLEX = 2_000
#: Seconds of every request that the prompt's length has no part in.
OVERHEAD = 1.0
#: Tokens a second that are read where nothing is measured: a large model without a graphics card.
SLOW_PREFILL = 50.0
#: Prompts below this tell nothing of how fast a server reads: mostly they tell of its overhead.
TELLING = 200
#: Bytes a second that are read from a slow disk, and bytes of a billion parameters (8 bits, and the cache).
SLOW_DISK = 100e6
BYTES_OF_BILLION = 1.1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Seconds: what a limit from few waits is at least (``first``), and what one from many is at least (``least``)."""

    least: float
    first: float


#: By kind of server, for simple and for complex prompts; servers of other kinds are waited for with patience.
BOUNDS = {
    "lmstudio": (Bounds(least=2, first=15), Bounds(least=10, first=90)),
    "ollama": (Bounds(least=15, first=60), Bounds(least=60, first=300)),
    "llamacpp": (Bounds(least=15, first=60), Bounds(least=60, first=300)),
    "vllm": (Bounds(least=15, first=60), Bounds(least=60, first=300)),
}


class TimeLimits:
    """Decides with what is known of requests before. ``fixed`` are the user's seconds for a first token, if any."""

    def __init__(self, ledger: Ledger | None, *, fixed: float | None = None) -> None:
        self._ledger = ledger
        self._fixed = fixed

    async def patience(
        self, policy: ModelPolicy, request: ModelRequest, *, ready: bool, size: int | None = None
    ) -> Patience:
        """How long ``request`` is waited for. ``ready``: the server holds the model; ``size``: its bytes, if known."""
        if self._fixed is not None or not runs_locally(policy):
            return Patience(idle=policy.limits, busy=policy.limits, measured=ready and runs_locally(policy))
        waits = await self._waits(policy)
        tokens = prompt_size(request)
        busy = patient_limit(policy, tokens, waits, size=size)
        idle = first_token_limit(policy.kind, tokens, waits) if ready else None
        return Patience(
            idle=_with(policy.limits, busy if idle is None else min(idle, busy)),
            busy=_with(policy.limits, busy),
            measured=ready,
        )

    async def _waits(self, policy: ModelPolicy) -> tuple[Wait, ...]:
        if self._ledger is None:
            return ()
        try:
            return await asyncio.to_thread(self._ledger.waits, f"{policy.kind}:{policy.name}")
        except DatabaseError as error:
            _log.warning("What models took before cannot be read: %s", error)
            return ()


def first_token_limit(kind: str, tokens: int, waits: Sequence[Wait]) -> float | None:
    """Seconds for the first token of a prompt of ``tokens`` by an idle server that has the model ready.

    ``None`` where nothing is known of it. Grows with the prompt, and never cuts what was seen to come before.
    """
    if kind not in BOUNDS or not any(not wait.in_vain for wait in waits):
        return None
    bounds = BOUNDS[kind][tokens >= COMPLEX]
    rate = prefill_rate(waits)
    expected = _expected(tokens, rate)
    if len(waits) < ENOUGH:
        return max(bounds.first, 2 * MARGIN * expected)
    ratios = [(wait.seconds / _expected(wait.tokens, rate), wait.in_vain) for wait in waits]
    usual = percentile(ratios, PERCENTILE)
    if usual is None:
        return None
    longest = max(ratio for ratio, in_vain in ratios if not in_vain)
    return max(bounds.least, expected * max(usual * MARGIN, longest))


def patient_limit(policy: ModelPolicy, tokens: int, waits: Sequence[Wait], *, size: int | None = None) -> float:
    """Seconds for a first token where the model may have to be loaded, or others are before: loading, then reading."""
    bytes_ = size or (billions(policy.name) or 0.0) * BYTES_OF_BILLION
    return max(policy.limits.first_byte, 2 * (bytes_ / SLOW_DISK + MARGIN * _expected(tokens, prefill_rate(waits))))


def prefill_rate(waits: Sequence[Wait]) -> float:
    """Tokens a second that the server reads: the middle of what was measured, or that of a slow machine."""
    rates = [wait.tokens / max(wait.seconds, 0.01) for wait in waits if wait.tokens >= TELLING and not wait.in_vain]
    return max(median(rates), 1.0) if rates else SLOW_PREFILL


def percentile(values: Sequence[tuple[float, bool]], share: float) -> float | None:
    """What ``share`` of ``values`` stay below, where those marked are only known to be larger than they say.

    By Kaplan and Meier; ``None`` where too many are marked to tell.
    """
    left, surviving = len(values), 1.0
    # A value that is known comes before one that is larger than the same.
    for value, censored in sorted(values):
        if not censored:
            surviving *= (left - 1) / left
            if surviving <= 1 - share + 1e-9:
                return value
        left -= 1
    return None


def _expected(tokens: int, rate: float) -> float:
    return OVERHEAD + tokens / rate


def _with(limits: Limits, first_token: float) -> Limits:
    return replace(limits, first_byte=first_token)
