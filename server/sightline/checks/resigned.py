"""Calls that no longer fit: of definitions whose signature changed, and of anything in the text the edit wrote.

Every resolved call is judged against the signature it meets after the edit. A call that was wrong before is not
reported again; one on a line the edit wrote is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.checks.brackets import end_of_list
from sightline.checks.calls import Callee, Misfit, callee_of, misfit, moved
from sightline.checks.check import Finding
from sightline.checks.classes import constructor, is_generated
from sightline.checks.definitions import (
    CLASSES,
    FUNCTIONS,
    Added,
    DefinitionChanges,
    Group,
    owner_of,
)
from sightline.checks.expected_failures import finding_at_call
from sightline.checks.implicit_calls import aliases, as_call, behind_alias, unfit_own_calls
from sightline.checks.known_uses import known_heirs, known_uses
from sightline.checks.language import is_go, is_python
from sightline.checks.matching import Matching, Use
from sightline.checks.recall import facts_of, groups_of, members_of, text_of
from sightline.checks.texts import TouchedFile
from sightline.graph.answers import Symbol
from sightline.graph.facts import CallShape, ParameterKind, Reference
from sightline.graph.view import GraphView

_CONSTRUCTORS = ("__init__", "__new__")
#: Classes below one with another constructor, up to which calls that are not written as such are looked for.
_MOST_HEIRS = 50


def unfit_calls(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for all calls that fitted before the edit, or were not there, and do not fit after it."""
    after = matching.given.after
    judged: set[tuple[WorkspacePath, int]] = set()
    for symbol in _resigned(matching, changes):
        for name in _called_as(after, symbol):
            for place in known_uses(after, name):
                use = (place.path, place.reference)
                key = (place.path, place.reference.span.start)
                if key in judged or as_call(after, use).call is None:
                    continue
                judged.add(key)
                finding = judge(matching, use)
                if finding is not None:
                    yield finding
    yield from _unfit_own_calls(matching, changes)
    for file in matching.files:
        yield from _new_text(matching, file, judged)


def _called_as(view: GraphView, symbol: Symbol) -> Iterator[Symbol]:
    """A symbol and what else is called to call it: the classes whose constructor it is, variables that hold it."""
    owner = owner_of(view, symbol) if symbol.definition.name in _CONSTRUCTORS and is_python(symbol.path) else None
    if owner is None:
        yield from (symbol, *aliases(view, symbol))
        return
    yield symbol
    for each in islice(_with_heirs(view, owner), _MOST_HEIRS):
        own = any(member.definition.name in _CONSTRUCTORS for member in members_of(view, each))
        if each.identifier == owner.identifier or not own:
            yield from (each, *aliases(view, each))


def judge(matching: Matching, use: Use) -> Finding | None:
    """The finding for one call of the graph after the edit, if it is newly wrong."""
    before, after = matching.given.before, matching.given.after
    targets = behind_alias(after, after.resolve_known(*use))
    old = matching.before_of(use)
    use = (use[0], as_call(after, use))
    wrong = misfit(after, *use, targets)
    old_targets = behind_alias(before, before.resolve_known(*old)) if old is not None else ()
    old = (old[0], as_call(before, old)) if old is not None else None
    if wrong is not None:
        if old is not None and old_targets and misfit(before, *old, old_targets) is not None:
            return None
        return _finding(matching, use, wrong)
    if old is None or len(targets) != 1 or len(old_targets) != 1:
        return None
    return _moved(matching, old, old_targets[0], use, targets[0])


