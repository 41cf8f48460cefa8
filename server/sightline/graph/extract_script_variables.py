"""Variables, members and methods of JavaScript and TypeScript as drafts, each from its own node."""

from __future__ import annotations

from typing import TypeAlias

from tree_sitter import Node

from sightline.graph.extract_rows import Draft
from sightline.graph.extract_script_parts import annotation_of, generics_text, parameters_of, string_value, type_text
from sightline.graph.extract_script_paths import path_of
from sightline.graph.extract_text import ParsedText, Span2, field_of, plain
from sightline.graph.facts import DefinitionKind

FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function", "method_definition"))
#: ``Draft.parent`` of what belongs to the container it lies in.
BY_PLACE = -2
#: A container, and the range of its body when that is a scope of its own kind (class, namespace).
Holder: TypeAlias = tuple[Draft, Span2 | None]

_WRAPPERS = frozenset(
    (
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "parenthesized_expression",
        "await_expression",
    )
)

#: Types with the members, or with some of the members, of their first argument.
_WRAPPERS_OF_BASES = frozenset((b"Omit", b"Pick", b"Partial", b"Required", b"Readonly"))
_FUNCTION = DefinitionKind.FUNCTION.value
_METHOD = DefinitionKind.METHOD.value
_CLASS = DefinitionKind.CLASS.value
_ATTRIBUTE = DefinitionKind.ATTRIBUTE.value
_VARIABLE = DefinitionKind.VARIABLE.value


def place(draft: Draft, value: Node | None, drafts: list[Holder], others: list[Draft]) -> None:
    """Puts a variable among the containers if it holds something."""
    if value is not None and (value.type in FUNCTIONS or value.type == "object"):
        drafts.append((draft, None))
    elif value is not None and value.type == "class":
        drafts.append((draft, body_of(value)))
    else:
        others.append(draft)


def variable_draft(text: ParsedText, name: Span2, span: Span2, value: Node | None) -> Draft:
    """A variable, or the function or class that it holds; ``parent`` is left to its place."""
    draft = Draft(
        name=text.data[name[0] : name[1]].decode("utf-8", "replace"),
        kind=_VARIABLE,
        start=span[0],
        end=span[1],
        name_start=name[0],
        name_end=name[1],
        body_start=span[1] if value is None else value.start_byte,
        parent=BY_PLACE,
    )
    if value is None:
        return draft
    if value.type in FUNCTIONS:
        make_callable(draft, value, _FUNCTION)
    elif value.type == "class":
        draft.kind = _CLASS
        draft.bases = bases_of(value)
        draft.generics = generics_text(value)
        body = field_of(value, "body")
        draft.body_start = draft.body_start if body is None else body.start_byte
    elif value.type != "object":  # whose members are definitions
        draft.value, draft.alias = value_of(value)
    return draft


def member_drafts(text: ParsedText, value: Node, drafts: list[Holder], others: list[Draft]) -> None:
    """The members of an object that a module's variable holds."""
    for child in value.named_children:
        if child.type == "method_definition":
            drafts.append((method_draft(text, child), None))
        elif child.type == "shorthand_property_identifier":
            draft = variable_draft(text, child.byte_range, child.byte_range, None)
            draft.kind, draft.alias = _ATTRIBUTE, draft.name
            others.append(draft)
        elif child.type == "pair":
            key, held = field_of(child, "key"), unwrapped(field_of(child, "value"))
            if key is None or key.type == "computed_property_name":
                continue
            draft = variable_draft(text, name_span(key, child.start_byte), child.byte_range, held)
            draft.kind = {_VARIABLE: _ATTRIBUTE, _FUNCTION: _METHOD}.get(draft.kind, draft.kind)
            if held is not None and held.type == "object":
                draft.value, draft.alias = value_of(held)
                others.append(draft)
            else:
                place(draft, held, drafts, others)


def is_shorthand(draft: Draft) -> bool:
    """Whether a member of an object is a name that stands for itself: ``{ insert }``."""
    is_name = (draft.start, draft.end) == (draft.name_start, draft.name_end)
    return is_name and draft.kind == _ATTRIBUTE and draft.alias == draft.name


def name_span(name: Node | None, otherwise: int) -> Span2:
    """Span of a name, without the quotes of a string."""
    if name is None:
        return otherwise, otherwise
    start, end = name.byte_range
    return (start + 1, end - 1) if name.type == "string" and end - start > 2 else (start, end)


