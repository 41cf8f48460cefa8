"""Reads the captures of ``queries/python.scm`` as facts, by Python's scoping rules (language reference, 4.2).

Definitions that hold others (functions and classes) are *containers* here, numbered in source order, until all
definitions are known and get their final indices.
"""

from __future__ import annotations

import builtins
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tree_sitter import Node

from sightline.base.text import digest_of
from sightline.graph.extract_context import Context
from sightline.graph.extract_names import KEYWORD_NAME, LITERAL, SKIP, Names, dotted, emit, read_arguments
from sightline.graph.extract_python_bindings import bind, local_bindings
from sightline.graph.extract_python_imports import (
    TELLING_BUILTINS,
    Imports,
    import_reference_rows,
    read_imports,
    read_strings,
)
from sightline.graph.extract_python_parts import KEYWORDS, parameters_of
from sightline.graph.extract_python_returns import add_returned
from sightline.graph.extract_rows import (
    Draft,
    definition_rows,
    export_digest,
    ordered,
    reference_rows,
    span_of_import,
    start_of_problem,
    telling_bindings,
)
from sightline.graph.extract_scopes import Region, ScopeKind, ScopeMap
from sightline.graph.extract_text import ParsedText, Span2, field_of, plain, syntax_problems
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import REFERENCE_CODE, DefinitionRow, ImportRow, RawFacts

#: Bare names that mean nothing of the project. Keywords are names only in broken code.
_BUILTINS = (frozenset((*(name.encode() for name in dir(builtins)), b"__file__")) | KEYWORDS) - TELLING_BUILTINS
_TYPE = REFERENCE_CODE[ReferenceKind.TYPE]
_KINDS = (("inherit", ReferenceKind.INHERIT), ("decorate", ReferenceKind.DECORATE))

#: What a class method calls its class; a call of it constructs an instance.
_CALLED_LOCALS = frozenset({b"cls"})


def extract_python(text: ParsedText, context: Context | None = None) -> RawFacts:
    """The facts of one Python text. Never raises, whatever the bytes are.

    With a ``context``, those of some of its statements: the first rows are the context's ancestors, and there is no
    digest.
    """
    containers = _containers(text, context)
    lambdas = text.nodes("lambda")
    scopes = ScopeMap([*_regions(text, containers, len(containers)), *_type_regions(text, containers)])
    _settle_containers(containers, scopes)
    imports = read_imports(text, scopes.container_at)
    names = _names(text)
    bound = bind(text, names, containers, scopes, context)
    returned = add_returned(text, containers, bound)
    _bind_imports(imports, scopes)
    for number, name in context.bound if context is not None else ():
        scopes.scopes[scopes.scope_by_key[number]].bound.add(name)
    for index, node in enumerate(lambdas):
        _bind_lambda(text, node, scopes, len(containers) + index)
    for start, end in text.spans("type_parameter"):
        scopes.scopes[scopes.scope_at(start)].bound.add(text.data[start:end])
    drafts, index_of = ordered([*containers, *bound.drafts], len(containers))
    definitions = definition_rows(drafts, index_of)
    if context is None:
        scopes.settle(python_foreign(definitions, imports.rows))
    else:
        scopes.settle(context.foreign, context.visible)
    rows = emit(names, scopes, index_of)
    for body, root in returned.items():
        rows.local_roots.setdefault(scopes.scopes[scopes.scope_at(body)].unit, set()).add(root)
    strings = read_strings(text, names, _annotation_ranges(text), rows.strings)
    public = next((at for at, draft in enumerate(drafts) if draft.name == "__all__"), -1)

    def enclosing_at(offset: int) -> int:
        return index_of[scopes.container_at(offset)]

    more = import_reference_rows(imports, rows.strings, enclosing_at)
    for use in strings.uses:
        enclosing = public if use.public else enclosing_at(use.start)
        more.append((rows.strings[use.name], use.start, use.kind, enclosing, rows.strings[use.receiver], -1))
    import_rows = [_with_index(row, index_of) for row in imports.rows]
    import_rows += [row._replace(enclosing=enclosing_at(row.start)) for row in strings.imports]
    import_rows.sort(key=span_of_import)
    listed = [use.name.decode("utf-8", "replace") for use in strings.uses if use.public]
    return RawFacts(
        digest="" if context else digest_of(text.data),
        language=text.language.name,
        strings=tuple(name.decode("utf-8", "replace") for name in rows.strings),
        definitions=definitions,
        references=reference_rows(rows, more, drafts, index_of),
        calls=tuple(rows.calls),
        imports=tuple(import_rows),
        problems=(*syntax_problems(text), *sorted(strings.problems, key=start_of_problem)),
        bindings=telling_bindings(local_bindings(bound, rows.local_roots, index_of)),
        export_digest="" if context else export_digest(definitions, import_rows, listed),
    )


