"""What we say to and ask of the editor, one method a message. Knows no engine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.redact import redact
from sightline.lsp.capabilities import EditorCapabilities
from sightline.lsp.editor_models import ClientModels
from sightline.lsp.messages import (
    STATUS_CHANGED,
    TURN_EVENT,
    StatusChangedParams,
    TurnEventParams,
)
from sightline.lsp.protocol import SightlineProtocol

#: Seconds to wait for replies that need no person. A person may take as long as they like.
PATIENCE = 3.0

log = logging.getLogger(__name__)


class Client:
    """The editor at the other end. ``can`` is what it said it can do, ``models`` those it may offer."""

    def __init__(self, protocol: SightlineProtocol) -> None:
        self.can = EditorCapabilities()
        self.models = ClientModels(protocol)
        self._protocol = protocol
        self._cancels: dict[types.ProgressToken, Callable[[], object]] = {}
        self._tokens = 0

    def show(self, kind: types.MessageType, message: str) -> None:
        """A message the user sees."""
        params = types.ShowMessageParams(type=kind, message=redact(message))
        self._protocol.notify(types.WINDOW_SHOW_MESSAGE, params)

    def log_line(self, kind: types.MessageType, message: str) -> None:
        """A line of the editor's output view. ``message`` is redacted already."""
        params = types.LogMessageParams(type=kind, message=message)
        self._protocol.notify_if_room(types.WINDOW_LOG_MESSAGE, params)

    def turn_event(self, params: TurnEventParams) -> None:
        """The next piece of a turn."""
        self._protocol.notify_if_room(TURN_EVENT, params)

    def status_changed(self, state: str, message: str) -> None:
        """The state of the index."""
        self._protocol.notify(STATUS_CHANGED, StatusChangedParams(state=state, message=redact(message)))

    async def choose(self, kind: types.MessageType, message: str, choices: Sequence[str]) -> str | None:
        """Asks the user; ``None`` if they closed the question, or the editor cannot ask."""
        actions = [types.MessageActionItem(title=choice) for choice in choices]
        params = types.ShowMessageRequestParams(type=kind, message=redact(message), actions=actions)
        try:
            answer: Any = await self._protocol.ask(types.WINDOW_SHOW_MESSAGE_REQUEST, params)
        except JsonRpcException as error:
            log.warning("The editor could not ask the user: %s", error)
            return None
        return answer.title if isinstance(answer, types.MessageActionItem) else None

    async def apply_edit(self, label: str, edit: types.WorkspaceEdit) -> types.ApplyWorkspaceEditResult:
        """Asks the editor to apply an edit. An error instead of a reply is a refusal with its reason."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
        try:
            answer: Any = await self._protocol.ask(types.WORKSPACE_APPLY_EDIT, params)
        except JsonRpcException as error:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=error.message)
        if isinstance(answer, types.ApplyWorkspaceEditResult):
            return answer
        return types.ApplyWorkspaceEditResult(applied=False, failure_reason="The editor gave no answer.")

    async def register(self, registrations: Sequence[types.Registration]) -> bool:
        """Registers capabilities; ``False`` if the editor will not."""
        params = types.RegistrationParams(registrations=registrations)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._protocol.ask(types.CLIENT_REGISTER_CAPABILITY, params)
        except (JsonRpcException, TimeoutError) as error:
            log.warning("The editor did not register what we asked for: %s", error)
            return False
        return True

    async def configuration(self, section: str, scopes: Sequence[str | None]) -> list[Any]:
        """The values of ``section`` for each scope (a folder's address, ``None`` for the window)."""
        items = [types.ConfigurationItem(section=section, scope_uri=scope) for scope in scopes]
        try:
            async with asyncio.timeout(PATIENCE):
                answer: Any = await self._protocol.ask(
                    types.WORKSPACE_CONFIGURATION, types.ConfigurationParams(items=items)
                )
        except (JsonRpcException, TimeoutError) as error:
            log.warning("The editor did not tell its settings: %s", error)
            return []
        return list(cast("Sequence[Any]", answer or ()))

    # ------------------------------------------------------------- progress

    async def create_progress(self) -> types.ProgressToken | None:
        """A token for progress of our own; ``None`` if the editor shows none."""
        if not self.can.work_done_progress:
            return None
        self._tokens += 1
        token = f"sightline-{self._tokens}"
        try:
            async with asyncio.timeout(PATIENCE):
                await self._protocol.ask(
                    types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WorkDoneProgressCreateParams(token=token)
                )
        except (JsonRpcException, TimeoutError):
            return None
        return token

    def begin_progress(self, token: types.ProgressToken, title: str, cancel: Callable[[], object]) -> None:
        """Shows progress. ``cancel`` is called when the user stops it."""
        self._cancels[token] = cancel
        value = types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0)
        self._protocol.notify(types.PROGRESS, types.ProgressParams(token=token, value=value))

    def report_progress(self, token: types.ProgressToken, message: str, percentage: int | None = None) -> None:
        """Moves it on; ``percentage`` 0 to 100."""
        value = types.WorkDoneProgressReport(message=message, percentage=percentage, cancellable=True)
        self._protocol.notify_if_room(types.PROGRESS, types.ProgressParams(token=token, value=value))

    def end_progress(self, token: types.ProgressToken, message: str) -> None:
        """Ends it. A second end is not sent."""
        if self._cancels.pop(token, None) is not None:
            value = types.WorkDoneProgressEnd(message=message)
            self._protocol.notify(types.PROGRESS, types.ProgressParams(token=token, value=value))

    def cancel_progress(self, token: types.ProgressToken) -> None:
        """The user pressed cancel."""
        if (cancel := self._cancels.get(token)) is not None:
            cancel()
