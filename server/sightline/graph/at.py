"""What stands at a place in a file, and definitions by a part of their name: the questions an editor begins with."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.graph.answers import Confidence, Symbol
from sightline.graph.facts import Reference
from sightline.graph.index import FileIndex
from sightline.graph.raw_facts import is_shorthand
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import GraphView

#: Definitions that a search by a part of the name answers at most.
MOST_FOUND = 200


def symbols_at(view: GraphView, path: WorkspacePath, offset: int) -> tuple[tuple[Symbol, Confidence], ...]:
    """The definitions that the name at a byte offset may mean, best first; empty outside names, and for modules.

    At the name of a definition that is the definition itself.
    """
    own = definition_at(view, path, offset)
    if own is not None:
        return ((own, Confidence.EXACT),)
    reference = reference_at(view.index(path), offset)
    return view.resolve(path, reference) if reference is not None else ()


def definition_at(view: GraphView, path: WorkspacePath, offset: int) -> Symbol | None:
    """The definition whose name stands at a byte offset."""
    index = view.index(path)
    for number, row in enumerate(index.definitions if index is not None else ()):
        is_named = row.name_start <= offset <= row.name_end and row.name_end > row.name_start
        # ``{ name }`` defines a member, but whoever points at it means the variable.
        if is_named and not is_shorthand(row):
            return view.symbols(path)[number]
    return None


def around(view: GraphView, path: WorkspacePath, span: Span) -> Symbol | None:
    """The innermost definition that holds ``span``."""
    holding = [symbol for symbol in view.symbols(path) if symbol.definition.span.contains(span)]
    return min(holding, key=lambda symbol: len(symbol.definition.span), default=None)


def reference_at(index: FileIndex | None, offset: int) -> Reference | None:
    """The use of a name at a byte offset; the shortest where several lie over one another."""
    if index is None:
        return None
    starts = index.columns[1]
    near = [at for at, start in enumerate(starts) if start <= offset <= start + _LONGEST_NAME]
    found = [reference for at in near if _touches((reference := index.reference(at)).span, offset)]
    return min(found, key=lambda reference: (len(reference.span), reference.span.start != offset), default=None)


#: Bytes of the longest name that is looked for under a cursor.
_LONGEST_NAME = 400


def _touches(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def module_at(view: GraphView, path: WorkspacePath, offset: int) -> WorkspacePath | None:
    """The file behind the module that an import names at a byte offset."""
    facts = view.facts(path)
    for each in facts.imports if facts is not None else ():
        if each.span.start <= offset <= each.span.end:
            return view.module(path, each.module, each.level)
    return None


def symbols_like(
    view: GraphView, part: str, check: Check = go_on, *, languages: Iterable[str] | None = None
) -> tuple[Symbol, ...]:
    """Definitions whose name holds ``part``, case aside: whole names first, then beginnings; at most ``MOST_FOUND``.

    Looks only at files of ``languages`` (names), of all if that is ``None``. Empty for an empty ``part``.
    """
    wanted = part.lower()
    found: list[tuple[int, Symbol]] = []
    kept = frozenset(languages) if languages is not None else None
    for path in view.paths() if wanted else ():
        check()
        file = view.state.table.id_of(path)
        index = view.state.index(file) if file is not None else None  # through no cache: most files are seen once
        if index is None or (kept is not None and index.language not in kept):
            continue
        numbers = [number for number, row in enumerate(index.definitions) if wanted in row.name.lower()]
        symbols = view.symbols(path) if numbers else ()
        found += [(_distance(symbols[number].definition.name, wanted), symbols[number]) for number in numbers]
    found.sort(key=lambda item: (item[0], len(item[1].definition.name), item[1].path, item[1].index))
    return tuple(symbol for _, symbol in found[:MOST_FOUND])


def _distance(name: str, wanted: str) -> int:
    lower = name.lower()
    return 0 if lower == wanted else 1 if lower.startswith(wanted) else 2
