"""What annotations, bases, ``this`` and ``super`` mean in JavaScript and TypeScript.

Source: the TypeScript handbook ("Everyday types", "Classes", "Utility types", "Generics"). What holds for every
language is in ``values.py``; what types without a definition mean in ``script_structures.py``.
"""

from __future__ import annotations

import re

from sightline.graph.aliases import through_alias
from sightline.graph.ancestry import is_class, member, row_of
from sightline.graph.bound_names import OPEN, as_side, without_closed
from sightline.graph.facts import FUNCTIONS, DefinitionKind, ReferenceKind
from sightline.graph.index import MODULE
from sightline.graph.meanings import (
    EXTERNAL,
    UNKNOWN,
    Ancestor,
    Answer,
    DefinitionMeaning,
    Found,
    InstanceMeaning,
    Place,
    Query,
    Rank,
    Rules,
    SuperMeaning,
    TypeMeaning,
    merged,
    weakened,
)
from sightline.graph.paths import Step
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.script_closures import INSIDE, closed_type
from sightline.graph.script_keys import given, subscripted
from sightline.graph.script_library import CONTAINERS
from sightline.graph.script_names import (
    CLASSES,
    bare_name,
    imported_meaning,
    is_script,
    member_of_module,
    name_in,
    renamed,
)
from sightline.graph.script_outside import declared_outside, is_outside_type
from sightline.graph.script_spaces import asked_by, fitting, types_in
from sightline.graph.script_structures import STRUCTURAL
from sightline.graph.script_type_texts import closing, function_of, generics_of, is_object, named_with_arguments, split
from sightline.graph.values import called, elements, expression, held_values, taken

_DOTTED = re.compile(r"^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$")
_PREFIX = re.compile(r"(?:(?:readonly|asserts|unique)\s+|[|&]\s*)+")
_PREDICATE = re.compile(r"[\w$]+\s+is\s")
_IMPORTED = re.compile(r"import\(([\"'])(.*?)\1\)\.([A-Za-z_$][\w$]*)")
_PRIMITIVE = re.compile(r"""string|number|boolean|bigint|symbol|true|false|-?\d[\w.]*|"[^"]*"|'[^']*'|`[^`]*`""")
#: Types that have no value with members.
_NOTHING = frozenset(("", "null", "undefined", "void", "never"))
#: Types whose values have the members of their first argument.
_WRAPPERS = frozenset(
    {
        "Promise", "PromiseLike", "Awaited", "Partial", "Required", "Readonly", "NonNullable", "Pick", "Omit",
        "Extract", "Exclude", "NoInfer", "ThisType", "WeakRef",
    }
)  # fmt: skip


def annotated(query: Query, place: Place, text: str) -> Answer:
    """The values a type allows: instances of the classes and interfaces it names, unions opened."""
    text = _PREFIX.sub("", text.strip(), count=1) if _PREFIX.match(text.strip()) else text.strip()
    key = ("annotated", place.file, place.scope, place.bound, text)
    return query.once(key, lambda: _annotated(query, place, text), UNKNOWN)


def _annotated(query: Query, place: Place, text: str) -> Answer:
    if not text or _PREDICATE.match(text):
        return UNKNOWN
    if function_of(text) is not None:
        return _written(place, text)
    conditional = split(text, " extends ")
    if len(conditional) > 1:
        return _conditional(query, place, " extends ".join(conditional[1:]))
    for separator in "|&":
        parts = split(text, separator)
        if len(parts) > 1:
            found = [annotated(query, place, part) for part in parts if part not in _NOTHING]
            found = [as_side(each) for each in found] if separator == "&" else found
            return merged(*(found if all(found) else map(without_closed, found)))
    if _PRIMITIVE.fullmatch(text):
        return weakened(EXTERNAL, Rank.INFERRED)
    return _simple(query, place, text)


def _simple(query: Query, place: Place, text: str) -> Answer:
    """A type that is neither a function nor made of others by an operator."""
    if text.startswith("(") and closing(text, 0) == len(text) - 1:
        return annotated(query, place, text[1:-1])
    if text.startswith("typeof "):
        return expression(query, place, text.removeprefix("typeof ").strip(), local=False)
    if text == "this":
        return _this_of(query, place)
    if text.endswith("]"):
        return _indexed(query, place, text)
    return _written(place, text) if text.startswith("{") else _named(query, place, text)


def _written(place: Place, text: str) -> Answer:
    return (Found(closed_type(place, text), Rank.INFERRED),)


