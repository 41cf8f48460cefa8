"""Where names are bound and what is declared of them, as far as the facts of one file say it; nothing is followed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from sightline.graph.ancestry import row_of
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    OUTSIDE,
    Answer,
    BoundMeaning,
    DefinitionMeaning,
    InstanceMeaning,
    Meaning,
    Place,
    Query,
    TypeMeaning,
)
from sightline.graph.paths import path_of_text
from sightline.graph.raw_facts import BindingRow, DefinitionRow, ParameterRow

#: The offset of a place of which nobody told one.
ANYWHERE: Final = Place(0, 0).offset
#: The member that a call of a value calls, where types are not structural (Python).
CALLED: Final = "__call__"
#: What a path begins with that begins with no name.
NO_NAMES: Final = ("(", "[", "{")
#: Kinds of what holds a value.
VALUES: Final = frozenset({DefinitionKind.VARIABLE.value, DefinitionKind.ATTRIBUTE.value})

_THIS = re.compile(r"(?<![\w$.])this(?![\w$])")
#: Stands among the type parameters of a type where the value may be of another, unknown one as well.
OPEN: Final = ("|", TypeMeaning(Place(-1, -1), ""))
#: Stands there where the type is a side of an intersection: the value is of all sides, so that it lacks no member
#: that another side has.
_SIDE: Final = ("&", TypeMeaning(Place(-1, -1), ""))


def holding(rows: tuple[BindingRow, ...], offset: int) -> tuple[BindingRow, ...]:
    """The bindings that hold at an offset: those of the innermost block or function that has any."""
    around = [row for row in rows if not row[6] or row[5] <= offset < row[6]]
    innermost = max((row[5] for row in around), default=0)
    return tuple(row for row in around if row[5] == innermost) if around else ()


def is_local(index: FileIndex, functions: frozenset[str], place: Place, name: str) -> bool:
    """Whether a name is a parameter or a local variable of a function around a place."""
    scope = place.scope
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in functions and (
            holding(index.bindings.get((scope, name), ()), place.offset)
            or any(parameter[0] == name for parameter in row.parameters or ())
        ):
            return True
        scope = row.parent
    if not holding(index.bindings.get((MODULE, name), ()), place.offset):
        return False
    return place.offset < ANYWHERE or name not in index.scopes.get(MODULE, ())


def assigning_scope(index: FileIndex, functions: frozenset[str], row: DefinitionRow) -> int:
    """The scope an assignment runs in: for ``self.x = …`` the method that holds it, else the parent."""
    if row.kind != DefinitionKind.ATTRIBUTE or row.parent == MODULE:
        return row.parent
    for at, each in enumerate(index.definitions):
        if each.parent == row.parent and each.kind in functions and each.body_start <= row.start < each.end:
            return at
    return row.parent


def is_told_elsewhere(query: Query, meaning: DefinitionMeaning) -> bool:
    """Whether other signatures of a function say what it gives: then callers do not see this one."""
    index = query.files.index(meaning.file)
    assert index is not None, "the definition was just read"
    row = index.definitions[meaning.number]
    same = index.scopes.get(row.parent, {}).get(row.name, ())
    return any(index.definitions[each].annotation for each in same)


def is_narrowed(query: Query, answer: Answer, results: list[Answer]) -> bool:
    """Whether values may be of several types, some of which lack a member, and the language asks for it in all of them.

    ``results``: what the member is in each of ``answer``. That one side of an intersection lacks it says nothing.
    """
    meanings = [each.meaning for each in answer]
    sides = [bool(result) for meaning, result in zip(meanings, results, strict=True) if _is_side(meaning)]
    others = [bool(result) for meaning, result in zip(meanings, results, strict=True) if not _is_side(meaning)]
    if any(sides) or all(others) or sum(others) < 2:
        return False
    return all(isinstance(each, TypeMeaning | InstanceMeaning) for each in meanings) and any(
        query.rules(file_of_type(each)).structural is not None
        for each in meanings[:1]
        if isinstance(each, TypeMeaning | InstanceMeaning)
    )


def as_side(answer: Answer) -> Answer:
    """``answer`` as a side of an intersection; one that may be of several types has none that every value is of."""
    if len(answer) != 1 or _is_side(answer[0].meaning):
        return answer
    meaning = answer[0].meaning
    if isinstance(meaning, InstanceMeaning):
        return (answer[0]._replace(meaning=replace(meaning, bound=(*meaning.bound, _SIDE))),)
    if isinstance(meaning, TypeMeaning):
        place = meaning.place._replace(bound=(*meaning.place.bound, _SIDE))
        return (answer[0]._replace(meaning=replace(meaning, place=place)),)
    return answer


def _is_side(meaning: Meaning) -> bool:
    if isinstance(meaning, TypeMeaning):
        return _SIDE in meaning.place.bound
    return isinstance(meaning, InstanceMeaning) and _SIDE in meaning.bound


def is_declared(query: Query, meaning: DefinitionMeaning) -> bool:
    """Whether the type that a variable is declared with says what its members are."""
    row = row_of(query, meaning)
    return row is not None and bool(row.annotation) and row.kind in VALUES and query.rules(meaning.file).declared_first


def without_closed(answer: Answer) -> Answer:
    """Without values that certainly have no member of the workspace's own: from outside, containers, functions.

    Objects whose types are written out stay, marked as not all that the value may be.
    """
    return tuple(
        each._replace(meaning=_opened(each.meaning))
        for each in answer
        if each.meaning != OUTSIDE and not _is_closed(each.meaning)
    )


def _opened(meaning: Meaning) -> Meaning:
    if not isinstance(meaning, TypeMeaning) or OPEN in meaning.place.bound:
        return meaning
    return replace(meaning, place=meaning.place._replace(bound=(*meaning.place.bound, OPEN)))


def is_open_type(answer: Answer) -> bool:
    """Whether some value is of a type that is written out and may be of another, unknown one as well."""
    return any(isinstance(each.meaning, TypeMeaning) and OPEN in each.meaning.place.bound for each in answer)


def _is_closed(meaning: object) -> bool:
    return isinstance(meaning, TypeMeaning) and meaning.text[:1] not in ("{", "=")


def in_instance(query: Query, owner: object, answer: Answer) -> Answer:
    """Members with what their instance tells of type parameters, and of ``this`` in their types."""
    if not isinstance(owner, InstanceMeaning):
        return answer
    return tuple(each._replace(meaning=_in_instance(query, owner, each.meaning)) for each in answer)


def _in_instance(query: Query, owner: InstanceMeaning, meaning: Meaning) -> Meaning:
    row = row_of(query, meaning)
    if row is None or not isinstance(meaning, DefinitionMeaning):
        return meaning
    bound = owner.bound
    if "this" in row.annotation and _THIS.search(row.annotation) and query.rules(meaning.file).structural is not None:
        bound = (*bound, ("this", TypeMeaning(Place(owner.of.file, owner.of.number, 0, owner.bound), "this")))
    return BoundMeaning(meaning, bound) if bound else meaning


def file_of_type(meaning: TypeMeaning | InstanceMeaning) -> int:
    """The file whose language says what a type means."""
    return meaning.place.file if isinstance(meaning, TypeMeaning) else meaning.of.file


def is_scoped(query: Query, file: int, text: str) -> bool:
    """Whether an expression that begins with no local name may mean something else at the top of its file."""
    index, rule = query.files.index(file), query.rules(file).is_scoped
    if index is None or rule is None or text[:1] in NO_NAMES:
        return True
    return rule(index, path_of_text(text).head)


def in_class(query: Query, place: Place) -> bool:
    """Whether an expression stands in a class, outside of its methods."""
    index = query.files.index(place.file)
    if index is None or place.scope == MODULE:
        return False
    return index.definitions[place.scope].kind in query.rules(place.file).classes


def passes_on(parameters: tuple[ParameterRow, ...], name: str) -> bool:
    """Whether a keyword argument reaches ``**kwargs`` instead of a parameter of its own."""
    kinds = {parameter[0]: parameter[1] for parameter in parameters}
    return name not in kinds and ParameterKind.VARIADIC_KEYWORD in kinds.values()
