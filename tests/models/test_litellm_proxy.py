"""Our chat provider against the LiteLLM proxy: a second server that none of us wrote, and its ways of refusing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from sightline.base.system import RealClock, real_system
from sightline.models.client import complete
from sightline.models.messages import Finish, Message, ModelError, ModelFailure, ModelRequest, TextDelta
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.provider import Provider
from sightline.models.registry import open_provider
from sightline.transport.policy import RetryPolicy
from support.litellm_proxy import KEY, MOCKED, PYTHON, REPLY, litellm_proxy

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxy() -> AsyncIterator[str]:
    if not PYTHON.exists():
        missing = "the LiteLLM proxy is not installed: run tools/need-litellm"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    async with litellm_proxy() as base_url:
        yield base_url


async def opened(base_url: str, key: str = KEY) -> Provider:
    policy = ModelPolicy(
        kind="openai", name="mocked", base_url=base_url, api_key=Secret(key), retries=RetryPolicy(tries=1)
    )
    return await open_provider(policy, real_system())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(proxy: str) -> AsyncIterator[Provider]:
    made = await opened(proxy)
    yield made
    await made.close()


def ask(model: str = "mocked") -> ModelRequest:
    return ModelRequest(model=model, messages=(Message(role="user", content="Grüße 🎉"),), max_output_tokens=64)


async def test_a_reply_streams_and_is_counted(provider: Provider) -> None:
    pieces: list[object] = []
    response = await complete(provider, ask(), clock=RealClock(), listener=pieces.append)
    assert (response.text, response.finish, response.served_model) == (REPLY, Finish.STOP, "mocked")
    assert sum(isinstance(piece, TextDelta) for piece in pieces) > 1
    assert response.usage.prompt_tokens
    assert response.usage.output_tokens


async def test_its_models_are_listed_without_windows(provider: Provider) -> None:
    models = await provider.models()
    assert {model.name for model in models} == set(MOCKED)
    assert (await provider.window_report("mocked")).tokens is None


@pytest.mark.parametrize(
    ("model", "failure"),
    [
        ("limited", ModelFailure.RATE_LIMITED),
        ("broken", ModelFailure.SERVER),
        ("gone", ModelFailure.BAD_REQUEST),  # it says so with status 400, and in English alone
        ("small", ModelFailure.BAD_REQUEST),  # likewise
    ],
)
async def test_its_refusals(provider: Provider, model: str, failure: ModelFailure) -> None:
    with pytest.raises(ModelError) as caught:
        await complete(provider, ask(model), clock=RealClock())
    assert caught.value.failure is failure
    assert caught.value.hint
    assert KEY not in f"{caught.value}{caught.value.hint}"


async def test_without_a_key(proxy: str) -> None:
    """A wrong one it looks up in a database, and having none it says 400: that cannot be told from other refusals."""
    made = await opened(proxy, "")
    with pytest.raises(ModelError) as caught:
        await complete(made, ask(), clock=RealClock())
    assert caught.value.failure is ModelFailure.AUTHENTICATION
    assert "No key was sent" in caught.value.hint
    await made.close()


async def test_a_stream_that_is_left_does_not_hold_up_the_next(provider: Provider) -> None:
    async with aclosing(provider.stream(ask())) as stream:
        assert isinstance(await anext(stream), TextDelta)
    replies = await asyncio.gather(*(complete(provider, ask(), clock=RealClock()) for _ in range(12)))
    assert [response.text for response in replies] == [REPLY] * 12
