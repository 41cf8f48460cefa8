"""The same thing again: of the same name for another platform, format or class, with other arguments, the way back."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.context.access import definitions_of
from sightline.context.relations.parallel import is_opposite, is_parallel, name_words, shares_role
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import (
    UNLIKE,
    Surroundings,
    distance,
    folder_of,
    is_function,
    key_of,
    share,
)
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import DefinitionRow

#: Files of the anchor's folder that are looked through for parallel names, and those found that are compared.
MOST_FILES = 30
MOST_PARALLEL = 30

_COMPARED = frozenset(
    {
        DefinitionKind.FUNCTION,
        DefinitionKind.METHOD,
        DefinitionKind.CLASS,
        DefinitionKind.INTERFACE,
        DefinitionKind.TYPE,
        DefinitionKind.ENUM,
    }
)


def twins(around: Surroundings) -> Iterator[Relation]:
    """Definitions of the same name that do the same elsewhere."""
    symbol = around.anchor.symbol
    if symbol is None or symbol.definition.kind not in _COMPARED:
        return
    kin = set(map(key_of, around.overridden))
    kin.update(key_of(each) for each, above in around.overridden_by_namesakes if key_of(symbol) in above)
    others = (each for each in around.namesakes if key_of(each) not in kin)
    found = [(each, weight) for each in others if (weight := _likeness(around, symbol, each))]
    for each, weight in found:
        alike = UNLIKE + (1 - UNLIKE) * around.likeness(each.path, each.definition.span)
        yield around.relation(RelationKind.TWIN, each, _reason(symbol, each), weight * alike * share(len(found)))


def _likeness(around: Surroundings, one: Symbol, other: Symbol) -> float:
    """How surely two definitions of one name are the same thing twice; 0 for no."""
    if is_function(one) != is_function(other):
        return 0.0
    near = distance(one.path, other.path) <= 1
    if one.qualified_name == other.qualified_name:
        return 1.0 if near or one.path.name == other.path.name else 0.7
    owner, theirs = around.owner(one), around.owner(other)
    if owner is None or theirs is None:
        return 0.3 if near else 0.0  # a function and a method of its name
    if (owner.definition.kind is DefinitionKind.INTERFACE) != (theirs.definition.kind is DefinitionKind.INTERFACE):
        return 0.0
    words, their_words = name_words(owner.definition.name), name_words(theirs.definition.name)
    if is_opposite(words, their_words) or is_parallel(words, their_words):
        return 0.9
    if shares_role(words, their_words):
        return 0.7
    return 0.4 if near else 0.0


def _reason(symbol: Symbol, other: Symbol) -> str:
    if other.path == symbol.path and other.qualified_name == symbol.qualified_name:
        return f"defines `{symbol.qualified_name}` once more"
    return f"has the name of `{symbol.qualified_name}`"


def parallels(around: Surroundings) -> Iterator[Relation]:
    """Definitions beside the anchor whose names differ from its name in one word."""
    symbol = around.anchor.symbol
    if symbol is None or symbol.definition.kind not in _COMPARED:
        return
    words = name_words(symbol.definition.name)
    if not words:
        return
    owner = around.owner(symbol)
    own = owner.definition.name if owner is not None else ""
    found: list[tuple[WorkspacePath, DefinitionRow, float]] = []
    for path in _beside(around, symbol):
        around.check()
        rows = definitions_of(around.view, path)
        for row in rows:
            weight = _parallel(symbol, words, row)
            theirs = rows[row.parent].name if row.parent >= 0 else ""
            if weight and bool(own) == bool(theirs):
                found.append((path, row, weight * (1.0 if theirs == own else 0.5)))
    found.sort(key=lambda each: (-each[2], each[0] != symbol.path, each[0], each[1].start))
    for path, row, weight in found[:MOST_PARALLEL]:
        index = around.view.index(path)
        if index is not None:
            reason = f"`{row.name}` is the counterpart of `{symbol.qualified_name}`"
            alike = UNLIKE + (1 - UNLIKE) * around.likeness(path, Span(row.start, row.end))
            counted = weight * alike * share(len(found)) * around.nearness(path)
            line = index.line_of(row.name_start) + 1
            yield Relation(kind=RelationKind.PARALLEL, path=path, line=line, reason=reason, weight=counted)


def _parallel(symbol: Symbol, words: tuple[str, ...], row: DefinitionRow) -> float:
    definition = symbol.definition
    if row.name == definition.name or row.kind not in _COMPARED:
        return 0.0
    if (row.kind in (DefinitionKind.FUNCTION, DefinitionKind.METHOD)) != is_function(symbol):
        return 0.0
    others = name_words(row.name)
    if is_opposite(words, others):
        return 1.0
    return 0.4 if is_parallel(words, others) else 0.0


def _beside(around: Surroundings, symbol: Symbol) -> list[WorkspacePath]:
    """The anchor's file; for a class, others of its folder and language too."""
    own = around.anchor.path
    if is_function(symbol):
        return [own]
    table = around.view.state.table
    ending = own.name.rpartition(".")[2]
    files = (file for file in table.in_folder(own.root, folder_of(own)) if around.view.state.exists(file))
    others = sorted(path for path in map(table.path_of, files) if path != own and path.name.endswith("." + ending))
    return [own, *others[:MOST_FILES]]
