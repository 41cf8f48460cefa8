"""Go types that no longer satisfy an interface as which they are seen to be used.

In Go nobody declares what a type implements; the compiler looks where a value becomes one of the interface
(``go_sites.py``). Source: the Go Programming Language Specification, "Implementing an interface".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import DefinitionChanges, Group, owner_of
from sightline.checks.go_library_calls import is_outside
from sightline.checks.go_packages import GoFunction, GoType, type_of
from sightline.checks.go_sites import is_type, sites
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import ancestors_of, facts_of, go_packages_of, members_of, symbols_of
from sightline.checks.signature import Parameters
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind, Parameter
from sightline.graph.view import GraphView

#: Methods by name, each with the lists of parameters it is written with.
_Methods = dict[str, tuple[Parameters, ...]]

#: Types that embed a touched one and are looked at.
_MOST_EMBEDDING = 50
#: Types that may implement a touched interface and are looked at, and files that define one of its methods.
_MOST_IMPLEMENTERS, _MOST_DEFINING = 60, 60
#: Interfaces of the library that others embed most, for where its source is not there: method → number of parameters.
_LIBRARY = {
    "error": {"Error": 0}, "fmt.Stringer": {"String": 0}, "fmt.GoStringer": {"GoString": 0}, "io.Reader": {"Read": 1},
    "io.Writer": {"Write": 1}, "io.Closer": {"Close": 0}, "io.ReadCloser": {"Read": 1, "Close": 0},
    "io.WriteCloser": {"Write": 1, "Close": 0}, "io.ReadWriter": {"Read": 1, "Write": 1},
    "sort.Interface": {"Len": 0, "Less": 2, "Swap": 2}, "http.Handler": {"ServeHTTP": 2},
    "flag.Value": {"String": 0, "Set": 1}, "sync.Locker": {"Lock": 0, "Unlock": 0},
}  # fmt: skip


def unsatisfied(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings where a type becomes an interface that it satisfied before the edit and does not after it."""
    seen: set[tuple[WorkspacePath, int]] = set()
    for owner in _touched(matching, changes):
        for made, wanted, path, reference in sites(matching.given.after, owner):
            key = (path, reference.span.start)
            lacking = _lacking(matching.given.after, made, wanted) if key not in seen else None
            if lacking is None:
                continue
            seen.add(key)
            old = _again(matching.given.before, made), _wanted_again(matching.given.before, wanted)
            if old[0] is None or old[1] is None or _lacking(matching.given.before, old[0], old[1]):
                continue
            name = wanted.qualified_name if isinstance(wanted, Symbol) else wanted.name
            where = (matching.definition_place(wanted, "the interface"),) if isinstance(wanted, Symbol) else ()
            yield matching.finding(
                (path, reference),
                f"`{made.qualified_name}` does not implement `{name}` any more: {lacking}.",
                certainty=Certainty.CERTAIN,
                symbol=made.identifier,
                related=where,
            )


def _wanted_again(view: GraphView, wanted: Symbol | GoType) -> Symbol | GoType | None:
    return _again(view, wanted) if isinstance(wanted, Symbol) else wanted


def _touched(matching: Matching, changes: DefinitionChanges) -> Iterator[Symbol]:
    """Types and interfaces of the graph after whose methods the edit added, changed or took away."""
    groups: list[Group] = [row.group for row in changes.removed]
    groups += [row.before for row in changes.altered]
    owners = {each.identifier: each for group in groups for each in _owners(matching.given.before, group)}
    found = {name: again for name, each in owners.items() if (again := _again(matching.given.after, each)) is not None}
    for group in (row.group for row in changes.added):
        found |= {each.identifier: each for each in _owners(matching.given.after, group)}
    # What embeds a type or an interface has its methods too.
    for each in islice(_embedding(matching.given.after, [*found.values()]), _MOST_EMBEDDING):
        found.setdefault(each.identifier, each)
    for each in [*found.values()]:
        for implementer in islice(_implementers(matching.given.after, each), _MOST_IMPLEMENTERS):
            found.setdefault(implementer.identifier, implementer)
    yield from found.values()


