"""Applying through an editor that refuses, applies half, types in between, or cannot do what is needed."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.engine.engine import FileAfter, PreparedEdit
from sightline.lsp import landing
from support.client_capabilities import capabilities_from, full_capabilities
from support.editor import Manners
from support.positions import uri_of
from support.window import Window, window

SOURCE = "def rate():\n    return '😀', 1\n"
CHANGED = "def rate():\n    return '😀', 2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that the planned edit changes."""
    path = tmp_path / "a.py"
    path.write_text(SOURCE)
    return path


def plan(shown: Window, file: Path, turn: str = "t") -> str:
    """Plans the edit that makes CHANGED of SOURCE. Answers the file's address."""
    shown.engine.plan(turn, WorkspacePath(str(file.parent), file.name), "'😀', 1", "'😀', 2")
    return uri_of(file)


async def test_an_open_document_is_edited_under_its_version(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        shown.editor.replace(uri, 0, 0, "")
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert outcome == {
            "turn": "t", "label": "edit t", "applied": True, "rebased": False, "reason": "", "different": [],
            "takenBack": [],
            "files": [
                {"uri": uri, "path": "a.py", "kind": "edit", "old": None, "version": 2, "needsConfirmation": "",
                 "ripple": False}
            ],
        }  # fmt: skip
        assert shown.editor.buffers[uri].text == CHANGED
        assert shown.engine.applied_turns == ["t"]
        (change,) = shown.editor.edits[0].edit.document_changes or [None]
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == 2


async def test_a_closed_file_is_edited_without_a_version(file: Path) -> None:
    async with window(file.parent) as shown:
        plan(shown, file)
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert outcome["applied"]
        assert file.read_text() == CHANGED
        (change,) = shown.editor.edits[0].edit.document_changes or [None]
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version is None
        assert "files a.py" in shown.engine.calls


async def test_a_refusal_records_nothing_and_the_edit_can_be_applied_later(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        shown.editor.manners.append(Manners(refuse="Not now."))
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["reason"], outcome["different"]) == (False, "Not now.", [])
        assert shown.engine.applied_turns == []
        assert len(shown.editor.edits) == 1  # a refusal for no reason of ours is not argued with
        assert (await shown.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert shown.editor.buffers[uri].text == CHANGED


async def test_an_edit_overtaken_by_typing_is_made_ready_anew(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        shown.editor.manners.append(Manners(before=lambda: shown.editor.replace(uri, 0, 0, "# typed\n")))
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert outcome["applied"]
        assert shown.editor.buffers[uri].text == "# typed\n" + CHANGED
        assert len(shown.editor.edits) == 2


async def test_an_edit_whose_place_was_typed_over_is_refused(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        start = SOURCE.index("1")
        shown.editor.manners.append(Manners(before=lambda: shown.editor.replace(uri, start, start + 1, "7")))
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.apply", {"turn": "t"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "change_conflict"
        assert shown.editor.buffers[uri].text == SOURCE.replace("1", "7")
        assert shown.engine.applied_turns == []


async def test_typing_after_the_edit_and_before_the_answer_is_no_difference(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        shown.editor.manners.append(Manners(after=lambda: shown.editor.replace(uri, 0, 0, "# typed\n")))
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert outcome["applied"]
        assert outcome["different"] == []
        assert shown.engine.applied_turns == ["t"]


async def test_an_editor_that_ignores_versions_is_found_out(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PATIENCE", 0.1)
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        shown.editor.checks_versions = False
        shown.editor.manners.append(Manners(before=lambda: shown.editor.replace(uri, 0, 0, "é\n")))
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert not outcome["applied"]
        assert [place["path"] for place in outcome["different"]] == ["a.py"]
        assert shown.engine.applied_turns == []
        assert "a.py" in shown.editor.client.messages[0].message


async def test_applied_without_any_change_is_not_believed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PATIENCE", 0.1)
    async with window(file.parent) as shown:
        plan(shown, file)
        shown.editor.open(file)
        shown.editor.manners.append(Manners(keep=frozenset()))
        outcome = await shown.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["different"]) == (False, [])
        assert shown.engine.applied_turns == []


async def test_a_cancelled_apply_is_followed_to_its_end(file: Path) -> None:
    async with window(file.parent) as shown:
        uri = plan(shown, file)
        shown.editor.open(file)
        gate = asyncio.Event()
        shown.editor.manners.append(Manners(gate=gate))
        identifier, answer = shown.editor.begin("sightline.apply", {"turn": "t"})
        await shown.editor.until(lambda: bool(shown.editor.edits))
        shown.editor.cancel(identifier)
        with pytest.raises(JsonRpcException):
            await answer
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.apply", {"turn": "t"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "apply_in_progress"
        gate.set()
        await shown.editor.until(lambda: shown.engine.applied_turns == ["t"])
        assert shown.editor.buffers[uri].text == CHANGED
        assert not (await shown.editor.command("sightline.status"))["applying"]


# ------------------------------------------------------------------ what editors lack


@pytest.mark.parametrize(
    ("stated", "opened", "applied"),
    [
        ({"workspace": {"applyEdit": True}}, False, True),
        ({"workspace": {"applyEdit": True}}, True, False),
        ({"workspace": {"workspaceEdit": {"documentChanges": True}}}, False, False),
    ],
)
async def test_without_versions_only_closed_files_are_edited(
    file: Path, stated: dict[str, Any], opened: bool, applied: bool
) -> None:
    async with window(file.parent, capabilities=capabilities_from(stated)) as shown:
        plan(shown, file)
        if opened:
            shown.editor.open(file)
        if applied:
            assert (await shown.editor.command("sightline.apply", {"turn": "t"}))["applied"]
            assert shown.editor.edits[0].edit.changes
            assert file.read_text() == CHANGED
        else:
            with pytest.raises(JsonRpcException) as error:
                await shown.editor.command("sightline.apply", {"turn": "t"})
            assert cast("dict[str, str]", error.value.data)["kind"] == "editor_cannot"
            assert shown.editor.edits == []


def prepared_operations(root: Path) -> PreparedEdit:
    """One edit that edits, moves, deletes and creates."""
    edited, old, new, gone, made = (
        WorkspacePath(str(root), name) for name in ("a.py", "old.py", "sub/new.py", "gone.py", "made.py")
    )
    texts = {path: Text((root / path.relative).read_bytes()) for path in (edited, old, gone)}
    edits = {
        edited: (TextEdit(Span(0, 0), b"# one\n"), TextEdit(Span(0, 0), b"# two\n")),
        old: (TextEdit(Span(0, 1), b"y"),),
    }
    return PreparedEdit(
        turn="ops",
        label="move things",
        changes=ChangeSet(
            base={path: text.digest for path, text in texts.items()},
            edits=tuple(FileEdit(path=path, edits=made_edits) for path, made_edits in edits.items()),
            creates=(FileCreate(path=made, text=Text.of("made = '€'\n")),),
            deletes=(gone,),
            renames=(FileRename(old=old, new=new),),
        ),
        files=(
            FileAfter(path=edited, kind="edit", before=texts[edited], after=texts[edited].apply(edits[edited])),
            FileAfter(path=new, kind="rename", old=old, before=texts[old], after=texts[old].apply(edits[old])),
            FileAfter(path=gone, kind="delete", before=texts[gone], after=None, needs_confirmation="it is deleted"),
            FileAfter(path=made, kind="create", before=None, after=Text.of("made = '€'\n")),
        ),
        rebased=False,
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A workspace for :func:`prepared_operations`."""
    for name in ("a.py", "old.py", "gone.py"):
        (tmp_path / name).write_text("x = 1\n")
    return tmp_path


async def test_files_are_edited_moved_deleted_and_created(many: Path) -> None:
    async with window(many) as shown:
        shown.engine.prepare = lambda turn, *_: prepared_operations(many)  # type: ignore[method-assign]  planned here
        outcome = await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert outcome["applied"], outcome
        assert (many / "a.py").read_text() == "# one\n# two\nx = 1\n"
        assert (many / "sub/new.py").read_text() == "y = 1\n"
        assert (many / "made.py").read_text() == "made = '€'\n"
        assert not (many / "gone.py").exists()
        assert not (many / "old.py").exists()
        edit = shown.editor.edits[0].edit
        asked = [name for name, note in (edit.change_annotations or {}).items() if note.needs_confirmation]
        assert asked == ["sightline:gone.py"]


async def test_a_closed_file_of_an_encoding_that_editors_guess_is_left_to_the_command_line(many: Path) -> None:
    async with window(many) as shown:
        prepared = prepared_operations(many)
        files = tuple(replace(file, encoding="iso8859-1") if file.kind == "edit" else file for file in prepared.files)
        shown.engine.prepare = lambda turn, *_: replace(prepared, files=files)  # type: ignore[method-assign]  planned
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert "a.py (iso8859-1)" in error.value.message
        assert (many / "a.py").read_text() == "x = 1\n"


async def test_a_failure_half_way_is_told_and_taken_back(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PATIENCE", 0.1)
    async with window(many) as shown:
        shown.engine.prepare = lambda turn, *_: prepared_operations(many)  # type: ignore[method-assign]  planned here
        shown.editor.manners.append(Manners(fail_after=3))
        outcome = await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert not outcome["applied"]
        assert outcome["reason"] == "The disk is full."
        assert outcome["different"] == []
        assert [place["path"] for place in outcome["takenBack"]] == ["a.py", "sub/new.py"]
        assert shown.engine.applied_turns == []
        assert "taken back ops" in shown.engine.calls
        assert "The disk is full. Taken back: a.py, sub/new.py." in shown.editor.client.messages[0].message


async def test_parts_the_user_unticked_are_found_out(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PATIENCE", 0.1)
    async with window(many) as shown:
        shown.engine.prepare = lambda turn, *_: prepared_operations(many)  # type: ignore[method-assign]  planned here
        shown.editor.manners.append(Manners(keep=frozenset({uri_of(many / "a.py")})))
        outcome = await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert not outcome["applied"]
        names = [place["path"] for place in outcome["different"]]
        assert names == ["gone.py", "made.py", "old.py", "sub/new.py"]


async def test_an_open_document_that_is_deleted_is_guarded_by_its_version(many: Path) -> None:
    async with window(many) as shown:
        gone = many / "gone.py"
        shown.editor.open(gone)
        await shown.editor.command("sightline.status")
        prepared = prepared_operations(many)
        files = tuple(
            file if file.kind != "delete" else FileAfter(
                path=file.path, kind="delete", before=file.before, after=None, version=1
            )
            for file in prepared.files
        )  # fmt: skip
        shown.engine.prepare = lambda turn, *_: PreparedEdit(  # type: ignore[method-assign]  planned here
            turn="ops", label="", changes=prepared.changes, files=files, rebased=False
        )
        shown.editor.manners.append(Manners(before=lambda: shown.editor.replace(uri_of(gone), 0, 0, "# precious\n")))
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "change_conflict"
        assert shown.editor.text(gone) == "# precious\nx = 1\n"
        assert gone.exists()


@pytest.mark.parametrize(("answer", "applied"), [("Apply", True), ("Cancel", False), (None, False)])
async def test_without_annotations_the_user_is_asked(many: Path, answer: str | None, applied: bool) -> None:
    stated = full_capabilities()
    assert stated.workspace is not None
    assert stated.workspace.workspace_edit is not None
    stated.workspace.workspace_edit.change_annotation_support = None
    async with window(many, capabilities=stated) as shown:
        shown.engine.prepare = lambda turn, *_: prepared_operations(many)  # type: ignore[method-assign]  planned here
        shown.editor.answers.append(answer)
        outcome = await shown.editor.command("sightline.apply", {"turn": "ops"})
        assert outcome["applied"] is applied
        assert "gone.py: it is deleted" in shown.editor.questions[0].message
        assert (many / "gone.py").exists() is not applied


async def test_missing_resource_operations_are_refused_before_anything_is_sent(many: Path) -> None:
    stated = capabilities_from(
        {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}}
    )
    async with window(many, capabilities=stated) as shown:
        shown.engine.prepare = lambda turn, *_: prepared_operations(many)  # type: ignore[method-assign]  planned here
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.apply", {"turn": "ops"})
        data = cast("dict[str, str]", error.value.data)
        assert data["kind"] == "editor_cannot"
        assert "delete or rename" in data["message"]
        assert shown.editor.edits == []
