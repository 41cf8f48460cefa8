"""The editor's own models from end to end: a server process asks its client, which answers in pieces, or does not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from pygls.exceptions import JsonRpcException

from support.editor import Editor
from support.patience import PATIENCE
from support.server_process import editor_on_process
from support.shop import write_workspace


class Offering:
    """What an editor with models does; ``refusal`` is a kind that it refuses with, ``hangs`` after the first piece."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.refusal = ""
        self.hangs = False
        self.asked: list[Any] = []
        self.began, self.ended = asyncio.Event(), asyncio.Event()
        for method, handler in (("sightline/editorModels", self.models), ("sightline/askEditorModel", self.ask)):
            editor.client.protocol.fm.add_builtin_feature(method, handler)  # pyright: ignore[reportUnknownMemberType]  pygls leaves it untyped

    def models(self, _: Any) -> dict[str, Any]:
        """Two of them."""
        return {"models": [{"name": "copilot/gpt-4.1", "title": "GPT", "maxInputTokens": 64_000}, {"name": "x/y"}, 7]}

    async def ask(self, params: Any) -> dict[str, Any]:
        """Answers in pieces."""
        self.asked.append(params)
        if self.refusal:
            raise JsonRpcException("not today", -32803, {"kind": self.refusal})
        self.say(params.token, "It adds ")
        if self.hangs:
            try:
                self.began.set()
                await asyncio.Event().wait()
            finally:
                self.ended.set()
        self.say(params.token, "numbers.")
        self.say("unknown", "of nobody")
        return {}

    def say(self, token: str, text: str) -> None:
        """Sends a piece."""
        self.editor.client.protocol.notify("sightline/editorModelPiece", {"token": token, "text": text})


def kind_of(error: pytest.ExceptionInfo[JsonRpcException]) -> tuple[str, str]:
    """Kind and hint of an error."""
    data = cast("dict[str, str]", error.value.data)
    return data["kind"], data["hint"]


async def test_an_editors_model_answers_refuses_and_is_cancelled(tmp_path: Path) -> None:
    workspace = write_workspace((tmp_path / "work").resolve())
    question = {"command": "explain", "text": "What does total do?"}
    async with editor_on_process(tmp_path, SIGHTLINE_MODEL="editor:copilot/gpt-4.1") as editor:
        offering = Offering(editor)
        await editor.initialize(workspace, options={"languageModels": True})
        await editor.ready()
        result = await editor.command("sightline.run", {**question, "turn": "one"})
        assert result["outcome"]["text"] == "It adds numbers."
        assert "".join(event.text for event in editor.events if event.kind == "text") == "It adds numbers."
        assert offering.asked[0].model == "copilot/gpt-4.1"
        assert [message.role for message in offering.asked[0].messages][-1] == "user"

        told = await editor.command("sightline.models")
        assert {
            "title": "Your editor",
            "baseUrl": "",
            "models": [{"name": "editor:copilot/gpt-4.1", "window": 64_000}, {"name": "editor:x/y", "window": None}],
        } in told["servers"]

        offering.hangs = True
        identifier, answer = editor.begin("sightline.run", {**question, "text": "And discount?", "turn": "two"})
        await asyncio.wait_for(offering.began.wait(), PATIENCE)
        editor.cancel(identifier)
        with pytest.raises(JsonRpcException):
            await answer
        await asyncio.wait_for(offering.ended.wait(), PATIENCE)

        offering.refusal = "no_permission"
        with pytest.raises(JsonRpcException) as error:
            await editor.command("sightline.run", {**question, "text": "And price?", "turn": "three"})
        assert kind_of(error)[0] == "model_authentication"
        assert "not today" in error.value.message


async def test_an_editor_without_models_is_told_what_to_do(tmp_path: Path) -> None:
    workspace = write_workspace((tmp_path / "work").resolve())
    async with editor_on_process(tmp_path, SIGHTLINE_MODEL="editor:copilot/gpt-4.1") as editor:
        await editor.initialize(workspace)
        await editor.ready()
        with pytest.raises(JsonRpcException) as error:
            await editor.command("sightline.run", {"command": "explain", "text": "What does total do?"})
        assert kind_of(error)[0] == "model_not_configured"
        assert "VS Code" in kind_of(error)[1]