def python_foreign(definitions: Sequence[DefinitionRow], imports: Sequence[ImportRow]) -> frozenset[bytes]:
    """Builtins that the module certainly does not bind anew."""
    own = {row.name.encode("utf-8", "replace") for row in definitions if row.parent < 0}
    for row in imports:
        if row.enclosing < 0:
            own.update(name[1].partition(".")[0].encode("utf-8", "replace") for name in row.names)
    return frozenset((LITERAL,)) if b"*" in own else (_BUILTINS - own) | {LITERAL}


def _with_index(row: ImportRow, index_of: list[int]) -> ImportRow:
    return row if row.enclosing < 0 else row._replace(enclosing=index_of[row.enclosing])


def _containers(text: ParsedText, context: Context | None) -> list[Draft]:
    """Functions and classes in source order; kind and parent are settled when scopes are known."""
    drafts = list(context.ancestors) if context else []
    data = text.data
    began = {inner[0]: outer[0] for inner, outer in text.pairs("decorated.definition", "decorated")}
    parameters = {node.start_byte: node for node in text.nodes("function.parameters")}
    columns = text.columns("function", "function.name", "function.parameters", "function.body")
    for (start, end), name, (list_start, _), (body, _) in columns:
        draft = _container(data, DefinitionKind.FUNCTION, (began.get(start, start), end), name, body)
        draft.parameters = parameters_of(parameters[list_start], data)
        drafts.append(draft)
    for (start, end), name, (body, _) in text.columns("class", "class.name", "class.body"):
        drafts.append(_container(data, DefinitionKind.CLASS, (began.get(start, start), end), name, body))
    drafts.sort(key=_start_of)
    for index, draft in enumerate(drafts):
        draft.container = index
    _add_headers(text, drafts)
    return drafts


def _container(data: bytes, kind: DefinitionKind, span: Span2, name: Span2, body: int) -> Draft:
    return Draft(
        name=data[name[0] : name[1]].decode("utf-8", "replace"),
        kind=kind.value,
        start=span[0],
        end=span[1],
        name_start=name[0],
        name_end=name[1],
        body_start=min(max(body, name[1]), span[1]),  # broken code can have an inner body before the outer one
        parent=-1,
    )


def _start_of(draft: Draft) -> tuple[int, int]:
    return draft.start, -draft.end


def _add_headers(text: ParsedText, drafts: list[Draft]) -> None:
    """Bases, decorators and return types: each belongs to the definition whose header it lies in."""
    data = text.data
    name_starts = [draft.name_start for draft in drafts]
    for node in text.nodes("class.arguments"):
        at = bisect_right(name_starts, node.start_byte) - 1
        if at >= 0 and node.end_byte <= drafts[at].body_start:
            drafts[at].bases = _bases(node)
    for start, end in text.spans("function.returns"):
        at = bisect_right(name_starts, start) - 1
        if at >= 0 and end <= drafts[at].body_start:
            drafts[at].annotation = plain(data[start:end])
    for start, end in text.spans("decorate"):
        at = bisect_left(name_starts, start)
        if at < len(drafts) and drafts[at].start <= start:
            drafts[at].decorators += (data[start:end].decode("utf-8", "replace"),)


def _bases(node: Node) -> tuple[str, ...]:
    """The bases of a class as dotted text: ``name()`` for a call, ``?`` for another expression, without subscripts."""
    bases: list[str] = []
    for child in node.named_children:
        if child.type in ("keyword_argument", "comment", "dictionary_splat"):
            continue
        named = field_of(child, "value") if child.type == "subscript" else child
        called = named is not None and named.type == "call"
        named = field_of(named, "function") if named is not None and called else named
        text = b"" if named is None else dotted(named.text or b"")
        bases.append(text.decode("utf-8", "replace") + ("()" if called else "") if text else "?")
    return tuple(bases)


def _settle_containers(containers: list[Draft], scopes: ScopeMap) -> None:
    """Parents and kinds; binds each name in the scope around it, and parameters in the scope of the body."""
    for index, draft in enumerate(containers):
        draft.parent = scopes.parent_of.get(index, -1)
        around = scopes.scopes[scopes.scope_at(draft.start)]
        name = draft.name.encode("utf-8", "replace")
        if around.kind is ScopeKind.CLASS:
            around.bound.add(name)
        elif around.kind is not ScopeKind.MODULE:
            around.kept.add(name)
        if draft.parameters is not None:
            if around.kind is ScopeKind.CLASS:
                draft.kind = DefinitionKind.METHOD.value
            own = scopes.scope_by_key.get(index)
            if own is not None:
                scopes.scopes[own].bound.update(row[0].encode("utf-8", "replace") for row in draft.parameters)
        if draft.parent >= 0:
            parent = containers[draft.parent]
            draft.exported = parent.exported and parent.kind == DefinitionKind.CLASS


