"""A whole turn against a real llama.cpp server with random weights: it talks nonsense, by the real protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, open_engine
from sightline.models.messages import ModelError, ModelFailure
from sightline.tasks.result import TurnEvent, TurnRequest, TurnVerdict
from support.shop import INVOICE, shop_system, write_workspace
from support.tiny_llama import tiny_llama


async def engine_on(folder: Path, base_url: str) -> Engine:
    root = str(write_workspace(folder / "work").resolve())
    system = shop_system(folder)
    system = replace(
        system,
        environment={**system.environment, "SIGHTLINE_MODEL": "llamacpp", "SIGHTLINE_BASE_URL": base_url},
    )
    where = locations(system)
    settings = load_settings(system, where, (root,), {"model": {"max_output_tokens": 64, "temperature": 0}}).settings
    engine = await open_engine(
        EngineOptions(roots=(root,), system=system, settings=settings, where=where, trusts=lambda _: False)
    )
    await engine.start()
    return engine


def request(engine: Engine, task_type: str, task: str) -> TurnRequest:
    return TurnRequest(turn="t", task_type=task_type, task=task, root=engine.roots[0], budget=256)


async def test_a_reply_cut_at_the_output_limit_is_shown_and_never_applied(tmp_path: Path) -> None:
    async with tiny_llama(window=4096, slots=1) as server:
        engine = await engine_on(tmp_path, server.base_url)
        try:
            heard: list[TurnEvent] = []
            result = await engine.ask(request(engine, "explain", "Explain total"), heard.append)
            assert result.verdict is TurnVerdict.ANSWERED
            (attempt,) = result.attempts
            assert attempt.usage.prompt_tokens
            assert attempt.usage.output_tokens == 64
            assert "cut off" in attempt.problems[0]
            assert "".join(event.text for event in heard if event.kind == "text") == result.text
        finally:
            await engine.close()


async def test_a_prompt_over_the_loaded_window_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async with tiny_llama(window=512, slots=1) as server:
        engine = await engine_on(tmp_path, server.base_url)
        try:
            with pytest.raises(ModelError) as caught:
                await engine.ask(request(engine, "refactor", "Rename total"), lambda event: None)
            assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED
            assert "512" in caught.value.message + caught.value.hint
            assert (tmp_path / "work/shop/invoice.py").read_text("utf-8") == INVOICE
        finally:
            await engine.close()
