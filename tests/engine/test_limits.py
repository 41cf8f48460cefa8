"""How much a server is asked at once: the user's word, else by memory where it runs here."""

from __future__ import annotations

import pytest

from sightline.base.machine_memory import MachineMemory
from sightline.config.serving_settings import LimitSettings
from sightline.engine.limits import gate_policy
from sightline.models.failures import Speaker, unreached
from sightline.models.messages import ModelFailure
from sightline.models.policy import Secret
from sightline.models.selection import select_model
from sightline.transport.gate import QueueFull

HERE, NEAR, FAR = "ollama:m", "http://192.168.0.9:11434", "openai:m"


def concurrent(model: str, gigabytes: float, base_url: str = "", **said: float) -> int:
    policy = select_model(model, base_url=base_url, api_key="k")
    memory = MachineMemory(total=int(gigabytes * (1 << 30)), available=1)
    return gate_policy(policy, LimitSettings.model_validate(said), lambda: memory).concurrent


@pytest.mark.parametrize(("gigabytes", "told"), [(4, 1), (15.6, 2), (31.2, 3), (62.6, 4), (512, 4), (0, 1)])
def test_a_server_here_is_asked_by_memory(gigabytes: float, told: int) -> None:
    assert concurrent(HERE, gigabytes) == told


def test_memory_of_this_machine_says_nothing_of_others() -> None:
    assert {concurrent(HERE, size, base_url=NEAR) for size in (4, 512)} == {2}
    assert {concurrent(FAR, size) for size in (4, 512)} == {10}


@pytest.mark.parametrize("model", [HERE, FAR])
def test_the_users_word_outranks_memory(model: str) -> None:
    assert concurrent(model, 4, concurrent=7) == 7
    assert gate_policy(select_model(model, api_key="k"), LimitSettings(queue_seconds=9)).queue_seconds == 9


def test_a_full_queue_names_both_settings() -> None:
    told = unreached(Speaker(where="w", model="m", key=Secret("")), QueueFull("w was busy.", 120.0))
    assert told.failure is ModelFailure.QUEUE_FULL
    assert "limits.queue_seconds" in told.hint
    assert "limits.concurrent" in told.hint
