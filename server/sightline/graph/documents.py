"""Open documents: their syntax trees, kept so that a keystroke parses only what changed.

Trees cost 26 bytes per source byte and are kept for open documents alone. Incremental parsing of broken code is not
promised to equal a fresh parse (tree-sitter #1645), so a document with errors is parsed whole once typing pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tree_sitter import Tree

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, minimal_edit
from sightline.graph.advance import belongs, parsed_changes
from sightline.graph.index import FileIndex
from sightline.graph.parse import TreeEdit, parse_tree
from sightline.graph.raw_facts import RawFacts
from sightline.graph.segments import NO_EDGES
from sightline.graph.state import FileTable, HotFile
from sightline.languages.registry import language_of
from sightline.workspace.files import MAXIMUM_FILE_SIZE, WorkspaceView

#: Quiet time after which a document with syntax errors is parsed whole (seconds).
QUIET_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class _Document:
    tree: Tree
    rows: RawFacts
    text: Text
    fresh: bool
    file: HotFile


class OpenDocuments:
    """The trees of open documents. Used on the event loop only."""

    def __init__(self) -> None:
        self._documents: dict[WorkspacePath, _Document] = {}
        self._timers: dict[WorkspacePath, asyncio.TimerHandle] = {}

    def changes(
        self, view: WorkspaceView, table: FileTable, paths: Iterable[WorkspacePath]
    ) -> dict[int, HotFile | None]:
        """Hot files for ``paths`` as they are in ``view``; documents no longer open are forgotten."""
        changes: dict[int, HotFile | None] = {}
        for path in paths:
            source = view.overlay.get(path)
            if source is None or not belongs(view, path):
                self._forget(path)
                changes |= parsed_changes(view, table, (path,))
            else:
                changes[table.add(path)] = self._parse(path, source.text, self._documents.get(path))
        return changes

    def current(self, view: WorkspaceView, table: FileTable) -> dict[int, HotFile | None]:
        """Hot files for all open documents, parsed again only if their text is another than it was."""
        changes: dict[int, HotFile | None] = {}
        for path, source in view.overlay.items():
            document = self._documents.get(path)
            if source is None or not belongs(view, path):
                changes |= parsed_changes(view, table, (path,))
            elif document is not None and document.text == source.text:
                changes[table.add(path)] = document.file
            else:
                changes[table.add(path)] = self._parse(path, source.text, document)
        return changes

    def reparsed(self, view: WorkspaceView, table: FileTable, path: WorkspacePath) -> dict[int, HotFile | None]:
        """A fresh parse of an open document, if the last one was not."""
        source = view.overlay.get(path)
        document = self._documents.get(path)
        if source is None or document is None or document.fresh:
            return {}
        return {table.add(path): self._parse(path, source.text, None)}

    def reparse_when_quiet(self, view: WorkspaceView, settle: Callable[[WorkspacePath], None]) -> None:
        """Calls ``settle`` for every document with errors once it has been quiet for :data:`QUIET_SECONDS`."""
        for path, document in self._documents.items():
            if document.fresh or not document.tree.root_node.has_error:
                continue
            if path in view.overlay and path not in self._timers:
                self._timers[path] = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._fire, path, settle)

    def close(self) -> None:
        """Forgets everything."""
        for path in list(self._documents):
            self._forget(path)

    def _fire(self, path: WorkspacePath, settle: Callable[[WorkspacePath], None]) -> None:
        self._timers.pop(path, None)
        settle(path)

    def _parse(self, path: WorkspacePath, text: Text, before: _Document | None) -> HotFile:
        if timer := self._timers.pop(path, None):
            timer.cancel()
        language = language_of(path)
        assert language is not None, "only files of known languages are parsed"
        if len(text.data) > MAXIMUM_FILE_SIZE:
            self._forget(path)
            return HotFile(None, NO_EDGES, reason="too_large")
        edit = minimal_edit(before.text.data, text.data) if before else None
        try:
            if before is None or edit is None:
                tree, rows = parse_tree(text.data, language)
            else:
                change = TreeEdit(old=Span(edit.span.start, edit.span.end), length=len(edit.new))
                tree, rows = parse_tree(text.data, language, before.tree, change, before.rows)
        except RecursionError:
            self._forget(path)
            return HotFile(None, NO_EDGES, reason="too_deep")
        file = HotFile(FileIndex(rows, text), NO_EDGES)
        self._documents[path] = _Document(tree, rows, text, before is None or edit is None, file)
        return file

    def _forget(self, path: WorkspacePath) -> None:
        self._documents.pop(path, None)
        if timer := self._timers.pop(path, None):
            timer.cancel()
