"""JavaScript's and TypeScript's imports and exports: ES modules, CommonJS, dynamic ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from sightline.graph.extract_rows import Draft
from sightline.graph.extract_script_definitions import Declared
from sightline.graph.extract_script_parts import module_clause, string_value
from sightline.graph.extract_script_variables import BY_PLACE, required_module, unwrapped, variable_draft
from sightline.graph.extract_text import ParsedText, Span2, field_of, plain
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import ImportedNameRow, ImportRow, ProblemRow

_VARIABLE = DefinitionKind.VARIABLE.value


@dataclass(frozen=True, slots=True)
class LocalExport:
    """``export { local as name }``: a local name other files see as ``name``."""

    local: str
    name: str
    start: int
    end: int


@dataclass(slots=True)
class Modules:
    """``skipped``: ranges whose identifiers are no uses (the clauses of imports and re-exports).

    ``carried``: local names as exports name them, and where: such a use is one of all that the name means.
    """

    imports: list[ImportRow] = field(default_factory=list[ImportRow])
    exports: list[LocalExport] = field(default_factory=list[LocalExport])
    skipped: list[Span2] = field(default_factory=list[Span2])
    carried: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    problems: list[ProblemRow] = field(default_factory=list[ProblemRow])


def read_modules(text: ParsedText, declared: Declared) -> Modules:
    """Static imports and exports. Exports that define something of their own are added to ``declared``."""
    modules = Modules()
    for node in text.captures.get("import", ()):
        _import(text, node, modules)
    for node in text.captures.get("import.alias", ()):
        _import_alias(text, node, declared)
    for node in text.captures.get("export", ()):
        _export(text, node, modules, declared)
    for node in text.captures.get("assigned", ()):
        _assigned(text, node, modules, declared)
    return modules


def _import(text: ParsedText, node: Node, modules: Modules) -> None:
    start, end = node.byte_range
    source = field_of(node, "source")
    modules.skipped.append((start, end))
    if source is None:  # import x = require("module")
        clause = next((child for child in node.named_children if child.type == "import_require_clause"), None)
        source = None if clause is None else field_of(clause, "source")
        if clause is None or source is None:
            return
        name = clause.named_children[0]
        names: tuple[ImportedNameRow, ...] = (("", plain(name.text or b""), *name.byte_range),)
        modules.imports.append(ImportRow(string_value(source), names, start, end))
        return
    clause = module_clause(text.data[start : source.start_byte], start)
    names = clause.names or (("", "", *source.byte_range),)
    modules.imports.append(ImportRow(string_value(source), names, start, end, type_only=clause.type_only))


def _import_alias(text: ParsedText, node: Node, declared: Declared) -> None:
    """``import A = N.B`` names something of a namespace anew."""
    parts = node.named_children
    if len(parts) < 2:
        return
    exported = text.data[max(node.start_byte - 10, 0) : node.start_byte].rstrip().endswith(b"export")
    draft = _alias_draft(plain(parts[0].text or b""), plain(parts[1].text or b""), parts[0].byte_range, node.byte_range)
    draft.exported = exported
    draft.parent = BY_PLACE
    declared.others.append(draft)
    declared.names.add(draft.name_start)


def _alias_draft(name: str, alias: str, named: Span2, span: Span2) -> Draft:
    return Draft(
        name=name,
        kind=_VARIABLE,
        start=span[0],
        end=span[1],
        name_start=named[0],
        name_end=named[1],
        body_start=span[1],
        parent=-1,
        alias=alias,
    )


def _export(text: ParsedText, node: Node, modules: Modules, declared: Declared) -> None:
    start, end = node.byte_range
    source = field_of(node, "source")
    if source is not None:
        clause = module_clause(text.data[start : source.start_byte], start)
        modules.skipped.append((start, end))
        row = ImportRow(string_value(source), clause.names, start, end, type_only=clause.type_only, reexport=True)
        modules.imports.append(row)
        return
    children = node.named_children
    clause = next((child for child in children if child.type == "export_clause"), None)
    if clause is not None:
        for child in clause.named_children:
            if child.type == "export_specifier":
                export = _specifier(child)
                modules.exports.append(export)
                modules.carried.append((export.local, child.start_byte))
        return
    words = {child.type: child.byte_range for child in node.children if not child.is_named}
    if "default" in words:
        _carried(field_of(node, "value"), modules)
        _default_export(text, node, words["default"], declared)
    elif "=" in words and children:
        _carried(children[-1], modules)
        _export_value(text, "export=", words["="], node, children[-1], declared)


def _specifier(node: Node) -> LocalExport:
    """One entry of ``export { a, b as c }``; in JavaScript's grammar ``default`` is no alias but a bare word."""
    name = field_of(node, "name")
    alias = field_of(node, "alias") or (node.children[-1] if node.children[-1].type == "default" else name)
    local = plain(name.text or b"") if name is not None else ""
    return LocalExport(local, plain(alias.text or b"").strip("\"'"), *alias.byte_range)


