"""TypeScript's own language service, ``tsserver``, on open files. ``tsc`` alone can be shown nothing but the disk.

It loads language service plugins that a ``tsconfig.json`` names, from the ``node_modules`` it lies in itself. It never
installs anything: the acquisition of typings is switched off.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from sightline.base.paths import WorkspacePath
from sightline.base.text import PositionEncoding, Text
from sightline.checks.check import RelatedPlace, Severity
from sightline.checks.checkers.checker import Found, Problem, Shown, Start, TypeChecker, path_in, span_of
from sightline.checks.checkers.conversation import MISREAD, Answer, Conversation, RequestRefused
from sightline.checks.linters.linter import SCRIPTS
from sightline.checks.programs import ProgramUnavailable

_OPTIONS: Final = (
    "--disableAutomaticTypingAcquisition",
    "--suppressDiagnosticEvents",
    "--noGetErrOnBackgroundUpdate",
    "--locale",
    "en",
)
_SEVERITIES: Final = {"error": Severity.ERROR, "warning": Severity.WARNING}
_ASKED: Final = ("syntacticDiagnosticsSync", "semanticDiagnosticsSync")


class TypeScriptServer:
    """A :class:`~sightline.checks.checkers.checker.CheckerSession`."""

    def __init__(self, start: Start, conversation: Conversation) -> None:
        self._root = start.root
        self._conversation = conversation
        self._open: dict[WorkspacePath, Text] = {}

    @property
    def alive(self) -> bool:
        return self._conversation.alive

    async def problems(self, shown: Shown, found: Found) -> None:
        await self._show(shown.texts)
        for path in shown.judged:
            answers = [await self._ask(command, {"file": path.absolute}) for command in _ASKED]
            try:
                found[path] = await asyncio.to_thread(self._read, shown.texts[path], answers)
            except MISREAD as error:
                raise ProgramUnavailable("tsserver gave an answer that is not understood") from error

    async def disk_changed(self, paths: Collection[WorkspacePath]) -> None:
        """It watches the disk itself, but looks only a while later: it is made to look at its projects anew."""
        if paths:
            await self._ask("reloadProjects", {})

    async def stop(self) -> None:
        await self._conversation.stop()

    async def _show(self, texts: Mapping[WorkspacePath, Text]) -> None:
        closed = [path for path in self._open if path not in texts]
        opened = [path for path, text in texts.items() if not _same(self._open.get(path), text)]
        if not closed and not opened:
            return
        request = {
            "closedFiles": [path.absolute for path in closed],
            "openFiles": [
                {"file": path.absolute, "fileContent": str(texts[path]), "projectRootPath": self._root}
                for path in opened
            ],
        }
        body = await asyncio.to_thread(_encoded, request)  # the texts of fifty files at once would hold the loop up
        self._open = dict(texts)  # noted as it is sent: a cancel may come any time later, and it closes no file twice
        try:
            await self._asked("updateOpen", body)
        except ProgramUnavailable:
            await self.stop()  # nobody knows what it shows
            raise

    async def _ask(self, command: str, arguments: Mapping[str, Any]) -> Any:
        return await self._asked(command, _encoded(arguments))

    async def _asked(self, command: str, arguments: bytes) -> Any:
        try:
            return await self._conversation.request(lambda number: _request(number, command, arguments))
        except RequestRefused as error:
            raise ProgramUnavailable(f"tsserver failed: {str(error).partition(chr(10))[0][:200]}") from error

    def _read(self, text: Text, answers: list[Any]) -> tuple[Problem, ...]:
        return tuple(
            problem for rows in answers for row in rows or () if (problem := self._problem(text, row)) is not None
        )

    def _problem(self, text: Text, row: Any) -> Problem | None:
        severity = _SEVERITIES.get(str(row["category"]))
        if severity is None:  # suggestions are no problems
            return None
        places = ((int(at["line"]) - 1, int(at["offset"]) - 1) for at in (row["start"], row["end"]))
        return Problem(
            span=span_of(text, next(places), next(places), PositionEncoding.UTF16),
            rule=f"TS{int(row['code'])}",
            message=str(row["text"]),
            severity=severity,
            related=tuple(place for each in row.get("relatedInformation") or () if (place := self._place(each))),
        )

    def _place(self, row: Any) -> RelatedPlace | None:
        span = row.get("span")
        path = path_in(self._root, str(span["file"])) if span else None
        if path is None:
            return None
        return RelatedPlace(path=path, line=int(span["start"]["line"]), message=str(row["message"]))


def _same(old: Text | None, new: Text) -> bool:
    return old is not None and old.digest == new.digest


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _request(number: int, command: str, arguments: bytes) -> bytes:
    head = _encoded({"seq": number, "type": "request", "command": command})
    return b'%s, "arguments": %s}\n' % (head[:-1], arguments)


def _meaning(message: dict[str, Any]) -> Answer | None:
    if message["type"] != "response":
        return None
    number = int(message["request_seq"])
    if message.get("success"):
        return Answer(number, message.get("body"))
    return Answer(number, error=RequestRefused(0, str(message.get("message", ""))))


async def _start(start: Start) -> TypeScriptServer:
    try:
        program = await start.system.processes.keep(
            (start.program, *_OPTIONS), directory=start.root, memory=start.policy.memory
        )
    except OSError as error:
        raise ProgramUnavailable(f"tsserver could not be started: {error.strerror or error}") from error
    return TypeScriptServer(start, Conversation("tsserver", program, _meaning))


TSSERVER = TypeChecker(
    name="tsserver",
    program="tsserver",
    suffixes=SCRIPTS,
    start=_start,
    configuration=("tsconfig.json", "tsconfig.*.json", "tsconfig-*.json", "jsconfig.json", "package.json"),
    shows_new=True,
    # Cannot find module …; could not find a declaration file for module …; … did you mean another resolution?
    elsewhere=frozenset({"TS2307", "TS2792", "TS7016"}),
)
