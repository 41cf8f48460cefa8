"""Overrides: a method and those above and below it in the class tree must accept the same calls.

An override is certainly broken when it refuses the plainest call its base accepts, one that the code makes on
``self``, or one that gives by name what both called the same before the edit (in tests, where everybody who calls a
stand-in is at hand, only if somebody makes it); one that refuses other calls that nobody is seen to make is a possible
problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from sightline.checks.calls import is_property
from sightline.checks.check import Certainty, Finding, RelatedPlace
from sightline.checks.definitions import FUNCTIONS, DefinitionChanges, owner_of
from sightline.checks.known_uses import known_overrides, known_uses
from sightline.checks.language import is_script, is_typed_script
from sightline.checks.matching import Matching, own_name, symbol_before
from sightline.checks.outside import method_outside
from sightline.checks.recall import ancestors_of
from sightline.checks.signature import (
    Parameters,
    mismatch,
    moved_argument,
    plainest_call,
    reasons_to_refuse,
    without_first,
)
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.facts import CallShape, ParameterKind
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView

#: Methods whose signatures differ between classes by design.
_FREE = frozenset({"constructor", "__init__", "__new__", "__init_subclass__", "__post_init__", "__call__"})


def broken_overrides(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for methods that no longer fit together with the ones they override or are overridden by."""
    after = matching.given.after
    changed = [row.after for row in changes.altered] + [row.group for row in changes.added]
    for group in changed:
        symbol = group[0]
        if len(group) != 1 or symbol.definition.kind not in FUNCTIONS or owner_of(after, symbol) is None:
            continue
        if symbol.definition.name in _FREE or symbol.definition.name.startswith("__") or is_property(symbol):
            continue
        above = after.overridden(symbol)[:1]
        for base in above:
            yield from _mismatch(matching, base, symbol)
        if not above:
            yield from _mismatch_outside(matching, symbol)
        for override in known_overrides(after, symbol):
            if override.identifier != symbol.identifier and after.overridden(override)[:1] == (symbol,):
                yield from _mismatch(matching, symbol, override)


def _mismatch(matching: Matching, base: Symbol, override: Symbol) -> Iterator[Finding]:
    old_base, old_override = symbol_before(matching, base), symbol_before(matching, override)
    known = _reasons(old_base, old_override) if old_base is not None and old_override is not None else ()
    reasons = [reason for reason in _reasons(base, override) if reason not in known]
    renamed = None if is_script(override.path) else _renamed((old_base, old_override), (base, override))
    if not reasons and renamed is None:
        return
    is_renamed = not reasons and renamed is not None
    if not reasons and renamed is not None:
        reasons = [f"calls argument {renamed[0] + 1} `{renamed[1]}`, not `{renamed[2]}`"]
        call = _call_by_name(matching.given.after, base, renamed[2])
    else:
        call = _refused_call(matching.given.after, base, override)
    message = f"`{override.qualified_name}` {reasons[0]}, unlike `{base.qualified_name}`, which it overrides"
    related = [matching.definition_place(base, "what it overrides")]
    if call is not None:
        message += f" and which {call.path}:{call.line} calls"
        related.append(RelatedPlace(path=call.path, line=call.line, message="a call that it refuses"))
    # A base that is new, above a method that stayed as it was: the two may have been so under another name.
    is_news = old_base is not None or old_override is None or _given(old_override) != _given(override)
    refuses = old_override is not None and is_news and _refuses_plainest_call(base, override)
    # In tests a stand-in is called by what the test itself knows of it.
    in_product = not is_test(override.path) and not is_test(base.path)
    is_certain = call is not None or refuses or (is_renamed and in_product)
    if is_script(override.path):
        is_certain = is_typed_script(override.path) and is_typed_script(base.path)
    yield matching.finding(
        (override.path, own_name(override)),
        f"{message}.",
        certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
        symbol=override.identifier,
        related=related,
    )


