"""What keys of object literals mean: members of the type that is expected where the literal stands.

How a use says what is expected is told in ``extract_script_literals.py``.
Source: the TypeScript handbook ("Contextual Typing", "Object Types", "Functions").
"""

from __future__ import annotations

from sightline.graph.ancestry import is_class, member, row_of
from sightline.graph.bound_names import without_closed
from sightline.graph.facts import Reference
from sightline.graph.meanings import (
    OUTSIDE,
    UNKNOWN,
    Answer,
    BoundMeaning,
    DefinitionMeaning,
    Found,
    Place,
    Query,
    Rank,
    merged,
    weakened,
)
from sightline.graph.paths import Step
from sightline.graph.scopes import scope_at
from sightline.graph.script_outside import WRITTEN, is_written, possibly_augmented
from sightline.graph.values import attribute, elements, expression, in_function, taken


def given(query: Query, place: Place, reference: Reference) -> Answer:
    """What a key means; unknown where nothing tells the type that is expected."""
    text, keys = reference.receiver, ""
    if text.endswith(")") and not text.endswith("()"):
        text, _, keys = text[:-1].rpartition("(")
    path = [*(keys.split(".") if keys else ()), reference.name]
    for mark in (":", "as "):
        if text.startswith(mark):
            return _through(query, query.rules(place.file).annotated(query, place, text.removeprefix(mark)), path)
    if text.startswith("="):
        return _through(query, in_function(query, place, text[1:]), path)
    callee = expression(query, place, text, local=reference.local) if text not in ("", "?") else UNKNOWN
    members = [_taken(query, each.meaning, path) for each in callee]
    if not all(members):  # a member that is written out is the one only where nothing else can be
        members = [without_closed(each) for each in members]
    # Of several signatures nobody here knows which is called.
    sure = Rank.INFERRED if all(members) or sum(map(bool, members)) < 2 else Rank.NAME_ONLY
    return weakened(merged(*members), sure)


def subscripted(query: Query, file: int, reference: Reference) -> Answer:
    """What ``object["name"]`` means: the member that ``object.name`` means."""
    index = query.files.index(file)
    if index is None or reference.receiver in ("", "?"):
        return UNKNOWN
    at = reference.span.start
    place = Place(file, scope_at(index, query.rules(file), reference.enclosing, at), at)
    values = expression(query, place, reference.receiver, local=reference.local)
    found = attribute(query, values, reference.name)
    return weakened(found or (WRITTEN if is_written(query, values, reference.name) else UNKNOWN), Rank.INFERRED)


def _through(query: Query, answer: Answer, path: list[str]) -> Answer:
    """The member at the end of a path of keys; what holds something from outside tells nothing of a key in that."""
    for part in path[:-1]:
        answer = elements(query, answer) if part == "[]" else taken(query, answer, Step(".", part))
    own = [_plain(each) for each in taken(query, answer, Step(".", path[-1])) if each.meaning != OUTSIDE]
    if own:
        return weakened(tuple(own), Rank.INFERRED)
    if answer and len(path) == 1 and all(each.meaning == OUTSIDE for each in answer):
        found = possibly_augmented(query, path[0])
        return UNKNOWN if found is None else found or WRITTEN
    return WRITTEN if is_written(query, answer, path[-1]) else UNKNOWN


def _plain(found: Found) -> Found:
    """The member itself, in whatever instance it is."""
    return found._replace(meaning=found.meaning.of) if isinstance(found.meaning, BoundMeaning) else found


def _taken(query: Query, meaning: object, path: list[str]) -> Answer:
    """The member that some parameter of a function, or of the constructor of a class, has there."""
    row = row_of(query, meaning)
    if row is None or not isinstance(meaning, DefinitionMeaning):
        return UNKNOWN
    rules = query.rules(meaning.file)
    if is_class(query, meaning):
        constructors = member(query, meaning, "constructor")
        return merged(*(_taken(query, each.meaning, path) for each in constructors if each.meaning != meaning))
    outer = Place(meaning.file, row.parent)
    kinds = [rules.annotated(query, outer, each[3]) if each[3] else UNKNOWN for each in row.parameters or ()]
    found = [_through(query, each, path) for each in kinds]
    is_sure = all(each or _is_plain(kind) for each, kind in zip(found, kinds, strict=True))
    return merged(*(found if is_sure else map(without_closed, found)))


def _is_plain(values: Answer) -> bool:
    """Whether no object can be given for such a value."""
    return bool(values) and all(each.meaning == OUTSIDE for each in values)
