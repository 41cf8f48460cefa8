"""Answers of a view, remembered while one edit is judged: the checks ask the same things of the same files many times.

A view builds its answers anew for every question. Here they are kept as long as the view is alive and
:func:`forget` was not called; a view never changes, so nothing kept can become wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.check import CheckInput
from sightline.checks.go_packages import GoPackages
from sightline.checks.packages import Packages
from sightline.checks.texts import TouchedFile, compared_files, read_text
from sightline.graph.answers import Symbol
from sightline.graph.facts import ReferenceKind
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.view import GraphView

#: Bytes of texts kept for one view: what a check of a small workspace reads in all, and of a large one first.
_TEXTS_KEPT = 32 << 20


@dataclass(slots=True)
class _Memory:
    texts: dict[WorkspacePath, Text | None] = field(default_factory=dict[WorkspacePath, Text | None])
    texts_size: int = 0
    facts: dict[WorkspacePath, PartialFacts | None] = field(default_factory=dict[WorkspacePath, PartialFacts | None])
    symbols: dict[WorkspacePath, tuple[Symbol, ...]] = field(default_factory=dict[WorkspacePath, tuple[Symbol, ...]])
    inside: dict[WorkspacePath, dict[int, tuple[Symbol, ...]]] = field(
        default_factory=dict[WorkspacePath, dict[int, tuple[Symbol, ...]]]
    )
    lines: dict[tuple[WorkspacePath, int], tuple[Symbol | str, ...]] = field(
        default_factory=dict[tuple[WorkspacePath, int], tuple[Symbol | str, ...]]
    )
    groups: dict[WorkspacePath, dict[str, tuple[Symbol, ...]]] = field(
        default_factory=dict[WorkspacePath, dict[str, tuple[Symbol, ...]]]
    )
    rebound: dict[tuple[WorkspacePath, int], bool] = field(default_factory=dict[tuple[WorkspacePath, int], bool])
    touched: tuple[ChangeSet, tuple[TouchedFile, ...]] | None = None
    headers: dict[tuple[WorkspacePath, int], str] = field(default_factory=dict[tuple[WorkspacePath, int], str])
    packages: dict[str, Packages] = field(default_factory=dict[str, Packages])
    go: dict[str, GoPackages] = field(default_factory=dict[str, GoPackages])
    targets: dict[WorkspacePath, tuple[WorkspacePath, ...]] = field(
        default_factory=dict[WorkspacePath, tuple[WorkspacePath, ...]]
    )


_MEMORIES: WeakKeyDictionary[GraphView, _Memory] = WeakKeyDictionary()


#: Rows freed at once: some tenths of a millisecond. Freeing holds the interpreter, in whatever thread it happens.
_ROWS_FREED = 500


def forget(*views: GraphView) -> None:
    """Lets go of everything kept for some views, little by little: to be called in a thread.

    The facts of a file of 50,000 lines take 70 ms to free as a whole, during which no other thread gets its turn.
    """
    for view in views:
        rows = _rows_of(_MEMORIES.pop(view, _Memory()))
        while rows:
            del rows[-_ROWS_FREED:]


def _rows_of(memory: _Memory) -> list[object]:
    """All that a memory is large by; whoever holds the list holds the rows, and the memory itself goes at once."""
    rows: list[object] = [symbol for found in memory.symbols.values() for symbol in found]
    for facts in memory.facts.values():
        rows += facts.made() if facts is not None else ()
    return rows


def facts_of(view: GraphView, path: WorkspacePath | None) -> PartialFacts | None:
    """See :meth:`GraphView.facts`; ``None`` for no path too. What nobody asks of them is never made."""
    if path is None:
        return None
    kept = _memory(view).facts
    if path not in kept:
        index = view.index(path)
        kept[path] = PartialFacts(index) if index is not None else None
    return kept[path]


def text_of(view: GraphView, path: WorkspacePath) -> Text | None:
    """Text of a file of a view; ``None`` for what cannot be read as text. Read once, whoever asks."""
    memory = _memory(view)
    if path in memory.texts:
        return memory.texts[path]
    text = read_text(view.workspace, path)
    if memory.texts_size < _TEXTS_KEPT:
        memory.texts[path] = text
        memory.texts_size += len(text.data) if text is not None else 0
    return text


def symbols_of(view: GraphView, path: WorkspacePath | None) -> tuple[Symbol, ...]:
    """See :meth:`GraphView.symbols`; nothing for no path."""
    if path is None:
        return ()
    kept = _memory(view).symbols
    if path not in kept:
        kept[path] = view.symbols(path)
    return kept[path]


def groups_of(view: GraphView, path: WorkspacePath | None) -> Mapping[str, tuple[Symbol, ...]]:
    """The definitions of a file by qualified name: overloads, setters and both branches of an ``if`` together."""
    if path is None:
        return {}
    kept = _memory(view).groups
    if path not in kept:
        found: dict[str, tuple[Symbol, ...]] = {}
        for symbol in symbols_of(view, path):
            found[symbol.qualified_name] = (*found.get(symbol.qualified_name, ()), symbol)
        kept[path] = found
    return kept[path]


def members_of(view: GraphView, symbol: Symbol) -> tuple[Symbol, ...]:
    """See :meth:`GraphView.members`. ``symbol`` is one of ``view``."""
    kept = _memory(view).inside
    if symbol.path not in kept:
        inside: dict[int, list[Symbol]] = {}
        for each in symbols_of(view, symbol.path):
            inside.setdefault(each.definition.parent, []).append(each)
        kept[symbol.path] = {parent: tuple(each) for parent, each in inside.items()}
    return kept[symbol.path].get(symbol.index, ())


def ancestors_of(view: GraphView, symbol: Symbol) -> tuple[Symbol | str, ...]:
    """See :meth:`GraphView.ancestors`."""
    kept = _memory(view).lines
    key = (symbol.path, symbol.index)
    if key not in kept:
        kept[key] = view.ancestors(symbol)
    return kept[key]


def header_of(view: GraphView, symbol: Symbol) -> str:
    """Source of a definition up to its body; empty for a file that cannot be read."""
    kept = _memory(view).headers
    key = (symbol.path, symbol.index)
    if key not in kept:
        text = text_of(view, symbol.path)
        span = symbol.definition.span
        kept[key] = text.data[span.start : symbol.definition.body_start].decode(errors="replace") if text else ""
    return kept[key]


def is_rebound(view: GraphView, symbol: Symbol) -> bool:
    """Whether the scope of a definition assigns to its name as well: ``f = decorated(f)``."""
    kept, key = _memory(view).rebound, (symbol.path, symbol.index)
    if key not in kept:
        index, definition = view.index(symbol.path), symbol.definition
        uses = map(index.reference, index.positions((definition.name,))) if index is not None else ()
        writes = (each for each in uses if each.kind is ReferenceKind.WRITE and not each.receiver)
        kept[key] = any(each.enclosing == definition.parent for each in writes)
    return kept[key]


def touched_files(given: CheckInput) -> tuple[TouchedFile, ...]:
    """See :func:`~sightline.checks.texts.compared_files`: checks share the texts and what is known of their lines."""
    memory = _memory(given.after)
    if memory.touched is None or memory.touched[0] is not given.changes:
        files = compared_files(given)
        memory.touched = (given.changes, files)
        memory.texts |= {file.new: file.after for file in files if file.new is not None}
        _memory(given.before).texts |= {file.old: file.before for file in files if file.old is not None}
    return memory.touched[1]


def packages_of(view: GraphView, root: str) -> Packages:
    """The installed packages that code below ``root`` can import."""
    kept = _memory(view).packages
    if root not in kept:
        kept[root] = Packages(view.workspace.system, root)
    return kept[root]


def go_packages_of(view: GraphView, root: str) -> GoPackages:
    """The packages from outside that Go code below ``root`` can import."""
    kept = _memory(view).go
    if root not in kept:
        kept[root] = GoPackages(view.workspace.system, root)
    return kept[root]


def import_targets(view: GraphView) -> dict[WorkspacePath, tuple[WorkspacePath, ...]]:
    """Where ``circular.py`` keeps what a file imports when it is imported itself."""
    return _memory(view).targets


def _memory(view: GraphView) -> _Memory:
    found = _MEMORIES.get(view)
    if found is None:
        found = _MEMORIES[view] = _Memory()
    return found
