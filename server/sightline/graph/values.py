"""What values are, as far as annotations, constructors and base classes tell; the same for every language.

No inference beyond that: a value nobody annotated or constructed in plain sight has no type here. Everything found in
this way ranks as inferred; only scopes, imports and a fully known line of bases make an answer exact. What differs by
language is asked of its ``Rules``.
"""

from __future__ import annotations

from dataclasses import replace

from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Ancestor,
    Answer,
    DefinitionMeaning,
    Found,
    HolderMeaning,
    InstanceMeaning,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    SuperMeaning,
    merged,
    weakened,
)
from sightline.graph.raw_facts import DefinitionRow, ParameterRow, is_shorthand

#: Different things that may be said of one name in the functions of a file that have no name. More say nothing of any
#: of them: minified code says dozens of each letter, all in terms of other letters.
_MOST_SAID = 8

_VALUES = frozenset({DefinitionKind.VARIABLE.value, DefinitionKind.ATTRIBUTE.value})


def expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    """What a dotted text such as ``a.Foo().b`` means; ``a[]`` is what ``a`` holds many of.

    ``local``: its first name is bound in a function around it.
    """
    if not local and place.scope != MODULE and not _is_scoped(query, place.file, text):
        place = Place(place.file, MODULE)
    key = ("expression", place.file, place.scope, text, local, place.offset if _in_class(query, place) else 0)
    return query.once(key, lambda: _expression(query, place, text, local=local), UNKNOWN)


def _is_scoped(query: Query, file: int, text: str) -> bool:
    """Whether an expression that begins with no local name may mean something else at the top of its file."""
    index, rule = query.files.index(file), query.rules(file).is_scoped
    return index is None or rule is None or rule(index, _plain(text.partition(".")[0]))


def _in_class(query: Query, place: Place) -> bool:
    index = query.files.index(place.file)
    if index is None or place.scope == MODULE:
        return False
    return index.definitions[place.scope].kind in query.rules(place.file).classes


def _expression(query: Query, place: Place, text: str, *, local: bool) -> Answer:
    head, *rest = text.split(".")
    name = _plain(head)
    rules = query.rules(place.file)
    answer = rules.special(query, place, head)
    if answer is None:
        if not name.replace("$", "_").isidentifier():
            return UNKNOWN
        answer = local_name(query, place, name) if local else rules.bare_name(query, place, name)
        answer = _followed(query, answer, head)
    for part in rest:
        # What a member of some outside type holds or gives may well be a value of the workspace's own.
        is_open = any(each.meaning == OUTSIDE and each.rank is not Rank.EXACT for each in answer)
        answer = attribute(query, answer, _plain(part))
        answer = tuple(each for each in answer if each.meaning != OUTSIDE) if is_open else answer
        answer = _followed(query, answer, part)
    return answer


def _plain(part: str) -> str:
    return part.removesuffix("()").removesuffix("[]")


def _followed(query: Query, answer: Answer, part: str) -> Answer:
    """What a call or an element of a part gives; the part itself if it is neither."""
    if part.endswith("()"):
        return called(query, answer)
    return elements(query, answer) if part.endswith("[]") else answer


def elements(query: Query, answer: Answer) -> Answer:
    """What the containers among the values hold."""
    found: list[Answer] = []
    for each in answer:
        # Of what is no value, a class for one, ``value_of`` says nothing.
        for value in value_of(query, each.meaning) if isinstance(each.meaning, DefinitionMeaning) else (each,):
            if isinstance(value.meaning, HolderMeaning) and not value.meaning.is_giver:
                rules = query.rules(value.meaning.place.file)
                found.append(rules.annotated(query, value.meaning.place, value.meaning.holds))
    return weakened(merged(*found), Rank.INFERRED)


def local_name(query: Query, place: Place, name: str) -> Answer:
    """What a parameter or local variable of a function around ``place`` holds."""
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        if row.kind in query.rules(place.file).functions:
            answers = _bound_in(query, Place(place.file, scope), index, name)
            if answers is not None:
                return answers
        scope = row.parent
    if index is None:
        return UNKNOWN
    # In functions without a name, of which nobody tells one from another.
    module = Place(place.file, MODULE)
    said = {binding[2:] for binding in index.bindings.get((MODULE, name), ())}
    if len(said) > _MOST_SAID:
        return UNKNOWN
    return weakened(merged(*(_value(query, module, *each) for each in sorted(said))), Rank.INFERRED)


