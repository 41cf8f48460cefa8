"""Turns the settings of ``[limits]`` into how much a server is asked at once, and how long is waited for it."""

from __future__ import annotations

from dataclasses import replace

from sightline.base.machine_memory import ReadMemory, read_memory
from sightline.config.model_settings import LimitSettings
from sightline.models.locality import locality_of
from sightline.models.policy import ModelPolicy
from sightline.transport.gate import GatePolicy

_GIGABYTE = 1 << 30
#: Requests at once to a server on this machine by its memory, the largest first: (least gigabytes, requests).
CONCURRENT_BY_MEMORY = ((64, 4), (32, 3), (16, 2), (0, 1))


def concurrent_by_memory(total: int) -> int:
    """How much a server on a machine with ``total`` bytes of memory is asked at once: each request has its cache."""
    # Machines of 16 GB report a little less than that.
    return next(count for least, count in CONCURRENT_BY_MEMORY if total >= least * _GIGABYTE * 0.9)


def gate_policy(policy: ModelPolicy, settings: LimitSettings, memory: ReadMemory = read_memory) -> GatePolicy:
    """How the server of ``policy`` is queued for: as the user says, else by memory where it runs on this machine."""
    concurrent = settings.concurrent or policy.gate.concurrent
    if not settings.concurrent and locality_of(policy.base_url, policy.name).on_this_host:
        concurrent = concurrent_by_memory(memory().total)
    return replace(policy.gate, concurrent=concurrent, queue_seconds=settings.queue_seconds)