def _mismatch_outside(matching: Matching, override: Symbol) -> Iterator[Finding]:
    """The finding for a method that fitted the one of an installed package before, and does not any more."""
    old, owner = symbol_before(matching, override), owner_of(matching.given.after, override)
    if old is None or owner is None or is_script(override.path) or override.definition.decorators:
        return
    base = method_outside(matching.given.after, owner, override.definition.name)
    if base is None or old.definition.decorators:
        return
    taken = without_first(base.parameters)
    known = reasons_to_refuse(_given(old), taken)
    reasons = [reason for reason in reasons_to_refuse(_given(override), taken) if reason not in known]
    if not reasons or _refuses_call(_given(old), taken):
        return
    yield matching.finding(
        (override.path, own_name(override)),
        f"`{override.qualified_name}` {reasons[0]}, unlike `{base.name}`, which it overrides.",
        certainty=Certainty.CERTAIN if _refuses_call(_given(override), taken) else Certainty.POSSIBLE,
        symbol=override.identifier,
    )


def _reasons(base: Symbol, override: Symbol) -> tuple[str, ...]:
    """Why the override may refuse calls that the base accepts. Decorated ones may be anything."""
    old, new = base.definition, override.definition
    if old.parameters is None or new.parameters is None or old.decorators != new.decorators:
        return ()
    if is_script(base.path):
        # TypeScript lets an override take fewer parameters ("Comparing two functions", handbook), never require more.
        rest = tuple(each for each in old.parameters if each.kind is not ParameterKind.VARIADIC)
        reason = mismatch(new.parameters, CallShape(positional=len(rest)))
        return () if reason is None or reason.startswith("takes") else (reason + " as well",)
    return reasons_to_refuse(_given(override), _given(base))


def _renamed(before: tuple[Symbol | None, Symbol | None], after: tuple[Symbol, Symbol]) -> tuple[int, str, str] | None:
    """A parameter that base and override called the same before the edit and do not any more: its number, from 0, what
    the override calls it and what the base does.

    Who gives it by keyword reaches only one of them then. One that begins with an underscore is not meant to be named.
    """
    if before[0] is None or before[1] is None or after[0].definition.decorators != after[1].definition.decorators:
        return None
    old = [[each.name for each in _by_name(_given(symbol))] for symbol in before if symbol is not None]
    new = [_by_name(_given(symbol)) for symbol in after]
    # ``**rest`` takes the base's name, but does not give what the override demands under its own.
    takes_any = any(each.kind is ParameterKind.VARIADIC_KEYWORD for each in _given(after[1]))
    for at, (base, override) in enumerate(zip(*new, strict=False)):
        agreed = [names[at] for names in old if at < len(names)]
        if (
            len(set(agreed)) == 1 < len(agreed)
            and base.name != override.name
            and override.name[:1] != "_" != base.name[:1]
            and not (takes_any and override.has_default)
        ):
            return at, override.name, base.name
    return None


def _call_by_name(view: GraphView, base: Symbol, name: str) -> Place | None:
    """A call that means the base's method and gives a parameter by its name."""
    calls = (place for place in known_uses(view, base) if place.confidence is not Confidence.NAME_ONLY)
    return next((each for each in calls if each.reference.call and name in each.reference.call.keywords), None)


def _by_name(parameters: Parameters) -> Parameters:
    """The parameters at the beginning that are given by position or by keyword."""
    return tuple(takewhile(lambda each: each.kind is ParameterKind.POSITIONAL, parameters))


def _given(symbol: Symbol) -> Parameters:
    """The parameters that callers give."""
    parameters = symbol.definition.parameters or ()
    if is_script(symbol.path):
        return parameters
    return parameters if "staticmethod" in symbol.definition.decorators else without_first(parameters)


def _refuses_plainest_call(base: Symbol, override: Symbol) -> bool:
    """Whether a call that gives the base what it requires, and nothing else, is wrong for the override."""
    return _refuses_call(_given(override), _given(base))


def _refuses_call(parameters: Parameters, base: Parameters) -> bool:
    call = plainest_call(base)
    return mismatch(parameters, call) is not None or moved_argument(base, parameters, call) is not None


def _refused_call(view: GraphView, base: Symbol, override: Symbol) -> Place | None:
    """A call on ``self`` that means the base's method and that the override would refuse."""
    parameters = _given(override)
    owner = owner_of(view, override)
    line = ancestors_of(view, owner) if owner is not None else ()
    classes = {(each.path, each.qualified_name) for each in line if isinstance(each, Symbol)}
    for place in known_uses(view, base):
        call = place.reference.call
        around = (place.path, place.enclosing.rpartition(".")[0])
        on_self = place.reference.receiver in ("self", "this") and around in classes
        known = place.confidence is not Confidence.NAME_ONLY
        if call is not None and on_self and known and mismatch(parameters, call) is not None:
            return place
    return None
