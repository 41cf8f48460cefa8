"""Asks the user what only they can allow: tests on edits not yet accepted, a cloud in the place of a private model."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from sightline.engine.check_policy import ConsentWord
from sightline.lsp.client import Client

ALLOW, NOT_NOW, NEVER = "Allow for this workspace", "Not now", "Never"
_WORDS = {ALLOW: ConsentWord.ALLOW, NEVER: ConsentWord.NEVER}
#: How long (seconds) an edit waits for the answer; without one its tests do not run.
PATIENCE = 120.0


async def ask_for_tests(client: Client, root: str, isolation: str) -> ConsentWord:
    """The user's answer; a closed question, or none in time, is no word for later."""
    question = (
        f"Sightline wants to run tests or builds of {root} on proposed edits, before you accept them. "
        f"They execute what a model wrote, {isolation}."
    )
    try:
        async with asyncio.timeout(PATIENCE):
            choice = await client.choose(types.MessageType.Warning, question, (ALLOW, NOT_NOW, NEVER))
    except TimeoutError:
        return ConsentWord.NOT_NOW
    return _WORDS.get(choice or "", ConsentWord.NOT_NOW)


async def ask_for_cloud(client: Client, root: str, sentence: str) -> bool | None:
    """Whether requests of ``root`` may go to clouds; ``None`` for no word for later. ``sentence`` says why."""
    question = f"Sightline: {sentence} May requests of {root} go to clouds when a rule, role or fallback asks for it?"
    try:
        async with asyncio.timeout(PATIENCE):
            choice = await client.choose(types.MessageType.Warning, question, (ALLOW, NOT_NOW, NEVER))
    except TimeoutError:
        return None
    return {ALLOW: True, NEVER: False}.get(choice or "")
