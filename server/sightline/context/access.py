"""Cheap looks into a graph view: digests, definitions and references of one file, without building all its objects.

``GraphView.facts`` decodes every reference of a file, which costs 5 ms for an ordinary one; a question looks at fifty
files. This file is the only one in the room that knows how a view holds its facts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.graph.answers import EdgeKind, Symbol
from sightline.graph.codec import PackedFacts
from sightline.graph.facts import Reference
from sightline.graph.index import FileIndex
from sightline.graph.raw_facts import DefinitionRow, definition_of
from sightline.graph.resolve import edge_kind
from sightline.graph.state import GraphState
from sightline.graph.view import GraphView

#: Importers of a file that are looked at for those that pass its names on.
MOST_IMPORTERS = 100

#: Files of which the digest and the language are remembered.
_MOST_TOLD = 1 << 12
_told_by: dict[WorkspacePath, tuple[bytes, str, str]] = {}

#: Not ``None``, which hides a file.
_NOT_HOT = object()


def digest_of(view: GraphView, path: WorkspacePath) -> str | None:
    """Digest of the text the facts of ``path`` were made of; ``None`` for a file without facts."""
    found = _told(view.state, path)
    return found[0] if found else None


def definitions_of(view: GraphView, path: WorkspacePath) -> tuple[DefinitionRow, ...]:
    """The definitions of a file in source order; empty for a file without facts."""
    found = view.index(path)
    return found.definitions if found else ()


def fresh_definitions_of(view: GraphView, path: WorkspacePath) -> tuple[DefinitionRow, ...]:
    """As :func:`definitions_of`, without leaving anything in the view's cache: for walks over all files."""
    found = _facts_of(view.state, path)
    return found.definitions if found else ()


def language_of(view: GraphView, path: WorkspacePath) -> str:
    """Name of a file's language; empty for a file without facts."""
    found = _told(view.state, path)
    return found[1] if found else ""


def symbol_at(view: GraphView, path: WorkspacePath, number: int) -> Symbol | None:
    """The definition ``number`` of a file, without making the others; ``None`` where there is none."""
    index = view.index(path)
    if index is None or not 0 <= number < len(index.definitions):
        return None
    name, definition = index.qualified_name(number), definition_of(index.definitions[number])
    return Symbol(path=path, index=number, qualified_name=name, definition=definition)


def references_inside(view: GraphView, path: WorkspacePath, span: Span) -> Iterable[Reference]:
    """The references of a file that begin in ``span``, in source order."""
    found = view.index(path)
    if found is None:
        return ()
    starts = found.columns[1]
    return map(found.reference, range(bisect_left(starts, span.start), bisect_left(starts, span.end)))


def names_inside(view: GraphView, path: WorkspacePath, span: Span) -> frozenset[str]:
    """The bare names used in ``span``."""
    found = view.index(path)
    if found is None:
        return frozenset()
    names, starts, strings = found.columns[0], found.columns[1], found.strings
    inside = names[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
    return frozenset(strings[name] for name in set(inside))


def may_define(view: GraphView, name: str) -> int:
    """About how many files define the bare ``name``: never too few, and found without decoding any."""
    return len(view.state.defining(name))


def may_use(view: GraphView, name: str) -> int:
    """About how many files use the bare ``name``: never too few, and found without decoding any."""
    return len(view.state.referencing(name))


def has_heirs(view: GraphView, name: str) -> bool:
    """Whether a class of the bare ``name`` may have others below it; found without decoding any file."""
    return bool(view.state.inheriting(name))


def files_that_may_define(view: GraphView, name: str) -> list[WorkspacePath]:
    """Files that seem to define the bare ``name`` (no others do), found without decoding any."""
    return [view.state.table.path_of(file) for file in view.state.defining(name)]


def files_that_may_use(view: GraphView, name: str) -> list[WorkspacePath]:
    """Files that seem to use the bare ``name`` (no others do), found without decoding any."""
    return [view.state.table.path_of(file) for file in view.state.referencing(name)]


def passing_on(view: GraphView, path: WorkspacePath) -> list[tuple[WorkspacePath, int]]:
    """Files that pass the names of another one on, each with the one-based line; bounded, by the order of files."""
    state, file = view.state, view.state.table.id_of(path)
    importers = state.importers(file)[:MOST_IMPORTERS] if file is not None else ()
    return [
        (state.table.path_of(source), edge.line + 1)
        for source in importers
        for edge in state.edges(source)
        if edge.target == file and edge_kind(edge.code) is EdgeKind.REEXPORT
    ]


def imported_or_importing(view: GraphView, path: WorkspacePath) -> list[WorkspacePath]:
    """Files that a file imports, then those that import it (at most :data:`MOST_IMPORTERS`)."""
    state, file = view.state, view.state.table.id_of(path)
    if file is None or not state.exists(file):
        return []
    near = dict.fromkeys((*state.targets(file), *state.importers(file)[:MOST_IMPORTERS]))
    return [state.table.path_of(other) for other in near if other != file]


def changed_paths(before: GraphState, after: GraphState) -> set[WorkspacePath] | None:
    """Files whose facts may differ between two states of one graph; ``None`` when every file must be looked at.

    Typing changes hot files only, so the answer is short, and it is found without a look at any other file.
    """
    if before.table is not after.table or before.segments is not after.segments:
        return None
    files = before.hot.keys() | after.hot.keys()
    return {
        after.table.path_of(file)
        for file in files
        if before.hot.get(file, _NOT_HOT) is not after.hot.get(file, _NOT_HOT)
    }


def qualified_name(definitions: Sequence[DefinitionRow], index: int) -> str:
    """Dotted name of a definition within its file; empty for -1."""
    parts: list[str] = []
    while index >= 0:
        parts.append(definitions[index].name)
        index = definitions[index].parent
    return ".".join(reversed(parts))


def _told(state: GraphState, path: WorkspacePath) -> tuple[str, str] | None:
    """Digest and language of a file with facts. To read them takes long beside most that is done with them."""
    file = state.table.id_of(path)
    blob = state.blob(file) if file is not None else b""
    if not blob:
        found = _facts_of(state, path)
        return (found.digest, found.language) if found else None
    known = _told_by.get(path)
    if known is None or known[0] is not blob:
        facts = PackedFacts(blob)
        if len(_told_by) >= _MOST_TOLD:
            _told_by.clear()
        known = _told_by[path] = blob, facts.digest, facts.language
    return known[1:]


def _facts_of(state: GraphState, path: WorkspacePath) -> FileIndex | PackedFacts | None:
    file = state.table.id_of(path)
    if file is None:
        return None
    hot = state.hot.get(file)
    return hot.index if hot is not None and hot.index is not None else state.packed(file)
