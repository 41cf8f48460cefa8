"""C's and C++'s rules for names: what includes bring, all the way; namespaces; declarations and definitions are one.

What a file includes, and what that includes, is one text to the compiler; names are looked up in all of it. A
definition elsewhere counts with its declaration if its own file includes the declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sightline.graph.ancestry import member, type_around
from sightline.graph.common_names import CLASSES, NameRules, common_rules
from sightline.graph.facts import FUNCTIONS, DefinitionKind, ReferenceKind
from sightline.graph.fitting import fitting
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import (
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    merged,
)
from sightline.graph.raw_facts import DefinitionRow

_SPACE = DefinitionKind.NAMESPACE.value
_EXTENSION = DefinitionKind.EXTENSION.value
_ENUM = DefinitionKind.ENUM.value
_VARIABLE = DefinitionKind.VARIABLE.value
_LINKED = FUNCTIONS | {_VARIABLE}

_QUALIFIERS = re.compile(
    r"\b(?:const|volatile|struct|class|union|enum|typename|static|extern|inline|constexpr|mutable|register|unsigned|"
    r"signed|restrict|__restrict)\b"
)
_POINTERS = re.compile(r"^(?:std\s*::\s*)?(?:unique_ptr|shared_ptr|weak_ptr|optional)\s*<(.*)>\s*[&*]*$", re.S)
_NAME = re.compile(r"(?:::\s*)?([A-Za-z_]\w*(?:\s*(?:<[^<>]*(?:<[^<>]*>[^<>]*)*>)?\s*::\s*[A-Za-z_]\w*)*)")
_ARGUMENTS = re.compile(r"<[^<>]*>")
_PRIMITIVE = frozenset(["void", "char", "short", "int", "long", "float", "double", "bool", "auto", "size_t"])

#: Namespaces around, outermost first.
Path = tuple[str, ...]
#: Definitions of one name that are seen at the top of a text, each with the namespaces around it.
Seen = tuple[tuple[Path, DefinitionMeaning, str], ...]


def c_type(text: str) -> str:
    """The dotted name of a written type: no qualifiers, pointers, template arguments; what a smart pointer points to.

    >>> c_type("const struct file *"), c_type("leveldb::Slice&"), c_type("std::unique_ptr<ns::Foo>"), c_type("int")
    ('file', 'leveldb.Slice', 'ns.Foo', '')
    """
    text = _QUALIFIERS.sub(" ", text).strip()
    pointer = _POINTERS.match(text)
    text = pointer.group(1).strip() if pointer else text
    match = _NAME.match(text)
    if not match:
        return ""
    name = match.group(1)
    while "<" in name and (shorter := _ARGUMENTS.sub("", name)) != name:
        name = shorter
    name = "".join(name.split()).replace("::", ".")
    return "" if name in _PRIMITIVE else name


def _bare_name(query: Query, place: Place, name: str) -> Answer:
    index = query.files.index(place.file)
    if index is None:
        return UNKNOWN
    scope = place.scope
    while scope != MODULE and index.definitions[scope].kind != _SPACE:
        row = index.definitions[scope]
        found: Answer = UNKNOWN
        if row.kind in FUNCTIONS:
            found = _found(_direct(place.file, index, scope, name))
        elif row.kind in CLASSES and name != row.name:  # its own name is the class, not its constructor
            found = member(query, type_around(query, place.file, index, scope), name)
        if found:
            return found
        scope = row.parent
    return _at_top(query, place.file, _path(index, scope), name)


def _bare_name_as(query: Query, place: Place, name: str, kind: ReferenceKind) -> Answer:
    """``struct stat`` and ``stat()`` are two things."""
    return fitting(query, place, _bare_name(query, place, name), kind)


def _direct(file: int, index: FileIndex, scope: int, name: str) -> Iterator[DefinitionMeaning]:
    for number in index.scopes.get(scope, {}).get(name, ()):
        if index.definitions[number].kind not in (_SPACE, _EXTENSION):
            yield DefinitionMeaning(file, number)


def _found(meanings: Iterable[DefinitionMeaning], rank: Rank = Rank.EXACT) -> Answer:
    return tuple(Found(meaning, rank) for meaning in meanings)


def _path(index: FileIndex, scope: int) -> Path:
    """The namespaces around what lies in ``scope``, inline ones left out."""
    names: list[str] = []
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind == _SPACE and "inline" not in row.decorators:
            names.append(row.name)
        scope = row.parent
    return tuple(reversed(names))


def _open(query: Query, file: int) -> dict[int, Path]:
    """Scopes whose names are seen at the top of a file: the namespaces, and enumerations that are not scoped."""
    return query.once(("open", file), lambda: _opened(query.files.index(file)), {})


def _opened(index: FileIndex | None) -> dict[int, Path]:
    found: dict[int, Path] = {MODULE: ()}
    for number, row in enumerate(index.definitions if index is not None else ()):
        if row.parent not in found:
            continue
        around = found[row.parent]
        if row.kind == _SPACE:
            found[number] = around if "inline" in row.decorators else (*around, row.name)
        elif row.kind == _ENUM and "scoped" not in row.decorators:
            found[number] = around
    return found


def _seen(query: Query, file: int, name: str) -> Seen:
    """Definitions of ``name`` at the top of one file, those of namespaces included."""
    return query.once(("seen", file, name), lambda: _seen_in(query, file, name), ())


def _seen_in(query: Query, file: int, name: str) -> Seen:
    index = query.files.index(file)
    if index is None:
        return ()
    scopes, rows = index.scopes, index.definitions
    return tuple(
        (around, DefinitionMeaning(file, number), rows[number].kind)
        for scope, around in _open(query, file).items()
        for number in scopes.get(scope, {}).get(name, ())
        if rows[number].kind != _EXTENSION
    )


def _at_top(query: Query, file: int, around: Path, name: str) -> Answer:
    """What a name means outside of classes and functions, in a namespace."""
    return query.once(("top", file, around, name), lambda: _find(query, file, around, name), UNKNOWN)


def _find(query: Query, file: int, around: Path, name: str) -> Answer:
    reached = query.files.in_reach(file, name)
    rows = [row for each in (file, *reached) for row in _seen(query, each, name)]
    fitting = [row for row in rows if row[0] == around[: len(row[0])]]
    deepest = max((len(row[0]) for row in fitting), default=-1)
    nearest = [row for row in fitting if len(row[0]) == deepest]
    values = [row for row in nearest if row[2] != _SPACE]
    if values:
        return _with_linked(query, file, reached, values, name, Rank.EXACT)
    if nearest:
        return (Found(ModuleMeaning(file, "::".join((*nearest[0][0], name)), 0, -1), Rank.EXACT),)
    others = [row for row in rows if row[2] != _SPACE]  # by ``using``, or by the arguments of a call
    if others:
        return _with_linked(query, file, reached, others, name, Rank.INFERRED)
    return UNKNOWN


def _with_linked(query: Query, file: int, reached: tuple[int, ...], rows: list[_Row], name: str, rank: Rank) -> Answer:
    own = _found((meaning for _, meaning, _ in rows), rank)
    declared = {meaning.file for _, meaning, _ in rows if _is_declaration(query, meaning)}
    if not declared:
        return own
    known = {file, *reached}
    around = {row[0] for row in rows}
    linked = [
        meaning
        for each in query.files.defining(name)
        if each not in known and not declared.isdisjoint((each, *query.files.in_reach(each, name)))
        for path, meaning, _ in _seen(query, each, name)
        if path in around and _is_linked(query, meaning)
    ]
    return merged(own, _found(linked, rank))


_Row = tuple[Path, DefinitionMeaning, str]


def _row(query: Query, meaning: DefinitionMeaning) -> DefinitionRow | None:
    index = query.files.index(meaning.file)
    return index.definitions[meaning.number] if index is not None else None


def _is_declaration(query: Query, meaning: DefinitionMeaning) -> bool:
    """Whether the definition of this function or variable stands elsewhere."""
    row = _row(query, meaning)
    if row is None or "#define" in row.decorators:
        return False
    if row.kind in FUNCTIONS:
        return row.body_start == row.end
    return row.kind == _VARIABLE and "extern" in row.decorators


def _is_linked(query: Query, meaning: DefinitionMeaning) -> bool:
    """Whether declarations in other texts may stand for this definition."""
    row = _row(query, meaning)
    apart = row is None or "static" in row.decorators or "#define" in row.decorators
    return row is not None and row.kind in _LINKED and not apart


def _member_of_space(query: Query, space: ModuleMeaning, name: str) -> Answer:
    """What ``a::name`` means for the namespace ``a``."""
    around = tuple(space.module.split("::"))
    reached = query.files.in_reach(space.importer, name)
    rows = [row for each in (space.importer, *reached) for row in _seen(query, each, name) if row[0] == around]
    values = [row for row in rows if row[2] != _SPACE]
    if values:
        return _with_linked(query, space.importer, reached, values, name, Rank.EXACT)
    return (Found(ModuleMeaning(space.importer, f"{space.module}::{name}", 0, -1), Rank.EXACT),) if rows else UNKNOWN


def _more_parts(query: Query, owner: DefinitionMeaning) -> Iterable[DefinitionMeaning]:
    """Methods defined out of the class, in files that include it; and its enumerations, whose names it has too."""
    row = _row(query, owner)
    index = query.files.index(owner.file)
    if row is None or index is None or row.kind in (_SPACE, _EXTENSION):
        return
    for number, each in enumerate(index.definitions):
        if each.parent == owner.number and each.kind == _ENUM and "scoped" not in each.decorators:
            yield DefinitionMeaning(owner.file, number)
    for file in query.files.defining(row.name):
        found = query.files.index(file)
        if found is None or (file != owner.file and owner.file not in query.files.in_reach(file, row.name)):
            continue
        for number, each in enumerate(found.definitions):
            if each.kind == _EXTENSION and each.name == row.name:
                yield DefinitionMeaning(file, number)


C_RULES = replace(
    common_rules(NameRules(type_name=c_type, self_names=frozenset({"this"}), implicit_members=True)),
    classes=CLASSES | {_SPACE},
    bare_name=_bare_name,
    bare_name_as=_bare_name_as,
    fitting=fitting,
    member_of_module=_member_of_space,
    more_parts=_more_parts,
    is_linked=_is_linked,
)
