"""What a Python text binds by assignment: module variables, class attributes, ``self.x``, and local variables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

from sightline.graph.extract_context import Context
from sightline.graph.extract_names import SKIP, Names, callee_text, dotted
from sightline.graph.extract_python_parts import parameters_of
from sightline.graph.extract_rows import Draft
from sightline.graph.extract_scopes import ScopeKind, ScopeMap
from sightline.graph.extract_text import ParsedText, Span2, field_of, plain
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, BindingRow, ParameterRow

#: Dotted texts that are no names.
_NO_NAMES = frozenset((b"None", b"True", b"False", b"yield"))
_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
#: Values that are certainly of a built-in class; of lists only those without a bracket inside (``[a, b][0]`` is none).
_LITERALS = re.compile(rb"""(?s)(?P<dict>\{.*\})|(?P<list>\[[^\[\]]*\])|(?P<str>[rRbBfFuU]{0,2}["'].*["'])""")
_LONGEST_LITERAL = 10_000


@dataclass(slots=True)
class Bound:
    """``drafts``: variables and attributes. ``locals``: where local variables are bound."""

    reading: Reading
    drafts: list[Draft] = field(default_factory=list[Draft])
    locals: list[Span2] = field(default_factory=list[Span2])


class _Assigned(NamedTuple):
    """What one assignment says about its single target."""

    start: int
    end: int
    body: int
    annotation: str = ""
    value: str = ""
    alias: str = ""
    parameters: tuple[ParameterRow, ...] | None = None


@dataclass(slots=True)
class Reading:
    """Everything the binding of one text looks things up in."""

    text: ParsedText
    names: Names
    containers: list[Draft]
    scopes: ScopeMap
    left_starts: list[int]
    lefts: list[Span2]
    right_by_left: dict[Span2, Span2]
    annotations: dict[Span2, Span2]
    entered_by_name: dict[int, Span2]  # end of the name in ``with f() as name`` → the callee
    caught_by_name: dict[int, Span2]  # end of the name in ``except E as name`` → the class
    lambdas: dict[int, Node]  # by start
    outer: dict[int, set[bytes]] = field(default_factory=dict[int, set[bytes]])  # scope → nonlocal names
    globals: dict[int, set[bytes]] = field(default_factory=dict[int, set[bytes]])  # scope → global names
    global_writes: list[Span2] = field(default_factory=list[Span2])
    #: container of the class (or -1 for the module) and name of what is defined already
    seen: set[tuple[int, bytes]] = field(default_factory=set[tuple[int, bytes]])


def bind(
    text: ParsedText, names: Names, containers: list[Draft], scopes: ScopeMap, context: Context | None = None
) -> Bound:
    """Binds all targets: fills the scopes, marks writes in ``names.kinds``, and drafts the definitions."""
    reading = _reading(text, names, containers, scopes)
    if context is not None:
        reading.seen |= context.seen
    bound = Bound(reading)
    _declare_global(reading)
    kinds = names.kinds
    kinds.update(dict.fromkeys(text.ends("written"), _WRITE))
    excepted = set(text.ends("except.name"))
    walrus = set(text.spans("walrus"))
    attributes: list[Span2] = []
    for start, end in text.spans("alias.name"):
        _bind_name(bound, start, end, scopes.scope_at(start), DefinitionKind.TYPE)
    for start, end in sorted([*text.spans("target"), *_pattern_captures(reading), *walrus]):
        if kinds.get(end) == SKIP:
            continue  # a starred parameter
        if end in names.members:
            kinds[end] = _WRITE
            attributes.append((start, end))
        else:
            scope = scopes.scope_at(start)
            scope = scopes.function_of(scope) if (start, end) in walrus else scope
            _bind_name(bound, start, end, scope, None if end in excepted else DefinitionKind.VARIABLE)
    for start, end in text.spans("deleted"):
        kinds[end] = _WRITE
        if end not in names.members:
            scope = scopes.scopes[scopes.scope_at(start)]
            if scope.kind is ScopeKind.FUNCTION:
                scope.bound.add(text.data[start:end])
    if context is not None:
        reading.seen |= context.later
    for start, end in reading.global_writes:
        if (-1, text.data[start:end]) not in reading.seen:
            kinds[end] = SKIP
            _define(bound, (start, end), (start, end), -1, DefinitionKind.VARIABLE)
    for start, end in attributes:
        _bind_attribute(bound, start, end)
    return bound


def _reading(text: ParsedText, names: Names, containers: list[Draft], scopes: ScopeMap) -> Reading:
    assignments = text.pairs("assignment.left", "assignment.right")
    lefts = [left for left, _ in assignments]
    return Reading(
        text=text,
        names=names,
        containers=containers,
        scopes=scopes,
        left_starts=[start for start, _ in lefts],
        lefts=lefts,
        right_by_left=dict(assignments),
        annotations=dict(text.pairs("annotated", "annotation")),
        entered_by_name={name[1]: callee for name, callee in text.pairs("with.name", "with.callee")},
        caught_by_name={name[1]: kind for name, kind in text.pairs("except.of", "except.type")},
        lambdas={node.start_byte: node for node in text.nodes("lambda")},
        seen={(draft.parent, draft.name.encode("utf-8", "replace")) for draft in containers},
    )


def _declare_global(reading: Reading) -> None:
    """``global`` names are the module's; ``nonlocal`` names belong to a function further out."""
    data, scopes = reading.text.data, reading.scopes
    for capture in ("global", "nonlocal"):
        for start, end in reading.text.spans(capture):
            reading.names.kinds[end] = SKIP
            scope = scopes.function_of(scopes.scope_at(start))
            if capture == "global":
                scopes.scopes[scope].kept.add(data[start:end])
                reading.globals.setdefault(scope, set()).add(data[start:end])
            else:
                reading.outer.setdefault(scope, set()).add(data[start:end])


def _pattern_captures(reading: Reading) -> list[Span2]:
    """Names bound by ``case``. A dotted name there is a value: its parts become members."""
    names, data = reading.names, reading.text.data
    for start, end in reading.text.spans("pattern.class"):
        _mark_members(names, start, end)
    captured: list[Span2] = []
    for start, end in reading.text.spans("pattern.capture"):
        if b"." in data[start:end]:
            _mark_members(names, start, end)
        elif data[start:end] != b"_":
            captured.append((start, end))
    return captured


def _mark_members(names: Names, start: int, end: int) -> None:
    low, high = bisect_right(names.starts, start), bisect_left(names.starts, end)
    for at in range(low, high):
        names.members[names.ends[at]] = start


def _bind_name(bound: Bound, start: int, end: int, scope_index: int, kind: DefinitionKind | None) -> None:
    """Binds one name in its scope: a definition in modules (of ``kind``; none for ``except … as``) and classes."""
    reading = bound.reading
    scope = reading.scopes.scopes[scope_index]
    name = reading.text.data[start:end]
    kinds = reading.names.kinds
    if scope.kind is ScopeKind.FUNCTION or scope.kind is ScopeKind.BLOCK:
        kinds[end] = _WRITE
        if name in reading.globals.get(scope_index, ()):
            reading.global_writes.append((start, end))
        elif name not in reading.outer.get(scope_index, ()):
            scope.bound.add(name)
        bound.locals.append((start, end))
        return
    container = scope.container if scope.kind is ScopeKind.CLASS else -1
    scope.bound.add(name)
    if kind is None:
        kinds[end] = SKIP
    elif (container, name) in reading.seen:
        kinds[end] = _WRITE
    else:
        kinds[end] = SKIP
        _define(bound, (start, end), (start, end), container, DefinitionKind.ATTRIBUTE if container >= 0 else kind)


def local_bindings(bound: Bound, roots: dict[int, set[bytes]], index_of: list[int]) -> list[tuple[int, BindingRow]]:
    """What is said about the types of local variables that stand before a dot somewhere; each with its scope's unit."""
    reading = bound.reading
    data, scopes = reading.text.data, reading.scopes
    rows: list[tuple[int, BindingRow]] = []
    for start, end in bound.locals:
        unit = scopes.scopes[scopes.scope_at(start)].unit
        if data[start:end] not in roots.get(unit, ()):
            continue
        enclosing = index_of[scopes.container_at(start)]
        name = data[start:end].decode("utf-8", "replace")
        rows.append((unit, (enclosing, name, *said_of_local(reading, (start, end)), 0, 0)))
    return rows


def said_of_local(reading: Reading, target: Span2) -> tuple[str, str, str]:
    """Annotation, value and alias of a local variable, as in ``LocalBinding``, by what is bound to ``target``."""
    for callees, mark in ((reading.caught_by_name, ""), (reading.entered_by_name, "^")):
        callee = callees.get(target[1])
        if callee is not None:
            text = dotted(reading.text.data[callee[0] : callee[1]]).decode("utf-8", "replace")
            return ("", "", text + mark) if text and mark else ("", text, "")
    said = _assigned(reading, target)
    return said.annotation, said.value or _literal_type(reading, target), said.alias


def _literal_type(reading: Reading, target: Span2) -> str:
    """The built-in class whose literal or display is assigned; empty for any other value."""
    right = reading.right_by_left.get(target)
    if right is None:
        return ""
    start, end = _innermost_right(reading, right)
    found = _LITERALS.fullmatch(reading.text.data, start, end) if end - start < _LONGEST_LITERAL else None
    return (found.lastgroup or "") if found is not None else ""


def _define(bound: Bound, target: Span2, name: Span2, container: int, kind: DefinitionKind) -> None:
    """Drafts a variable or attribute; ``target`` is the whole left side that it was assigned by (``self.x``)."""
    reading = bound.reading
    said = _assigned(reading, target)
    text = reading.text.data[name[0] : name[1]]
    reading.seen.add((container, text))
    bound.drafts.append(
        Draft(
            name=text.decode("utf-8", "replace"),
            kind=kind.value,
            start=said.start,
            end=said.end,
            name_start=name[0],
            name_end=name[1],
            body_start=said.body,
            parent=container,
            holds=target == name,
            parameters=said.parameters,
            annotation=said.annotation,
            value=said.value,
            alias=said.alias,
            exported=container < 0 or reading.containers[container].exported,
        )
    )


def _assigned(reading: Reading, target: Span2) -> _Assigned:
    """What the assignment around ``target`` says; for targets of loops and the like the target alone."""
    annotated = reading.annotations.get(target)
    annotation = plain(reading.text.data[annotated[0] : annotated[1]]) if annotated else ""
    right = reading.right_by_left.get(target)
    if right is None:
        if annotated:
            return _Assigned(target[0], annotated[1], annotated[1], annotation)
        at = bisect_right(reading.left_starts, target[0]) - 1
        if at >= 0 and reading.lefts[at][1] >= target[1]:  # one of several targets
            left = reading.lefts[at]
            body, end = reading.right_by_left[left]
            return _Assigned(left[0], end, body)
        return _Assigned(*target, target[1])
    body, end = right
    right = _innermost_right(reading, right)
    value, alias = _value_of(reading, *right)
    return _Assigned(target[0], end, body, annotation, value, alias, _lambda_parameters(reading, right))


def _innermost_right(reading: Reading, right: Span2) -> Span2:
    """The value of ``a = b = value``: the right side of an assignment may be an assignment."""
    while True:
        at = bisect_left(reading.left_starts, right[0])
        if at == len(reading.lefts) or reading.left_starts[at] != right[0]:
            return right
        right = reading.right_by_left[reading.lefts[at]]


def _value_of(reading: Reading, start: int, end: int) -> tuple[str, str]:
    """Callee of a call, or the dotted name, that stands alone at ``start..end``."""
    data = reading.text.data
    if data.startswith(b"await ", start):
        start += 6
    if data[end - 1 : end] == b")":
        return callee_text(reading.names, start, end).decode("utf-8", "replace"), ""
    alias = dotted(data[start:end])
    return "", "" if alias in _NO_NAMES else alias.decode("utf-8", "replace")


def _lambda_parameters(reading: Reading, right: Span2) -> tuple[ParameterRow, ...] | None:
    node = reading.lambdas.get(right[0])
    if node is None or node.end_byte != right[1]:
        return None
    parameters = field_of(node, "parameters")
    return () if parameters is None else parameters_of(parameters, reading.text.data)


def _bind_attribute(bound: Bound, start: int, end: int) -> None:
    """``self.x = …`` defines an attribute of the class, once; ``self`` is whatever the method calls it."""
    reading = bound.reading
    names, containers = reading.names, reading.containers
    at = bisect_left(names.ends, end)
    name = (names.starts[at], end)
    root = dotted(reading.text.data[start : name[0]].rstrip(b". \t\r\n\\")).decode("utf-8", "replace")
    container = reading.scopes.container_at(start)
    while container >= 0 and containers[container].kind == DefinitionKind.FUNCTION:
        if any(row[0] == root for row in containers[container].parameters or ()):
            return
        container = containers[container].parent
    if container < 0 or containers[container].kind != DefinitionKind.METHOD:
        return
    method = containers[container]
    own = method.parameters[0][0] if method.parameters else ""
    text = reading.text.data[name[0] : end]
    if root and root == own and "staticmethod" not in method.decorators and (method.parent, text) not in reading.seen:
        names.kinds[end] = SKIP
        _define(bound, (start, end), name, method.parent, DefinitionKind.ATTRIBUTE)
