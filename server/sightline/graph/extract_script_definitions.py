"""What a JavaScript or TypeScript text declares: functions, classes, members, variables, types, enums, namespaces.

Definitions that hold others are *containers*, numbered in source order, until all definitions get their final indices.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from tree_sitter import Node

from sightline.graph.extract_context import Context
from sightline.graph.extract_rows import Draft
from sightline.graph.extract_script_parts import (
    MADE_OF,
    alias_text,
    annotation_of,
    generics_text,
    parameters_of,
    signatures_text,
)
from sightline.graph.extract_script_paths import told_of
from sightline.graph.extract_script_variables import (
    BY_PLACE,
    FUNCTIONS,
    Holder,
    bases_of,
    body_of,
    declared_type,
    make_callable,
    member_drafts,
    method_draft,
    name_span,
    place,
    required_module,
    unwrapped,
    value_of,
    variable_draft,
)
from sightline.graph.extract_text import ParsedText, Span2, field_of, plain
from sightline.graph.facts import DefinitionKind

#: What may stand between a decorator and what it decorates.
_GAP = re.compile(rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
_FUNCTION = DefinitionKind.FUNCTION.value
_METHOD = DefinitionKind.METHOD.value
_ATTRIBUTE = DefinitionKind.ATTRIBUTE.value
_VARIABLE = DefinitionKind.VARIABLE.value
_NAMESPACE = DefinitionKind.NAMESPACE.value
_TYPE = DefinitionKind.TYPE.value
_INTERFACE = DefinitionKind.INTERFACE.value
_NAMED = (
    ("function", _FUNCTION),
    ("class", DefinitionKind.CLASS.value),
    ("interface", DefinitionKind.INTERFACE.value),
    ("enum", DefinitionKind.ENUM.value),
    ("type.alias", DefinitionKind.TYPE.value),
    ("namespace", _NAMESPACE),
)
_DEEPEST_TYPE = 12
_WITH_BODY = frozenset(("class", "interface", "enum", "namespace"))


@dataclass(slots=True)
class Declared:
    """``containers`` in source order; ``others`` whose parent is the container they lie in, unless they have one.

    ``bodies``: container → range of a body that is a scope of its own kind (class, enum, namespace). ``names``: where
    the names of all of them begin, but for ``properties``, members that are parameters of their constructor too.
    """

    containers: list[Draft] = field(default_factory=list[Draft])
    others: list[Draft] = field(default_factory=list[Draft])
    bodies: dict[int, Span2] = field(default_factory=dict[int, Span2])
    names: set[int] = field(default_factory=set[int])
    properties: set[int] = field(default_factory=set[int])


@dataclass(slots=True)
class _Exports:
    """Export statements by where their declaration begins."""

    began: dict[int, int] = field(default_factory=dict[int, int])
    default: set[int] = field(default_factory=set[int])


def read_definitions(text: ParsedText, context: Context | None = None) -> Declared:
    """All declarations. Parents, and ``exported`` of what lies in others, are settled when scopes are known."""
    exports = _read_exports(text)
    found = Declared()
    drafts = _declarations(text, exports, found)
    drafts += [(method_draft(text, node), None) for node in text.captures.get("method", ())]
    taken = {draft.body_start for draft, _ in drafts}  # of classes that a variable holds
    for capture, kind in _NAMED:
        for node in text.captures.get(capture, ()):
            draft = _named(text, node, kind, exports)
            if capture == "class" and draft.body_start in taken:
                continue
            draft.bases = bases_of(node) if capture in _WITH_BODY else ()
            drafts.append((draft, body_of(node) if capture in _WITH_BODY else None))
    for node in text.captures.get("field", ()):
        draft, callable_ = _field(text, node)
        if callable_:
            drafts.append((draft, None))
        else:
            found.others.append(draft)
    properties = [_parameter_property(text, node) for node in text.captures.get("parameter.property", ())]
    found.others += properties
    for node in text.captures.get("type.alias", ()):
        _inner_members(text, field_of(node, "value"), drafts, found.others)
    found.others += [_enum_member(text, node) for node in text.captures.get("enum.member", ())]
    if context is not None:
        drafts += [
            (draft, None if draft.kind == _VARIABLE else (draft.body_start, draft.end)) for draft in context.ancestors
        ]
    drafts.sort(key=_source_order)
    for index, (draft, body) in enumerate(drafts):
        draft.container = index
        found.containers.append(draft)
        if body is not None:
            found.bodies[index] = body
    found.properties = {draft.name_start for draft in properties}
    found.names = {draft.name_start for draft in (*found.containers, *found.others)} - found.properties
    _add_decorators(text, found)
    return found


def _source_order(entry: Holder) -> tuple[int, int]:
    return entry[0].start, -entry[0].end


def _read_exports(text: ParsedText) -> _Exports:
    exports = _Exports()
    for node in text.captures.get("export", ()):
        declared = field_of(node, "declaration") or field_of(node, "value")
        if declared is not None:
            exports.began[declared.start_byte] = node.start_byte
            if any(child.type == "default" for child in node.children[:4]):
                exports.default.add(declared.start_byte)
    for node in text.captures.get("ambient", ()):
        start = exports.began.get(node.start_byte)
        for child in node.named_children:
            if start is not None:
                exports.began[child.start_byte] = start
            elif child.type == "statement_block":  # declare global { … }
                exports.began.update((entry.start_byte, entry.start_byte) for entry in child.named_children)
    return exports


def _named(text: ParsedText, node: Node, kind: str, exports: _Exports) -> Draft:
    """A declaration with name and body; the name of an anonymous one is its first word (``default`` if exported so)."""
    start, end = node.byte_range
    name = field_of(node, "name")
    body = field_of(node, "body") or field_of(node, "value")
    began = exports.began.get(start)
    is_function = kind == _FUNCTION
    annotation = annotation_of(node, "return_type") if is_function else ""
    if kind == _TYPE:
        annotation = alias_text(body)
    elif kind == _INTERFACE:
        annotation = signatures_text(body)
    name_start, name_end = name_span(name, start)
    if name_start == name_end:
        name_start, name_end = _anonymous(text, start, exports)
    return Draft(
        name=text.data[name_start:name_end].decode("utf-8", "replace"),
        kind=kind,
        start=start if began is None else began,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=end if body is None else body.start_byte,
        parent=BY_PLACE,
        parameters=parameters_of(field_of(node, "parameters") or field_of(node, "parameter")) if is_function else None,
        annotation=annotation,
        exported=began is not None,
        generics=generics_text(node),
    )


def _anonymous(text: ParsedText, start: int, exports: _Exports) -> Span2:
    if start in exports.default:
        at = text.data.find(b"default", exports.began[start], start)
        if at >= 0:
            return at, at + 7
    end = start
    while end < len(text.data) and text.data[end : end + 1].isalpha():
        end += 1
    return start, max(end, min(start + 1, len(text.data)))


def _field(text: ParsedText, node: Node) -> tuple[Draft, bool]:
    """A field or property signature, and whether its value is a function (then it is a method in all but spelling)."""
    start, end = node.byte_range
    value = field_of(node, "value")
    modifiers = {plain(child.text or b"") for child in node.named_children if child.type == "accessibility_modifier"}
    name_start, name_end = name_span(field_of(node, "name") or field_of(node, "property"), start)
    shown = text.data[name_start:name_end].decode("utf-8", "replace")
    draft = Draft(
        name=shown,
        kind=_ATTRIBUTE,
        start=start,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=end if value is None else value.start_byte,
        parent=BY_PLACE,
        annotation=annotation_of(node, "type"),
        exported=not (modifiers & {"private"} or shown.startswith("#")),
    )
    if value is not None and value.type in FUNCTIONS:
        make_callable(draft, value, _METHOD)
        return draft, True
    if value is not None and not draft.annotation:
        draft.value, draft.alias = value_of(value)
    return draft, False


def _parameter_property(text: ParsedText, node: Node) -> Draft:
    """``constructor(private name: T)`` declares a member of the class."""
    start, end = node.byte_range
    name_start, name_end = name_span(field_of(node, "pattern"), start)
    modifiers = {plain(child.text or b"") for child in node.named_children if child.type == "accessibility_modifier"}
    value = field_of(node, "value")
    draft = Draft(
        name=text.data[name_start:name_end].decode("utf-8", "replace"),
        kind=_ATTRIBUTE,
        start=start,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=end,
        parent=BY_PLACE,
        holds=False,
        annotation=annotation_of(node, "type"),
        exported=not modifiers & {"private"},
    )
    if value is not None and not draft.annotation:
        draft.value, draft.alias = value_of(value)
    return draft


def _declarations(text: ParsedText, exports: _Exports, found: Declared) -> list[Holder]:
    """Variables of modules and namespaces, and local ones that hold a function or a class."""
    drafts: list[Holder] = []
    taken: set[int] = set()
    names = text.spans("pattern.name")
    for node in text.captures.get("declaration", ()):
        declarators = [child for child in node.named_children if child.type == "variable_declarator"]
        start = exports.began.get(node.start_byte)
        for declarator in declarators:
            taken.add(declarator.start_byte)
            span = declarator.byte_range
            if len(declarators) == 1:
                span = (node.start_byte if start is None else start, node.end_byte)
            named, value = field_of(declarator, "name"), unwrapped(field_of(declarator, "value"))
            if required_module(value):
                continue  # an import
            spans = [named.byte_range] if named.type == "identifier" else _within(names, *named.byte_range)
            for name in spans:
                draft = variable_draft(text, name, span, value if len(spans) == 1 else None)
                written = annotation_of(declarator, "type")
                if draft.parameters is None:
                    draft.annotation = written or draft.annotation
                elif not draft.annotation and (written := declared_type(declarator)):
                    draft.annotation = f"ReturnType<{written}>"
                if named.type != "identifier":
                    draft.value, draft.alias = "", _destructured(text, name)
                draft.exported = start is not None
                place(draft, value, drafts, found.others)
            if value is not None and value.type == "object":
                member_drafts(text, value, drafts, found.others)
    for node in text.captures.get("function.variable", ()):
        if node.start_byte not in taken:
            draft = variable_draft(text, field_of(node, "name").byte_range, node.byte_range, field_of(node, "value"))
            draft.exported = False
            place(draft, field_of(node, "value"), drafts, found.others)
    return drafts


def _destructured(text: ParsedText, name: Span2) -> str:
    node = text.tree.root_node.named_descendant_for_byte_range(*name)
    return told_of(node).decode("utf-8", "replace") if node is not None else ""


def _within(spans: list[Span2], start: int, end: int) -> list[Span2]:
    return spans[bisect_left(spans, (start, start)) : bisect_left(spans, (end, end))]


def _enum_member(text: ParsedText, node: Node) -> Draft:
    start, end = node.byte_range
    name_start, name_end = name_span(node, start)
    return Draft(
        name=text.data[name_start:name_end].decode("utf-8", "replace"),
        kind=_ATTRIBUTE,
        start=start,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=end,
        parent=BY_PLACE,
    )


def _inner_members(
    text: ParsedText, kind: Node | None, drafts: list[Holder], others: list[Draft], depth: int = 0
) -> None:
    """Members of the objects of which an alias is made: ``type A = B & { c: C }``."""
    if kind is None or kind.type not in MADE_OF or depth > _DEEPEST_TYPE:
        return
    for child in kind.named_children:
        if child.type == "object_type":
            for each in child.named_children:
                if each.type == "method_signature":
                    drafts.append((method_draft(text, each), None))
                elif each.type == "property_signature":
                    others.append(_field(text, each)[0])
        else:
            _inner_members(text, child, drafts, others, depth + 1)


def _add_decorators(text: ParsedText, found: Declared) -> None:
    """A decorator belongs to the class or member that it stands in, or directly before."""
    drafts = sorted((*found.containers, *found.others), key=lambda draft: draft.name_start)
    names = [draft.name_start for draft in drafts]
    callees = text.spans("decorate")
    starts = [start for start, _ in callees]
    for start, end in reversed(text.spans("decorator")):
        at, owner = bisect_left(starts, start), bisect_left(names, end)
        if owner == len(drafts) or at == len(callees) or callees[at][1] > end:
            continue
        draft = drafts[owner]
        if draft.start <= start or _GAP.fullmatch(text.data, end, draft.start):
            draft.decorators = (plain(text.data[callees[at][0] : callees[at][1]]), *draft.decorators)
            draft.start = min(draft.start, start)
