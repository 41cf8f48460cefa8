"""Runs a feature for the editor: from a command's arguments to the engine, its events streamed on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from lsprotocol import types

from sightline.base.errors import SightlineError, UsageError
from sightline.base.paths import WorkspacePath, uri_to_path
from sightline.base.text import PositionEncoding, Span, Text
from sightline.engine.engine import Engine
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.lsp.documents import span_of
from sightline.lsp.messages import FeatureArguments, TurnEventParams, WireDiagnostic, WireRange
from sightline.lsp.session import Session
from sightline.tasks.result import TurnEvent, TurnStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user asked, and where: read from the buffers when the command arrives, before anything typed after it.

    ``text`` is the open document at ``uri``, ``None`` if there is none; ``span`` the selection in it.
    """

    given: FeatureArguments
    uri: str | None
    encoding: PositionEncoding
    text: Text | None = None
    span: Span | None = None
    language: str = ""


async def run_feature(
    session: Session, command: str, turn: str, asked: Asked, told: Callable[[str], None]
) -> FeatureResult:
    """Runs ``command`` and streams its events under ``turn``. ``told`` is given a sentence for each stage.

    Waits for the index if it is being built; an early feature only for the imports. Cancelling the task cancels
    everything under it. Raises :class:`UsageError` (kind ``turn_running``) for a turn that is running already, and what
    the engine raises.
    """
    while (other := session.running.get(turn)) is not None and other.cancelling():
        await asyncio.wait({other})  # its cancellation was answered already; what it leaves behind is being cleared
    if turn in session.running:
        raise UsageError(f"A turn {turn} is running already.", hint="Give each turn its own name.", kind="turn_running")
    own = asyncio.current_task()
    assert own is not None, "a feature runs in a task"
    session.running[turn] = own
    stream = _Stream(session, turn, told)
    try:
        if session.host.state in ("starting", "indexing"):
            stream.tell("Waiting for the index of the workspace.")
        feature = session.features.get(command)
        engine = await (session.host.usable() if feature is not None and feature.early else session.host.settled())
        return await engine.run(request_of(engine, command, turn, asked), stream.event)
    finally:
        stream.closed = True
        del session.running[turn]


def asked_now(session: Session, given: FeatureArguments) -> Asked:
    """What the arguments mean in the texts as they are now."""
    encoding = session.documents.encoding
    document = session.documents.get(given.uri) if given.uri is not None else None
    if document is None:
        return Asked(given=given, uri=given.uri, encoding=encoding)
    span = _span(document.text, given.range, encoding) if given.range is not None else None
    return Asked(
        given=given,
        uri=document.uri,
        encoding=encoding,
        text=document.text,
        span=span,
        language=document.language,
    )


def sentence_of(diagnostic: WireDiagnostic | str, path: str) -> str:
    """A diagnostic as the engine takes it: ``path:line: message (source code)``."""
    if isinstance(diagnostic, str):
        return diagnostic
    line = diagnostic.range.start.line + 1 if diagnostic.range is not None else 1
    origin = " ".join(str(part) for part in (diagnostic.source, diagnostic.code) if part not in (None, ""))
    return f"{path}:{line}: {diagnostic.message}" + (f" ({origin})" if origin else "")


class _Stream:
    """Events of one turn on their way to the client. Nothing is sent after the turn has ended."""

    def __init__(self, session: Session, turn: str, told: Callable[[str], None]) -> None:
        self.closed = False
        self._session = session
        self._turn = turn
        self._told = told
        self._number = 0

    def tell(self, sentence: str) -> None:
        """A sentence before the turn itself begins."""
        self.event(TurnEvent(kind="stage", text=sentence, stage=TurnStage.CONTEXT, attempt=0))

    def event(self, event: TurnEvent) -> None:
        """Passes one event on."""
        if self.closed:
            return
        self._number += 1
        if event.kind == "stage":
            self._told(event.text or event.stage.value)
        self._session.client.turn_event(
            TurnEventParams(
                turn=self._turn,
                number=self._number,
                kind=event.kind,
                text=event.text,
                stage=event.stage.value,
                attempt=event.attempt,
            )
        )


def request_of(engine: Engine, command: str, turn: str, asked: Asked) -> FeatureRequest:
    """The request in the engine's terms. Raises :class:`UsageError` (kind ``missing_root``) when no folder is open."""
    given = asked.given
    absolute = uri_to_path(asked.uri) if asked.uri is not None else None
    path = engine.workspace_path(absolute) if absolute is not None else None
    roots = engine.roots
    if not roots and path is None:
        raise UsageError("No folder is open.", hint="Open the folder of your project first.", kind="missing_root")
    shown = str(path) if path is not None else (asked.uri or "")
    return FeatureRequest(
        command=command,
        turn=turn,
        text=_with_selection(asked) if path is None and asked.text is not None else given.text,
        root=path.root if path is not None else roots[0],
        path=path,
        span=_span_in(engine, path, asked) if path is not None else None,
        mentions=given.mentions,
        diagnostics=tuple(sentence_of(diagnostic, shown) for diagnostic in given.diagnostics),
        budget=given.budget,
        model=given.model,
        conversation=given.conversation,
        answers=given.answers,
    )


def _span_in(engine: Engine, path: WorkspacePath, asked: Asked) -> Span | None:
    if asked.text is not None or asked.given.range is None:
        return asked.span
    try:
        text = engine.workspace.read(path).text  # a closed file: the client means what is on disk
    except SightlineError:
        return None
    return _span(text, asked.given.range, asked.encoding)


def _with_selection(asked: Asked) -> str:
    """A document that is no file (``untitled:``) has no path to be found under: its selection comes along as text."""
    assert asked.text is not None, "only an open document has a selection"
    code = asked.text.slice(asked.span) if asked.span is not None else str(asked.text)
    text = asked.given.text
    return f"{text}\n\n```{asked.language}\n{code}\n```" if code.strip() else text


def _span(text: Text, wanted: WireRange, encoding: PositionEncoding) -> Span:
    start = types.Position(line=wanted.start.line, character=wanted.start.character)
    end = types.Position(line=wanted.end.line, character=wanted.end.character)
    return span_of(text, types.Range(start=start, end=end), encoding)