def _bound_in(query: Query, place: Place, index: FileIndex, name: str) -> Answer | None:
    """Types of a name bound in one function, ``None`` when nothing there speaks of it."""
    row = index.definitions[place.scope]
    bindings = index.bindings.get((place.scope, name), ())
    found = [_value(query, place, annotation, value, alias) for _, _, annotation, value, alias in bindings]
    if not all(found):  # one of its values is unknown: that another one comes from outside says nothing
        found = [tuple(each for each in answer if each.meaning != OUTSIDE) for answer in found]
    position = next((at for at, parameter in enumerate(row.parameters or ()) if parameter[0] == name), None)
    if position is None:
        return weakened(merged(*found), Rank.INFERRED) if bindings else None
    annotation = (row.parameters or ())[position][3]
    if annotation:
        outer = Place(place.file, row.parent)
        return weakened(merged(query.rules(place.file).annotated(query, outer, annotation), *found), Rank.INFERRED)
    if position == 0 and not found:
        return query.rules(place.file).first_parameter(query, place)
    return weakened(merged(*found), Rank.INFERRED)


def _value(query: Query, place: Place, annotation: str, value: str, alias: str) -> Answer:
    if annotation:
        return query.rules(place.file).annotated(query, place, annotation)
    if value:
        return called(query, _in_function(query, place, value))
    return _in_function(query, place, alias) if alias else UNKNOWN


def _in_function(query: Query, place: Place, text: str) -> Answer:
    """An expression at ``place`` of which nobody told whether its first name is local."""
    head = _plain(text.partition(".")[0])
    index = query.files.index(place.file)
    local = index is not None and _is_local(index, query.rules(place.file).functions, place.scope, head)
    return expression(query, place, text, local=local)


def _is_local(index: FileIndex, functions: frozenset[str], scope: int, name: str) -> bool:
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in functions and (
            (scope, name) in index.bindings or any(parameter[0] == name for parameter in row.parameters or ())
        ):
            return True
        scope = row.parent
    return (MODULE, name) in index.bindings and name not in index.scopes.get(MODULE, ())


def row_of(query: Query, meaning: object) -> DefinitionRow | None:
    """The definition behind a meaning, if it is one."""
    if not isinstance(meaning, DefinitionMeaning):
        return None
    index = query.files.index(meaning.file)
    return index.definitions[meaning.number] if index else None


def is_class(query: Query, meaning: object) -> bool:
    """Whether a meaning is a class or something else with members."""
    row = row_of(query, meaning)
    return row is not None and isinstance(meaning, DefinitionMeaning) and row.kind in query.rules(meaning.file).classes


def called(query: Query, answer: Answer) -> Answer:
    """What a call of each meaning gives."""
    return merged(*(weakened(_called(query, found.meaning), max(found.rank, Rank.INFERRED)) for found in answer))


def _called(query: Query, meaning: object) -> Answer:
    if isinstance(meaning, HolderMeaning):
        rules = query.rules(meaning.place.file)
        return rules.annotated(query, meaning.place, meaning.holds) if meaning.is_giver else EXTERNAL
    row = row_of(query, meaning)
    if row is None or not isinstance(meaning, DefinitionMeaning):
        return EXTERNAL if meaning == OUTSIDE else UNKNOWN
    rules = query.rules(meaning.file)
    if row.kind in rules.classes:
        return (Found(InstanceMeaning(meaning), Rank.INFERRED),)
    if row.kind in rules.functions and row.annotation:
        return rules.annotated(query, Place(meaning.file, row.parent), row.annotation)
    if row.kind in _VALUES:
        return called(query, tuple(f for f in value_of(query, meaning) if is_class(query, f.meaning)))
    return UNKNOWN


