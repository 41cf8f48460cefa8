"""Every kind of provider a user can name, and what speaks to each.

Another server of a known API is a table in ``presets.toml``; another API is a file in ``providers/`` and a line here.

``provider_for`` loads what a kind needs when it is asked for: the HTTP library costs 0.2 s, and most commands ask no
model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from sightline.base.editor_models import EditorSystem
from sightline.base.system import System
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy
from sightline.models.presets import ApiName, Preset, read_presets
from sightline.models.provider import Provider

if TYPE_CHECKING:
    from sightline.transport.pool import Pool

Make = Callable[[ModelPolicy, System, "Pool | None"], Provider]


def _scripted(policy: ModelPolicy, system: System, pool: Pool | None) -> Provider:  # noqa: ARG001  opens nothing
    from sightline.models.providers.scripted import scripted_from_file  # noqa: PLC0415  loaded on demand

    return scripted_from_file(system.files, policy.name)


def _editor(policy: ModelPolicy, system: System, pool: Pool | None) -> Provider:  # noqa: ARG001  opens nothing
    from sightline.models.providers.editor import EditorProvider  # noqa: PLC0415  loaded on demand

    return EditorProvider(policy, system.editor_models if isinstance(system, EditorSystem) else None)


class _HttpProvider(Protocol):
    def __call__(self, policy: ModelPolicy, pool: Pool, *, owns_pool: bool) -> Provider: ...


def _over_http(module: str, name: str) -> Make:
    """Makes the provider ``name`` of a file in ``providers/``, which is imported when it is first asked for."""

    def make(policy: ModelPolicy, _: System, pool: Pool | None) -> Provider:
        from sightline.transport.pool import Pool  # noqa: PLC0415  loaded on demand

        provider: _HttpProvider = getattr(import_module(f"sightline.models.providers.{module}"), name)
        return provider(policy, pool or Pool(policy.transport), owns_pool=pool is None)

    return make


#: What speaks each API.
APIS: dict[ApiName, Make] = {
    "script": _scripted,
    "chat": _over_http("openai_compatible", "OpenAICompatibleProvider"),
    "messages": _over_http("anthropic", "AnthropicProvider"),
    "responses": _over_http("openai_responses", "OpenAIResponsesProvider"),
    "ollama": _over_http("ollama", "OllamaProvider"),
    "llamacpp": _over_http("llama_cpp", "LlamaCppProvider"),
    "vllm": _over_http("vllm", "VLLMProvider"),
    "lmstudio": _over_http("lm_studio", "LMStudioProvider"),
    "editor": _editor,
}

PROVIDERS: dict[str, Preset] = read_presets()


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
    return APIS[policy.api or kind.api](policy, system, pool)


def pool_for(policy: ModelPolicy) -> Pool | None:
    """Connections for ``policy`` and every other model with the same network settings; ``None`` where none are needed.

    Blocks, like :func:`provider_for`.
    """
    kind = PROVIDERS.get(policy.kind)
    if kind is None or (policy.api or kind.api) == "script":
        return None
    from sightline.transport.pool import Pool  # noqa: PLC0415  loaded on demand

    return Pool(policy.transport)


async def open_provider(policy: ModelPolicy, system: System, *, pool: Pool | None = None) -> Provider:
    """Like :func:`provider_for`, off the event loop."""
    return await asyncio.to_thread(provider_for, policy, system, pool=pool)
