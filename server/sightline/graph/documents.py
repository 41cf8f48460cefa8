"""Open documents: their syntax trees, kept so that a keystroke parses only what changed.

Trees cost 26 bytes per source byte and are kept for open documents alone. Incremental parsing of broken code is not
promised to equal a fresh parse (tree-sitter #1645), so a document with errors is parsed whole once typing pauses.

What takes the event loop too long (a large text that must be read whole) is left to :meth:`OpenDocuments.read`, which
reads in a thread; until then a document is as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tree_sitter import Tree

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, minimal_edit
from sightline.graph.advance import belongs, parsed_changes
from sightline.graph.extract_text import EndlessParse, LongParse, parsed
from sightline.graph.extract_window import statement_starts
from sightline.graph.facts_blob import why_without_facts
from sightline.graph.index import FileIndex
from sightline.graph.parse import TreeEdit, WindowRead, moved_tree, parse_rest, parse_touched, parse_tree, parse_window
from sightline.graph.raw_facts import RawFacts
from sightline.graph.segments import NO_EDGES
from sightline.graph.state import FileTable, HotFile
from sightline.languages.registry import language_of
from sightline.languages.spec import LanguageSpec
from sightline.workspace.files import MAXIMUM_FILE_SIZE, WorkspaceView

#: Quiet time after which a document with syntax errors is parsed whole (seconds).
QUIET_SECONDS = 0.3
#: A longer text is never read whole on the event loop (bytes; 8 ms of a core at least as slow as ours).
READ_AT_ONCE = 24 << 10
#: Nor is one that takes the parser more than so many times a hundred steps. Sound texts of :data:`READ_AT_ONCE` take
#: 320 at most, 15 microseconds each; of one that is broken in an unlucky way 6 KB can take 90,000, which are seconds.
STEPS_AT_ONCE = 384
#: Nor are the touched statements of a text longer than this: putting them among the others takes 2 ms by then.
SPLICED_AT_ONCE = 128 << 10


#: Of a text longer than this only some statements are parsed again, if they take no more than so many bytes (on the
#: event loop; beside it). Parsing all of a shorter one costs no more.
WINDOWED = 16 << 10
_WINDOW_AT_ONCE = READ_AT_ONCE
_WINDOW = 192 << 10


@dataclass(frozen=True, slots=True)
class _Document:
    """``fresh``: read whole. ``unsure``: there are errors, and a parse of everything might get past them otherwise.

    ``window``: how the text was read if only some statements of it were parsed. The tree is then an older one, of which
    only the offsets are those of the text.
    """

    tree: Tree
    rows: RawFacts
    text: Text
    fresh: bool
    file: HotFile
    unsure: bool
    window: WindowRead | None = None


class OpenDocuments:
    """The trees of open documents. Used on the event loop only."""

    def __init__(self) -> None:
        self._documents: dict[WorkspacePath, _Document] = {}
        self._unreadable: dict[WorkspacePath, tuple[Text, HotFile]] = {}  # trying again may take seconds
        self._timers: dict[WorkspacePath, asyncio.TimerHandle] = {}
        self._distrusted: set[WorkspacePath] = set()  # to be parsed whole, whatever tree there is

    def changes(
        self, view: WorkspaceView, table: FileTable, paths: Iterable[WorkspacePath]
    ) -> tuple[dict[int, HotFile | None], set[WorkspacePath]]:
        """Hot files for ``paths`` as they are in ``view``, and the paths that :meth:`read` is for.

        Documents no longer open are forgotten.
        """
        changes: dict[int, HotFile | None] = {}
        late: set[WorkspacePath] = set()
        for path in paths:
            source = view.overlay.get(path)
            if source is None or not belongs(view, path):
                if belongs(view, path) and _is_long(view, path):
                    late.add(path)
                else:
                    self.forget(path)
                    changes |= parsed_changes(view, table, (path,))
            elif (file := self._read_at_once(path, source.text)) is not None:
                changes[table.add(path)] = file
            else:
                late.add(path)
        return changes, late

    def current(self, view: WorkspaceView, table: FileTable) -> dict[int, HotFile | None]:
        """Hot files for all open documents, parsed again only if their text is another than it was."""
        changes: dict[int, HotFile | None] = {}
        for path, source in view.overlay.items():
            if source is None or not belongs(view, path):
                changes |= parsed_changes(view, table, (path,))
                continue
            file = self._known(path, source.text)
            if file is None:
                file = self._adopt(path, source.text, _read(path, source.text, self._documents.get(path)))
            changes[table.add(path)] = file
        return changes

    async def read(self, path: WorkspacePath, text: Text) -> HotFile:
        """The hot file of an open document, computed in a thread however long it takes."""
        before = None if path in self._distrusted else self._documents.get(path)
        return self._adopt(path, text, await asyncio.to_thread(_read, path, text, before))

    def distrust_if_stale(self, view: WorkspaceView, path: WorkspacePath) -> bool:
        """Whether an open document has to be parsed whole; from now on, its next reading is."""
        document = self._documents.get(path)
        if view.overlay.get(path) is None or document is None or document.fresh:
            return False
        self._distrusted.add(path)
        return True

    def reparse_when_quiet(self, view: WorkspaceView, settle: Callable[[WorkspacePath], None]) -> None:
        """Calls ``settle`` for every document with errors once it has been quiet for :data:`QUIET_SECONDS`."""
        for path, document in self._documents.items():
            if document.fresh or not document.unsure:
                continue
            if path in view.overlay and path not in self._timers:
                self._timers[path] = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._fire, path, settle)

    def close(self) -> None:
        """Forgets everything."""
        for path in [*self._documents, *self._unreadable]:
            self.forget(path)

    def forget(self, path: WorkspacePath) -> None:
        """The document is no longer open."""
        self._documents.pop(path, None)
        self._unreadable.pop(path, None)
        self._distrusted.discard(path)
        if timer := self._timers.pop(path, None):
            timer.cancel()

    def _fire(self, path: WorkspacePath, settle: Callable[[WorkspacePath], None]) -> None:
        self._timers.pop(path, None)
        settle(path)

    def _read_at_once(self, path: WorkspacePath, text: Text) -> HotFile | None:
        """The hot file of a document, ``None`` if that would hold the loop."""
        if path not in self._distrusted and (file := self._known(path, text)) is not None:
            return file
        before = None if path in self._distrusted else self._documents.get(path)
        if len(text.data) <= READ_AT_ONCE or len(text.data) > MAXIMUM_FILE_SIZE:
            try:
                return self._adopt(path, text, _read(path, text, before, STEPS_AT_ONCE))
            except LongParse:
                return None
        is_whole = _language(path).prepare is not None  # such a text is never spliced
        if before is None or is_whole or len(text.data) > SPLICED_AT_ONCE:
            return None
        try:
            found = _touched(path, text, before, STEPS_AT_ONCE)
        except (RecursionError, EndlessParse, LongParse):
            return None
        return self._adopt(path, text, found) if isinstance(found, _Document) else None

    def _known(self, path: WorkspacePath, text: Text) -> HotFile | None:
        """What ``text`` gave when it was read last, if nothing else was read since."""
        document = self._documents.get(path)
        if document is not None:
            return document.file if document.text == text else None
        known, file = self._unreadable.get(path, (None, None))
        return file if known == text else None

    def _adopt(self, path: WorkspacePath, text: Text, found: _Document | HotFile) -> HotFile:
        self.forget(path)
        if isinstance(found, HotFile):
            self._unreadable[path] = text, found
            return found
        self._documents[path] = found
        return found.file


def _is_long(view: WorkspaceView, path: WorkspacePath) -> bool:
    """Whether a closed file is too long to be read on the event loop."""
    try:
        return view.system.files.stat(path.absolute).size > READ_AT_ONCE
    except (OSError, ValueError):
        return False


def _read(path: WorkspacePath, text: Text, before: _Document | None, steps: int | None = None) -> _Document | HotFile:
    """A document read from the one before it, if there is one; a hot file with a reason when it cannot be. Pure.

    Raises :class:`LongParse` when ``steps`` are given and are not enough.
    """
    if len(text.data) > MAXIMUM_FILE_SIZE:
        return HotFile(None, NO_EDGES, reason="too_large")
    language = _language(path)
    try:
        if before is None:
            return _document(text, *parse_tree(text.data, language, steps=steps), fresh=True)
        found = _touched(path, text, before, steps)
        if isinstance(found, Tree):
            found = _document(text, found, parse_rest(text.data, language, found, steps=steps), fresh=False)
    except LongParse:
        raise
    except EndlessParse as error:
        if before is not None:  # only a parse of everything may say so: what is kept of an old tree can mislead it
            return _read(path, text, None, steps)
        return HotFile(None, NO_EDGES, reason=why_without_facts(path, error))
    except Exception as error:  # noqa: BLE001  as in facts_blob.py: one text must not stop what follows all others
        return HotFile(None, NO_EDGES, reason=why_without_facts(path, error))
    return found


def _touched(path: WorkspacePath, text: Text, before: _Document, steps: int | None) -> _Document | Tree:
    """The new document if reading the touched statements gives it, else its tree."""
    edit = minimal_edit(before.text.data, text.data)
    if edit is None:
        return before
    change = TreeEdit(old=Span(edit.span.start, edit.span.end), length=len(edit.new))
    language = _language(path)
    if len(text.data) > WINDOWED and (found := _by_window(language, text, before, change, steps)) is not None:
        return found
    tree = parsed(before.text.data, language, before.tree, steps=steps) if before.window else before.tree
    tree, rows = parse_touched(text.data, language, tree, change, before.rows, steps=steps)
    return tree if rows is None else _document(text, tree, rows, fresh=False)


def _by_window(
    language: LanguageSpec, text: Text, before: _Document, change: TreeEdit, steps: int | None
) -> _Document | None:
    """The new document if parsing only the statements around the change gives it."""
    starts = before.window.starts if before.window is not None else statement_starts(before.tree)
    texts, limits = (before.text.data, text.data), (_WINDOW if steps is None else _WINDOW_AT_ONCE, steps)
    found = parse_window(texts, language, starts, change, before.window or before.rows, limits)
    if found is None:
        return None
    return _Document(
        tree=moved_tree(before.tree, change),
        rows=found.rows,
        text=text,
        fresh=False,
        file=HotFile(FileIndex(found.rows, text), NO_EDGES),
        unsure=before.unsure or found.tree.root_node.has_error,
        window=found,
    )


def _document(text: Text, tree: Tree, rows: RawFacts, *, fresh: bool) -> _Document:
    file = HotFile(FileIndex(rows, text), NO_EDGES)
    return _Document(tree, rows, text, fresh, file, unsure=tree.root_node.has_error)


def _language(path: WorkspacePath) -> LanguageSpec:
    language = language_of(path)
    assert language is not None, "only files of known languages are parsed"
    return language
