"""Every kind of provider a user can name. Adding one is a file in ``providers/`` and a line here.

``provider_for`` loads what a kind needs when it is asked for: the HTTP library costs 0.2 s, and most commands ask no
model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.base.system import System
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy
from sightline.models.provider import Provider

if TYPE_CHECKING:
    from sightline.transport.pool import Pool

Make = Callable[[ModelPolicy, System, "Pool | None"], Provider]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKind:
    """What stands before the colon of ``SIGHTLINE_MODEL``.

    ``base_url`` is where it is looked for unless the user says otherwise, "" where there is no network in it. A kind
    that ``needs_key`` at its own ``base_url`` is a public service: nothing is sent there without a key.
    ``any_name`` is the model's name where the server holds one model and answers to every name.
    """

    name: str
    title: str
    make: Make
    example: str
    base_url: str = ""
    needs_key: bool = False
    any_name: str = ""


def _scripted(policy: ModelPolicy, system: System, pool: Pool | None) -> Provider:  # noqa: ARG001  opens nothing
    from sightline.models.providers.scripted import scripted_from_file  # noqa: PLC0415  loaded on demand

    return scripted_from_file(system.files, policy.name)


def _openai_compatible(policy: ModelPolicy, system: System, pool: Pool | None) -> Provider:  # noqa: ARG001  HTTP only
    from sightline.models.providers.openai_compatible import OpenAICompatibleProvider  # noqa: PLC0415  on demand
    from sightline.transport.pool import Pool  # noqa: PLC0415  loaded on demand

    return OpenAICompatibleProvider(policy, pool or Pool(policy.transport), owns_pool=pool is None)


PROVIDERS: dict[str, ProviderKind] = {
    kind.name: kind
    for kind in (
        ProviderKind(name="scripted", title="replies from a file", make=_scripted, example="scripted:replies.txt"),
        ProviderKind(
            name="openai",
            title="OpenAI, or any compatible API at an address of its own",
            make=_openai_compatible,
            example="openai:gpt-4.1",
            base_url="https://api.openai.com/v1",
            needs_key=True,
        ),
        ProviderKind(
            name="ollama",
            title="Ollama on this machine",
            make=_openai_compatible,
            example="ollama:qwen2.5-coder:7b",
            base_url="http://127.0.0.1:11434/v1",
        ),
        ProviderKind(
            name="lmstudio",
            title="LM Studio on this machine",
            make=_openai_compatible,
            example="lmstudio:qwen/qwen3-coder-30b",
            base_url="http://127.0.0.1:1234/v1",
        ),
        ProviderKind(
            name="llamacpp",
            title="llama.cpp's llama-server on this machine",
            make=_openai_compatible,
            example="llamacpp",
            base_url="http://127.0.0.1:8080/v1",
            any_name="default",
        ),
        ProviderKind(
            name="vllm",
            title="vLLM on this machine",
            make=_openai_compatible,
            example="vllm:Qwen/Qwen2.5-Coder-7B-Instruct",
            base_url="http://127.0.0.1:8000/v1",
        ),
    )
}


def provider_for(policy: ModelPolicy, system: System, *, pool: Pool | None = None) -> Provider:
    """The provider of ``policy``; with no ``pool`` it opens its own and closes it.

    Raises ``ModelError`` (``NOT_CONFIGURED``) for an unknown kind or a script that cannot be read, and ``UsageError``
    for a script or transport setting with a mistake. Blocks for up to 0.3 s the first time: see ``open_provider``.
    """
    kind = PROVIDERS.get(policy.kind)
    if kind is None:
        known = ", ".join(PROVIDERS)
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            f"There is no model provider {policy.kind!r}.",
            hint=f"The providers are {known}.",
        )
    return kind.make(policy, system, pool)


async def open_provider(policy: ModelPolicy, system: System, *, pool: Pool | None = None) -> Provider:
    """Like :func:`provider_for`, off the event loop."""
    return await asyncio.to_thread(provider_for, policy, system, pool=pool)
