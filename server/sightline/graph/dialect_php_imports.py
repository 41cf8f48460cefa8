"""The imports of a PHP text: ``use``, qualified names, and files that are required by a path written there."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.raw_facts import ImportRow
from sightline.languages.php_imports import BY_PATH

_HERE = (b"__DIR__", b"dirname(__FILE__)")


def read_imports(text: ParsedText) -> Iterator[ImportRow]:
    """The imports, in no order. A qualified name binds nothing, and leads to its file all the same."""
    data = text.data
    known: dict[str, str] = {}
    for node in text.nodes("import"):
        if node.type == "namespace_use_declaration":
            for row in _used(node, data):
                known[row.names[0][1]] = row.module
                yield row
    for node in text.nodes("require"):
        path = _path(node, data)
        if path:
            yield ImportRow(path, (), node.start_byte, node.end_byte, BY_PATH)
    seen: set[str] = set()
    spaces = [node for node in text.nodes("definition") if node.type == "namespace_definition"]
    for node in text.nodes("qualified"):
        written = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if not written.startswith("\\"):
            first, _, rest = written.partition("\\")
            around = known.get(first) or f"{_namespace(node, spaces, data)}\\{first}".lstrip("\\")
            written = f"\\{around}\\{rest}"
        if written.startswith("\\") and written.count("\\") > 1 and written not in seen:
            seen.add(written)
            yield ImportRow(written.strip("\\"), (), node.start_byte, node.end_byte)


def _namespace(node: Node, spaces: list[Node], data: bytes) -> str:
    """The namespace that a node stands in, empty for none."""
    for each in reversed(spaces):
        name = field_of(each, "name")
        if each.start_byte <= node.start_byte and (each.end_byte >= node.end_byte or field_of(each, "body") is None):
            return data[name.start_byte : name.end_byte].decode("utf-8", "replace") if name is not None else ""
    return ""


def _used(node: Node, data: bytes) -> Iterator[ImportRow]:
    prefix = next((child for child in node.named_children if child.type == "namespace_name"), None)
    group = field_of(node, "body")
    clauses = group.named_children if group is not None else node.named_children
    before = data[prefix.start_byte : prefix.end_byte].decode("utf-8", "replace") + "\\" if prefix and group else ""
    for clause in clauses:
        names = [child for child in clause.named_children if child.type in ("name", "qualified_name")]
        if clause.type != "namespace_use_clause" or not names:
            continue
        alias = field_of(clause, "alias")
        written = names[0]
        module = (before + data[written.start_byte : written.end_byte].decode("utf-8", "replace")).strip("\\")
        last = written.named_children[-1] if written.type == "qualified_name" and written.named_children else written
        name = data[last.start_byte : last.end_byte].decode("utf-8", "replace")
        bound = data[alias.start_byte : alias.end_byte].decode("utf-8", "replace") if alias is not None else name
        yield ImportRow(module, ((name, bound, last.start_byte, last.end_byte),), clause.start_byte, clause.end_byte)


def _path(node: Node, data: bytes) -> str:
    """The path that ``require`` names, if it is written there, as seen from the file's folder."""
    value = node.named_children[0] if node.named_children else None
    while value is not None and value.type == "parenthesized_expression" and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type == "binary_expression":
        left, value = field_of(value, "left"), field_of(value, "right")
        here = b"".join(data[left.start_byte : left.end_byte].split()) if left is not None else b""
        if here not in _HERE:
            return ""
    if value is None or value.type not in ("string", "encapsed_string"):
        return ""
    if any(child.type != "string_content" for child in value.named_children):
        return ""
    return data[value.start_byte + 1 : value.end_byte - 1].decode("utf-8", "replace").lstrip("/")
