"""Constructors that bear the name of their class (Java, C#, C++): where the name means the class, and where it does
not.
"""

from __future__ import annotations

from sightline.graph.ancestry import bases_of, own_members, row_of
from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import Answer, DefinitionMeaning, Found, InstanceMeaning, Query, Rank, SuperMeaning
from sightline.graph.raw_facts import DefinitionRow

_METHOD = DefinitionKind.METHOD.value


def is_named_after_class(index: FileIndex, row: DefinitionRow) -> bool:
    """Whether a definition is a method of its class's own name."""
    return row.kind == _METHOD and row.parent != MODULE and index.definitions[row.parent].name == row.name


def without_constructors(query: Query, answer: Answer) -> Answer:
    """``answer`` without methods of their class's own name: a bare name means the class."""
    found: list[Found] = []
    for each in answer:
        row = row_of(query, each.meaning)
        if row is not None and isinstance(each.meaning, DefinitionMeaning) and row.kind == _METHOD:
            index = query.files.index(each.meaning.file)
            if index is not None and is_named_after_class(index, row):
                continue
        found.append(each)
    return tuple(found)


def delegated(query: Query, around: Answer) -> Answer:
    """The constructors that ``this(…)`` or ``super(…)`` may run, given what the word means."""
    owners: list[DefinitionMeaning] = []
    for each in around:
        if isinstance(each.meaning, InstanceMeaning):
            owners.append(each.meaning.of)
        elif isinstance(each.meaning, SuperMeaning):
            bases = bases_of(query, each.meaning.of)
            owners += (base for base in bases if isinstance(base, DefinitionMeaning))
    found: list[Found] = []
    for owner in owners:
        row = row_of(query, owner)
        if row is not None:
            found += (Found(each, Rank.EXACT) for each in own_members(query, owner, row.name))
    return tuple(found)
