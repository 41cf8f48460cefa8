"""Members that a class marks with ``override`` although none above it has them any more, in TypeScript.

Source: the TypeScript handbook, "Classes", "Overriding Methods"; release notes of 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import DefinitionChanges, groups_of, owner_of
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching, own_name, symbol_before
from sightline.checks.recall import ancestors_of, members_of
from sightline.checks.script import may_have_member, modifiers_of
from sightline.graph.answers import Symbol
from sightline.graph.view import GraphView


def overriding_nothing(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for members that override nothing since the edit."""
    before, after = matching.given.before, matching.given.after
    for symbol in {each.identifier: each for each in _candidates(matching, changes)}.values():
        if not _overrides_nothing(after, symbol):
            continue
        old = symbol_before(matching, symbol)
        if old is not None and _overrides_nothing(before, old):
            continue
        yield matching.finding(
            (symbol.path, own_name(symbol)),
            f"`{symbol.qualified_name}` overrides nothing: no class above has `{symbol.definition.name}`.",
            certainty=Certainty.CERTAIN,
            symbol=symbol.identifier,
        )


def _candidates(matching: Matching, changes: DefinitionChanges) -> Iterator[Symbol]:
    """Members that the edit wrote, and those below what it took away."""
    before, after = matching.given.before, matching.given.after
    for added in changes.added:
        yield from added.group[:1]
    for removed in changes.removed:
        for heir in before.overrides(removed.symbol) if owner_of(before, removed.symbol) is not None else ():
            path = next((file.new for file in matching.files if file.old == heir.path), heir.path)
            yield from groups_of(after, path).get(heir.qualified_name, ())[:1]


def _overrides_nothing(view: GraphView, symbol: Symbol) -> bool:
    owner = owner_of(view, symbol)
    if owner is None or not is_typed_script(symbol.path) or "override" not in modifiers_of(view, symbol):
        return False
    name, line = symbol.definition.name, ancestors_of(view, owner)[1:]
    for each in line:
        if not isinstance(each, Symbol) or may_have_member(view, each, name):
            return False
        if any(member.definition.name == name for member in members_of(view, each)):
            return False
    return bool(line)
