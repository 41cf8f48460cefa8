"""Pieces that work on the same things as the anchor: the same fields, the same rare calls, in one file much the same.

Found by names alone, weighed by how few use them: what two places share and nobody else has seldom changes in one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.context.access import files_that_may_use, may_use
from sightline.context.chunks import CONTAINERS
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE
from sightline.graph.test_files import is_test
from sightline.languages.registry import family_of

#: Names of the anchor that are looked for elsewhere, the rarest first, and files that may use one of them.
MOST_NAMES = 16
MOST_FILES = 16

#: Files looked at for one kind: the rarest names have theirs first.
MOST_LOOKS = 40

#: References of a file that are compared; longer files have no siblings beyond.
MOST_REFERENCES = 20_000

#: Siblings share at least this much, as the cosine of what they use; below lies what everybody uses.
LEAST_LIKENESS = 0.1

_KIND = LOCAL_FLAG - 1
_CALL = REFERENCE_CODE[ReferenceKind.CALL]
_VALUES = frozenset((REFERENCE_CODE[ReferenceKind.READ], REFERENCE_CODE[ReferenceKind.WRITE]))
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]
_COUNTED = _VALUES | {_CALL, _TYPE, REFERENCE_CODE[ReferenceKind.DECORATE]}

_KIND_OF = {
    ReferenceKind.READ: RelationKind.FIELD,
    ReferenceKind.WRITE: RelationKind.FIELD,
    ReferenceKind.CALL: RelationKind.COLLEAGUE,
    ReferenceKind.TYPE: RelationKind.FELLOW,
    ReferenceKind.KEYWORD: RelationKind.KEYWORD,
    ReferenceKind.STRING: RelationKind.KEYWORD,
}
_LOOKED_FOR = {
    RelationKind.FIELD: _VALUES,
    RelationKind.COLLEAGUE: frozenset({_CALL}),
    RelationKind.FELLOW: frozenset({_TYPE}),
    RelationKind.KEYWORD: frozenset({REFERENCE_CODE[ReferenceKind.KEYWORD], REFERENCE_CODE[ReferenceKind.STRING]}),
}
_VERBS = {
    RelationKind.FIELD: "reads or writes",
    RelationKind.COLLEAGUE: "calls",
    RelationKind.FELLOW: "names the type",
    RelationKind.KEYWORD: "knows the keyword",
}


@dataclass(slots=True)
class _Piece:
    """What the anchor shares with another piece of a file: a weight for each name, the offset of the first found."""

    at: int
    names: dict[str, float] = field(default_factory=dict[str, float])


def siblings(around: Surroundings) -> Iterator[Relation]:
    """Other pieces of the anchor's file that use much the same names, those of its class first."""
    index = around.view.index(around.anchor.path)
    if index is None or len(index.columns[0]) > MOST_REFERENCES:
        return
    used = _names_by_piece(index)
    own = _own_pieces(around, index, used)
    mine = dict.fromkeys(name for piece in own for name in used[piece])  # in one order: sums of floats depend on it
    count: dict[str, int] = {}
    for names in used.values():
        for name in names:
            count[name] = count.get(name, 0) + 1
    total = len(used)
    value = {name: math.log((1 + total) / times) for name, times in count.items()}
    norm = math.sqrt(sum(value[name] ** 2 for name in mine))
    owner = {index.definitions[piece].parent for piece in own if piece >= 0}
    for piece, names in used.items():
        if piece in own or piece == MODULE or index.definitions[piece].kind in CONTAINERS:
            continue
        shared = sum(value[name] ** 2 for name in names if name in mine)
        if not shared:
            continue
        likeness = shared / (norm * math.sqrt(sum(value[name] ** 2 for name in names)))
        if likeness < LEAST_LIKENESS:
            continue
        row = index.definitions[piece]
        line = index.line_of(row.name_start) + 1
        best = max((name for name in names if name in mine), key=lambda name: (value[name], name))
        weight = likeness * (1.0 if row.parent in owner else 0.7)
        reason = f"uses `{best}` like `{around.name}`"
        yield Relation(
            kind=RelationKind.SIBLING, path=around.anchor.path, line=line, reason=reason, weight=min(weight, 1.0)
        )