def _regions(text: ParsedText, containers: list[Draft], keys: int) -> list[Region]:
    """All scopes; ``keys`` is the first key that is free for lambdas."""
    regions: list[Region] = []
    for index, draft in enumerate(containers):
        kind = ScopeKind.CLASS if draft.parameters is None else ScopeKind.FUNCTION
        regions.append(Region(draft.start, -draft.end, ScopeKind.HEADER, index))
        regions.append(Region(draft.body_start, -draft.end, kind, index, index))
    for at, node in enumerate(text.nodes("lambda")):
        body = field_of(node, "body")
        if body is not None:
            regions.append(Region(body.start_byte, -body.end_byte, ScopeKind.FUNCTION, -1, keys + at))
    for node in text.nodes("comprehension"):
        start, end = node.byte_range
        regions.append(Region(start, -end, ScopeKind.BLOCK))
        first = next((child for child in node.named_children if child.type == "for_in_clause"), None)
        iterable = None if first is None else field_of(first, "right")
        if iterable is not None:
            regions.append(Region(iterable.start_byte, -iterable.end_byte, ScopeKind.OUTSIDE))
    return regions


def _type_regions(text: ParsedText, containers: list[Draft]) -> list[Region]:
    """``def f[T]``, ``class C[T]``, ``type A[T]``: type parameters are seen from there to the end of the definition."""
    name_starts = [draft.name_start for draft in containers]
    regions: list[Region] = []
    for start, _ in text.spans("type_parameters"):
        at = bisect_right(name_starts, start) - 1
        if at >= 0:
            regions.append(Region(start, -containers[at].end, ScopeKind.BLOCK))
    for (start, _), (_, end) in text.pairs("alias.parameters", "alias"):
        regions.append(Region(start, -end, ScopeKind.BLOCK))
    return regions


def _bind_lambda(text: ParsedText, node: Node, scopes: ScopeMap, key: int) -> None:
    scope = scopes.scope_by_key.get(key)
    parameters = field_of(node, "parameters")
    if scope is not None and parameters is not None:
        rows = parameters_of(parameters, text.data)
        scopes.scopes[scope].bound.update(row[0].encode("utf-8", "replace") for row in rows)


def _bind_imports(imports: Imports, scopes: ScopeMap) -> None:
    """Imported names are no local variables: references to them lead to other files."""
    for row in imports.rows:
        scope = scopes.scopes[scopes.function_of(scopes.scope_at(row.start))]
        names = {alias.partition(".")[0].encode("utf-8", "replace") for _, alias, _, _ in row.names}
        if scope.kind is ScopeKind.CLASS:
            scope.bound |= names
        elif scope.kind is not ScopeKind.MODULE:
            scope.kept |= names


def _names(text: ParsedText) -> Names:
    """Identifiers with the kinds that the query itself tells."""
    data = text.data
    broken = text.tree.root_node.has_error  # then a name that is missing may stand at the end of one that is there
    start_by_end = {
        node.end_byte: node.start_byte for node in text.captures.get("id", ()) if not (broken and node.is_missing)
    }
    ends = sorted(start_by_end)
    starts = [start_by_end[end] for end in ends]
    if text.tree.root_node.has_error:  # missing identifiers have no text
        real = [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]
        starts, ends = [start for start, _ in real], [end for _, end in real]
    kinds: dict[int, int] = {}
    for low, high in _annotation_ranges(text):
        for at in range(bisect_left(starts, low), bisect_left(starts, high)):
            kinds[ends[at]] = _TYPE
    for name, kind in _KINDS:
        kinds.update(dict.fromkeys(text.ends(name), REFERENCE_CODE[kind]))
    kinds.update(dict.fromkeys(text.ends("keyword"), KEYWORD_NAME))
    for name in ("skip", "function.name", "class.name"):
        kinds.update(dict.fromkeys(text.ends(name), SKIP))
    for low, high in text.spans("import"):
        for at in range(bisect_left(starts, low), bisect_left(starts, high)):
            kinds[ends[at]] = SKIP
    members = {node.end_byte: node.start_byte for node in text.captures.get("attribute", ())}
    return Names(data, starts, ends, members, kinds, read_arguments(text), called_locals=_CALLED_LOCALS)


def _annotation_ranges(text: ParsedText) -> list[Span2]:
    """The outermost annotations, in source order."""
    ranges: list[Span2] = []
    for start, end in text.spans("type"):
        if not ranges or start >= ranges[-1][1]:
            ranges.append((start, end))
    return ranges
