"""Chooses the model that answers, from the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sightline.base.system import System
from sightline.config.settings import NetworkSettings, Settings
from sightline.models.local_limits import LocalLimits
from sightline.models.messages import Sampling
from sightline.models.parameters import TASKS, TaskParameters, TaskTable
from sightline.models.policy import ModelPolicy, Secret, runs_locally
from sightline.models.provider import Provider
from sightline.models.registry import open_provider
from sightline.models.selection import own_key, select_model
from sightline.tasks.turn import ModelChoice
from sightline.transport.policy import TransportPolicy


def model_policy(settings: Settings, environment: Mapping[str, str]) -> ModelPolicy:
    """The policy of the models room. Raises ``ModelError`` (``model_not_configured``) when no model is named.

    ``environment`` is where a public service's own tools look for its key too, such as ``ANTHROPIC_API_KEY``.
    """
    model = settings.model
    policy = select_model(
        model.name,
        base_url=model.base_url,
        api_key=model.api_key.get_secret_value() or own_key(model.name, model.base_url, environment),
        window=model.window,
        max_output_tokens=model.max_output_tokens,
        sampling=Sampling(
            temperature=model.temperature,
            top_p=model.top_p,
            top_k=model.top_k,
            repetition_penalty=model.repetition_penalty,
        ),
    )
    limits = LocalLimits(token_limit=settings.local.token_limit, max_tokens=settings.local.max_tokens)
    return replace(
        policy,
        window=limits.window(told=policy.window) if runs_locally(policy) else policy.window,
        tasks=_tasks(settings),
        local=limits,
        facts=settings.catalogue.models,
        api=model.api or None,
        path=model.path,
        key_header=model.key_header.lower() or policy.key_header,
        headers={name: Secret(value.get_secret_value()) for name, value in model.headers.items()},
        transport=_transport(settings.network),
    )


def _tasks(settings: Settings) -> TaskTable:
    """The table of tasks with the user's words in it."""
    temperatures, limits = settings.tasks.temperature, settings.tasks.max_output_tokens
    return {
        name: replace(
            TASKS.get(name, TaskParameters()),
            temperature=temperatures.get(name, TASKS.get(name, TaskParameters()).temperature),
            max_output_tokens=limits.get(name),
        )
        for name in (*TASKS, *temperatures, *limits)
    }


def _transport(network: NetworkSettings) -> TransportPolicy:
    return TransportPolicy(
        proxy=network.proxy.get_secret_value() or None,
        ca_file=network.ca_file or None,
        client_certificate=network.client_certificate or None,
        client_key=network.client_key or None,
    )


async def choose_model(settings: Settings, system: System, opened: Provider | None) -> tuple[Provider, ModelChoice]:
    """The provider (``opened`` again, if there is one) and how it is asked. Raises as :func:`model_policy` does."""
    policy = model_policy(settings, system.environment)
    provider = opened or await open_provider(policy, system)
    return provider, ModelChoice(provider=provider, policy=policy, repair_rounds=settings.edits.repair_rounds)
