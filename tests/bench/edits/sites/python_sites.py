"""Places of Python files."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_python
from sites.site import (
    ATTRIBUTE,
    CLASS,
    CONSTANT,
    FUNCTION,
    MEMBER,
    METHOD,
    CallSite,
    DefinitionSite,
    FileSites,
    ImportSite,
    ParameterSite,
    Range,
    descendants,
    first_named,
    span_of,
    text_of,
)
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_python.language()))
_RECEIVERS = frozenset({"self", "cls", "mcs"})


def python_sites(path: str, data: bytes, *, whole: bool = True) -> FileSites:
    """Reads one file; not ``whole``: its definitions alone."""
    root = _PARSER.parse(data).root_node
    sites = FileSites(path=path, data=data)
    for node in root.children:
        sites.definitions += _definitions(sites, node)
        if node.type in ("import_statement", "import_from_statement"):
            sites.imports += _imports(node)
    for node in descendants(root) if whole else ():
        _note(sites, node)
    return sites


def _definitions(sites: FileSites, node: Node) -> Iterator[DefinitionSite]:
    inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
    if inner is None:
        return
    if inner.type == "function_definition":
        yield _function(sites, node, inner, "")
    elif inner.type == "class_definition":
        yield from _class(sites, node, inner)
    else:
        yield from _assigned(sites, node, "", CONSTANT)


def _class(sites: FileSites, node: Node, inner: Node) -> Iterator[DefinitionSite]:
    name, body = inner.child_by_field_name("name"), inner.child_by_field_name("body")
    if name is None or body is None:
        return
    bases = inner.child_by_field_name("superclasses")
    listed = tuple(text_of(each) for each in bases.named_children) if bases is not None else ()
    own = text_of(name)
    yield DefinitionSite(
        kind=CLASS,
        name=own,
        name_span=span_of(name),
        span=sites.whole_lines(span_of(node)),
        member_place=sites.data.rfind(b"\n", 0, body.start_byte) + 1,
        demands=any("ABC" in base or "Protocol" in base for base in listed),
        decorated=node is not inner,
        bases=listed,
    )
    lonely = len(body.named_children) == 1
    kind = MEMBER if any(base.rpartition(".")[2].endswith("Enum") or "Flag" in base for base in listed) else ATTRIBUTE
    for member in body.named_children if not lonely else ():
        definition = member.child_by_field_name("definition") if member.type == "decorated_definition" else member
        if definition is not None and definition.type == "function_definition":
            yield _function(sites, member, definition, own)
            if text_of(definition.child_by_field_name("name")) == "__init__":
                yield from _own_attributes(sites, definition, own)
        else:
            yield from _assigned(sites, member, own, kind)


def _function(sites: FileSites, node: Node, inner: Node, owner: str) -> DefinitionSite:
    name, listed = inner.child_by_field_name("name"), inner.child_by_field_name("parameters")
    body = inner.child_by_field_name("body")
    assert name is not None and listed is not None and body is not None
    rows = [each for child in listed.named_children if (each := _parameter(child)) is not None]
    return DefinitionSite(
        kind=METHOD if owner else FUNCTION,
        name=text_of(name),
        name_span=span_of(name),
        span=sites.whole_lines(span_of(node)),
        owner=owner,
        parameters=tuple(row for index, row in enumerate(rows) if index or row.name not in _RECEIVERS),
        parameter_list=(listed.start_byte + 1, listed.end_byte - 1),
        body=span_of(body),
        decorated=node is not inner,
    )


def _parameter(node: Node) -> ParameterSite | None:
    kinds = {"identifier": "plain", "typed_parameter": "plain", "default_parameter": "optional"}
    kind = kinds.get(node.type, "optional" if node.type == "typed_default_parameter" else "other")
    name = node.child_by_field_name("name") or (node if node.type == "identifier" else first_named(node))
    if node.type == "comment" or name is None:
        return None
    if name.type != "identifier":
        kind = "other"
    return ParameterSite(name=text_of(name), span=span_of(node), name_span=span_of(name), kind=kind)


def _assigned(sites: FileSites, node: Node, owner: str, kind: str) -> Iterator[DefinitionSite]:
    inner = first_named(node) if node.type == "expression_statement" else None
    left = inner.child_by_field_name("left") if inner is not None and inner.type == "assignment" else None
    if left is not None and left.type == "identifier":
        yield DefinitionSite(
            kind=kind, name=text_of(left), name_span=span_of(left), span=sites.whole_lines(span_of(node)), owner=owner
        )


def _own_attributes(sites: FileSites, init: Node, owner: str) -> Iterator[DefinitionSite]:
    """``self.x = …`` directly in ``__init__``."""
    body = init.child_by_field_name("body")
    rows = [each for each in body.named_children if each.type == "expression_statement"] if body is not None else []
    for row in rows if len(rows) > 1 else ():
        inner = first_named(row)
        left = inner.child_by_field_name("left") if inner is not None and inner.type == "assignment" else None
        if left is None or left.type != "attribute" or text_of(left.child_by_field_name("object")) != "self":
            continue
        name = left.child_by_field_name("attribute")
        if name is not None:
            span = sites.whole_lines(span_of(row))
            yield DefinitionSite(kind=ATTRIBUTE, name=text_of(name), name_span=span_of(name), span=span, owner=owner)


def _imports(node: Node) -> Iterator[ImportSite]:
    module = node.child_by_field_name("module_name") or node.child_by_field_name("name")
    if module is None or text_of(module) == "__future__":
        return
    names: list[str] = []
    for child in node.children_by_field_name("name"):
        bound = child.child_by_field_name("alias") or child
        names.append(text_of(bound).partition(".")[0])
    inner = module.child_by_field_name("name") if module.type == "aliased_import" else module
    yield ImportSite(span=(node.start_byte, node.end_byte), module=span_of(inner or module), names=tuple(names))


def _note(sites: FileSites, node: Node) -> None:
    """Calls, names, brackets and statements."""
    if node.type in (")", "]", "}") and node.parent is not None and node.parent.type != "interpolation":
        sites.brackets.append(node.start_byte)
    elif node.type == "call":
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        rows = arguments.named_children if arguments is not None and arguments.type == "argument_list" else []
        plain = all(row.type not in ("keyword_argument", "list_splat", "dictionary_splat", "comment") for row in rows)
        if function is not None and rows and plain:
            name = text_of(function.child_by_field_name("attribute") or function)
            sites.calls.append(CallSite(name=name, arguments=_spans(rows)))
    elif node.type == "identifier" and node.parent is not None and _is_read(node, node.parent):
        sites.names.append(span_of(node))
    elif node.type.endswith("_statement") and node.parent is not None and node.parent.type == "block":
        sites.bodies.append(span_of(node))


def _is_read(node: Node, parent: Node) -> bool:
    if parent.type in ("binary_operator", "comparison_operator", "return_statement", "argument_list", "subscript"):
        return True
    fields = {"call": "function", "attribute": "object", "assignment": "right", "keyword_argument": "value"}
    field = fields.get(parent.type)
    return field is not None and parent.child_by_field_name(field) == node


def _spans(nodes: list[Node]) -> tuple[Range, ...]:
    return tuple(span_of(node) for node in nodes)
