"""Values whose types are written out where they are used: objects, functions, containers, literals.

Source: the TypeScript handbook ("Object Types", "More on Functions", "Indexed Access Types"). Named types are in
``script_types.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sightline.graph.ancestry import resolution_order, row_of
from sightline.graph.bound_names import OPEN, without_closed
from sightline.graph.facts import DefinitionKind
from sightline.graph.meanings import (
    EXTERNAL,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    InstanceMeaning,
    Place,
    Query,
    Rank,
    Structural,
    TypeMeaning,
    merged,
    weakened,
)
from sightline.graph.script_closures import closed_type
from sightline.graph.script_library import CONTAINERS
from sightline.graph.script_type_texts import (
    Member,
    Signature,
    closing,
    function_of,
    generics_of,
    is_object,
    members_of_object,
    named_with_arguments,
    parameter_type,
    split,
)
from sightline.graph.values import attribute, elements, held_values, in_function

#: What marks the text of a literal, which is a value, from that of a type.
_LITERAL = "="


def _annotated(query: Query, place: Place, text: str) -> Answer:
    return query.rules(place.file).annotated(query, place, text) if text else UNKNOWN


def _head(query: Query, place: Place, text: str) -> Answer | None:
    """What a path means that begins with an asserted type, with alternatives or with a literal."""
    if text.startswith("(as "):
        return _annotated(query, place, text[4:-1])
    if text.startswith("(any:"):
        # What it is not known to have it may have in spite of its type; so does what comes from outside.
        return weakened(without_closed(held_values(query, in_function(query, place, text[5:-1]))), Rank.NAME_ONLY)
    if text.startswith("("):
        return merged(*(in_function(query, place, each) for each in split(text[1:-1], "|")))
    if text[:1] in ("{", "["):
        return (Found(TypeMeaning(place, _LITERAL + text), Rank.INFERRED),)
    return None


def _member(query: Query, meaning: TypeMeaning, name: str) -> Answer:
    """What a member holds: a type that is written out has no definitions."""
    place, text = meaning.place, meaning.text
    if text.startswith(_LITERAL):
        return _of_literal(query, meaning, name)
    if is_object(text):
        members = members_of_object(text)
        found = [_annotated(query, place, each.type) for each in members if each.name == name]
        if not found:
            found = [_under_key(query, place, each, name) for each in members if each.name == "[]"]
        return merged(*found)
    container = _container(text)
    if container is None:
        return EXTERNAL
    arguments, kind = container
    parameters, _, members = CONTAINERS[kind]
    if kind == "Record":
        return _annotated(query, place, arguments[1]) if len(arguments) > 1 else UNKNOWN
    if name not in members:
        return EXTERNAL
    return _annotated(query, _binding(place, parameters, arguments), members[name])


def _under_key(query: Query, place: Place, member: Member, name: str) -> Answer:
    """What an index gives for a key. Under a key of a mapped type stands a member of the type whose keys it has."""
    held = _annotated(query, place, member.type)
    if not member.keys:
        return held
    named = attribute(query, _annotated(query, place, member.keys), name)
    keys = tuple(each for each in named if isinstance(each.meaning, DefinitionMeaning))
    return merged(weakened(keys, Rank.INFERRED), held) if keys else UNKNOWN


def _of_literal(query: Query, meaning: TypeMeaning, name: str) -> Answer:
    for entry in split(meaning.text[2:-1], ","):
        key, colon, path = entry.partition(":")
        if colon and key == name:
            return in_function(query, meaning.place, path)
    return UNKNOWN


def _container(text: str) -> tuple[tuple[str, ...], str] | None:
    """The arguments and the name of a container; an array's element type, a tuple's types as a union."""
    if text.endswith("[]"):
        return (text[:-2].strip(),), "Array"
    if text.startswith("["):
        return (" | ".join(f"({_tupled(each)})" for each in split(text[1:-1], ",") if each),), "Array"
    name, arguments = named_with_arguments(text)
    return (arguments, name) if name in CONTAINERS else None


def _tupled(text: str) -> str:
    """One type of a tuple without its label, ``name: T``, and without what makes it optional or many."""
    text = text.removeprefix("...").strip().removesuffix("?")
    return parameter_type(text) or text


def _binding(place: Place, names: tuple[str, ...], texts: tuple[str, ...]) -> Place:
    """A place that sees these type parameters as types at ``place``."""
    closed = tuple((name, closed_type(place, text)) for name, text in zip(names, texts, strict=False))
    others = tuple(each for each in place.bound if each[0] not in names)
    return place._replace(bound=(*closed, *others))


def _element(query: Query, meaning: TypeMeaning | InstanceMeaning, number: int) -> Answer:
    if isinstance(meaning, InstanceMeaning):
        return merged(*(_element(query, each, number) for each in _written_of(query, meaning)))
    place, text = meaning.place, meaning.text
    if text.startswith(_LITERAL):
        return in_function(query, place, text[2:-1]) if text.startswith("[", 1) else UNKNOWN
    if is_object(text):
        return merged(*(_annotated(query, place, each.type) for each in members_of_object(text) if each.name == "[]"))
    if text.startswith("[") and closing(text, 0) == len(text) - 1 and number >= 0:
        types = [each for each in split(text[1:-1], ",") if each]
        return _annotated(query, place, _tupled(types[number])) if number < len(types) else UNKNOWN
    container = _container(text)
    if container is None:
        return UNKNOWN
    parameters, held, _ = CONTAINERS[container[1]]
    return _annotated(query, _binding(place, parameters, container[0]), held)


def _written_of(query: Query, meaning: InstanceMeaning) -> Iterator[TypeMeaning]:
    """The call, construct and index signatures of an interface or of an alias of an object, and of what it extends."""
    for each in resolution_order(query, meaning.of):
        row = row_of(query, each)
        if row is None or not isinstance(each, DefinitionMeaning) or not row.annotation:
            continue
        if row.kind not in (DefinitionKind.INTERFACE, DefinitionKind.TYPE):
            continue
        place = Place(each.file, each.number, 0, meaning.bound if each == meaning.of else ())
        if is_object(row.annotation):
            yield TypeMeaning(place, row.annotation)
        else:
            found = query.rules(each.file).annotated(query, place, row.annotation)
            yield from (each.meaning for each in found if isinstance(each.meaning, TypeMeaning))


def _signatures(query: Query, meaning: TypeMeaning | InstanceMeaning) -> Iterator[tuple[Place, Signature]]:
    if isinstance(meaning, InstanceMeaning):
        for each in _written_of(query, meaning):
            yield from _signatures(query, each)
        return
    texts = [meaning.text]
    if is_object(meaning.text):
        texts = [each.type for each in members_of_object(meaning.text) if each.name == "()"]
    for text in texts:
        signature = function_of(text)
        if signature is not None:
            generics = generics_of(signature.generics) if signature.generics else ()
            names = tuple(each.name for each in generics)
            bounds = tuple(each.bound or each.default or "unknown" for each in generics)
            place = _binding(meaning.place, names, bounds)
            yield place._replace(bound=tuple(_at_least(each, names) for each in place.bound)), signature


def _at_least(known: tuple[str, TypeMeaning], names: tuple[str, ...]) -> tuple[str, TypeMeaning]:
    """What bounds a type parameter is not all that its values may be."""
    name, meaning = known
    if name not in names or OPEN in meaning.place.bound:
        return known
    return name, replace(meaning, place=meaning.place._replace(bound=(*meaning.place.bound, OPEN)))


def _called(query: Query, meaning: TypeMeaning | InstanceMeaning) -> Answer:
    return merged(*(_annotated(query, place, each.result) for place, each in _signatures(query, meaning)))


def _parameter(query: Query, meaning: TypeMeaning | InstanceMeaning, number: int) -> Answer:
    found: list[Answer] = []
    for place, signature in _signatures(query, meaning):
        if not signature.parameters:
            continue
        text = signature.parameters[min(number, len(signature.parameters) - 1)]
        kind = parameter_type(text)
        if text.startswith("..."):
            rest = _annotated(query, place, kind)
            found.append(elements(query, rest, number - len(signature.parameters) + 1))
        elif number < len(signature.parameters):
            found.append(_annotated(query, place, kind))
    return merged(*found)


STRUCTURAL = Structural(member=_member, called=_called, element=_element, parameter=_parameter, head=_head)
