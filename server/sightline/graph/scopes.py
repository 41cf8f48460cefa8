"""Which scope a reference stands in, and which scopes lie around it. A pure function of one file's facts."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import Rules


def scope_at(index: FileIndex, rules: Rules, enclosing: int, offset: int) -> int:
    """The scope in which a name at ``offset`` is looked up, given the innermost definition around it.

    Decorators, defaults, annotations and bases are evaluated outside the definition they belong to.
    """
    scopes = rules.functions | rules.classes
    scope = enclosing
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in scopes and offset >= row.body_start:
            return scope
        scope = row.parent
    return MODULE


def scope_chain(index: FileIndex, functions: frozenset[str], classes: frozenset[str], scope: int) -> Iterator[int]:
    """The scopes in which a bare name is looked up from ``scope`` outwards: class bodies do not reach into methods."""
    first = True
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in functions or (first and row.kind in classes):
            yield scope
        first = first and row.kind not in functions and row.kind not in classes
        scope = row.parent
    yield MODULE


def binding_at(index: FileIndex, reference: Reference) -> ImportBinding | None:
    """The import that a reference of kind ``IMPORT`` is part of."""
    assert reference.kind is ReferenceKind.IMPORT
    for statement in index.imports:
        if statement.start <= reference.span.start < statement.end:
            for name in statement.names:
                if name[2] <= reference.span.start < name[3] and name[0] == reference.name:
                    return ImportBinding(statement, name)
    return None