def _unfit_own_calls(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for ``cls(...)`` in classes whose own constructor changed."""
    after = matching.given.after
    constructors = [row.after[0] for row in changes.altered if row.after[0].definition.name in _CONSTRUCTORS]
    owners = [owner for each in constructors if (owner := owner_of(after, each)) is not None]
    owners += (symbol for file in matching.files for symbol in _regenerated(matching, file))
    for owner in {each.identifier: each for first in owners for each in _with_heirs(after, first)}.values():
        for use, reason in unfit_own_calls(matching, owner):
            yield _finding(matching, use, Misfit(symbol=owner, reason=reason, certain=True))


def _moved(matching: Matching, old: Use, old_target: Symbol, use: Use, target: Symbol) -> Finding | None:
    call, after = use[1].call, matching.given.after
    if call is None or old[1].call != call:
        return None
    was = callee_of(matching.given.before, *old, old_target)
    now = callee_of(after, *use, target)
    reason = moved(was, now, call)
    if reason is None or was is None or now is None:
        return None
    if _arguments(matching.given.before, old) != _arguments(after, use):
        return None
    certain = was.certain and now.certain and not (is_go(use[0]) and _has_surplus(was, call))
    return _finding(matching, use, Misfit(symbol=target, reason=reason, certain=certain))


def _has_surplus(callee: Callee, call: CallShape) -> bool:
    """Whether a variadic parameter takes some arguments: a call ahead of its time may have given the new one already.

    Which parameter each is meant for only types tell.
    """
    return any(
        each.kind is ParameterKind.VARIADIC and at < call.positional
        for parameters in callee.alternatives
        for at, each in enumerate(parameters)
    )


def _arguments(view: GraphView, use: Use) -> bytes:
    """What a call gives, as it is written: its name may stand on a line that stayed while its arguments did not."""
    text = text_of(view, use[0])
    if text is None:
        return b""
    start = use[1].span.end
    return b" ".join(text.data[start : end_of_list(text.data, start)].split())


def _finding(matching: Matching, use: Use, wrong: Misfit) -> Finding:
    symbol = wrong.symbol
    name = symbol.qualified_name if symbol.definition.parent >= 0 else symbol.definition.name
    message = f"`{name}` {wrong.reason}."
    return finding_at_call(matching, use, message, symbol=symbol.identifier, is_certain=wrong.certain, defined=symbol)


def _resigned(matching: Matching, changes: DefinitionChanges) -> Iterator[Symbol]:
    """Symbols of the graph after whose calls may meet another signature than before."""
    after = matching.given.after
    for altered in changes.altered:
        for symbol in altered.after:
            if symbol.definition.kind in FUNCTIONS:
                yield symbol
            elif symbol.definition.kind in CLASSES:
                yield from _with_heirs(after, symbol)
    for added in changes.added:
        yield from _hiding(matching, added)
    for file in matching.files:
        yield from _regenerated(matching, file)
    for removed in changes.removed:
        yield from _uncovered(matching, removed.group, removed.file)


def _hiding(matching: Matching, added: Added) -> Iterator[Symbol]:
    """New members that stand in front of an inherited one."""
    after = matching.given.after
    for symbol in added.group:
        if symbol.definition.kind in FUNCTIONS and owner_of(after, symbol) is not None:
            is_constructor = symbol.definition.name in ("__init__", "__new__")
            if is_constructor or after.overridden(symbol):
                yield symbol


def _regenerated(matching: Matching, file: TouchedFile) -> Iterator[Symbol]:
    """Dataclasses and the like whose attributes give them another constructor."""
    before, after = matching.given.before, matching.given.after
    old = groups_of(before, file.old)
    for name, group in groups_of(after, file.new).items():
        same = old.get(name, ())
        if len(group) != 1 or len(same) != 1 or group[0].definition.kind not in CLASSES:
            continue
        if is_generated(after, group[0]) and constructor(before, same[0]) != constructor(after, group[0]):
            yield from _with_heirs(after, group[0])


def _uncovered(matching: Matching, group: Group, file: TouchedFile) -> Iterator[Symbol]:
    """The class whose own constructor went, so that calls meet an inherited one."""
    owner = owner_of(matching.given.before, group[0])
    if owner is None or group[0].definition.name not in ("__init__", "__new__"):
        return
    for symbol in groups_of(matching.given.after, file.new).get(owner.qualified_name, ()):
        yield from _with_heirs(matching.given.after, symbol)


def _with_heirs(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        symbol = waiting.pop()
        yield symbol
        heirs = [heir for heir in known_heirs(view, symbol) if heir.identifier not in seen]
        seen.update(heir.identifier for heir in heirs)
        waiting += heirs


def _new_text(matching: Matching, file: TouchedFile, judged: set[tuple[WorkspacePath, int]]) -> Iterator[Finding]:
    """Calls on lines the edit wrote. One that was written just as wrongly elsewhere in the old file is not new."""
    if file.new is None:
        return
    fresh = [
        reference
        for reference in matching.changed_calls(file)
        if (file.new, reference.span.start) not in judged
        and as_call(matching.given.after, (file.new, reference)).call is not None
    ]
    found = [(reference, judge(matching, (file.new, reference))) for reference in fresh]
    wrong = [(reference, finding) for reference, finding in found if finding is not None]
    if not wrong:
        return
    old = _old_misfits(matching, file, {reference.name for reference, _ in wrong})
    for reference, finding in wrong:
        if old[_spelling(reference)] > 0:
            old[_spelling(reference)] -= 1
        else:
            yield finding


def _old_misfits(matching: Matching, file: TouchedFile, names: Iterable[str]) -> Counter[tuple[object, ...]]:
    """Wrong calls of some names in the text before, by how they are written."""
    before = matching.given.before
    facts = facts_of(before, file.old)
    wanted = frozenset(names)
    rows: Sequence[Reference] = facts.references if facts is not None else ()
    found: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        if file.old is not None and row.name in wanted:
            reference = as_call(before, (file.old, row))
            targets = behind_alias(before, before.resolve_known(file.old, row)) if reference.call else ()
            if misfit(before, file.old, reference, targets) is not None:
                found[_spelling(row)] += 1
    return found


def _spelling(reference: Reference) -> tuple[object, ...]:
    return reference.name, reference.receiver, reference.call
