"""Settings become the policy of the model, and the policy the request."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.config.settings import Settings
from sightline.engine.model import model_policy
from sightline.models.messages import Message, Sampling
from sightline.models.parameters import Wanted
from sightline.models.policy import request_for

MESSAGES = (Message(role="user", content="hi"),)


def settings(**sections: dict[str, Any]) -> Settings:
    return Settings.model_validate({"model": {"name": "vllm:m", **sections.pop("model", {})}, **sections})


def test_what_the_user_sets_for_a_kind_of_task_is_sent() -> None:
    given = settings(tasks={"temperature": {"fix": 0.7, "review": 0.9}, "max_output_tokens": {"explain": 500}})
    policy = model_policy(given, {})

    def sent(kind: str) -> tuple[float | None, int | None]:
        request = request_for(policy, MESSAGES, Wanted(task_type=kind))
        return request.sampling.temperature, request.max_output_tokens

    assert {kind: sent(kind) for kind in ("fix", "review", "implement", "explain")} == {
        "fix": (0.7, None),
        "review": (0.9, None),
        "implement": (0.1, None),
        "explain": (0.3, 500),
    }


def test_what_the_user_sets_for_every_task_outranks_the_kind() -> None:
    model = {"temperature": 1.5, "top_p": 0.3, "top_k": 3, "repetition_penalty": 1.4}
    policy = model_policy(settings(model=model, tasks={"temperature": {"fix": 0.7}}), {})
    request = request_for(policy, MESSAGES, Wanted(task_type="fix", edits=True))
    assert request.sampling == Sampling(temperature=1.5, top_p=0.3, top_k=3, repetition_penalty=1.4)


@pytest.mark.parametrize(
    ("model", "window", "most"),
    [
        ({"name": "vllm:m"}, 2_000, 300),
        ({"name": "vllm:m", "window": 1_000}, 1_000, 300),
        ({"name": "openai:gpt-4.1", "api_key": "k"}, None, None),
        ({"name": "openai:gpt-4.1", "api_key": "k", "window": 9_000}, 9_000, None),
        ({"name": "ollama:gpt-oss:120b-cloud"}, None, None),
    ],
)
def test_limits_for_local_models_touch_no_other(model: dict[str, Any], window: int | None, most: int | None) -> None:
    policy = model_policy(settings(model=model, local={"token_limit": 2_000, "max_tokens": 300}), {})
    assert policy.window == window
    assert request_for(policy, MESSAGES).max_output_tokens == most


def test_the_users_facts_reach_the_model() -> None:
    facts = {"vllm:*": {"rejects": ["top_k"], "advice": {"temperature": 0.45}, "window": 5_000}}
    policy = model_policy(settings(catalogue={"models": facts}), {})
    request = request_for(policy, MESSAGES)
    assert (request.sampling.temperature, request.sampling.top_k) == (0.45, None)
    report = policy.listed_window("m")
    assert report is not None
    assert report.tokens == 5_000