def _implementers(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    """Types with a method that an interface demands: of its methods, the one that the fewest files define."""
    if owner.definition.kind is not DefinitionKind.INTERFACE:
        return
    names = {each.definition.name for each in members_of(view, owner) if each.definition.kind is DefinitionKind.METHOD}
    defining = [(name, view.files_defining(name)) for name in sorted(names)]
    for name, paths in sorted(
        ((name, paths) for name, paths in defining if len(paths) > 1), key=lambda row: len(row[1])
    ):
        for path in paths if len(paths) <= _MOST_DEFINING else ():
            for each in symbols_of(view, path):
                if each.definition.name == name and each.definition.kind is DefinitionKind.METHOD:
                    yield from _owners(view, (each,))


def _embedding(view: GraphView, waiting: list[Symbol]) -> Iterator[Symbol]:
    seen = {each.identifier for each in waiting}
    while waiting:
        for heir in view.subclasses(waiting.pop()):
            if heir.identifier not in seen:
                seen.add(heir.identifier)
                waiting.append(heir)
                yield heir


def _owners(view: GraphView, group: Group) -> Iterator[Symbol]:
    symbol = group[0]
    if not is_go(symbol.path) or symbol.definition.kind is not DefinitionKind.METHOD:
        return
    owner = owner_of(view, symbol)
    if owner is not None:
        yield owner
        return
    name = symbol.qualified_name.rpartition(".")[0]
    for path in view.files_defining(name):
        beside = path.relative.rpartition("/")[0] == symbol.path.relative.rpartition("/")[0]
        rows = symbols_of(view, path) if beside and is_go(path) else ()
        yield from (each for each in rows if each.qualified_name == name and is_type(each))


def _again(view: GraphView, symbol: Symbol) -> Symbol | None:
    rows = (each for each in symbols_of(view, symbol.path) if each.qualified_name == symbol.qualified_name)
    return next(filter(is_type, rows), None)


def _lacking(view: GraphView, made: Symbol, wanted: Symbol | GoType) -> str | None:
    """What a type is seen to lack of an interface, ``None`` if nothing, or if not all of the type can be seen."""
    demanded, (owned, is_whole) = _demanded(view, wanted, made), _methods(view, made)
    if not is_whole or made.definition.kind is DefinitionKind.INTERFACE:
        return None
    for name, parameters in demanded.items():
        own = owned.get(name)
        if own is None:
            return f"it has no method `{name}`"
        if not any(_are_alike(each, other) for each in own for other in parameters):
            return f"its method `{name}` takes other parameters"
    return None


def _are_alike(own: Parameters, demanded: Parameters) -> bool:
    """Whether two lists of parameters may be the same types: as many, and not the same ones in another order."""
    left, right = ([each.annotation.rpartition(".")[2] for each in rows] for rows in (own, demanded))
    return len(left) == len(right) and (left == right or sorted(left) != sorted(right))


def _demanded(view: GraphView, wanted: Symbol | GoType, made: Symbol) -> _Methods:
    """The methods of an interface, as far as they can be seen: those of the library's plainest ones among them."""
    if isinstance(wanted, GoType):
        known = go_packages_of(view, made.path.root).methods(wanted)
        return {name: function.parameters for name, function in known.items()} if known is not None else {}
    demanded, _ = _methods(view, wanted)
    for each in ancestors_of(view, wanted):
        for base in each.definition.bases if isinstance(each, Symbol) else ():
            for name, count in _LIBRARY.get(base, {}).items():
                demanded.setdefault(name, ((Parameter(name="_"),) * count,))
    return demanded


def _methods(view: GraphView, owner: Symbol) -> tuple[_Methods, bool]:
    """The methods of a type, embedded ones among them, and whether these are all."""
    found: _Methods = {}
    line = ancestors_of(view, owner)
    unseen = sum(not isinstance(each, Symbol) for each in line)
    for each in line:
        for member in (*members_of(view, each), *_added(view, each)) if isinstance(each, Symbol) else ():
            if member.definition.kind is DefinitionKind.METHOD:
                found.setdefault(member.definition.name, (member.definition.parameters or (),))
    for each in line:
        for methods in _from_outside(view, each) if isinstance(each, Symbol) else ():
            unseen -= 1
            for name, function in methods.items():
                found.setdefault(name, function.parameters)
    return found, unseen <= 0


def _from_outside(view: GraphView, owner: Symbol) -> Iterator[Mapping[str, GoFunction]]:
    """The methods of each embedded type of a package from outside whose source is there."""
    facts = facts_of(view, owner.path)
    for base in owner.definition.bases if facts is not None else ():
        type_ = type_of(base, facts, "") if facts is not None else None
        if type_ is not None and (is_outside(view, owner.path, type_.module) or base == "error"):
            methods = go_packages_of(view, owner.path.root).methods(type_)
            if methods is not None:
                yield methods


def _added(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    """Methods of a type, which stand anywhere in its package."""
    folder = owner.path.relative.rpartition("/")[0]
    start = f"{owner.qualified_name}."
    for path in _package(view, owner.path, folder):
        for each in symbols_of(view, path):
            if each.qualified_name.startswith(start) and each.definition.kind is DefinitionKind.METHOD:
                yield each


def _package(view: GraphView, path: WorkspacePath, folder: str) -> Iterator[WorkspacePath]:
    facts = facts_of(view, path)
    rows = facts.definitions if facts is not None else ()
    found = {each for row in rows if row.kind is DefinitionKind.NAMESPACE for each in view.files_defining(row.name)}
    return (each for each in sorted(found) if each.relative.rpartition("/")[0] == folder)
