"""Places of Go files."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_go
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
    descendants,
    span_of,
    text_of,
)
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_go.language()))


def go_sites(path: str, data: bytes, *, whole: bool = True) -> FileSites:
    """Reads one file; not ``whole``: its definitions alone."""
    root = _PARSER.parse(data).root_node
    sites = FileSites(path=path, data=data)
    for node in root.named_children:
        sites.definitions += _definitions(sites, node)
    for node in descendants(root) if whole else ():
        _note(sites, node)
    return sites


def _definitions(sites: FileSites, node: Node) -> Iterator[DefinitionSite]:
    if node.type == "function_declaration":
        yield from _function(sites, node, "", FUNCTION)
    elif node.type == "method_declaration":
        receiver = node.child_by_field_name("receiver")
        names = [text_of(each) for each in descendants(receiver) if each.type == "type_identifier"] if receiver else []
        if names:
            yield from _function(sites, node, names[0], METHOD)
    elif node.type == "type_declaration" and len(node.named_children) == 1:
        yield from _type(sites, node, node.named_children[0])
    elif node.type in ("const_declaration", "var_declaration"):
        yield from _values(sites, node)


def _values(sites: FileSites, node: Node) -> Iterator[DefinitionSite]:
    """Constants and variables; those that count with ``iota`` are the members of an enumeration."""
    rows = [each for each in descendants(node) if each.type in ("const_spec", "var_spec")]
    counted = any(each.type == "iota" for each in descendants(node))
    for row in rows:
        names = row.children_by_field_name("name")
        if len(names) == 1 and text_of(names[0]) != "_":
            own = row if len(rows) > 1 else node
            # The first one of a group holds the type and the start of the count: without it all others change.
            if counted and row == rows[0]:
                continue
            yield DefinitionSite(
                kind=MEMBER if counted else CONSTANT,
                name=text_of(names[0]),
                name_span=span_of(names[0]),
                span=sites.whole_lines(span_of(own)),
            )


def _type(sites: FileSites, node: Node, spec: Node) -> Iterator[DefinitionSite]:
    name, body = spec.child_by_field_name("name"), spec.child_by_field_name("type")
    if name is None or body is None:
        return
    own = text_of(name)
    is_interface = body.type == "interface_type"
    yield DefinitionSite(
        kind=CLASS,
        name=own,
        name_span=span_of(name),
        span=sites.whole_lines(span_of(node)),
        member_place=sites.data.find(b"{", body.start_byte) + 1 if is_interface else None,
        demands=is_interface,
        decorated=is_interface,
    )
    for member in descendants(body):
        if member.type == "method_elem" and member.parent == body:
            yield from _function(sites, member, own, METHOD)
        names = member.children_by_field_name("name") if member.type == "field_declaration" else []
        if len(names) == 1 and member.parent is not None and member.parent.parent == body:
            span = sites.whole_lines(span_of(member))
            yield DefinitionSite(
                kind=ATTRIBUTE, name=text_of(names[0]), name_span=span_of(names[0]), span=span, owner=own
            )


def _function(sites: FileSites, node: Node, owner: str, kind: str) -> Iterator[DefinitionSite]:
    name, listed = node.child_by_field_name("name"), node.child_by_field_name("parameters")
    body = node.child_by_field_name("body")
    if name is None or listed is None:
        return
    rows = [each for child in listed.named_children for each in _parameters(child)]
    yield DefinitionSite(
        kind=kind,
        name=text_of(name),
        name_span=span_of(name),
        span=sites.whole_lines(span_of(node)),
        owner=owner,
        parameters=tuple(rows),
        parameter_list=(listed.start_byte + 1, listed.end_byte - 1),
        body=span_of(body) if body is not None else None,
    )


def _parameters(node: Node) -> Iterator[ParameterSite]:
    names, of = node.children_by_field_name("name"), text_of(node.child_by_field_name("type"))
    for name in names:
        alone = len(names) == 1 and node.type == "parameter_declaration"
        yield ParameterSite(
            name=text_of(name),
            span=span_of(node) if alone else span_of(name),
            name_span=span_of(name),
            kind="plain" if alone else "other",
            type_text=of,
        )


def _note(sites: FileSites, node: Node) -> None:
    if node.type in (")", "]", "}"):
        sites.brackets.append(node.start_byte)
    elif node.type == "import_spec":
        module, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if module is not None and text_of(name) not in ("_", "."):
            bound = text_of(name) or text_of(module).strip('"').rpartition("/")[2]
            alone = node.parent is not None and node.parent.type == "import_declaration"
            span = sites.whole_lines(span_of(node.parent if alone and node.parent is not None else node))
            inner = (module.start_byte + 1, module.end_byte - 1)
            sites.imports.append(ImportSite(span=span, module=inner, names=(bound,)))
    elif node.type == "call_expression":
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        rows = arguments.named_children if arguments is not None else []
        plain = all(row.type not in ("variadic_argument", "comment") for row in rows)
        if function is not None and rows and plain:
            name = text_of(function.child_by_field_name("field") or function)
            sites.calls.append(CallSite(name=name, arguments=tuple(map(span_of, rows))))
    elif node.type == "identifier" and node.parent is not None and _is_read(node, node.parent):
        sites.names.append(span_of(node))


def _is_read(node: Node, parent: Node) -> bool:
    if parent.type in ("binary_expression", "argument_list", "index_expression"):
        return True
    if parent.type == "expression_list":
        above = parent.parent
        is_value = above is not None and above.child_by_field_name("right") == parent
        return is_value or (above is not None and above.type == "return_statement")
    fields = {"call_expression": "function", "selector_expression": "operand"}
    field = fields.get(parent.type)
    return field is not None and parent.child_by_field_name(field) == node
