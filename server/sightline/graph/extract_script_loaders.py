"""Modules that JavaScript and TypeScript load by a call: ``require``, ``import()``, ``jest.mock``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tree_sitter import Node

from sightline.graph.extract_names import SKIP, Names
from sightline.graph.extract_script_exports import Modules
from sightline.graph.extract_script_parts import string_value
from sightline.graph.extract_text import ParsedText, field_of, plain
from sightline.graph.raw_facts import ImportedNameRow, ImportRow

#: Calls that name a module by a string: what stands before the parenthesis.
_LOADERS = (
    b"require",
    b"import",
    b"require.resolve",
    b"jest.mock",
    b"jest.doMock",
    b"jest.unmock",
    b"jest.requireActual",
    b"jest.requireMock",
    b"vi.mock",
    b"vi.doMock",
    b"vi.importActual",
)


def read_loaders(text: ParsedText, names: Names, modules: Modules, enclosing_at: Callable[[int], int]) -> None:
    """``require``, ``import()`` and what test frameworks load by name."""
    data = text.data
    within = text.within or (0, len(data))
    for callee in _LOADERS:
        at = data.find(callee + b"(", *within)
        while at >= 0:
            index = names.arguments.start_of.get(at + len(callee))
            before = data[at - 1 : at]
            if index is not None and not (before.isalnum() or before in (b"_", b"$", b".")):
                before_it = len(modules.imports)
                _loader(names.arguments.nodes[index], callee, at, modules, enclosing_at(at))
                for row in modules.imports[before_it:]:
                    names.kinds.update((end, SKIP) for name, _, _, end in row.names if name)
            at = data.find(callee + b"(", at + 1, within[1])


def _loader(arguments: Node, callee: bytes, at: int, modules: Modules, enclosing: int) -> None:
    entries = [child for child in arguments.named_children if child.type != "comment"]
    if not entries:
        return
    module = string_value(entries[0])
    if not module:
        if callee in (b"require", b"import"):
            modules.problems.append(("dynamic", "The name of a module is computed here.", *entries[0].byte_range))
        return
    call = arguments.parent
    names, type_only, end = _bound_names(call, entries[0])
    static = callee == b"require" and enclosing < 0 and names[0][1] != ""
    dynamic = not static and not type_only
    row = ImportRow(module, names, at, end, enclosing=enclosing, type_only=type_only, guarded=dynamic, dynamic=dynamic)
    modules.imports.append(row)


Bound: TypeAlias = tuple[tuple[ImportedNameRow, ...], bool, int]


def _bound_names(call: Node | None, source: Node) -> Bound:
    """What ``const x = require(…)``, ``const { a: b } = …``, ``require(…).a`` and ``import(…).T`` bind.

    The names, whether only types are meant, and where it ends.
    """
    unbound: tuple[ImportedNameRow, ...] = (("", "", *source.byte_range),)
    if call is None:
        return unbound, False, source.end_byte
    holder, inner = call.parent, call
    while holder is not None and holder.type in ("await_expression", "parenthesized_expression", "as_expression"):
        holder, inner = holder.parent, holder
    names: tuple[ImportedNameRow, ...] = ()
    if holder is not None and holder.type == "member_expression":
        above = holder.parent
        if above is not None and (above.type.endswith("_type") or above.type.startswith("type_")):
            member = field_of(holder, "property")
            names = ((plain(member.text or b""), "", *member.byte_range),) if member is not None else unbound
            return names, True, holder.end_byte
        names = _bound_member(holder, above)
    elif holder is not None and holder.type == "variable_declarator" and field_of(holder, "value") == inner:
        names = _bound_pattern(field_of(holder, "name"))
    return names or unbound, False, call.end_byte


def _bound_member(member: Node, above: Node | None) -> tuple[ImportedNameRow, ...]:
    name = field_of(member, "property")
    alias = field_of(above, "name") if above is not None and above.type == "variable_declarator" else None
    if name is None or alias is None or alias.type != "identifier":
        return ()
    return ((plain(name.text or b""), plain(alias.text or b""), *name.byte_range),)


def _bound_pattern(named: Node | None) -> tuple[ImportedNameRow, ...]:
    if named is None:
        return ()
    if named.type == "identifier":
        return (("", plain(named.text or b""), *named.byte_range),)
    rows = (_pattern_entry(child) for child in named.named_children)
    return tuple(row for row in rows if row is not None)


def _pattern_entry(node: Node) -> ImportedNameRow | None:
    if node.type == "object_assignment_pattern":
        node = field_of(node, "left") or node
    if node.type == "shorthand_property_identifier_pattern":
        name = plain(node.text or b"")
        return name, name, *node.byte_range
    if node.type != "pair_pattern":
        return None
    key, value = field_of(node, "key"), field_of(node, "value")
    if key is None or value is None or key.type != "property_identifier":
        return None
    alias = plain(value.text or b"") if value.type == "identifier" else ""
    return plain(key.text or b""), alias, *key.byte_range
