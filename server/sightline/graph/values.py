"""What values are, as far as annotations, constructors and base classes tell; the same for every language.

No inference beyond that: a value nobody annotated or constructed in plain sight has no type here. Everything found in
this way ranks as inferred; only scopes, imports and a fully known line of bases make an answer exact. What differs by
language is asked of its ``Rules``.
"""

from __future__ import annotations

from dataclasses import replace

from sightline.graph.ancestry import is_class, member, row_of
from sightline.graph.bound_names import (
    ANYWHERE,
    CALLED,
    NO_NAMES,
    VALUES,
    assigning_scope,
    file_of_type,
    holding,
    in_class,
    in_instance,
    is_declared,
    is_local,
    is_narrowed,
    is_scoped,
    is_told_elsewhere,
    without_closed,
)
from sightline.graph.facts import ParameterKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Answer,
    BoundMeaning,
    DefinitionMeaning,
    Found,
    HolderMeaning,
    InstanceMeaning,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    SuperMeaning,
    TypeMeaning,
    merged,
    weakened,
)
from sightline.graph.paths import Step, path_of_text
from sightline.graph.raw_facts import BindingRow, ParameterRow, is_shorthand

#: Different things that may be said of one name in the functions of a file that have no name. More say nothing of any
#: of them: minified code says dozens of each letter, all in terms of other letters.
_MOST_SAID = 8


def expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    """What a dotted text such as ``a.Foo().b`` means; ``a[]`` is what ``a`` holds many of.

    ``local``: its first name is bound in a function around it.
    """
    if local:  # what its first name holds is remembered
        return _expression(query, place, text, local=True)
    if place.scope != MODULE and not is_scoped(query, place.file, text):
        place = Place(place.file, MODULE)
    keyed = place if in_class(query, place) or text[:1] in NO_NAMES else place._replace(offset=0)
    return query.once(("expression", keyed, text), lambda: _expression(query, place, text, local=False), UNKNOWN)


def _expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    first, name, steps = path_of_text(text)
    rules = query.rules(place.file)
    answer = rules.special(query, place, first)
    if answer is not None:
        steps = path_of_text("_" + text.removeprefix(first)).steps
    elif rules.structural is not None and first != name:
        answer = rules.special(query, place, name)
    if answer is None and rules.structural is not None:
        answer = rules.structural.head(query, place, name)
    if answer is None:
        if not name.replace("$", "_").isidentifier():
            return UNKNOWN
        answer = local_name(query, place, name) if local else rules.bare_name(query, place, name)
    for step in steps:
        answer = taken(query, answer, step)
    return answer


def taken(query: Query, answer: Answer, step: Step) -> Answer:
    """What a step of a path leads to; a member with what the type parameters around it are."""
    match step.kind:
        case "()":
            return called(query, answer)
        case "[]":
            return elements(query, answer, step.number)
        case "^":
            return _entered(query, answer)
        case "#":
            return parameters(query, answer, step.number)
        case _:
            # What a member of some outside type holds or gives may well be a value of the workspace's own.
            is_open = any(each.meaning == OUTSIDE and each.rank is not Rank.EXACT for each in answer)
            found = merged(
                *(in_instance(query, _holder(query, each), attribute(query, (each,), step.name)) for each in answer)
            )
            found = found if len(answer) == 1 else weakened(found, Rank.INFERRED)
            return tuple(each for each in found if each.meaning != OUTSIDE) if is_open else found


def _holder(query: Query, found: Found) -> object:
    """The instance whose members a value has: of what a variable holds, if that is one instance."""
    of = found.meaning.of if isinstance(found.meaning, BoundMeaning) else found.meaning
    if not isinstance(of, DefinitionMeaning) or query.rules(of.file).structural is None:
        return found.meaning
    held = [each.meaning for each in held_values(query, (found,)) if isinstance(each.meaning, InstanceMeaning)]
    return held[0] if len(held) == 1 else found.meaning


def elements(query: Query, answer: Answer, number: int = -1) -> Answer:
    """What the containers among the values hold; one of its number, where that tells more."""
    found: list[Answer] = []
    for value in held_values(query, answer):
        meaning = value.meaning
        if isinstance(meaning, HolderMeaning) and not meaning.is_giver:
            found.append(query.rules(meaning.place.file).annotated(query, meaning.place, meaning.holds))
        elif isinstance(meaning, TypeMeaning | InstanceMeaning):
            structural = query.rules(file_of_type(meaning)).structural
            if structural is not None:
                found.append(structural.element(query, meaning, number))
            elif isinstance(meaning, InstanceMeaning):
                found.append(_elements_of_named(query, meaning.of))
    return weakened(merged(*found), Rank.INFERRED)


