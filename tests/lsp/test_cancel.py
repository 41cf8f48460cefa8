"""Cancelling over a fake engine that hangs: answered at once, the task ended, shutdown included."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.tasks.result import Listener, TurnEvent, TurnStage
from support.patience import least_seconds
from support.window import window


class Hanging:
    """A run that hangs until it is cancelled, and takes its time to end then."""

    def __init__(self, seconds_to_end: float = 0.0) -> None:
        self.started = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.ended = asyncio.Event()
        self._seconds = seconds_to_end

    async def __call__(self, request: FeatureRequest, listener: Listener) -> FeatureResult:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            await asyncio.sleep(self._seconds)
            listener(TurnEvent(kind="text", text="too late", stage=TurnStage.MODEL, attempt=0))
            raise
        finally:
            self.ended.set()
        raise AssertionError


@pytest.mark.parametrize("seconds_to_end", [0.0, 0.4])
async def test_a_cancel_is_answered_within_100_ms_and_the_task_is_cancelled(
    tmp_path: Path, seconds_to_end: float
) -> None:
    async def cancelled() -> float:
        hanging = Hanging(seconds_to_end)
        async with window(tmp_path, engine={"run_feature": hanging}) as shown:
            identifier, answer = shown.editor.begin("sightline.run", {"command": "fix", "turn": "t"})
            await hanging.started.wait()
            began = asyncio.get_running_loop().time()
            shown.editor.cancel(identifier)
            with pytest.raises(JsonRpcException) as error:
                await answer
            took = asyncio.get_running_loop().time() - began
            assert error.value.code == types.LSPErrorCodes.RequestCancelled
            assert hanging.cancelled.is_set()
            await hanging.ended.wait()
            status = await shown.editor.command("sightline.status")
            assert status["running"] == []
            return took

    assert await least_seconds(cancelled, 0.1) < 0.1


async def test_the_users_cancel_of_a_commands_progress_cancels_it(tmp_path: Path) -> None:
    hanging = Hanging()
    async with window(tmp_path, engine={"run_feature": hanging}) as shown:
        shown.editor.client.progress_reports["my-token"] = []
        _, answer = shown.editor.begin("sightline.run", {"command": "fix"}, token="my-token")
        await hanging.started.wait()
        params = types.WorkDoneProgressCancelParams(token="my-token")
        shown.editor.client.window_work_done_progress_cancel(params)
        with pytest.raises(JsonRpcException):
            await answer
        kinds = [type(report).__name__ for report in shown.editor.client.progress_reports["my-token"]]
        assert (kinds[0], kinds[-1]) == ("WorkDoneProgressBegin", "WorkDoneProgressEnd")


async def test_shutdown_with_a_command_in_flight_answers_both(tmp_path: Path) -> None:
    hanging = Hanging()
    async with window(tmp_path, engine={"run_feature": hanging}) as shown:
        _, answer = shown.editor.begin("sightline.run", {"command": "fix"})
        await hanging.started.wait()
        assert await shown.editor.client.shutdown_async(None) is None
        with pytest.raises(JsonRpcException) as error:
            await answer
        assert error.value.code == types.LSPErrorCodes.RequestCancelled
        with pytest.raises(JsonRpcException) as late:
            await shown.editor.command("sightline.status")
        assert late.value.code == types.ErrorCodes.InvalidRequest
        shown.editor.client.exit(None)
        assert await shown.link.session.ended == 0
    assert shown.engine.closed


async def test_two_turns_of_one_name_are_refused(tmp_path: Path) -> None:
    hanging = Hanging()
    async with window(tmp_path, engine={"run_feature": hanging}) as shown:
        identifier, answer = shown.editor.begin("sightline.run", {"command": "fix", "turn": "same"})
        await hanging.started.wait()
        with pytest.raises(JsonRpcException) as error:
            await shown.editor.command("sightline.run", {"command": "fix", "turn": "same"})
        assert cast("dict[str, str]", error.value.data)["kind"] == "turn_running"
        shown.editor.cancel(identifier)
        with pytest.raises(JsonRpcException):
            await answer
