"""What Python values are, as far as annotations, constructors and base classes tell.

No inference beyond that: a value nobody annotated or constructed in plain sight has no type here. Everything found in
this way ranks as inferred; only scopes, imports and a fully known line of bases make an answer exact.
"""

from __future__ import annotations

import builtins
import re
from typing import NamedTuple, TypeAlias

from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    EXTERNAL,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    InstanceMeaning,
    ModuleMeaning,
    Query,
    Rank,
    SuperMeaning,
    merged,
    weakened,
)
from sightline.graph.python_names import CLASSES, FUNCTIONS, attribute_of_module, bare_name
from sightline.graph.raw_facts import DefinitionRow

_VALUES = frozenset({DefinitionKind.VARIABLE.value, DefinitionKind.ATTRIBUTE.value})
_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
#: Decorators after which the function's return annotation is still the type of what a call or an access gives.
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "classproperty", "lazyproperty"})
_DOTTED = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")
_WRAPPERS = frozenset({"Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly"})


class Place(NamedTuple):
    """Where an expression stands: file, scope (index of a definition or -1) and byte offset."""

    file: int
    scope: int
    offset: int = 1 << 62


def expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    """What a dotted text such as ``a.Foo().b`` means. ``local``: its first name is bound in a function around it."""
    key = ("expression", place.file, place.scope, text, local, place.offset if _in_class(query, place) else 0)
    return query.once(key, lambda: _expression(query, place, text, local=local), UNKNOWN)


def _in_class(query: Query, place: Place) -> bool:
    index = query.files.index(place.file)
    return index is not None and place.scope != MODULE and index.definitions[place.scope].kind in CLASSES


def _expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    head, *rest = text.split(".")
    name = head.removesuffix("()")
    if not name.isidentifier():
        return UNKNOWN
    if head == "super()":
        answer = _parent_side(query, place)
    else:
        answer = (
            local_name(query, place, name) if local else bare_name(query, place.file, place.scope, name, place.offset)
        )
        if head.endswith("()"):
            answer = called(query, answer)
    for part in rest:
        answer = attribute(query, answer, part.removesuffix("()"))
        if part.endswith("()"):
            answer = called(query, answer)
    return answer


def _parent_side(query: Query, place: Place) -> Answer:
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        if row.kind in CLASSES:
            return (Found(SuperMeaning(DefinitionMeaning(place.file, scope)), Rank.EXACT),)
        scope = row.parent
    return UNKNOWN


def local_name(query: Query, place: Place, name: str) -> Answer:
    """What a parameter or local variable of a function around ``place`` holds."""
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        if row.kind in FUNCTIONS:
            answers = _bound_in(query, Place(place.file, scope), index, name)
            if answers is not None:
                return answers
        scope = row.parent
    return UNKNOWN


def _bound_in(query: Query, place: Place, index: FileIndex, name: str) -> Answer | None:
    """Types of a name bound in one function, ``None`` when nothing there speaks of it."""
    row = index.definitions[place.scope]
    bindings = index.bindings.get((place.scope, name), ())
    found = [_value(query, place, annotation, value, alias) for _, _, annotation, value, alias in bindings]
    position = next((at for at, parameter in enumerate(row.parameters or ()) if parameter[0] == name), None)
    if position is None:
        return weakened(merged(*found), Rank.INFERRED) if bindings else None
    annotation = (row.parameters or ())[position][3]
    if annotation:
        outer = Place(place.file, row.parent)
        return weakened(merged(annotated(query, outer, annotation), *found), Rank.INFERRED)
    if position == 0 and not found:
        return _first_parameter(place, index, row)
    return weakened(merged(*found), Rank.INFERRED)


def _first_parameter(place: Place, index: FileIndex, row: DefinitionRow) -> Answer:
    """``self`` or ``cls``."""
    if row.parent == MODULE or index.definitions[row.parent].kind not in CLASSES:
        return UNKNOWN
    decorators = {text.partition("(")[0] for text in row.decorators}
    if "staticmethod" in decorators:
        return UNKNOWN
    owner = DefinitionMeaning(place.file, row.parent)
    if "classmethod" in decorators or row.name in _CLASS_METHODS:
        return (Found(owner, Rank.EXACT),)
    return (Found(InstanceMeaning(owner), Rank.EXACT),)


def _value(query: Query, place: Place, annotation: str, value: str, alias: str) -> Answer:
    if annotation:
        return annotated(query, place, annotation)
    if value:
        return called(query, _in_function(query, place, value))
    return _in_function(query, place, alias) if alias else UNKNOWN


