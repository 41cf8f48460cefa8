"""What a request passes on its way to a local model: loaded first, kept as the user wants, and waited for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sightline.base.memory_system import ManualClock
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, ModelResponse, TextDelta
from sightline.models.policy import ModelPolicy
from sightline.models.provider import Provider
from sightline.models.providers.lm_studio import LMStudioProvider
from sightline.models.providers.ollama import OllamaProvider
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.residency import KeepStrategy, ResidencyPolicy
from sightline.models.residents import Residents
from sightline.models.serving import Hearing, Serving
from sightline.models.time_limits import TimeLimits
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.fake_lm_studio import FakeLMStudio
from support.fake_ollama import FakeOllama


class Served:
    """One program's way to one server."""

    def __init__(self, provider: Provider, policy: ModelPolicy, *, stays: bool = True, **wanted: Any) -> None:
        self.clock = ManualClock()
        self.residents = Residents(ResidencyPolicy(**wanted), self.clock, stays=stays, sleep=_never)
        self.serving = Serving(self.residents, TimeLimits(None))
        self.provider, self.policy = provider, policy
        self.warnings: list[str] = []
        self.events: list[Any] = []

    async def ask(self, model: str, *, helper: bool = False) -> ModelResponse:
        request = ModelRequest(model=model, messages=(Message(role="user", content="Hi"),), max_output_tokens=50)
        hearing = Hearing(listener=self.events.append, warn=self.warnings.append)
        return await self.serving.complete(
            self.provider, self.policy, request, clock=self.clock, hearing=hearing, helper=helper
        )


async def _never(seconds: float) -> None:
    await asyncio.Event().wait()


def of_ollama(ollama: FakeOllama, pool: Pool, **given: Any) -> Served:
    policy = ModelPolicy(
        kind="ollama",
        name="tiny",
        base_url=ollama.server.base_url,
        retries=RetryPolicy(tries=1),
        **given.pop("policy", {}),
    )
    return Served(OllamaProvider(policy, pool), policy, **given)


def of_studio(studio: FakeLMStudio, pool: Pool, **given: Any) -> Served:
    policy = ModelPolicy(kind="lmstudio", name="chat", base_url=studio.server.base_url, retries=RetryPolicy(tries=1))
    return Served(LMStudioProvider(policy, pool), policy, **given)


async def test_a_model_is_loaded_with_the_users_window_and_kept_as_they_say(ollama: FakeOllama, pool: Pool) -> None:
    served = of_ollama(ollama, pool, policy={"window": 8192, "keep_seconds": 1800}, strategy=KeepStrategy.RAM)
    assert (await served.ask("tiny")).text == "Hello there"
    assert served.events[0] == TextDelta(text="Hello")
    assert ollama.loads == [("tiny:latest", 8192)]
    assert ollama.running["tiny:latest"].keeps == 1800
    (resident,) = await served.residents.residents()
    assert (resident.ours, resident.uses) == (True, 1)


async def test_what_loading_took_is_part_of_the_record(studio: FakeLMStudio, pool: Pool) -> None:
    """LM Studio tells of none with its replies, since the model is loaded before it is asked."""
    served = of_studio(studio, pool)
    first, again = await served.ask("chat"), await served.ask("chat")
    assert first.usage.load_seconds is not None
    assert again.usage.load_seconds is None


async def test_a_model_that_others_loaded_is_used_with_its_window(ollama: FakeOllama, pool: Pool) -> None:
    await of_ollama(ollama, pool).ask("tiny")
    served = of_ollama(ollama, pool, policy={"window": 8192})
    await served.ask("tiny")
    assert ollama.loads == [("tiny:latest", 4096)]
    await served.residents.close()
    assert list(ollama.running) == ["tiny:latest"]


async def test_without_a_strategy_to_keep_it_a_model_goes_after_its_reply(ollama: FakeOllama, pool: Pool) -> None:
    served = of_ollama(ollama, pool, policy={"keep_seconds": 0}, strategy=KeepStrategy.NONE)
    assert (await served.ask("tiny")).text == "Hello there"
    ollama.expire()
    assert not ollama.running
    assert len(ollama.loads) == 1


async def test_what_is_used_least_makes_room_and_helpers_take_nobodys(studio: FakeLMStudio, pool: Pool) -> None:
    served = of_studio(studio, pool, max_models=1)
    await served.ask("chat")
    with pytest.raises(ModelError) as caught:
        await served.ask("fast", helper=True)
    assert caught.value.failure is ModelFailure.LOAD_FAILED
    assert "residency.max_models" in caught.value.hint
    assert list(studio.instances) == ["chat"]
    await served.ask("third")
    assert list(studio.instances) == ["third"]


async def test_an_editor_lets_go_at_its_end_of_what_it_loaded(studio: FakeLMStudio, pool: Pool) -> None:
    studio.put("small", 4096)
    served = of_studio(studio, pool)
    await served.ask("chat")
    await served.ask("small")
    await served.residents.close()
    await served.residents.close()
    assert list(studio.instances) == ["small"]


@pytest.mark.parametrize("stays", [True, False])
async def test_one_command_leaves_what_the_server_lets_go_of_itself(
    ollama: FakeOllama, pool: Pool, *, stays: bool
) -> None:
    served = of_ollama(ollama, pool, stays=stays)
    await served.ask("tiny")
    await served.residents.close()
    assert bool(ollama.running) is not stays


async def test_spilling_is_told_once(ollama: FakeOllama, pool: Pool) -> None:
    ollama.graphics_memory = 2_548_000
    served = of_ollama(ollama, pool)
    await served.ask("tiny")
    await served.ask("tiny")
    (warning,) = served.warnings
    assert "50% of tiny" in warning


async def test_a_model_of_another_host_is_asked_and_not_loaded(ollama: FakeOllama, pool: Pool) -> None:
    ollama.models["tiny:latest"].remote_host = "https://ollama.example"
    assert (await of_ollama(ollama, pool).ask("tiny")).text == "Hello there"
    assert not ollama.loads


async def test_a_server_that_holds_nothing_by_name_is_asked_as_before(studio: FakeLMStudio, pool: Pool) -> None:
    """And one before 0.4, which loads a model by being asked for it."""
    studio.newer = False
    assert (await of_studio(studio, pool).ask("chat")).text == "word word "
    plain = ModelPolicy(kind="openai", name="chat", base_url=studio.server.base_url)
    served = Served(OpenAICompatibleProvider(plain, pool), plain)
    assert (await served.ask("chat")).text == "word word "
    assert served.residents.at(served.provider, plain) is None


async def test_a_server_that_is_gone_is_told_by_the_request(pool: Pool) -> None:
    policy = ModelPolicy(kind="ollama", name="tiny", base_url="http://127.0.0.1:9", retries=RetryPolicy(tries=1))
    served = Served(OllamaProvider(policy, pool), policy)
    with pytest.raises(ModelError) as caught:
        await served.ask("tiny")
    assert caught.value.failure is ModelFailure.UNREACHABLE
    await served.residents.close()


async def test_models_are_loaded_at_the_start(studio: FakeLMStudio, pool: Pool) -> None:
    served = of_studio(studio, pool, preload=("fast", "gone"))
    served.residents.preload(served.provider, served.policy)
    while not studio.instances:
        await asyncio.sleep(0)
    assert list(studio.instances) == ["fast"]
    await served.residents.close()
    assert not studio.instances