def _conditional(query: Query, place: Place, rest: str) -> Answer:
    """Either branch of ``A extends B ? C : D``, of which only a checker knows which."""
    if INSIDE in place.bound:
        return UNKNOWN
    place = place._replace(bound=(*place.bound, INSIDE))
    _, *branches = split(rest, "?")
    first, *others = split(" ? ".join(branches), ":")
    return merged(annotated(query, place, first), annotated(query, place, " : ".join(others)))


def _indexed(query: Query, place: Place, text: str) -> Answer:
    """``T[]``, tuples, and what ``T["key"]`` or ``T[number]`` is."""
    start = next(at for at in range(len(text)) if text[at] == "[" and closing(text, at) == len(text) - 1)
    owner, key = text[:start].strip(), text[start + 1 : -1].strip()
    if not owner or not key:
        return _written(place, text)
    found = annotated(query, place, owner)
    if key[:1] in ("'", '"'):
        return held_values(query, taken(query, found, Step(".", key[1:-1])), functions=True)
    return elements(query, found, int(key) if key.isdigit() else -1)


def _named(query: Query, place: Place, text: str) -> Answer:
    if text.startswith("import("):
        return _imported(query, place, text)
    name, arguments = named_with_arguments(text)
    if not _DOTTED.match(name):
        return UNKNOWN
    if (parameter := _type_parameter(query, place, name)) is not None:
        return parameter
    if name in CONTAINERS:
        return _written(place, text)
    if name in _WRAPPERS and arguments:
        return annotated(query, place, arguments[0])
    if name in ("ReturnType", "InstanceType", "Parameters") and arguments:
        return UNKNOWN if name == "Parameters" else called(query, annotated(query, place, arguments[0]))
    found = _type_named(query, place, name)
    if not arguments and OPEN not in place.bound and is_outside_type(query, place, name, found):
        return weakened(EXTERNAL, Rank.INFERRED)
    named = merged(*(through_alias(query, each) for each in found))
    given_here = tuple(closed_type(place, each) for each in arguments)
    return merged(
        *(
            weakened(_instances(query, place, found.meaning, given_here), max(found.rank, Rank.INFERRED))
            for found in named
            if isinstance(found.meaning, DefinitionMeaning) and is_class(query, found.meaning)
        )
    )


def _type_named(query: Query, place: Place, name: str) -> Answer:
    """What a name means where a type is written."""
    if "." not in name:
        return name_in(query, place, name, types_in)
    found = expression(query, place, name, local=False)
    return types_in(query, found) or found


def _imported(query: Query, place: Place, text: str) -> Answer:
    """``import("module").Name``."""
    found = _IMPORTED.match(text)
    target = query.files.module(place.file, found[2], 0) if found is not None else -1
    return annotated(query, Place(target, MODULE), found[3]) if found is not None and target >= 0 else UNKNOWN


def _type_parameter(query: Query, place: Place, name: str) -> Answer | None:
    """What a type parameter is: what it is known to be, else what bounds it; ``None`` for any other name."""
    for known, meaning in place.bound:
        if known == name:
            return annotated(query, meaning.place, meaning.text)
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        for each in generics_of(row.generics) if row.generics else ():
            if each.name == name:
                bound = each.bound or each.default
                return annotated(query, Place(place.file, scope, bound=(OPEN,)), bound) if bound else UNKNOWN
        scope = row.parent
    return None


def _instances(query: Query, place: Place, meaning: DefinitionMeaning, arguments: tuple[TypeMeaning, ...]) -> Answer:
    """Values of a named type: of an alias those of what it stands for."""
    row = row_of(query, meaning)
    if row is None:
        return UNKNOWN
    bound = _bound_by(row, arguments)
    index = query.files.index(meaning.file)
    own = index is not None and meaning.number in index.scopes
    itself: Answer = (Found(InstanceMeaning(meaning, bound), Rank.INFERRED),)
    if row.kind != DefinitionKind.TYPE or not row.annotation or is_object(row.annotation):
        return itself
    around = (*bound, *(mark for mark in (INSIDE, OPEN) if mark in place.bound))
    found = annotated(query, Place(meaning.file, meaning.number, 0, around), row.annotation)
    if not own:
        return found
    parts = (each for each in found if not (isinstance(each.meaning, TypeMeaning) and is_object(each.meaning.text)))
    return merged(as_side(itself) if _is_intersection(row.annotation) else itself, tuple(parts))


def _is_intersection(text: str) -> bool:
    return len(split(text, "&")) > 1 and len(split(text, "|")) == 1 and len(split(text, " extends ")) == 1


