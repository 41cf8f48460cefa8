"""What is offered where, to which kind of editor, and what resolving an action gives."""

from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.paths import WorkspacePath
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.tasks.result import Listener
from support.client_capabilities import capabilities_from
from support.positions import uri_of
from support.window import Window, window

SOURCE = "value = 1\nother = 2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to act on."""
    path = tmp_path / "a.py"
    path.write_text(SOURCE)
    return path


def titles(actions: list[Any]) -> list[str]:
    """Titles of actions."""
    return [action.title for action in actions]


def problem(shown: Window, uri: str) -> types.Diagnostic:
    """A diagnostic of another server."""
    selected = shown.editor.select(uri, "value")
    start, end = (types.Position(**selected[name]) for name in ("start", "end"))
    return types.Diagnostic(range=types.Range(start=start, end=end), message="value is bad", source="other", code=7)


async def test_a_fix_carries_the_diagnostics_and_a_command(file: Path) -> None:
    async with window(file.parent) as shown:
        shown.editor.open(file)
        given = problem(shown, uri_of(file))
        actions = await shown.editor.actions(
            uri_of(file), "value", diagnostics=[given], trigger_kind=types.CodeActionTriggerKind.Automatic
        )
        fix = next(action for action in actions if action.title == "Fix this")
        assert fix.kind == "quickfix"
        assert list(fix.diagnostics) == [given]
        assert fix.edit is None
        await shown.editor.command(fix.command.command, fix.command.arguments[0])
        (request,) = shown.engine.requests
        assert request.command == "fix"
        assert request.path == WorkspacePath(str(file.parent), "a.py")
        assert request.diagnostics == ("a.py:1: value is bad (other 7)",)
        assert shown.engine.requests[0].span is not None


@pytest.mark.parametrize(
    ("only", "offered"),
    [
        (["quickfix"], ["Fix this", "Import what is missing"]),
        (["refactor"], ["Refactor this"]),
        (["refactor.rewrite"], ["Refactor this"]),
        (["refactor.extract"], []),
        (["source"], ["Explain this"]),
        ([""], ["Explain this", "Fix this", "Refactor this", "Import what is missing"]),
    ],
)
async def test_only_the_wanted_kinds_are_offered(file: Path, only: list[str], offered: list[str]) -> None:
    async with window(file.parent) as shown:
        shown.editor.open(file)
        assert titles(await shown.editor.actions(uri_of(file), "value", only=only)) == offered


async def test_a_fix_without_diagnostics_is_offered_only_when_asked_for(file: Path) -> None:
    async with window(file.parent) as shown:
        shown.editor.open(file)
        automatic = await shown.editor.actions(
            uri_of(file), "value", trigger_kind=types.CodeActionTriggerKind.Automatic
        )
        assert "Fix this" not in titles(automatic)
        asked = await shown.editor.actions(uri_of(file), "value", trigger_kind=types.CodeActionTriggerKind.Invoked)
        assert "Fix this" in titles(asked)


async def test_nothing_is_offered_for_what_is_no_file_of_the_workspace(file: Path) -> None:
    async with window(file.parent) as shown:
        shown.editor.open_uri("untitled:Untitled-1", SOURCE)
        assert await shown.editor.actions("untitled:Untitled-1", "value") == []


async def test_an_editor_without_action_literals_gets_commands(file: Path) -> None:
    async with window(file.parent, capabilities=capabilities_from({})) as shown:
        shown.editor.open(file)
        actions = await shown.editor.actions(uri_of(file), "value")
        assert [action.command for action in actions] == [
            "sightline.explain", "sightline.fix", "sightline.refactor", "sightline.import",
        ]  # fmt: skip


async def resolve(shown: Window, action: types.CodeAction) -> types.CodeAction:
    """``codeAction/resolve``."""
    return await shown.editor.client.code_action_resolve_async(action)


async def test_an_edit_of_the_graph_alone_is_filled_in_when_it_is_resolved(file: Path) -> None:
    async with window(file.parent) as shown:

        async def plan(request: FeatureRequest, listener: Listener) -> FeatureResult:
            assert request.command == "import"
            shown.engine.plan(request.turn, WorkspacePath(str(file.parent), "a.py"), "value", "import x; value")
            return FeatureResult(command="import", turn_id=request.turn, revision=1, text="")

        shown.engine.run_feature = plan
        shown.editor.open(file)
        actions = await shown.editor.actions(uri_of(file), "value", only=["quickfix.import"])
        (action,) = cast("list[types.CodeAction]", actions)
        assert action.edit is None
        assert action.command is not None  # tells that the edit landed, or makes it where nothing resolves
        resolved = await resolve(shown, action)
        assert resolved.edit is not None
        (change,) = resolved.edit.document_changes or [None]
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == 1
        assert [edit.new_text for edit in change.edits if isinstance(edit, types.AnnotatedTextEdit)] == [
            "import x; value"
        ]
        assert action.data is not None
        assert list(shown.engine.planned) == [action.data["turn"]]  # for the command that tells of it
        shown.editor.type(uri_of(file), "other", "s")
        with pytest.raises(JsonRpcException) as error:
            await resolve(shown, action)
        assert "changed" in error.value.message


async def test_resolving_an_action_that_asks_a_model_runs_nothing(file: Path) -> None:
    async with window(file.parent) as shown:
        shown.editor.open(file)
        actions = await shown.editor.actions(uri_of(file), "value", only=["refactor"])
        (action,) = cast("list[types.CodeAction]", actions)
        resolved = await resolve(shown, action)
        assert resolved.edit is None
        assert resolved.command == action.command
        assert shown.engine.requests == []
