"""Go types that no longer satisfy an interface as which they are seen to be used.

In Go nobody declares what a type implements; the compiler looks where a value becomes one of the interface. Looked at
here are the places that say both names: ``var _ I = (*T)(nil)``, ``var x I = &T{…}``, and ``return &T{…}`` in a
function whose result is ``I``. Source: the Go Programming Language Specification, "Implementing an interface".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import DefinitionChanges, Group, owner_of
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import ancestors_of, facts_of, members_of
from sightline.checks.signature import Parameters
from sightline.checks.texts import read_text
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind, FileFacts, Parameter, Reference
from sightline.graph.view import GraphView

#: Interfaces of the library that others embed most: method → number of parameters.
_LIBRARY = {
    "error": {"Error": 0}, "fmt.Stringer": {"String": 0}, "fmt.GoStringer": {"GoString": 0}, "io.Reader": {"Read": 1},
    "io.Writer": {"Write": 1}, "io.Closer": {"Close": 0}, "io.ReadCloser": {"Read": 1, "Close": 0},
    "io.WriteCloser": {"Write": 1, "Close": 0}, "io.ReadWriter": {"Read": 1, "Write": 1},
    "sort.Interface": {"Len": 0, "Less": 2, "Swap": 2}, "http.Handler": {"ServeHTTP": 2},
    "flag.Value": {"String": 0, "Set": 1}, "sync.Locker": {"Lock": 0, "Unlock": 0},
}  # fmt: skip
#: Uses of a type or an interface that are looked at.
_MOST_PLACES = 400
#: What stands before the name of a type whose value is made or named: ``&T{``, ``T{``, ``(*T)(``, ``new(T)``, ``T(``.
_MADE = re.compile(rb"(?:(?P<to>=|\breturn)\s*)(?:&|\(\*|new\()?(?:\w+\.)?$")
_TYPED = re.compile(r"\(?\s*(?:\w+\s+)?(?:\w+\.)?(\w+)\s*(?:,.*)?\)?$", re.DOTALL)

#: A type, the interface it becomes, and the place where it does.
_Site = tuple[Symbol, Symbol, WorkspacePath, Reference]


def unsatisfied(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings where a type becomes an interface that it satisfied before the edit and does not after it."""
    seen: set[tuple[WorkspacePath, int]] = set()
    for owner in _touched(matching, changes):
        for made, wanted, path, reference in _sites(matching.given.after, owner):
            key = (path, reference.span.start)
            lacking = _lacking(matching.given.after, made, wanted) if key not in seen else None
            if lacking is None:
                continue
            seen.add(key)
            use = matching.before_of((path, reference))
            old = _again(matching.given.before, made), _again(matching.given.before, wanted)
            if use is None or old[0] is None or old[1] is None or _lacking(matching.given.before, old[0], old[1]):
                continue
            yield matching.finding(
                (path, reference),
                f"`{made.qualified_name}` does not implement `{wanted.qualified_name}` any more: {lacking}.",
                certainty=Certainty.CERTAIN,
                symbol=made.identifier,
                related=(matching.definition_place(wanted, "the interface"),),
            )


def _touched(matching: Matching, changes: DefinitionChanges) -> Iterator[Symbol]:
    """Types and interfaces of the graph after whose methods the edit added, changed or took away."""
    groups: list[Group] = [row.group for row in changes.removed]
    groups += [row.before for row in changes.altered]
    owners = {each.identifier: each for group in groups for each in _owners(matching.given.before, group)}
    found = {name: again for name, each in owners.items() if (again := _again(matching.given.after, each)) is not None}
    for group in (row.group for row in changes.added):
        found |= {each.identifier: each for each in _owners(matching.given.after, group)}
    yield from found.values()


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
        rows = view.symbols(path) if beside and is_go(path) else ()
        yield from (each for each in rows if each.qualified_name == name and _is_type(each))


def _is_type(symbol: Symbol) -> bool:
    return symbol.definition.kind in (DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE)


def _again(view: GraphView, symbol: Symbol) -> Symbol | None:
    rows = (each for each in view.symbols(symbol.path) if each.qualified_name == symbol.qualified_name)
    return next(filter(_is_type, rows), None)


def _sites(view: GraphView, owner: Symbol) -> Iterator[_Site]:
    """Places where ``owner``, a type or an interface, stands with what it becomes, or what becomes it."""
    for place in islice(view.references(owner).places, _MOST_PLACES):
        facts, text = facts_of(view, place.path), read_text(view.workspace, place.path)
        if facts is None or text is None or not is_go(place.path):
            continue
        for each in _near(facts, text, place.reference):
            for made, wanted in _pairs(view, place.path, text, facts, each):
                if owner.identifier in (made.identifier, wanted.identifier):
                    yield made, wanted, place.path, each