def _bound_by(row: DefinitionRow, arguments: tuple[TypeMeaning, ...]) -> tuple[tuple[str, TypeMeaning], ...]:
    """The type parameters of a definition with what is given for them."""
    if not row.generics or not arguments:
        return ()
    return tuple(zip((each.name for each in generics_of(row.generics)), arguments, strict=False))


def _special(query: Query, place: Place, text: str) -> Answer | None:
    if text == "this":
        return _this(query, place)
    if text == "super":
        return tuple(
            Found(SuperMeaning(found.meaning.of), found.rank)
            for found in _this(query, place)
            if isinstance(found.meaning, InstanceMeaning)
        )
    return None


def _this_of(query: Query, place: Place) -> Answer:
    """The object of which a member speaks: of the class it is asked of, where that is known, else the one around."""
    for known, meaning in place.bound:
        if known == "this":
            owner = DefinitionMeaning(meaning.place.file, meaning.place.scope)
            return (Found(InstanceMeaning(owner, meaning.place.bound), Rank.INFERRED),)
    return _this(query, place)


def _this(query: Query, place: Place) -> Answer:
    """The object around: exact in a method, inferred in a function in between, which may be called on another."""
    index = query.files.index(place.file)
    if index is None:
        return UNKNOWN
    # A callback written as ``function () {}`` has a ``this`` of its own, which only a type checker forbids.
    rank = Rank.INFERRED if index.language == "javascript" else Rank.EXACT
    scope = place.scope
    while scope != MODULE:
        row = index.definitions[scope]
        meaning = DefinitionMeaning(place.file, scope)
        if row.kind in CLASSES:
            return (Found(InstanceMeaning(meaning), rank),)
        if row.kind == DefinitionKind.VARIABLE and row.parent == MODULE:  # an object literal with methods
            return (Found(meaning, Rank.INFERRED),)
        if row.kind == DefinitionKind.FUNCTION:
            rank = Rank.INFERRED
        scope = row.parent
    return UNKNOWN


def _bare_name(query: Query, place: Place, name: str) -> Answer:
    if name != "super":
        return bare_name(query, place, name)
    parents = _special(query, place, "super") or UNKNOWN
    constructors = (
        weakened(member(query, found.meaning.of, "constructor", skip=1), found.rank)
        for found in parents
        if isinstance(found.meaning, SuperMeaning)
    )
    return merged(*constructors)


def _bare_name_as(query: Query, place: Place, name: str, kind: ReferenceKind) -> Answer:
    if name == "super":
        return _bare_name(query, place, name)
    return name_in(query, place, name, asked_by(query, place, kind))


def _base(query: Query, place: Place, text: str) -> Ancestor:
    """One base or implemented interface."""
    name = text.partition("<")[2].removesuffix(">") if text.endswith(">") else text
    if not _DOTTED.match(name):
        return None
    answer = _type_named(query, place, name)
    answer = merged(*(through_alias(query, found) for found in answer))
    classes = [found for found in answer if isinstance(found.meaning, DefinitionMeaning)]
    # A class and an interface of one name are one type.
    if classes and len(classes) == len(answer) and all(found.rank is Rank.EXACT for found in classes):
        meaning = classes[0].meaning
        return meaning if isinstance(meaning, DefinitionMeaning) and is_class(query, meaning) else None
    return None


def _no_first_parameter(query: Query, place: Place) -> Answer:  # noqa: ARG001  the rules' signature
    return UNKNOWN


def _is_property(row: DefinitionRow) -> bool:  # noqa: ARG001  accessors are attributes
    return False


def _has_builtin_member(owner: str, name: str) -> bool:  # noqa: ARG001  no base is a built-in one
    return False


SCRIPT_RULES = Rules(
    classes=CLASSES,
    functions=FUNCTIONS,
    constructors=frozenset({"constructor"}),
    dotted_constructors=False,
    bare_name=_bare_name,
    bare_name_as=_bare_name_as,
    fitting=fitting,
    special=_special,
    member_of_module=member_of_module,
    imported=imported_meaning,
    listed=subscripted,
    first_parameter=_no_first_parameter,
    annotated=annotated,
    base=_base,
    renamed=renamed,
    is_property=_is_property,
    imports_members=False,
    has_builtin_member=_has_builtin_member,
    is_seen_everywhere=is_script,
    is_scoped=lambda index, name: name in ("this", "super") or name in index.inner_names,
    given=given,
    declared_outside=declared_outside,
    declared_first=True,
    structural=STRUCTURAL,
)
