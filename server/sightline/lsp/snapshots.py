"""One graph request: the text it was asked of, the view that has exactly that text, and positions on the way back.

An offset means nothing in another text than the one it was read in. So a request is answered by the view that was
there when it arrived if that view has the document's text; else it waits for the graph, and is refused if somebody
typed on meanwhile. Positions in other open documents are compared in the same way before they are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lsprotocol import types

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath, uri_to_path
from sightline.base.text import Position, PositionEncoding, Span, Text
from sightline.graph.answers import Symbol
from sightline.graph.stopping import Check
from sightline.graph.view import GraphView
from sightline.lsp.documents import range_of
from sightline.lsp.errors import TextMovedOn
from sightline.lsp.session import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a request found when it arrived. ``text`` and ``offset`` are ``None`` where no open document is meant.

    ``path`` is ``None`` for what is no file of the workspace; ``uris`` spells open files as the editor does.
    """

    view: GraphView | None
    path: WorkspacePath | None
    text: Text | None
    offset: int | None
    encoding: PositionEncoding
    uris: Mapping[WorkspacePath, str]


def snapshot(session: Session, uri: str | None = None, position: types.Position | None = None) -> Snapshot:
    """Read when the request arrives, before anything that is typed after it."""
    document = session.documents.get(uri) if uri is not None else None
    encoding = session.documents.encoding
    offset = None
    if document is not None and position is not None:
        offset = document.text.offset(Position(position.line, position.character), encoding)
    engine = session.host.open_engine()
    path = document.path if document is not None else None
    if document is None and engine is not None and uri is not None and (absolute := uri_to_path(uri)) is not None:
        path = engine.workspace_path(absolute)
    return Snapshot(
        view=engine.view if engine is not None and session.host.is_indexed else None,
        path=path,
        text=document.text if document is not None else None,
        offset=offset,
        encoding=encoding,
        uris={each.path: each.uri for each in session.documents if each.path is not None},
    )


async def ask(session: Session, asked: Snapshot, question: Callable[[GraphView, Places, Check], T]) -> T:
    """Asks in a thread; ``question`` turns its answer into the protocol's terms there, by the :class:`Places`.

    Waits for the index if it is being built. Raises :class:`TextMovedOn` when the answer would speak of texts that the
    editor no longer has.
    """
    engine = await session.host.settled()
    view = asked.view
    if view is None or not _has_text(view, asked):
        view = await engine.caught_up()
        if not _has_text(view, asked):
            raise TextMovedOn
    places = Places(view, asked.encoding, asked.uris)
    answer = await engine.ask_graph(lambda of, check: question(of, places, check), view)
    for path in places.told:
        document = session.documents.of_path(path)
        if document is not None and document.text != places.text(path):
            raise TextMovedOn
    return answer


def _has_text(view: GraphView, asked: Snapshot) -> bool:
    if asked.text is None or asked.path is None:
        return True
    index = view.index(asked.path)
    return index is None or index.digest == asked.text.digest


class Places:
    """Spans of a view as the protocol has them. Used in the thread of one question; ``told`` are the files named."""

    def __init__(self, view: GraphView, encoding: PositionEncoding, uris: Mapping[WorkspacePath, str]) -> None:
        self.told: set[WorkspacePath] = set()
        self._view = view
        self._encoding = encoding
        self._uris = uris
        self._texts: dict[WorkspacePath, Text | None] = {}

    def uri(self, path: WorkspacePath) -> str:
        """Address of a file, as the editor spells it while the file is open."""
        return self._uris.get(path, path.uri)

    def text(self, path: WorkspacePath) -> Text | None:
        """The text that the facts of a file were made of; ``None`` when the disk has another one by now."""
        if path not in self._texts:
            index = self._view.index(path)
            try:
                text = self._view.workspace.read(path).text
            except SightlineError:
                text = None
            fits = text is not None and index is not None and index.digest == text.digest
            self._texts[path] = text if fits else None
        return self._texts[path]

    def range(self, path: WorkspacePath, span: Span) -> types.Range:
        """A span of a file; where its text is not to be had any more, the beginning of its first line."""
        self.told.add(path)
        text = self.text(path)
        if text is not None:
            return range_of(text, span, self._encoding)
        index = self._view.index(path)
        line = index.line_of(span.start) if index is not None else 0
        return types.Range(start=types.Position(line=line, character=0), end=types.Position(line=line, character=0))

    def location(self, path: WorkspacePath, span: Span) -> types.Location:
        """A span with its file."""
        return types.Location(uri=self.uri(path), range=self.range(path, span))

    def names(self, symbols: Iterable[Symbol]) -> list[types.Location]:
        """Where the names of definitions stand, each once."""
        distinct = dict.fromkeys((symbol.path, symbol.definition.name_span) for symbol in symbols)
        return [self.location(path, span) for path, span in distinct]

    def whole(self, symbol: Symbol) -> types.Range:
        """All of a definition; holds its name, as the protocol asks."""
        span, name = symbol.definition.span, symbol.definition.name_span
        return self.range(symbol.path, Span(min(span.start, name.start), max(span.end, name.end)))
