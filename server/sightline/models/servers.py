"""The local model servers: how each is recognised and where each tells the window a model is loaded with.

Facts only, one function a server; what is asked and answered is plain JSON. Nothing here loads a model: only lists
and status are read, and none of these requests names a model to the server.

Sources: llama.cpp tools/server/README.md (``/props``), Ollama docs/api.md (``/api/version``, ``/api/ps``), LM Studio's
REST API v1 and v0 (``/api/v1/models``, ``/api/v0/models``), vLLM's ``/v1/models``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sightline.models.provider import ModelInfo, WindowReport

#: Key for a server that holds one model and answers whatever name it is asked for.
ANY_MODEL = "*"


class Asker(Protocol):
    """Reads JSON from one server. Both give ``None`` for anything but JSON with status 200."""

    async def at_root(self, path: str) -> Any:
        """``GET`` of a path of the server itself."""
        ...

    async def at_base(self, path: str) -> Any:
        """``GET`` of a path under the API's base URL."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFlavour:
    """One kind of server. ``loaded`` gives the window in tokens of each loaded model, ``None`` if it is not this kind.

    ``larger`` says how a user makes the window larger, ``unloaded`` what to do when the model is not loaded.
    """

    name: str
    title: str
    loaded: Callable[[Asker], Awaitable[Mapping[str, int] | None]]
    source: str
    larger: str
    unloaded: str = ""


async def recognise(asker: Asker) -> ServerFlavour | None:
    """The kind of server that answers, ``None`` for one that is none of :data:`FLAVOURS`."""
    answers = await asyncio.gather(*(flavour.loaded(asker) for flavour in FLAVOURS))
    for flavour, answer in zip(FLAVOURS, answers, strict=True):
        if answer is not None:
            return flavour
    return None


async def window_of(flavour: ServerFlavour, asker: Asker, model: str) -> WindowReport:
    """What ``flavour`` tells of the window of ``model``."""
    loaded = await flavour.loaded(asker) or {}
    for name in (model, f"{model}:latest", model.removesuffix(":latest"), ANY_MODEL):
        if name in loaded:
            return WindowReport(tokens=loaded[name], source=flavour.source, hint=flavour.larger)
    return WindowReport(hint=flavour.unloaded)


def rows(data: Any, key: str) -> list[Mapping[str, Any]]:
    """The objects of the list ``data[key]``; empty for any other shape."""
    found: Any = _table(data).get(key)
    if not isinstance(found, list):
        return []
    return [cast("Mapping[str, Any]", row) for row in cast("list[Any]", found) if isinstance(row, Mapping)]


def listed_models(data: Any, loaded: Mapping[str, int]) -> tuple[ModelInfo, ...]:
    """The models of a ``/v1/models`` answer, each with its window where ``loaded`` or its own row tells it."""
    return tuple(
        ModelInfo(name=name, window=loaded.get(name) or loaded.get(ANY_MODEL) or told_window(row))
        for row in rows(data, "data")
        if isinstance(name := row.get("id"), str)
    )


def told_window(row: Mapping[str, Any]) -> int | None:
    """The window that a row of ``/v1/models`` tells, under the names that servers give it."""
    meta: Any = row.get("meta")
    if isinstance(meta, Mapping):
        row = {**row, "n_ctx": cast("Mapping[str, Any]", meta).get("n_ctx")}
    for name in ("max_model_len", "n_ctx", "context_window", "context_length"):
        tokens: Any = row.get(name)
        if isinstance(tokens, int) and tokens > 0:
            return tokens
    return None


def _table(data: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}


def _windows(pairs: list[tuple[Any, Any]]) -> dict[str, int]:
    return {name: tokens for name, tokens in pairs if isinstance(name, str) and isinstance(tokens, int) and tokens > 0}


