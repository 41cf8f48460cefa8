"""Rust's ``use``, ``extern crate`` and ``mod`` declarations, and paths without a ``use``, as imports.

Paths are written anew so that one file's text suffices: what begins with an item or another ``use`` of the text is
spelled out from ``self`` or ``crate``, and ``super`` within a module written in braces is that file itself.

Source: the Rust Reference ("Use declarations", "Modules", "Paths").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from sightline.graph.extract_text import ParsedText, field_of
from sightline.graph.raw_facts import ImportRow
from sightline.languages.import_rules import MOST_PARTS

Path = tuple[str, ...]
_LIBRARIES = frozenset(("std", "core", "alloc", "proc_macro", "test"))
#: One ``use`` may begin with the name another one binds, this many times over.
_MOST_ALIASES = 6
#: Bytes of a path beyond which it is no path to us.
_LONGEST = 160
_BEFORE = re.compile(rb"(?:\$?[A-Za-z_]\w*\s*::\s*)+$")
#: Bytes of a ``use`` in a macro beyond which it is none to us.
_LONGEST_USE = 4_000
_TOKEN = re.compile(
    rb"(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<word>(?:r#|\$)?[A-Za-z_\x80-\xff][\w\x80-\xff]*)|(?P<sign>::|[{},*;])",
    re.DOTALL,
)
_PUBLIC = re.compile(rb"\bpub(?:\s*\([^()]{0,80}\))?\s*$")


class _Clause(NamedTuple):
    """One name that a ``use`` brings: the path before it, the name (``*``, or empty for the path itself), its alias."""

    before: Path
    name: str
    alias: str
    span: tuple[int, int]


class _Use(NamedTuple):
    """A ``use`` or ``extern crate``, or an attribute that is a path: its node, the modules around, what it brings."""

    node: Node
    inside: Path
    clauses: tuple[_Clause, ...]
    end: int
    exported: bool


class _Known(NamedTuple):
    """What the modules of a text bind: items, modules in other files, and the paths of their ``use`` declarations."""

    items: set[tuple[Path, str]]
    modules: set[Path]
    aliases: dict[tuple[Path, str], Path]


def rust_imports(text: ParsedText) -> Iterator[ImportRow]:
    """The imports of a text; paths without a ``use`` once each, without names."""
    spaces = _Modules(text)
    uses = [*_uses(text, spaces), *_uses_in_macros(text, spaces)]
    modules = [(node, spaces.around(node)) for node in (*text.nodes("module"), *_modules_in_macros(text))]
    known = _known(text, spaces, uses, modules)
    for node, inside in modules:
        yield _module(node, inside)
    said: set[str] = set()
    for use in uses:
        groups: dict[Path, list[_Clause]] = {}
        for clause in use.clauses:
            groups.setdefault(clause.before, []).append(clause)
        for before, members in groups.items():
            module = "::".join(_spelled(before, use.inside, known))
            names = tuple((each.name, each.alias, *each.span) for each in members)
            said.update("::".join((module, each.name)) if each.name not in ("", "*") else module for each in members)
            yield ImportRow(module, names, use.node.start_byte, use.end, reexport=use.exported)
    yield from _plain_paths(text, spaces, known, said)


def _uses(text: ParsedText, spaces: _Modules) -> Iterator[_Use]:
    for node in text.nodes("import"):
        exported = any(child.type == "visibility_modifier" for child in node.children)
        yield _Use(node, spaces.around(node), tuple(_clauses(node)), node.end_byte, exported)


def _uses_in_macros(text: ParsedText, spaces: _Modules) -> Iterator[_Use]:
    """``use`` among the tokens of macros (``cfg_unix! { pub use inner::{One, Two}; }``)."""
    for node in text.nodes("use"):
        tokens = _Tokens(text.data, node.end_byte)
        clauses = tuple(tokens.tree((), 0))
        if tokens.kind == ";":
            exported = _PUBLIC.search(text.data, max(0, node.start_byte - _LONGEST), node.start_byte) is not None
            yield _Use(node, spaces.around(node), clauses, tokens.end, exported)


class _Tokens:
    """The tokens of a ``use`` from ``end`` on. ``kind`` is the sign or the word at hand; empty where none belongs."""

    def __init__(self, data: bytes, end: int) -> None:
        self._data = data
        self._last = end + _LONGEST_USE
        self.start = self.end = end
        self.kind = ""
        self._next()

    def _next(self) -> None:
        while True:
            match = _TOKEN.match(self._data, self.end, self._last)
            if match is None:
                self.kind = ""
                return
            self.start, self.end = match.span()
            if match.lastgroup != "space":
                self.kind = match.group().decode("utf-8", "replace").removeprefix("r#")
                return

    def _is(self, *signs: str) -> bool:
        return self.kind in signs

    def _is_word(self) -> bool:
        return bool(self.kind) and self.kind not in ("::", "{", "}", ",", "*", ";")

    def tree(self, before: Path, depth: int) -> Iterator[_Clause]:
        """The names in the tree at hand; what follows it is at hand afterwards."""
        path, span = before, (0, 0)
        if self.kind == "::":
            self._next()
        while self._is_word():
            path, span = (*path, self.kind), (self.start, self.end)
            self._next()
            if self.kind != "::":
                break
            self._next()
        else:
            yield from self._last_part(path, depth)
            return
        alias = path[-1]
        if self.kind == "as":
            self._next()
            alias = self.kind
            self._next()
        if any(part.startswith("$") and part != "$crate" for part in path):
            return
        if path[-1] == "self" and len(path) > 1:
            yield _Clause(path[:-1], "", path[-2] if alias == "self" else alias, span)
        elif len(path) > 1:
            yield _Clause(path[:-1], path[-1], alias, span)
        else:
            yield _Clause(path, "", alias, span)

    def _last_part(self, path: Path, depth: int) -> Iterator[_Clause]:
        """``*`` or members in braces."""
        if self._is("*"):
            yield _Clause(path, "*", "*", (self.start, self.end))
            self._next()
        elif self._is("{") and depth < MOST_PARTS:
            self._next()
            while not self._is("}", "", ";"):
                yield from self.tree(path, depth + 1)
                if self._is(","):
                    self._next()
                elif not self._is("}"):
                    self.kind = ""
            if self._is("}"):
                self._next()


def _name_of(module: Node) -> Node:
    """The name in the declaration of a module; in a macro that is all there is."""
    return field_of(module, "name") or module


def _modules_in_macros(text: ParsedText) -> Iterator[Node]:
    """The names in ``mod name;`` among the tokens of macros (``cfg_unix! { mod name; }``)."""
    data = text.data
    for node in text.nodes("token"):
        # A sibling is found by going through all of them, which in a macro may be thousands.
        if not data[max(0, node.start_byte - 40) : node.start_byte].rstrip().endswith(b"mod"):
            continue
        before, after = node.prev_sibling, node.next_sibling
        if before is not None and after is not None and before.type == "mod" and after.type == ";":
            yield node


class _Modules:
    """The modules in braces of a text, so that what is around a place is found by looking at the nearest of them."""

    def __init__(self, text: ParsedText) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._outer: list[int] = []
        self._paths: list[Path] = []
        around: list[int] = []
        for node in text.nodes("definition"):
            if node.type != "mod_item":
                continue
            start, end = node.byte_range
            while around and self._ends[around[-1]] <= start:
                around.pop()
            if len(around) == MOST_PARTS:
                continue
            outer = around[-1] if around else -1
            around.append(len(self._starts))
            self._starts.append(start)
            self._ends.append(end)
            self._outer.append(outer)
            self._paths.append((*(self._paths[outer] if outer >= 0 else ()), _word(field_of(node, "name"))))

    def around(self, node: Node) -> Path:
        """Names of the modules around a node, outermost first; of deeply nested ones those that count."""
        start, end = node.byte_range
        at = bisect_left(self._starts, start) - 1
        while at >= 0 and self._ends[at] < end:
            at = self._outer[at]
        return self._paths[at] if at >= 0 else ()


def _word(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _known(
    text: ParsedText,
    spaces: _Modules,
    uses: list[_Use],
    modules: list[tuple[Node, Path]],
) -> _Known:
    declared = {(inside, _word(_name_of(node))) for node, inside in modules}
    items = {*declared}
    for node in text.captures.get("definition", ()):
        holder = node.parent
        if holder is not None and (holder.type == "source_file" or _is_module(holder.parent)):
            items.add((spaces.around(node), _word(field_of(node, "name"))))
    aliases: dict[tuple[Path, str], Path] = {}
    for use in uses:
        for each in use.clauses:
            if each.name != "*" and each.alias:
                aliases.setdefault((use.inside, each.alias), (*each.before, each.name) if each.name else each.before)
    return _Known(items, {(*inside, name) for inside, name in declared}, aliases)


def _is_module(node: Node | None) -> bool:
    return node is not None and node.type == "mod_item"


def _module(node: Node, inside: Path) -> ImportRow:
    name = _name_of(node)
    text = "::".join((*inside, _word(name)))
    before = node.prev_named_sibling
    while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
        attribute = before.named_children[0] if before.type == "attribute_item" and before.named_children else None
        value = field_of(attribute, "value") if attribute is not None else None
        if value is not None and attribute is not None and _word(attribute.named_children[0]) == "path":
            text = '"' + _word(value).strip('"') + '"'
        before = before.prev_named_sibling
    holder = node.prev_sibling.prev_sibling if name == node and node.prev_sibling is not None else None
    exported = any(child.type == "visibility_modifier" for child in node.children)
    exported = exported or (holder is not None and holder.type in ("pub", "token_tree"))  # ``pub(crate)``
    names = (("", _word(name), *name.byte_range),)
    return ImportRow(f"mod {text}", names, node.start_byte, node.end_byte, reexport=exported)


def _clauses(node: Node) -> Iterator[_Clause]:
    if node.type == "extern_crate_declaration":
        name, alias = field_of(node, "name"), field_of(node, "alias")
        if name is not None:
            yield _Clause((_word(name),), "", _word(alias) or _word(name), (alias or name).byte_range)
    elif node.type == "use_declaration":
        argument = field_of(node, "argument")
        if argument is not None:
            yield from _tree(argument, ())


def _tree(node: Node, before: Path, depth: int = 0) -> Iterator[_Clause]:
    """The names in a tree of ``use`` below the path ``before``.

    Nothing below :data:`MOST_PARTS` levels: ``Node.text`` ends the process when frames run out while it is asked.
    """
    if depth > MOST_PARTS:
        return
    match node.type:
        case "use_list":
            for child in node.named_children:
                yield from _tree(child, before, depth + 1)
        case "scoped_use_list":
            path, members = field_of(node, "path"), field_of(node, "list")
            if members is not None:
                yield from _tree(members, (*before, *_parts(path)), depth + 1)
        case "use_wildcard":
            path = node.named_children[0] if node.named_children else None
            yield _Clause((*before, *_parts(path)), "*", "*", node.byte_range)
        case "use_as_clause":
            path, alias = field_of(node, "path"), field_of(node, "alias")
            if path is not None and alias is not None:
                yield from (each._replace(alias=_word(alias)) for each in _tree(path, before, depth + 1))
        case "self":
            if before:
                yield _Clause(before, "", before[-1], node.byte_range)
        case "identifier" | "crate" | "super" | "scoped_identifier":
            *path, name = (*before, *_parts(node)) or ("",)
            if not name:  # a broken path names nothing
                return
            last = field_of(node, "name") or node
            span = last.byte_range
            yield _Clause(tuple(path), name, name, span) if path else _Clause((name,), "", name, span)
        case _:
            return


def _parts(node: Node | None) -> Path:
    if node is None:
        return ()
    return _split(_word(node))


def _split(text: str) -> Path:
    return tuple(part.strip() for part in text.removeprefix("::").split("::")) if "<" not in text else ()


def _spelled(path: Path, inside: Path, known: _Known) -> Path:
    """A path as the whole file would write it."""
    for _ in range(_MOST_ALIASES):
        if not path:
            return path
        head, rest = path[0], path[1:]
        if head in ("crate", "$crate"):
            return ("crate", *rest)
        if head == "self":
            return ("self", *inside, *rest)
        if head == "super":
            while inside and path and path[0] == "super":
                inside, path = inside[:-1], path[1:]
            return path if path and path[0] == "super" else ("self", *inside, *path)
        for around in (inside[:count] for count in range(len(inside), -1, -1)):
            if (around, head) in known.items:
                return ("self", *around, head, *rest)
            alias = known.aliases.get((around, head))
            if alias is not None and alias[0] != head:
                path, inside = (*alias, *rest), around
                break
        else:
            return path
    return path


def _stays(path: Path, known: _Known) -> bool:
    """Whether a path from ``self`` goes through no module of another file."""
    return path[0] == "self" and not any(path[1 : at + 1] in known.modules for at in range(1, len(path)))


def _plain_paths(text: ParsedText, spaces: _Modules, known: _Known, said: set[str]) -> Iterator[ImportRow]:
    """Paths of the code itself, as far as they lead out of the file."""
    for node, start, end in _written_paths(text):
        parts = _split(text.data[start:end].decode("utf-8", "replace"))
        if len(parts) < 2 or not parts[0] or parts[0] in _LIBRARIES or parts[0][:1].isupper():
            continue
        path = _spelled(parts, spaces.around(node), known)
        module = "::".join(path)
        if len(path) < 2 or path[0] in _LIBRARIES or module in said or _stays(path, known):
            continue
        said.add(module)
        yield ImportRow(module, (), start, end)


def _written_paths(text: ParsedText) -> Iterator[tuple[Node, int, int]]:
    """Whole paths outside of imports with their spans, each with a node at its place; those in macros too."""
    nodes = text.captures.get("path", ())
    inner = {child.byte_range for node in nodes for child in node.children[:1]}
    imports = sorted(node.byte_range for node in text.captures.get("import", ()) if node.type != "attribute")
    for node in text.nodes("path"):
        start, end = node.byte_range
        at = bisect_right(imports, (start, len(text.data) + 1)) - 1
        imported = at >= 0 and end <= imports[at][1]
        if not imported and (start, end) not in inner and end - start <= _LONGEST:
            yield node, start, end
    for node in text.nodes("token"):
        start = node.start_byte
        following = text.data[node.end_byte : node.end_byte + 2]
        if following != b"::" and text.data[start - 2 : start] == b"::":
            found = _BEFORE.search(text.data, max(0, start - _LONGEST), start)
            if found is not None:
                yield node, found.start(), node.end_byte
