"""Whether a use of what an edit took away means something else by right now, or only a member of some other class.

A member that is the only one of its name is taken for what a value of unknown type has. That the member it really had
is gone does not make the type of the value unknown.
"""

from __future__ import annotations

from sightline.checks.definitions import Removed, owner_of
from sightline.checks.matching import Matching, Use, symbol_before
from sightline.checks.recall import ancestors_of, symbols_of
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.view import GraphView


def leads_on(matching: Matching, removed: Removed, place: Place, use: Use) -> bool:
    """Whether ``use``, what has become of ``place``, means something since ``removed`` went."""
    before, after = matching.given.before, matching.given.after
    found = after.resolve_known(*use)
    owner = owner_of(before, removed.symbol)
    if not found or owner is None or not use[1].receiver or place.confidence is Confidence.NAME_ONLY:
        return bool(found)
    if matching.after_of((place.path, place.reference)) != use:
        return True
    old = {each.identifier for each in before.resolve_known(place.path, place.reference)}
    line = {each.identifier for each in _again(after, removed, owner) for each in _line(after, each)}
    return any(_is_related(matching, each, old, line) for each in found)


def _is_related(matching: Matching, found: Symbol, old: set[str], line: set[str]) -> bool:
    """Whether a definition is new, was a meaning before, is no member, or one of a class above or below."""
    after = matching.given.after
    owner = owner_of(after, found)
    if owner is None or found.identifier in old or owner.identifier in line or symbol_before(matching, found) is None:
        return True
    return any(each.identifier in line for each in ancestors_of(after, owner) if isinstance(each, Symbol))


def _again(view: GraphView, removed: Removed, owner: Symbol) -> list[Symbol]:
    return [each for each in symbols_of(view, removed.file.new) if each.qualified_name == owner.qualified_name]


def _line(view: GraphView, owner: Symbol) -> list[Symbol]:
    return [owner, *(each for each in ancestors_of(view, owner) if isinstance(each, Symbol))]
