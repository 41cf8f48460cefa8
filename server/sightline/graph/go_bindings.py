"""What Go code says of the types of local variables, each in the block that declares it.

Source: the Go Programming Language Specification, "Declarations and scope", "For statements with range clause".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from tree_sitter import Node

from sightline.graph.dialect import LocalType
from sightline.graph.dialect_nodes import NOTHING_SAID, Said, text_of
from sightline.graph.extract_text import ParsedText, Span2, field_of

_Say = Callable[[Node, bytes], Said]


def local_types(text: ParsedText, said: _Say) -> Iterator[LocalType]:
    """Every name that a function declares; what ``said`` reads of the value it is given, nothing where that is open."""
    blocks = _Blocks(text)
    for node in text.nodes("declares"):
        for name, what in _declared(node, text.data, said):
            yield LocalType(*name.byte_range, *what, within=blocks.around(node.start_byte))
    for node in text.nodes("scope"):  # a function without a name
        for name, annotation in typed_names(field_of(node, "parameters"), text.data):
            yield LocalType(*name.byte_range, annotation=annotation, within=node.byte_range)
    for node in text.nodes("definition"):
        body = field_of(node, "body") if node.type == "method_declaration" else None
        for name, annotation in typed_names(field_of(node, "receiver"), text.data) if body is not None else ():
            if body is not None:
                yield LocalType(*name.byte_range, annotation=annotation, at=body.start_byte, within=body.byte_range)


def typed_names(node: Node | None, data: bytes) -> Iterator[tuple[Node, str]]:
    """The names in a list of parameters, with their types; three dots before the type of any number of values."""
    for child in node.named_children if node is not None else ():
        dots = "..." if child.type == "variadic_parameter_declaration" else ""
        annotation = text_of(field_of(child, "type"), data)
        yield from ((name, dots + annotation) for name in child.children_by_field_name("name"))


def _declared(node: Node, data: bytes, said: _Say) -> Iterator[tuple[Node, Said]]:
    if node.type == "var_spec":
        names = node.children_by_field_name("name")
        annotation = text_of(field_of(node, "type"), data)
        if annotation:
            yield from ((name, (annotation, "", "")) for name in names)
        else:
            yield from _given(names, field_of(node, "value"), data, said)
        return
    left, right = field_of(node, "alias" if node.type == "type_switch_statement" else "left"), field_of(node, "right")
    names = [each for each in left.named_children if each.type != "comment"] if left is not None else []
    if node.type == "range_clause":
        held = _element(right, data, said)
        yield from ((name, held if at == 1 else NOTHING_SAID) for at, name in enumerate(names) if _is_name(name))
    elif node.type == "short_var_declaration":
        yield from _given(names, right, data, said)
    else:
        yield from ((name, NOTHING_SAID) for name in names if _is_name(name))


def _given(names: Sequence[Node], values: Node | None, data: bytes, said: _Say) -> Iterator[tuple[Node, Said]]:
    """Names with the values they get, one by one; of several results of one call the first is known."""
    given = [each for each in values.named_children if each.type != "comment"] if values is not None else []
    for at, name in enumerate(names):
        value = given[at] if len(given) == len(names) else (given[0] if given and not at else None)
        if _is_name(name):
            yield name, said(value, data) if value is not None else NOTHING_SAID


def _is_name(node: Node) -> bool:
    return node.type == "identifier"


def _element(value: Node | None, data: bytes, said: _Say) -> Said:
    """What is said of the values that a loop over ``value`` gives: as a path that ends with ``[]``."""
    if value is None:
        return NOTHING_SAID
    annotation, callee, alias = said(value, data)
    if annotation:
        return element_type(annotation), "", ""
    path = f"{callee}()" if callee else alias
    return "", "", f"{path}[]" if path else ""


def element_type(text: str) -> str:
    """The type of what a slice, an array, a map or a channel holds; empty for other types.

    >>> element_type("[]*Item"), element_type("map[string][]int"), element_type("...T"), element_type("*T")
    ('*Item', '[]int', 'T', '')
    """
    text = text.strip()
    for start in ("...", "<-chan ", "chan<- ", "chan "):
        if text.startswith(start):
            return text.removeprefix(start).strip()
    at = 0 if text.startswith("[") else 3 if text.startswith("map[") else -1
    depth = 0
    for end in range(at, len(text)) if at >= 0 else ():
        depth += (text[end] == "[") - (text[end] == "]")
        if not depth:
            return text[end + 1 :].strip()
    return ""


class _Blocks:
    """The blocks and functions of a text, and which is the innermost around a place."""

    def __init__(self, text: ParsedText) -> None:
        self._spans = sorted({*text.spans("block"), *text.spans("scope")}, key=lambda span: (span[0], -span[1]))
        self._starts = [start for start, _ in self._spans]
        self._outer: list[int] = []
        open_: list[int] = []
        for number, (start, _) in enumerate(self._spans):
            while open_ and self._spans[open_[-1]][1] <= start:
                open_.pop()
            self._outer.append(open_[-1] if open_ else -1)
            open_.append(number)

    def around(self, offset: int) -> Span2:
        number = bisect_right(self._starts, offset) - 1
        while number >= 0 and self._spans[number][1] <= offset:
            number = self._outer[number]
        # A statement that is a block of its own (``for``, ``switch``) declares for itself.
        return self._spans[number] if number >= 0 else (0, 0)