def _in_function(query: Query, place: Place, text: str) -> Answer:
    """An expression at ``place`` of which nobody told whether its first name is local."""
    head = text.partition(".")[0].removesuffix("()")
    if place.scope != MODULE:
        index = query.files.index(place.file)
        if index is not None and _is_local(index, place.scope, head):
            return expression(query, place, text, local=True)
    return expression(query, place, text, local=False)


def _is_local(index: FileIndex, scope: int, name: str) -> bool:
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in FUNCTIONS and (
            (scope, name) in index.bindings or any(parameter[0] == name for parameter in row.parameters or ())
        ):
            return True
        scope = row.parent
    return False


def annotated(query: Query, place: Place, text: str) -> Answer:
    """The values an annotation allows: instances of the classes it names, unions and optionals opened."""
    text = text.strip().strip("'\"").strip()
    parts = _split(text, "|")
    if len(parts) > 1:
        return merged(*(annotated(query, place, part) for part in parts))
    name, bracket, inside = text.partition("[")
    short = name.rpartition(".")[2]
    if bracket and short in _WRAPPERS | {"Union", "type", "Type"}:
        arguments = _split(inside.removesuffix("]"), ",")
        if short == "Union":
            return merged(*(annotated(query, place, part) for part in arguments))
        inner = annotated(query, place, arguments[0])
        return _classes_of(inner) if short in ("type", "Type") else inner
    if short == "Self":
        return _self_type(query, place)
    if not _DOTTED.match(name) or name == "None":
        return UNKNOWN
    return called(query, _class_named(query, place, name))


def _class_named(query: Query, place: Place, name: str) -> Answer:
    named = expression(query, place, name, local=False)
    return tuple(found for found in named if _is_class(query, found.meaning))


def _self_type(query: Query, place: Place) -> Answer:
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        if index.definitions[scope].kind in CLASSES:
            return (Found(InstanceMeaning(DefinitionMeaning(place.file, scope)), Rank.INFERRED),)
        scope = index.definitions[scope].parent
    return UNKNOWN


def _classes_of(answer: Answer) -> Answer:
    return tuple(Found(found.meaning.of, found.rank) for found in answer if isinstance(found.meaning, InstanceMeaning))


