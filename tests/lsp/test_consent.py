"""The question whether tests may run on edits: what the editor shows, and what each answer means."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types

from sightline.config.consent import allow_tests, may_run_tests
from sightline.config.locations import locations
from sightline.engine.check_policy import ConsentWord
from sightline.lsp import consent
from sightline.lsp.client import Client
from sightline.lsp.consent import ALLOW, NEVER, NOT_NOW, ask_for_tests
from support.shop import shop_system
from support.shop_window import shop_window
from support.virtual_time import run_in_virtual_time


class _Asked:
    """Stands for the editor: answers with one choice, or never."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.shown: list[tuple[str, tuple[str, ...]]] = []

    async def choose(self, kind: types.MessageType, message: str, choices: Sequence[str]) -> str | None:
        assert kind is types.MessageType.Warning
        self.shown.append((message, tuple(choices)))
        return self.answer


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (ALLOW, ConsentWord.ALLOW),
        (NEVER, ConsentWord.NEVER),
        (NOT_NOW, ConsentWord.NOT_NOW),
        (None, ConsentWord.NOT_NOW),
        ("something else", ConsentWord.NOT_NOW),
    ],
)
async def test_only_a_clear_answer_is_kept_for_later(answer: str | None, word: ConsentWord) -> None:
    editor = _Asked(answer)
    assert await ask_for_tests(cast("Client", editor), "/work", "isolated by bubblewrap, without network") is word
    ((question, choices),) = editor.shown
    assert choices == (ALLOW, NOT_NOW, NEVER)
    assert "/work" in question
    assert "isolated by bubblewrap, without network" in question


def test_an_edit_does_not_wait_for_an_answer_for_ever() -> None:
    class Silent(_Asked):
        async def choose(self, kind: types.MessageType, message: str, choices: Sequence[str]) -> str | None:
            await asyncio.Event().wait()
            return None

    word, seconds = run_in_virtual_time(ask_for_tests(cast("Client", Silent(None)), "/work", ""))
    assert word is ConsentWord.NOT_NOW
    assert seconds == pytest.approx(consent.PATIENCE, abs=1)


async def test_the_word_is_taken_back_by_a_command_and_that_is_said(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        system = shop_system(tmp_path)
        allow_tests(system, locations(system), str(shop.root), allowed=True)
        assert await shop.editor.command("sightline.forbidTests") == {"roots": [str(shop.root)]}
        assert may_run_tests(system, locations(system), str(shop.root)) is False
        assert f"Tests and builds of {shop.root} run on edits no longer" in shop.editor.client.messages[0].message
