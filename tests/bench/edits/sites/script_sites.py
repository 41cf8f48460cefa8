"""Places of TypeScript files."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_typescript
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
    span_of,
    text_of,
)
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_typescript.language_typescript()))
_TSX = Parser(Language(tree_sitter_typescript.language_tsx()))
_CLASSES = ("class_declaration", "abstract_class_declaration", "interface_declaration", "enum_declaration")
_METHODS = ("method_definition", "abstract_method_signature", "method_signature")
_FIELDS = ("public_field_definition", "property_signature")


def script_sites(path: str, data: bytes, *, whole: bool = True) -> FileSites:
    """Reads one file; not ``whole``: its definitions alone."""
    root = (_TSX if path.endswith(("x", ".js")) else _PARSER).parse(data).root_node
    sites = FileSites(path=path, data=data)
    for node in root.named_children:
        sites.definitions += _definitions(sites, node)
        source = node.child_by_field_name("source")
        if node.type == "import_statement" and source is not None:
            names = tuple(dict.fromkeys(_bound(node)))
            module = (source.start_byte + 1, source.end_byte - 1)
            sites.imports.append(ImportSite(span=span_of(node), module=module, names=names))
    for node in descendants(root) if whole else ():
        _note(sites, node)
    return sites


def _bound(statement: Node) -> Iterator[str]:
    for node in descendants(statement):
        if node.type == "import_specifier":
            yield text_of(node.child_by_field_name("alias") or node.child_by_field_name("name"))
        elif node.type == "identifier" and node.parent is not None and node.parent.type != "import_specifier":
            yield text_of(node)


def _definitions(sites: FileSites, node: Node) -> Iterator[DefinitionSite]:
    inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
    if inner is None:
        return
    export = (node.start_byte, inner.start_byte) if inner is not node else None
    if "default" in text_of(node)[:20]:
        return
    if inner.type == "function_declaration":
        yield from _function(sites, node, inner, inner, "", export)
    elif inner.type in _CLASSES:
        yield from _class(sites, node, inner, export)
    elif inner.type == "type_alias_declaration":
        yield from _plain(sites, node, inner, CLASS, "", export)
    elif inner.type == "lexical_declaration" and len(inner.named_children) == 1:
        declarator = inner.named_children[0]
        value = declarator.child_by_field_name("value")
        if value is not None and value.type in ("arrow_function", "function_expression"):
            yield from _function(sites, node, declarator, value, "", export)
        else:
            yield from _plain(sites, node, declarator, CONSTANT, "", export)


def _plain(
    sites: FileSites, node: Node, inner: Node, kind: str, owner: str, export: Range | None
) -> Iterator[DefinitionSite]:
    name = inner.child_by_field_name("name")
    if name is not None and name.type in ("identifier", "type_identifier", "property_identifier"):
        yield DefinitionSite(
            kind=kind,
            name=text_of(name),
            name_span=span_of(name),
            span=_deleted(sites, node),
            owner=owner,
            export=export,
        )


def _class(sites: FileSites, node: Node, inner: Node, export: Range | None) -> Iterator[DefinitionSite]:
    name, body = inner.child_by_field_name("name"), inner.child_by_field_name("body")
    if name is None or body is None:
        return
    own = text_of(name)
    heritage = [each for each in inner.children if each.type in ("class_heritage", "extends_type_clause")]
    is_enum = inner.type == "enum_declaration"
    yield DefinitionSite(
        kind=CLASS,
        name=own,
        name_span=span_of(name),
        span=_deleted(sites, node),
        export=export,
        member_place=None if is_enum else body.start_byte + 1,
        demands=inner.type in ("abstract_class_declaration", "interface_declaration"),
        bases=tuple(text_of(each) for each in heritage),
        decorated=inner.type == "interface_declaration",
    )
    for member in body.named_children:
        if member.type in _METHODS:
            yield from _function(sites, member, member, member, own, None)
        elif member.type in _FIELDS:
            yield from _plain(sites, member, member, ATTRIBUTE, own, None)
        elif is_enum and member.type in ("property_identifier", "enum_assignment"):
            name = member.child_by_field_name("name") or member
            after = member.next_sibling
            end = after.end_byte if after is not None and after.type == "," else member.end_byte
            span = sites.whole_lines((member.start_byte, end))
            yield DefinitionSite(kind=MEMBER, name=text_of(name), name_span=span_of(name), span=span, owner=own)


def _function(
    sites: FileSites, node: Node, named: Node, called: Node, owner: str, export: Range | None
) -> Iterator[DefinitionSite]:
    name, listed = named.child_by_field_name("name"), called.child_by_field_name("parameters")
    body = called.child_by_field_name("body")
    if name is None or listed is None or name.type == "computed_property_name":
        return
    rows = [each for child in listed.named_children if (each := _parameter(child)) is not None]
    accessor = any(each.type in ("get", "set") for each in called.children)
    yield DefinitionSite(
        kind=ATTRIBUTE if accessor else METHOD if owner else FUNCTION,
        name=text_of(name),
        name_span=span_of(name),
        span=_deleted(sites, node),
        owner=owner,
        parameters=tuple(rows),
        parameter_list=(listed.start_byte + 1, listed.end_byte - 1),
        body=span_of(body) if body is not None else None,
        export=export,
    )


def _deleted(sites: FileSites, node: Node) -> Range:
    after = node.next_sibling
    end = after.end_byte if after is not None and after.type == ";" else node.end_byte
    return sites.whole_lines((node.start_byte, end))


def _parameter(node: Node) -> ParameterSite | None:
    pattern = node.child_by_field_name("pattern")
    if pattern is None or pattern.type == "this":
        return None
    has_default = node.type == "optional_parameter" or node.child_by_field_name("value") is not None
    kind = "other" if pattern.type != "identifier" else "optional" if has_default else "plain"
    if any(each.type in ("accessibility_modifier", "readonly") for each in node.children):
        kind = "other"
    of = node.child_by_field_name("type")
    return ParameterSite(
        name=text_of(pattern), span=span_of(node), name_span=span_of(pattern), kind=kind, type_text=text_of(of)
    )


def _note(sites: FileSites, node: Node) -> None:
    if node.type in (")", "]", "}") and node.parent is not None and node.parent.type != "template_substitution":
        sites.brackets.append(node.start_byte)
    elif node.type == "call_expression":
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        rows = arguments.named_children if arguments is not None and arguments.type == "arguments" else []
        if function is not None and rows and all(row.type not in ("spread_element", "comment") for row in rows):
            name = text_of(function.child_by_field_name("property") or function)
            sites.calls.append(CallSite(name=name, arguments=tuple(map(span_of, rows))))
    elif node.type == "identifier" and node.parent is not None and _is_read(node, node.parent):
        sites.names.append(span_of(node))


def _is_read(node: Node, parent: Node) -> bool:
    if parent.type in ("binary_expression", "return_statement", "arguments", "subscript_expression"):
        return True
    fields = {"call_expression": "function", "member_expression": "object", "variable_declarator": "value",
              "assignment_expression": "right"}  # fmt: skip
    field = fields.get(parent.type)
    return field is not None and parent.child_by_field_name(field) == node