def _split(text: str, separator: str) -> list[str]:
    """``text`` cut at ``separator`` outside brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if character == separator and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _is_class(query: Query, meaning: object) -> bool:
    row = row_of(query, meaning)
    return row is not None and row.kind in CLASSES


def row_of(query: Query, meaning: object) -> DefinitionRow | None:
    """The definition behind a meaning, if it is one."""
    if not isinstance(meaning, DefinitionMeaning):
        return None
    index = query.files.index(meaning.file)
    return index.definitions[meaning.number] if index else None


def called(query: Query, answer: Answer) -> Answer:
    """What a call of each meaning gives."""
    return merged(*(weakened(_called(query, found.meaning), max(found.rank, Rank.INFERRED)) for found in answer))


def _called(query: Query, meaning: object) -> Answer:
    row = row_of(query, meaning)
    if row is None or not isinstance(meaning, DefinitionMeaning):
        return EXTERNAL if meaning == EXTERNAL[0].meaning else UNKNOWN
    if row.kind in CLASSES:
        return (Found(InstanceMeaning(meaning), Rank.INFERRED),)
    if row.kind in FUNCTIONS and row.annotation:
        return annotated(query, Place(meaning.file, row.parent), row.annotation)
    if row.kind in _VALUES:
        return called(query, tuple(f for f in value_of(query, meaning) if _is_class(query, f.meaning)))
    return UNKNOWN


def value_of(query: Query, meaning: DefinitionMeaning) -> Answer:
    """What a variable, an attribute or a property holds, all its assignments in the same scope together."""
    return query.once(("value", meaning), lambda: _value_of(query, meaning), UNKNOWN)


def _value_of(query: Query, meaning: DefinitionMeaning) -> Answer:
    index = query.files.index(meaning.file)
    if index is None:
        return UNKNOWN
    row = index.definitions[meaning.number]
    if row.kind in FUNCTIONS:
        is_property = bool({text.partition("(")[0] for text in row.decorators} & _PROPERTIES)
        return _called(query, meaning) if is_property else UNKNOWN
    if row.kind not in _VALUES:
        return UNKNOWN
    same = [index.definitions[each] for each in index.scopes.get(row.parent, {}).get(row.name, ())]
    found: list[Answer] = []
    for each in same:
        scope = _assigning_scope(index, each)
        found.append(_value(query, Place(meaning.file, scope, each.start), each.annotation, each.value, each.alias))
    return weakened(merged(*found), Rank.INFERRED)


def _assigning_scope(index: FileIndex, row: DefinitionRow) -> int:
    """The scope an assignment runs in: for ``self.x = …`` the method that holds it, else the parent."""
    if row.kind != DefinitionKind.ATTRIBUTE or row.parent == MODULE:
        return row.parent
    for at, each in enumerate(index.definitions):
        if each.parent == row.parent and each.kind in FUNCTIONS and each.body_start <= row.start < each.end:
            return at
    return row.parent


def attribute(query: Query, answer: Answer, name: str) -> Answer:
    """What ``.name`` means on each meaning."""
    results = [weakened(_attribute(query, found.meaning, name), found.rank) for found in answer]
    known = [result for result in results if result]
    return weakened(merged(*known), Rank.EXACT if len(results) == 1 else Rank.INFERRED)


def _attribute(query: Query, meaning: object, name: str) -> Answer:
    match meaning:
        case ModuleMeaning():
            return attribute_of_module(query, meaning, name)
        case InstanceMeaning():
            return member(query, meaning.of, name)
        case SuperMeaning():
            return member(query, meaning.of, name, skip=1)
        case DefinitionMeaning():
            if _is_class(query, meaning):
                return member(query, meaning, name)
            return attribute(query, value_of(query, meaning), name)
        case _:
            return EXTERNAL if meaning == EXTERNAL[0].meaning else UNKNOWN


def member(query: Query, owner: DefinitionMeaning, name: str, skip: int = 0) -> Answer:
    """The member ``name`` of a class by its method resolution order, of which the first ``skip`` are left out."""
    return query.once(("member", owner, name, skip), lambda: _member(query, owner, name, skip), UNKNOWN)


def _member(query: Query, owner: DefinitionMeaning, name: str, skip: int) -> Answer:
    rank = Rank.EXACT
    for each in resolution_order(query, owner)[skip:]:
        if each is None:
            rank = Rank.INFERRED
        elif isinstance(each, str):
            if hasattr(getattr(builtins, each), name):
                return EXTERNAL if rank is Rank.EXACT else UNKNOWN
        else:
            index = query.files.index(each.file)
            found = index.scopes.get(each.number, {}).get(name, ()) if index else ()
            if found:
                return tuple(Found(DefinitionMeaning(each.file, at), rank) for at in found)
    return UNKNOWN


#: A class, the name of a built-in class, or ``None`` for a base nobody can see.
Ancestor: TypeAlias = DefinitionMeaning | str | None


def resolution_order(query: Query, owner: DefinitionMeaning) -> tuple[Ancestor, ...]:
    """The classes searched for a member, the class itself first (C3, "The Python 2.3 Method Resolution Order")."""
    return query.once(("order", owner), lambda: _linear(query, owner, ()), (owner, None))


def _linear(query: Query, owner: DefinitionMeaning, below: tuple[DefinitionMeaning, ...]) -> tuple[Ancestor, ...]:
    if owner in below or len(below) > 60:
        return (None,)
    parents = bases_of(query, owner)
    lines: list[list[Ancestor]] = []
    for parent in parents:
        deeper = isinstance(parent, DefinitionMeaning)
        lines.append(list(_linear(query, parent, (*below, owner))) if deeper else [parent])
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
    row = row_of(query, owner)
    if row is None:
        return (None,)
    found: list[Ancestor] = []
    for text in row.bases:
        base = _base(query, Place(owner.file, row.parent, row.start), text)
        if base != "" and base not in found:
            found.append(base)
    return tuple(found)


def _base(query: Query, place: Place, text: str) -> Ancestor:
    """One base; an empty string for what adds no members (``object``, ``Generic[T]``)."""
    name = text.partition("[")[0].strip()
    if name in ("object", "Generic", "Protocol", "typing.Generic", "typing.Protocol", "ABC", "abc.ABC"):
        return ""
    if not _DOTTED.match(name):
        return None
    answer = expression(query, place, name, local=False)
    answer = merged(*(_through_alias(query, found) for found in answer))
    if len(answer) == 1 and answer[0].rank is Rank.EXACT and isinstance(answer[0].meaning, DefinitionMeaning):
        return answer[0].meaning if _is_class(query, answer[0].meaning) else None
    is_builtin = answer == EXTERNAL and isinstance(getattr(builtins, name, None), type)
    return name if is_builtin else None


def _through_alias(query: Query, found: Found) -> Answer:
    """Follows ``Base = other.Class``."""
    row = row_of(query, found.meaning)
    if row is not None and row.kind in _VALUES and row.alias and isinstance(found.meaning, DefinitionMeaning):
        return weakened(value_of(query, found.meaning), found.rank)
    return (found,)
