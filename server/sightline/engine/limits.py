"""Turns settings into how much a server is asked at once, how long is waited for it, and what it holds."""

from __future__ import annotations

from dataclasses import replace

from sightline.base.machine_memory import ReadMemory, read_memory
from sightline.config.serving_settings import LimitSettings, ResidencySettings
from sightline.models.policy import ModelPolicy
from sightline.models.residency import KeepStrategy, ResidencyPolicy
from sightline.transport.gate import GatePolicy
from sightline.transport.policy import Limits

_GIGABYTE = 1 << 30
#: Requests at once to a server on this machine by its memory, the largest first: (least gigabytes, requests).
CONCURRENT_BY_MEMORY = ((64, 4), (32, 3), (16, 2), (0, 1))


def concurrent_by_memory(total: int) -> int:
    """How much a server on a machine with ``total`` bytes of memory is asked at once: each request has its cache."""
    # Machines of 16 GB report a little less than that.
    return next(count for least, count in CONCURRENT_BY_MEMORY if total >= least * _GIGABYTE * 0.9)


def gate_policy(policy: ModelPolicy, settings: LimitSettings, memory: ReadMemory = read_memory) -> GatePolicy:
    """How the server of ``policy`` is queued for: as the user says, else by memory where it runs on this machine."""
    found = policy.locality
    concurrent = settings.concurrent or policy.gate.concurrent
    if not settings.concurrent and found.on_this_host:
        concurrent = concurrent_by_memory(memory().total)
    return replace(
        policy.gate,
        concurrent=concurrent,
        queue_seconds=settings.queue_seconds,
        shared=found.private,
        here=found.on_this_host,
    )


def time_limits(settings: LimitSettings) -> Limits:
    """How long is waited where nothing better is known of a model."""
    usual = Limits()
    return Limits(
        connect=settings.connect_seconds,
        first_byte=settings.first_token_seconds or usual.first_byte,
        between_bytes=settings.between_tokens_seconds,
    )


def residency_policy(settings: ResidencySettings) -> ResidencyPolicy:
    """What local servers are to hold."""
    return ResidencyPolicy(
        max_models=settings.max_models,
        strategy=KeepStrategy(settings.strategy) if settings.strategy else None,
        ttl=settings.ttl,
        persistent=frozenset(settings.persistent),
        preload=settings.preload,
    )
