"""Names that a file uses and nothing binds, by the file's own facts.

Only what the facts are sure of: a file with a star import may get any name from there, so that nothing in it counts as
unbound. Built-ins count as bound. ``export * from`` of JavaScript hands names on and binds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sightline.base.text import Span
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import Rules
from sightline.graph.python_names import BUILTINS
from sightline.graph.raw_facts import REFERENCE_CODE
from sightline.graph.registry import RULES
from sightline.graph.scopes import scope_at, scope_chain

#: Bytes that a name with what stands before its dot may take; longer ones are not found at the cursor.
_LONGEST = 400
#: Languages whose stars of exports bind nothing where they stand (ECMAScript, "Exports").
_PASSING_ON = frozenset(("javascript", "typescript", "tsx"))
_NO_LOOKUP = frozenset((ReferenceKind.IMPORT, ReferenceKind.KEYWORD, ReferenceKind.STRING))


def unbound_names(index: FileIndex, span: Span | None = None) -> tuple[str, ...]:
    """Names looked up within ``span`` (everywhere without one) that no scope of the file binds, in source order.

    A span that is empty stands for the cursor: the name it touches counts.
    """
    found: dict[str, None] = {}
    for reference in _references(index, span):
        name = reference.receiver.partition(".")[0] if reference.receiver else reference.name
        if name not in found and _is_unbound(index, reference, name):
            found[name] = None
    return tuple(found)


def is_bound_at_top(index: FileIndex, name: str) -> bool:
    """Whether the module itself defines or imports ``name``; star imports are not looked into."""
    return _defines(index, MODULE, name) or name in index.imported.get(MODULE, {})


def exported_unbound(index: FileIndex) -> Iterator[tuple[str, Span]]:
    """Names that ``export { name }`` hands on although the module does not bind them, with their places."""
    for row in index.definitions if not _may_bind_more(index) else ():
        if row.parent == MODULE and row.alias == row.name and not is_bound_at_top(index, row.name):
            yield row.name, Span(row.name_start, row.name_end)


def used_only_as_type(index: FileIndex, name: str) -> bool:
    """Whether every use of ``name`` in the file is in an annotation. False for a name that is not used."""
    kinds = index.columns[2]
    receivers = {at for at, text in enumerate(index.strings) if text.partition(".")[0] == name}
    read = [kinds[at] for at in index.positions((name,)) if not index.strings[index.columns[4][at]]]
    read += [kinds[at] for at, receiver in enumerate(index.columns[4]) if receiver in receivers]
    return bool(read) and set(read) == {REFERENCE_CODE[ReferenceKind.TYPE]}


def _references(index: FileIndex, span: Span | None) -> Iterable[Reference]:
    for at, start in enumerate(index.columns[1]):
        if span is not None and not span.start - _LONGEST <= start <= span.end + _LONGEST:
            continue
        reference = index.reference(at)
        if span is None or _touches(reference, span):
            yield reference


def _touches(reference: Reference, span: Span) -> bool:
    """Whether the selection meets the reference, its receiver included."""
    start = reference.span.start
    if reference.receiver:
        start -= len(reference.receiver.encode("utf-8", "replace")) + 1
    return start <= span.end and span.start <= reference.span.end


def _is_unbound(index: FileIndex, reference: Reference, name: str) -> bool:
    rules = RULES[index.language]
    if reference.local or reference.kind in _NO_LOOKUP or not name.isidentifier() or _may_bind_more(index):
        return False
    if rules is RULES["python"] and name in BUILTINS:
        return False
    return not _is_bound(index, rules, reference, name)


def _may_bind_more(index: FileIndex) -> bool:
    """Whether a star import gives the file names that its own text does not show."""
    passes_on = index.language in _PASSING_ON
    return any(not (passes_on and row.reexport) for rows in index.stars.values() for row in rows)


def _is_bound(index: FileIndex, rules: Rules, reference: Reference, name: str) -> bool:
    scope = scope_at(index, rules, reference.enclosing, reference.span.start)
    scopes = set(scope_chain(index, rules.functions, rules.classes, scope))
    if rules is not RULES["python"]:
        scopes.update(_around(index, reference.enclosing))
    return any(
        _defines(index, each, name) or name in index.imported.get(each, {}) or (each, name) in index.written
        for each in scopes
    )


def _defines(index: FileIndex, scope: int, name: str) -> bool:
    """Whether a definition of the scope binds the name; ``export { name }`` alone does not."""
    rows = index.scopes.get(scope, {}).get(name, ())
    return any(index.definitions[at].alias != name for at in rows)


def _around(index: FileIndex, enclosing: int) -> Iterable[int]:
    """Every definition around a place: namespaces and type parameters reach further than a function's scope."""
    while enclosing != MODULE:
        yield enclosing
        enclosing = index.definitions[enclosing].parent
