"""Where a value of a Go type becomes an interface, as far as the text says it.

Looked at are declarations and assignments with a value made on the spot (``var x I = &T{…}``, ``holder.field = T{}``),
``return`` of such a value or of a variable that holds one, arguments of calls, elements of composite literals, and
types given for a type parameter. Source: the Go Programming Language Specification, "Assignability".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.go_library_calls import is_outside, library_function
from sightline.checks.go_packages import GoType, type_of
from sightline.checks.language import is_go
from sightline.checks.recall import facts_of, go_packages_of, symbols_of, text_of
from sightline.graph.answers import Place, Symbol
from sightline.graph.facts import Definition, DefinitionKind, Reference, ReferenceKind
from sightline.graph.go_literals import Wanted, constraint_at, wanted_at
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.view import GraphView

#: A type, the interface it becomes, and the place where it does.
Site = tuple[Symbol, Symbol | GoType, WorkspacePath, Reference]

#: Uses of a type or an interface that are looked at.
_MOST_PLACES = 400
_HOLDS = re.compile(rb"(?:\bvar\s+)?(\w+)\s*:?=\s*(?:&|new\()?(?:\w+\.)?$")
_VALUE = frozenset({DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE})


def sites(view: GraphView, owner: Symbol) -> Iterator[Site]:
    """Places where ``owner``, a type or an interface, stands with what it becomes, or what becomes it."""
    for place in islice(_places(view, owner), _MOST_PLACES):
        facts, text = facts_of(view, place.path), text_of(view, place.path)
        if facts is None or text is None or not is_go(place.path):
            continue
        for each in _near(facts, text, place.reference):
            for made, wanted, at in _pairs(view, place.path, text, facts, each):
                named = wanted.identifier if isinstance(wanted, Symbol) else ""
                if owner.identifier in (made.identifier, named):
                    yield made, wanted, place.path, at


def _places(view: GraphView, owner: Symbol) -> Iterator[Place]:
    """Uses of a type, those of its aliases among them."""
    for place in view.references(owner).places:
        yield place
        facts, around = facts_of(view, place.path), place.reference.enclosing
        if facts is not None and around >= 0 and facts.definitions[around].kind is DefinitionKind.TYPE:
            alias = next((each for each in symbols_of(view, place.path) if each.index == around), None)
            meant = _behind_alias(view, alias) if alias is not None else None
            if alias is not None and meant is not None and meant.identifier == owner.identifier:
                yield from view.references(alias).places


def _behind_alias(view: GraphView, symbol: Symbol) -> Symbol | None:
    """The type that ``type A = B`` names anew; ``None`` for what is no such declaration."""
    text, facts, own = text_of(view, symbol.path), facts_of(view, symbol.path), symbol.definition
    if text is None or facts is None or own.kind is not DefinitionKind.TYPE:
        return None
    if not text.data[own.name_span.end : own.span.end].lstrip().startswith(b"="):
        return None
    inside = (each for each in facts.references if own.name_span.end <= each.span.start < own.span.end)
    first = next(inside, None)
    meant = _types(view, symbol.path, first) if first is not None else []
    return meant[0] if len(meant) == 1 else None


def is_type(symbol: Symbol) -> bool:
    """Whether a symbol is a type, an interface among them."""
    return symbol.definition.kind in (DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE)


def _near(facts: PartialFacts, text: Text, reference: Reference) -> Iterator[Reference]:
    """References on the same line, and those in the body of the function whose signature holds the reference."""
    line, around = text.line_of(reference.span.start), reference.enclosing
    in_signature = around >= 0 and reference.span.start < facts.definitions[around].body_start
    for each in facts.references:
        if text.line_of(each.span.start) == line or (in_signature and each.enclosing == around):
            yield each


def _pairs(
    view: GraphView, path: WorkspacePath, text: Text, facts: PartialFacts, reference: Reference
) -> Iterator[tuple[Symbol, Symbol | GoType, Reference]]:
    """A type that is made at a reference, with the interface it becomes there or where the variable is returned."""
    start = text.line_starts[text.line_of(reference.span.start)]
    before = text.data[start : reference.span.start]
    wanted: list[tuple[Symbol | GoType, Reference]] = []
    for kind, offset in contexts(before):
        if kind == b"return":
            index = commas(before[offset:])
            wanted += ((each, reference) for each in _results(view, path, facts, reference.enclosing, index))
        elif kind == b"=":
            held = [each for each in facts.references if start <= each.span.start and each.span.end <= start + offset]
            sure = held and not text.data[held[-1].span.end : start + offset - 1].strip()
            wanted += ((each, reference) for each in (_declared(view, path, held[-1]) if sure else ()))
        else:
            called = next((each for each in facts.references if each.span.end == start + offset - 1), None)
            index = commas(before[offset:])
            found = _parameter(view, path, facts, called, index) if called is not None else []
            wanted += ((each, reference) for each in found)
    expected = wanted_at(text.data, reference.span.start)
    if expected is not None:
        wanted += ((each, reference) for each in _in_literal(view, path, facts, expected))
    holder = _HOLDS.search(before)
    if holder is not None:
        name = holder.group(1)
        for at, index in _returned(text, facts, reference.enclosing, name, reference.span.end):
            shown = Reference(name=name.decode(), span=Span(at, at + len(name)), kind=ReferenceKind.READ)
            wanted += ((each, shown) for each in _results(view, path, facts, reference.enclosing, index))
    interfaces = [row for row in wanted if _is_interface(view, path, row[0])]
    for made in _types(view, path, reference) if interfaces else ():
        yield from ((_behind_alias(view, made) or made, each, at) for each, at in interfaces)


def _in_literal(view: GraphView, path: WorkspacePath, facts: PartialFacts, wanted: Wanted) -> list[Symbol | GoType]:
    """The type of a field or an element, or the one that bounds a type parameter."""
    held = next((each for each in facts.references if each.span.start == wanted.offset), None)
    if held is None:
        return []
    if wanted.argument >= 0:
        return _constraint(view, view.resolve_known(path, held), wanted.argument)
    if wanted.is_field or held.enclosing < 0:
        return _declared(view, path, held)
    written = f"{held.receiver}.{held.name}" if held.receiver else held.name
    return named_type(view, path, facts.definitions[held.enclosing], written)


def _constraint(view: GraphView, generic: Sequence[Symbol], argument: int) -> list[Symbol | GoType]:
    text = text_of(view, generic[0].path) if len(generic) == 1 else None
    at = constraint_at(text.data, generic[0].definition.name_span.start, argument) if text is not None else None
    facts = facts_of(view, generic[0].path) if at is not None else None
    rows = [each for each in facts.references if each.span.start == at] if facts is not None else []
    return [*_types(view, generic[0].path, rows[0])] if rows else []


def contexts(before: bytes) -> Iterator[tuple[bytes, int]]:
    """What a value made at the end of a line's beginning is for, and where on the line that is said.

    ``return``, ``=`` or ``(``; the last only where nothing but whole arguments stand between.
    """
    rest = re.sub(rb"(?:&|\(\*|new\()?(?:\w+\.)?$", b"", before)
    found = re.search(rb"\breturn\b(?=\s)", rest)
    if found is not None and not opened(rest[found.end() :]):
        yield b"return", found.end()
    brackets = opened(rest)
    if brackets and rest[brackets[-1] : brackets[-1] + 1] == b"(":
        yield b"(", brackets[-1] + 1
    match = re.search(rb"(?<![:=!<>+\-*/|&^%])=\s*$", rest)
    if match is not None:
        yield b"=", match.start() + 1


def opened(text: bytes) -> list[int]:
    """Brackets that a text opens and does not close."""
    found: list[int] = []
    for at, byte in enumerate(text):
        if byte in b"([{":
            found.append(at)
        elif byte in b")]}" and found:
            found.pop()
    return found


def commas(text: bytes) -> int:
    """How many values end in a text, commas in brackets left out."""
    depth = count = 0
    for byte in text:
        depth += (byte in b"([{") - (byte in b")]}")
        count += byte == ord(",") and not depth
    return count


def _returned(text: Text, facts: PartialFacts, scope: int, name: bytes, after: int) -> Iterator[tuple[int, int]]:
    """Where a function returns a variable by its plain name or address: the offset, and which result it is."""
    if scope < 0:
        return
    body = text.data[after : facts.definitions[scope].span.end]
    for match in re.finditer(rb"\breturn[ \t]+([^\n{}/]*)", body):
        parts = match.group(1).split(b",") if not re.search(rb"[(\[\"`]", match.group(1)) else []
        at = after + match.start(1)
        for index, part in enumerate(parts):
            if part.strip().lstrip(b"&") == name:
                yield at + part.index(name), index
            at += len(part) + 1


def _types(view: GraphView, path: WorkspacePath, reference: Reference) -> list[Symbol]:
    return [each for each in view.resolve_known(path, reference) if is_type(each)]


def _results(
    view: GraphView, path: WorkspacePath, facts: PartialFacts, scope: int, index: int
) -> list[Symbol | GoType]:
    """The type of one result of the function around."""
    if scope < 0 or facts.definitions[scope].kind not in FUNCTIONS:
        return []
    around = facts.definitions[scope]
    written = around.annotation.strip()
    parts = [part.strip() for part in written[1:-1].split(",")] if written.startswith("(") else [written]
    if index >= len(parts) or "func" in written:
        return []
    words = parts[index].split()
    return named_type(view, path, around, words[-1]) if words else []


def _declared(view: GraphView, path: WorkspacePath, reference: Reference) -> list[Symbol | GoType]:
    """The type that stands before ``=``, or the declared type of the variable or field that does."""
    types = _types(view, path, reference)
    if types:
        return [*types]
    meant = [each for each in view.resolve_known(path, reference) if each.definition.kind in _VALUE]
    if len(meant) != 1 or not meant[0].definition.annotation or meant[0].definition.value:
        return []
    return named_type(view, meant[0].path, meant[0].definition, meant[0].definition.annotation)


def _parameter(
    view: GraphView, path: WorkspacePath, facts: PartialFacts, called: Reference, index: int
) -> list[Symbol | GoType]:
    """The type of a parameter of what a reference calls."""
    if called.call is None:
        return []
    meant = view.resolve_known(path, called)
    if not meant:
        function = library_function(view, facts, path, called) if called.receiver and not called.local else None
        if function is None or len(function.parameters) != 1 or index >= len(function.parameters[0]):
            return []
        module = next((row.module for row in facts.imports for n in row.names if n.alias == called.receiver), "")
        written = function.parameters[0][index].annotation
        return [GoType(module=module, name=written)] if written.isidentifier() and written[:1].isupper() else []
    parameters = meant[0].definition.parameters or ()
    if len(meant) != 1 or meant[0].definition.kind not in FUNCTIONS or index >= len(parameters):
        return []
    return named_type(view, meant[0].path, meant[0].definition, parameters[index].annotation.removeprefix("..."))


def named_type(view: GraphView, path: WorkspacePath, around: Definition, written: str) -> list[Symbol | GoType]:
    """What a type written in a definition means."""
    facts = facts_of(view, path)
    head, _, name = written.rpartition(".")
    if facts is None or not name.isidentifier() or (head and not head.isidentifier()):
        return []
    if written == "error":
        return [GoType(module="", name="error")]
    rows = [
        each
        for each in facts.references
        if (each.name, each.receiver) == (name, head) and around.span.start <= each.span.start < around.span.end
    ]
    types = _types(view, path, rows[0]) if rows else []
    if types:
        return [*types]
    outside = type_of(written, facts, "") if head else None
    return [outside] if outside is not None and is_outside(view, path, outside.module) else []


def _is_interface(view: GraphView, path: WorkspacePath, wanted: Symbol | GoType) -> bool:
    if isinstance(wanted, Symbol):
        return wanted.definition.kind is DefinitionKind.INTERFACE
    return go_packages_of(view, path.root).is_interface(wanted)
