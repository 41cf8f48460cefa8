"""Calls of the language's own functions and methods that give fewer arguments than these ask for, in TypeScript.

What a receiver is, is told by its literal, by the type written where its name is declared, by what it begins with, or
by the method that gave it; a name that is declared more than once in the nearest scope tells nothing. Members and
functions of the workspace are asked of the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from tree_sitter import Node

from sightline.base.text import Span
from sightline.graph.extract_text import field_of, root_of
from sightline.graph.script_library_arity import CLASSES, FUNCTIONS, TYPES, VALUES, Taken
from sightline.languages.spec import LanguageSpec


class Told(Protocol):
    """Says the written type of the definition that the name at an offset means; empty where nobody can tell."""

    def __call__(self, offset: int, *, called: bool) -> str:
        """``called``: asked is what a function gives."""
        ...


_CALLS = ("call_expression", "new_expression")
_LITERALS: Final = {
    "string": "String", "template_string": "String", "array": "Array", "regex": "RegExp", "number": "Number",
}  # fmt: skip
_SAME: Final = {
    "ReadonlyArray": "Array", "ReadonlyMap": "Map", "ReadonlySet": "Set", "string": "String", "number": "Number",
}  # fmt: skip
#: Global values that are of one of these types.
_GLOBAL: Final = {"document": "Document", "localStorage": "Storage", "sessionStorage": "Storage"}
_THROUGH = frozenset(("parenthesized_expression", "non_null_expression", "satisfies_expression"))
_NOTHING = frozenset(("null", "undefined"))
_NAMED = re.compile(r"([A-Za-z]\w*)(?:<.*>)?", re.DOTALL)
_ELEMENT = re.compile(r"(?:HTML|SVG)\w*Element")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
#: Nodes that declare names, and the field that holds them; a name without a type there is of an unknown one.
_DECLARING: Final = {
    "variable_declarator": "name", "required_parameter": "pattern", "optional_parameter": "pattern",
    "arrow_function": "parameter", "function_declaration": "name", "generator_function_declaration": "name",
    "function_signature": "name", "class_declaration": "name", "abstract_class_declaration": "name",
    "enum_declaration": "name", "interface_declaration": "name", "type_alias_declaration": "name",
    "internal_module": "name", "catch_clause": "parameter", "for_in_statement": "left", "type_parameter": "name",
    "import_clause": "", "import_alias": "", "class": "name", "function_expression": "name",
}  # fmt: skip
_NAMES = frozenset(("identifier", "type_identifier", "shorthand_property_identifier_pattern"))
_FUNCTIONS = frozenset((
    "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
    "generator_function_declaration", "function_signature", "method_signature",
))  # fmt: skip
_BLOCKS = frozenset(("statement_block", "for_statement", "for_in_statement", "switch_body", "class_static_block"))
#: Declarations that hold for themselves alone: the only parameter of an arrow function, and names of expressions.
_OWN_SCOPE = frozenset(("arrow_function", "catch_clause", "class", "function_expression", "for_in_statement"))
#: How many steps an expression is followed, and nodes of one text that are looked at.
_DEEPEST, _MOST_NODES = 12, 400_000


class LibraryCall(NamedTuple):
    """``span`` is that of what is called, ``root`` the global name it begins with, if it does."""

    name: str
    span: Span
    given: int
    least: int
    root: str


class LibraryCalls:
    """The calls of one text that give too few arguments. Takes as long as parsing it."""

    def __init__(self, data: bytes, language: LanguageSpec, told: Told) -> None:
        self._told = told
        self._declared: dict[str, list[Node]] = {}
        self._calls: list[Node] = []
        root = root_of(data, language)
        if root is not None:
            self._read(root)

    def unfit(self) -> Iterator[LibraryCall]:
        """Each of them, in the order of the text."""
        for node in self._calls:
            callee, given = field_of(node, "function") or field_of(node, "constructor"), _given(node)
            if callee is None or given is None:
                continue
            taken, root = self._taken(callee, is_new=node.type == "new_expression")
            if taken is not None and given < taken.least:
                name = " ".join(_text(callee).split())
                yield LibraryCall(name, Span(callee.start_byte, callee.end_byte), given, taken.least, root)

    def _read(self, root: Node) -> None:
        waiting, seen = [root], 0
        while waiting and seen < _MOST_NODES:
            node = waiting.pop()
            seen += 1
            if node.type in _CALLS:
                self._calls.append(node)
            place = _DECLARING.get(node.type)
            if place is not None:
                named = field_of(node, place) if place else node
                for name in _bound(named) if named is not None else ():
                    self._declared.setdefault(name, []).append(node)
            waiting += reversed(node.named_children)
        if waiting:
            self._calls.clear()

    def _taken(self, callee: Node, *, is_new: bool, depth: int = 0) -> tuple[Taken | None, str]:
        """What a called expression takes, and the global name it begins with."""
        if callee.type == "identifier":
            name = _text(callee)
            table = CLASSES if is_new else FUNCTIONS
            return (None, "") if name in self._declared else (table.get(name), name)
        if callee.type != "member_expression" or is_new:
            return None, ""
        owner, member = field_of(callee, "object"), _text(field_of(callee, "property"))
        if owner is None:
            return None, ""
        if owner.type == "identifier" and (name := _text(owner)) in VALUES and name not in self._declared:
            return VALUES[name].get(member), name
        return TYPES.get(self._type(owner, depth + 1), {}).get(member), ""

    def _type(self, node: Node | None, depth: int) -> str:
        """The type of an expression, among those of the library; empty for any other."""
        if node is None or depth > _DEEPEST:
            return ""
        found = _LITERALS.get(node.type, "")
        if node.type in _THROUGH and node.named_children:
            found = self._type(node.named_children[0], depth + 1)
        elif node.type == "as_expression":
            inner, *said = node.named_children
            found = self._written(_text(said[0])) if said else self._type(inner, depth + 1)
        elif node.type == "identifier":
            found = self._of_name(_text(node), node.start_byte, depth)
        elif node.type == "member_expression":
            last = field_of(node, "property")
            found = self._written(self._told(last.start_byte, called=False)) if last is not None else ""
        elif node.type == "call_expression":
            found = self._of_call(node, depth)
        elif node.type == "new_expression":
            found = self._simple(_text(field_of(node, "constructor")))
        elif node.type in ("binary_expression", "ternary_expression"):
            found = self._of_either(node, depth)
        return found

    def _of_name(self, name: str, offset: int, depth: int) -> str:
        if name in _GLOBAL and name not in self._declared:
            return _GLOBAL[name]
        nodes = _nearest(self._declared.get(name, []), offset)
        if len(nodes) != 1:
            return ""
        said = field_of(nodes[0], "type")
        if nodes[0].type not in ("variable_declarator", "required_parameter", "optional_parameter"):
            return self._written(self._told(offset, called=False)) if nodes[0].type == "import_clause" else ""
        pattern = field_of(nodes[0], _DECLARING[nodes[0].type])
        if pattern is None or pattern.type != "identifier" or b"..." in (pattern.text or b""):
            return ""
        if said is not None:
            return self._written(_text(said).removeprefix(":"))
        return self._type(field_of(nodes[0], "value"), depth + 1)

    def _of_call(self, node: Node, depth: int) -> str:
        callee = field_of(node, "function")
        if callee is None:
            return ""
        taken, _ = self._taken(callee, is_new=False, depth=depth)
        if taken is not None:
            return taken.result
        last = field_of(callee, "property") if callee.type == "member_expression" else callee
        return self._written(self._told(last.start_byte, called=True)) if last is not None else ""

    def _of_either(self, node: Node, depth: int) -> str:
        operator = _text(field_of(node, "operator"))
        left = field_of(node, "left") or field_of(node, "consequence")
        right = field_of(node, "right") or field_of(node, "alternative")
        types = {self._type(left, depth + 1), self._type(right, depth + 1)}
        if operator == "+":
            return "String" if "String" in types else ""
        return types.pop() if len(types) == 1 and operator in ("", "??", "||") else ""

    def _written(self, text: str) -> str:
        """The type of the library that a written one is; names that the file declares itself are none of it."""
        parts = [part.strip() for part in text.strip().split("|")]
        found = {self._simple(part) for part in parts if part and part not in _NOTHING}
        return found.pop() if len(found) == 1 else ""

    def _simple(self, text: str) -> str:
        text = text.removeprefix("readonly ").strip()
        if text.endswith("[]") or (text.startswith("[") and text.endswith("]")):
            return "Array"
        if _QUOTED.fullmatch(text):
            return "String"
        named = _NAMED.fullmatch(text)
        name = named[1] if named is not None else ""
        if not name or name in self._declared:
            return ""
        name = _SAME.get(name, name)
        return "Element" if _ELEMENT.fullmatch(name) else name if name in TYPES else ""


def _nearest(nodes: Sequence[Node], offset: int) -> list[Node]:
    """Of the declarations of one name those in the innermost scope around an offset."""
    around = [(scope, node) for node in nodes if (scope := _scope(node)).start_byte <= offset < scope.end_byte]
    inner = min((scope.end_byte - scope.start_byte for scope, _ in around), default=0)
    return [node for scope, node in around if scope.end_byte - scope.start_byte == inner]


def _scope(node: Node) -> Node:
    """The function, block or file that a declaration holds for."""
    is_parameter = node.type in _OWN_SCOPE or node.type.endswith("_parameter")
    parent = node.parent
    is_var = parent is not None and parent.type == "variable_declaration"
    while parent is not None and parent.parent is not None:
        if parent.type in _FUNCTIONS or (not is_parameter and not is_var and parent.type in _BLOCKS):
            break
        parent = parent.parent
    if node.type in _OWN_SCOPE:
        return node
    return parent if parent is not None else node


def _given(node: Node) -> int | None:
    """How many arguments a call gives; ``None`` where a list of them is spread, or there is none."""
    listed = field_of(node, "arguments")
    if listed is None or listed.type != "arguments" or listed.has_error:
        return None
    given = [child for child in listed.named_children if child.type != "comment"]
    return None if any(child.type == "spread_element" for child in given) else len(given)


def _bound(node: Node) -> Iterator[str]:
    """The names in a pattern, or in the clause of an import; defaults and computed keys may add some that are none."""
    if node.type in _NAMES:
        yield _text(node)
    for child in node.named_children:
        yield from _bound(child)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode(errors="replace") if node is not None else ""
