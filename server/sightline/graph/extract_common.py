"""Reads the captures of a query in the common vocabulary as facts; what differs by language is a ``Dialect``.

The vocabulary, for ``languages/queries/*.scm``:

``id``            a name that stands alone, or begins a dotted one
``variable``      a name together with the sign before it (``$x``); an ``id`` that ends there belongs to it
``property``      the last name of a ``member``; dropped where no ``member`` ends with it
``member``        a dotted name or another expression with a name after it, up to the end of that name
``called``        a call that holds the dotted callee's parts itself: it ends a ``member`` at its field ``name`` or
                  ``method``
``routine``       the name of what is called where functions have names of their own: no local variable hides it
``path``          a ``member`` whose first name no local variable hides (``a::b``)
``type``          a name in the place of a type
``arguments``     the list of arguments of a call, right after the callee; ``arguments.splat``, ``arguments.comment``
                  and ``keyword`` (the name of a named argument) are read within it
``definition``    a node for ``Dialect.define``
``scope``         a function without a name, its parameters included; ``block``: braces in which names may be bound
``local``         a name that is bound there, in the innermost scope around it; ``hoisted``: in the function around it
``lower``         as ``local``, unless it begins with a capital: then it is a constant
``inherit``, ``decorate``, ``written``: the name (or ``member``) is used so
``constructed``   a type whose name is called to make an instance
``invoked``       a name that is called wherever it stands alone and is not local, also without arguments (Ruby)
``skip``          a name that is no use
``import``        the imports; names in them are no uses, but for what ``Dialect.imports`` says
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Protocol

from tree_sitter import Node

from sightline.base.text import digest_of
from sightline.graph.dialect import HOLDING, Dialect, Later, Parts
from sightline.graph.extract_context import Context
from sightline.graph.extract_names import KEYWORD_NAME, LITERAL, SKIP, Names, Rows, emit, read_arguments, root_of
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
from sightline.graph.extract_scopes import Region, ScopeKind, ScopeMap
from sightline.graph.extract_text import ParsedText, field_of, syntax_problems
from sightline.graph.facts import FUNCTIONS, DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE, BindingRow, ImportRow, RawFacts

_IMPORT = REFERENCE_CODE[ReferenceKind.IMPORT]
_KINDS = (
    ("invoked", ReferenceKind.CALL),
    ("type", ReferenceKind.TYPE),
    ("written", ReferenceKind.WRITE),
    ("inherit", ReferenceKind.INHERIT),
    ("decorate", ReferenceKind.DECORATE),
    ("constructed", ReferenceKind.CALL),
)
_LOWER = b"abcdefghijklmnopqrstuvwxyz_"
_EXTENSION = DefinitionKind.EXTENSION.value
_SPACE = DefinitionKind.NAMESPACE.value


class Extractor(Protocol):
    """Reads a text as facts. A ``context`` stands for the text around when only some statements are read."""

    def __call__(self, text: ParsedText, context: Context | None = None) -> RawFacts: ...


def extractor(dialect: Dialect) -> Extractor:
    """The function that reads texts of one dialect."""

    def extract(text: ParsedText, context: Context | None = None) -> RawFacts:
        assert context is None, "texts of these languages are always read whole"
        return _extract(text, dialect)

    return extract


@dataclass(slots=True)
class _Declared:
    """Definitions by whether others lie in them. ``owners``: index of a container → name of the type it belongs to."""

    containers: list[Draft] = field(default_factory=list[Draft])
    others: list[Draft] = field(default_factory=list[Draft])
    owners: dict[int, Parts] = field(default_factory=dict[int, Parts])
    loose: list[tuple[Draft, Parts]] = field(default_factory=list[tuple[Draft, Parts]])
    bound: dict[int, Parts] = field(default_factory=dict[int, Parts])


def _extract(text: ParsedText, dialect: Dialect) -> RawFacts:
    declared = _read_definitions(text, dialect)
    later = [*dialect.later(text)]
    scopes = ScopeMap(_regions(text, declared, later))
    _settle_parents(declared, scopes)
    _bind(text, declared, scopes, later)
    imports = [*dialect.imports(text)]
    _keep_imports(imports, scopes)
    drafts, index_of = ordered([*declared.containers, *declared.others], len(declared.containers))
    definitions = definition_rows(drafts, index_of)
    imports = [row._replace(enclosing=index_of[scopes.container_at(row.start)]) for row in imports]
    imports.sort(key=span_of_import)
    own = {row.name.encode("utf-8", "replace") for row in definitions}
    own |= {name[1].encode("utf-8", "replace") for row in imports for name in row.names}
    scopes.settle((dialect.foreign - own) | {LITERAL})
    # Captures come in any order, and strings are numbered in the order of uses.
    uses = sorted(dialect.uses(text), key=lambda use: (use.start, use.kind, use.receiver))
    names = _names(text, dialect, imports, {use.end for use in uses})
    rows = emit(names, scopes, index_of)
    more = _imported(text, imports, rows, scopes, index_of)
    for use in uses:
        scope = scopes.scopes[scopes.scope_at(use.start)]
        root = root_of(use.receiver)
        local = LOCAL_FLAG if root and root in scope.visible else 0
        if local:
            rows.local_roots.setdefault(scope.unit, set()).add(root)
        name, receiver = rows.strings[text.data[use.start : use.end]], rows.strings[use.receiver]
        more.append((name, use.start, use.kind | local, index_of[scopes.container_at(use.start)], receiver, -1))
    return RawFacts(
        digest=digest_of(text.data),
        language=text.language.name,
        strings=tuple(name.decode("utf-8", "replace") for name in rows.strings),
        definitions=definitions,
        references=reference_rows(rows, more, drafts, index_of),
        calls=tuple(rows.calls),
        imports=tuple(imports),
        problems=(*syntax_problems(text), *sorted(dialect.problems(text), key=start_of_problem)),
        bindings=telling_bindings(_bindings(text, dialect, scopes, index_of, rows)),
        export_digest=export_digest(definitions, imports, ()),
    )


def _read_definitions(text: ParsedText, dialect: Dialect) -> _Declared:
    data = text.data
    declared = _Declared()
    for parts in sorted(
        (parts for node in text.captures.get("definition", ()) for parts in dialect.define(node, data)),
        key=lambda parts: (parts.start, -parts.end, parts.name),
    ):
        holds = parts.kind in HOLDING if parts.holds is None else parts.holds
        draft = _draft(parts, data)
        if parts.owner is not None:
            declared.loose.append((draft, parts))
        if holds:
            draft.container = len(declared.containers)
            declared.bound[draft.container] = parts
            declared.containers.append(draft)
        else:
            declared.others.append(draft)
    _add_owners(declared, data)
    return declared


def _draft(parts: Parts, data: bytes) -> Draft:
    return Draft(
        name=data[parts.name[0] : parts.name[1]].decode("utf-8", "replace"),
        kind=parts.kind,
        start=parts.start,
        end=parts.end,
        name_start=parts.name[0],
        name_end=parts.name[1],
        body_start=min(max(parts.body, parts.name[1]), parts.end),
        parent=-1,
        parameters=parts.parameters,
        bases=parts.bases,
        decorators=parts.decorators,
        annotation=parts.annotation,
        value=parts.value,
        alias=parts.alias,
        exported=parts.exported,
    )


def _add_owners(declared: _Declared, data: bytes) -> None:
    """Types named as owners: the one of the text, or an extension at the first place that names it."""
    types = _types_by_name(declared.containers)
    extensions: dict[str, int] = {}
    for draft, parts in declared.loose:
        assert parts.owner is not None, "only such are loose"
        start, end = parts.owner
        name = data[start:end].decode("utf-8", "replace")
        visible = (owner for owner, function in types.get(name, ()) if function is None or _lies_in(draft, function))
        owner = next(visible, None)
        if owner is None and name not in extensions:
            extensions[name] = len(declared.containers)
            extension = Draft(
                name=name,
                kind=_EXTENSION,
                start=draft.start,
                end=end,
                name_start=start,
                name_end=end,
                body_start=end,
                parent=-1,
                container=len(declared.containers),
                exported=True,
            )
            declared.containers.append(extension)
        draft.parent = extensions[name] if owner is None else owner.container


def _types_by_name(containers: list[Draft]) -> dict[str, list[tuple[Draft, Draft | None]]]:
    """Types and namespaces by name, in source order, each with the innermost function that it is local to."""
    types: dict[str, list[tuple[Draft, Draft | None]]] = {}
    around: list[Draft] = []
    for draft in containers:  # in source order, outer ones first
        while around and around[-1].end <= draft.start:
            around.pop()
        if draft.kind in FUNCTIONS:
            around.append(draft)
        else:
            types.setdefault(draft.name, []).append((draft, around[-1] if around else None))
    return types


def _lies_in(draft: Draft, function: Draft) -> bool:
    return draft is not function and function.start <= draft.start and draft.end <= function.end


def _regions(text: ParsedText, declared: _Declared, later: list[Later]) -> list[Region]:
    regions: list[Region] = []
    for draft in declared.containers:
        parts = declared.bound.get(draft.container)
        if parts is None:
            continue  # an extension is no region: what belongs to it says so
        kind = ScopeKind.FUNCTION if draft.kind in FUNCTIONS else ScopeKind.CLASS
        regions.append(Region(draft.start, -draft.end, ScopeKind.HEADER, draft.container))
        if parts.type_parameters:
            first = min(draft.name_end, parts.type_parameters[0][0])
            regions.append(Region(first, -draft.end, ScopeKind.BLOCK, -1, -2 - draft.container))
        regions.append(Region(draft.body_start, -draft.end, kind, draft.container, draft.container))
    regions += [Region(start, -end, ScopeKind.FUNCTION) for start, end in text.spans("scope")]
    regions += [Region(start, -end, ScopeKind.BLOCK) for start, end in text.spans("block")]
    regions += [Region(name.at, -name.to, ScopeKind.BLOCK) for name in later]
    return regions


def _settle_parents(declared: _Declared, scopes: ScopeMap) -> None:
    loose = {id(draft) for draft, _ in declared.loose}
    for draft in declared.containers:
        parent = scopes.parent_of.get(draft.container, -1)
        if id(draft) not in loose and draft.container in declared.bound:
            draft.parent = parent
    first = {draft.parent: draft for draft, _ in reversed(declared.loose)}
    for draft in declared.containers:
        if draft.container not in declared.bound:  # an extension lies in the namespace around what it adds
            member = first[draft.container]
            around = scopes.parent_of.get(member.container, -1)
            around = around if member.container >= 0 else scopes.container_at(member.start)
            draft.parent = around if around >= 0 and declared.containers[around].kind == _SPACE else -1
    for draft in declared.others:
        if id(draft) not in loose:
            draft.parent = scopes.container_at(draft.name_start)
    _break_circles(declared, scopes)
    for draft in (*declared.containers, *declared.others):
        parent = declared.containers[draft.parent] if draft.parent >= 0 else None
        if parent is not None and parent.kind in FUNCTIONS:
            draft.exported = False
        elif parent is not None and parent.kind != _SPACE and draft.kind == DefinitionKind.FUNCTION:
            draft.kind = DefinitionKind.METHOD.value


def _break_circles(declared: _Declared, scopes: ScopeMap) -> None:
    """What would belong to itself, such as a class ``A.B`` that holds the only ``A``, belongs to what is around it."""
    owned = {draft.container for draft, _ in declared.loose if draft.container in declared.bound}
    settled = {-1}
    waiting = [*range(len(declared.containers))]
    while waiting:
        path: dict[int, int] = {}
        at = waiting[-1]
        while at not in settled and at not in path:
            path[at] = len(path)
            at = declared.containers[at].parent
        if at in settled:
            settled.update(path)
            waiting.pop()
            continue
        for container in [*path][path[at] :]:
            if container in owned:
                owned.discard(container)
                declared.containers[container].parent = scopes.parent_of.get(container, -1)


def _bind(text: ParsedText, declared: _Declared, scopes: ScopeMap, later: list[Later]) -> None:
    """Names of definitions, parameters and local variables in their scopes."""
    data = text.data
    for draft in (*declared.containers, *declared.others):
        around = scopes.scopes[scopes.scope_at(draft.start)]
        name = draft.name.encode("utf-8", "replace")
        if around.kind is ScopeKind.CLASS:
            around.bound.add(name)
        elif around.kind is not ScopeKind.MODULE:
            around.kept.add(name)
    for container, parts in declared.bound.items():
        draft = declared.containers[container]
        own = scopes.scope_by_key.get(container)
        if own is not None and draft.kind in FUNCTIONS:
            scope = scopes.scopes[own]
            scope.bound.update(row[0].encode("utf-8", "replace") for row in parts.parameters or ())
            scope.bound.update(data[start:end] for start, end in parts.bound)
        if parts.type_parameters:
            scope = scopes.scopes[scopes.scope_at(draft.name_end)]
            scope.bound.update(data[start:end] for start, end in parts.type_parameters)
    place = {name.start: name.at for name in later}
    lower = [span for span in text.spans("lower") if span[0] < span[1] and data[span[0]] in _LOWER]
    for start, end in (*text.spans("local"), *lower):
        scopes.scopes[scopes.scope_at(place.get(start, start))].bound.add(data[start:end])
    for start, end in text.spans("hoisted"):
        scopes.scopes[scopes.function_of(scopes.scope_at(start))].bound.add(data[start:end])


def _keep_imports(imports: list[ImportRow], scopes: ScopeMap) -> None:
    for row in imports:
        scope = scopes.scopes[scopes.scope_at(row.start)]
        if scope.kind is not ScopeKind.MODULE:
            scope.kept.update(name[1].encode("utf-8", "replace") for name in row.names if name[1])


def _names(text: ParsedText, dialect: Dialect, imports: list[ImportRow], used: set[int]) -> Names:
    """Identifiers with the kinds that the query itself tells."""
    data = text.data
    for separator in dialect.separators:
        data = data.replace(separator, b"." if len(separator) == 1 else b" " * (len(separator) - 1) + b".")
    members: dict[int, int] = {}
    nodes: dict[int, Node] = {}
    for node in text.captures.get("member", ()):
        members[node.end_byte] = min(node.start_byte, members.get(node.end_byte, node.start_byte))
        nodes[node.end_byte] = node
    for node in text.captures.get("called", ()):
        name = field_of(node, "name") or field_of(node, "method")
        if name is not None:
            members[name.end_byte] = node.start_byte
    bare = [node for name in ("id", "type", "variable") for node in text.captures.get(name, ())]
    # A name that is missing takes no room: it may stand at the end of one that is there.
    broken = text.tree.root_node.has_error
    start_by_end = {node.end_byte: node.start_byte for node in bare if not (broken and node.is_missing)}
    for node in text.captures.get("property", ()):
        if node.end_byte in members:
            start_by_end[node.end_byte] = node.start_byte
    start_by_end |= {end: start for start, end in text.spans("keyword")}
    ends = sorted(end for end, start in start_by_end.items() if start < end and end not in used)
    starts = [start_by_end[end] for end in ends]
    if starts != sorted(starts):  # in broken code a name can hold another: the inner one is read
        ends = [end for last, end in zip((0, *ends[:-1]), ends, strict=True) if start_by_end[end] >= last]
        starts = [start_by_end[end] for end in ends]
    kinds: dict[int, int] = {}
    for name, kind in _KINDS:
        kinds.update(dict.fromkeys(text.ends(name), REFERENCE_CODE[kind]))
    kinds.update(dict.fromkeys(text.ends("keyword"), KEYWORD_NAME))
    kinds.update(dict.fromkeys(text.ends("skip"), SKIP))
    if dialect.no_use is not None:
        kinds.update((found.end(), SKIP) for found in dialect.no_use.finditer(data))
    # Of imports among the tokens of a macro the query tells the first token alone.
    begun = {*text.starts("use")}
    for low, high in (*text.spans("import"), *((row.start, row.end) for row in imports if row.start in begun)):
        for at in range(bisect_left(starts, low), bisect_left(starts, high)):
            kinds[ends[at]] = SKIP
    routines, paths = {*text.ends("routine")}, {*text.ends("path")}
    arguments, longer = read_arguments(text, dialect.gap), dialect.reading_before(nodes)
    return Names(data, starts, ends, members, kinds, arguments, routines, paths, longer=longer)


def _imported(
    text: ParsedText, imports: list[ImportRow], rows: Rows, scopes: ScopeMap, index_of: list[int]
) -> list[ReferenceRow]:
    """The names that imports name."""
    found: list[ReferenceRow] = []
    for row in imports:
        for name, _, start, end in row.names:
            if name not in ("", "*") and text.data[start:end].decode("utf-8", "replace") == name:
                module = rows.strings[row.module.encode("utf-8", "replace")]
                enclosing = index_of[scopes.container_at(start)]
                found.append((rows.strings[text.data[start:end]], start, _IMPORT, enclosing, module, -1))
    return found


def _bindings(
    text: ParsedText, dialect: Dialect, scopes: ScopeMap, index_of: list[int], rows: Rows
) -> list[tuple[int, BindingRow]]:
    """What is said about the types of local variables; only of names that stand before a dot somewhere."""
    said: list[tuple[int, BindingRow]] = []
    for start, end, annotation, value, alias, at, within in dialect.local_types(text):
        place = start if at < 0 else at
        unit = scopes.scopes[scopes.scope_at(place)].unit
        name = text.data[start:end].decode("utf-8", "replace")
        said.append((unit, (index_of[scopes.container_at(place)], name, annotation, value, alias, *within)))
    wanted = {(unit, root.decode("utf-8", "replace")) for unit, roots in rows.local_roots.items() for root in roots}
    for unit, row in reversed(said):  # what holds the values of a loop is declared before it
        if row[4].endswith("[]") and (unit, row[1]) in wanted:
            wanted.add((unit, row[4].partition(".")[0].removesuffix("[]").removesuffix("()")))
    return [each for each in said if (each[0], each[1][1]) in wanted]