def _elements_of_named(query: Query, of: DefinitionMeaning) -> Answer:
    """What values of a type hold that is a name for a container: ``type Items []Item``."""
    row, rules = row_of(query, of), query.rules(of.file)
    if row is None or row.kind not in rules.classes or not row.annotation:
        return UNKNOWN
    held = rules.annotated(query, Place(of.file, row.parent), row.annotation)
    return elements(query, tuple(each for each in held if isinstance(each.meaning, HolderMeaning)))


def parameters(query: Query, answer: Answer, number: int) -> Answer:
    """What a parameter of the functions among the values takes."""
    found: list[Answer] = []
    for value in held_values(query, answer, functions=True):
        meaning = value.meaning
        of = meaning.of if isinstance(meaning, BoundMeaning) else meaning
        row = row_of(query, of)
        if isinstance(meaning, TypeMeaning | InstanceMeaning):
            structural = query.rules(file_of_type(meaning)).structural
            found.append(structural.parameter(query, meaning, number) if structural is not None else UNKNOWN)
        elif row is None or not isinstance(of, DefinitionMeaning):
            continue
        elif is_class(query, of):
            makers = member(query, of, "constructor")
            found.append(parameters(query, tuple(each for each in makers if each.meaning != of), number))
        else:
            place = Place(of.file, of.number, bound=meaning.bound if isinstance(meaning, BoundMeaning) else ())
            found.append(_parameter(query, place, row.parameters or (), number))
    return weakened(merged(*found), Rank.INFERRED)


def _parameter(query: Query, place: Place, rows: tuple[ParameterRow, ...], number: int) -> Answer:
    if not rows:
        return UNKNOWN
    rules, (_, kind, _, annotation) = query.rules(place.file), rows[min(number, len(rows) - 1)]
    if kind == ParameterKind.VARIADIC:
        return elements(query, rules.annotated(query, place, annotation), number - len(rows) + 1)
    return rules.annotated(query, place, annotation) if number < len(rows) and annotation else UNKNOWN


def held_values(query: Query, answer: Answer, *, functions: bool = False) -> Answer:
    """The values themselves: what variables and members hold; also functions and classes, if these are wanted."""
    found: list[Answer] = []
    for each in answer:
        of = each.meaning.of if isinstance(each.meaning, BoundMeaning) else each.meaning
        row = row_of(query, of)
        if row is None or not isinstance(of, DefinitionMeaning) or (functions and row.kind not in VALUES):
            found.append((each,))
        else:  # of what is no value, a class for one, ``value_of`` says nothing
            found.append(weakened(_held(query, each.meaning), each.rank))
    return merged(*found)


def local_name(query: Query, place: Place, name: str) -> Answer:
    """What a parameter or local variable of a function around ``place`` holds."""
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        if row.kind in query.rules(place.file).functions:
            answers = _bound_in(query, Place(place.file, scope, place.offset), index, name)
            if answers is not None:
                return answers
        scope = row.parent
    if index is None:
        return UNKNOWN
    # In functions without a name.
    rows = holding(index.bindings.get((MODULE, name), ()), place.offset)
    return weakened(_said(query, Place(place.file, MODULE), name, rows), Rank.INFERRED)


def _said(query: Query, place: Place, name: str, rows: tuple[BindingRow, ...]) -> Answer:
    """What bindings of one name say together. More different things than a few say nothing."""
    key = ("local", place.file, place.scope, name, rows[0][5] if rows else -1)
    return query.once(key, lambda: _said_together(query, place, rows), UNKNOWN)


def _said_together(query: Query, place: Place, rows: tuple[BindingRow, ...]) -> Answer:
    said = sorted({row[2:6] for row in rows})
    if len(said) > _MOST_SAID and place.scope == MODULE:
        return UNKNOWN
    found = [
        _value(query, place._replace(offset=start or ANYWHERE), annotation, value, alias)
        for annotation, value, alias, start in said
    ]
    # One of its values is unknown: that another one comes from outside says nothing.
    return weakened(merged(*(found if all(found) else map(without_closed, found))), Rank.INFERRED)


