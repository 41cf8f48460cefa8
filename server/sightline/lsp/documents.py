"""The editor's open documents, in our own text buffers.

Versions and texts are the editor's; a document that is no file (``untitled:``, a notebook cell, ``git:``) is kept
like any other and has no path. This file knows no engine: whoever calls it passes on what changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lsprotocol import types

from sightline.base.paths import WorkspacePath, uri_to_path
from sightline.base.text import Position, PositionEncoding, Span, Text

log = logging.getLogger(__name__)

FindPath = Callable[[str], WorkspacePath | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One open document at one version. ``path`` is ``None`` for what is no file of the workspace.

    ``uri`` is spelled as the editor spells it, and every edit goes back under that spelling.
    """

    uri: str
    path: WorkspacePath | None
    language: str
    version: int
    text: Text


class Documents:
    """All open documents. ``find_path`` gives the workspace path of an absolute path."""

    def __init__(self) -> None:
        self.encoding = PositionEncoding.UTF16
        self._find_path: FindPath = lambda _: None
        self._by_uri: dict[str, Document] = {}
        self._by_path: dict[WorkspacePath, str] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(self._by_uri.values())

    def get(self, uri: str) -> Document | None:
        """The open document of this address."""
        return self._by_uri.get(uri)

    def of_path(self, path: WorkspacePath) -> Document | None:
        """The open document of a file."""
        uri = self._by_path.get(path)
        return self._by_uri[uri] if uri is not None else None

    def uri_of(self, path: WorkspacePath) -> str:
        """Address of a file, as the editor spells it while the file is open."""
        return self._by_path.get(path, path.uri)

    def rebind(self, find_path: FindPath) -> tuple[Document, ...]:
        """Finds the paths of all documents again (the roots changed). Answers those that have a path now."""
        self._find_path = find_path
        documents = tuple(self._by_uri.values())
        self._by_path.clear()
        for document in documents:
            self._put(replace(document, path=self._path_for(document.uri)))
        return tuple(document for document in self._by_uri.values() if document.path is not None)

    def open(self, item: types.TextDocumentItem) -> Document:
        """The editor opened a document. Opening an open one anew replaces it."""
        self.close(item.uri)
        document = Document(
            uri=item.uri,
            path=self._path_for(item.uri),
            language=str(item.language_id),
            version=item.version,
            text=Text.of(item.text),
        )
        self._put(document)
        return document

    def change(
        self,
        identifier: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> Document | None:
        """Applies changes one after the other; ``None`` when they are not for the document we hold."""
        document = self._by_uri.get(identifier.uri)
        if document is None:
            log.warning("Ignored a change of %s, which is not open.", identifier.uri)
            return None
        if identifier.version < document.version:
            log.warning(
                "Ignored a change of %s for version %d: it is at %d.",
                identifier.uri,
                identifier.version,
                document.version,
            )
            return None
        text = document.text
        for change in changes:
            text = apply_change(text, change, self.encoding)
        document = replace(document, version=identifier.version, text=text)
        self._put(document)
        return document

    def close(self, uri: str) -> Document | None:
        """The editor closed a document. Answers what was open."""
        document = self._by_uri.pop(uri, None)
        if document is not None and document.path is not None:
            del self._by_path[document.path]
            self._bind_another(document.path)
        return document

    def _put(self, document: Document) -> None:
        self._by_uri[document.uri] = document
        if document.path is not None:
            self._by_path[document.path] = document.uri

    def _path_for(self, uri: str) -> WorkspacePath | None:
        absolute = uri_to_path(uri)
        path = self._find_path(absolute) if absolute is not None else None
        if path is not None and self._by_path.get(path, uri) != uri:
            # Two addresses of one file (a link, another spelling): edits go to one buffer only, the first.
            log.warning("%s is open already as %s; the second is not followed.", uri, self._by_path[path])
            return None
        return path

    def _bind_another(self, path: WorkspacePath) -> None:
        for document in self._by_uri.values():
            if document.path is None and self._path_for(document.uri) == path:
                self._put(replace(document, path=path))
                return


def apply_change(text: Text, change: types.TextDocumentContentChangeEvent, encoding: PositionEncoding) -> Text:
    """``text`` after one content change of a ``didChange``."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return Text.of(change.text)
    return text.replaced(span_of(text, change.range, encoding), Text.of(change.text).data)


def span_of(text: Text, wanted: types.Range, encoding: PositionEncoding) -> Span:
    """Byte span of a protocol range; ends in the wrong order are put right."""
    start = text.offset(Position(wanted.start.line, wanted.start.character), encoding)
    end = text.offset(Position(wanted.end.line, wanted.end.character), encoding)
    return Span(min(start, end), max(start, end))


def range_of(text: Text, span: Span, encoding: PositionEncoding) -> types.Range:
    """Protocol range of a byte span."""
    start, end = text.position(span.start, encoding), text.position(span.end, encoding)
    return types.Range(
        start=types.Position(line=start.line, character=start.character),
        end=types.Position(line=end.line, character=end.character),
    )
