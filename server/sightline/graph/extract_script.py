"""Reads the captures of ``queries/script.scm`` and its companions as facts of JavaScript and TypeScript."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from tree_sitter import Node

from sightline.base.text import digest_of
from sightline.graph.extract_context import Context
from sightline.graph.extract_names import (
    KEYWORD_NAME,
    LITERAL,
    READ,
    SKIP,
    SPACE,
    UNKNOWN,
    Arguments,
    Names,
    Rows,
    emit,
    read_arguments,
)
from sightline.graph.extract_rows import (
    Draft,
    ReferenceRow,
    definition_rows,
    export_digest,
    ordered,
    reference_rows,
    span_of_import,
    start_of_problem,
    telling_bindings,
)
from sightline.graph.extract_scopes import ScopeKind, ScopeMap
from sightline.graph.extract_script_bindings import (
    bind_members,
    bind_script,
    outermost,
    script_bindings,
    script_regions,
    settle_parents,
)
from sightline.graph.extract_script_definitions import Declared, read_definitions
from sightline.graph.extract_script_exports import Modules, read_modules
from sightline.graph.extract_script_globals import GLOBALS
from sightline.graph.extract_script_literals import literal_keys
from sightline.graph.extract_script_loaders import read_loaders
from sightline.graph.extract_script_paths import LONGEST, path_of, root_of_path, roots_of_path, told_of
from sightline.graph.extract_script_returns import add_returned, returned_paths
from sightline.graph.extract_text import ParsedText, field_of, syntax_problems
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE, DefinitionRow, ImportRow, ProblemRow, RawFacts
from sightline.graph.script_kinds import is_apart

_IDENTIFIER = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_TYPE_STAR = re.compile(rb"type\s*\*")
_EXPORT_LIST = re.compile(rb"export\s*(?:type\s*)?\{")
_FROM = re.compile(rb"[^}]*\}\s*from\b")
_SHORT = "shorthand_property_identifier_pattern"
_INTRINSIC = re.compile(rb"[a-z][^.]*")
_GAP = SPACE + b"?.!"
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]
_STRING = REFERENCE_CODE[ReferenceKind.STRING]
_KEYWORD = REFERENCE_CODE[ReferenceKind.KEYWORD]
_IMPORT = REFERENCE_CODE[ReferenceKind.IMPORT]
_KINDS = (
    ("type", ReferenceKind.TYPE),
    ("written", ReferenceKind.WRITE),
    ("set", ReferenceKind.WRITE),
    ("new", ReferenceKind.CALL),
    ("jsx.name", ReferenceKind.CALL),
    ("inherit", ReferenceKind.INHERIT),
    ("decorate", ReferenceKind.DECORATE),
)


def extract_script(text: ParsedText, context: Context | None = None) -> RawFacts:
    """The facts of one JavaScript or TypeScript text. Never raises, whatever the bytes are.

    With a ``context``, those of some of its statements: the first rows are the context's ancestors, and there is no
    digest.
    """
    declared = read_definitions(text, context)
    modules = read_modules(text, declared)
    scopes = ScopeMap(script_regions(text, declared))
    names = _names(text, modules)
    read_loaders(text, names, modules, scopes.container_at)
    carried = _export_locals(declared, modules)
    _drop_loaded(declared, modules)
    settle_parents(declared, scopes, text.data)
    found = bind_script(text, names, declared, scopes)
    bind_members(text, names, declared, scopes, context)
    add_returned(text, declared.containers, scopes)
    _keep_imports(modules, scopes)
    drafts, index_of = ordered([*declared.containers, *declared.others], len(declared.containers))
    definitions = definition_rows(drafts, index_of)
    imports = _import_rows(modules, index_of)
    if context is None:
        scopes.settle(script_foreign(definitions, imports))
    else:
        scopes.settle(context.foreign, context.visible)
    rows = emit(names, scopes, index_of)
    for at, path in returned_paths(definitions):
        scope = scopes.scopes[scopes.scope_at(at)]
        rows.local_roots.setdefault(scope.unit, set()).update(roots_of_path(path))
    more = _more_references(text, modules, rows, scopes, index_of)
    more += [(rows.strings[name], start, _TYPE, -1, 0, -1) for name, start in carried]
    bindings = script_bindings(text, found, declared, (scopes, index_of, rows.local_roots))
    return RawFacts(
        digest="" if context else digest_of(text.data),
        language=text.language.name,
        strings=tuple(name.decode("utf-8", "replace") for name in rows.strings),
        definitions=definitions,
        references=reference_rows(rows, more, drafts, index_of),
        calls=tuple(rows.calls),
        imports=imports,
        problems=(*_syntax_problems(text), *sorted(modules.problems, key=start_of_problem)),
        bindings=telling_bindings(bindings),
        export_digest="" if context else export_digest(definitions, imports, ()),
    )


def lists_exports(data: bytes) -> bool:
    """Whether the text may have statements that export, or add to, what other statements declare."""
    if b"exports." in data or b"module.exports" in data or b".prototype." in data:
        return True
    return any(not _FROM.match(data, found.end()) for found in _EXPORT_LIST.finditer(data))


def script_foreign(definitions: Sequence[DefinitionRow], imports: Sequence[ImportRow]) -> frozenset[bytes]:
    """Names of the language's own library that the module certainly does not bind anew."""
    own = {row.name.encode("utf-8", "replace") for row in definitions if row.parent < 0}
    own |= {name[1].encode("utf-8", "replace") for row in imports if row.enclosing < 0 for name in row.names}
    return (GLOBALS - own) | {LITERAL}


