"""What several kinds of relations ask of one anchor, found once: what it uses, who uses it, who bears its name.

Every look-up is bounded: a definition with ten thousand uses costs no more than one with a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.context.access import (
    definitions_of,
    files_that_may_define,
    has_heirs,
    may_define,
    may_use,
    names_inside,
    references_inside,
    symbol_at,
)
from sightline.context.relations.relation import Anchor, Relation, RelationKind
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.facts import DefinitionKind, Reference
from sightline.graph.references import Limit
from sightline.graph.stopping import Check, go_on
from sightline.graph.view import GraphView
from sightline.languages.registry import family_of

#: Uses looked at for one definition. Sorting out ten thousand would not change which eight are shown.
MOST_USES = 40

#: Files that may use a definition by name alone are looked at if there are no more.
MOST_BEYOND = 12

#: Who uses a member is not asked when more files use its name: nearly all mean others, each to be ruled out.
MOST_USING = 100

#: Different names used in one piece that are followed.
MOST_FOLLOWED = 60

#: References read to find them.
MOST_READ = 400

#: Definitions that one name is followed to.
MOST_MEANT = 3

#: Files looked at for definitions of one name, the nearest first.
MOST_NAMESAKE_FILES = 20

#: Of a name that more files define, like ``__init__``, those of the anchor's folder are looked at alone.
MOST_DEFINING = 200

#: What a namesake counts that has nothing in common with the anchor, beside one that uses the same names.
UNLIKE = 0.25

#: What a relation counts by :func:`distance`: in the file, in the folder, beyond. (contextbench, development half: of
#: the places that are called, used or named so, as many had changed with the anchor.)
NEARNESS = (1.0, 0.4, 0.2)

_CONFIDENCE = {Confidence.EXACT: 1.0, Confidence.INFERRED: 0.8, Confidence.NAME_ONLY: 0.3}
_FUNCTIONS = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD})


@dataclass(frozen=True, slots=True)
class Used:
    """A name used in the anchor: its first reference, how often it stands there, what it may mean (best first)."""

    reference: Reference
    times: int
    targets: tuple[tuple[Symbol, float], ...]


class Surroundings:
    """An anchor in its view. Made for one question and thrown away."""

    def __init__(self, view: GraphView, anchor: Anchor, check: Check = go_on) -> None:
        """``check`` is called between the steps; what it raises ends the question."""
        self.view = view
        self.anchor = anchor
        self.check = check
        self._names: dict[tuple[str, ...], frozenset[str]] = {}

    @property
    def name(self) -> str:
        """The anchor's name for reasons."""
        symbol = self.anchor.symbol
        return symbol.qualified_name if symbol is not None else self.anchor.path.relative

    @cached_property
    def used(self) -> tuple[Used, ...]:
        """What the anchor uses, each name with each receiver once, in source order."""
        return tuple(self.used_in(self.anchor.path, self.anchor.span))

    def used_in(self, path: WorkspacePath, span: Span, most: int = MOST_FOLLOWED) -> Iterator[Used]:
        """What a piece of a file uses, without what it defines itself."""
        first: dict[tuple[str, str, str, int], Reference] = {}
        times: dict[tuple[str, str, str, int], int] = {}
        for each in islice(references_inside(self.view, path, span), MOST_READ):
            # A local receiver means what it means in its own function.
            key = (each.name, each.receiver, each.kind, each.enclosing if each.local else -1)
            first.setdefault(key, each)
            times[key] = times.get(key, 0) + 1
        for key, reference in islice(first.items(), most):
            self.check()
            yield Used(reference, times[key], self._targets(path, span, reference))

    def _targets(self, path: WorkspacePath, span: Span, reference: Reference) -> tuple[tuple[Symbol, float], ...]:
        known = self.view.resolve_known(path, reference)
        found = tuple((symbol, 0.8) for symbol in known[:MOST_MEANT])
        # One of three namesakes is worth a look, one of fifty is not.
        if not known and reference.receiver and may_define(self.view, reference.name) <= MOST_MEANT:
            guessed = self.view.resolve(path, reference)
            found = tuple((symbol, _CONFIDENCE[rank] / len(guessed)) for symbol, rank in guessed)
        inside = (symbol.path == path and span.contains(symbol.definition.span) for symbol, _ in found)
        return tuple(each for each, own in zip(found, inside, strict=True) if not own)

    @cached_property
    def uses(self) -> tuple[tuple[Symbol, Place], ...]:
        """Places outside the anchor that use what it defines, each with what it uses; nearest files first."""
        found: list[tuple[Symbol, Place]] = []
        for symbol in self.anchor.symbols:
            self.check()
            member = symbol.definition.parent >= 0
            if member and may_use(self.view, symbol.definition.name) > MOST_USING:
                continue
            places = self.view.references(symbol, limit=Limit(MOST_USES, beyond=MOST_BEYOND)).places
            found += ((symbol, place) for place in places if not self._is_own(place))
        return tuple(found)

    def _is_own(self, place: Place) -> bool:
        return place.path == self.anchor.path and self.anchor.span.contains(place.reference.span)

    @cached_property
    def namesakes(self) -> tuple[Symbol, ...]:
        """Other definitions of the anchor's bare name, those of the nearest files first."""
        symbol = self.anchor.symbol
        return () if symbol is None else tuple(self.called(symbol.definition.name, but=symbol))

    @cached_property
    def overridden(self) -> tuple[Symbol, ...]:
        """What the anchor overrides, nearest class first."""
        symbol = self.anchor.symbol
        return self.view.overridden(symbol) if symbol is not None and symbol.definition.parent >= 0 else ()

    @cached_property
    def overridden_by_namesakes(self) -> tuple[tuple[Symbol, frozenset[tuple[str, int]]], ...]:
        """Each namesake that is a member, with the keys of what it overrides."""
        found: list[tuple[Symbol, frozenset[tuple[str, int]]]] = []
        symbol = self.anchor.symbol
        owner = self.owner(symbol) if symbol is not None else None
        if owner is None or not (self.overridden or has_heirs(self.view, owner.definition.name)):
            return ()
        for each in self.namesakes:
            if each.definition.parent >= 0:
                self.check()
                found.append((each, frozenset(map(key_of, self.view.overridden(each)))))
        return tuple(found)

    def called(self, name: str, *, but: Symbol | None = None) -> Iterator[Symbol]:
        """Definitions of a bare name in the files nearest to the anchor."""
        anchor = self.anchor.path
        family = family_of(anchor)
        paths = [path for path in files_that_may_define(self.view, name) if family_of(path) == family]
        if len(paths) > MOST_DEFINING:
            paths = [path for path in paths if folder_of(path) == folder_of(anchor)]
        for path in sorted(paths, key=lambda path: (distance(anchor, path), path))[:MOST_NAMESAKE_FILES]:
            self.check()
            for number, row in enumerate(definitions_of(self.view, path)):
                if row.name == name and (but is None or number != but.index or path != but.path):
                    symbol = symbol_at(self.view, path, number)
                    if symbol is not None:
                        yield symbol

    def remembered(self, key: tuple[str, ...], find: Callable[[], frozenset[str]]) -> frozenset[str]:
        """A set of names that is asked for again and again."""
        if key not in self._names:
            self.check()
            self._names[key] = find()
        return self._names[key]

    def owner(self, symbol: Symbol) -> Symbol | None:
        """What a definition is a member of."""
        return symbol_at(self.view, symbol.path, symbol.definition.parent)

    def line_of(self, symbol: Symbol) -> int:
        """One-based line of a definition's name; 0 when the file is gone."""
        index = self.view.index(symbol.path)
        return index.line_of(symbol.definition.name_span.start) + 1 if index is not None else 0

    def rarity(self, name: str) -> float:
        """1.0 for a name that one file uses, less the more do: what all use seldom changes with one of them."""
        return 1 / (1 + math.log(max(may_use(self.view, name), 1)))

    def likeness(self, path: WorkspacePath, span: Span) -> float:
        """How much a piece uses the same names as the anchor, 0..1: what was written alike is changed alike."""
        names = names_inside(self.view, path, span)
        return len(names & self.names) / math.sqrt(len(names) * len(self.names)) if names and self.names else 0.0

    @cached_property
    def names(self) -> frozenset[str]:
        """The bare names that the anchor uses."""
        return names_inside(self.view, self.anchor.path, self.anchor.span)

    def nearness(self, path: WorkspacePath) -> float:
        """What a relation counts by where it leads: in the same file they are about five times as often meant."""
        apart = distance(self.anchor.path, path)
        return NEARNESS[min(apart, len(NEARNESS) - 1)]

    def relation(self, kind: RelationKind, symbol: Symbol, reason: str, weight: float) -> Relation:
        """The relation to a definition; ``weight`` without its nearness."""
        weight *= self.nearness(symbol.path)
        return Relation(kind=kind, path=symbol.path, line=self.line_of(symbol), reason=reason, weight=weight)

    def relation_to_place(self, kind: RelationKind, place: Place, reason: str, weight: float) -> Relation:
        """The relation to a use; ``weight`` without its nearness."""
        weight *= self.nearness(place.path)
        return Relation(kind=kind, path=place.path, line=place.line, reason=reason, weight=weight)


def key_of(symbol: Symbol) -> tuple[str, int]:
    """What tells a definition from all others of a view."""
    return str(symbol.path), symbol.index


def share(count: int) -> float:
    """What one of ``count`` places that are alike counts: ten callers are not changed as often as one."""
    return max(count, 1) ** -0.5


def sureness(confidence: Confidence) -> float:
    """What an edge counts by how it is known."""
    return _CONFIDENCE[confidence]


def is_function(symbol: Symbol) -> bool:
    """Whether a definition is a function or a method."""
    return symbol.definition.kind in _FUNCTIONS


def folder_of(path: WorkspacePath) -> str:
    """The relative folder of a file, empty at the root."""
    return path.relative.rpartition("/")[0]


def distance(one: WorkspacePath, other: WorkspacePath) -> int:
    """0 for the same file, 1 for the same folder, then more the further apart; a file of the same name is nearer."""
    if one == other:
        return 0
    if one.root != other.root:
        return 100
    here, there = folder_of(one).split("/"), folder_of(other).split("/")
    shared = 0
    for left, right in zip(here, there, strict=False):
        if left != right:
            break
        shared += 1
    steps = len(here) + len(there) - 2 * shared
    return 1 + 2 * steps - (1 if steps and one.name == other.name else 0)
