"""Where each local server tells the window of a loaded model, from answers as their documentation shows them."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.models.locality import is_private_host
from sightline.models.servers import (
    LLAMA_CPP,
    LM_STUDIO,
    OLLAMA,
    OTHER_SERVER,
    VLLM,
    ServerFlavour,
    recognise,
    window_of,
)

LM_STUDIO_V1: dict[str, Any] = {
    "/api/v1/models": {
        "models": [
            {
                "type": "llm",
                "key": "gemma-3-270m-it-qat",
                "loaded_instances": [{"id": "gemma-3-270m-it-qat:2", "config": {"context_length": 4096}}],
                "max_context_length": 32768,
            },
            {"type": "embedding", "key": "nomic", "loaded_instances": [], "max_context_length": 2048},
        ]
    }
}
LM_STUDIO_V0 = {
    "/api/v0/models": {
        "object": "list",
        "data": [
            {"id": "loaded", "state": "loaded", "max_context_length": 131072, "loaded_context_length": 8192},
            {"id": "idle", "state": "not-loaded", "max_context_length": 32768},
        ],
    }
}
OLLAMA_RUNNING = {
    "/api/version": {"version": "0.33.3"},
    "/api/ps": {
        "models": [
            {"name": "qwen3:14b", "model": "qwen3:14b", "size": 1, "size_vram": 1, "context_length": 4096},
            {"name": "gemma4:latest", "model": "gemma4:latest", "context_length": 131072},
        ]
    },
}
LLAMA_SERVER: dict[str, Any] = {
    "/props": {"default_generation_settings": {"n_ctx": 512, "params": {}}, "total_slots": 2}
}
LLAMA_ROUTER = {
    "/props": {"default_generation_settings": None, "role": "router"},
    "/v1/models": {"data": [{"id": "a", "meta": {"n_ctx": 4096, "n_ctx_train": 262144}}, {"id": "b", "meta": None}]},
}
VLLM_SERVER = {"/v1/models": {"object": "list", "data": [{"id": "Qwen/Q", "owned_by": "vllm", "max_model_len": 32768}]}}
OPENROUTER = {"/v1/models": {"data": [{"id": "x/y", "context_length": 200000}, {"id": "z"}]}}
#: What a development server that is no model server may answer to everything.
ANYTHING: tuple[Any, ...] = (
    "<html>",
    None,
    [],
    {},
    {"data": "x"},
    {"models": [1, None]},
    {"version": 1},
    {"version": "1.0"},
    7,
)


class Told:
    """A server that gives these answers and nothing else."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def at_root(self, path: str) -> Any:
        self.asked.append(path)
        return self.answers.get(path)

    async def at_base(self, path: str) -> Any:
        return await self.at_root("/v1" + path)


@pytest.mark.parametrize(
    ("answers", "flavour", "model", "window"),
    [
        (OLLAMA_RUNNING, OLLAMA, "qwen3:14b", 4096),
        (OLLAMA_RUNNING, OLLAMA, "gemma4", 131072),
        (OLLAMA_RUNNING, OLLAMA, "not-loaded", None),
        (LLAMA_SERVER, LLAMA_CPP, "whatever", 512),
        (LLAMA_ROUTER, LLAMA_CPP, "a", 4096),
        (LLAMA_ROUTER, LLAMA_CPP, "b", None),
        (LM_STUDIO_V1, LM_STUDIO, "gemma-3-270m-it-qat", 4096),
        (LM_STUDIO_V1, LM_STUDIO, "gemma-3-270m-it-qat:2", 4096),
        (LM_STUDIO_V1, LM_STUDIO, "nomic", None),
        (LM_STUDIO_V0, LM_STUDIO, "loaded", 8192),
        (LM_STUDIO_V0, LM_STUDIO, "idle", None),
        (VLLM_SERVER, VLLM, "Qwen/Q", 32768),
    ],
)
async def test_each_server_is_recognised_and_its_window_read(
    answers: dict[str, Any], flavour: ServerFlavour, model: str, window: int | None
) -> None:
    told = Told(answers)
    assert await recognise(told) is flavour
    report = await window_of(flavour, told, model)
    assert report.tokens == window
    assert bool(report.source) == (window is not None)
    # A model that is not loaded is a question for the user only where loading is what makes the window known.
    assert bool(report.hint) == (window is not None or flavour in (OLLAMA, LM_STUDIO))


async def test_an_unloaded_model_is_told_how_to_become_known() -> None:
    assert "OLLAMA_CONTEXT_LENGTH" in (await window_of(OLLAMA, Told(OLLAMA_RUNNING), "not-loaded")).hint


async def test_other_services_may_tell_in_their_list() -> None:
    assert (await window_of(OTHER_SERVER, Told(OPENROUTER), "x/y")).tokens == 200000
    assert (await window_of(OTHER_SERVER, Told(OPENROUTER), "z")).tokens is None
    assert await recognise(Told(OPENROUTER)) is None


@pytest.mark.parametrize("answer", ANYTHING)
async def test_what_is_no_model_server_is_none(answer: Any) -> None:
    class Same(Told):
        async def at_root(self, path: str) -> Any:
            return answer

    assert await recognise(Same({})) is None


async def test_no_question_names_a_model() -> None:
    told = Told({})
    await recognise(told)
    assert told.asked
    assert not any("?" in path or "load" in path for path in told.asked)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        *((host, True) for host in ("localhost", "127.0.0.1", "::1", "[::1]", "10.1.2.3", "192.168.0.9", "172.16.0.1")),
        *((host, True) for host in ("gpu-box", "gpu.local", "nas.lan", "fe80::1%eth0", "fd00::1", "LLM.internal.")),
        *((host, False) for host in ("api.openai.com", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "local.example")),
    ],
)
def test_hosts_where_native_addresses_are_tried(host: str, *, private: bool) -> None:
    assert is_private_host(host) is private
