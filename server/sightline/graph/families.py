"""Classes and their relatives: members, subclasses, overrides, and constructors used through a call of the class."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.graph.ancestry import is_class, member, own_members, resolution_order, row_of, type_around
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import Ancestor, Answer, DefinitionMeaning, Found, Place, Query, Rank, Rules
from sightline.graph.named_constructors import is_named_after_class
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.references import Limit, Use, Uses, trim, uses_of
from sightline.graph.state import GraphState
from sightline.graph.symbols import meaning_at
from sightline.graph.unrelated import MOST_BELOW, MOST_FILES, MOST_FILES_OF_OTHERS, Kin
from sightline.graph.values import attribute

#: A search for relatives stops here: a class with more subclasses is a framework's root.
MOST_RELATIVES = 2_000


def all_uses_of(query: Query, state: GraphState, target: DefinitionMeaning, limit: Limit) -> Uses:
    """As :func:`~sightline.graph.references.uses_of`; calls of a class count as uses of its constructor too."""
    above = frozenset((*overridden(query, target), *_declared_above(query, target)))
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    kin = _kin(query, state, target)
    if not _is_constructor(query.rules(target.file), index, row):
        return uses_of(query, state, target, limit, above, kin)
    uses = uses_of(query, state, target, limit, kin=kin)
    if uses.cut:
        return uses
    heirs = descendants(query, state, DefinitionMeaning(target.file, row.parent), known=limit.known)
    uses.found += _delegations(query, target, heirs)
    for use in _made_by_class_methods(query, target, heirs):
        uses.ambiguous += use.rank is Rank.NAME_ONLY
        uses.found.append(use)
    for owner, rank in _constructed_by(query, target, heirs):
        left = limit.after(uses.found)._replace(kind=ReferenceKind.CALL, alone=True)
        calls = uses_of(query, state, owner, left)
        uses.cut = uses.cut or calls.cut
        uses.left += calls.left
        uses.found += [Use(use.file, use.site, max(use.rank, rank)) for use in calls.found]
    if limit.count(uses.found) > limit.most:
        uses.cut = True
        trim(uses, limit)
    return uses


def _kin(query: Query, state: GraphState, target: DefinitionMeaning) -> Kin | None:
    """The class that has the target as a member; ``None`` where it is no member of a class."""
    owner, _ = _owner(query, target)
    if owner is None:
        return None

    def below(one: DefinitionMeaning) -> tuple[DefinitionMeaning, ...] | None:
        row = row_of(query, one)
        if row is None or len(state.referencing(row.name)) > (MOST_FILES if one == owner else MOST_FILES_OF_OTHERS):
            return None
        found = descendants(query, state, one, most=MOST_BELOW)
        if len(found) > MOST_BELOW:
            return None
        return tuple(each.meaning for each in found if isinstance(each.meaning, DefinitionMeaning))

    return Kin(query, owner, below)


def _is_constructor(rules: Rules, index: FileIndex, row: DefinitionRow) -> bool:
    if row.parent == MODULE:
        return False
    return row.name in rules.constructors or (rules.named_constructors and is_named_after_class(index, row))


def _constructed_by(
    query: Query, constructor: DefinitionMeaning, heirs: tuple[Found, ...]
) -> Iterator[tuple[DefinitionMeaning, Rank]]:
    """The classes a call of which runs ``constructor``: its own, and subclasses that inherit it."""
    index = query.files.index(constructor.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[constructor.number]
    own = DefinitionMeaning(constructor.file, row.parent)
    yield own, Rank.EXACT
    if query.rules(constructor.file).named_constructors:
        return  # subclasses have constructors of their own
    for found in heirs:
        if isinstance(found.meaning, DefinitionMeaning):
            for each in member(query, found.meaning, row.name):
                if each.meaning == constructor:
                    yield found.meaning, max(found.rank, each.rank)


def _delegations(query: Query, constructor: DefinitionMeaning, heirs: tuple[Found, ...]) -> Iterator[Use]:
    """Bare ``super(…)`` in constructors below; Python writes ``super().__init__(…)``, which is found by its name."""
    below_it = (found.meaning for found in heirs)
    for file in sorted({heir.file for heir in below_it if isinstance(heir, DefinitionMeaning)}):
        for site in query.files.sites(file, "super", keywords=False):
            if site.reference.kind is ReferenceKind.CALL and not site.reference.receiver:
                answer = meaning_at(query, file, site)
                yield from (Use(file, site, found.rank) for found in answer if found.meaning == constructor)


def _made_by_class_methods(query: Query, constructor: DefinitionMeaning, heirs: tuple[Found, ...]) -> Iterator[Use]:
    """Calls of ``cls`` in class methods: of the class and of those below it, which may inherit the constructor.

    In a class above ``cls(…)`` may run this constructor or another one: a use by name alone.
    """
    index = query.files.index(constructor.file)
    assert index is not None, "the target is a definition of the view"
    own = DefinitionMeaning(constructor.file, index.definitions[constructor.number].parent)
    name, words = index.definitions[constructor.number].name, query.rules(constructor.file).class_words
    line = resolution_order(query, own)[1:]
    classes = (own, *(found.meaning for found in heirs), *line)
    files = {each.file for each in classes if isinstance(each, DefinitionMeaning)} if words else set[int]()
    for file in sorted(files):
        for site in (each for word in words for each in query.files.sites(file, word, keywords=False)):
            reference = site.reference
            if not reference.local or reference.receiver or reference.kind is not ReferenceKind.CALL:
                continue
            made = (each.meaning for each in meaning_at(query, file, site))
            owners = [each for each in made if isinstance(each, DefinitionMeaning)]
            if any(constructor in inherited(query, owner, name) for owner in owners):
                yield Use(file, site, Rank.INFERRED)
            elif any(owner in line for owner in owners):
                yield Use(file, site, Rank.NAME_ONLY)


def subclasses(query: Query, state: GraphState, owner: DefinitionMeaning, *, known: bool = False) -> tuple[Found, ...]:
    """Classes that name ``owner`` among their bases, sorted by file and place; ``known``: not those by name alone."""
    found: dict[DefinitionMeaning, Rank] = {}
    limit = Limit(MOST_RELATIVES * 10, ReferenceKind.INHERIT, known, alone=True)
    for use in uses_of(query, state, owner, limit).found:
        index = query.files.index(use.file)
        if index is not None:
            number = _heir(index, query.rules(use.file).classes, use.site.reference)
            if number >= 0:
                found[type_around(query, use.file, index, number)] = use.rank
    return tuple(Found(meaning, rank) for meaning, rank in sorted(found.items()))


def _heir(index: FileIndex, classes: frozenset[str], reference: Reference) -> int:
    """The class in whose list of bases the reference stands."""
    number = reference.enclosing
    while number >= 0:
        row = index.definitions[number]
        if row.kind in classes and reference.span.start < row.body_start:
            return number
        number = row.parent
    return -1


def descendants(
    query: Query,
    state: GraphState,
    owner: DefinitionMeaning,
    *,
    known: bool = False,
    most: int = MOST_RELATIVES,
) -> tuple[Found, ...]:
    """All classes below ``owner``, nearest first; ``known`` as for :func:`subclasses`.

    Where there are more than ``most``, more than that many of them.
    """
    found: dict[DefinitionMeaning, Rank] = {}
    waiting = [Found(owner, Rank.EXACT)]
    for each in waiting:
        if not isinstance(each.meaning, DefinitionMeaning) or len(found) > most:
            break
        for heir in subclasses(query, state, each.meaning, known=known):
            if isinstance(heir.meaning, DefinitionMeaning) and heir.meaning not in found and heir.meaning != owner:
                found[heir.meaning] = max(heir.rank, each.rank)
                waiting.append(Found(heir.meaning, found[heir.meaning]))
    return tuple(Found(meaning, rank) for meaning, rank in found.items())


def by_name(query: Query, state: GraphState, name: str, most: int) -> Answer:
    """Members of that name anywhere, and globals only if there is no such member; the first ``most``."""
    members: list[Found] = []
    others: list[Found] = []
    for file in state.defining(name):
        index = query.files.index(file)
        for number, row in enumerate(index.definitions if index else ()):
            if row.name == name:
                kind = members if row.parent >= 0 else others
                kind.append(Found(DefinitionMeaning(file, number), Rank.NAME_ONLY))
        if len(members) >= most:
            break
    return tuple((members or others)[:most])


def inherited(query: Query, owner: DefinitionMeaning, name: str) -> tuple[DefinitionMeaning, ...]:
    """The members ``name`` of a class, its own or those of its bases; none for what is no class."""
    if not is_class(query, owner):
        return ()
    found = (each.meaning for each in member(query, owner, name))
    return tuple(each for each in found if isinstance(each, DefinitionMeaning))


def ancestors(query: Query, owner: DefinitionMeaning) -> tuple[Ancestor, ...]:
    """The classes in which a member of ``owner`` is looked for, itself first."""
    return resolution_order(query, owner)


def overrides(
    query: Query, state: GraphState, target: DefinitionMeaning, *, known: bool = False
) -> tuple[DefinitionMeaning, ...]:
    """Definitions of the same name in classes below the target's class; ``known`` as for :func:`subclasses`."""
    owner, name = _owner(query, target)
    if owner is None:
        return ()
    return tuple(
        meaning
        for heir in descendants(query, state, owner, known=known)
        if isinstance(heir.meaning, DefinitionMeaning)
        for meaning in own_members(query, heir.meaning, name)
    )