def unwrapped(value: Node | None) -> Node | None:
    """A value without ``as T``, ``satisfies T``, ``!``, ``await`` and parentheses around it."""
    while value is not None and value.type in _WRAPPERS and value.named_child_count:
        value = value.named_children[0]
    return value


def value_of(value: Node) -> tuple[str, str]:
    """The path of a value (see ``extract_script_paths.py``): of a call its callee, of anything else itself."""
    path = path_of(value).decode("utf-8", "replace")
    return (path[:-2], "") if path.endswith("()") else ("", path)


def required_module(value: Node | None) -> str:
    """The module of ``require("module")``; empty for anything else."""
    if value is None or value.type != "call_expression":
        return ""
    callee, arguments = field_of(value, "function"), field_of(value, "arguments")
    if callee is None or callee.text != b"require" or arguments is None or not arguments.named_child_count:
        return ""
    return string_value(arguments.named_children[0])


def make_callable(draft: Draft, value: Node, kind: str) -> None:
    draft.kind = kind
    draft.parameters = parameters_of(field_of(value, "parameters") or field_of(value, "parameter"))
    if draft.annotation:  # of the variable, which says what calls give
        draft.annotation = f"ReturnType<{draft.annotation}>"
    draft.annotation = annotation_of(value, "return_type") or draft.annotation
    draft.generics = generics_text(value)
    body = field_of(value, "body")
    draft.body_start = draft.end if body is None else body.start_byte


def method_draft(text: ParsedText, node: Node) -> Draft:
    """A method, an accessor (which is used as an attribute) or the signature of one."""
    start, end = node.byte_range
    body = field_of(node, "body")
    words = {child.type for child in node.children if not child.is_named}
    modifiers = {plain(child.text or b"") for child in node.named_children if child.type == "accessibility_modifier"}
    accessor = bool(words & {"get", "set"})
    name_start, name_end = name_span(field_of(node, "name"), start)
    shown = text.data[name_start:name_end].decode("utf-8", "replace")
    return Draft(
        name=shown,
        kind=_ATTRIBUTE if accessor else _METHOD,
        start=start,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=end if body is None else body.start_byte,
        parent=BY_PLACE,
        parameters=None if accessor else parameters_of(field_of(node, "parameters")),
        annotation=annotation_of(node, "return_type"),
        exported=not (modifiers & {"private"} or shown.startswith("#")),
        generics="" if accessor else generics_text(node),
    )


def declared_type(declarator: Node) -> str:
    """The type a variable is declared with, or else the one that its value is asserted to have."""
    written = annotation_of(declarator, "type")
    value = field_of(declarator, "value")
    while not written and value is not None and value.type == "parenthesized_expression" and value.named_child_count:
        value = value.named_children[0]
    if written or value is None or value.type != "as_expression" or value.named_child_count < 2:
        return written
    return type_text(value.named_children[-1])


def bases_of(node: Node) -> tuple[str, ...]:
    """What a class extends and implements, as dotted text; ``name()`` for a call, ``?`` for another expression."""
    found: list[str] = []
    for child in node.named_children:
        if child.type in ("class_heritage", "extends_clause", "implements_clause", "extends_type_clause"):
            nested = bases_of(child)
            found += nested or [_base(entry) for entry in child.named_children if not _is_aside(entry)]
    return tuple(found)


def _is_aside(node: Node) -> bool:
    return node.type in ("type_arguments", "comment")


def _base(node: Node) -> str:
    if node.type == "generic_type":
        named, arguments = field_of(node, "name"), field_of(node, "type_arguments")
        if named is not None and named.text in _WRAPPERS_OF_BASES and arguments is not None:
            inner = [each for each in arguments.named_children if each.type in ("generic_type", "type_identifier")][:1]
            base = _base(inner[0]) if inner else "?"
            return base if base == "?" or base.endswith(">") else f"{plain(named.text or b'')}<{base}>"
        node = named or node
    if node.type == "call_expression":
        callee = field_of(node, "function")
        return "?" if callee is None or b"(" in (callee.text or b"(") else plain(callee.text or b"") + "()"
    text = plain(node.text or b"")
    return text if text.replace(".", "").replace("_", "").replace("$", "").isalnum() else "?"


def body_of(node: Node) -> Span2 | None:
    body = field_of(node, "body")
    return None if body is None else body.byte_range
