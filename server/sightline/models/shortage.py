"""Tells a model that found no memory from one that could not be loaded for another reason.

Neither Ollama nor LM Studio says so in anything but English (status 500 and a sentence), and llama.cpp's process ends.
So numbers tell, and no words: what the model's weights take, and what this machine has free.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from sightline.base.machine_memory import MachineMemory, ReadMemory, read_memory
from sightline.models.locality import locality_of
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy

_GIGABYTE = 1e9
_ADVICE = "unload other models, close other programs, or choose a smaller model or quantisation"


async def not_loaded(
    error: ModelError, policy: ModelPolicy, model: str, weights: int | None, *, read: ReadMemory = read_memory
) -> ModelError:
    """The error to raise where loading ``model``, whose weights are ``weights`` bytes, ended with ``error``.

    ``OUT_OF_MEMORY`` only where the weights alone are more than what this machine has free, and the server runs here.
    """
    if weights is not None and locality_of(policy.base_url).on_this_host:
        memory = await asyncio.to_thread(read)
        if weights > _free(memory):
            return _out_of_memory(error, policy, model, weights, memory)
    return ModelError(
        ModelFailure.LOAD_FAILED,
        f"The model {model!r} could not be loaded. {error.message}",
        hint=f"Mostly there is too little memory for it and its window: {_ADVICE}, or set a smaller model.window.",
    )


def _free(memory: MachineMemory) -> int:
    return memory.available + memory.graphics_free


def _out_of_memory(
    error: ModelError, policy: ModelPolicy, model: str, weights: int, memory: MachineMemory
) -> ModelError:
    card = f" and {memory.graphics_free / _GIGABYTE:.1f} GB on the graphics card" if memory.graphics_total else ""
    where = urlsplit(policy.base_url).hostname or "this machine"
    return ModelError(
        ModelFailure.OUT_OF_MEMORY,
        f"There is no memory for the model {model!r} on {where}: its weights are {weights / _GIGABYTE:.1f} GB, and "
        f"{memory.available / _GIGABYTE:.1f} GB{card} are free. {error.message}",
        hint=f"{_ADVICE.capitalize()}. Asking again would not help, so it is not done.",
    )
