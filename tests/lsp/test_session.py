"""One session over a fake engine, message by message: what is agreed, what order holds, what is refused, and how."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.engine.engine import Progress
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.lsp.options import ServerOptions
from sightline.tasks.result import Listener, TurnEvent, TurnStage
from support.client_capabilities import capabilities_from
from support.editor import Editor
from support.fake_engine import maker
from support.link import linked
from support.positions import uri_of
from support.window import FEATURES, Window, window


def error_data(error: pytest.ExceptionInfo[JsonRpcException]) -> dict[str, str]:
    """The data of an error as the client received it."""
    return cast("dict[str, str]", error.value.data)


# ------------------------------------------------------------------ what is agreed


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-16"], "utf-16"),
        (["utf-32", "utf-16", "utf-8"], "utf-8"),
        (["utf-32", "utf-16"], "utf-16"),
        (["utf-32"], "utf-32"),
    ],
)
async def test_the_position_encoding_is_negotiated(tmp_path: Path, offered: list[str], chosen: str) -> None:
    async with window(tmp_path, encodings=offered) as shown:
        assert shown.editor.encoding == chosen


async def test_a_client_that_offers_no_encoding_means_utf_16(tmp_path: Path) -> None:
    async with window(tmp_path, capabilities=types.ClientCapabilities()) as shown:
        assert shown.editor.encoding == "utf-16"


async def test_only_what_is_there_is_advertised(tmp_path: Path) -> None:
    async with window(tmp_path) as shown:
        stated = shown.initialized.capabilities
        assert stated.text_document_sync.change is types.TextDocumentSyncKind.Incremental
        assert {"sightline.run", "sightline.fix", "sightline.apply"} <= set(stated.execute_command_provider.commands)
        assert set(stated.code_action_provider.code_action_kinds) == {
            "quickfix", "quickfix.import", "refactor.rewrite", "source.sightline.explain",
        }  # fmt: skip
        assert stated.hover_provider is None
        assert stated.notebook_document_sync is None


async def test_requests_before_initialize_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    editor = Editor()
    async with linked(editor, maker([]), FEATURES):
        with pytest.raises(JsonRpcException) as early:
            await asyncio.wrap_future(editor.client.protocol.send_request(types.SHUTDOWN, None))
        assert early.value.code == types.ErrorCodes.ServerNotInitialized
        await editor.initialize(tmp_path)
        with pytest.raises(JsonRpcException) as unknown:
            await asyncio.wrap_future(editor.client.protocol.send_request("textDocument/hoover", {"x": 1}))
        assert unknown.value.code == types.ErrorCodes.MethodNotFound


# ------------------------------------------------------------------ documents


async def test_typing_reaches_the_engine_in_order(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = '😀'\n")
    async with window(tmp_path) as shown:
        shown.editor.open(file)
        shown.editor.type(uri_of(file), "😀", "!")
        shown.editor.replace_many(uri_of(file), [(0, 1, "y"), (0, 0, "# 😀\n"), (3, 3, "é")])
        await shown.editor.command("sightline.status")
        path = WorkspacePath(str(tmp_path), "a.py")
        assert shown.engine.calls[-3:] == ["open a.py 1", "change a.py 2", "change a.py 3"]
        source = shown.engine.overlay[path]
        assert source is not None
        assert str(source.text) == shown.editor.buffers[uri_of(file)].text == "# 😀é\ny = '😀!'\n"


async def test_documents_opened_before_the_engine_are_given_to_it(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    async with window(tmp_path, wait=False) as shown:
        shown.editor.open(file)
        shown.editor.type(uri_of(file), "x", "y")
        await shown.editor.ready()
        assert shown.engine.calls == ["open a.py 2", "start"]


async def test_closing_and_opening_at_once_leaves_the_file_open(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    async with window(tmp_path) as shown:
        shown.editor.open(file)
        shown.editor.close(uri_of(file))
        shown.editor.open(file, "y = 2\n")
        await shown.editor.command("sightline.status")
        assert shown.engine.calls[-2:] == ["open a.py 1", "open a.py 1"]
        shown.editor.close(uri_of(file))
        await shown.editor.command("sightline.status")
        await asyncio.sleep(0)
        assert shown.engine.calls[-1] == "close a.py"


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-notebook-cell:/n.ipynb#W0sZ"])
async def test_buffers_that_are_no_files_are_answered_without_a_graph(tmp_path: Path, uri: str) -> None:
    async with window(tmp_path) as shown:
        shown.editor.open_uri(uri, "def f():\n    return 1\n")
        shown.editor.type(uri, "return ", "1 + ")
        selected = shown.editor.select(uri, "return 1 + 1")
        await shown.editor.command(
            "sightline.run", {"command": "explain", "text": "why?", "uri": uri, "range": selected}
        )
        request = shown.engine.requests[0]
        assert (request.path, request.span, request.root) == (None, None, str(tmp_path))
        assert request.text == "why?\n\n```python\nreturn 1 + 1\n```"
        assert shown.engine.calls == ["start"]


# ------------------------------------------------------------------ running


async def test_a_run_is_converted_with_the_text_at_its_arrival(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("a = '😀'; b = 2\n")
    async with window(tmp_path) as shown:
        uri = uri_of(file)
        shown.editor.open(file)
        diagnostic = {
            "range": shown.editor.select(uri, "b = 2"), "message": "b is unused", "source": "ruff", "code": "F841",
        }  # fmt: skip
        given = {
            "command": "/fix", "text": "now", "uri": uri, "range": shown.editor.select(uri, "b = 2"), "turn": "t1",
            "mentions": ["@x"], "diagnostics": [diagnostic, "a.py:1: as it is"], "budget": 900, "unknown": 1,
        }  # fmt: skip
        _, answer = shown.editor.begin("sightline.run", given)
        shown.editor.replace(uri, 0, 0, "# a line more\n")  # on its heels: must not shift the selection
        result = await answer
        assert result["turn"] == "t1"
        assert result["text"] == "You said now."
        assert shown.engine.requests == [
            FeatureRequest(
                command="fix",
                turn="t1",
                text="now",
                root=str(tmp_path),
                path=WorkspacePath(str(tmp_path), "a.py"),
                span=Span(12, 17),
                mentions=("@x",),
                diagnostics=("a.py:1: b is unused (ruff F841)", "a.py:1: as it is"),
                budget=900,
            )
        ]


async def test_events_are_streamed_before_the_answer(tmp_path: Path) -> None:
    async def talk(request: FeatureRequest, listener: Listener) -> FeatureResult:
        for number, word in enumerate(("one", "two")):
            listener(TurnEvent(kind="text", text=word, stage=TurnStage.MODEL, attempt=number))
        return FeatureResult(command="explain", turn_id=request.turn, revision=7, text="")

    async with window(tmp_path, engine={"run_feature": talk}) as shown:
        result = await shown.editor.command("sightline.run", {"command": "explain", "turn": "mine"})
        assert result["revision"] == 7
        events = [(e.turn, e.number, e.kind, e.text, e.stage, e.attempt) for e in shown.editor.events]
        assert events == [("mine", 1, "text", "one", "model", 0), ("mine", 2, "text", "two", "model", 1)]


async def test_a_run_during_indexing_says_that_it_waits(tmp_path: Path) -> None:
    go = asyncio.Event()

    async def index(progress: Progress) -> None:
        await go.wait()

    async with window(tmp_path, engine={"indexing": index}, wait=False) as shown:
        _, answer = shown.editor.begin("sightline.run", {"command": "explain", "text": "hello"})
        await shown.editor.until(lambda: bool(shown.editor.events))
        assert "index" in shown.editor.events[0].text
        await shown.editor.until(lambda: shown.editor.states == ["indexing"])
        status = await shown.editor.command("sightline.status")
        assert (status["state"], len(status["running"])) == ("indexing", 1)
        go.set()
        assert (await answer)["text"] == "You said hello."


async def test_context_is_answered_from_imports_while_definitions_are_read(tmp_path: Path) -> None:
    go, imports = asyncio.Event(), asyncio.Event()

    async def index(progress: Progress) -> None:
        await go.wait()

    async with window(tmp_path, engine={"indexing": index, "imports": imports}, wait=False) as shown:
        _, whole = shown.editor.begin("sightline.run", {"command": "explain", "text": "later"})
        _, early = shown.editor.begin("sightline.run", {"command": "context", "text": "now"})
        await shown.editor.until(lambda: len(shown.editor.events) == 2)
        imports.set()
        assert (await early)["text"] == "You said now."
        status = await shown.editor.command("sightline.status")
        assert status["state"] == "indexing"
        assert "Imports are known" in status["message"]
        assert len(status["running"]) == 1
        go.set()
        assert (await whole)["text"] == "You said later."


@pytest.mark.parametrize(
    ("command", "given", "kind"),
    [
        ("sightline.run", {}, "invalid_arguments"),
        ("sightline.run", {"command": "fix", "budget": -1}, "invalid_arguments"),
        ("sightline.apply", {"turn": "nobody"}, "no_such_turn"),
        ("sightline.apply", {"turn": "rejected-1"}, "rejected"),
        ("sightline.unheard", {}, "invalid_arguments"),
    ],
)
async def test_errors_have_a_kind_a_message_and_a_hint(
    tmp_path: Path, command: str, given: dict[str, Any], kind: str
) -> None:
    async with window(tmp_path) as shown:
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command(command, given)
        data = error_data(error)
        assert data["kind"] == kind
        assert data["message"]
        assert "hint" in data
        assert "Traceback" not in json.dumps(data)


async def test_a_bug_is_told_as_one_without_a_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: FeatureRequest, listener: Listener) -> FeatureResult:
        raise ZeroDivisionError("sk-abcdefghijklmnopqrstuvwxyz123456")

    async with window(tmp_path, engine={"run_feature": broken}) as shown:
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.run", {"command": "fix"})
        assert error_data(error)["kind"] == "internal"
        assert "sk-abc" not in str(error.value.data) + error.value.message
    assert any(record.exc_info for record in caplog.records)


# ------------------------------------------------------------------ the folders


async def test_folders_come_and_go(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.py").write_text("x = 1\n")
    async with window(one) as shown:
        shown.editor.open(two / "a.py")
        event = types.WorkspaceFoldersChangeEvent(
            added=[types.WorkspaceFolder(uri=uri_of(two), name="two")], removed=[]
        )
        shown.editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=event))
        await shown.editor.command("sightline.status")
        await asyncio.sleep(0)
        assert shown.engine.roots == (str(one), str(two))
        assert shown.engine.calls[-2:] == ["roots 2", "open a.py 1"]
        event = types.WorkspaceFoldersChangeEvent(
            added=[], removed=[types.WorkspaceFolder(uri=uri_of(one), name="one")]
        )
        shown.editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=event))
        status = await shown.editor.command("sightline.status")
        assert status["roots"] == [str(two)]


async def test_a_folder_that_nobody_trusts_is_told_of(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    for folder in (one, two, three):
        folder.mkdir()
    both = (str(one), str(two))

    def change(shown: Window, added: Path) -> None:
        folders = [types.WorkspaceFolder(uri=uri_of(added), name=added.name)]
        event = types.WorkspaceFoldersChangeEvent(added=folders, removed=[])
        shown.editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=event))

    async with window(one, engine={"trusting": [both]}) as shown:
        shown.editor.client.protocol.notify("sightline/didTrust", {"folders": [uri_of(two)]})
        change(shown, two)
        await shown.editor.until(lambda: "roots 2" in shown.engine.calls)
        assert shown.engine.calls[-2:] == [f"vouch {two}", "roots 2"]
        change(shown, three)
        await shown.editor.until(lambda: any("you trust it" in each.message for each in shown.editor.client.messages))


# ------------------------------------------------------------------ files


async def test_files_are_watched_where_the_editor_can(tmp_path: Path) -> None:
    async with window(tmp_path) as shown:
        await shown.editor.until(lambda: bool(shown.editor.registered))
        assert shown.editor.registered[0].method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        events = [
            types.FileEvent(uri=uri_of(tmp_path / name), type=types.FileChangeType.Changed) for name in ("a.py", "b.py")
        ]
        elsewhere = types.FileEvent(uri="file:///elsewhere/c.py", type=types.FileChangeType.Created)
        params = types.DidChangeWatchedFilesParams(changes=[*events, elsewhere])
        shown.editor.client.workspace_did_change_watched_files(params)
        shown.editor.client.protocol.notify("sightline/didFocus", {})
        await shown.editor.command("sightline.status")
        await asyncio.sleep(0)
        assert shown.engine.calls[-1] == "files a.py b.py"


async def test_without_watchers_focus_and_save_look_at_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    stated = capabilities_from({"workspace": {"applyEdit": True}})
    async with window(tmp_path, capabilities=stated) as shown:
        for _ in range(3):
            shown.editor.client.protocol.notify("sightline/didFocus", {"a-b": 1})
        shown.editor.open(file)
        shown.editor.save(uri_of(file))
        await shown.editor.command("sightline.status")
        await asyncio.sleep(0)
        assert shown.engine.calls.count("rescan") <= 2
        assert "files a.py" in shown.engine.calls


# ------------------------------------------------------------------ settings and trust


async def test_settings_of_unknown_scope_are_kept_apart_from_the_users(tmp_path: Path) -> None:
    seen: list[ServerOptions] = []
    real = maker([])

    async def make_engine(options: ServerOptions) -> Any:
        seen.append(options)
        return await real(options)

    editor = Editor()
    editor.client.set_configuration({"model": {"baseUrl": "http://evil.example"}}, section="sightline")
    async with linked(editor, make_engine, FEATURES, ServerOptions(user_settings={"context": {"budget": 500}})):
        options = {"userSettings": {"model": {"name": "openai:mine"}}, "trusted": True}
        await editor.initialize(tmp_path, options=options)
        await editor.ready()
        assert seen[0].user_settings == {"context": {"budget": 500}, "model": {"name": "openai:mine"}}
        assert seen[0].workspace_settings == {"model": {"baseUrl": "http://evil.example"}}
        assert seen[0].trusted is True
        editor.states.clear()
        editor.client.set_configuration({"edits": {"repairRounds": 1}}, section="sightline")
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings={"model": "x"}))
        await editor.ready()
        assert [options.workspace_settings for options in seen[1:]] == [{"edits": {"repairRounds": 1}}]
        assert seen[1].user_settings == seen[0].user_settings


@pytest.mark.parametrize("options", [None, [], "x", {"userSettings": 5, "trusted": "yes"}])
async def test_odd_initialization_options_trust_nothing(tmp_path: Path, options: Any) -> None:
    async with window(tmp_path, options=options) as shown:
        assert shown.link.session.host.options.trusted is None
        assert shown.link.session.host.options.user_settings == {}


# ------------------------------------------------------------------ the log


async def test_the_log_reaches_the_editor_redacted_and_follows_the_trace(tmp_path: Path) -> None:
    log = logging.getLogger("sightline.test")
    async with window(tmp_path, server=ServerOptions(log_level="warning")) as shown:
        lines = shown.editor.client.log_messages
        log.warning("the key is %s", "sk-abcdefghijklmnopqrstuvwxyz123456")
        log.info("quiet")
        shown.editor.client.set_trace(types.SetTraceParams(value=types.TraceValue.Messages))
        await shown.editor.command("sightline.status")
        log.info("told")
        log.debug("still quiet")
        logging.getLogger("pygls.protocol").error("never this way")
        await shown.editor.command("sightline.status")
        texts = [line.message for line in lines]
        assert texts == ["sightline.test: the key is [redacted]", "sightline.test: told"]