def _names_by_piece(index: FileIndex) -> dict[int, dict[str, None]]:
    """Piece (the outermost definition that is no container, or the container) → the names it uses, in their order."""
    found: dict[int, dict[str, None]] = {}
    pieces: dict[int, int] = {}
    strings = index.strings
    names, _, kinds, enclosing, _, _ = index.columns
    for name, kind, inside in zip(names, kinds, enclosing, strict=True):
        if kind & _KIND not in _COUNTED:
            continue
        piece = pieces.get(inside)
        if piece is None:
            piece = pieces[inside] = piece_of(index, inside)
        found.setdefault(piece, {}).setdefault(strings[name])
    return found


def piece_of(index: FileIndex, number: int) -> int:
    """The definition that a piece with the definition ``number`` in it is made of; -1 for code of the module."""
    rows = index.definitions
    while number >= 0 and rows[number].parent >= 0 and rows[rows[number].parent].kind not in CONTAINERS:
        number = rows[number].parent
    return number


def _own_pieces(around: Surroundings, index: FileIndex, used: dict[int, dict[str, None]]) -> set[int]:
    span = around.anchor.span
    rows = index.definitions
    return {piece for piece in used if piece >= 0 and span.start <= rows[piece].name_start < span.end}


def fields(around: Surroundings) -> Iterator[Relation]:
    """Pieces of any file that read or write the same rare fields and constants."""
    defined = (each.definition for each in around.anchor.symbols)
    own = {each.name for each in defined if each.kind in (DefinitionKind.ATTRIBUTE, DefinitionKind.VARIABLE)}
    return _sharing(around, own, RelationKind.FIELD)


def colleagues(around: Surroundings) -> Iterator[Relation]:
    """Pieces of any file that call the same rare things."""
    return _sharing(around, (), RelationKind.COLLEAGUE)


def fellows(around: Surroundings) -> Iterator[Relation]:
    """Pieces of any file that name the same rare types."""
    return _sharing(around, (), RelationKind.FELLOW)


def keywords(around: Surroundings) -> Iterator[Relation]:
    """Pieces of any file that give the same rare keywords."""
    taken = {each.name for symbol in around.anchor.symbols for each in symbol.definition.parameters or ()}
    return _sharing(around, taken, RelationKind.KEYWORD)


def _sharing(around: Surroundings, defined: Collection[str], kind: RelationKind) -> Iterator[Relation]:
    """Pieces that use a name of ``defined``, or one that the anchor uses in the way of this kind of relation."""
    family, own, kinds = family_of(around.anchor.path), around.anchor, _LOOKED_FOR[kind]
    names = {used.reference.name for used in around.used if _KIND_OF.get(used.reference.kind) is kind}.union(defined)
    found: dict[tuple[WorkspacePath, int], _Piece] = {}
    rare = sorted((-around.rarity(name), name) for name in names if may_use(around.view, name) <= MOST_FILES)
    looks = 0
    for rarity, name in rare[:MOST_NAMES]:
        for path in files_that_may_use(around.view, name) if looks < MOST_LOOKS else ():
            looks += 1
            around.check()
            index = around.view.index(path) if family_of(path) == family else None
            if index is None or is_test(path) != is_test(own.path):
                continue
            places = _places(index, name, kinds)
            for start, piece in places:
                if path == own.path and own.span.start <= start < own.span.end:
                    continue
                key = (path, piece if piece >= 0 else -2 - start)
                # Many places in one file share the weight among them.
                found.setdefault(key, _Piece(start)).names[name] = -rarity / (1 + math.log(len(places)))
    for (path, _), shared in found.items():
        index = around.view.index(path)
        if index is not None:
            best = min(shared.names, key=lambda name: (-shared.names[name], name))
            weight = 1 - math.prod(1 - 0.6 * each for each in shared.names.values())
            line = index.line_of(shared.at) + 1
            yield Relation(
                kind=kind,
                path=path,
                line=line,
                reason=f"{_VERBS[kind]} `{best}` like `{around.name}`",
                weight=weight * around.nearness(path),
            )


def _places(index: FileIndex, name: str, kinds: frozenset[int]) -> list[tuple[int, int]]:
    """(Offset, piece) of the first use of a name in each piece."""
    _, starts, codes, enclosing, _, _ = index.columns
    found: dict[int, int] = {}
    for at in index.positions((name,)):
        if codes[at] & _KIND in kinds:
            piece = piece_of(index, enclosing[at])
            found.setdefault(piece, starts[at])
    return [(start, piece) for piece, start in found.items()]
