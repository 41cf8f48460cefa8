"""Members of classes, and the line of classes in which one is looked for; the same for every language."""

from __future__ import annotations

from sightline.graph.facts import DefinitionKind
from sightline.graph.index import FileIndex
from sightline.graph.meanings import EXTERNAL, UNKNOWN, Ancestor, Answer, DefinitionMeaning, Found, Place, Query, Rank
from sightline.graph.raw_facts import DefinitionRow


def row_of(query: Query, meaning: object) -> DefinitionRow | None:
    """The definition behind a meaning, if it is one."""
    if not isinstance(meaning, DefinitionMeaning):
        return None
    index = query.files.index(meaning.file)
    return index.definitions[meaning.number] if index else None


def resolution_order(query: Query, owner: DefinitionMeaning) -> tuple[Ancestor, ...]:
    """The classes searched for a member, the class itself first (C3, "The Python 2.3 Method Resolution Order")."""
    return _order(query, owner, (owner, None))


def _order(query: Query, owner: DefinitionMeaning, unknown: tuple[Ancestor, ...]) -> tuple[Ancestor, ...]:
    return query.once(("order", owner), lambda: _linear(query, owner), unknown)


def _linear(query: Query, owner: DefinitionMeaning) -> tuple[Ancestor, ...]:
    """Each class above is asked once: a lattice of thirty classes has a billion ways up."""
    parents = bases_of(query, owner)
    lines: list[list[Ancestor]] = []
    for parent in parents:
        deeper = isinstance(parent, DefinitionMeaning)
        lines.append(list(_order(query, parent, (None,))) if deeper else [parent])
    return (owner, *_merge([*lines, list(parents)]))


def _merge(lines: list[list[Ancestor]]) -> list[Ancestor]:
    order: list[Ancestor] = []
    while lines := [line for line in lines if line]:
        heads = (line[0] for line in lines if not any(line[0] in other[1:] for other in lines))
        # Bases in an impossible order: Python would refuse the class; any order does.
        head = next(heads, lines[0][0])
        order.append(head)
        for line in lines:
            if line[0] == head:
                del line[0]
    return order


def bases_of(query: Query, owner: DefinitionMeaning) -> tuple[Ancestor, ...]:
    """The direct bases of a class in order. Two possible meanings of one base make it an unseen one."""
    if row_of(query, owner) is None:
        return (None,)
    more = query.rules(owner.file).more_parts
    found: list[Ancestor] = []
    for part in (owner, *(more(query, owner) if more is not None else ())):
        row = row_of(query, part)
        assert row is not None, "parts of a class are definitions"
        for text in row.bases:
            if text.endswith(">") and query.rules(part.file).structural is not None:
                found.append(None)  # some of the members of a type
            base = query.rules(part.file).base(query, Place(part.file, row.parent, row.start), text)
            if base != "" and base not in found:
                found.append(base)
    return tuple(found)


def is_class(query: Query, meaning: object) -> bool:
    """Whether a meaning is a class or something else with members."""
    row = row_of(query, meaning)
    return row is not None and isinstance(meaning, DefinitionMeaning) and row.kind in query.rules(meaning.file).classes


def member(query: Query, owner: DefinitionMeaning, name: str, skip: int = 0) -> Answer:
    """The member ``name`` of a class by its method resolution order, of which the first ``skip`` are left out."""
    return query.once(("member", owner, name, skip), lambda: _member(query, owner, name, skip), UNKNOWN)


def _member(query: Query, owner: DefinitionMeaning, name: str, skip: int) -> Answer:
    rank = Rank.EXACT
    for each in resolution_order(query, owner)[skip:]:
        if each is None:
            rank = Rank.INFERRED
        elif isinstance(each, str):
            if query.rules(owner.file).has_builtin_member(each, name):
                return EXTERNAL if rank is Rank.EXACT else UNKNOWN
        else:
            found = own_members(query, each, name)
            if found:
                return tuple(Found(meaning, rank) for meaning in found)
    return UNKNOWN


def own_members(query: Query, owner: DefinitionMeaning, name: str) -> tuple[DefinitionMeaning, ...]:
    """The members ``name`` of a class alone, in whatever parts of it."""
    more = query.rules(owner.file).more_parts
    found: list[DefinitionMeaning] = []
    parts_with = query.rules(owner.file).parts_with
    with_name = parts_with(query, owner, name) if parts_with is not None else ()
    for part in (owner, *(more(query, owner) if more is not None else ()), *with_name):
        index = query.files.index(part.file)
        numbers = index.scopes.get(part.number, {}).get(name, ()) if index else ()
        found += (DefinitionMeaning(part.file, at) for at in numbers)
    return tuple(found)


def type_around(query: Query, file: int, index: FileIndex, scope: int) -> DefinitionMeaning:
    """The type whose members lie in the definition ``scope``: for an extension the type it extends, if it is known."""
    own = DefinitionMeaning(file, scope)
    row = index.definitions[scope]
    if row.kind != DefinitionKind.EXTENSION:
        return own
    answer = query.rules(file).bare_name(query, Place(file, row.parent), row.name)
    found = (each.meaning for each in answer if is_class(query, each.meaning))
    return next((each for each in found if isinstance(each, DefinitionMeaning)), own)