def _bound_in(query: Query, place: Place, index: FileIndex, name: str) -> Answer | None:
    """Types of a name bound in one function, ``None`` when nothing there speaks of it."""
    row = index.definitions[place.scope]
    bindings = holding(index.bindings.get((place.scope, name), ()), place.offset)
    position = next((at for at, parameter in enumerate(row.parameters or ()) if parameter[0] == name), None)
    if position is None or (bindings and bindings[0][5] > row.body_start):
        return _said(query, place, name, bindings) if bindings else None
    found = _said(query, place, name, bindings)
    rules, annotation = query.rules(place.file), (row.parameters or ())[position][3]
    if annotation:
        outer = Place(place.file, place.scope if rules.structural is not None else row.parent)
        return weakened(merged(rules.annotated(query, outer, annotation), found), Rank.INFERRED)
    if position == 0 and not bindings:
        return rules.first_parameter(query, place)
    return found


def _value(query: Query, place: Place, annotation: str, value: str, alias: str) -> Answer:
    if annotation:
        return query.rules(place.file).annotated(query, place, annotation)
    if value:
        return called(query, in_function(query, place, value))
    return in_function(query, place, alias) if alias else UNKNOWN


def in_function(query: Query, place: Place, text: str) -> Answer:
    """An expression at ``place`` of which nobody told whether its first name is local."""
    index = query.files.index(place.file)
    local = index is not None and is_local(index, query.rules(place.file).functions, place, path_of_text(text).head)
    return expression(query, place, text, local=local)


def called(query: Query, answer: Answer) -> Answer:
    """What a call of each meaning gives. Where one gives nobody knows what, containers of others tell nothing."""
    given = [weakened(_called(query, found.meaning), max(found.rank, Rank.INFERRED)) for found in answer]
    return merged(*(given if all(given) else map(without_closed, given)))


def _called(query: Query, meaning: object) -> Answer:
    if isinstance(meaning, HolderMeaning):
        gives, rules = meaning.is_giver or CALLED in meaning.givers, query.rules(meaning.place.file)
        return rules.annotated(query, meaning.place, meaning.holds) if gives else EXTERNAL
    if isinstance(meaning, TypeMeaning | InstanceMeaning):
        structural = query.rules(file_of_type(meaning)).structural
        return structural.called(query, meaning) if structural else called(query, _attribute(query, meaning, CALLED))
    of, bound = (meaning.of, meaning.bound) if isinstance(meaning, BoundMeaning) else (meaning, ())
    row = row_of(query, of)
    if row is None or not isinstance(of, DefinitionMeaning):
        return EXTERNAL if meaning == OUTSIDE else UNKNOWN
    rules = query.rules(of.file)
    if row.kind in rules.classes:
        return (Found(InstanceMeaning(of), Rank.INFERRED),)
    if row.kind in rules.functions and row.annotation:
        scope = of.number if rules.structural is not None else row.parent
        return rules.annotated(query, Place(of.file, scope, bound=bound), row.annotation)
    if row.kind in rules.functions and row.alias and not is_told_elsewhere(query, of):
        place = Place(of.file, of.number, max(row.body_start, row.end - 1), bound)
        return query.once(("returned", of, bound), lambda: in_function(query, place, row.alias), UNKNOWN)
    if row.kind in VALUES:  # which may hold itself: `exports.Router = Router`
        return query.once(("called", of, bound), lambda: _held_called(query, of.file, meaning), UNKNOWN)
    return UNKNOWN


def _held_called(query: Query, file: int, meaning: object) -> Answer:
    """What a call of what a variable of ``file`` holds gives."""
    held, typed = _held(query, meaning), query.rules(file).structural is not None
    return called(query, held if typed else tuple(each for each in held if is_class(query, each.meaning)))


def _entered(query: Query, answer: Answer) -> Answer:
    """What ``with`` binds of a call of each meaning."""
    found: list[Answer] = []
    for each in answer:
        of = each.meaning.of if isinstance(each.meaning, BoundMeaning) else each.meaning
        rule = query.rules(of.file).entered if isinstance(of, DefinitionMeaning) else None
        given = rule(query, of) if rule is not None and isinstance(of, DefinitionMeaning) else _called(query, of)
        found.append(weakened(given, max(each.rank, Rank.INFERRED)))
    return merged(*(found if all(found) else map(without_closed, found)))


