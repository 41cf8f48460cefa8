"""Indexing as the user sees it: its progress, a pause and going on, a failure."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.errors import SightlineError
from sightline.engine.engine import Progress
from support.window import window


async def test_indexing_shows_progress_that_can_be_cancelled(tmp_path: Path) -> None:
    reached = asyncio.Event()

    async def index(progress: Progress) -> None:
        while True:
            progress("Reading imports", 50, 200)
            reached.set()
            await asyncio.sleep(0.02)

    async with window(tmp_path, engine={"indexing": index}, wait=False) as shown:
        await reached.wait()
        reports = shown.editor.client.progress_reports
        await shown.editor.until(lambda: bool(reports))
        token = next(iter(reports))
        await shown.editor.until(lambda: len(reports[token]) >= 2)
        assert any(getattr(report, "percentage", None) == 25 for report in reports[token])
        shown.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token=token))
        await shown.editor.ready()
        assert shown.editor.states == ["indexing", "paused"]
        answer = await shown.editor.command("sightline.run", {"command": "explain", "text": "hello"})
        assert answer["text"] == "You said hello."
        assert type(reports[token][-1]).__name__ == "WorkDoneProgressEnd"


async def test_indexing_is_paused_and_taken_up_again_by_commands(tmp_path: Path) -> None:
    reached, done = asyncio.Event(), asyncio.Event()

    async def index(progress: Progress) -> None:
        progress("Reading imports", 50, 200)
        reached.set()
        await done.wait()

    async with window(tmp_path, engine={"indexing": index}, wait=False) as shown:
        await reached.wait()
        paused = await shown.editor.command("sightline.pauseIndexing")
        assert (paused["state"], paused["message"]) == (
            "paused",
            "Indexing is paused. Answers come from what is indexed so far.",
        )
        assert paused["revision"] is not None
        done.set()
        assert (await shown.editor.command("sightline.index"))["state"] == "ready"
        assert (await shown.editor.command("sightline.pauseIndexing"))["state"] == "ready"
        assert shown.editor.states == ["indexing", "paused", "indexing", "ready"]


async def test_what_is_indexed_again_can_be_paused_too(tmp_path: Path) -> None:
    runs = 0
    reached = asyncio.Event()

    async def index(progress: Progress) -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            reached.set()
            await asyncio.Event().wait()

    async with window(tmp_path, engine={"indexing": index}) as shown:
        _, again = shown.editor.begin("sightline.index")
        await reached.wait()
        assert (await shown.editor.command("sightline.pauseIndexing"))["state"] == "paused"
        assert (await again)["state"] == "paused"


async def test_a_workspace_that_cannot_be_indexed_fails_with_its_reason(tmp_path: Path) -> None:
    async def index(progress: Progress) -> None:
        raise SightlineError("The home folder is no project.", hint="Open a folder inside.", kind="large_root")

    async with window(tmp_path, engine={"indexing": index}) as shown:
        assert shown.editor.states[-1] == "failed"
        assert "home folder" in shown.editor.client.messages[0].message
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.run", {"command": "fix"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "large_root"
        assert (await shown.editor.command("sightline.status"))["state"] == "failed"
