"""Members of values whose types have no definition in the workspace: from outside, or written out where they are used.

Source: the TypeScript handbook ("Declaration Merging", "Module Augmentation", "Object Types").
"""

from __future__ import annotations

from typing import Final

from sightline.graph.bound_names import OPEN
from sightline.graph.facts import DefinitionKind, Reference
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    Place,
    Query,
    Rank,
    TypeMeaning,
    weakened,
)
from sightline.graph.script_names import is_script
from sightline.graph.script_type_texts import is_object, members_of_object
from sightline.graph.values import held_values

_INTERFACE, _NAMESPACE = DefinitionKind.INTERFACE.value, DefinitionKind.NAMESPACE.value
#: Files that define a member of one name and are looked at; a name of more tells nothing.
_MOST_FILES = 400
#: Types without parameters that the language and its usual hosts provide (``lib.es*.d.ts``, ``lib.dom.d.ts``, Node).
_NAMES = """
AbortController AbortSignal ArrayBuffer Blob Buffer CSSStyleDeclaration Date Document DocumentFragment DOMRect
DragEvent Element Error ErrorEvent Event EventTarget File FileList FocusEvent FormData Headers HTMLButtonElement
HTMLCanvasElement HTMLDivElement HTMLElement HTMLFormElement HTMLInputElement InputEvent KeyboardEvent MouseEvent
MutationObserver MutationRecord Node PointerEvent RangeError RegExp RegExpExecArray RegExpMatchArray Request
RequestInit Response ResponseInit SVGElement Text TouchEvent TypeError UIEvent Uint8Array URL URLSearchParams
WebSocket WheelEvent Window Worker
"""
_HOST_TYPES = frozenset(_NAMES.split())
#: A member without a definition.
WRITTEN: Final[Answer] = weakened(EXTERNAL, Rank.INFERRED)


def declared_outside(query: Query, place: Place, reference: Reference, values: Answer) -> Answer | None:
    """The member of that name by which the workspace augments a module from outside, for a value that comes from one.

    ``None`` where nobody can tell whether there is one.

    ``values``: what stands before the dot. If the type of each is written out and has the member, it is nobody else's.

    ``expect(x).ours()``, where ``declare module "runner" { interface Assertion extends Ours {} }`` says so: nothing
    else can give such a value a member of the workspace's own.
    """
    if is_written(query, values, reference.name):
        return WRITTEN
    head = reference.receiver.partition(".")[0].removesuffix("()")
    if not reference.local and head.replace("$", "_").isidentifier() and _is_outside(query, place, head):
        return augmented(query, reference.name)
    if values and all(each.meaning == OUTSIDE for each in values):
        return possibly_augmented(query, reference.name)
    return UNKNOWN


def augmented(query: Query, name: str) -> Answer:
    """The members of that name by which the workspace augments what comes from outside; of several each is possible."""
    return query.once(("augmented", name), lambda: _augmented(query, name), UNKNOWN)


def possibly_augmented(query: Query, name: str) -> Answer | None:
    """The same for a value that something says is from outside, whose module a namespace may declare or not.

    ``None`` where too many files define a member of that name to be looked at.
    """
    if len(query.files.defining(name)) > _MOST_FILES:
        return None
    return weakened(augmented(query, name), Rank.NAME_ONLY)


def _augmented(query: Query, name: str) -> Answer:
    files = query.files.defining(name)
    if len(files) > _MOST_FILES:
        return UNKNOWN
    found = [each for file in files for each in _augmenting(query, file, name)]
    rank = Rank.INFERRED if len(found) == 1 else Rank.NAME_ONLY
    return tuple(Found(each, rank) for each in found)


def is_outside_type(query: Query, place: Place, name: str, found: Answer) -> bool:
    """Whether a type is somebody else's: ``found``, what the name means, comes from outside, or hosts provide it."""
    if found:
        return all(each.meaning == OUTSIDE for each in found)
    return name in _HOST_TYPES and _is_outside(query, place, name)


def is_written(query: Query, values: Answer, name: str) -> bool:
    """Whether the types of all values are written out where they are used, and each has a member ``name``."""
    held = held_values(query, values)
    return bool(held) and all(_has_written(each.meaning, name) for each in held)


def _has_written(meaning: object, name: str) -> bool:
    if not isinstance(meaning, TypeMeaning) or not is_object(meaning.text) or OPEN in meaning.place.bound:
        return False
    return any(each.name == name for each in members_of_object(meaning.text))


def _is_outside(query: Query, place: Place, name: str) -> bool:
    """Whether a bare name is somebody else's: imported from outside, or bound nowhere in the workspace."""
    answer = query.rules(place.file).bare_name(query, place, name)
    if answer:
        return all(each.meaning == OUTSIDE for each in answer)
    index = query.files.index(place.file)
    if index is None or name in index.imported.get(MODULE, {}) or name in index.scopes.get(MODULE, {}):
        return False
    return not any(_is_top(query.files.index(file), name) for file in query.files.defining(name))


def _is_top(index: FileIndex | None, name: str) -> bool:
    return index is not None and name in index.scopes.get(MODULE, {}) and is_script(index)


def _augmenting(query: Query, file: int, name: str) -> list[DefinitionMeaning]:
    """Members ``name`` of interfaces that the file declares within ``declare module``, or that such ones extend.

    Those of ``declare global`` are like any at the top of a file: all that are named like a type of the host count.
    """
    index = query.files.index(file)
    if index is None:
        return []
    rows = index.definitions
    within = [row for row in rows if row.kind == _INTERFACE and _is_ambient(index, row.parent)]
    extended = {base for row in within for base in row.bases}
    found: list[DefinitionMeaning] = []
    for number, row in enumerate(rows):
        if row.name != name or row.parent < 0 or rows[row.parent].kind != _INTERFACE:
            continue
        owner = rows[row.parent]
        at_top = owner.parent == MODULE and (owner.name in extended or owner.name in _HOST_TYPES)
        if at_top or _is_ambient(index, owner.parent):
            found.append(DefinitionMeaning(file, number))
    return found


def _is_ambient(index: FileIndex, scope: int) -> bool:
    return scope != MODULE and index.definitions[scope].kind == _NAMESPACE