def _near(facts: FileFacts, text: Text, reference: Reference) -> Iterator[Reference]:
    """References on the same line, and those in the body of the function whose signature holds the reference."""
    line, around = text.line_of(reference.span.start), reference.enclosing
    in_signature = around >= 0 and reference.span.start < facts.definitions[around].body_start
    for each in facts.references:
        if text.line_of(each.span.start) == line or (in_signature and each.enclosing == around):
            yield each


def _pairs(
    view: GraphView, path: WorkspacePath, text: Text, facts: FileFacts, reference: Reference
) -> Iterator[tuple[Symbol, Symbol]]:
    """A type that is made at a reference, with the interface it becomes there."""
    line = text.line_of(reference.span.start)
    start = text.line_starts[line]
    match = _MADE.search(text.data[start : reference.span.start])
    if match is None:
        return
    if match.group("to") == b"return":
        wanted = _result(view, path, reference)
    else:
        before = [
            each for each in facts.references if start <= each.span.start < each.span.end <= start + match.start()
        ]
        wanted = _types(view, path, before[-1]) if before else []
    interfaces = [each for each in wanted if each.definition.kind is DefinitionKind.INTERFACE]
    for made in _types(view, path, reference) if interfaces else ():
        yield from ((made, each) for each in interfaces)


def _types(view: GraphView, path: WorkspacePath, reference: Reference) -> list[Symbol]:
    return [each for each in view.resolve_known(path, reference) if _is_type(each)]


def _result(view: GraphView, path: WorkspacePath, reference: Reference) -> list[Symbol]:
    """The interface that the function around a ``return`` gives."""
    facts = facts_of(view, path)
    if facts is None or reference.enclosing < 0:
        return []
    around = facts.definitions[reference.enclosing]
    match = _TYPED.match(around.annotation)
    rows = [
        each
        for each in facts.references
        if match and each.name == match.group(1) and around.span.start <= each.span.start < around.body_start
    ]
    return _types(view, path, rows[-1]) if rows else []


def _lacking(view: GraphView, made: Symbol, wanted: Symbol) -> str | None:
    """What a type is seen to lack of an interface, ``None`` if nothing, or if not all of the type can be seen."""
    demanded, (owned, is_whole) = _demanded(view, wanted), _methods(view, made)
    if not is_whole or made.definition.kind is DefinitionKind.INTERFACE:
        return None
    for name, parameters in demanded.items():
        own = owned.get(name)
        if own is None:
            return f"it has no method `{name}`"
        if not _are_alike(own.definition.parameters or (), parameters):
            return f"its method `{name}` takes other parameters"
    return None


def _are_alike(own: Parameters, demanded: Parameters) -> bool:
    """Whether two lists of parameters may be the same types: as many, and not the same ones in another order."""
    left, right = ([each.annotation.rpartition(".")[2] for each in rows] for rows in (own, demanded))
    return len(left) == len(right) and (left == right or sorted(left) != sorted(right))


def _demanded(view: GraphView, wanted: Symbol) -> dict[str, Parameters]:
    """The methods of an interface, as far as they can be seen: those of the library's plainest ones among them."""
    found, _ = _methods(view, wanted)
    demanded = {name: each.definition.parameters or () for name, each in found.items()}
    for each in ancestors_of(view, wanted):
        for base in each.definition.bases if isinstance(each, Symbol) else ():
            for name, count in _LIBRARY.get(base, {}).items():
                demanded.setdefault(name, (Parameter(name="_"),) * count)
    return demanded


def _methods(view: GraphView, owner: Symbol) -> tuple[dict[str, Symbol], bool]:
    """The methods of a type, embedded ones among them, and whether these are all."""
    found: dict[str, Symbol] = {}
    line = ancestors_of(view, owner)
    for each in line:
        for member in (*members_of(view, each), *_added(view, each)) if isinstance(each, Symbol) else ():
            if member.definition.kind is DefinitionKind.METHOD:
                found.setdefault(member.definition.name, member)
    return found, all(isinstance(each, Symbol) for each in line)


def _added(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    """Methods of a type, which stand anywhere in its package."""
    folder = owner.path.relative.rpartition("/")[0]
    start = f"{owner.qualified_name}."
    for path in _package(view, owner.path, folder):
        for each in view.symbols(path):
            if each.qualified_name.startswith(start) and each.definition.kind is DefinitionKind.METHOD:
                yield each


def _package(view: GraphView, path: WorkspacePath, folder: str) -> Iterator[WorkspacePath]:
    facts = facts_of(view, path)
    rows = facts.definitions if facts is not None else ()
    found = {each for row in rows if row.kind is DefinitionKind.NAMESPACE for each in view.files_defining(row.name)}
    return (each for each in sorted(found) if each.relative.rpartition("/")[0] == folder)
