"""Rust's rules for names: modules as trees of files and braces, re-exports, globs, ``impl`` blocks wherever they lie.

Source: the Rust Reference ("Names", "Paths", "Use declarations", "Implementations").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sightline.graph.ancestry import type_around
from sightline.graph.common_names import CLASSES, NameRules, common_rules
from sightline.graph.facts import DefinitionKind
from sightline.graph.fitting import fitting
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    merged,
    weakened,
)
from sightline.graph.values import attribute

_SPACE = DefinitionKind.NAMESPACE.value
_EXTENSION = DefinitionKind.EXTENSION.value
_LIBRARIES = frozenset(("std", "core", "alloc", "proc_macro", "test"))
_PREFIX = re.compile(r"^(?:&\s*|'\w+\s+|mut\s+|dyn\s+|impl\s+|\*\s*const\s+|\*\s*)+")
_WRAPPER = re.compile(
    r"^(?:[\w:]+::)?(?:Box|Rc|Arc|Option|Result|RefCell|Mutex|RwLock|Ref|RefMut|Pin|Cow)\s*<(.*)>$", re.S
)
_NAME = re.compile(r"(?:::)?([A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)")


def rust_type(text: str) -> str:
    """The named type of a value: references dropped, pointers, options and results opened.

    >>> rust_type("&'a mut io::Writer<T>"), rust_type("Result<Box<dyn Shape>, Error>"), rust_type("[u8]")
    ('io.Writer', 'Shape', '')
    """
    text = text.strip()
    while True:
        text = _PREFIX.sub("", text)
        wrapped = _WRAPPER.match(text)
        if wrapped is None:
            break
        text = wrapped.group(1).strip()
    match = _NAME.match(text)
    if match is None:
        match_dots = re.match(r"[A-Za-z_]\w*(?:\.\w+)*", text)
        return match_dots.group(0) if match_dots else ""
    return match.group(1).replace("::", ".") + _dotted_rest(text[match.end() :])


def _dotted_rest(text: str) -> str:
    """The rest of a name that was written with dots (what facts say of bases)."""
    match = re.match(r"(?:\.\w+)*", text)
    return match.group(0) if match else ""


_COMMON = common_rules(
    NameRules(self_names=frozenset(("self",)), self_types=frozenset(("Self",)), separator="::", type_name=rust_type)
)


def _bare_name(query: Query, place: Place, name: str) -> Answer:
    """Functions and blocks around, then the module they lie in. A module sees nothing of those around it."""
    index = query.files.index(place.file)
    if index is None:
        return UNKNOWN
    scope = place.scope
    while scope != MODULE and index.definitions[scope].kind != _SPACE:
        if index.definitions[scope].kind not in CLASSES:
            found = _in_scope(query, place.file, index, scope, name)
            if found:
                return found
        scope = index.definitions[scope].parent
    return (
        _in_module(query, place.file, scope, name)
        or _crate(query, place.file, name)
        or _macro(query, index.language, name)
    )


def _macro(query: Query, language: str, name: str) -> Answer:
    """A macro by name alone: ``macro_use`` and ``macro_export`` bring it to where no path leads."""
    found: list[Found] = []
    for file in query.files.defining(name):
        index = query.files.index(file)
        if index is None or index.language != language:
            continue
        for number in index.scopes.get(MODULE, {}).get(name, ()):
            row = index.definitions[number]
            if row.kind == DefinitionKind.FUNCTION and row.parameters is None:
                found.append(Found(DefinitionMeaning(file, number), Rank.INFERRED))
    return tuple(found) if len(found) < 2 else weakened(tuple(found), Rank.NAME_ONLY)


def _crate(query: Query, file: int, name: str) -> Answer:
    if name in _LIBRARIES:
        return EXTERNAL
    target = query.files.module(file, name, 0)
    return (Found(ModuleMeaning(file, name, 0, target), Rank.EXACT),) if target >= 0 else UNKNOWN


def _in_module(query: Query, file: int, scope: int, name: str) -> Answer:
    """What a module binds: its items, what it imports by name, what it imports by a glob."""
    return query.once(("module", file, scope, name), lambda: _look_in_module(query, file, scope, name), UNKNOWN)


def _look_in_module(query: Query, file: int, scope: int, name: str) -> Answer:
    index = query.files.index(file)
    return _in_scope(query, file, index, scope, name) if index is not None else UNKNOWN


def _in_scope(query: Query, file: int, index: FileIndex, scope: int, name: str) -> Answer:
    rows = index.definitions
    own = tuple(
        Found(DefinitionMeaning(file, number), Rank.EXACT)
        for number in index.scopes.get(scope, {}).get(name, ())
        if rows[number].kind != _EXTENSION
    )
    others = [_imported(query, file, each) for each in index.imported.get(scope, {}).get(name, ())]
    found = merged(own, *others)
    if found:
        return found
    globs = [attribute(query, _path(query, file, star.module), name) for star in index.stars.get(scope, ())]
    # A glob of a crate from outside may bring anything, and tells nothing.
    return merged(*(tuple(each for each in answer if each.meaning != OUTSIDE) for answer in globs))


def _path(query: Query, file: int, text: str) -> Answer:
    """What a path means, seen from the top of a file."""
    return query.once(("path", file, text), lambda: _walk_path(query, file, text), UNKNOWN)


def _walk_path(query: Query, file: int, text: str) -> Answer:
    if text.startswith("mod "):
        target = query.files.module(file, text, 0)
        return (Found(ModuleMeaning(file, text, 0, target), Rank.EXACT),) if target >= 0 else UNKNOWN
    head, *rest = text.split("::")
    if head == "self":
        answer: Answer = (Found(ModuleMeaning(file, "self", 0, file), Rank.EXACT),)
    elif head in ("crate", "super"):
        answer = _relative(query, file, head)
    else:
        answer = _crate(query, file, head) or EXTERNAL
    for part in rest:
        answer = attribute(query, answer, part.removeprefix("r#"))
    return answer


def _relative(query: Query, file: int, word: str) -> Answer:
    target = query.files.module(file, word, 0)
    return (Found(ModuleMeaning(file, word, 0, target), Rank.EXACT),) if target >= 0 else UNKNOWN


def _imported(query: Query, file: int, binding: ImportBinding) -> Answer:
    """What a name bound by ``use``, ``mod`` or ``extern crate`` means."""
    statement, (name, _, _, _) = binding
    answer = _path(query, file, statement.module)
    return attribute(query, answer, name) if name not in ("", "*") else answer


def _member_of_module(query: Query, module: ModuleMeaning, name: str) -> Answer:
    if module.file < 0:
        return EXTERNAL
    if name == "super":
        return _relative(query, module.file, "super")
    index = query.files.index(module.file)
    found = _in_module(query, module.file, MODULE, name)
    return found or (_macro(query, index.language, name) if index is not None else UNKNOWN)


def _special(query: Query, place: Place, text: str) -> Answer | None:
    """``crate``, ``super`` and ``self`` in paths, ``self`` and ``Self`` in methods."""
    if text == "crate":
        return _relative(query, place.file, "crate")
    if text not in ("self", "super"):
        return _COMMON.special(query, place, text)
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE and index.definitions[scope].kind != _SPACE:
        if text == "self" and index.definitions[scope].kind in CLASSES:
            return _COMMON.special(query, place, text)
        scope = index.definitions[scope].parent
    if index is not None and scope != MODULE and text == "super":
        scope = index.definitions[scope].parent
    elif text == "super":
        return _relative(query, place.file, "super")
    if scope != MODULE:
        return (Found(DefinitionMeaning(place.file, scope), Rank.EXACT),)
    return (Found(ModuleMeaning(place.file, "self", 0, place.file), Rank.EXACT),)


def _more_parts(query: Query, owner: DefinitionMeaning) -> Iterable[DefinitionMeaning]:
    """The ``impl`` blocks of a type, wherever they lie in the root."""
    return query.once(("parts", owner), lambda: tuple(_implementations(query, owner)), ())


def _implementations(query: Query, owner: DefinitionMeaning) -> Iterable[DefinitionMeaning]:
    own = query.files.index(owner.file)
    if own is None or own.definitions[owner.number].kind in (_EXTENSION, _SPACE):
        return
    name = own.definitions[owner.number].name
    for file in dict.fromkeys((owner.file, *query.files.extending(owner.file, name))):
        index = query.files.index(file)
        for number, row in enumerate(index.definitions if index is not None else ()):
            if index is None or row.kind != _EXTENSION or row.name != name:
                continue
            if type_around(query, file, index, number) == owner:
                yield DefinitionMeaning(file, number)


RUST_RULES = replace(
    _COMMON,
    classes=CLASSES | {_SPACE},
    bare_name=_bare_name,
    special=_special,
    member_of_module=_member_of_module,
    imported=_imported,
    more_parts=_more_parts,
    fitting=fitting,
)
