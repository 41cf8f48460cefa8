"""A type checker that is a language server over standard input and output (Language Server Protocol 3.17).

Texts are shown as open documents, so nothing is written anywhere. Diagnostics are pulled: the answer to a request
belongs to the texts sent before it, so none of an older version can be taken for one of these.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sightline.base.paths import WorkspacePath, path_to_uri, uri_to_path
from sightline.base.text import PositionEncoding, Text
from sightline.checks.check import RelatedPlace, Severity
from sightline.checks.checkers.checker import Found, Problem, Shown, Start, path_in, span_of
from sightline.checks.checkers.conversation import MISREAD, Answer, Conversation, RequestRefused
from sightline.checks.checkers.messages import framed
from sightline.checks.programs import ProgramUnavailable

#: Answers to ``workspace/configuration``: the settings of one section.
Configuration = Callable[[str], Any]

#: "Ask again": the server was busy with something else, or the texts moved on beneath it.
_ASK_AGAIN: Final = frozenset({-32800, -32801, -32802})
_TIMES: Final = 3
_METHOD_NOT_FOUND: Final = -32601
_SEVERITIES: Final = {1: Severity.ERROR, 2: Severity.WARNING}
#: Requests of a server that only tell us something.
_TOLD: Final = frozenset(
    {
        "client/registerCapability",
        "client/unregisterCapability",
        "window/workDoneProgress/create",
        "workspace/diagnostic/refresh",
    }
)

_CAPABILITIES: Final[dict[str, Any]] = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "diagnostic": {"dynamicRegistration": False, "relatedDocumentSupport": False, "relatedInformation": True},
        "synchronization": {"dynamicRegistration": False},
        "publishDiagnostics": {"relatedInformation": True},
    },
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        # So that the server leaves watching to us, and does not hold a watch on every folder.
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}
_CREATED, _CHANGED, _DELETED = 1, 2, 3


class LanguageServer:
    """A :class:`~sightline.checks.checkers.checker.CheckerSession`. Made by :func:`start_server`."""

    def __init__(self, name: str, start: Start, conversation: Conversation, encoding: PositionEncoding) -> None:
        self._name = name
        self._start = start
        self._conversation = conversation
        self._encoding = encoding
        self._open: dict[WorkspacePath, Text] = {}
        self._version = 0

    @property
    def alive(self) -> bool:
        return self._conversation.alive

    async def problems(self, shown: Shown, found: Found) -> None:
        await self._show(shown.texts)
        failures: list[ProgramUnavailable] = []
        # All at once: the server answers them in its own time, and waits for us in between otherwise.
        async with asyncio.TaskGroup() as group:
            for path in shown.judged:
                group.create_task(self._judge(path, shown.texts[path], found, failures))
        if failures:
            raise failures[0]

    async def disk_changed(self, paths: Collection[WorkspacePath]) -> None:
        files = self._start.system.files

        def kind(path: WorkspacePath) -> int:
            try:
                files.stat(path.absolute)
            except OSError:
                return _DELETED
            return _CHANGED

        kinds = await asyncio.to_thread(lambda: [kind(path) for path in paths])
        # Nobody tells us what is new, and servers drop what they know of a folder when they hear that a file was made.
        changes = [
            {"uri": path.uri, "type": each}
            for path, found in zip(paths, kinds, strict=True)
            for each in ((found,) if found == _DELETED else (_CREATED, found))
        ]
        await self._tell("workspace/didChangeWatchedFiles", {"changes": changes})

    async def stop(self) -> None:
        await self._conversation.stop()

    async def _show(self, texts: Mapping[WorkspacePath, Text]) -> None:
        """Makes the open documents those of ``texts``."""
        for path in [path for path in self._open if path not in texts]:
            del self._open[path]
            await self._tell("textDocument/didClose", {"textDocument": {"uri": path.uri}})
        for path, text in texts.items():
            old = self._open.get(path)
            if old is not None and old.digest == text.digest:
                continue
            self._version += 1
            message = await asyncio.to_thread(_showing, path, text, self._version, anew=old is None)
            self._open[path] = text  # noted as it is sent: a cancel may come any time later
            await self._conversation.send(message)

    async def _judge(self, path: WorkspacePath, text: Text, found: Found, failures: list[ProgramUnavailable]) -> None:
        try:
            answer = await self._pulled(path)
            found[path] = await asyncio.to_thread(self._read, text, answer)
        except ProgramUnavailable as error:
            failures.append(error)
        except MISREAD:
            failures.append(ProgramUnavailable(f"{self._name} gave an answer that is not understood"))

    async def _pulled(self, path: WorkspacePath) -> Any:
        parameters = {"textDocument": {"uri": path.uri}}
        for left in reversed(range(_TIMES)):
            try:
                return await self._ask("textDocument/diagnostic", parameters)
            except RequestRefused as error:
                if error.code == _METHOD_NOT_FOUND:
                    raise ProgramUnavailable(f"this {self._name} is too old to be asked for diagnostics") from error
                if error.code not in _ASK_AGAIN or not left:
                    raise ProgramUnavailable(f"{self._name} failed: {str(error)[:200]}") from error
        raise AssertionError

    async def _ask(self, method: str, parameters: dict[str, Any]) -> Any:
        return await _ask(self._conversation, method, parameters)

    async def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": parameters}
        await self._conversation.send(framed(message))

    def _read(self, text: Text, answer: Any) -> tuple[Problem, ...]:
        if answer["kind"] != "full":
            raise ValueError("no full report, though no other was asked for")
        return tuple(problem for row in answer["items"] if (problem := self._problem(text, row)) is not None)

    def _problem(self, text: Text, row: Any) -> Problem | None:
        severity = _SEVERITIES.get(int(row.get("severity", 1)))
        if severity is None:  # information and hints are no problems
            return None
        start, end = row["range"]["start"], row["range"]["end"]
        places = ((int(at["line"]), int(at["character"])) for at in (start, end))
        return Problem(
            span=span_of(text, next(places), next(places), self._encoding),
            rule=str(row.get("code") or ""),
            message=str(row["message"]),
            severity=severity,
            related=tuple(place for each in row.get("relatedInformation") or () if (place := self._place(each))),
        )

    def _place(self, row: Any) -> RelatedPlace | None:
        absolute = uri_to_path(str(row["location"]["uri"]))
        path = path_in(self._start.root, absolute) if absolute is not None else None
        if path is None:
            return None
        line = int(row["location"]["range"]["start"]["line"]) + 1
        return RelatedPlace(path=path, line=line, message=str(row["message"]))


async def start_server(
    name: str, arguments: Collection[str], start: Start, configuration: Configuration
) -> LanguageServer:
    """Starts ``name`` and shakes hands. Raises ``ProgramUnavailable``; then, and when cancelled, nothing is left."""
    try:
        program = await start.system.processes.keep(
            (start.program, *arguments), directory=start.root, memory=start.policy.memory
        )
    except OSError as error:
        raise ProgramUnavailable(f"{name} could not be started: {error.strerror or error}") from error
    conversation = Conversation(name, program, lambda message: _meaning(message, configuration))
    try:
        uri = path_to_uri(start.root)
        answer = await _ask(
            conversation,
            "initialize",
            {
                "processId": os.getpid(),  # a server whose editor was killed ends itself
                "clientInfo": {"name": "Sightline"},
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": start.root.rpartition("/")[2] or "/"}],
                "capabilities": _CAPABILITIES,
                "initializationOptions": configuration(""),
            },
        )
        try:
            capabilities = answer["capabilities"]
            encoding = PositionEncoding(capabilities.get("positionEncoding", "utf-16"))
        except MISREAD as error:
            raise ProgramUnavailable(f"{name} gave an answer that is not understood") from error
        await conversation.send(framed({"jsonrpc": "2.0", "method": "initialized", "params": {}}))
    except RequestRefused as error:
        await conversation.stop()
        raise ProgramUnavailable(f"{name} failed: {str(error)[:200]}") from error
    except BaseException:
        await conversation.stop()
        raise
    return LanguageServer(name, start, conversation, encoding)


def _showing(path: WorkspacePath, text: Text, version: int, *, anew: bool) -> bytes:
    """The message that opens a document or changes it. Made in threads: texts are long."""
    document: dict[str, Any] = {"uri": path.uri, "version": version}
    if anew:
        method, parameters = "didOpen", {"textDocument": document | {"languageId": "python", "text": str(text)}}
    else:
        method, parameters = "didChange", {"textDocument": document, "contentChanges": [{"text": str(text)}]}
    return framed({"jsonrpc": "2.0", "method": f"textDocument/{method}", "params": parameters})


async def _ask(conversation: Conversation, method: str, parameters: dict[str, Any]) -> Any:
    def asked(number: int) -> bytes:
        return framed({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})

    def given_up(number: int) -> bytes:
        return framed({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}})

    return await conversation.request(asked, given_up)


def _meaning(message: dict[str, Any], configuration: Configuration) -> Answer | bytes | None:
    number, method = message.get("id"), message.get("method")
    if method is None:
        if not isinstance(number, int):
            return None
        error = message.get("error")
        if error is not None:
            return Answer(number, error=RequestRefused(int(error.get("code", 0)), str(error.get("message", ""))))
        return Answer(number, message.get("result"))
    if number is None:
        return None
    reply: dict[str, Any] = {"jsonrpc": "2.0", "id": number}
    if method == "workspace/configuration":
        reply["result"] = [configuration(str(item.get("section") or "")) for item in message["params"]["items"]]
    elif method in _TOLD:
        reply["result"] = None
    else:
        reply["error"] = {"code": _METHOD_NOT_FOUND, "message": f"{method} is not served"}
    return framed(reply)