def overridden(query: Query, target: DefinitionMeaning) -> tuple[DefinitionMeaning, ...]:
    """Definitions of the same name in classes above the target's class, nearest first."""
    owner, name = _owner(query, target)
    if owner is None:
        return ()
    return tuple(
        meaning
        for above in resolution_order(query, owner)[1:]
        if isinstance(above, DefinitionMeaning)
        for meaning in own_members(query, above, name)
    )


def _declared_above(query: Query, target: DefinitionMeaning) -> tuple[DefinitionMeaning, ...]:
    """For a member of an object that a declared variable holds: what the declared type has under its name."""
    index = query.files.index(target.file)
    parent = index.definitions[target.number].parent if index is not None else MODULE
    if index is None or parent == MODULE or not index.definitions[parent].annotation:
        return ()
    rules, row = query.rules(target.file), index.definitions[parent]
    if not rules.declared_first or row.kind in rules.functions:
        return ()
    values = rules.annotated(query, Place(target.file, row.parent, row.start), row.annotation)
    found = (each.meaning for each in attribute(query, values, index.definitions[target.number].name))
    return tuple(each for each in found if isinstance(each, DefinitionMeaning) and each != target)


def _owner(query: Query, target: DefinitionMeaning) -> tuple[DefinitionMeaning | None, str]:
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    if row.parent == MODULE or not is_class(query, DefinitionMeaning(target.file, row.parent)):
        return None, row.name
    return type_around(query, target.file, index, row.parent), row.name
