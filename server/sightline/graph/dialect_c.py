"""The dialect of C and C++: functions, prototypes, types and their members, macros, namespaces, methods out of class.

Sources: ISO C17 (6.2 "Concepts", 6.10 "Preprocessing directives"), ISO C++20 ([basic.scope], [class.mem]).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tree_sitter import Node

from sightline.graph.c_declarators import (
    Named,
    annotation_of,
    decorators_of,
    named,
    parameters_of,
)
from sightline.graph.c_uses import foreign_names, imports, local_types, problems, uses
from sightline.graph.dialect import Dialect, Parts
from sightline.graph.dialect_nodes import leaf, text_of
from sightline.graph.extract_text import field_of, plain
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.raw_facts import ParameterRow

#: Around a declaration at the top of a file or of a namespace, or among members.
_THROUGH = frozenset(
    (
        "preproc_if",
        "preproc_ifdef",
        "preproc_else",
        "preproc_elif",
        "linkage_specification",
        "template_declaration",
        "labeled_statement",
        "ERROR",
    )
)
_TOP = frozenset(("translation_unit", "declaration_list"))
_ANONYMOUS = frozenset(("struct_specifier", "union_specifier", "class_specifier"))
_WORDS = frozenset(("identifier", "type_identifier", "qualified_identifier"))


def _define(node: Node, data: bytes) -> Iterable[Parts]:
    reader = _READERS.get(node.type)
    return reader(node, data) if reader is not None else ()


def _place(node: Node) -> str:
    """The kind of node that a declaration lies in, conditions of the preprocessor left out."""
    parent = node.parent
    while parent is not None and parent.type in _THROUGH:
        parent = parent.parent
    if parent is None:
        return "translation_unit"
    around = parent.parent if parent.type == "compound_statement" else None
    return "field_declaration_list" if around is not None and _is_marked_class(around) else parent.type


def _is_marked_class(node: Node) -> bool:
    """Whether this is ``class EXPORTED Name {…}``: the grammar, which knows no macros, takes it for a function."""
    kind, name = field_of(node, "type"), field_of(node, "declarator")
    if node.type != "function_definition" or kind is None or name is None:
        return False
    return kind.type in _ANONYMOUS and field_of(kind, "body") is None and name.type == "identifier"


def _function(node: Node, data: bytes) -> Iterator[Parts]:
    if _is_marked_class(node):
        yield _marked_class(node, data)
        return
    found = named(field_of(node, "declarator"))
    if found is None or found.function is None:
        return
    body = field_of(node, "body") or node
    lists = [child for child in node.named_children if child.type == "field_initializer_list"]
    start = lists[0].start_byte if lists else body.start_byte if body is not node else node.end_byte
    yield _callable(found, node, data, annotation_of(field_of(node, "type"), data), start)


def _marked_class(node: Node, data: bytes) -> Parts:
    name, body = field_of(node, "declarator"), field_of(node, "body")
    errors = (child for child in node.named_children if child.type == "ERROR")
    bases = tuple(text_of(child, data) for error in errors for child in error.named_children if child.type in _WORDS)
    return Parts(
        kind=DefinitionKind.CLASS.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte if body is not None else node.end_byte,
        bases=bases,
    )


def _callable(found: Named, node: Node, data: bytes, annotation: str, body: int) -> Parts:
    decorators = decorators_of(node, data)
    return Parts(
        kind=DefinitionKind.FUNCTION.value,
        start=node.start_byte,
        end=node.end_byte,
        name=found.name.byte_range,
        body=body,
        parameters=parameters_of(found.function, data),
        decorators=decorators,
        annotation=annotation,
        exported="static" not in decorators or "inline" in decorators or _place(node) == "field_declaration_list",
        owner=found.owner.byte_range if found.owner is not None else None,
    )


def _declaration(node: Node, data: bytes) -> Iterator[Parts]:
    """Prototypes and variables at the top, constructors among members; what a function declares is local to it."""
    place = _place(node)
    if place in _TOP or place == "field_declaration_list":
        kind = DefinitionKind.VARIABLE if place in _TOP else DefinitionKind.ATTRIBUTE
        yield from _declared(node, data, kind)


def _field(node: Node, data: bytes) -> Iterator[Parts]:
    yield from _declared(node, data, DefinitionKind.ATTRIBUTE)


def _declared(node: Node, data: bytes, kind: DefinitionKind) -> Iterator[Parts]:
    kind_of = field_of(node, "type")
    annotation = annotation_of(kind_of, data)
    body = field_of(kind_of, "body") if kind_of is not None and kind_of.type in _ANONYMOUS else None
    holds = body is not None and field_of(kind_of, "name") is None if kind_of is not None else False
    decorators = decorators_of(node, data)
    for declarator in node.children_by_field_name("declarator"):
        found = named(declarator)
        if found is None:
            continue
        if found.function is not None:
            yield _callable(found, node, data, annotation, node.end_byte)
            continue
        yield (
            Parts(
                kind=kind.value,
                start=node.start_byte,
                end=node.end_byte,
                name=found.name.byte_range,
                body=node.end_byte,
                decorators=decorators,
                annotation=annotation,
                exported="static" not in decorators or kind is DefinitionKind.ATTRIBUTE,
                holds=False,
                owner=found.owner.byte_range if found.owner is not None else None,
            )
            if not holds or body is None
            else _holder(found, node, body)
        )
        holds = False  # the members belong to the first name


def _holder(found: Named, node: Node, body: Node) -> Parts:
    """A field or variable of a type without a name, whose members are reached through it alone."""
    return Parts(
        kind=DefinitionKind.CLASS.value,
        start=node.start_byte,
        end=node.end_byte,
        name=found.name.byte_range,
        body=min(body.start_byte, node.end_byte),
    )


def _type(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None or body is None:
        return
    owner: Node | None = None
    while name.type == "qualified_identifier" and (inner := field_of(name, "name")) is not None:
        owner, name = field_of(name, "scope"), inner
    if name.type == "template_type":
        name = field_of(name, "name") or name
    is_enum = node.type == "enum_specifier"
    scoped = is_enum and any(child.type in ("class", "struct") for child in node.children)
    yield Parts(
        kind=(DefinitionKind.ENUM if is_enum else DefinitionKind.CLASS).value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body.start_byte,
        bases=tuple(_bases(node, data)),
        decorators=("scoped",) if scoped else (),
        owner=owner.byte_range if owner is not None and owner.type == "namespace_identifier" else None,
    )


def _bases(node: Node, data: bytes) -> Iterator[str]:
    for clause in node.named_children:
        if clause.type == "base_class_clause":
            yield from (text_of(child, data) for child in clause.named_children if child.type in _BASES)


_BASES = frozenset(("type_identifier", "qualified_identifier", "template_type"))


def _enumerator(node: Node, data: bytes) -> Iterator[Parts]:  # noqa: ARG001  the readers' signature
    name = field_of(node, "name")
    if name is not None:
        yield leaf(DefinitionKind.ATTRIBUTE, node, name)


def _typedef(node: Node, data: bytes) -> Iterator[Parts]:
    kind_of = field_of(node, "type")
    body = field_of(kind_of, "body") if kind_of is not None and "specifier" in kind_of.type else None
    nameless = body is not None and kind_of is not None and field_of(kind_of, "name") is None
    for declarator in node.children_by_field_name("declarator"):
        found = named(declarator)
        if found is None:
            continue
        is_enum = kind_of is not None and kind_of.type == "enum_specifier"
        if nameless and body is not None:
            yield Parts(
                kind=(DefinitionKind.ENUM if is_enum else DefinitionKind.CLASS).value,
                start=node.start_byte,
                end=node.end_byte,
                name=found.name.byte_range,
                body=min(body.start_byte, found.name.start_byte),
            )
            nameless = False
            continue
        target = "" if declarator.type == "function_declarator" else annotation_of(kind_of, data)
        if target.rpartition(" ")[2] == text_of(found.name, data):  # ``typedef struct x x``
            if body is not None:
                continue
            target = ""
        yield _alias(node, found.name, node.end_byte, target)


def _alias(node: Node, name: Node, body: int, target: str) -> Parts:
    """Another name of a type: it has the members of that type."""
    return Parts(
        kind=DefinitionKind.TYPE.value,
        start=node.start_byte,
        end=node.end_byte,
        name=name.byte_range,
        body=body,
        bases=(target,) if target else (),
        annotation=target,
        holds=False,
    )


def _using(node: Node, data: bytes) -> Iterator[Parts]:
    name, kind_of = field_of(node, "name"), field_of(node, "type")
    if name is not None and kind_of is not None:
        yield _alias(node, name, kind_of.start_byte, text_of(kind_of, data))


def _namespace(node: Node, data: bytes) -> Iterator[Parts]:
    name, body = field_of(node, "name"), field_of(node, "body")
    if name is None or body is None:
        return  # what lies in a namespace without a name is seen around it
    parts = [child for child in name.named_children if child.type == "namespace_identifier"] or [name]
    inline = any(child.type == "inline" for child in node.children)
    for at, each in enumerate(parts):
        yield Parts(
            kind=DefinitionKind.NAMESPACE.value,
            start=node.start_byte if not at else each.start_byte,
            end=node.end_byte,
            name=each.byte_range,
            body=body.start_byte if at == len(parts) - 1 else each.end_byte,
            decorators=("inline",) if inline else (),
            holds=True,
        )
    del data


def _macro(node: Node, data: bytes) -> Iterator[Parts]:
    name, value = field_of(node, "name"), field_of(node, "value")
    if name is None or (value is None and _is_guard(node, name)):
        return
    parameters = field_of(node, "parameters")
    rows: tuple[ParameterRow, ...] | None = None
    if parameters is not None:
        rows = tuple(
            ("", ParameterKind.VARIADIC.value, False, "")
            if child.type == "..."
            else (text_of(child, data), ParameterKind.POSITIONAL_ONLY.value, False, "")
            for child in parameters.children
            if child.type in ("identifier", "...")
        )
    body = value.start_byte if value is not None else name.end_byte
    end = value.end_byte if value is not None else max(name.end_byte, parameters.end_byte if parameters else 0)
    yield Parts(
        kind=(DefinitionKind.VARIABLE if rows is None else DefinitionKind.FUNCTION).value,
        start=node.start_byte,
        end=end,
        name=name.byte_range,
        body=body if value is not None else end,
        parameters=rows,
        decorators=("#define",),
        annotation="" if value is None or rows is not None else _alias_of(plain(data[value.start_byte : end])),
        holds=False,
    )


def _alias_of(value: str) -> str:
    """What a macro stands for, if that is one word: it may be a type."""
    return value if value.isidentifier() else ""


def _is_guard(node: Node, name: Node) -> bool:
    """Whether a definition only marks its header as read."""
    around = node.parent
    guard = field_of(around, "name") if around is not None and around.type == "preproc_ifdef" else None
    return guard is not None and guard.text == name.text


_READERS: Mapping[str, Callable[[Node, bytes], Iterable[Parts]]] = {
    "function_definition": _function,
    "declaration": _declaration,
    "field_declaration": _field,
    "struct_specifier": _type,
    "union_specifier": _type,
    "class_specifier": _type,
    "enum_specifier": _type,
    "enumerator": _enumerator,
    "type_definition": _typedef,
    "alias_declaration": _using,
    "namespace_definition": _namespace,
    "preproc_def": _macro,
    "preproc_function_def": _macro,
}

C_DIALECT = Dialect(
    define=_define,
    imports=imports,
    uses=uses,
    local_types=local_types,
    problems=problems,
    foreign=foreign_names,
    separators=(b"->", b"::"),
)
