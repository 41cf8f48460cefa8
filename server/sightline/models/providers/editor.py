"""The editor's own models (VS Code's ``vscode.lm`` and their like), asked through the editor.

The editor holds key and consent; it tells neither tokens nor why a reply ended. Where such a model runs is the
editor's affair and not known here: it counts as one of the cloud.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from sightline.base.editor_models import EditorModels, EditorRefusal, EditorRefused
from sightline.models.messages import Finish, Finished, ModelError, ModelFailure, ModelRequest, StreamEvent, TextDelta
from sightline.models.policy import ModelPolicy
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.wire import sent_messages


class EditorProvider:
    """The models of one editor. ``editor`` is ``None`` where there is none, or none that offers models."""

    def __init__(self, policy: ModelPolicy, editor: EditorModels | None) -> None:
        self._policy = policy
        self._editor = editor

    def __repr__(self) -> str:
        return f"EditorProvider({self._policy.name!r})"

    @property
    def name(self) -> str:
        return self._policy.kind

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        asked: dict[str, Any] = {"model": request.model, "messages": sent_messages(request)}
        if request.max_output_tokens is not None:
            asked["maxOutputTokens"] = request.max_output_tokens
        editor, pieces = self._known(), 0
        try:
            async with aclosing(editor.ask(asked)) as texts:
                async for text in texts:
                    if text:
                        pieces += 1
                        yield TextDelta(text=text)
        except EditorRefused as error:
            raise _failure(error, request.model) from error
        if not pieces:
            raise ModelError(
                ModelFailure.EMPTY_REPLY,
                "The editor's model gave no reply.",
                hint="Try again, or choose another model.",
            )
        yield Finished(finish=Finish.STOP)

    async def models(self) -> tuple[ModelInfo, ...]:
        try:
            offered = await self._known().offered()
        except EditorRefused as error:
            raise _failure(error, self._policy.name) from error
        return tuple(ModelInfo(name=model.name, window=model.largest_prompt) for model in offered)

    async def window_report(self, model: str) -> WindowReport:
        try:
            listed = await self.models()
        except ModelError:
            listed = ()
        told = next((info.window for info in listed if model in (info.name, info.name.partition("/")[2])), None)
        if told is None and model == "any" and listed:
            told = listed[0].window
        report = WindowReport(tokens=told, source="your editor") if told else WindowReport()
        return report.within(self._policy.window)

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def close(self) -> None:
        """The editor is not ours to close."""

    def _known(self) -> EditorModels:
        if self._editor is None:
            raise ModelError(
                ModelFailure.NOT_CONFIGURED,
                f"'editor:{self._policy.name}' is a model of an editor, and there is none here that offers its models.",
                hint="Ask in VS Code with Sightline's extension, or choose another model (`sightline models`).",
            )
        return self._editor


def _failure(error: EditorRefused, model: str) -> ModelError:
    failure, hint = _FAILURES[error.refusal]
    said = f" It says: {error.message}" if error.message else ""
    return ModelError(failure, f"The editor does not give an answer of its model {model!r}.{said}", hint=hint)


_FAILURES = {
    EditorRefusal.NO_PERMISSION: (
        ModelFailure.AUTHENTICATION,
        "Allow Sightline the use of the editor's models: VS Code asks when you run one of Sightline's commands.",
    ),
    EditorRefusal.NOT_FOUND: (
        ModelFailure.NOT_FOUND,
        "Run `Sightline: choose a model`: it lists the models that your editor offers.",
    ),
    EditorRefusal.BLOCKED: (
        ModelFailure.RATE_LIMITED,
        "The editor's quota may be used up, or its filter refuses the request: wait, or choose another model.",
    ),
    EditorRefusal.FAILED: (ModelFailure.SERVER, "Look into the editor's log, then try again."),
}