def _held(query: Query, meaning: object) -> Answer:
    """What a variable or an attribute holds, in whatever instance it is."""
    if isinstance(meaning, BoundMeaning):
        of, bound = meaning.of, meaning.bound
        return query.once(("value", of, bound), lambda: _value_of(query, of, bound), UNKNOWN)
    return value_of(query, meaning) if isinstance(meaning, DefinitionMeaning) else UNKNOWN


def value_of(query: Query, meaning: DefinitionMeaning) -> Answer:
    """What a variable, an attribute or a property holds, all its assignments in the same scope together."""
    return query.once(("value", meaning), lambda: _value_of(query, meaning), UNKNOWN)


def _value_of(query: Query, meaning: DefinitionMeaning, bound: tuple[tuple[str, TypeMeaning], ...] = ()) -> Answer:
    index = query.files.index(meaning.file)
    if index is None:
        return UNKNOWN
    row = index.definitions[meaning.number]
    rules = query.rules(meaning.file)
    if row.kind in rules.functions:
        return _called(query, meaning) if rules.is_property(row) else UNKNOWN
    if row.kind not in VALUES:
        return UNKNOWN
    same = [index.definitions[each] for each in index.scopes.get(row.parent, {}).get(row.name, ())]
    found: list[Answer] = []
    for each in same:
        scope = assigning_scope(index, rules.functions, each)
        place = Place(meaning.file, scope, each.start, bound)
        found.append(_value(query, place, each.annotation, each.value, each.alias))
    return weakened(merged(*found), Rank.INFERRED)


def attribute(query: Query, answer: Answer, name: str) -> Answer:
    """What ``.name`` means on each meaning."""
    results = [weakened(_attribute(query, found.meaning, name), found.rank) for found in answer]
    if not all(results):  # what one of them may have nobody knows: that another has none says nothing
        results = [without_closed(result) for result in results]
    known = [result for result in results if result]
    if 1 < len(known) < len(results) and is_narrowed(query, answer, results):
        # The compiler lets nobody use it before it is told that the value is of some of these types, but not of all.
        return weakened(merged(*known), Rank.NAME_ONLY)
    return weakened(merged(*known), Rank.EXACT if len(results) == 1 else Rank.INFERRED)


def _attribute(query: Query, meaning: object, name: str) -> Answer:
    match meaning:
        case ModuleMeaning():
            return query.rules(meaning.importer).member_of_module(query, meaning, name)
        case InstanceMeaning():
            return member(query, meaning.of, name)
        case SuperMeaning():
            return member(query, meaning.of, name, skip=1)
        case HolderMeaning():
            is_giver = name in meaning.givers and not meaning.is_giver
            return (Found(replace(meaning, is_giver=True), Rank.INFERRED),) if is_giver else EXTERNAL
        case TypeMeaning():
            structural = query.rules(meaning.place.file).structural
            return structural.member(query, meaning, name) if structural is not None else UNKNOWN
        case DefinitionMeaning() if is_class(query, meaning):
            return member(query, meaning, name)
        case DefinitionMeaning() | BoundMeaning():
            # Remembered, so that values of one another (``x = y``, ``y = x``) end.
            return query.once(("attribute", meaning, name), lambda: _of_variable(query, meaning, name), UNKNOWN)
        case _:
            return EXTERNAL if meaning == OUTSIDE else UNKNOWN


def _of_variable(query: Query, meaning: DefinitionMeaning | BoundMeaning, name: str) -> Answer:
    """A member of what a variable holds: of its declared type, else of the object it is given, else of any value."""
    of = meaning.of if isinstance(meaning, BoundMeaning) else meaning
    if is_declared(query, of):
        held = _held(query, meaning)
        is_named = any(isinstance(each.meaning, InstanceMeaning) for each in held)
        if declared := attribute(query, held, name):  # a type that is written out has no definitions: the object has
            return declared if is_named else _own_member(query, of, name) or declared
    return _own_member(query, of, name) or attribute(query, _held(query, meaning), name)


def _own_member(query: Query, owner: DefinitionMeaning, name: str) -> Answer:
    """A member of an object literal."""
    index = query.files.index(owner.file)
    if index is None or index.definitions[owner.number].kind not in VALUES:
        return UNKNOWN
    found: list[Answer] = []
    for number in index.scopes.get(owner.number, {}).get(name, ()):
        if is_shorthand(index.definitions[number]):
            found.append(query.rules(owner.file).bare_name(query, Place(owner.file, MODULE), name))
        else:
            found.append((Found(DefinitionMeaning(owner.file, number), Rank.EXACT),))
    return merged(*found)
