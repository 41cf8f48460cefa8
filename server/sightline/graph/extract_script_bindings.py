"""Scopes and local names of JavaScript and TypeScript (ECMAScript, "Declarations and the Variable Statement")."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from sightline.graph.extract_context import Context
from sightline.graph.extract_names import SKIP, Names, dotted
from sightline.graph.extract_rows import Draft
from sightline.graph.extract_scopes import Region, ScopeKind, ScopeMap
from sightline.graph.extract_script_definitions import Declared
from sightline.graph.extract_script_paths import path_of, roots_of_path, told_of
from sightline.graph.extract_script_type_lines import type_line
from sightline.graph.extract_script_variables import BY_PLACE, is_shorthand
from sightline.graph.extract_text import ParsedText, Span2, field_of
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, BindingRow

_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
_CLASS = DefinitionKind.CLASS.value
#: How far before a parameter the container may begin whose elements it is.
_LOOK_BACK = 160
_LOOP = re.compile(rb"\bfor\s*(?:await\s*)?\(\s*(?:const|let|var)\s+$")
_OF = re.compile(rb"\s+of\s+([\w$.!?\s]+)\)")
_CALLBACK = re.compile(
    rb"(?<![\w$.)\]!?])([A-Za-z_$][\w$]*(?:[\s!]*\??\.\s*[\w$]+)*)[\s!]*\??\.\s*"
    rb"(?:map|forEach|filter|find|findIndex|findLast|some|every|flatMap)\s*\(\s*(?:async\s*)?(?:function\s*)?\(?\s*$"
)
_HOLDING = frozenset((DefinitionKind.METHOD.value, DefinitionKind.ATTRIBUTE.value))

_DECLARED_IN_BLOCKS = frozenset(("lexical_declaration", "class_declaration", "function_declaration"))


@dataclass(slots=True)
class Locals:
    """``spans``: local variables and parameters, where they are declared."""

    spans: list[Span2] = field(default_factory=list[Span2])


def script_regions(text: ParsedText, declared: Declared) -> list[Region]:
    """All scopes of a text."""
    regions: list[Region] = []
    for index, draft in enumerate(declared.containers):
        regions.append(Region(draft.start, -draft.end, ScopeKind.HEADER, index))
        body = declared.bodies.get(index)
        if body is not None:
            kind = ScopeKind.FUNCTION if draft.kind == DefinitionKind.NAMESPACE.value else ScopeKind.CLASS
            regions.append(Region(body[0], -body[1], kind, index))
    for node in text.captures.get("scope", ()):
        first = field_of(node, "parameters") or field_of(node, "parameter")
        if node.type in ("function_expression", "generator_function"):
            first = field_of(node, "name") or first
        start = node.start_byte if first is None else first.start_byte
        regions.append(Region(start, -node.end_byte, ScopeKind.FUNCTION))
    regions += [Region(start, -end, ScopeKind.FUNCTION) for start, end in text.spans("scope.static")]
    for capture in ("block", "index", "conditional"):
        regions += [Region(start, -end, ScopeKind.BLOCK) for start, end in text.spans(capture)]
    for node in text.captures.get("statements", ()):
        if any(child.type in _DECLARED_IN_BLOCKS for child in node.named_children):
            regions.append(Region(node.start_byte, -node.end_byte, ScopeKind.BLOCK))
    for node in text.captures.get("type.parameters", ()):
        holder = node.parent
        if holder is not None:
            regions.append(Region(node.start_byte, -holder.end_byte, ScopeKind.BLOCK))
    return regions


def bind_script(text: ParsedText, names: Names, declared: Declared, scopes: ScopeMap) -> Locals:
    """Binds every declared name in its scope and marks what only declares as no use."""
    data, kinds = text.data, names.kinds
    found = Locals()
    hoisted = text.spans("var")
    hoisted_starts = [start for start, _ in hoisted]
    for draft in (*declared.containers, *declared.others):
        if is_shorthand(draft) or draft.name_start in declared.properties:
            continue  # it uses what it names
        kinds[draft.name_end] = SKIP
        if "." in draft.name:  # namespace A.B
            for at in range(bisect_left(names.starts, draft.name_start), bisect_left(names.starts, draft.name_end)):
                kinds[names.ends[at]] = SKIP
        scope = scopes.scopes[scopes.scope_at(draft.start)]
        if scope.kind in (ScopeKind.FUNCTION, ScopeKind.BLOCK):
            scope.kept.add(draft.name.encode("utf-8", "replace"))
    ranges = outermost(text.spans("declared.pattern") + text.spans("parameters"))
    range_starts = [start for start, _ in ranges]
    spans = text.spans("declared")
    for start, end in text.spans("pattern.name"):
        at = bisect_right(range_starts, start) - 1
        if at >= 0 and end <= ranges[at][1]:
            spans.append((start, end))
        else:
            kinds[end] = _WRITE
    for capture in ("type.parameter", "mapped", "inferred"):
        for start, end in text.spans(capture):
            kinds[end] = SKIP
            scopes.scopes[scopes.scope_at(start)].bound.add(data[start:end])
    for start, end in spans:
        kinds[end] = SKIP
        if start in declared.names:
            continue
        scope = scopes.scope_at(start)
        at = bisect_right(hoisted_starts, start) - 1
        if at >= 0 and end <= hoisted[at][1]:
            scope = scopes.function_of(scope)
        if scopes.scopes[scope].kind in (ScopeKind.FUNCTION, ScopeKind.BLOCK):
            scopes.scopes[scope].bound.add(data[start:end])
            found.spans.append((start, end))
    _bind_expression_names(text, names, scopes)
    return found


def outermost(spans: list[Span2]) -> list[Span2]:
    """Those of the spans that lie in no other, ascending."""
    ranges: list[Span2] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not ranges or start >= ranges[-1][1]:
            ranges.append((start, end))
    return ranges


def _bind_expression_names(text: ParsedText, names: Names, scopes: ScopeMap) -> None:
    """The name of a function expression is seen only inside it."""
    for node in text.captures.get("scope", ()):
        if node.type in ("function_expression", "generator_function"):
            name = field_of(node, "name")
            if name is not None:
                names.kinds[name.end_byte] = SKIP
                scopes.scopes[scopes.scope_at(name.start_byte)].bound.add(name.text or b"")


def bind_members(text: ParsedText, names: Names, declared: Declared, scopes: ScopeMap, context: Context | None) -> None:
    """``this.x = …`` in a method defines an attribute of its class, once, if the class does not declare it.

    Not in TypeScript: what is not declared there, or inherited, is refused.
    """
    if text.language.name == "typescript":
        return
    containers = declared.containers
    seen = {(draft.parent, draft.name) for draft in (*containers, *declared.others)}
    if context is not None:
        seen.update((parent, name.decode("utf-8", "replace")) for parent, name in context.seen | context.later)
    for target, node in text.node_pairs("set", "set.value"):
        (start, end), value = target.byte_range, node.byte_range
        left = text.data[start:end]
        if not left.startswith(b"this.") or b"." in left[5:]:
            continue
        holder = scopes.container_at(start)
        if holder < 0 or containers[holder].kind not in _HOLDING:
            continue
        parent = containers[holder].parent
        name = left[5:].decode("utf-8", "replace").strip()
        if parent < 0 or containers[parent].kind != _CLASS or (parent, name) in seen or not name:
            continue
        seen.add((parent, name))
        names.kinds[end] = SKIP
        path = path_of(node).decode("utf-8", "replace")
        callee, alias = (path[:-2], "") if path.endswith("()") else ("", path)
        declared.others.append(
            Draft(
                name=name,
                kind=DefinitionKind.ATTRIBUTE.value,
                start=start,
                end=value[1],
                name_start=end - len(left[5:].lstrip()),
                name_end=end,
                body_start=value[0],
                parent=parent,
                holds=False,
                value=callee,
                alias=alias,
                exported=containers[parent].exported and not name.startswith("#"),
            )
        )


def settle_parents(declared: Declared, scopes: ScopeMap, data: bytes) -> None:
    """Parents by place, and whether what lies in a container can be named from outside."""
    containers = declared.containers
    for index, draft in enumerate(containers):
        if draft.parent == BY_PLACE:
            draft.parent = scopes.parent_of.get(index, -1)
        _settle_exported(draft, containers, data)
    for draft in declared.others:
        if draft.parent == BY_PLACE:
            draft.parent = scopes.container_at(draft.name_start)
            if draft.name_start in declared.properties and draft.parent >= 0:  # a member that a constructor declares
                draft.parent = containers[draft.parent].parent
            _settle_exported(draft, containers, data)


def _settle_exported(draft: Draft, containers: list[Draft], data: bytes) -> None:
    if draft.parent < 0:
        return
    parent = containers[draft.parent]
    if parent.parameters is not None:
        draft.exported = False
    elif parent.kind == DefinitionKind.NAMESPACE.value:
        ambient = data[max(parent.start - 9, 0) : parent.start].rstrip().endswith(b"declare")
        draft.exported = draft.exported or ambient
    elif parent.kind == DefinitionKind.ATTRIBUTE.value:
        draft.exported = False
    else:
        draft.exported = draft.exported and parent.exported


def script_bindings(
    text: ParsedText,
    found: Locals,
    declared: Declared,
    known: tuple[ScopeMap, list[int], dict[int, set[bytes]]],
) -> list[tuple[int, BindingRow]]:
    """What is said about the types of local variables, and of the parameters of functions.

    Only of names that stand before a dot somewhere (the last of ``known``), and of those that they are made of; each
    with its scope's unit.
    """
    scopes, index_of, roots = known
    values = {name.byte_range: value for name, value in text.node_pairs("valued.name", "valued.value")}
    annotations = dict(text.pairs("annotated", "annotation"))
    own = [{row[0] for row in draft.parameters or () if row[3]} for draft in declared.containers]
    rows: list[tuple[int, BindingRow]] = []
    for span in sorted(found.spans, reverse=True):  # what a name is made of stands before it
        scope = scopes.scopes[scopes.scope_at(span[0])]
        bound = text.data[span[0] : span[1]]
        wanted = roots.setdefault(scope.unit, set())
        if bound not in wanted:
            continue
        container = scopes.container_at(span[0])
        name = bound.decode("utf-8", "replace")
        annotated, value = annotations.get(span), values.get(span)
        annotation = type_line(text.data[annotated[0] : annotated[1]])[1:].strip() if annotated else ""
        if annotation and container >= 0 and name in own[container]:
            continue  # a parameter of the definition itself
        alias = b""
        if not annotation:
            alias = path_of(value) if value is not None else _told(text, span)
            wanted |= roots_of_path(alias)
        callee = ""
        if alias.endswith(b"()"):
            callee, alias = alias[:-2].decode("utf-8", "replace"), b""
        said = (annotation, callee, alias.decode("utf-8", "replace"))
        rows.append((scope.unit, (index_of[container], name, *said, scope.start, scope.end)))
    return rows


def _told(text: ParsedText, span: Span2) -> bytes:
    """What the pattern, the loop or the parameter list around a name says of it."""
    if element := element_of(text.data, span):
        return element.encode()
    node = text.tree.root_node.named_descendant_for_byte_range(*span)
    return told_of(node) if node is not None else b""


def element_of(data: bytes, span: Span2) -> str:
    """``xs[]`` for the name at ``span`` if it is an element of ``xs``: of a loop, or what a callback is given."""
    before = data[max(span[0] - _LOOK_BACK, 0) : span[0]]
    container = None
    if _LOOP.search(before):
        container = _OF.match(data, span[1])
    elif before.rstrip().endswith((b"(", b"async")):
        container = _CALLBACK.search(before)
    held = dotted(container.group(1).strip()) if container is not None else b""
    return f"{held.decode('utf-8', 'replace')}[]" if held else ""
