"""Ruby's dialect: classes and modules, methods, attributes, constants, and where an expression begins.

Source: the Ruby documentation ("Modules and Classes", "Methods", "Assignment", "Calling Methods").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sightline.graph.dialect import Dialect, LocalType, Parts
from sightline.graph.dialect_nodes import text_of, valued_locals
from sightline.graph.dialect_ruby_uses import WORDS, imports, receiver_of, uses
from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.raw_facts import ParameterRow

_ACCESSORS = frozenset(
    (
        b"attr_accessor",
        b"attr_reader",
        b"attr_writer",
        b"attr",
        b"mattr_accessor",
        b"cattr_accessor",
        b"class_attribute",
    )
)
_METHOD_MAKERS = frozenset((b"alias_method", b"define_method", b"delegate", b"def_delegators", b"def_delegator"))
_MIXINS = frozenset((b"include", b"extend", b"prepend"))
#: Calls that make a class of what they are given.
_CLASS_MAKERS = frozenset((("Struct", b"new"), ("Class", b"new"), ("Module", b"new"), ("Data", b"define")))
_MOST_AROUND = 60
_CLASS = DefinitionKind.CLASS.value
_PARAMETERS = {
    "identifier": ParameterKind.POSITIONAL_ONLY,
    "optional_parameter": ParameterKind.POSITIONAL_ONLY,
    "destructured_parameter": ParameterKind.POSITIONAL_ONLY,
    "keyword_parameter": ParameterKind.KEYWORD_ONLY,
    "splat_parameter": ParameterKind.VARIADIC,
    "forward_parameter": ParameterKind.VARIADIC,
    "hash_splat_parameter": ParameterKind.VARIADIC_KEYWORD,
}


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    match node.type:
        case "class" | "module":
            return _class(node, data)
        case "method" | "singleton_method":
            return _method(node, data)
        case "alias":
            return _alias(node)
        case "call":
            return _declared(node, data)
        case _:
            return _assigned(node, data)


def _class(node: Node, data: bytes) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is None or name.start_byte == name.end_byte:
        return
    around = [*_scopes(name)][:-1] if name.type == "scope_resolution" else []
    name = field_of(name, "name") if name.type == "scope_resolution" else name
    if name is None or name.start_byte == name.end_byte:
        return
    # ``class A::B`` adds to ``A``, which is defined elsewhere.
    for outer in around:
        yield _container(DefinitionKind.EXTENSION.value, node, outer, node.end_byte)
    body = field_of(node, "body")
    start = body.start_byte if body is not None else node.end_byte
    yield _container(_CLASS, node, name, start, tuple(_bases(node, data)))


def _scopes(node: Node) -> Iterator[Node]:
    """The constants of ``A::B`` in order."""
    scope, name = field_of(node, "scope"), field_of(node, "name")
    if scope is not None and scope.type == "scope_resolution":
        yield from _scopes(scope)
    elif scope is not None and scope.type == "constant":
        yield scope
    if name is not None and name.type == "constant":
        yield name


def _container(kind: str, node: Node, name: Node, body: int, bases: tuple[str, ...] = ()) -> Parts:
    return Parts(kind=kind, start=node.start_byte, end=node.end_byte, name=name.byte_range, body=body, bases=bases)


def _bases(node: Node, data: bytes) -> Iterator[str]:
    """The superclass last: modules come before it when methods are looked for, the latest first."""
    mixed: list[str] = []
    body = field_of(node, "body")
    for child in body.named_children if body is not None else ():
        if child.type == "call" and field_of(child, "receiver") is None:
            method, arguments = field_of(child, "method"), field_of(child, "arguments")
            if method is not None and arguments is not None and data[method.start_byte : method.end_byte] in _MIXINS:
                mixed += [
                    text_of(each, data)
                    for each in arguments.named_children
                    if each.type in ("constant", "scope_resolution")
                ]
    yield from reversed(mixed)
    above = field_of(node, "superclass") if node.type == "class" else None
    if above is not None:
        yield text_of(above, data).removeprefix("<").strip()


def _method(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None or name.start_byte == name.end_byte:
        return
    start, end = name.byte_range
    if name.type == "setter":
        end = name.named_children[0].end_byte if name.named_children else end
    yield Parts(
        kind=DefinitionKind.FUNCTION.value,
        start=node.start_byte,
        end=node.end_byte,
        name=(start, end),
        body=body.start_byte if body is not None else node.end_byte,
        parameters=_parameters(field_of(node, "parameters"), data),
    )


def _parameters(node: Node | None, data: bytes) -> tuple[ParameterRow, ...]:
    rows: list[ParameterRow] = []
    for child in node.named_children if node is not None else ():
        name = child if child.type == "identifier" else field_of(child, "name")
        if child.type == "block_parameter":  # a block stands outside the parentheses
            if name is not None:
                rows.append((text_of(name, data), ParameterKind.KEYWORD_ONLY.value, True, ""))
        elif child.type in _PARAMETERS:
            has_default = child.type == "optional_parameter" or field_of(child, "value") is not None
            written = text_of(name, data) if name is not None else ""
            rows.append((written, _PARAMETERS[child.type].value, has_default, ""))
    return tuple(rows)


def _alias(node: Node) -> Iterator[Parts]:
    name = field_of(node, "name")
    if name is not None and name.type in ("identifier", "constant"):
        yield _leaf(DefinitionKind.FUNCTION.value, node, name.byte_range)


def _leaf(
    kind: str, node: Node, name: tuple[int, int], said: tuple[str, str, str] = ("", "", ""), owner: Node | None = None
) -> Parts:
    return Parts(
        kind=kind,
        start=node.start_byte,
        end=node.end_byte,
        name=name,
        body=node.end_byte,
        annotation=said[0],
        value=said[1],
        alias=said[2],
        holds=False,
        owner=owner.byte_range if owner is not None else None,
    )


def _declared(node: Node, data: bytes) -> Iterator[Parts]:
    """``attr_accessor :a, :b`` and calls that make methods of the symbols they are given."""
    method, arguments = field_of(node, "method"), field_of(node, "arguments")
    if method is None or arguments is None:
        return
    word = data[method.start_byte : method.end_byte]
    kind = DefinitionKind.ATTRIBUTE if word in _ACCESSORS else DefinitionKind.METHOD
    if word not in _ACCESSORS and word not in _METHOD_MAKERS:
        return
    names = [each for each in arguments.named_children if each.type == "simple_symbol"]
    if word in (b"alias_method", b"define_method"):
        names = names[:1]
    for name in names:
        if name.end_byte - name.start_byte > 1:
            yield _leaf(kind.value, name, (name.start_byte + 1, name.end_byte))


def _assigned(node: Node, data: bytes) -> Iterator[Parts]:
    left, right = field_of(node, "left"), field_of(node, "right")
    if left is None or right is None:
        return
    if left.type == "constant":
        maker = _maker(right, data)
        if maker is not None:
            yield _container(_CLASS, node, left, right.start_byte, maker)
        else:
            yield _leaf(DefinitionKind.VARIABLE.value, node, left.byte_range, _said(right, data))
        return
    owner = _class_around(node)
    if owner is not None:
        start = left.start_byte + (2 if left.type == "class_variable" else 1)
        if start < left.end_byte:
            span = (start, left.end_byte)
            yield _leaf(DefinitionKind.ATTRIBUTE.value, node, span, _said(right, data), owner)


def _maker(value: Node, data: bytes) -> tuple[str, ...] | None:
    """The bases of a class that a value makes (``Struct.new``), ``None`` for any other value."""
    receiver, method = field_of(value, "receiver"), field_of(value, "method")
    if value.type != "call" or receiver is None or method is None:
        return None
    word = data[method.start_byte : method.end_byte]
    if (text_of(receiver, data), word) not in _CLASS_MAKERS:
        return None
    arguments = field_of(value, "arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    return (text_of(first, data),) if first is not None and first.type in ("constant", "scope_resolution") else ()


def _class_around(node: Node) -> Node | None:
    """The name of the class or module that a statement stands in."""
    around = node.parent
    for _ in range(_MOST_AROUND):
        if around is None:
            return None
        if around.type in ("class", "module"):
            name = field_of(around, "name")
            inner = field_of(name, "name") if name is not None and name.type == "scope_resolution" else name
            return inner if inner is not None and inner.end_byte > inner.start_byte else None
        around = around.parent
    return None


def _said(value: Node, data: bytes) -> tuple[str, str, str]:
    """What a value says of the type of a variable: annotation, callee, dotted name."""
    text = receiver_of(value, data).decode("utf-8", "replace")
    if text in ("?", '""', ""):
        return "", "", ""
    return ("", text[:-2], "") if text.endswith("()") else ("", "", text)


def _local_types(text: ParsedText) -> Iterator[LocalType]:
    return valued_locals(text, _said)


RUBY_DIALECT = Dialect(
    define=_define, imports=imports, uses=uses, local_types=_local_types, foreign=WORDS, separators=(b"::",), gap=b" \t"
)