def _names(text: ParsedText, modules: Modules) -> Names:
    """Identifiers with the kinds that the query itself tells."""
    nodes = {node.end_byte: node for node in text.captures.get("member", ())}
    members = {end: node.start_byte for end, node in nodes.items()}
    options = set(text.ends("option"))
    bare = [node for name in ("id", "type") for node in text.captures.get(name, ())]
    broken = text.tree.root_node.has_error  # then a name that is missing may stand at the end of one that is there
    start_by_end = {node.end_byte: node.start_byte for node in bare if not (broken and node.is_missing)}
    for node in text.captures.get("property", ()):
        end = node.end_byte
        if end in members or end in options:
            start_by_end[end] = node.start_byte
    ends = sorted(end for end, start in start_by_end.items() if start < end)
    starts = [start_by_end[end] for end in ends]
    kinds: dict[int, int] = dict.fromkeys(options, KEYWORD_NAME)
    for name, kind in _KINDS:
        kinds.update(dict.fromkeys(text.ends(name), REFERENCE_CODE[kind]))
    kinds.update(dict.fromkeys(text.ends("skip"), SKIP))
    skipped = sorted(modules.skipped + text.spans("jsx.closing") + _intrinsic_elements(text))
    at = 0
    for low, high in skipped:
        while at < len(starts) and starts[at] < low:
            at += 1
        while at < len(starts) and starts[at] < high:
            kinds[ends[at]] = SKIP
            at += 1
    arguments = _arguments(text)
    return Names(
        text.data, starts, ends, members, kinds, arguments, longer=lambda end: path_of(field_of(nodes[end], "object"))
    )


def _intrinsic_elements(text: ParsedText) -> list[tuple[int, int]]:
    """``<div>`` names no component: an element's name that begins in lower case and has no dot."""
    data = text.data
    return [
        (start, end)
        for start, end in text.spans("jsx.name")
        if data[start : start + 1].islower() and b"." not in data[start:end]
    ]


def _arguments(text: ParsedText) -> Arguments:
    found = read_arguments(text, _GAP)
    types = text.spans("call.types")
    if types:
        found.by_callee = dict(found.by_callee)
        for start, end in types:
            index = found.start_of.get(end)
            if index is not None:
                found.by_callee[start] = index
    return found


def _export_locals(declared: Declared, modules: Modules) -> list[tuple[bytes, int]]:
    """``export { a, b as c }`` and ``module.exports = { a }``: marks, renames or hands on what is local.

    Answers which exported names, and where, are those of a type as well as of a value.
    """
    own: dict[str, list[Draft]] = {}
    inner = {id(draft) for draft in declared.containers if draft.parent >= 0}
    for draft in (*declared.containers, *declared.others):
        if id(draft) not in inner:
            own.setdefault(draft.name, []).append(draft)
    # Of several imports of one name (broken code) the last counts, in whatever order they were found.
    rows = sorted((row for row in modules.imports if not row.reexport), key=span_of_import)
    imported = {name[1]: (row, name) for row in rows for name in row.names if name[1]}
    for export in modules.exports:
        if export.local in own and export.name == export.local:
            for draft in own[export.local]:
                draft.exported = True
        elif export.local in own or export.local not in imported:
            declared.others.append(_renamed(export.name, export.local, export.start, export.end))
        else:
            row, (name, _, _, _) = imported[export.local]
            names = ((name, export.name, export.start, export.end),)
            modules.imports.append(
                ImportRow(row.module, names, export.start, export.end, type_only=row.type_only, reexport=True)
            )
    kinds = {name: {draft.kind for draft in own.get(name, ())} for name, _ in modules.carried}
    return [(name.encode("utf-8", "replace"), at) for name, at in modules.carried if is_apart(kinds[name])]


def _drop_loaded(declared: Declared, modules: Modules) -> None:
    """A variable that holds a loaded module, or a name of one, is an import (if it is exported, it is both)."""
    loaded = {name[1] for row in modules.imports if row.enclosing < 0 for name in row.names if not row.reexport}
    declared.others = [
        draft
        for draft in declared.others
        if draft.exported or draft.name not in loaded or draft.kind != DefinitionKind.VARIABLE.value
    ]