async def _ollama(asker: Asker) -> Mapping[str, int] | None:
    version, running = await asyncio.gather(asker.at_root("/api/version"), asker.at_root("/api/ps"))
    # Many programs answer /api/version; only Ollama lists running models beside it.
    if not isinstance(_table(version).get("version"), str) or not isinstance(_table(running).get("models"), list):
        return None
    models = rows(running, "models")
    pairs = [(row.get(key), row.get("context_length")) for row in models for key in ("name", "model")]
    return _windows(pairs)


async def _llama_cpp(asker: Asker) -> Mapping[str, int] | None:
    properties = _table(await asker.at_root("/props"))
    if "default_generation_settings" not in properties:
        return None
    # Of one slot: the server divides its context among --parallel slots.
    window: Any = _table(properties["default_generation_settings"]).get("n_ctx")
    if isinstance(window, int) and window > 0:
        return {ANY_MODEL: window}
    listed = rows(await asker.at_base("/models"), "data")
    return _windows([(row.get("id"), told_window(row)) for row in listed])


async def _lm_studio(asker: Asker) -> Mapping[str, int] | None:
    newer = rows(await asker.at_root("/api/v1/models"), "models")
    if any("loaded_instances" in row for row in newer):
        instances = [(row, instance) for row in newer for instance in rows(row, "loaded_instances")]
        found = [(name, instance) for row, instance in instances for name in (row.get("key"), instance.get("id"))]
        return _windows([(name, _table(instance.get("config")).get("context_length")) for name, instance in found])
    older = rows(await asker.at_root("/api/v0/models"), "data")
    if any("state" in row for row in older):
        return _windows([(row.get("id"), row.get("loaded_context_length")) for row in older])
    return None


async def _vllm(asker: Asker) -> Mapping[str, int] | None:
    listed = rows(await asker.at_base("/models"), "data")
    if not any("max_model_len" in row for row in listed):
        return None
    return _windows([(row.get("id"), row.get("max_model_len")) for row in listed])


async def _any_other(asker: Asker) -> Mapping[str, int] | None:
    listed = rows(await asker.at_base("/models"), "data")
    return _windows([(row.get("id"), told_window(row)) for row in listed]) if listed else None


OLLAMA = ServerFlavour(
    name="ollama",
    title="Ollama",
    loaded=_ollama,
    source="Ollama",
    larger="Ollama cuts longer prompts without a word: start it with a larger OLLAMA_CONTEXT_LENGTH (or set num_ctx in "
    "the model's Modelfile), or lower context.budget.",
    unloaded="Ollama tells the window of a loaded model only. Load it once (`ollama run` with its name), and start "
    "Ollama with a large enough OLLAMA_CONTEXT_LENGTH.",
)
LLAMA_CPP = ServerFlavour(
    name="llamacpp",
    title="llama.cpp",
    loaded=_llama_cpp,
    source="llama.cpp, for each slot",
    larger="Start llama-server with a larger --ctx-size (its --parallel slots share it), or lower context.budget.",
)
LM_STUDIO = ServerFlavour(
    name="lmstudio",
    title="LM Studio",
    loaded=_lm_studio,
    source="LM Studio",
    larger="Load the model with a larger context length in LM Studio, or lower context.budget.",
    unloaded="LM Studio tells the window of a loaded model only: load it there with a large enough context length.",
)
VLLM = ServerFlavour(
    name="vllm",
    title="vLLM",
    loaded=_vllm,
    source="vLLM",
    larger="Start vLLM with a larger --max-model-len, or lower context.budget.",
)
#: Any other server of this API: some tell a window in their list of models.
OTHER_SERVER = ServerFlavour(
    name="openai",
    title="OpenAI-compatible API",
    loaded=_any_other,
    source="the server's list of models",
    larger="Lower context.budget, or choose a model with a larger window.",
)
#: In the order they are tried: vLLM's mark is the weakest, since others may copy its field.
FLAVOURS = (OLLAMA, LLAMA_CPP, LM_STUDIO, VLLM)
