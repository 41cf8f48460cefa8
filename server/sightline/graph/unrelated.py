"""Rules out uses by name alone, and computed ones: what stands before the dot is of a class unrelated to the member's.

``self`` in a class is of that class or of one below it, ``super()`` goes on in the line of such a one. So a member of
some other class is meant only where one class inherits from both. A dotted string that ends in a class and a member
names that class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sightline.graph.ancestry import is_class, resolution_order, row_of
from sightline.graph.facts import Reference
from sightline.graph.index import MODULE
from sightline.graph.meanings import (
    OUTSIDE,
    Answer,
    DefinitionMeaning,
    InstanceMeaning,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    SuperMeaning,
)
from sightline.graph.symbols import receiver_of
from sightline.graph.values import expression, in_function

#: Words for what is around, of which a receiver alone is looked at: others are hardly ever known exactly.
_AROUND = frozenset(("self", "cls", "super()", "this", "super"))
#: The classes below one are looked for if no more files than so many write its name: the first for the class that
#: holds the member, the second for a class of what stands before a dot.
MOST_FILES, MOST_FILES_OF_OTHERS = 200, 60
#: Classes below one that are looked at.
MOST_BELOW = 12
#: Classes before dots that are looked at for one question: a search for what is below each is a question of its own.
_MOST_OTHERS = 8
#: The class of all classes; its heirs make classes, and ``self`` is then any class at all.
_METACLASS = "type"


#: The classes below one, ``None`` where they are too many to look for.
Below: TypeAlias = Callable[[DefinitionMeaning], tuple[DefinitionMeaning, ...] | None]
#: What the classes below one inherit from, itself among them; ``None`` where that is not known.
_Lines: TypeAlias = tuple[frozenset[object], ...] | None


class Kin:
    """The class that holds a member, and those below it."""

    def __init__(self, query: Query, owner: DefinitionMeaning, below: Below) -> None:
        """``below`` finds the classes below one, which are asked for once they are needed."""
        self._query = query
        self._owner = owner
        self._below = below
        self._lines: dict[DefinitionMeaning, _Lines] = {}

    def may_be(self, file: int, reference: Reference) -> bool:
        """Whether what stands before the dot may have the member; only what is known exactly is ruled out."""
        if reference.receiver not in _AROUND or self._lines_of(self._owner) is None:
            return True
        answer = receiver_of(self._query, file, reference)
        classes = _classes(self._query, answer)
        return len(classes) != len(answer) or not answer or any(map(self._is_related, classes))

    def may_be_named(self, receiver: str) -> bool:
        """Whether a dotted text may lead to the class: its last name is no other class."""
        name = receiver.rpartition(".")[2]
        if not any(_defines_class(self._query, each, name) for each in self._query.files.defining(name)):
            return True
        below = self._below(self._owner)
        own = (row_of(self._query, each) for each in (self._owner, *(below or ())))
        return below is None or any(row is not None and row.name == name for row in own)

    def _is_related(self, other: DefinitionMeaning) -> bool:
        """Whether some class may inherit from both; one below them of which that is not known may."""
        if other not in self._lines and len(self._lines) > _MOST_OTHERS:
            return True
        # The owner's own line first: where it is not known, or answers, nobody has to look below the other.
        for one, another in ((self._owner, other), (other, self._owner)):
            lines = self._lines_of(one)
            if lines is None or any(another in line for line in lines):
                return True
        return False

    def _lines_of(self, owner: DefinitionMeaning) -> _Lines:
        if owner not in self._lines:
            self._lines[owner] = self._lines_below(owner)
        return self._lines[owner]

    def _lines_below(self, owner: DefinitionMeaning) -> _Lines:
        if not _is_seen(self._query, owner):
            return None  # before a search for the classes below it
        below = self._below(owner)
        if below is None or not all(_is_seen(self._query, each) for each in below):
            return None
        return tuple(frozenset(resolution_order(self._query, each)) for each in (owner, *below))


def may_be_of(query: Query, owner: DefinitionMeaning, file: int, offset: int, text: str) -> bool:
    """Whether what a text means somewhere may be of a class; only modules and other classes are ruled out."""
    index = query.files.index(file)
    if index is None:
        return True
    rows = index.definitions
    around = [
        number for number, row in enumerate(rows) if row.body_start <= offset < row.end and row.parameters is not None
    ]
    answer = in_function(query, Place(file, max(around, default=MODULE), offset), text)
    return not answer or not all(each.rank is Rank.EXACT and _is_other(query, each.meaning, owner) for each in answer)


def _is_other(query: Query, meaning: object, owner: DefinitionMeaning) -> bool:
    """Whether a meaning is a module, or a class that certainly does not inherit from another."""
    if isinstance(meaning, ModuleMeaning):
        return True
    if not isinstance(meaning, DefinitionMeaning) or not is_class(query, meaning):
        return False
    return _is_seen(query, meaning) and owner not in resolution_order(query, meaning)


def _classes(query: Query, answer: Answer) -> list[DefinitionMeaning]:
    """The classes of those meanings that are exactly known; an instance's only where it certainly is no class."""
    found: list[DefinitionMeaning] = []
    for meaning, rank in answer:
        if rank:
            continue
        if isinstance(meaning, SuperMeaning):
            found.append(meaning.of)
            continue
        of = meaning.of if isinstance(meaning, InstanceMeaning) else meaning
        if isinstance(of, DefinitionMeaning) and is_class(query, of):
            line = resolution_order(query, of)
            found += [] if None in line or _METACLASS in line else [of]
    return found


def _is_seen(query: Query, owner: DefinitionMeaning) -> bool:
    """Whether all bases above a class are known, if only to be from outside: what is computed may be anything."""
    line = resolution_order(query, owner)
    if None not in line:
        return True
    return all(_has_seen_bases(query, each) for each in line if isinstance(each, DefinitionMeaning))


def _has_seen_bases(query: Query, owner: DefinitionMeaning) -> bool:
    row, rules = row_of(query, owner), query.rules(owner.file)
    assert row is not None, "a class is a definition"
    place = Place(owner.file, row.parent, row.start)
    return all(rules.base(query, place, text) is not None or _is_outside(query, place, text) for text in row.bases)


def _is_outside(query: Query, place: Place, text: str) -> bool:
    if not text.replace(".", "_").isidentifier():
        return False
    answer = expression(query, place, text, local=False)
    return bool(answer) and all(
        each.meaning == OUTSIDE or (isinstance(each.meaning, ModuleMeaning) and each.meaning.file < 0)
        for each in answer
    )


def _defines_class(query: Query, file: int, name: str) -> bool:
    index = query.files.index(file)
    classes = query.rules(file).classes
    return index is not None and any(row.name == name and row.kind in classes for row in index.definitions)