def _carried(value: Node | None, modules: Modules) -> None:
    if value is not None and value.type == "identifier":
        modules.carried.append((plain(value.text or b""), value.start_byte))


def _default_export(text: ParsedText, node: Node, word: Span2, declared: Declared) -> None:
    value = field_of(node, "value")
    declaration = field_of(node, "declaration")
    named = field_of(declaration if declaration is not None else node, "name")
    if value is None and named is not None:
        name = plain(named.text or b"")
        declared.others.append(_alias_draft("default", name, word, node.byte_range))
        declared.names.add(word[0])
    elif value is not None and not any(draft.name_start == word[0] for draft in declared.containers):
        _export_value(text, "default", word, node, value, declared)


def _export_value(text: ParsedText, name: str, word: Span2, node: Node, value: Node, declared: Declared) -> None:
    """A value exported under a name that is no identifier of the text: ``default``, ``export=``."""
    draft = variable_draft(text, word, node.byte_range, unwrapped(value))
    draft.name = name
    draft.parent = -1
    draft.holds = value.type not in ("identifier", "member_expression")
    declared.others.append(draft)
    declared.names.add(word[0])


def _assigned(text: ParsedText, node: Node, modules: Modules, declared: Declared) -> None:
    """``module.exports = …``, ``exports.x = …`` and chains of them."""
    statement = node
    while node.type == "assignment_expression":
        left, right = field_of(node, "left"), field_of(node, "right")
        if left is None or right is None:
            return
        target = plain(left.text or b"")
        owner, _, member = target.partition(".prototype.")
        if member and "." not in member:
            _prototype_method(text, owner, left, right, declared)
        elif target == "module.exports":
            _module_exports(text, statement, left, right, modules, declared)
        elif target.startswith(("exports.", "module.exports.")):
            _exported_member(text, statement, field_of(left, "property"), right, modules, declared)
        node = right


def _exported_member(
    text: ParsedText, statement: Node, name: Node, right: Node, modules: Modules, declared: Declared
) -> None:
    """``exports.a = b`` passes the module's own ``b`` on, as ``export { b as a }`` does; else it defines ``a``."""
    if right.type == "identifier":
        modules.exports.append(LocalExport(plain(right.text or b""), plain(name.text or b""), *name.byte_range))
        return
    draft = variable_draft(text, name.byte_range, statement.byte_range, unwrapped(right))
    draft.parent = -1
    declared.others.append(draft)
    declared.names.add(draft.name_start)


def _prototype_method(text: ParsedText, owner: str, left: Node, right: Node, declared: Declared) -> None:
    """``Owner.prototype.name = …`` defines a member of a class of this text."""
    name = field_of(left, "property")
    for holder in declared.containers:
        if holder.name == owner and name is not None:
            draft = variable_draft(text, name.byte_range, (left.start_byte, right.end_byte), unwrapped(right))
            draft.kind = (DefinitionKind.ATTRIBUTE if draft.parameters is None else DefinitionKind.METHOD).value
            draft.parent = holder.container
            declared.others.append(draft)
            declared.names.add(draft.name_start)
            return


def _module_exports(
    text: ParsedText, statement: Node, left: Node, right: Node, modules: Modules, declared: Declared
) -> None:
    module = required_module(right)
    if module:
        names: tuple[ImportedNameRow, ...] = (("*", "*", *right.byte_range),)
        modules.imports.append(ImportRow(module, names, *statement.byte_range, reexport=True))
    elif right.type == "object":
        for child in right.named_children:
            _exported_entry(text, child, modules, declared)
    elif right.type != "assignment_expression":
        word = field_of(left, "property").byte_range
        _export_value(text, "export=", word, statement, right, declared)


def _exported_entry(text: ParsedText, node: Node, modules: Modules, declared: Declared) -> None:
    """One entry of ``module.exports = { … }``."""
    start, end = node.byte_range
    if node.type == "shorthand_property_identifier":
        name = plain(node.text or b"")
        modules.exports.append(LocalExport(name, name, start, end))
    elif node.type == "spread_element" and node.named_children:
        module = required_module(node.named_children[0])
        if module:
            modules.imports.append(ImportRow(module, (("*", "*", start, end),), start, end, reexport=True))
    elif node.type in ("pair", "method_definition"):
        key = field_of(node, "key") or field_of(node, "name")
        value = node if node.type == "method_definition" else unwrapped(field_of(node, "value"))
        if key is None or key.type == "computed_property_name":
            return
        span = key.byte_range if key.type != "string" else (key.start_byte + 1, key.end_byte - 1)
        draft = variable_draft(text, span, (start, end), value)
        draft.parent = -1
        declared.others.append(draft)
        declared.names.add(draft.name_start)
