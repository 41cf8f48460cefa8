"""The same thing again: of the same name for another platform, format or class, with other arguments, the way back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.context.relations.parallel import is_opposite, is_parallel, name_words, shares_role
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, distance, folder_of, is_function, key_of
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import DefinitionRow

#: Files of the anchor's folder that are looked through for parallel names.
MOST_FILES = 30

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
    crowd = 1 + math.log(max(len(found), 1))
    for each, weight in found:
        yield around.relation(RelationKind.TWIN, each, _reason(symbol, each), weight / crowd)


def _likeness(around: Surroundings, one: Symbol, other: Symbol) -> float:
    """How surely two definitions of one name are the same thing twice; 0 for no."""
    if is_function(one) != is_function(other):
        return 0.0
    apart = distance(one.path, other.path)
    near = 1.0 if apart <= 1 else 0.7 if one.path.name == other.path.name else 1 / (1 + apart / 2)
    if one.qualified_name == other.qualified_name:
        return near
    owner, theirs = around.owner(one), around.owner(other)
    if owner is None or theirs is None:
        return 0.3 * near if apart <= 1 else 0.0  # a function and a method of its name
    if (owner.definition.kind is DefinitionKind.INTERFACE) != (theirs.definition.kind is DefinitionKind.INTERFACE):
        return 0.0
    words, their_words = name_words(owner.definition.name), name_words(theirs.definition.name)
    if is_opposite(words, their_words) or is_parallel(words, their_words):
        return 0.9 * near
    if shares_role(words, their_words):
        return 0.7 * near
    return 0.4 * near if apart <= 1 else 0.0


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
    found: list[tuple[WorkspacePath, int, DefinitionRow, float]] = []
    for path in _beside(around):
        around.check()
        index = around.view.index(path)
        for row in index.definitions if index is not None else ():
            weight = _parallel(symbol, words, row)
            theirs = index.definitions[row.parent].name if index is not None and row.parent >= 0 else ""
            if weight and index is not None and bool(own) == bool(theirs):
                near = (1.0 if theirs == own else 0.5) * (1.0 if path == symbol.path else 0.7)
                found.append((path, index.line_of(row.name_start) + 1, row, weight * near))
    crowd = 1 + math.log(max(len(found), 1))
    for path, line, row, weight in found:
        reason = f"`{row.name}` is the counterpart of `{symbol.qualified_name}`"
        yield Relation(kind=RelationKind.PARALLEL, path=path, line=line, reason=reason, weight=weight / crowd)


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


def _beside(around: Surroundings) -> list[WorkspacePath]:
    """The anchor's file and others of its folder and language."""
    own = around.anchor.path
    table = around.view.state.table
    ending = own.name.rpartition(".")[2]
    files = (file for file in table.in_folder(own.root, folder_of(own)) if around.view.state.exists(file))
    others = sorted(path for path in map(table.path_of, files) if path != own and path.name.endswith("." + ending))
    return [own, *others[:MOST_FILES]]
