"""Which of several models answers, from end to end: leave for a cloud is asked for, and a switch holds at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from pygls.exceptions import JsonRpcException

from sightline.lsp.consent import ALLOW, NEVER, NOT_NOW
from support.editor import Editor
from support.server_process import editor_on_process
from support.shop import FILES, HARMLESS, script, write_workspace

EXPLAIN = {"command": "explain", "text": "What does the function do with the prices it is given, and with the rate?"}
#: A private model, and one of the editor: the editor's count as models of a cloud, whatever their names.
PRIVATE_AND_CLOUD = """
[model]
name = "scripted:{folder}/one.txt"

[models.far]
name = "editor:copilot/gpt-4.1"
"""
TWO_PRIVATE = """
[model]
name = "scripted:{folder}/one.txt"

[models.two]
name = "scripted:{folder}/two.txt"

[models.other]
name = "scripted:{folder}/two.txt"

[routing]
rules = [{{ pattern = "RULE", model = "other" }}]
"""


def always(text: str, headers: str = "") -> str:
    """A scripted model that says ``text`` to everything."""
    return f"%%% reply\ntimes: always\n{headers}\n\n{text}\n"


def settled(folder: Path, settings: str, **scripts: str) -> Path:
    """A workspace, and the user's settings with their models."""
    write_workspace(folder, {"sightline.toml": settings.format(folder=folder)})
    write_workspace(folder, {f"{name}.txt": text for name, text in scripts.items()})
    return write_workspace((folder / "work").resolve())


def cloud_of(editor: Editor) -> list[Any]:
    """Has the editor offer a model, which tells what it was asked."""
    asked: list[Any] = []

    def models(_: Any) -> dict[str, Any]:
        return {"models": [{"name": "copilot/gpt-4.1"}]}

    def ask(params: Any) -> dict[str, Any]:
        asked.append(params)
        editor.client.protocol.notify("sightline/editorModelPiece", {"token": params.token, "text": "From far away."})
        return {}

    for method, handler in (("sightline/editorModels", models), ("sightline/askEditorModel", ask)):
        editor.client.protocol.fm.add_builtin_feature(method, handler)  # pyright: ignore[reportUnknownMemberType]  pygls leaves it untyped
    return asked


async def explained(editor: Editor, **more: Any) -> tuple[str, str]:
    """What a question is answered, and by whom."""
    outcome = (await editor.command("sightline.run", {**EXPLAIN, **more}))["outcome"]
    return outcome["text"], outcome["answered"]["name"]


async def test_a_cloud_answers_for_a_private_model_once_the_user_gives_leave(tmp_path: Path) -> None:
    workspace = settled(tmp_path, PRIVATE_AND_CLOUD, one=always("From here."))
    async with editor_on_process(tmp_path) as editor:
        asked = cloud_of(editor)
        await editor.initialize(workspace, options={"languageModels": True})
        await editor.ready()
        assert await explained(editor) == ("From here.", "model")
        assert editor.questions == []

        switched = await editor.command("sightline.switch", {"model": "far"})
        assert switched["switched"] == "far"
        for answer in (NOT_NOW, None):  # and a question that is closed is no leave either
            editor.answers.append(answer)
            with pytest.raises(JsonRpcException) as refused:
                await explained(editor)
            assert cast("dict[str, str]", refused.value.data)["kind"] == "model_privacy"
        assert (len(editor.questions), asked) == (2, [])
        question = editor.questions[0]
        assert [action.title for action in question.actions or ()] == [ALLOW, NOT_NOW, NEVER]
        assert str(workspace) in question.message
        assert "far" in question.message

        editor.answers.append(ALLOW)
        assert await explained(editor) == ("From far away.", "far")
        assert await explained(editor, text="And what does it do with the rate that it is given, if I may ask?") == (
            *("From far away.", "far"),
        )
        assert (len(editor.questions), len(asked)) == (3, 2)  # leave is asked for once for a workspace


async def test_who_says_never_is_not_asked_again_and_the_private_model_goes_on(tmp_path: Path) -> None:
    workspace = settled(tmp_path, PRIVATE_AND_CLOUD, one=always("From here."))
    async with editor_on_process(tmp_path) as editor:
        asked = cloud_of(editor)
        await editor.initialize(workspace, options={"languageModels": True})
        await editor.ready()
        await editor.command("sightline.switch", {"model": "far"})
        editor.answers.append(NEVER)
        for _ in range(2):
            with pytest.raises(JsonRpcException) as refused:
                await explained(editor)
            assert cast("dict[str, str]", refused.value.data)["kind"] == "model_privacy"
        assert (len(editor.questions), asked) == (1, [])
        await editor.command("sightline.switch", {"model": ""})
        assert await explained(editor) == ("From here.", "model")


async def test_a_switch_in_the_middle_of_a_conversation_is_for_what_comes_after_it(tmp_path: Path) -> None:
    """The turn that runs goes on with its model; the next is asked of the other, in the room that its window has."""
    slow = always("one\ntwo\nthree", "delay: 0.2")
    workspace = settled(tmp_path, TWO_PRIVATE, one=slow, two="%%% server\nwindow: 4800\n\n" + always("From two."))
    what = "What the function does with the prices and the rate it is given."
    users = {
        f"shop/report{n}.py": "from shop.cart import total\n\n\n"
        + "".join(
            f'def report_{n}_{k}(prices):\n    """{what}"""\n    return total(prices, {k})\n\n\n' for k in range(40)
        )
        for n in range(20)
    }
    write_workspace(workspace, {**FILES, **users})
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        talk = {"conversation": "talk", "budget": 20_000}
        running = asyncio.ensure_future(explained(editor, **talk, turn="first"))
        await editor.until(lambda: running.done() or any(event.kind == "text" for event in editor.events))
        assert not running.done(), await running
        await editor.command("sightline.switch", {"model": "two"})
        assert await running == ("one\ntwo\nthree", "model")

        result = await editor.command("sightline.run", {**EXPLAIN, **talk, "turn": "second"})
        outcome = result["outcome"]
        assert (outcome["text"], outcome["answered"]["name"]) == ("From two.", "two")
        assert outcome["answered"]["reason"] == "you switched to it (`sightline switch`)"
        assert outcome["promptTokens"] < 4800
        assert any("no longer fits" in event.text for event in editor.events if event.turn == "second")

        await editor.command("sightline.switch", {"model": ""})
        ruled = {"text": "RULE: what does the function do with the prices that it is given, if I may ask?"}
        assert await explained(editor, **talk, **ruled) == ("one\ntwo\nthree", "model")  # with which it began
        assert await explained(editor, **ruled) == ("From two.", "other")  # a conversation of its own


async def test_an_edit_is_made_by_the_model_switched_to(tmp_path: Path) -> None:
    workspace = settled(tmp_path, TWO_PRIVATE, one=script("No edit of mine."), two=script(HARMLESS))
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        await editor.command("sightline.switch", {"model": "two"})
        result = await editor.command("sightline.run", {"command": "refactor", "text": "Shout", "turn": "t"})
        assert (result["outcome"]["verdict"], result["outcome"]["answered"]["name"]) == ("accepted", "two")
        with pytest.raises(JsonRpcException) as error:
            await editor.command("sightline.switch", {"model": "nobody"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "no_such_model"
