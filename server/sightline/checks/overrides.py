"""Overrides: a method and those above and below it in the class tree must accept the same calls.

An override is certainly broken when it refuses the plainest call its base accepts, or one that the code makes on
``self``; one that refuses only calls nobody is seen to make is a possible problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.checks.calls import is_property
from sightline.checks.check import Certainty, Finding, RelatedPlace
from sightline.checks.definitions import FUNCTIONS, DefinitionChanges, groups_of, owner_of
from sightline.checks.matching import Matching
from sightline.checks.recall import ancestors_of, header_of, members_of
from sightline.checks.signature import (
    Parameters,
    mismatch,
    moved_argument,
    plainest_call,
    reasons_to_refuse,
    without_first,
)
from sightline.graph.answers import Confidence, EdgeKind, Place, Symbol
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.view import GraphView

#: Methods whose signatures differ between classes by design.
_FREE = frozenset({"__init__", "__new__", "__init_subclass__", "__post_init__", "__call__"})


def broken_overrides(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for methods that no longer fit together with the ones they override or are overridden by."""
    after = matching.given.after
    changed = [row.after for row in changes.altered] + [row.group for row in changes.added]
    for group in changed:
        symbol = group[0]
        if len(group) != 1 or symbol.definition.kind not in FUNCTIONS or owner_of(after, symbol) is None:
            continue
        if _is_abstract(symbol):
            yield from _unimplemented(matching, symbol)
        if symbol.definition.name in _FREE or symbol.definition.name.startswith("__") or is_property(symbol):
            continue
        for base in after.overridden(symbol)[:1]:
            yield from _mismatch(matching, base, symbol)
        for override in after.overrides(symbol):
            if override.identifier != symbol.identifier and after.overridden(override)[:1] == (symbol,):
                yield from _mismatch(matching, symbol, override)


def _mismatch(matching: Matching, base: Symbol, override: Symbol) -> Iterator[Finding]:
    old_base, old_override = _before(matching, base), _before(matching, override)
    known = _reasons(old_base, old_override) if old_base is not None and old_override is not None else ()
    reasons = [reason for reason in _reasons(base, override) if reason not in known]
    if not reasons:
        return
    call = _refused_call(matching.given.after, base, override)
    message = f"`{override.qualified_name}` {reasons[0]}, unlike `{base.qualified_name}`, which it overrides"
    related = [matching.definition_place(base, "what it overrides")]
    if call is not None:
        message += f" and which {call.path}:{call.line} calls"
        related.append(RelatedPlace(path=call.path, line=call.line, message="a call that it refuses"))
    is_certain = call is not None or (old_override is not None and _refuses_plainest_call(base, override))
    yield matching.finding(
        (override.path, _own_name(override)),
        f"{message}.",
        certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
        symbol=override.identifier,
        related=related,
    )


def _reasons(base: Symbol, override: Symbol) -> tuple[str, ...]:
    """Why the override may refuse calls that the base accepts. Decorated ones may be anything."""
    old, new = base.definition, override.definition
    if old.parameters is None or new.parameters is None or old.decorators != new.decorators:
        return ()
    return reasons_to_refuse(_given(override), _given(base))


def _given(symbol: Symbol) -> Parameters:
    """The parameters that callers give."""
    parameters = symbol.definition.parameters or ()
    return parameters if "staticmethod" in symbol.definition.decorators else without_first(parameters)


def _refuses_plainest_call(base: Symbol, override: Symbol) -> bool:
    """Whether a call that gives the base what it requires, and nothing else, is wrong for the override."""
    call = plainest_call(_given(base))
    wrong = mismatch(_given(override), call) is not None
    return wrong or moved_argument(_given(base), _given(override), call) is not None


def _before(matching: Matching, symbol: Symbol) -> Symbol | None:
    """The symbol in the graph before the edit."""
    path = next((file.old for file in matching.files if file.new == symbol.path), symbol.path)
    group = groups_of(matching.given.before, path).get(symbol.qualified_name, ())
    return group[0] if len(group) == 1 else None


def _refused_call(view: GraphView, base: Symbol, override: Symbol) -> Place | None:
    """A call on ``self`` that means the base's method and that the override would refuse."""
    parameters = _given(override)
    for place in view.references(base).places:
        call = place.reference.call
        on_self = place.reference.receiver == "self" and place.confidence is not Confidence.NAME_ONLY
        if call is not None and on_self and mismatch(parameters, call) is not None:
            return place
    return None


def _unimplemented(matching: Matching, abstract: Symbol) -> Iterator[Finding]:
    """Classes that are made instances of and lack the new abstract method."""
    old = _before(matching, abstract)
    if old is not None and _is_abstract(old):
        return
    view = matching.given.after
    owner = owner_of(view, abstract)
    is_enforced = owner is not None and any(
        isinstance(each, Symbol) and re.search(r"\bABC(Meta)?\b", header_of(view, each))
        for each in ancestors_of(view, owner)
    )
    for heir in _heirs(view, owner) if owner is not None else ():
        if not _lacks(view, heir, abstract):
            continue
        made = [place for place in view.references(heir).places if place.kind is EdgeKind.CALL]
        if not made:
            continue
        certain = is_enforced and any(place.confidence is not Confidence.NAME_ONLY for place in made)
        places = [RelatedPlace(path=made[0].path, line=made[0].line, message="where it is made")]
        yield matching.finding(
            (heir.path, _own_name(heir)),
            f"`{heir.qualified_name}` does not implement `{abstract.qualified_name}`, which is abstract now.",
            certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
            symbol=heir.identifier,
            related=[matching.definition_place(abstract, "the abstract method"), *places],
        )


def _heirs(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        for heir in view.subclasses(waiting.pop()):
            if heir.identifier not in seen:
                seen.add(heir.identifier)
                waiting.append(heir)
                yield heir


def _lacks(view: GraphView, heir: Symbol, abstract: Symbol) -> bool:
    """Whether the first member of that name in the line of ancestors is the abstract one."""
    name = abstract.definition.name
    for each in ancestors_of(view, heir):
        if not isinstance(each, Symbol):
            return False
        for member in members_of(view, each):
            if member.definition.name == name:
                return member.identifier == abstract.identifier
    return False


def _is_abstract(symbol: Symbol) -> bool:
    return any("abstractmethod" in text for text in symbol.definition.decorators)


def _own_name(symbol: Symbol) -> Reference:
    definition = symbol.definition
    return Reference(name=definition.name, span=definition.name_span, kind=ReferenceKind.READ)