def value_of(query: Query, meaning: DefinitionMeaning) -> Answer:
    """What a variable, an attribute or a property holds, all its assignments in the same scope together."""
    return query.once(("value", meaning), lambda: _value_of(query, meaning), UNKNOWN)


def _value_of(query: Query, meaning: DefinitionMeaning) -> Answer:
    index = query.files.index(meaning.file)
    if index is None:
        return UNKNOWN
    row = index.definitions[meaning.number]
    rules = query.rules(meaning.file)
    if row.kind in rules.functions:
        return _called(query, meaning) if rules.is_property(row) else UNKNOWN
    if row.kind not in _VALUES:
        return UNKNOWN
    same = [index.definitions[each] for each in index.scopes.get(row.parent, {}).get(row.name, ())]
    found: list[Answer] = []
    for each in same:
        scope = _assigning_scope(index, rules.functions, each)
        found.append(_value(query, Place(meaning.file, scope, each.start), each.annotation, each.value, each.alias))
    return weakened(merged(*found), Rank.INFERRED)


def _assigning_scope(index: FileIndex, functions: frozenset[str], row: DefinitionRow) -> int:
    """The scope an assignment runs in: for ``self.x = …`` the method that holds it, else the parent."""
    if row.kind != DefinitionKind.ATTRIBUTE or row.parent == MODULE:
        return row.parent
    for at, each in enumerate(index.definitions):
        if each.parent == row.parent and each.kind in functions and each.body_start <= row.start < each.end:
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
            return query.rules(meaning.importer).member_of_module(query, meaning, name)
        case InstanceMeaning():
            return member(query, meaning.of, name)
        case SuperMeaning():
            return member(query, meaning.of, name, skip=1)
        case HolderMeaning():
            is_giver = name in meaning.givers and not meaning.is_giver
            return (Found(replace(meaning, is_giver=True), Rank.INFERRED),) if is_giver else EXTERNAL
        case DefinitionMeaning():
            if is_class(query, meaning):
                return member(query, meaning, name)
            if _is_declared(query, meaning) and (declared := attribute(query, value_of(query, meaning), name)):
                return declared
            # Remembered, so that values of one another (``x = y``, ``y = x``) end.
            return _own_member(query, meaning, name) or query.once(
                ("attribute", meaning, name), lambda: attribute(query, value_of(query, meaning), name), UNKNOWN
            )
        case _:
            return EXTERNAL if meaning == OUTSIDE else UNKNOWN


def _is_declared(query: Query, meaning: DefinitionMeaning) -> bool:
    row = row_of(query, meaning)
    return row is not None and bool(row.annotation) and row.kind in _VALUES and query.rules(meaning.file).declared_first


def _own_member(query: Query, owner: DefinitionMeaning, name: str) -> Answer:
    """A member of an object literal."""
    index = query.files.index(owner.file)
    row = index.definitions[owner.number] if index else None
    if index is None or row is None or row.kind not in _VALUES:
        return UNKNOWN
    found: list[Answer] = []
    for number in index.scopes.get(owner.number, {}).get(name, ()):
        if is_shorthand(index.definitions[number]):
            found.append(query.rules(owner.file).bare_name(query, Place(owner.file, MODULE), name))
        else:
            found.append((Found(DefinitionMeaning(owner.file, number), Rank.EXACT),))
    return merged(*found)


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
            base = query.rules(part.file).base(query, Place(part.file, row.parent, row.start), text)
            if base != "" and base not in found:
                found.append(base)
    return tuple(found)


def through_alias(query: Query, found: Found) -> Answer:
    """Follows ``Base = other.Class``; anything else as it is."""
    row = row_of(query, found.meaning)
    if row is not None and row.kind in _VALUES and row.alias and isinstance(found.meaning, DefinitionMeaning):
        return weakened(value_of(query, found.meaning), found.rank)
    return (found,)


def passes_on(parameters: tuple[ParameterRow, ...], name: str) -> bool:
    """Whether a keyword argument reaches ``**kwargs`` instead of a parameter of its own."""
    kinds = {parameter[0]: parameter[1] for parameter in parameters}
    return name not in kinds and ParameterKind.VARIADIC_KEYWORD in kinds.values()