def _renamed(name: str, local: str, start: int, end: int) -> Draft:
    return Draft(
        name=name,
        kind=DefinitionKind.VARIABLE.value,
        start=start,
        end=end,
        name_start=start,
        name_end=end,
        body_start=end,
        parent=-1,
        alias=local,
    )


def _keep_imports(modules: Modules, scopes: ScopeMap) -> None:
    for row in modules.imports:
        scope = scopes.scopes[scopes.scope_at(row.start)]
        if scope.kind is not ScopeKind.MODULE:
            scope.kept.update(name[1].encode("utf-8", "replace") for name in row.names if name[1])


def _syntax_problems(text: ParsedText) -> list[ProblemRow]:
    """Syntax errors, but for ``export type * from``, which TypeScript 5 allows and the grammar does not know."""
    return [row for row in syntax_problems(text) if not _TYPE_STAR.match(text.data, row[2])]


def _import_rows(modules: Modules, index_of: list[int]) -> tuple[ImportRow, ...]:
    rows = (row if row.enclosing < 0 else row._replace(enclosing=index_of[row.enclosing]) for row in modules.imports)
    return tuple(sorted(rows, key=span_of_import))


def _more_references(
    text: ParsedText, modules: Modules, rows: Rows, scopes: ScopeMap, index_of: list[int]
) -> list[ReferenceRow]:
    """Imported names, ``object["name"]``, and what destructuring reads; in any order."""
    data = text.data
    uses: list[tuple[bytes, int, int, bytes]] = []  # name, start, kind, receiver
    for row in modules.imports:
        for name, _, start, end in row.names:
            if name and name not in ("*", "default"):
                uses.append((data[start:end].strip(b"\"'"), start, _IMPORT, row.module.encode("utf-8", "replace")))
    for owner, index in text.node_pairs("subscript.object", "subscript.index"):
        start, end = index.byte_range
        name = data[start + 1 : end - 1]
        if _IDENTIFIER.fullmatch(name):
            uses.append((name, start + 1, _STRING, path_of(owner) or UNKNOWN))
    for key in _pattern_keys(text):
        receiver = told_of(key)
        if not receiver.startswith(b"require()"):
            receiver = receiver.rpartition(b".")[0]
            uses.append((key.text or b"", key.start_byte, READ, receiver if 0 < len(receiver) <= LONGEST else UNKNOWN))
    strings = rows.strings
    more: list[ReferenceRow] = []
    uses.sort(key=itemgetter(1, 2, 3, 0))  # captures come in any order, and strings are numbered in this one
    for name, start, kind, receiver in uses:
        local = 0
        scope = scopes.scopes[scopes.scope_at(start)]
        if kind != _IMPORT and receiver != UNKNOWN:
            rows.local_roots.setdefault(scope.unit, set()).update(roots_of_path(receiver) & scope.visible)
            local = LOCAL_FLAG if root_of_path(receiver) in scope.visible else 0
        more.append((strings[name], start, kind | local, index_of[scopes.container_at(start)], strings[receiver], -1))
    keys = sorted(literal_keys(text), key=itemgetter(1, 2))
    told = _keywords_of(rows) if any(key.is_option for key in keys) else set[int]()
    for key in keys:
        scope = scopes.scopes[scopes.scope_at(key.start)]
        if key.root in scope.foreign or key.start in told:
            continue
        local = LOCAL_FLAG if key.root in scope.visible else 0
        if local:
            rows.local_roots.setdefault(scope.unit, set()).add(key.root)
        enclosing = index_of[scopes.container_at(key.start)]
        more.append((strings[key.name], key.start, _KEYWORD | local, enclosing, strings[key.receiver], -1))
    return more


def _keywords_of(rows: Rows) -> set[int]:
    """Where the keys stand that are rows already, because what is called with them is a use."""
    kinds = rows.flat[2::6]
    return {start for start, kind in zip(rows.flat[1::6], kinds, strict=True) if kind & ~LOCAL_FLAG == _KEYWORD}


def _pattern_keys(text: ParsedText) -> list[Node]:
    """The names of properties that object patterns of variables and parameters read."""
    ranges = outermost(text.spans("declared.pattern") + text.spans("parameters"))
    starts = [start for start, _ in ranges]
    keys: list[Node] = []
    for capture, kind in (("pattern.key", "property_identifier"), ("pattern.name", _SHORT)):
        for node in text.captures.get(capture, ()):
            at = bisect_right(starts, node.start_byte) - 1
            if node.type == kind and at >= 0 and node.end_byte <= ranges[at][1]:
                keys.append(node)
    return keys
