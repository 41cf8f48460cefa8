"""Members that an edit demands of other classes: new abstract methods, and new members of interfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sightline.checks.check import Certainty, Finding, RelatedPlace
from sightline.checks.definitions import DefinitionChanges, owner_of
from sightline.checks.known_uses import known_heirs
from sightline.checks.language import is_script, is_typed_script
from sightline.checks.matching import Matching, own_name, symbol_before
from sightline.checks.recall import ancestors_of, groups_of, header_of, members_of
from sightline.checks.script import is_abstract, is_optional, may_have_member
from sightline.graph.answers import Confidence, EdgeKind, Symbol
from sightline.graph.facts import DefinitionKind
from sightline.graph.view import GraphView


def unimplemented(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for classes that lack a member which the edit made a duty of theirs."""
    lacking: dict[str, tuple[Symbol, Symbol, list[Symbol]]] = {}
    for owner, member in _new_duties(matching, changes):
        for heir in _heirs(matching.given.after, owner):
            if _lacks(matching.given.after, heir, member):
                lacking.setdefault(heir.identifier, (owner, heir, []))[2].append(member)
    for owner, heir, member in _lost_implementations(matching, changes):
        lacking.setdefault(heir.identifier, (owner, heir, []))[2].append(member)
    for owner, heir, members in lacking.values():
        yield from _finding(matching, owner, heir, members)


def _lost_implementations(matching: Matching, changes: DefinitionChanges) -> Iterator[tuple[Symbol, Symbol, Symbol]]:
    """Classes that no longer have a member which one above demands: (the one above, the class, the member there)."""
    after = matching.given.after
    for removed in changes.removed:
        owner, name = owner_of(matching.given.before, removed.symbol), removed.symbol.definition.name
        heirs = groups_of(after, removed.file.new).get(owner.qualified_name, ()) if owner is not None else ()
        for heir in heirs:
            if heir.definition.kind is not DefinitionKind.CLASS or (is_script(heir.path) and is_abstract(after, heir)):
                continue
            line = [each for each in ancestors_of(after, heir)[1:] if isinstance(each, Symbol)]
            for above, member in ((each, member) for each in line for member in members_of(after, each)):
                demanded = member.definition.name == name and _is_demanded(after, above, member)
                if demanded and _lacks(after, heir, member):
                    yield above, heir, member


def _new_duties(matching: Matching, changes: DefinitionChanges) -> Iterator[tuple[Symbol, Symbol]]:
    """Classes that were there before, each with a member that it demands of its heirs since the edit."""
    view = matching.given.after
    for group in (*(row.after for row in changes.altered), *(row.group for row in changes.added)):
        owner = owner_of(view, group[0])
        if owner is None or symbol_before(matching, owner) is None or not _is_demanded(view, owner, group[0]):
            continue
        old = symbol_before(matching, group[0])
        old_owner = owner_of(matching.given.before, old) if old is not None else None
        if old is None or old_owner is None or not _is_demanded(matching.given.before, old_owner, old):
            yield owner, group[0]


def _is_demanded(view: GraphView, owner: Symbol, symbol: Symbol) -> bool:
    if not is_script(symbol.path):
        return any("abstractmethod" in text for text in symbol.definition.decorators)
    if owner.definition.kind is DefinitionKind.INTERFACE:
        return not is_optional(view, symbol)
    return is_abstract(view, symbol)


def _finding(matching: Matching, owner: Symbol, heir: Symbol, members: Sequence[Symbol]) -> Iterator[Finding]:
    view = matching.given.after
    related = [matching.definition_place(member, "what it should implement") for member in members]
    if is_script(heir.path):
        certain = is_typed_script(heir.path) and is_typed_script(owner.path)
    else:
        made = [place for place in view.references(heir).places if place.kind is EdgeKind.CALL]
        if not made:
            return
        is_seen = any(place.confidence is not Confidence.NAME_ONLY for place in made)
        certain = is_seen and _is_enforced(view, owner)
        related.append(RelatedPlace(path=made[0].path, line=made[0].line, message="where it is made"))
    yield matching.finding(
        (heir.path, own_name(heir)),
        f"`{heir.qualified_name}` does not implement {', '.join(f'`{each.qualified_name}`' for each in members)}.",
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        symbol=heir.identifier,
        related=related,
    )


def _is_enforced(view: GraphView, owner: Symbol) -> bool:
    """Whether Python itself refuses to make instances of classes with abstract methods."""
    line: Sequence[Symbol | str] = ancestors_of(view, owner)
    return any(isinstance(each, Symbol) and re.search(r"\bABC(Meta)?\b", header_of(view, each)) for each in line)


def _heirs(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    """Classes below ``owner`` that instances can be made of."""
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        for heir in known_heirs(view, waiting.pop()):
            if heir.identifier in seen:
                continue
            seen.add(heir.identifier)
            waiting.append(heir)
            is_concrete = not is_script(heir.path) or not is_abstract(view, heir)
            if heir.definition.kind is DefinitionKind.CLASS and is_concrete:
                yield heir


def _lacks(view: GraphView, heir: Symbol, demanded: Symbol) -> bool:
    """Whether the first member of that name in the line of ancestors is the one without a body."""
    name = demanded.definition.name
    for each in ancestors_of(view, heir):
        if not isinstance(each, Symbol) or may_have_member(view, each, name):
            return False
        for member in members_of(view, each):
            if member.definition.name == name:
                return member.identifier == demanded.identifier
    return False
