"""The editor's own models: what is asked of it, what its refusals mean, and that nobody takes them for private."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sightline.base.editor_models import EditorModels, EditorRefusal, EditorRefused, OfferedModel, with_editor
from sightline.base.memory_system import ManualClock, memory_system
from sightline.models.client import complete
from sightline.models.members import stays_private, where_of
from sightline.models.messages import Finish, Message, ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.policy import runs_locally
from sightline.models.provider import Provider
from sightline.models.registry import open_provider
from sightline.models.selection import select_model

ASK = ModelRequest(
    model="copilot/gpt-4.1",
    messages=(Message(role="system", content="Be brief."), Message(role="user", content="Hi \ud800")),
    max_output_tokens=64,
    prompt_tokens=20,
)


@dataclass
class FakeEditor:
    """Offers models and answers in pieces, or refuses."""

    pieces: Sequence[str] = ("Hel", "", "lo")
    refusal: EditorRefusal | None = None
    hangs: bool = False
    models: Sequence[OfferedModel] = (
        OfferedModel(name="copilot/gpt-4.1", title="GPT", largest_prompt=111_000),
        OfferedModel(name="other/tiny"),
    )
    asked: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    closed: int = 0

    async def offered(self) -> Sequence[OfferedModel]:
        if self.refusal is not None:
            raise EditorRefused(self.refusal, "no")
        return self.models

    async def ask(self, request: Mapping[str, Any]) -> AsyncGenerator[str, None]:
        self.asked.append(request)
        try:
            for piece in self.pieces:
                yield piece
            if self.hangs:
                await asyncio.Event().wait()
            if self.refusal is not None:
                raise EditorRefused(self.refusal, "quota used up")
        finally:
            self.closed += 1


async def provider_of(editor: EditorModels | None, choice: str = "editor:copilot/gpt-4.1", **fields: Any) -> Provider:
    return await open_provider(replace(select_model(choice), **fields), with_editor(memory_system(), editor))


async def test_a_reply_in_pieces_and_what_was_asked() -> None:
    editor, heard = FakeEditor(), list[StreamEvent]()
    response = await complete(await provider_of(editor), ASK, clock=ManualClock(), listener=heard.append)
    assert (response.text, response.finish, len(heard)) == ("Hello", Finish.STOP, 3)
    assert response.usage.prompt_tokens is None
    assert editor.asked == [
        {
            "model": "copilot/gpt-4.1",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi \ufffd"}],
            "maxOutputTokens": 64,
        }
    ]
    assert editor.closed == 1


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        (EditorRefusal.NO_PERMISSION, ModelFailure.AUTHENTICATION),
        (EditorRefusal.NOT_FOUND, ModelFailure.NOT_FOUND),
        (EditorRefusal.BLOCKED, ModelFailure.RATE_LIMITED),
        (EditorRefusal.FAILED, ModelFailure.SERVER),
    ],
)
async def test_refusals(refusal: EditorRefusal, failure: ModelFailure) -> None:
    with pytest.raises(ModelError) as caught:
        await complete(await provider_of(FakeEditor(refusal=refusal)), ASK, clock=ManualClock())
    assert caught.value.failure is failure
    assert "quota used up" in caught.value.message
    assert caught.value.hint


async def test_no_pieces_are_no_reply() -> None:
    with pytest.raises(ModelError) as caught:
        await complete(await provider_of(FakeEditor(pieces=("", ""))), ASK, clock=ManualClock())
    assert caught.value.failure is ModelFailure.EMPTY_REPLY


async def test_without_an_editor_it_says_what_to_do() -> None:
    provider = await provider_of(None)
    for asking in (complete(provider, ASK, clock=ManualClock()), provider.models()):
        with pytest.raises(ModelError) as caught:
            await asking
        assert caught.value.failure is ModelFailure.NOT_CONFIGURED
        assert "VS Code" in caught.value.hint
    assert (await provider.window_report("x")).tokens is None


async def test_leaving_tells_the_editor() -> None:
    editor = FakeEditor(hangs=True)
    stream = (await provider_of(editor)).stream(ASK)
    async with aclosing(stream):
        await anext(stream)
    assert editor.closed == 1


async def test_the_window_is_the_editors_word_or_the_users() -> None:
    editor = FakeEditor()
    provider = await provider_of(editor)
    assert [model.name for model in await provider.models()] == ["copilot/gpt-4.1", "other/tiny"]
    for name in ("copilot/gpt-4.1", "gpt-4.1", "any"):
        report = await provider.window_report(name)
        assert (report.tokens, report.source) == (111_000, "your editor")
    assert await provider.window("other/tiny") is None
    assert await (await provider_of(editor, window=8_000)).window("copilot/gpt-4.1") == 8_000
    assert await (await provider_of(FakeEditor(refusal=EditorRefusal.FAILED))).window("copilot/gpt-4.1") is None
    with pytest.raises(ModelError) as caught:
        await complete(provider, replace(ASK, prompt_tokens=120_000), clock=ManualClock())
    assert caught.value.failure is ModelFailure.WINDOW_EXCEEDED


@pytest.mark.parametrize("choice", ["editor:copilot/gpt-4.1", "editor", "editor:qwen2.5-coder:7b", "editor:x.gguf"])
def test_none_of_them_is_private_and_no_address_is_used(choice: str) -> None:
    policy = select_model(choice, base_url="http://127.0.0.1:8080/v1", api_key="secret")
    assert (policy.kind, policy.base_url, bool(policy.api_key)) == ("editor", "", False)
    assert not runs_locally(policy)
    assert not stays_private(policy)
    assert where_of(policy) == "your editor"
