"""Calls that are not written as one: decorators, calls of a class given its type arguments, of ``cls``, of an alias.

Of Go, calls of a function given its type arguments; all else is Python's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sightline.base.text import Span, Text
from sightline.checks.classes import constructor
from sightline.checks.definitions import CLASSES
from sightline.checks.go_calls import instantiated_call
from sightline.checks.known_uses import known_uses
from sightline.checks.language import is_go, is_python
from sightline.checks.matching import Matching, Use, symbol_before
from sightline.checks.python_pieces import nodes_of, remembered
from sightline.checks.recall import is_rebound, symbols_of, text_of
from sightline.checks.signature import mismatch
from sightline.graph.answers import Place, Symbol
from sightline.graph.facts import CallShape, DefinitionKind, Reference, ReferenceKind
from sightline.graph.view import GraphView

_VALUES = frozenset({DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE})


def as_call(view: GraphView, use: Use) -> Reference:
    """The reference with the arguments that it hands over although they are not written right behind it."""
    path, reference = use
    if reference.call is not None:
        return reference
    if is_go(path):
        call = instantiated_call(view, path, reference)
        return replace(reference, call=call) if call is not None else reference
    if not is_python(path):
        return reference
    if reference.kind is ReferenceKind.DECORATE:
        return replace(reference, call=CallShape(positional=1))
    text = text_of(view, path)
    if text is None or text.data[reference.span.end : reference.span.end + 1] != b"[":
        return reference
    call = _subscripted_calls(text.data).get(reference.span.end)
    targets = view.resolve_known(path, reference) if call is not None else ()
    is_class = bool(targets) and all(each.definition.kind in CLASSES for each in targets)
    return replace(reference, call=call) if is_class else reference


def behind_alias(view: GraphView, targets: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """What calling ``targets`` calls: variables that hold a class or function for good are replaced by it."""
    return tuple(symbol for target in targets for symbol in (_held(view, target) or (target,)))


def aliases(view: GraphView, symbol: Symbol) -> Iterator[Symbol]:
    """Variables and class attributes that hold ``symbol`` for good: ``Made = Class``."""
    seen: set[str] = set()
    for place in known_uses(view, symbol):
        if place.reference.kind is not ReferenceKind.READ or not is_python(place.path):
            continue
        for each in _assigned_around(view, place):
            if each.identifier not in seen and symbol in _held(view, each):
                seen.add(each.identifier)
                yield each


def _assigned_around(view: GraphView, place: Place) -> Iterator[Symbol]:
    """Definitions around a place that hold one name. Most places have none, and their files' symbols are not made."""
    index, span = view.index(place.path), place.reference.span
    for number, row in enumerate(index.definitions if index is not None else ()):
        if row.alias and row.start <= span.start and span.end <= row.end:
            yield symbols_of(view, place.path)[number]


def _held(view: GraphView, holder: Symbol) -> tuple[Symbol, ...]:
    """What a variable holds that is assigned one plain name, never anything else, and in no class below either."""
    definition = holder.definition
    if definition.kind not in _VALUES or not definition.alias or not is_python(holder.path):
        return ()
    if is_rebound(view, holder) or view.overrides(holder):
        return ()
    head, _, name = definition.alias.rpartition(".")
    index = view.index(holder.path)
    for reference in map(index.reference, index.positions((name,))) if index is not None else ():
        if definition.span.contains(reference.span) and reference.receiver == head:
            found = view.resolve_known(holder.path, reference)
            if not found or any(each.definition.kind in _VALUES for each in found):
                return ()
            written = (place.reference.kind is ReferenceKind.WRITE for place in view.references(holder).places)
            return () if any(written) else found
    return ()


def unfit_own_calls(matching: Matching, owner: Symbol) -> Iterator[tuple[Use, str]]:
    """Calls ``cls(...)`` in class methods of ``owner`` that its constructor took before the edit, and why not now."""
    before, after = matching.given.before, matching.given.after
    old = symbol_before(matching, owner)
    text = matching.text_after(owner.path)
    parameters = constructor(after, owner)
    taken = constructor(before, old) if old is not None else None
    if parameters is None or taken is None or text is None or not is_python(owner.path):
        return
    for span, call in _calls_of_own_class(text.data, text.line_of(owner.definition.name_span.start) + 1):
        reason = mismatch(parameters, call)
        if reason is not None and mismatch(taken, call) is None:
            name = text.data[span.start : span.end].decode(errors="replace")
            yield (owner.path, Reference(name=name, span=span, kind=ReferenceKind.CALL, call=call)), reason


@remembered(64)
def _subscripted_calls(source: bytes) -> Mapping[int, CallShape]:
    """Calls of the form ``name[...](...)`` by the offset behind the name."""
    text = Text(source)
    found: dict[int, CallShape] = {}
    for node, lines in nodes_of(source):
        match node:
            case ast.Call(func=ast.Subscript(value=ast.Name() | ast.Attribute() as value)):
                found[offset_of(text, (value.end_lineno or 1) + lines, value.end_col_offset or 0)] = shape_of(node)
            case _:
                pass
    return found


@remembered(64)
def _calls_of_own_class(source: bytes, line: int) -> tuple[tuple[Span, CallShape], ...]:
    """Calls of the first parameter in class methods of the class whose name stands on a one-based line."""
    text = Text(source)
    found: list[tuple[Span, CallShape]] = []
    for owner, lines in nodes_of(source):
        if not isinstance(owner, ast.ClassDef) or owner.lineno + lines != line:
            continue
        for method in owner.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or not method.args.args:
                continue
            if [ast.unparse(each) for each in method.decorator_list] != ["classmethod"]:
                continue
            own = method.args.args[0].arg
            for node in ast.walk(method):
                match node:
                    case ast.Call(func=ast.Name(id=name)) if name == own:
                        start = offset_of(text, node.lineno + lines, node.col_offset)
                        found.append((Span(start, start + len(own.encode())), shape_of(node)))
                    case _:
                        pass
    return tuple(found)


def offset_of(text: Text, line: int, column: int) -> int:
    """The offset of a place of a syntax tree of Python: a one-based line, a column in bytes."""
    return text.line_span(line - 1).start + column


def shape_of(call: ast.Call) -> CallShape:
    """The arguments of a call."""
    starred = any(isinstance(each, ast.Starred) for each in call.args)
    return CallShape(
        positional=sum(not isinstance(each, ast.Starred) for each in call.args),
        keywords=tuple(each.arg for each in call.keywords if each.arg is not None),
        splat=starred,
        double_splat=any(each.arg is None for each in call.keywords),
    )
