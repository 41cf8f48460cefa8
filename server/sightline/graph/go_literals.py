"""What is expected of a Go value or type where it stands in a composite literal or a list of type arguments.

Source: the Go Programming Language Specification, "Composite literals", "Instantiations".
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tree_sitter import Node

from sightline.graph.extract_text import field_of, root_of
from sightline.languages.go import GO

#: Nodes that only say more of the value or type at hand.
_AROUND = frozenset(
    ("unary_expression", "selector_expression", "qualified_type", "parenthesized_expression", "pointer_type")
)
_LISTS = frozenset(("slice_type", "array_type", "implicit_length_array_type"))
_NAMES = frozenset(("identifier", "type_identifier", "field_identifier"))


class Wanted(NamedTuple):
    """Where the name stands that tells what is expected: of a type, of a field, or of what takes type arguments.

    ``argument`` is the number of the type argument, -1 where it is none; ``is_field``: the name is a key of a struct.
    """

    offset: int
    argument: int = -1
    is_field: bool = False


def wanted_at(data: bytes, offset: int) -> Wanted | None:
    """What is expected of the value or type whose name begins at ``offset``; ``None`` where no literal tells it."""
    root = _root(data)
    node = root.descendant_for_byte_range(offset, offset + 1) if root is not None else None
    while node is not None and (parent := node.parent) is not None:
        is_own_type = parent.type in ("composite_literal", "generic_type") and field_of(parent, "type") == node
        if parent.type not in _AROUND and not is_own_type:
            break
        node = parent
    parent = node.parent if node is not None else None
    if node is None or parent is None:
        return None
    if parent.type == "type_elem" and parent.parent is not None and parent.parent.type == "type_arguments":
        return _argument(parent.parent, parent)
    return _element(parent) if parent.type == "literal_element" else None


def constraint_at(data: bytes, name: int, argument: int) -> int | None:
    """Where the name of the type stands that bounds a type parameter of the definition named at ``name``."""
    root = _root(data)
    node = root.descendant_for_byte_range(name, name + 1) if root is not None else None
    listed = field_of(node.parent, "type_parameters") if node is not None and node.parent is not None else None
    rows = listed.named_children if listed is not None else ()
    bounds = [field_of(row, "type") for row in rows for _ in row.children_by_field_name("name")]
    if argument >= len(bounds) or bounds[argument] is None or bounds[argument].named_child_count != 1:
        return None
    last = _named(bounds[argument].named_children[0])
    return last.start_byte if last is not None else None


def elided_type(body: Node) -> Node | None:
    """The type of a literal in a literal whose own is left out: that of the elements around it."""
    element = body.parent
    kind = _element_type(element) if element is not None and element.type == "literal_element" else None
    return (
        field_of(kind, "type") or kind.named_children[0] if kind is not None and kind.type == "pointer_type" else kind
    )


def _element(element: Node) -> Wanted | None:
    keyed = element.parent
    if keyed is not None and keyed.type == "keyed_element":
        kind = _type_of(keyed.parent)
        key = field_of(keyed, "key")
        names = key.named_children if key is not None and key != element else ()
        if kind is not None and _named(kind) is not None and names and names[0].type in _NAMES:
            return Wanted(names[0].start_byte, is_field=True)
    kind = _element_type(element)
    named = _named(kind) if kind is not None else None
    return Wanted(named.start_byte) if named is not None else None


def _element_type(element: Node) -> Node | None:
    """The type of the elements of the list or map that ``element`` is one of."""
    keyed = element.parent
    is_keyed = keyed is not None and keyed.type == "keyed_element"
    kind = _type_of(keyed.parent if is_keyed and keyed is not None else keyed)
    if kind is None or (kind.type not in _LISTS and kind.type != "map_type"):
        return None
    is_key = is_keyed and keyed is not None and field_of(keyed, "key") == element
    if kind.type == "map_type":
        return field_of(kind, "key" if is_key else "value")
    return None if is_key else field_of(kind, "element")


def _type_of(body: Node | None) -> Node | None:
    """The type of a literal by its body, written before it or left out."""
    if body is None or body.type != "literal_value" or body.parent is None:
        return None
    return field_of(body.parent, "type") if body.parent.type == "composite_literal" else elided_type(body)


def _argument(listed: Node, own: Node) -> Wanted | None:
    generic = listed.parent
    name = field_of(generic, "type") or field_of(generic, "function") if generic is not None else None
    named = _named(name) if name is not None else None
    return Wanted(named.start_byte, listed.named_children.index(own)) if named is not None else None


def _named(kind: Node) -> Node | None:
    """The last name of a plain type, of one of another package, or of one with type arguments."""
    for _ in range(4):
        if kind.type in _NAMES:
            return kind
        inner = field_of(kind, "name") or field_of(kind, "field") or field_of(kind, "type")
        if kind.type == "pointer_type" and kind.named_child_count:
            inner = kind.named_children[0]
        if inner is None:
            return None
        kind = inner
    return None


@lru_cache(maxsize=4)
def _root(data: bytes) -> Node | None:
    return root_of(data, GO)
