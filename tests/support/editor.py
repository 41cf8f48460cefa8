"""A test editor: a language client that truly edits.

It keeps its own buffers (plain strings and its own position arithmetic, nothing of the server's), applies
``workspace/applyEdit`` to them and to the disk, checks versions, and can be told to misbehave: to refuse, to apply a
part, to fail half-way, to type before it applies or before it answers. Built on pytest-lsp's client, which checks what
the server sends against the capabilities that were stated.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import LanguageClient, make_test_lsp_client

from support.client_capabilities import full_capabilities
from support.patience import PATIENCE
from support.positions import index_at, path_of, position_at, uri_of

Change = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile

_NUMBERS = count()


@dataclass
class Buffer:
    """An open document."""

    uri: str
    text: str
    version: int
    language: str = "python"


class Refusal(Exception):
    """The editor will not apply an edit."""


@dataclass
class Manners:
    """How the editor treats the next edits. Each of them is used up by one ``workspace/applyEdit``.

    ``refuse``: answers ``applied: false`` with this reason. ``keep``: applies only the changes of these files, and says
    it applied all (VS Code's preview with parts unticked). ``fail_after``: applies so many changes, then fails.
    ``before`` and ``after`` are called before it applies and before it answers. ``late``: what changed is told only
    after the answer.
    """

    refuse: str | None = None
    keep: frozenset[str] | None = None
    fail_after: int | None = None
    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    gate: asyncio.Event | None = None
    late: bool = False


@dataclass
class Editor:
    """One editor window. ``encoding`` holds from ``initialize`` on; ``landed`` is called with every applied change,
    ``asked`` before a question is answered."""

    client: LanguageClient = field(default_factory=make_test_lsp_client)
    encoding: str = "utf-16"
    buffers: dict[str, Buffer] = field(default_factory=dict[str, Buffer])
    events: list[Any] = field(default_factory=list[Any])
    states: list[str] = field(default_factory=list[str])
    edits: list[types.ApplyWorkspaceEditParams] = field(default_factory=list[types.ApplyWorkspaceEditParams])
    questions: list[types.ShowMessageRequestParams] = field(default_factory=list[types.ShowMessageRequestParams])
    answers: deque[str | None] = field(default_factory=deque[str | None])
    registered: list[types.Registration] = field(default_factory=list[types.Registration])
    manners: deque[Manners] = field(default_factory=deque[Manners])
    checks_versions: bool = True
    asked: Callable[[], object] = lambda: None
    landed: Callable[[Change], object] = lambda _: None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _late: list[types.DidChangeTextDocumentParams] | None = None

    def __post_init__(self) -> None:
        handlers: dict[str, Callable[[Any], Any]] = {
            types.WORKSPACE_APPLY_EDIT: self._apply_edit,
            types.CLIENT_REGISTER_CAPABILITY: self._register,
            types.WINDOW_SHOW_MESSAGE_REQUEST: self._ask,
            "sightline/turnEvent": self._turn_event,
            "sightline/statusChanged": self._status_changed,
        }
        # lsprotocol 2025.0.0 takes every action that carries a command for a Command.
        converter = self.client.protocol._converter  # pyright: ignore[reportPrivateUsage]  the client's own converter
        converter.register_structure_hook(types.CodeActionResponse, _action_response)
        for method, handler in handlers.items():
            self.client.protocol.fm.add_builtin_feature(method, handler)  # pyright: ignore[reportUnknownMemberType]  pygls leaves it untyped

    # ---------------------------------------------------------------- life

    async def start(self, *command: str, environment: Mapping[str, str]) -> None:
        """Starts a server process and talks to its standard streams."""
        await self.client.start_io(command[0], *command[1:], env=dict(environment))  # pyright: ignore[reportUnknownMemberType]  pytest-lsp leaves it untyped

    async def initialize(self, *roots: Path, **given: Any) -> types.InitializeResult:
        """``initialize`` and ``initialized`` with these workspace folders.

        ``options`` are initializationOptions, ``capabilities`` overrides :func:`full_capabilities`, ``encodings`` the
        position encodings that are offered.
        """
        capabilities = given.get("capabilities") or full_capabilities(given.get("encodings"))
        folders = [types.WorkspaceFolder(uri=uri_of(root), name=root.name) for root in roots]
        params = types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=folders or None,
            initialization_options=given.get("options"),
            process_id=given.get("process_id"),
        )
        result = await self.client.initialize_session(params)
        stated = result.capabilities.position_encoding
        self.encoding = str(getattr(stated, "value", stated))
        return result

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Waits until a condition holds; it is looked at whenever the server says anything, and now and then."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await self.changed.wait()

    async def ready(self) -> None:
        """Waits until the server's index is there."""
        await self.until(lambda: bool(self.states) and self.states[-1] in ("ready", "paused", "failed"))

    # -------------------------------------------------------------- typing

    def open(self, path: Path, text: str | None = None) -> Buffer:
        """Opens a file, or a new one with ``text``."""
        return self.open_uri(uri_of(path), path.read_bytes().decode() if text is None else text)

    def open_uri(self, uri: str, text: str, language: str = "python") -> Buffer:
        """Opens a document of any scheme."""
        buffer = self.buffers[uri] = Buffer(uri=uri, text=text, version=1, language=language)
        item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return buffer

    def replace(self, uri: str, start: int, end: int, new: str) -> None:
        """Replaces the characters ``start``..``end`` of a buffer and tells the server."""
        self.replace_many(uri, [(start, end, new)])

    def replace_many(self, uri: str, edits: list[tuple[int, int, str]]) -> None:
        """Several edits, one after the other, told in one notification."""
        buffer = self.buffers[uri]
        changes: list[types.TextDocumentContentChangeEvent] = []
        for start, end, new in edits:
            range_ = types.Range(
                start=position_at(buffer.text, start, self.encoding), end=position_at(buffer.text, end, self.encoding)
            )
            changes.append(types.TextDocumentContentChangePartial(range=range_, text=new))
            buffer.text = buffer.text[:start] + new + buffer.text[end:]
        self._tell_changes(buffer, changes)

    def type(self, uri: str, after: str, new: str) -> None:
        """Types ``new`` behind the first ``after`` of a buffer."""
        index = self.buffers[uri].text.index(after) + len(after)
        self.replace(uri, index, index, new)

    def select(self, uri: str, piece: str) -> dict[str, Any]:
        """The range of the first ``piece``, as JSON."""
        text = self.buffers[uri].text
        start = text.index(piece)
        first, last = (position_at(text, index, self.encoding) for index in (start, start + len(piece)))
        return {
            "start": {"line": first.line, "character": first.character},
            "end": {"line": last.line, "character": last.character},
        }

    def save(self, uri: str) -> None:
        """Writes a buffer to disk."""
        path_of(uri).write_bytes(self.buffers[uri].text.encode())
        identifier = types.TextDocumentIdentifier(uri=uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=identifier))

    def close(self, uri: str) -> None:
        """Closes a buffer; what was not saved is lost."""
        del self.buffers[uri]
        identifier = types.TextDocumentIdentifier(uri=uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=identifier))

    def text(self, path: Path) -> str | None:
        """What a file says: its buffer, else the disk, else ``None``."""
        buffer = self.buffers.get(uri_of(path))
        if buffer is not None:
            return buffer.text
        return path.read_bytes().decode() if path.exists() else None

    # ------------------------------------------------------------ requests

    async def command(self, name: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """``workspace/executeCommand``. Answers what the server answers; raises its errors."""
        return await self.begin(name, arguments, **more)[1]

    def begin(self, name: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> tuple[str, Awaitable[Any]]:
        """Sends a command. Answers the request's id, for :meth:`cancel`, and what to await."""
        identifier = f"{name}-{next(_NUMBERS)}"
        params = types.ExecuteCommandParams(
            command=name, arguments=[dict(arguments or {})], work_done_token=more.get("token")
        )
        request = self.client.protocol.send_request(types.WORKSPACE_EXECUTE_COMMAND, params, msg_id=identifier)
        return identifier, asyncio.wrap_future(request)

    def cancel(self, identifier: str) -> None:
        """``$/cancelRequest``."""
        self.client.cancel_request(types.CancelParams(id=identifier))

    async def actions(self, uri: str, piece: str, **context: Any) -> list[Any]:
        """Code actions for the first ``piece`` of a buffer."""
        selected = self.select(uri, piece)
        converted = self.client.protocol._converter.structure(selected, types.Range)  # pyright: ignore[reportPrivateUsage]  the client's own converter
        given = types.CodeActionContext(diagnostics=context.pop("diagnostics", []), **context)
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(text_document=types.TextDocumentIdentifier(uri=uri), range=converted, context=given)
        )
        return list(answer or ())

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """Applies the edit of a code action that the user chose. Raises :class:`Refusal` for another version."""
        changes = _changes(edit)
        self._check_versions(changes)
        for change in changes:
            self._apply(change)

    # ----------------------------------------------------- what is asked of us

    async def _apply_edit(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.edits.append(params)
        manners = self.manners.popleft() if self.manners else Manners()
        self.changed.set()
        if manners.gate is not None:
            await manners.gate.wait()
        if manners.before is not None:
            manners.before()
        if manners.refuse is not None:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=manners.refuse)
        if manners.late:
            self._late = []
            asyncio.get_running_loop().call_later(0.005, self._tell_late)
        done = 0
        try:
            changes = _changes(params.edit)
            if self.checks_versions:
                self._check_versions(changes)
            for number, change in enumerate(changes):
                if manners.fail_after is not None and number >= manners.fail_after:
                    raise Refusal("The disk is full.")
                if manners.keep is None or address_of(change) in manners.keep:
                    self._apply(change)
                    self.landed(change)
                done = number
        except Refusal as reason:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=str(reason), failed_change=done)
        if manners.after is not None:
            manners.after()
        return types.ApplyWorkspaceEditResult(applied=True)

    def _check_versions(self, changes: list[Change]) -> None:
        for change in changes:
            if isinstance(change, types.TextDocumentEdit):
                buffer = self.buffers.get(change.text_document.uri)
                version = change.text_document.version
                if buffer is not None and version != buffer.version:
                    raise Refusal(f"{change.text_document.uri} is at version {buffer.version}, not {version}.")

    def _apply(self, change: Change) -> None:
        match change:
            case types.CreateFile():
                path = path_of(change.uri)
                if path.exists():
                    raise Refusal(f"{path} exists.")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
            case types.DeleteFile():
                path_of(change.uri).unlink()
                if change.uri in self.buffers:
                    self.close(change.uri)
            case types.RenameFile():
                self._rename(change)
            case types.TextDocumentEdit():
                self._edit(change)

    def _rename(self, change: types.RenameFile) -> None:
        new = path_of(change.new_uri)
        new.parent.mkdir(parents=True, exist_ok=True)
        path_of(change.old_uri).rename(new)
        buffer = self.buffers.get(change.old_uri)
        if buffer is not None:
            self.close(change.old_uri)
            self.open_uri(change.new_uri, buffer.text, buffer.language)

    def _edit(self, change: types.TextDocumentEdit) -> None:
        uri = change.text_document.uri
        buffer = self.buffers.get(uri)
        text = buffer.text if buffer is not None else path_of(uri).read_bytes().decode()
        edits = [
            (index_at(text, edit.range.start, self.encoding), number, edit)
            for number, edit in enumerate(_text_edits(change))
        ]
        events: list[types.TextDocumentContentChangeEvent] = []
        # Backwards, so that each range still means what it meant in the text the server computed it for.
        for start, _, edit in sorted(edits, key=lambda item: item[:2], reverse=True):
            end = index_at(text, edit.range.end, self.encoding)
            text = text[:start] + edit.new_text + text[end:]
            events.append(types.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text))
        if buffer is None:
            path_of(uri).write_bytes(text.encode())
        elif events:
            buffer.text = text
            self._tell_changes(buffer, events)

    def _tell_changes(self, buffer: Buffer, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        buffer.version += 1
        identifier = types.VersionedTextDocumentIdentifier(uri=buffer.uri, version=buffer.version)
        params = types.DidChangeTextDocumentParams(text_document=identifier, content_changes=changes)
        if self._late is None:
            self.client.text_document_did_change(params)
        else:
            self._late.append(params)

    def _tell_late(self) -> None:
        late, self._late = self._late or [], None
        for params in late:
            self.client.text_document_did_change(params)

    def _register(self, params: types.RegistrationParams) -> None:
        self.registered += params.registrations
        self.changed.set()

    def _ask(self, params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
        self.questions.append(params)
        self.changed.set()
        self.asked()
        answer = self.answers.popleft() if self.answers else None
        return types.MessageActionItem(title=answer) if answer is not None else None

    def _turn_event(self, params: Any) -> None:
        self.events.append(params)
        self.changed.set()

    def _status_changed(self, params: Any) -> None:
        self.states.append(params.state)
        self.changed.set()


def address_of(change: Change) -> str:
    """The file a change is about; the new one, if it moves."""
    match change:
        case types.TextDocumentEdit():
            return change.text_document.uri
        case types.RenameFile():
            return change.new_uri
        case _:
            return change.uri


def _action_response(message: dict[str, Any], _: object) -> types.CodeActionResponse:
    converter = get_converter()
    found = [
        converter.structure(item, types.Command if isinstance(item.get("command"), str) else types.CodeAction)
        for item in message["result"] or ()
    ]
    return types.CodeActionResponse(id=message["id"], result=found)


def _changes(edit: types.WorkspaceEdit) -> list[Change]:
    if edit.document_changes is not None:
        return list(edit.document_changes)
    return [
        types.TextDocumentEdit(text_document=types.OptionalVersionedTextDocumentIdentifier(uri=uri), edits=list(edits))
        for uri, edits in (edit.changes or {}).items()
    ]


def _text_edits(change: types.TextDocumentEdit) -> list[types.TextEdit | types.AnnotatedTextEdit]:
    assert not any(isinstance(edit, types.SnippetTextEdit) for edit in change.edits)
    return cast("list[types.TextEdit | types.AnnotatedTextEdit]", list(change.edits))
