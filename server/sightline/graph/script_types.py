"""What annotations, bases, ``this`` and ``super`` mean in JavaScript and TypeScript.

Source: the TypeScript handbook ("Everyday types", "Classes", "Utility types"). What holds for every language is in
``values.py``.
"""

from __future__ import annotations

import re

from sightline.graph.facts import DefinitionKind, Reference
from sightline.graph.index import MODULE
from sightline.graph.meanings import (
    UNKNOWN,
    Ancestor,
    Answer,
    DefinitionMeaning,
    Found,
    HolderMeaning,
    InstanceMeaning,
    Place,
    Query,
    Rank,
    Rules,
    SuperMeaning,
    merged,
    weakened,
)
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.script_keys import given
from sightline.graph.script_names import (
    CLASSES,
    FUNCTIONS,
    bare_name,
    imported_meaning,
    is_script,
    member_of_module,
    renamed,
)
from sightline.graph.script_outside import declared_outside
from sightline.graph.values import expression, is_class, member, through_alias

_DOTTED = re.compile(r"^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$")
#: Types whose values have the members of their first argument.
_WRAPPERS = frozenset({"Promise", "Partial", "Required", "Readonly", "NonNullable", "Awaited", "PromiseLike"})
#: Containers of the language: which of their arguments they hold, and the methods that hand one out.
_ELEMENT = frozenset({"find", "findLast", "at", "pop", "shift"})
_HOLDERS = {
    "Array": (0, _ELEMENT),
    "ReadonlyArray": (0, _ELEMENT),
    "Set": (0, frozenset[str]()),
    "Iterable": (0, frozenset[str]()),
    "Map": (1, frozenset({"get"})),
}
_OPENING = {"<": ">", "(": ")", "[": "]", "{": "}"}


def annotated(query: Query, place: Place, text: str) -> Answer:
    """The values a type allows: instances of the classes and interfaces it names, unions opened."""
    text = text.strip().removeprefix("readonly ").strip()
    for separator in "|&":
        parts = _split(text, separator)
        if len(parts) > 1:
            return merged(*(annotated(query, place, part) for part in parts if part.strip()))
    if text.startswith("typeof "):
        return expression(query, place, text.removeprefix("typeof ").strip(), local=False)
    if text == "this":
        return _this(query, place)
    if text.endswith("[]"):
        held = text.removesuffix("[]").strip().removeprefix("(").removesuffix(")")
        return (Found(HolderMeaning(place, held, _ELEMENT), Rank.INFERRED),)
    name, bracket, inside = text.partition("<")
    if bracket and name.strip() in _HOLDERS and inside.endswith(">"):
        at, givers = _HOLDERS[name.strip()]
        held = _split(inside[:-1], ",")[at:]
        return (Found(HolderMeaning(place, held[0].strip(), givers), Rank.INFERRED),) if held else UNKNOWN
    if bracket and name.strip() in _WRAPPERS and inside.endswith(">"):
        return annotated(query, place, _split(inside[:-1], ",")[0])
    if (bracket and not inside.endswith(">")) or not _DOTTED.match(name.strip()):
        return UNKNOWN
    named = expression(query, place, name.strip(), local=False)
    return tuple(
        Found(InstanceMeaning(found.meaning), max(found.rank, Rank.INFERRED))
        for found in named
        if isinstance(found.meaning, DefinitionMeaning) and is_class(query, found.meaning)
    )


def _split(text: str, separator: str) -> list[str]:
    """``text`` cut at ``separator`` outside brackets; the ``>`` of an arrow closes nothing."""
    parts: list[str] = []
    open_until: list[str] = []
    start = 0
    for at, character in enumerate(text):
        if character in _OPENING:
            open_until.append(_OPENING[character])
        elif open_until and character == open_until[-1] and text[at - 1 : at] != "=":
            open_until.pop()
        elif character == separator and not open_until:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


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


def _base(query: Query, place: Place, text: str) -> Ancestor:
    """One base or implemented interface."""
    name = text.partition("<")[0].strip()
    if not _DOTTED.match(name):
        return None
    answer = expression(query, place, name, local=False)
    answer = merged(*(through_alias(query, found) for found in answer))
    classes = [found for found in answer if isinstance(found.meaning, DefinitionMeaning)]
    # A class and an interface of one name are one type.
    if classes and len(classes) == len(answer) and all(found.rank is Rank.EXACT for found in classes):
        meaning = classes[0].meaning
        return meaning if isinstance(meaning, DefinitionMeaning) and is_class(query, meaning) else None
    return None


def _unlisted(query: Query, file: int, reference: Reference) -> Answer:  # noqa: ARG001  the rules' signature
    return UNKNOWN


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
    bare_name=_bare_name,
    special=_special,
    member_of_module=member_of_module,
    imported=imported_meaning,
    listed=_unlisted,
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
)
